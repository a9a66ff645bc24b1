/* SPDX-License-Identifier: MIT */
/* Reads chunks of packs. */
#include "core/chunks/fetch.h"

#include "core/chunks/cache_impl.h"

/* Frames kept decompressed: files that have parts in several packs need more than one. */
#define FRAMES_KEPT 12
#define BLOCK_MAX_BYTES ((size_t)64 << 20)

typedef struct kept_frame {
	uint32_t slot, frame;
	uint64_t used;
	char *raw; /* NULL: free */
} kept_frame;

struct rd_fetch {
	rd_blobs *blobs;
	const rd_vec *packs;
	bool keep_bad;
	rd_pack_index *indexes; /* of packs; those without frames are not read yet */
	kept_frame kept[FRAMES_KEPT];
	uint64_t clock;
	rd_unpacker *unpacker;
	rd_str packed;
};

rd_code rd_fetch_new(rd_blobs *b, const rd_vec *packs, bool keep_bad, rd_fetch **ret_fetch,
	rd_err *err)
{
	rd_fetch *f = calloc(1, sizeof *f);
	rd_code code = RD_OK;

	if (!f)
		return rd_err_nomem(err);
	f->blobs = b;
	f->packs = packs;
	f->keep_bad = keep_bad;
	f->indexes = calloc(packs->len + 1, sizeof *f->indexes);
	code = f->indexes ? rd_unpacker_new(&f->unpacker, err) : rd_err_nomem(err);
	if (code)
		rd_fetch_free(f);
	else
		*ret_fetch = f;
	return code;
}

rd_fetch *rd_fetch_free(rd_fetch *f)
{
	if (!f)
		return NULL;
	for (size_t i = 0; f->indexes && i < f->packs->len; i++)
		rd_pack_index_done(&f->indexes[i]);
	for (int i = 0; i < FRAMES_KEPT; i++)
		free(f->kept[i].raw);
	free(f->indexes);
	rd_unpacker_free(f->unpacker);
	rd_str_done(&f->packed);
	free(f);
	return NULL;
}

static const rd_pack_id *id_of(const rd_fetch *f, uint32_t slot)
{
	return &((const rd_snapshot_pack *)rd_vec_at(f->packs, slot))->id;
}

static rd_code load_index(rd_fetch *f, uint32_t slot, rd_err *err)
{
	if (f->indexes[slot].frames.len)
		return RD_OK;
	return rd_cache_pack_index(f->blobs, id_of(f, slot), &f->indexes[slot], err);
}

static rd_code read_frame(rd_fetch *f, uint32_t slot, const rd_pack_frame *frame, char *raw,
	rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	char *room;
	rd_code code;

	rd_cache_pack_name(RD_BLOBS_PACKS, id_of(f, slot), &name);
	rd_str_clear(&f->packed);
	room = rd_str_reserve(&f->packed, frame->bytes);
	if (!room || !rd_str_ok(&name))
		return rd_err_nomem(err);
	code = f->blobs->ops->read(f->blobs, name.data, frame->at, room, frame->bytes, err);
	return code ? code : rd_unpacker_frame(f->unpacker, frame, room, raw, err);
}

/* The place of a frame among those kept: where it is, or else the one not used for longest. */
static kept_frame *place_of(rd_fetch *f, uint32_t slot, uint32_t frame)
{
	kept_frame *oldest = &f->kept[0];

	for (int i = 0; i < FRAMES_KEPT; i++) {
		kept_frame *k = &f->kept[i];

		if (k->raw && k->slot == slot && k->frame == frame)
			return k;
		if (!k->raw || (oldest->raw && k->used < oldest->used))
			oldest = k;
	}
	free(oldest->raw);
	oldest->raw = NULL;
	return oldest;
}

static rd_code get_frame(rd_fetch *f, uint32_t slot, uint32_t number, const char **ret_raw,
	rd_err *err)
{
	const rd_pack_frame *frame = rd_vec_at(&f->indexes[slot].frames, number);
	kept_frame *k = place_of(f, slot, number);
	rd_code code = RD_OK;

	if (!k->raw) {
		k->raw = malloc(frame->raw_bytes);
		if (!k->raw)
			return rd_err_nomem(err);
		code = read_frame(f, slot, frame, k->raw, err);
	}
	if (code) {
		free(k->raw);
		k->raw = NULL;
		return code;
	}
	k->slot = slot;
	k->frame = number;
	k->used = ++f->clock;
	*ret_raw = k->raw;
	return RD_OK;
}

static rd_code try_chunk(rd_fetch *f, rd_chunk_ref ref, const void **ret_bytes, size_t *ret_n,
	rd_err *err)
{
	rd_code code = load_index(f, ref.slot, err);
	const rd_pack_chunk *c;
	rd_pack_id sum;
	const char *raw = NULL;

	if (code)
		return code;
	if (ref.chunk >= f->indexes[ref.slot].chunks.len)
		return rd_err_set(err, RD_ECORRUPT, "a pack lacks a chunk");
	c = rd_vec_at(&f->indexes[ref.slot].chunks, ref.chunk);
	code = get_frame(f, ref.slot, c->frame, &raw, err);
	if (code)
		return code;
	rd_sha256_of(raw + c->at, c->bytes, sum.sum);
	if (memcmp(&sum, &c->sum, sizeof sum) != 0)
		return rd_err_set(err, RD_ECORRUPT, "a chunk is damaged");
	*ret_bytes = raw + c->at;
	*ret_n = c->bytes;
	return RD_OK;
}

bool rd_fetch_forget(rd_fetch *f, uint32_t slot)
{
	RD_STR_AUTO rd_str index = RD_STR_INIT(0);
	RD_STR_AUTO rd_str pack = RD_STR_INIT(0);
	bool again = false;

	for (int i = 0; i < FRAMES_KEPT; i++)
		if (f->kept[i].raw && f->kept[i].slot == slot) {
			free(f->kept[i].raw);
			f->kept[i].raw = NULL;
		}
	rd_pack_index_done(&f->indexes[slot]);
	f->indexes[slot] = (rd_pack_index){0};
	rd_cache_pack_name(RD_BLOBS_INDEX, id_of(f, slot), &index);
	rd_cache_pack_name(RD_BLOBS_PACKS, id_of(f, slot), &pack);
	if (rd_str_ok(&index) && rd_str_ok(&pack)) {
		again = f->blobs->ops->drop_copy(f->blobs, index.data);
		again |= f->blobs->ops->drop_copy(f->blobs, pack.data);
	}
	return again;
}

static bool is_named(const rd_fetch *f, uint32_t slot)
{
	return slot < f->packs->len &&
	       ((const rd_snapshot_pack *)rd_vec_at(f->packs, slot))->live_bytes;
}

/* After an error that may be damage: drops the pack, if it may. */
static rd_code judge(rd_fetch *f, uint32_t slot, rd_code code, rd_err *err)
{
	char hex[2 * RD_SHA256_BYTES + 1];

	if (code != RD_ECORRUPT && code != RD_ENOENT)
		return code;
	if (!f->keep_bad)
		rd_cache_drop_pack(f->blobs, id_of(f, slot), NULL);
	rd_hex(id_of(f, slot)->sum, RD_SHA256_BYTES, hex);
	return rd_err_set(err, RD_ECORRUPT, "pack '%.16s' of the cache is %s", hex,
		code == RD_ENOENT ? "missing" : "damaged");
}

rd_code rd_fetch_chunk(rd_fetch *f, rd_chunk_ref ref, const void **ret_bytes, size_t *ret_n,
	rd_err *err)
{
	rd_code code;

	if (!is_named(f, ref.slot))
		return rd_err_set(err, RD_ECORRUPT, "a snapshot lacks a pack");
	code = try_chunk(f, ref, ret_bytes, ret_n, err);
	if (code == RD_ECORRUPT && rd_fetch_forget(f, ref.slot))
		code = try_chunk(f, ref, ret_bytes, ret_n, err);
	return judge(f, ref.slot, code, err);
}

rd_code rd_fetch_size(rd_fetch *f, rd_chunk_ref ref, size_t *ret_n, rd_err *err)
{
	const rd_vec *chunks;
	rd_code code;

	if (!is_named(f, ref.slot))
		return rd_err_set(err, RD_ECORRUPT, "a snapshot lacks a pack");
	code = judge(f, ref.slot, load_index(f, ref.slot, err), err);
	if (code)
		return code;
	chunks = &f->indexes[ref.slot].chunks;
	if (ref.chunk >= chunks->len)
		return rd_err_set(err, RD_ECORRUPT, "a pack lacks a chunk");
	*ret_n = ((const rd_pack_chunk *)rd_vec_at(chunks, ref.chunk))->bytes;
	return RD_OK;
}

rd_code rd_fetch_block(rd_fetch *f, const rd_vec *tree, size_t *at, rd_str *out, rd_err *err)
{
	bool is_last = false;

	while (!is_last) {
		const rd_snapshot_piece *piece;
		const void *bytes;
		size_t n;
		rd_code code;

		if (*at >= tree->len || out->len > BLOCK_MAX_BYTES)
			return rd_err_set(err, RD_ECORRUPT, "the tree of a snapshot is damaged");
		piece = rd_vec_at(tree, (*at)++);
		code = rd_fetch_chunk(f, piece->ref, &bytes, &n, err);
		if (code)
			return code;
		rd_str_putn(out, bytes, n);
		is_last = piece->is_last;
	}
	return rd_str_check(out, "a tree", err);
}

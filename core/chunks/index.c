/* SPDX-License-Identifier: MIT */
/* Known chunks. */
#include "core/chunks/index.h"

/* Packs below this size are small; a snapshot that has more of them gets them packed together. */
#define SMALL_BYTES ((uint64_t)1 << 20)
#define SMALL_MAX 16

void rd_index_init(rd_index *x)
{
	*x = (rd_index){.packs = RD_VEC_INIT(rd_known_pack),
		.chunks = RD_VEC_INIT(rd_known_chunk),
		.slots = RD_VEC_INIT(bool)};
}

void rd_index_done(rd_index *x)
{
	rd_vec_done(&x->packs);
	rd_vec_done(&x->chunks);
	rd_vec_done(&x->slots);
	free(x->table);
}

/* ---- chunks ---- */

static size_t place_of(const rd_index *x, const rd_pack_id *sum)
{
	uint64_t hash;

	memcpy(&hash, sum->sum, sizeof hash);
	return (size_t)hash & (x->table_size - 1);
}

static void put_place(rd_index *x, uint32_t number)
{
	const rd_known_chunk *c = rd_vec_at(&x->chunks, number);
	size_t at = place_of(x, &c->sum);

	while (x->table[at])
		at = (at + 1) & (x->table_size - 1);
	x->table[at] = number + 1;
}

static rd_code grow(rd_index *x, rd_err *err)
{
	size_t size = x->table_size ? 2 * x->table_size : 4096;
	uint32_t *table = calloc(size, sizeof *table);

	if (!table)
		return rd_err_nomem(err);
	free(x->table);
	x->table = table;
	x->table_size = size;
	for (size_t i = 0; i < x->chunks.len; i++)
		put_place(x, (uint32_t)i);
	return RD_OK;
}

int64_t rd_index_find(const rd_index *x, const rd_pack_id *sum)
{
	if (!x->table_size)
		return -1;
	for (size_t at = place_of(x, sum); x->table[at]; at = (at + 1) & (x->table_size - 1)) {
		const rd_known_chunk *c = rd_vec_at(&x->chunks, x->table[at] - 1);

		if (memcmp(&c->sum, sum, sizeof *sum) == 0)
			return x->table[at] - 1;
	}
	return -1;
}

rd_code rd_index_add(rd_index *x, const rd_known_chunk *chunk, rd_err *err)
{
	rd_known_chunk *c;
	rd_code code = RD_OK;

	if (2 * (x->chunks.len + 1) > x->table_size)
		code = grow(x, err);
	if (code)
		return code;
	c = rd_vec_push(&x->chunks);
	if (!c)
		return rd_err_nomem(err);
	*c = *chunk;
	put_place(x, (uint32_t)(x->chunks.len - 1));
	return RD_OK;
}

/* ---- slots ---- */

static rd_code take_slot(rd_index *x, rd_known_pack *p, rd_err *err)
{
	size_t slot = 0;
	bool *taken;

	while (slot < x->slots.len && *(bool *)rd_vec_at(&x->slots, slot))
		slot++;
	if (slot >= RD_TREE_SLOTS_MAX)
		return rd_err_set(err, RD_ELIMIT, "the cached folder is too large");
	taken = slot < x->slots.len ? rd_vec_at(&x->slots, slot) : rd_vec_push(&x->slots);
	if (!taken)
		return rd_err_nomem(err);
	*taken = true;
	p->slot = (int64_t)slot;
	return RD_OK;
}

rd_code rd_index_use(rd_index *x, size_t chunk, rd_chunk_ref *ret_ref, rd_err *err)
{
	rd_known_chunk *c = rd_vec_at(&x->chunks, chunk);
	rd_known_pack *p = rd_vec_at(&x->packs, c->pack);
	rd_code code = p->slot < 0 ? take_slot(x, p, err) : RD_OK;

	if (code)
		return code;
	if (!c->is_used)
		p->p.live_bytes += c->bytes;
	c->is_used = true;
	*ret_ref = (rd_chunk_ref){(uint32_t)p->slot, c->chunk};
	return RD_OK;
}

rd_code rd_index_table(const rd_index *x, rd_vec *ret_packs, rd_err *err)
{
	for (size_t i = 0; i < x->packs.len; i++) {
		const rd_known_pack *p = rd_vec_at(&x->packs, i);

		if (!p->p.live_bytes)
			continue;
		while (ret_packs->len <= (size_t)p->slot)
			if (!rd_vec_push(ret_packs))
				return rd_err_nomem(err);
		*(rd_snapshot_pack *)rd_vec_at(ret_packs, (size_t)p->slot) = p->p;
	}
	return RD_OK;
}

/* ---- loading ---- */

static int64_t slot_in(const rd_snapshot *s, const rd_pack_id *id)
{
	for (size_t i = 0; s && i < s->packs.len; i++) {
		const rd_snapshot_pack *p = rd_vec_at(&s->packs, i);

		if (p->live_bytes && memcmp(&p->id, id, sizeof *id) == 0)
			return (int64_t)i;
	}
	return -1;
}

/* Bytes of a pack that snapshots use, at most: what two use counts twice. */
static uint64_t live_bytes(const rd_vec *snapshots, const rd_pack_id *id)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < snapshots->len; i++) {
		const rd_snapshot *s = rd_vec_at(snapshots, i);
		int64_t slot = slot_in(s, id);

		if (slot >= 0)
			sum += ((rd_snapshot_pack *)rd_vec_at(&s->packs, (size_t)slot))->live_bytes;
	}
	return sum;
}

static size_t count_small(const rd_snapshot *s)
{
	size_t n = 0;

	for (size_t i = 0; s && i < s->packs.len; i++) {
		const rd_snapshot_pack *p = rd_vec_at(&s->packs, i);

		n += p->live_bytes && p->bytes < SMALL_BYTES;
	}
	return n;
}

static rd_code add_pack(rd_index *x, const rd_pack_id *id, const rd_pack_index *pack, int64_t slot,
	rd_err *err)
{
	rd_known_pack *p = rd_vec_push(&x->packs);
	rd_code code = RD_OK;

	if (!p)
		return rd_err_nomem(err);
	p->p.id = *id;
	p->p.bytes = pack->bytes;
	p->p.raw_bytes = pack->raw_bytes;
	p->slot = slot;
	for (size_t i = 0; i < pack->chunks.len && !code; i++) {
		const rd_pack_chunk *c = rd_vec_at(&pack->chunks, i);
		const rd_known_chunk known = {.sum = c->sum,
			.pack = (uint32_t)(x->packs.len - 1),
			.chunk = (uint32_t)i,
			.bytes = c->bytes};

		if (rd_index_find(x, &c->sum) < 0)
			code = rd_index_add(x, &known, err);
	}
	return code;
}

static bool is_worth(const rd_pack_index *pack, uint64_t live, bool is_old, bool with_small)
{
	/* Left by a save that was killed: all of it may be of use. */
	if (!live)
		return true;
	if (is_old && !with_small && pack->bytes < SMALL_BYTES)
		return false;
	return 2 * live >= pack->raw_bytes;
}

static bool parse_id(const char *hex, rd_pack_id *ret_id)
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(hex) != 2 * RD_SHA256_BYTES)
		return false;
	for (int i = 0; i < 2 * RD_SHA256_BYTES; i++) {
		const char *digit = strchr(digits, hex[i]);

		if (!digit)
			return false;
		ret_id->sum[i / 2] = (uint8_t)(ret_id->sum[i / 2] << 4 | (digit - digits));
	}
	return true;
}

rd_code rd_index_load(rd_index *x, rd_blobs *b, const rd_vec *snapshots, const rd_snapshot *old,
	rd_err *err)
{
	rd_vec list = RD_VEC_INIT(rd_blob);
	bool with_small = count_small(old) <= SMALL_MAX;
	rd_code code = b->ops->list(b, RD_BLOBS_INDEX, &list, err);

	for (size_t i = 0; !code && old && i < old->packs.len; i++) {
		bool *taken = rd_vec_push(&x->slots);

		if (!taken)
			code = rd_err_nomem(err);
		else
			*taken = ((rd_snapshot_pack *)rd_vec_at(&old->packs, i))->live_bytes > 0;
	}
	for (size_t i = 0; !code && i < list.len; i++) {
		rd_pack_id id;
		rd_pack_index pack = {0};
		int64_t slot;

		if (!parse_id(((rd_blob *)rd_vec_at(&list, i))->name, &id))
			continue;
		code = rd_cache_pack_index(b, &id, &pack, err);
		/* Damaged or just removed: as if it were not there. */
		if (code == RD_ECORRUPT || code == RD_ENOENT) {
			code = RD_OK;
			continue;
		}
		slot = slot_in(old, &id);
		if (!code && is_worth(&pack, live_bytes(snapshots, &id), slot >= 0, with_small))
			code = add_pack(x, &id, &pack, slot, err);
		rd_pack_index_done(&pack);
	}
	rd_blob_list_done(&list);
	return code;
}

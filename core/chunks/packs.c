/* SPDX-License-Identifier: MIT */
/* Packs: writing one, reading its index. */
#include "core/chunks/packs.h"

#include <zstd.h>

#include "core/chunks/wire.h"

#define MAGIC "rdpack1\n"
#define MAGIC_BYTES 8

struct rd_packer {
	ZSTD_CCtx *zstd;
	int level;
	rd_str frame;  /* raw, of the open frame */
	rd_str sums;   /* index entries of the open frame */
	rd_str pack;   /* compressed frames */
	rd_str frames; /* index entries of closed frames */
	rd_str index;  /* of the ended pack */
	uint32_t frame_chunks, n_frames, n_chunks;
	bool ended;
};

rd_code rd_packer_new(int level, rd_packer **ret_packer, rd_err *err)
{
	rd_packer *p = calloc(1, sizeof *p);

	if (p)
		p->zstd = ZSTD_createCCtx();
	if (!p || !p->zstd) {
		free(p);
		return rd_err_nomem(err);
	}
	p->level = level;
	*ret_packer = p;
	return RD_OK;
}

rd_packer *rd_packer_free(rd_packer *p)
{
	if (!p)
		return NULL;
	ZSTD_freeCCtx(p->zstd);
	rd_str_done(&p->frame);
	rd_str_done(&p->sums);
	rd_str_done(&p->pack);
	rd_str_done(&p->frames);
	rd_str_done(&p->index);
	free(p);
	return NULL;
}

static rd_code close_frame(rd_packer *p, rd_err *err)
{
	size_t bound = ZSTD_compressBound(p->frame.len);
	char *room;
	size_t n;

	if (!p->frame.len)
		return RD_OK;
	room = rd_str_reserve(&p->pack, bound);
	if (!room)
		return rd_err_nomem(err);
	n = ZSTD_compressCCtx(p->zstd, room, bound, p->frame.data, p->frame.len, p->level);
	if (ZSTD_isError(n))
		return rd_err_set(err, RD_ENOMEM, "zstd: %s", ZSTD_getErrorName(n));
	rd_str_commit(&p->pack, n);
	rd_wire_put(&p->frames, n);
	rd_wire_put(&p->frames, p->frame_chunks);
	rd_str_putn(&p->frames, p->sums.data, p->sums.len);
	rd_str_clear(&p->frame);
	rd_str_clear(&p->sums);
	p->frame_chunks = 0;
	p->n_frames++;
	return rd_str_check(&p->frames, "a pack's index", err);
}

rd_code rd_packer_add(rd_packer *p, const void *bytes, size_t n, const rd_pack_id *sum,
	uint32_t *ret_chunk, rd_err *err)
{
	rd_code code = RD_OK;

	if (p->ended) {
		rd_str_clear(&p->pack);
		rd_str_clear(&p->frames);
		p->n_frames = p->n_chunks = 0;
		p->ended = false;
	}
	rd_str_putn(&p->frame, bytes, n);
	rd_wire_put(&p->sums, n);
	rd_str_putn(&p->sums, sum, sizeof *sum);
	p->frame_chunks++;
	*ret_chunk = p->n_chunks++;
	if (!rd_str_ok(&p->frame) || !rd_str_ok(&p->sums))
		return rd_err_nomem(err);
	if (p->frame.len >= RD_PACK_FRAME_BYTES)
		code = close_frame(p, err);
	return code;
}

bool rd_packer_is_full(const rd_packer *p)
{
	return !p->ended && (p->pack.len >= RD_PACK_BYTES || p->n_chunks >= RD_PACK_MAX_CHUNKS);
}

rd_code rd_packer_end(rd_packer *p, rd_pack_id *ret_id, const rd_str **ret_pack,
	const rd_str **ret_index, rd_err *err)
{
	rd_code code = close_frame(p, err);

	if (code)
		return code;
	rd_str_clear(&p->index);
	rd_str_putn(&p->index, MAGIC, MAGIC_BYTES);
	rd_wire_put(&p->index, p->n_frames);
	rd_str_putn(&p->index, p->frames.data, p->frames.len);
	code = rd_str_check(&p->index, "a pack's index", err);
	if (code)
		return code;
	rd_sha256_of(p->index.data, p->index.len, ret_id->sum);
	*ret_pack = &p->pack;
	*ret_index = &p->index;
	p->ended = true;
	return RD_OK;
}

/* ---- reading ---- */

void rd_pack_index_done(rd_pack_index *x)
{
	rd_vec_done(&x->frames);
	rd_vec_done(&x->chunks);
}

static rd_code parse_frame(rd_wire *w, rd_pack_index *x, rd_err *err)
{
	rd_pack_frame *f = rd_vec_push(&x->frames);
	uint64_t n_chunks;

	if (!f)
		return rd_err_nomem(err);
	f->at = x->bytes;
	f->bytes = (uint32_t)rd_wire_get(w, ZSTD_COMPRESSBOUND(RD_PACK_FRAME_MAX_BYTES));
	n_chunks = rd_wire_get(w, RD_PACK_MAX_CHUNKS - x->chunks.len);
	if (!f->bytes || !n_chunks)
		w->failed = true;
	for (; n_chunks && !w->failed; n_chunks--) {
		uint32_t n = (uint32_t)rd_wire_get(w, RD_CHUNK_MAX_BYTES);
		const void *sum = rd_wire_get_bytes(w, RD_SHA256_BYTES);
		rd_pack_chunk *c;

		if (!sum || !n || f->raw_bytes + n > RD_PACK_FRAME_MAX_BYTES) {
			w->failed = true;
			break;
		}
		c = rd_vec_push(&x->chunks);
		if (!c)
			return rd_err_nomem(err);
		memcpy(c->sum.sum, sum, RD_SHA256_BYTES);
		c->frame = (uint32_t)(x->frames.len - 1);
		c->at = f->raw_bytes;
		c->bytes = n;
		f->raw_bytes += n;
	}
	x->bytes += f->bytes;
	x->raw_bytes += f->raw_bytes;
	return RD_OK;
}

rd_code rd_pack_index_parse(const void *bytes, size_t n, rd_pack_index *ret_index, rd_err *err)
{
	rd_pack_index x = {
		.frames = RD_VEC_INIT(rd_pack_frame), .chunks = RD_VEC_INIT(rd_pack_chunk)};
	rd_wire w = {bytes, (const uint8_t *)bytes + n, false};
	const void *magic = rd_wire_get_bytes(&w, MAGIC_BYTES);
	rd_code code = RD_OK;
	uint64_t n_frames;

	if (!magic || memcmp(magic, MAGIC, MAGIC_BYTES) != 0)
		w.failed = true;
	for (n_frames = rd_wire_get(&w, RD_PACK_MAX_CHUNKS); n_frames && !w.failed && !code;
		n_frames--)
		code = parse_frame(&w, &x, err);
	if (!code && (w.failed || w.at != w.end || !x.frames.len))
		code = rd_err_set(err, RD_ECORRUPT, "the index of a pack is damaged");
	if (code)
		rd_pack_index_done(&x);
	else
		*ret_index = x;
	return code;
}

struct rd_unpacker {
	ZSTD_DCtx *zstd;
};

rd_code rd_unpacker_new(rd_unpacker **ret_unpacker, rd_err *err)
{
	rd_unpacker *u = calloc(1, sizeof *u);

	if (u)
		u->zstd = ZSTD_createDCtx();
	if (!u || !u->zstd) {
		free(u);
		return rd_err_nomem(err);
	}
	*ret_unpacker = u;
	return RD_OK;
}

rd_unpacker *rd_unpacker_free(rd_unpacker *u)
{
	if (u)
		ZSTD_freeDCtx(u->zstd);
	free(u);
	return NULL;
}

rd_code rd_unpacker_frame(rd_unpacker *u, const rd_pack_frame *f, const void *bytes, void *out,
	rd_err *err)
{
	size_t n = ZSTD_decompressDCtx(u->zstd, out, f->raw_bytes, bytes, f->bytes);

	if (ZSTD_isError(n) || n != f->raw_bytes)
		return rd_err_set(err, RD_ECORRUPT, "a frame of a pack is damaged");
	return RD_OK;
}

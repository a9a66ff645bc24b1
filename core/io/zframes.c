/* SPDX-License-Identifier: MIT */
/* Streams as zstd frames of equal raw size. */
#include "core/io/zframes.h"

#include <errno.h>
#include <unistd.h>
#include <zstd.h>

#include "core/base/fs.h"

/* The fastest level: sources are read back a few times at most, and packing is what one waits for. */
#define LEVEL 1

struct rd_zwriter {
	int fd;
	ZSTD_CCtx *z;
	rd_vec frames; /* rd_zframe */
	uint64_t at;   /* compressed bytes written */
	uint64_t raw;  /* raw bytes put */
	size_t have;   /* of buf */
	size_t out_cap;
	char *buf;
	char *out;
};

static rd_code context_new(ZSTD_CCtx **ret_z, rd_err *err)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();

	if (!z)
		return rd_err_nomem(err);
	if (ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, LEVEL)) ||
		ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1))) {
		ZSTD_freeCCtx(z);
		return rd_err_set(err, RD_EBUG, "zstd refuses its parameters");
	}
	*ret_z = z;
	return RD_OK;
}

rd_code rd_zwriter_new(int fd, rd_zwriter **ret_writer, rd_err *err)
{
	rd_zwriter *w = calloc(1, sizeof *w);
	rd_code code;

	if (!w)
		return rd_err_nomem(err);
	w->fd = fd;
	rd_vec_init(&w->frames, sizeof(rd_zframe));
	w->out_cap = ZSTD_compressBound(RD_ZFRAME_RAW_BYTES);
	w->buf = malloc(RD_ZFRAME_RAW_BYTES);
	w->out = malloc(w->out_cap);
	code = w->buf && w->out ? context_new(&w->z, err) : rd_err_nomem(err);
	if (code) {
		rd_zwriter_free(w);
		return code;
	}
	*ret_writer = w;
	return RD_OK;
}

rd_zwriter *rd_zwriter_free(rd_zwriter *w)
{
	if (!w)
		return NULL;
	ZSTD_freeCCtx(w->z);
	rd_vec_done(&w->frames);
	free(w->buf);
	free(w->out);
	free(w);
	return NULL;
}

static rd_code flush(rd_zwriter *w, rd_err *err)
{
	size_t n = ZSTD_compress2(w->z, w->out, w->out_cap, w->buf, w->have);
	rd_zframe *f;
	rd_code code;

	if (ZSTD_isError(n))
		return rd_err_set(err, RD_EIO, "compressing: %s", ZSTD_getErrorName(n));
	code = rd_write_all(w->fd, w->out, n, err);
	if (code)
		return code;
	f = rd_vec_push(&w->frames);
	if (!f)
		return rd_err_nomem(err);
	f->at = w->at;
	f->bytes = (uint32_t)n;
	f->raw_bytes = (uint32_t)w->have;
	w->at += n;
	w->have = 0;
	return RD_OK;
}

rd_code rd_zwriter_put(rd_zwriter *w, const void *bytes, size_t n, rd_err *err)
{
	const char *from = bytes;

	while (n) {
		size_t room = RD_ZFRAME_RAW_BYTES - w->have;
		size_t take = n < room ? n : room;
		rd_code code;

		memcpy(w->buf + w->have, from, take);
		w->have += take;
		w->raw += take;
		from += take;
		n -= take;
		code = w->have == RD_ZFRAME_RAW_BYTES ? flush(w, err) : RD_OK;
		if (code)
			return code;
	}
	return RD_OK;
}

rd_code rd_zwriter_end(rd_zwriter *w, rd_err *err)
{
	return w->have ? flush(w, err) : RD_OK;
}

uint64_t rd_zwriter_raw_bytes(const rd_zwriter *w)
{
	return w->raw;
}

uint64_t rd_zwriter_bytes(const rd_zwriter *w)
{
	return w->at;
}

const rd_vec *rd_zwriter_frames(const rd_zwriter *w)
{
	return &w->frames;
}

struct rd_zcursor {
	int fd;
	const rd_zframe *frames;
	size_t n;
	size_t open; /* the frame in buf; n: none */
	ZSTD_DCtx *z;
	char *buf;
	char *in;
	size_t in_cap;
};

rd_code rd_zcursor_new(int fd, const rd_zframe *frames, size_t n, rd_zcursor **ret_cursor,
	rd_err *err)
{
	rd_zcursor *c = calloc(1, sizeof *c);

	if (!c)
		return rd_err_nomem(err);
	c->fd = fd;
	c->frames = frames;
	c->n = n;
	c->open = n;
	c->in_cap = ZSTD_compressBound(RD_ZFRAME_RAW_BYTES);
	c->z = ZSTD_createDCtx();
	c->buf = malloc(RD_ZFRAME_RAW_BYTES);
	c->in = malloc(c->in_cap);
	if (!c->z || !c->buf || !c->in) {
		rd_zcursor_free(c);
		return rd_err_nomem(err);
	}
	*ret_cursor = c;
	return RD_OK;
}

rd_zcursor *rd_zcursor_free(rd_zcursor *c)
{
	if (!c)
		return NULL;
	ZSTD_freeDCtx(c->z);
	free(c->buf);
	free(c->in);
	free(c);
	return NULL;
}

static rd_code read_at(int fd, uint64_t at, char *buf, size_t n, rd_err *err)
{
	while (n) {
		ssize_t got = pread(fd, buf, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return rd_err_os(err, errno, "reading a stored source");
		if (got == 0)
			return rd_err_set(err, RD_ECORRUPT, "a stored source is cut short");
		buf += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return RD_OK;
}

static rd_code open_frame(rd_zcursor *c, size_t i, rd_err *err)
{
	const rd_zframe *f = &c->frames[i];
	rd_code code;
	size_t n;

	if (c->open == i)
		return RD_OK;
	if (f->bytes > c->in_cap || f->raw_bytes > RD_ZFRAME_RAW_BYTES)
		return rd_err_set(err, RD_ECORRUPT, "a frame of a stored source is too large");
	c->open = c->n;
	code = read_at(c->fd, f->at, c->in, f->bytes, err);
	if (code)
		return code;
	n = ZSTD_decompressDCtx(c->z, c->buf, RD_ZFRAME_RAW_BYTES, c->in, f->bytes);
	if (ZSTD_isError(n))
		return rd_err_set(err, RD_ECORRUPT, "a stored source is damaged: %s",
			ZSTD_getErrorName(n));
	if (n != f->raw_bytes)
		return rd_err_set(err, RD_ECORRUPT, "a stored source is damaged: wrong size");
	c->open = i;
	return RD_OK;
}

rd_code rd_zcursor_read(rd_zcursor *c, uint64_t at, void *buf, size_t cap, size_t *ret_n,
	rd_err *err)
{
	uint64_t i = at / RD_ZFRAME_RAW_BYTES;
	size_t from = (size_t)(at % RD_ZFRAME_RAW_BYTES);
	size_t n;
	rd_code code;

	if (i >= c->n || from >= c->frames[i].raw_bytes) {
		*ret_n = 0;
		return RD_OK;
	}
	code = open_frame(c, (size_t)i, err);
	if (code)
		return code;
	n = c->frames[i].raw_bytes - from;
	if (n > cap)
		n = cap;
	memcpy(buf, c->buf + from, n);
	*ret_n = n;
	return RD_OK;
}

rd_code rd_zstd_pack(const void *bytes, size_t n, rd_str *out, rd_err *err)
{
	size_t cap = ZSTD_compressBound(n);
	char *room = rd_str_reserve(out, cap);
	size_t got;

	if (!room)
		return rd_str_check(out, "a compressed block", err);
	got = ZSTD_compress(room, cap, bytes, n, LEVEL);
	if (ZSTD_isError(got))
		return rd_err_set(err, RD_EIO, "compressing: %s", ZSTD_getErrorName(got));
	rd_str_commit(out, got);
	return RD_OK;
}

rd_code rd_zstd_unpack(const void *bytes, size_t n, size_t raw_bytes, rd_str *out, rd_err *err)
{
	char *room = rd_str_reserve(out, raw_bytes);
	size_t got;

	if (!room)
		return rd_str_check(out, "a compressed block", err);
	got = ZSTD_decompress(room, raw_bytes, bytes, n);
	if (ZSTD_isError(got) || got != raw_bytes)
		return rd_err_set(err, RD_ECORRUPT, "a compressed block is damaged");
	rd_str_commit(out, got);
	return RD_OK;
}

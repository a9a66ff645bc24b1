/* SPDX-License-Identifier: MIT */
/* A stream as gzip. */
#include "core/io/gzip.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <isa-l/igzip_lib.h>

#define IN_BYTES ((size_t)256 << 10)
#define LEVEL 1
#define LEVEL_BYTES ISAL_DEF_LVL1_DEFAULT

typedef struct gzip {
	rd_reader base;
	rd_reader *in;
	struct isal_zstream z;
	uint8_t *buf;       /* IN_BYTES read from in */
	uint8_t *level_buf; /* LEVEL_BYTES */
	size_t at, n;       /* of what passes through */
	bool passes;        /* it is gzip already */
	bool is_ended;
} gzip;

static rd_code pass(gzip *g, void *to, size_t cap, size_t *ret_n, rd_err *err)
{
	size_t n = g->n - g->at < cap ? g->n - g->at : cap;

	if (!n)
		return rd_read(g->in, to, cap, ret_n, err);
	memcpy(to, g->buf + g->at, n);
	g->at += n;
	*ret_n = n;
	return RD_OK;
}

static rd_code fill(gzip *g, rd_err *err)
{
	size_t n = 0;
	rd_code rc = rd_read(g->in, g->buf, IN_BYTES, &n, err);

	g->z.next_in = g->buf;
	g->z.avail_in = (uint32_t)n;
	g->z.end_of_stream = !rc && !n;
	return rc;
}

static rd_code deflate_some(gzip *g, void *to, size_t cap, size_t *ret_n, rd_err *err)
{
	if (cap > UINT32_MAX)
		cap = UINT32_MAX;
	g->z.next_out = to;
	g->z.avail_out = (uint32_t)cap;
	while (g->z.avail_out == cap && !g->is_ended) {
		rd_code rc = g->z.avail_in || g->z.end_of_stream ? RD_OK : fill(g, err);

		if (rc)
			return rc;
		if (isal_deflate(&g->z) != COMP_OK)
			return rd_err_set(err, RD_EBUG, "gzip: the compressor refuses its input");
		g->is_ended = g->z.internal_state.state == ZSTATE_END;
	}
	*ret_n = cap - g->z.avail_out;
	return RD_OK;
}

static rd_code read_gzip(rd_reader *r, void *to, size_t cap, size_t *ret_n, rd_err *err)
{
	gzip *g = (gzip *)r;

	return g->passes ? pass(g, to, cap, ret_n, err) : deflate_some(g, to, cap, ret_n, err);
}

static void close_gzip(rd_reader *r)
{
	gzip *g = (gzip *)r;

	free(g->buf);
	free(g->level_buf);
	free(g);
}

rd_code rd_gzip_open(rd_reader *in, rd_reader **ret_reader, rd_err *err)
{
	static const struct rd_reader_ops ops = {read_gzip, close_gzip};
	gzip *g = calloc(1, sizeof(*g));
	rd_code rc = RD_OK;

	if (!g)
		return rd_err_nomem(err);
	g->base.ops = &ops;
	g->in = in;
	g->buf = malloc(IN_BYTES);
	g->level_buf = malloc(LEVEL_BYTES);
	if (!g->buf || !g->level_buf)
		rc = rd_err_nomem(err);
	if (!rc)
		rc = rd_read_full(in, g->buf, IN_BYTES, &g->n, err);
	if (rc) {
		close_gzip(&g->base);
		return rc;
	}
	g->passes = g->n > 1 && g->buf[0] == 0x1f && g->buf[1] == 0x8b;
	isal_deflate_init(&g->z);
	g->z.level = LEVEL;
	g->z.level_buf = g->level_buf;
	g->z.level_buf_size = LEVEL_BYTES;
	g->z.gzip_flag = IGZIP_GZIP;
	g->z.next_in = g->buf;
	g->z.avail_in = (uint32_t)g->n;
	g->z.end_of_stream = !g->n;
	*ret_reader = &g->base;
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/* Gzip while it is read, with ISA-L. */
#include "core/io/gunzip.h"

#include <inttypes.h>
#include <stdbool.h>
#include <isa-l/igzip_lib.h>

#define CHUNK_BYTES (64 * 1024)

enum mode { MODE_UNKNOWN, MODE_PLAIN, MODE_GZIP };

struct gunzip {
	rd_reader base;
	rd_reader *in;
	rd_gunzip_caps caps;
	enum mode mode;
	bool in_ended;
	bool between; /* no member is open */
	uint64_t in_bytes, out_bytes;
	size_t at, len; /* of buf: what in gave and nobody has taken */
	uint8_t buf[CHUNK_BYTES];
	struct inflate_state st;
};

static rd_code fill(struct gunzip *g, rd_err *err)
{
	size_t n = 0;
	rd_code code;

	if (g->at < g->len || g->in_ended)
		return RD_OK;
	code = rd_read(g->in, g->buf, sizeof g->buf, &n, err);
	if (code)
		return code;
	g->at = 0;
	g->len = n;
	g->in_ended = n == 0;
	g->in_bytes += n;
	if (g->mode == MODE_GZIP && g->caps.in_bytes && g->in_bytes > g->caps.in_bytes)
		return rd_err_set(err, RD_ELIMIT, "the gzip is larger than %" PRIu64 " bytes",
			g->caps.in_bytes);
	return RD_OK;
}

static void start_member(struct gunzip *g)
{
	isal_inflate_reset(&g->st);
	g->st.crc_flag = ISAL_GZIP;
	g->between = false;
}

static rd_code find_mode(struct gunzip *g, rd_err *err)
{
	rd_code code = rd_read_full(g->in, g->buf, sizeof g->buf, &g->len, err);

	if (code)
		return code;
	g->in_bytes = g->len;
	g->mode = MODE_PLAIN;
	if (g->len < 2 || g->buf[0] != 0x1f || g->buf[1] != 0x8b)
		return RD_OK;
	g->mode = MODE_GZIP;
	isal_inflate_init(&g->st);
	start_member(g);
	return RD_OK;
}

static rd_code read_plain(struct gunzip *g, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	size_t n = g->len - g->at < cap ? g->len - g->at : cap;

	if (!n)
		return rd_read(g->in, buf, cap, ret_n, err);
	memcpy(buf, g->buf + g->at, n);
	g->at += n;
	*ret_n = n;
	return RD_OK;
}

static rd_code check_ratio(const struct gunzip *g, rd_err *err)
{
	if (!g->caps.ratio || g->out_bytes <= g->caps.ratio_after ||
		g->out_bytes / g->caps.ratio <= g->in_bytes)
		return RD_OK;
	return rd_err_set(err, RD_ELIMIT,
		"the gzip unpacks to more than %" PRIu64 " times its size", g->caps.ratio);
}

/* Between members: another one begins, or padding. *ret_end: nothing follows. */
static rd_code next_member(struct gunzip *g, bool *ret_end, rd_err *err)
{
	rd_code code = RD_OK;

	for (;;) {
		code = fill(g, err);
		if (code)
			return code;
		while (g->at < g->len && g->buf[g->at] == 0)
			g->at++;
		if (g->at < g->len || g->in_ended)
			break;
	}
	*ret_end = g->at == g->len;
	if (*ret_end)
		return RD_OK;
	if (g->buf[g->at] != 0x1f)
		return rd_err_set(err, RD_EPARSE, "the gzip is damaged: something else follows it");
	start_member(g);
	return RD_OK;
}

/* One call of the library. Gives at least a byte, or uses up input, or ends the member. */
static rd_code inflate_some(struct gunzip *g, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	int rc;

	g->st.next_in = g->buf + g->at;
	g->st.avail_in = (uint32_t)(g->len - g->at);
	g->st.next_out = buf;
	g->st.avail_out = (uint32_t)cap;
	rc = isal_inflate(&g->st);
	g->at = g->len - g->st.avail_in;
	*ret_n = cap - g->st.avail_out;
	g->out_bytes += *ret_n;
	if (rc != ISAL_DECOMP_OK)
		return rd_err_set(err, RD_EPARSE, "the gzip is damaged%s",
			rc == ISAL_INCORRECT_CHECKSUM ? ": its checksum is wrong" : "");
	g->between = g->st.block_state == ISAL_BLOCK_FINISH;
	return check_ratio(g, err);
}

static rd_code read_gzip(struct gunzip *g, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	size_t n = 0;
	rd_code code = RD_OK;

	if (cap > UINT32_MAX)
		cap = UINT32_MAX;
	while (!code && !n && cap) {
		bool end = false;

		code = g->between ? next_member(g, &end, err) : fill(g, err);
		if (code || end)
			break;
		code = inflate_some(g, buf, cap, &n, err);
		if (!code && !n && !g->between && g->in_ended)
			code = rd_err_set(err, RD_EPARSE, "the gzip is cut short");
	}
	if (!code)
		*ret_n = n;
	return code;
}

static rd_code gunzip_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	struct gunzip *g = (struct gunzip *)r;
	rd_code code = g->mode == MODE_UNKNOWN ? find_mode(g, err) : RD_OK;

	if (code)
		return code;
	return g->mode == MODE_GZIP ? read_gzip(g, buf, cap, ret_n, err)
				    : read_plain(g, buf, cap, ret_n, err);
}

static void gunzip_close(rd_reader *r)
{
	free(r);
}

rd_code rd_gunzip_open(rd_reader *in, const rd_gunzip_caps *caps, rd_reader **ret_reader,
	rd_err *err)
{
	static const struct rd_reader_ops ops = {gunzip_read, gunzip_close};
	struct gunzip *g = calloc(1, sizeof *g);

	if (!g)
		return rd_err_nomem(err);
	g->base.ops = &ops;
	g->in = in;
	g->caps = *caps;
	*ret_reader = &g->base;
	return RD_OK;
}

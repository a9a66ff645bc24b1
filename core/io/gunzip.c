/* SPDX-License-Identifier: MIT */
/* Gzip while it is read, with ISA-L. */
#include "core/io/gunzip.h"

#include <inttypes.h>
#include <stdbool.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "core/io/gzip_member.h"

#define CHUNK_BYTES (64 * 1024)
#define SKIP_BYTES ((size_t)256 << 10)

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

/* ---- passing over ---- */

/* Has at least n bytes in buf, unless the stream ends. */
static rd_code look_ahead(struct gunzip *g, size_t n, rd_err *err)
{
	while (g->len - g->at < n && !g->in_ended) {
		size_t got = 0;
		rd_code code;

		memmove(g->buf, g->buf + g->at, g->len - g->at);
		g->len -= g->at;
		g->at = 0;
		code = rd_read(g->in, g->buf + g->len, sizeof g->buf - g->len, &got, err);
		if (code)
			return code;
		g->len += got;
		g->in_ended = !got;
		g->in_bytes += got;
	}
	return RD_OK;
}

/* Takes what a member holds behind its header, and proves it by its sum. */
static rd_code prove_member(struct gunzip *g, const rd_gzip_member *m, rd_err *err)
{
	uint32_t left = m->bytes - RD_GZIP_MEMBER_HEAD, crc = rd_gzip_member_crc(m);

	g->at += RD_GZIP_MEMBER_HEAD;
	while (left) {
		rd_code code = fill(g, err);
		size_t n = g->len - g->at < left ? g->len - g->at : left;

		if (code)
			return code;
		if (!n)
			return rd_err_set(err, RD_EPARSE, "the gzip is cut short");
		crc = crc32_gzip_refl(crc, g->buf + g->at, n);
		g->at += n;
		left -= (uint32_t)n;
	}
	if (crc != m->crc)
		return rd_err_set(err, RD_EPARSE, "the gzip is damaged: its checksum is wrong");
	return RD_OK;
}

/* Passes over the member that begins here, if it is one of ours and holds at most max bytes. *ret_n what it
 * holds; 0: it was not passed over. */
static rd_code skip_member(struct gunzip *g, uint64_t max, uint64_t *ret_n, rd_err *err)
{
	rd_gzip_member m;
	rd_code code = look_ahead(g, RD_GZIP_MEMBER_HEAD, err);

	*ret_n = 0;
	if (code || g->len - g->at < RD_GZIP_MEMBER_HEAD ||
		!rd_gzip_member_get(g->buf + g->at, &m) || m.raw_bytes > max)
		return code;
	code = prove_member(g, &m, err);
	if (code)
		return code;
	g->out_bytes += m.raw_bytes;
	*ret_n = m.raw_bytes;
	return check_ratio(g, err);
}

/* Reads the rest of the member that is open, then passes over whole ones; the last bytes, which end within
 * one, are left to be read. */
static rd_code gunzip_skip(rd_reader *r, uint64_t n, uint64_t *ret_n, rd_err *err)
{
	struct gunzip *g = (struct gunzip *)r;
	RD_AUTOFREE char *buf = malloc(SKIP_BYTES);
	rd_code code = buf ? RD_OK : rd_err_nomem(err);
	uint64_t passed = 0;
	size_t got = 0;

	while (!code && g->mode == MODE_GZIP && !g->between && passed < n) {
		uint64_t left = n - passed;

		code = fill(g, err);
		if (!code)
			code = inflate_some(g, buf, left < SKIP_BYTES ? (size_t)left : SKIP_BYTES,
				&got, err);
		if (!code && !got && !g->between && g->in_ended)
			code = rd_err_set(err, RD_EPARSE, "the gzip is cut short");
		passed += code ? 0 : got;
	}
	for (uint64_t held = 1; !code && g->mode == MODE_GZIP && g->between && held; passed += held)
		code = skip_member(g, n - passed, &held, err);
	if (!code)
		*ret_n = passed;
	return code;
}

static void gunzip_close(rd_reader *r)
{
	free(r);
}

rd_code rd_gunzip_open(rd_reader *in, const rd_gunzip_caps *caps, rd_reader **ret_reader,
	rd_err *err)
{
	static const struct rd_reader_ops ops = {gunzip_read, gunzip_close, gunzip_skip};
	struct gunzip *g = calloc(1, sizeof *g);

	if (!g)
		return rd_err_nomem(err);
	g->base.ops = &ops;
	g->in = in;
	g->caps = *caps;
	*ret_reader = &g->base;
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/* Gzip to a descriptor. Layout of members: RFC 1952; of stored blocks: RFC 1951, 3.2.4. */
#include "core/io/gzip_put.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "core/base/fs.h"

#define OUT_BYTES ((size_t)256 << 10)
#define LEVEL 1
#define LEVEL_BYTES ISAL_DEF_LVL1_DEFAULT
#define FIXED_EXTRA 23 /* header, block, trailer */

struct rd_gzip_put {
	int fd;
	off_t start;      /* place of the descriptor at the start */
	uint64_t written; /* bytes since */
	struct isal_zstream z;
	bool in_member;
	uint8_t *out;
	uint8_t *level_buf;
};

rd_code rd_gzip_put_open(int fd, rd_gzip_put **ret_put, rd_err *err)
{
	rd_gzip_put *g = calloc(1, sizeof(*g));

	if (!g)
		return rd_err_nomem(err);
	g->fd = fd;
	g->start = lseek(fd, 0, SEEK_CUR);
	g->out = malloc(OUT_BYTES);
	g->level_buf = malloc(LEVEL_BYTES);
	if (!g->out || !g->level_buf) {
		rd_gzip_put_close(g);
		return rd_err_nomem(err);
	}
	*ret_put = g;
	return RD_OK;
}

rd_gzip_put *rd_gzip_put_close(rd_gzip_put *g)
{
	if (!g)
		return NULL;
	free(g->out);
	free(g->level_buf);
	free(g);
	return NULL;
}

void rd_gzip_put_closep(rd_gzip_put **g)
{
	*g = rd_gzip_put_close(*g);
}

static rd_code write_out(rd_gzip_put *g, const void *bytes, size_t n, rd_err *err)
{
	g->written += n;
	return n ? rd_write_all(g->fd, bytes, n, err) : RD_OK;
}

static void begin_member(rd_gzip_put *g)
{
	isal_deflate_init(&g->z);
	g->z.level = LEVEL;
	g->z.level_buf = g->level_buf;
	g->z.level_buf_size = LEVEL_BYTES;
	g->z.gzip_flag = IGZIP_GZIP;
	g->in_member = true;
}

/* Compresses what is in next_in, with the end of the member if end_of_stream is set. */
static rd_code deflate_all(rd_gzip_put *g, rd_err *err)
{
	rd_code rc = RD_OK;

	do {
		g->z.next_out = g->out;
		g->z.avail_out = (uint32_t)OUT_BYTES;
		if (isal_deflate(&g->z) != COMP_OK)
			return rd_err_set(err, RD_EBUG, "gzip: the compressor refuses its input");
		rc = write_out(g, g->out, OUT_BYTES - g->z.avail_out, err);
	} while (!rc && (g->z.end_of_stream ? g->z.internal_state.state != ZSTATE_END
					    : g->z.avail_in || !g->z.avail_out));
	return rc;
}

rd_code rd_gzip_put_bytes(rd_gzip_put *g, const void *bytes, size_t n, rd_err *err)
{
	const uint8_t *p = bytes;
	rd_code rc = RD_OK;

	if (!g->in_member)
		begin_member(g);
	while (!rc && n) {
		uint32_t part = n > OUT_BYTES ? (uint32_t)OUT_BYTES : (uint32_t)n;

		g->z.next_in = (uint8_t *)(uintptr_t)p;
		g->z.avail_in = part;
		rc = deflate_all(g, err);
		p += part;
		n -= part;
	}
	return rc;
}

rd_code rd_gzip_put_end(rd_gzip_put *g, rd_err *err)
{
	if (!g->in_member)
		return RD_OK;
	g->in_member = false;
	g->z.avail_in = 0;
	g->z.end_of_stream = 1;
	return deflate_all(g, err);
}

static void put_le(uint8_t *to, uint32_t value, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

/* A member with one stored block. */
static void make_fixed(uint8_t *to, const uint8_t *bytes, size_t n)
{
	static const uint8_t head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};

	memcpy(to, head, sizeof(head));
	to[10] = 1;
	put_le(to + 11, (uint32_t)n, 2);
	put_le(to + 13, ~(uint32_t)n, 2);
	memcpy(to + 15, bytes, n);
	put_le(to + 15 + n, crc32_gzip_refl(0, bytes, n), 4);
	put_le(to + 19 + n, (uint32_t)n, 4);
}

rd_code rd_gzip_put_fixed(rd_gzip_put *g, const void *bytes, size_t n, uint64_t *ret_at,
	rd_err *err)
{
	uint8_t member[RD_GZIP_FIXED_MAX + FIXED_EXTRA];
	rd_code rc = rd_gzip_put_end(g, err);

	if (rc)
		return rc;
	if (n > RD_GZIP_FIXED_MAX)
		return rd_err_set(err, RD_EBUG, "gzip: the fixed part is too long");
	make_fixed(member, bytes, n);
	*ret_at = g->written;
	return write_out(g, member, n + FIXED_EXTRA, err);
}

rd_code rd_gzip_put_again(rd_gzip_put *g, uint64_t at, const void *bytes, size_t n, rd_err *err)
{
	uint8_t member[RD_GZIP_FIXED_MAX + FIXED_EXTRA];
	size_t done = 0;

	if (n > RD_GZIP_FIXED_MAX)
		return rd_err_set(err, RD_EBUG, "gzip: the fixed part is too long");
	make_fixed(member, bytes, n);
	while (done < n + FIXED_EXTRA) {
		ssize_t k = pwrite(g->fd, member + done, n + FIXED_EXTRA - done,
			g->start + (off_t)(at + done));

		if (k < 0 && errno != EINTR)
			return rd_err_os(err, errno, "writing");
		if (k > 0)
			done += (size_t)k;
	}
	return RD_OK;
}

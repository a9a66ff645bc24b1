/* SPDX-License-Identifier: MIT */
/* A reader over bytes that gives at most `step` of them at a time, and can fail at the end. */
#ifndef RD_TESTS_UNIT_IO_CHUNKED_H
#define RD_TESTS_UNIT_IO_CHUNKED_H

#include "core/base/stream.h"

struct chunked {
	rd_reader base;
	const char *bytes;
	size_t left;
	size_t step;
	rd_code fail_at_end; /* RD_OK: a plain end */
};

static rd_code chunked_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	struct chunked *c = (struct chunked *)r;
	size_t n = c->left < c->step ? c->left : c->step;

	if (!c->left && c->fail_at_end)
		return rd_err_set(err, c->fail_at_end, "the stream broke");
	if (n > cap)
		n = cap;
	if (n)
		memcpy(buf, c->bytes, n);
	c->bytes += n;
	c->left -= n;
	*ret_n = n;
	return RD_OK;
}

static void chunked_close(rd_reader *r RD_UNUSED) {}

static const struct rd_reader_ops chunked_ops = {chunked_read, chunked_close};

#define CHUNKED(bytes, n, step) \
	{ \
		{&chunked_ops}, (bytes), (n), (step), RD_OK \
	}

#endif

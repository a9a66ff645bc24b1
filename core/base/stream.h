/* SPDX-License-Identifier: MIT */
/*
 * rd_reader: a stream of bytes that is pulled; the common form of sources, contexts and bodies.
 *
 * An implementation embeds rd_reader as its first member. Life cycle: 1. a constructor gives one;
 * 2. rd_read until *ret_n is 0; 3. rd_reader_close.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_BASE_STREAM_H
#define RD_CORE_BASE_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/cancel.h"

typedef struct rd_reader rd_reader;

struct rd_reader_ops {
	/* Reads up to cap bytes; *ret_n = 0 means the end. May give fewer than asked. */
	rd_code (*read)(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err);
	/* Frees the reader and all it holds. */
	void (*close)(rd_reader *r);
	/* As rd_skip; NULL: there is no way cheaper than reading. */
	rd_code (*skip)(rd_reader *r, uint64_t n, uint64_t *ret_n, rd_err *err);
};

struct rd_reader {
	const struct rd_reader_ops *ops;
};

rd_code rd_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err);
/* Reads until cap bytes or the end. */
rd_code rd_read_full(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err);
/* Passes over up to n bytes in a way that is cheaper than reading them, and that proves them as reading
 * does. *ret_n fewer than n: the rest is to be read. */
rd_code rd_skip(rd_reader *r, uint64_t n, uint64_t *ret_n, rd_err *err);
/* Closes; NULL is fine. */
void rd_reader_close(rd_reader *r);
/* For RD_AUTO. */
void rd_reader_closep(rd_reader **r);

/* A reader over a descriptor. @fd taken, also on failure. @ret give. */
rd_code rd_reader_fd(int fd, rd_reader **ret_reader, rd_err *err);
/* That, of a descriptor that may be a pipe to which nobody writes: the token ends the wait (NULL: nothing does).
 * @what "the archive", for errors. Both are kept until close. */
rd_code rd_reader_pipe(int fd, const char *what, const rd_cancel *cancel, rd_reader **ret_reader,
	rd_err *err);
/* A reader over bytes that the caller keeps until close. @bytes borrow. @ret give. */
rd_code rd_reader_mem(const void *bytes, size_t n, rd_reader **ret_reader, rd_err *err);

/* A reader that tells how much went through it. Its owner sets the fields after rd_meter_init; closing
 * it does nothing. */
typedef struct rd_meter {
	rd_reader base;
	rd_reader *in; /* borrow */
	uint64_t bytes;
	void (*progress)(void *arg, uint64_t bytes); /* NULL: nobody asks */
	void *arg;
} rd_meter;

void rd_meter_init(rd_meter *m, rd_reader *in);

#endif

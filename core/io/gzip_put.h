/* SPDX-License-Identifier: MIT */
/*
 * What is written to a descriptor as gzip, by ISA-L. Parts that must be changed once their bytes are known
 * are members of their own that hold them as they are.
 * Life cycle: 1. rd_gzip_put_open; 2. bytes, fixed parts; 3. rd_gzip_put_end; 4. rd_gzip_put_close.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_IO_GZIP_PUT_H
#define RD_CORE_IO_GZIP_PUT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define RD_GZIP_FIXED_MAX 4096

typedef struct rd_gzip_put rd_gzip_put;

/* @fd borrow, until close. @ret give. */
rd_code rd_gzip_put_open(int fd, rd_gzip_put **ret_put, rd_err *err);
rd_gzip_put *rd_gzip_put_close(rd_gzip_put *g); /* NULL is fine. @returns NULL */
/* @errors RD_ENOSPC, RD_EIO. */
rd_code rd_gzip_put_bytes(rd_gzip_put *g, const void *bytes, size_t n, rd_err *err);
/* Bytes (at most RD_GZIP_FIXED_MAX) that stay as they are; *ret_at is where, from the descriptor's place at
 * the start. */
rd_code rd_gzip_put_fixed(rd_gzip_put *g, const void *bytes, size_t n, uint64_t *ret_at,
	rd_err *err);
/* Puts as many other bytes there, in a descriptor that can be sought. */
rd_code rd_gzip_put_again(rd_gzip_put *g, uint64_t at, const void *bytes, size_t n, rd_err *err);
rd_code rd_gzip_put_end(rd_gzip_put *g, rd_err *err);

#endif

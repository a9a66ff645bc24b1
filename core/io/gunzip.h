/* SPDX-License-Identifier: MIT */
/*
 * A stream that may come gzipped: told by its first two bytes, inflated with ISA-L while it is read.
 *
 * All members are read, their checksums are proven, and a stream cut short is an error; zeros may
 * follow the last member (padding of tapes and blocks), other bytes may not.
 * Life cycle: 1. rd_gunzip_open; 2. rd_read; 3. close. Thread rule: one thread at a time.
 */
#ifndef RD_CORE_IO_GUNZIP_H
#define RD_CORE_IO_GUNZIP_H

#include <stdint.h>

#include "core/base/stream.h"

/* What an untrusted stream may cost; 0: no cap. */
typedef struct rd_gunzip_caps {
	uint64_t in_bytes;    /* compressed bytes */
	uint64_t ratio;       /* bytes out for one byte in … */
	uint64_t ratio_after; /* … once that many bytes came out */
} rd_gunzip_caps;

/* @in borrow, until close. @caps borrow for the call; they hold for gzip only. @ret give.
 * Reads fail with RD_EPARSE (damaged, cut short), RD_ELIMIT (which cap) and the errors of in. */
rd_code rd_gunzip_open(rd_reader *in, const rd_gunzip_caps *caps, rd_reader **ret_reader,
	rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A stream as gzip, by ISA-L, while it is read; one that is gzip already goes through as it is.
 * Life cycle: 1. rd_gzip_open; 2. rd_read; 3. close. Thread rule: one thread at a time.
 */
#ifndef RD_CORE_IO_GZIP_H
#define RD_CORE_IO_GZIP_H

#include "core/base/stream.h"

/* @in borrow, until close. Reads give the errors of in. @ret give. */
rd_code rd_gzip_open(rd_reader *in, rd_reader **ret_reader, rd_err *err);

#endif

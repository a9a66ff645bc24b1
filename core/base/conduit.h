/* SPDX-License-Identifier: MIT */
/*
 * Bytes that one thread pushes and another pulls as a reader, with a buffer of fixed size between them.
 *
 * Life cycle: 1. rd_conduit_new; 2. rd_conduit_push by one thread, rd_conduit_reader's reads by the other;
 * 3. rd_conduit_end by the pusher, rd_conduit_stop by the puller; 4. rd_conduit_free when both are done.
 */
#ifndef RD_CORE_BASE_CONDUIT_H
#define RD_CORE_BASE_CONDUIT_H

#include <stdbool.h>

#include "core/base/stream.h"

typedef struct rd_conduit rd_conduit;

/* @ret give. */
rd_code rd_conduit_new(size_t size_bytes, rd_conduit **ret_conduit, rd_err *err);
rd_conduit *rd_conduit_free(rd_conduit *r); /* NULL is fine. @returns NULL */
/* Waits while the buffer is full. @returns false when the puller has stopped: nothing is kept then. */
bool rd_conduit_push(rd_conduit *r, const void *bytes, size_t n);
/* No more comes. Reads end after what is there, or (not is_whole) fail with RD_EUNAVAIL. */
void rd_conduit_end(rd_conduit *r, bool is_whole);
/* The reading end; its close does nothing. Borrowed. */
rd_reader *rd_conduit_reader(rd_conduit *r);
/* Nothing is pulled any more. */
void rd_conduit_stop(rd_conduit *r);

#endif

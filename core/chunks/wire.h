/* SPDX-License-Identifier: MIT */
/*
 * The numbers and texts of the cache's files: variable-length integers of 7 bits a byte, the lowest first.
 * Reading never passes the end: after the first error a reader gives zeros and stays failed.
 * Any thread; one thread a reader.
 */
#ifndef RD_CORE_CHUNKS_WIRE_H
#define RD_CORE_CHUNKS_WIRE_H

#include <stdint.h>

#include "core/base/str.h"

void rd_wire_put(rd_str *out, uint64_t value);
void rd_wire_put_signed(rd_str *out, int64_t value); /* small ones of both signs are short */
void rd_wire_put_text(rd_str *out, const char *text, size_t n);

typedef struct rd_wire {
	const uint8_t *at, *end;
	bool failed;
} rd_wire;

/* A number of at most max. */
uint64_t rd_wire_get(rd_wire *w, uint64_t max);
int64_t rd_wire_get_signed(rd_wire *w);
/* n bytes, borrowed from the input; NULL if there are fewer. */
const void *rd_wire_get_bytes(rd_wire *w, size_t n);
/* A text of at most max bytes without NUL, borrowed and not terminated: *ret_n tells its end. */
const char *rd_wire_get_text(rd_wire *w, size_t max, size_t *ret_n);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Where to cut content: at places that depend on the 64 bytes before them alone, so that a change moves
 * no cut but those beside it. FastCDC with normalised chunk sizes.
 * Source: Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach", 2016.
 * The cuts are part of what is stored: another gear or other masks mean that nothing is found again.
 * Thread rule: after init any thread.
 */
#ifndef RD_CORE_CHUNKS_CHUNKER_H
#define RD_CORE_CHUNKS_CHUNKER_H

#include <stddef.h>
#include <stdint.h>

#define RD_CHUNK_MIN_BYTES ((size_t)16 << 10)
#define RD_CHUNK_AVG_BYTES ((size_t)64 << 10)
#define RD_CHUNK_MAX_BYTES ((size_t)256 << 10)

typedef struct rd_chunker {
	uint64_t gear[256];
} rd_chunker;

void rd_chunker_init(rd_chunker *c);
/* Bytes of the first chunk, 1 … RD_CHUNK_MAX_BYTES. n > 0 is all that is left, or at least
 * RD_CHUNK_MAX_BYTES. */
size_t rd_chunker_cut(const rd_chunker *c, const uint8_t *bytes, size_t n);

#endif

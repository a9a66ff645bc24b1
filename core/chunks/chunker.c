/* SPDX-License-Identifier: MIT */
/* Content-defined cuts. */
#include "core/chunks/chunker.h"

/* Bits in the upper half of the sum, where a byte has its influence for longest; two more than the
 * average needs before the average size, two fewer after it. */
#define MASK_EARLY (UINT64_C(0x3ffff) << 46)
#define MASK_LATE (UINT64_C(0x3fff) << 50)

void rd_chunker_init(rd_chunker *c)
{
	uint64_t state = 0x7261636b6465636b; /* any number will do, as long as it stays */

	/* splitmix64 */
	for (int i = 0; i < 256; i++) {
		uint64_t z = state += 0x9e3779b97f4a7c15;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
		z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
		c->gear[i] = z ^ (z >> 31);
	}
}

size_t rd_chunker_cut(const rd_chunker *c, const uint8_t *bytes, size_t n)
{
	size_t end = n < RD_CHUNK_MAX_BYTES ? n : RD_CHUNK_MAX_BYTES;
	size_t middle = end < RD_CHUNK_AVG_BYTES ? end : RD_CHUNK_AVG_BYTES;
	size_t i = RD_CHUNK_MIN_BYTES;
	uint64_t sum = 0;

	for (; i < middle; i++) {
		sum = (sum << 1) + c->gear[bytes[i]];
		if (!(sum & MASK_EARLY))
			return i + 1;
	}
	for (; i < end; i++) {
		sum = (sum << 1) + c->gear[bytes[i]];
		if (!(sum & MASK_LATE))
			return i + 1;
	}
	return end;
}

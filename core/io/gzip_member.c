/* SPDX-License-Identifier: MIT */
/* The header of a gzip member of ours. */
#include "core/io/gzip_member.h"

#include <string.h>
#include <isa-l/crc.h>

/* Deflate, an extra field of 16 bytes: "RD" with 12. */
static const uint8_t fixed[] = {0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 16, 0, 'R', 'D', 12, 0};

static void put_le(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_le(const uint8_t *from)
{
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static void put_begin(const rd_gzip_member *m, uint8_t *to)
{
	memcpy(to, fixed, sizeof(fixed));
	put_le(to + sizeof(fixed), m->bytes);
	put_le(to + sizeof(fixed) + 4, m->raw_bytes);
}

uint32_t rd_gzip_member_crc(const rd_gzip_member *m)
{
	uint8_t begin[sizeof(fixed) + 8];

	put_begin(m, begin);
	return crc32_gzip_refl(0, begin, sizeof(begin));
}

void rd_gzip_member_put(const rd_gzip_member *m, uint8_t *to)
{
	put_begin(m, to);
	put_le(to + sizeof(fixed) + 8, m->crc);
}

bool rd_gzip_member_get(const uint8_t *from, rd_gzip_member *ret_m)
{
	if (memcmp(from, fixed, sizeof(fixed)) != 0)
		return false;
	ret_m->bytes = get_le(from + sizeof(fixed));
	ret_m->raw_bytes = get_le(from + sizeof(fixed) + 4);
	ret_m->crc = get_le(from + sizeof(fixed) + 8);
	return ret_m->bytes > RD_GZIP_MEMBER_HEAD;
}

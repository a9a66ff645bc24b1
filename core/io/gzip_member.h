/* SPDX-License-Identifier: MIT */
/*
 * The header of a gzip member of ours: RFC 1952 with an extra field "RD" that tells the bytes of the whole
 * member, those that it holds, and a CRC-32 over the header so far and all that follows it: so a member is
 * proved without inflating it. Other readers pass over the field. Any thread.
 */
#ifndef RD_CORE_IO_GZIP_MEMBER_H
#define RD_CORE_IO_GZIP_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#define RD_GZIP_MEMBER_HEAD 28

typedef struct rd_gzip_member {
	uint32_t bytes;     /* of the whole member */
	uint32_t raw_bytes; /* that it holds */
	uint32_t crc; /* as rd_gzip_member_crc begins it, carried on over what follows the header */
} rd_gzip_member;

/* The CRC-32 (RFC 1952) of the header up to its crc. */
uint32_t rd_gzip_member_crc(const rd_gzip_member *m);
/* Writes RD_GZIP_MEMBER_HEAD bytes. */
void rd_gzip_member_put(const rd_gzip_member *m, uint8_t *to);
/* Whether RD_GZIP_MEMBER_HEAD bytes are such a header. */
bool rd_gzip_member_get(const uint8_t *from, rd_gzip_member *ret_m);

#endif

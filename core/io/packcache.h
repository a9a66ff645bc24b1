/* SPDX-License-Identifier: MIT */
/*
 * Packed pieces kept in a folder, each a file named by its key, with a checksum: what is damaged is not there.
 * A piece is written beside and renamed; several processes may use the folder at once. Nobody but
 * core/io/pack*.c includes this. Thread rule: any thread, but trim.
 */
#ifndef RD_CORE_IO_PACKCACHE_H
#define RD_CORE_IO_PACKCACHE_H

#include "core/base/digest.h"
#include "core/base/str.h"

/* @returns whether the piece is there; its bytes are appended to out. */
bool rd_packcache_get(const char *dir, const uint8_t key[RD_SHA256_BYTES], rd_str *out);
/* @returns whether it could be written. */
bool rd_packcache_put(const char *dir, const uint8_t key[RD_SHA256_BYTES], const rd_str *bytes);
/* Removes the pieces used longest ago until at most max_bytes are left, and what killed writers left. */
void rd_packcache_trim(const char *dir, uint64_t max_bytes);

#endif

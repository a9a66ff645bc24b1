/* SPDX-License-Identifier: MIT */
/* SHA-256 of streams, SHA-1 and SHA-224 of short texts; hex and base64. One thread per rd_sha256. */
#ifndef RD_CORE_BASE_DIGEST_H
#define RD_CORE_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

#define RD_SHA256_BYTES 32
#define RD_SHA256_HEX 65 /* digits and NUL */
#define RD_SHA1_BYTES 20
#define RD_SHA1_HEX 41
#define RD_SHA224_HEX 57

typedef struct rd_sha256 rd_sha256; /* over libcrypto */

rd_code rd_sha256_new(rd_sha256 **ret_hash, rd_err *err);
void rd_sha256_add(rd_sha256 *h, const void *bytes, size_t n);
/* Ends the sum; the object can be used again from the start. */
void rd_sha256_end(rd_sha256 *h, uint8_t ret_sum[RD_SHA256_BYTES]);
rd_sha256 *rd_sha256_free(rd_sha256 *h); /* @returns NULL */
void rd_sha256_of(const void *bytes, size_t n, uint8_t ret_sum[RD_SHA256_BYTES]);
/* HMAC-SHA-256 (RFC 2104). */
void rd_hmac_of(const char *key, const void *bytes, size_t n, uint8_t ret_sum[RD_SHA256_BYTES]);
void rd_sha1_of(const void *bytes, size_t n, uint8_t ret_sum[RD_SHA1_BYTES]);
void rd_sha1_hex(const void *bytes, size_t n, char ret_hex[RD_SHA1_HEX]);
void rd_sha224_hex(const void *bytes, size_t n, char ret_hex[RD_SHA224_HEX]);
void rd_hex(const uint8_t *bytes, size_t n, char *ret_hex /* 2n+1 */);
/* Whether two texts are equal, in a time that does not tell where they differ. */
bool rd_secret_equal(const char *a, const char *b);
/* Base64 with padding (RFC 4648, 4). */
void rd_base64(const void *bytes, size_t n, char *ret_text /* (n + 2) / 3 * 4 + 1 */);
/* Appends what a whole base64 text with padding encodes. @errors RD_EPARSE. */
rd_code rd_base64_decode(const char *text, rd_str *out, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* Digests by libcrypto. */
#include "core/base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

struct rd_sha256 {
	EVP_MD_CTX *ctx;
};

rd_code rd_sha256_new(rd_sha256 **ret_hash, rd_err *err)
{
	rd_sha256 *h = calloc(1, sizeof *h);

	if (!h)
		return rd_err_nomem(err);
	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || !EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL)) {
		rd_sha256_free(h);
		return rd_err_set(err, RD_ENOMEM, "libcrypto could not start a SHA-256 sum");
	}
	*ret_hash = h;
	return RD_OK;
}

/* With a digest that was set up, libcrypto's calls do not fail; a wrong content id would be worse
 * than the end of the process. */
static void must(int ok)
{
	if (!ok)
		abort();
}

void rd_sha256_add(rd_sha256 *h, const void *bytes, size_t n)
{
	must(EVP_DigestUpdate(h->ctx, bytes, n));
}

void rd_sha256_end(rd_sha256 *h, uint8_t ret_sum[RD_SHA256_BYTES])
{
	must(EVP_DigestFinal_ex(h->ctx, ret_sum, NULL));
	must(EVP_DigestInit_ex(h->ctx, NULL, NULL));
}

rd_sha256 *rd_sha256_free(rd_sha256 *h)
{
	if (h) {
		EVP_MD_CTX_free(h->ctx);
		free(h);
	}
	return NULL;
}

void rd_sha256_of(const void *bytes, size_t n, uint8_t ret_sum[RD_SHA256_BYTES])
{
	must(EVP_Digest(bytes, n, ret_sum, NULL, EVP_sha256(), NULL));
}

void rd_hmac_of(const char *key, const void *bytes, size_t n, uint8_t ret_sum[RD_SHA256_BYTES])
{
	must(HMAC(EVP_sha256(), key, (int)strlen(key), bytes, n, ret_sum, NULL) != NULL);
}

void rd_hex(const uint8_t *bytes, size_t n, char *ret_hex)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		ret_hex[2 * i] = hex[bytes[i] >> 4];
		ret_hex[2 * i + 1] = hex[bytes[i] & 15];
	}
	ret_hex[2 * n] = '\0';
}

void rd_sha1_of(const void *bytes, size_t n, uint8_t ret_sum[RD_SHA1_BYTES])
{
	must(EVP_Digest(bytes, n, ret_sum, NULL, EVP_sha1(), NULL));
}

void rd_sha1_hex(const void *bytes, size_t n, char ret_hex[RD_SHA1_HEX])
{
	uint8_t sum[RD_SHA1_BYTES];

	rd_sha1_of(bytes, n, sum);
	rd_hex(sum, sizeof sum, ret_hex);
}

void rd_sha224_hex(const void *bytes, size_t n, char ret_hex[RD_SHA224_HEX])
{
	uint8_t sum[(RD_SHA224_HEX - 1) / 2];

	must(EVP_Digest(bytes, n, sum, NULL, EVP_sha224(), NULL));
	rd_hex(sum, sizeof sum, ret_hex);
}

void rd_base64(const void *bytes, size_t n, char *ret_text)
{
	EVP_EncodeBlock((unsigned char *)ret_text, bytes, (int)n);
}

rd_code rd_base64_decode(const char *text, rd_str *out, rd_err *err)
{
	size_t n = strlen(text), pad = 0;
	char *room = rd_str_reserve(out, n / 4 * 3);
	int got;

	if (!room && n)
		return rd_str_check(out, "what base64 encodes", err);
	while (pad < 2 && pad < n && text[n - 1 - pad] == '=')
		pad++;
	got = n % 4 || !n
		      ? -1
		      : EVP_DecodeBlock((unsigned char *)room, (const unsigned char *)text, (int)n);
	if (got < (int)pad)
		return rd_err_set(err, RD_EPARSE, "what should be base64 is not");
	rd_str_commit(out, (size_t)got - pad);
	return RD_OK;
}

bool rd_secret_equal(const char *a, const char *b)
{
	uint8_t x[RD_SHA256_BYTES], y[RD_SHA256_BYTES];

	/* Of the same length, whatever theirs is. */
	rd_sha256_of(a, strlen(a), x);
	rd_sha256_of(b, strlen(b), y);
	return CRYPTO_memcmp(x, y, sizeof(x)) == 0;
}

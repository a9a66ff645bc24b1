/* SPDX-License-Identifier: MIT */
/* Certificates of TLS, by libcrypto. */
#include "core/base/certificate.h"

#include <string.h>
#include <sys/random.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/base/digest.h"

static X509 *read_pem(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return certificate;
}

rd_code rd_certificate_key_sum(const char *pem, char ret_sum[RD_KEY_SUM_SIZE], rd_err *err)
{
	X509 *certificate = read_pem(pem);
	unsigned char *der = NULL;
	int n = certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der) : -1;
	uint8_t sum[RD_SHA256_BYTES];

	if (n > 0) {
		rd_sha256_of(der, (size_t)n, sum);
		rd_base64(sum, sizeof(sum), ret_sum);
	}
	OPENSSL_free(der);
	X509_free(certificate);
	return n > 0 ? RD_OK : rd_err_set(err, RD_EPARSE, "the certificate can not be read");
}

rd_code rd_certificate_check_time(const char *pem, rd_err *err)
{
	X509 *certificate = read_pem(pem);
	struct tm end = {0};
	int begun, over;

	if (!certificate)
		return rd_err_set(err, RD_EPARSE, "the certificate can not be read");
	begun = X509_cmp_current_time(X509_get0_notBefore(certificate));
	over = X509_cmp_current_time(X509_get0_notAfter(certificate));
	(void)ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end);
	X509_free(certificate);
	if (over <= 0)
		return rd_err_set(err, RD_EPERM, "the certificate has expired on %04d-%02d-%02d",
			end.tm_year + 1900, end.tm_mon + 1, end.tm_mday);
	return begun < 0 ? RD_OK : rd_err_set(err, RD_EPERM, "the certificate is not valid yet");
}

bool rd_certificate_is_unsigned(long verify_result)
{
	return verify_result == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
	       verify_result == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
	       verify_result == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       verify_result == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

/* ---- making one ---- */

#define YEARS 10

static bool add_extension(X509 *cert, int kind, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, kind, value);
	ok = e && X509_add_ext(cert, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

/* "DNS:" or "IP:" before a host. */
static void put_name(rd_str *out, const char *host)
{
	bool is_address = strchr(host, ':') || !host[strspn(host, "0123456789.")];

	rd_str_printf(out, "%s:%s", is_address ? "IP" : "DNS", host);
}

static bool fill(X509 *cert, EVP_PKEY *key, const char *host)
{
	RD_STR_AUTO rd_str names = RD_STR_INIT(0);
	X509_NAME *name = X509_get_subject_name(cert);
	uint8_t serial[8];

	put_name(&names, host);
	rd_str_put(&names, ",DNS:localhost,IP:127.0.0.1,IP:::1");
	if (getrandom(serial, sizeof(serial), 0) != (ssize_t)sizeof(serial))
		return false;
	return rd_str_ok(&names) && X509_set_version(cert, X509_VERSION_3) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), *serial | 1u) == 1 &&
	       X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
	       X509_time_adj_ex(X509_getm_notAfter(cert), YEARS * 365, 0, NULL) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		       (const unsigned char *)"rackdeck", -1, -1, 0) == 1 &&
	       X509_set_issuer_name(cert, name) == 1 && X509_set_pubkey(cert, key) == 1 &&
	       add_extension(cert, NID_subject_alt_name, rd_str_get(&names)) &&
	       X509_sign(cert, key, EVP_sha256()) > 0;
}

static bool put_bio(BIO *bio, rd_str *out)
{
	char *bytes;
	long n = BIO_get_mem_data(bio, &bytes);

	if (n > 0)
		rd_str_putn(out, bytes, (size_t)n);
	return n > 0 && rd_str_ok(out);
}

rd_code rd_certificate_make(const char *host, rd_str *cert, rd_str *key, rd_err *err)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	X509 *made = X509_new();
	BIO *cert_bio = BIO_new(BIO_s_mem()), *key_bio = BIO_new(BIO_s_secmem());
	bool ok = pair && made && cert_bio && key_bio && fill(made, pair, host) &&
		  PEM_write_bio_X509(cert_bio, made) == 1 &&
		  PEM_write_bio_PKCS8PrivateKey(key_bio, pair, NULL, NULL, 0, NULL, NULL) == 1 &&
		  put_bio(cert_bio, cert) && put_bio(key_bio, key);

	BIO_free(cert_bio);
	BIO_free(key_bio);
	X509_free(made);
	EVP_PKEY_free(pair);
	return ok ? RD_OK : rd_err_set(err, RD_EINVAL, "no certificate can be made for '%s'", host);
}

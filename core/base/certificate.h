/* SPDX-License-Identifier: MIT */
/* Certificates of TLS. Any thread. */
#ifndef RD_CORE_BASE_CERTIFICATE_H
#define RD_CORE_BASE_CERTIFICATE_H

#include "core/base/str.h"

#define RD_KEY_SUM_SIZE 45 /* 44 characters and NUL */

/* SHA-256 of the public key (its SubjectPublicKeyInfo in DER, as RFC 7469 pins it) in base64.
 * @pem one certificate. @errors RD_EPARSE. */
rd_code rd_certificate_key_sum(const char *pem, char ret_sum[RD_KEY_SUM_SIZE], rd_err *err);
/* @errors RD_EPERM it has expired or is not valid yet; RD_EPARSE. */
rd_code rd_certificate_check_time(const char *pem, rd_err *err);
/* Whether what libcrypto found wrong with a certificate is only that no authority known here signed it. */
bool rd_certificate_is_unsigned(long verify_result);
/* A new key and a certificate of it, signed by itself, for that host and for localhost, good for ten years;
 * both in PEM. */
rd_code rd_certificate_make(const char *host, rd_str *cert, rd_str *key, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* Who a server of TLS is: greeted before anything is said to it. */
#include "core/base/certificate.h"
#include "core/base/sigpipe.h"
#include "core/io/http_impl.h"

/* The server's own certificate in PEM, borrowed from the handle. */
static const char *first_certificate(CURL *easy)
{
	struct curl_certinfo *chain = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain ||
		chain->num_of_certs < 1)
		return NULL;
	for (struct curl_slist *at = chain->certinfo[0]; at; at = at->next)
		if (rd_starts_with(at->data, "Cert:"))
			return at->data + strlen("Cert:");
	return NULL;
}

/* What a server shows when it is greeted. */
typedef struct greeting {
	bool is_signed;
	rd_str pem; /* its certificate */
} greeting;

static rd_code greet(rd_http *h, CURL *easy, CURLM *multi, rd_cancel *cancel, greeting *g,
	rd_err *err)
{
	char why[CURL_ERROR_SIZE] = "";
	CURLcode result = CURLE_OK;
	long verify = 0;
	const char *pem;
	rd_code code = rd_http_prepare(h, easy, "/", why, err);

	if (code)
		return code;
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	code = rd_http_run(multi, easy, cancel, &result, err);
	if (code)
		return code;
	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verify);
	g->is_signed = result == CURLE_OK;
	if (result == CURLE_PEER_FAILED_VERIFICATION && rd_certificate_is_unsigned(verify))
		return RD_OK;
	if (result != CURLE_OK)
		return rd_http_failure(h, easy, result, why, err);
	pem = first_certificate(easy);
	if (!pem)
		return rd_err_set(err, RD_EREMOTE, "%s shows no certificate", rd_http_base(h));
	rd_str_put(&g->pem, pem);
	return rd_str_check(&g->pem, "certificate", err);
}

/* Shakes hands with a server, and no more. */
static rd_code meet(const rd_http_opts *opts, rd_cancel *cancel, greeting *g, rd_err *err)
{
	rd_http *h = NULL;
	CURL *easy;
	CURLM *multi;
	rd_sigpipe held;
	rd_code code = rd_http_open(opts, &h, err);

	if (code)
		return code;
	rd_sigpipe_hold(&held);
	easy = curl_easy_init();
	multi = curl_multi_init();
	code = easy && multi ? greet(h, easy, multi, cancel, g, err) : rd_err_nomem(err);
	if (easy && multi)
		curl_multi_remove_handle(multi, easy);
	curl_easy_cleanup(easy);
	curl_multi_cleanup(multi);
	rd_http_close(h);
	rd_sigpipe_release(&held);
	return code;
}

rd_code rd_http_is_signed(const char *base, const char *ca, rd_cancel *cancel, bool *ret_is_signed,
	rd_err *err)
{
	greeting g = {0};
	rd_code code = meet(&(rd_http_opts){.base = base, .ca = ca}, cancel, &g, err);

	rd_str_done(&g.pem);
	if (code == RD_OK)
		*ret_is_signed = g.is_signed;
	return code;
}

rd_code rd_http_pin(const char *base, rd_cancel *cancel, char ret_pin[RD_HTTP_PIN_SIZE],
	rd_err *err)
{
	greeting g = {0};
	rd_code code = meet(&(rd_http_opts){.base = base, .insecure = true}, cancel, &g, err);

	if (code == RD_OK && rd_certificate_check_time(rd_str_get(&g.pem), err) != RD_OK)
		code = rd_err_wrap(err, "%s", base);
	if (code == RD_OK) {
		memcpy(ret_pin, "sha256//", 8);
		code = rd_certificate_key_sum(rd_str_get(&g.pem), ret_pin + 8, err);
	}
	rd_str_done(&g.pem);
	return code;
}

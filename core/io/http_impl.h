/* SPDX-License-Identifier: MIT */
/* What HTTP calls and WebSockets share: a server's settings put on a handle of curl. */
#ifndef RD_CORE_IO_HTTP_IMPL_H
#define RD_CORE_IO_HTTP_IMPL_H

#include <curl/curl.h>

#include "core/io/http.h"

/* Sets address, TLS and what all transfers have in common. @path from '/'. */
rd_code rd_http_prepare(rd_http *h, CURL *easy, const char *path, char why[CURL_ERROR_SIZE],
	rd_err *err);
/* Runs the transfer to its end. @multi of easy alone; stays. @errors RD_ECANCELED, RD_EBUG. */
rd_code rd_http_run(CURLM *multi, CURL *easy, rd_cancel *cancel, CURLcode *ret_result, rd_err *err);
/* The error of a transfer that ended badly. @why curl's text, may be empty. */
rd_code rd_http_failure(rd_http *h, CURL *easy, CURLcode result, const char *why, rd_err *err);
/* "http://host:port". Borrowed. */
const char *rd_http_base(const rd_http *h);

#endif

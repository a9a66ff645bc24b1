/* SPDX-License-Identifier: MIT */
/*
 * HTTP calls to one server, over TCP, TLS or a unix socket: bodies are streamed both ways, redirects
 * are never followed, proxies of the environment are not used for unix sockets.
 *
 * Life cycle: 1. rd_http_open (no call is made yet); 2. rd_http_do; 3. rd_http_close.
 * Thread rule: any number of calls at once on one rd_http; no two share a connection.
 */
#ifndef RD_CORE_IO_HTTP_H
#define RD_CORE_IO_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/cancel.h"
#include "core/base/stream.h"
#include "core/base/str.h"
#include "core/base/vec.h"

typedef struct rd_http rd_http;

typedef struct rd_http_opts {
	const char *base;        /* "http://host:port[/path]" or "https://…", no '/' at its end */
	const char *unix_socket; /* path; NULL: TCP */
	/* TLS: files in PEM; NULL: the system's CAs, no certificate of ours. */
	const char *ca, *cert, *key;
	/* AWS signature version 4 by libcurl: its CURLOPT_AWS_SIGV4 ("aws:amz:REGION:s3"), key id and secret.
	 * NULL: none. libcurl signs path, query and headers as it is given them: the query must be in order and
	 * escaped, and x-amz-content-sha256 among the headers. */
	const char *sigv4, *key_id, *secret;
	/* Instead of a certificate that a CA signed: "sha256//…", the server's public key as rd_http_pin
	 * gives it. */
	const char *pin;
	bool insecure; /* the server's certificate is not looked at */
	/* Connections stay open for later calls, up to RD_HTTP_KEPT. Calls with a stream as body, and over a
	 * network POST, get their own: they could not be sent again if the server had just closed a kept one. */
	bool keep;
} rd_http_opts;

#define RD_HTTP_KEPT 4

/* Part of an answer's body; a non-zero result ends the call with that error. */
typedef rd_code rd_http_fn(void *arg, const char *bytes, size_t n, rd_err *err);

typedef struct rd_http_request {
	const char *method;     /* "GET", … */
	const char *path;       /* from '/', with its query, escaped (rd_http_escape) */
	const rd_strs *headers; /* "Name: value"; NULL: none */
	const void *body;       /* NULL: none */
	size_t body_n;
	rd_reader *body_stream; /* instead of body: sent in large chunks as it is read. borrow */
	rd_http_fn *fn;         /* takes the body of a 2xx answer; NULL: it goes to the answer */
	void *arg;
	bool unpack;        /* a gzipped answer is asked for, and taken out of it */
	int64_t timeout_ms; /* for the whole call; 0: no limit */
	int64_t silence_ms; /* without a byte in either direction; 0: no limit */
	rd_cancel *cancel;  /* NULL: never */
} rd_http_request;

/* What came back; rd_http_answer_done frees it. */
typedef struct rd_http_answer {
	int status;
	rd_str body;    /* of answers that fn did not take */
	rd_kvs headers; /* names in lower case */
} rd_http_answer;
void rd_http_answer_done(rd_http_answer *a);

#define RD_HTTP_BODY_MAX ((size_t)64 << 20) /* of a collected body */

/* @errors RD_EINVAL for a malformed base, RD_ENOMEM. @ret give. */
rd_code rd_http_open(const rd_http_opts *opts, rd_http **ret_http, rd_err *err);
rd_http *rd_http_close(rd_http *h); /* @returns NULL */

/* One call. Any status is RD_OK: look at ret_answer->status.
 * @ret_answer zeroed by the call; to be freed also after an error.
 * @errors RD_EUNAVAIL no connection, or lost within the answer (err->os: errno of the connect, or 0);
 * RD_EPERM the socket refuses us, or the server's certificate or key is not the right one; RD_EREMOTE it speaks no
 * HTTP, or no TLS; RD_ETIMEOUT; RD_ECANCELED; RD_ELIMIT its head or collected body is too large; what fn or the body's
 * reader gave. */
rd_code rd_http_do(rd_http *h, const rd_http_request *rq, rd_http_answer *ret_answer, rd_err *err);

#define RD_HTTP_PIN_SIZE 53 /* "sha256//", 44 characters of base64, NUL */
/* Whether an authority vouches for a server of TLS; nothing else is sent to it. *ret_is_signed false: none that is
 * known here signed its certificate. @base "https://…". @ca as in rd_http_opts. @errors as rd_http_do: all else
 * that is wrong with the certificate. */
rd_code rd_http_is_signed(const char *base, const char *ca, rd_cancel *cancel, bool *ret_is_signed,
	rd_err *err);
/* The public key that a server of TLS shows, as curl's CURLOPT_PINNEDPUBLICKEY writes it; nothing else is
 * sent to it. @base "https://…". @errors as rd_http_do; RD_EPERM its certificate has expired. */
rd_code rd_http_pin(const char *base, rd_cancel *cancel, char ret_pin[RD_HTTP_PIN_SIZE],
	rd_err *err);

/* Appends text with all but letters, digits and "-._~" escaped; `keep` are further bytes to leave. */
void rd_http_escape(rd_str *out, const char *text, const char *keep);

/* A date as HTTP writes it, as a stamp; 0 if it is none. */
int64_t rd_http_date(const char *text);

#endif

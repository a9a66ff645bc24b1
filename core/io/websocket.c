/* SPDX-License-Identifier: MIT */
/* WebSockets over libcurl's connect-only mode. */
#include "core/io/websocket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/sigpipe.h"
#include "core/io/http_impl.h"

#define HANDSHAKE_US (30 * 1000000LL)
#define PING_US (20 * 1000000LL)
#define SILENCE_US (60 * 1000000LL)
#define HEAD_MAX_BYTES ((size_t)64 << 10)
#define REFUSAL_MAX_BYTES ((size_t)4 << 10)
#define REFUSAL_US (2 * 1000000LL)
#define READ_BYTES ((size_t)64 << 10)

struct rd_websocket {
	rd_http *http;
	rd_cancel *cancel;
	CURL *easy;
	CURLM *multi;
	curl_socket_t fd;
	rd_ws *ws;
	rd_str buf;       /* READ_BYTES of room */
	int64_t heard_us; /* when the last byte came */
	int64_t asked_us; /* when the last ping went */
};

/* ---- bytes ---- */

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Waits until the socket is ready or the time has come. @ret_ready false: it has. */
static rd_code wait_ready(rd_websocket *w, short events, int64_t until_us, bool *ret_ready,
	rd_err *err)
{
	struct pollfd fds[2] = {{w->fd, events, 0}, {rd_cancel_fd(w->cancel), POLLIN, 0}};
	int64_t left_us = until_us - rd_now_us();
	int n;

	do {
		n = poll(fds, 2, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return rd_err_os(err, errno, "waiting for %s", rd_http_base(w->http));
	if (rd_cancel_fired(w->cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	*ret_ready = fds[0].revents != 0;
	return RD_OK;
}

static rd_code lost(rd_websocket *w, rd_err *err)
{
	return rd_err_set(err, RD_EUNAVAIL, "%s: the connection was cut", rd_http_base(w->http));
}

static rd_code silent(rd_websocket *w, rd_err *err)
{
	return rd_err_set(err, RD_ETIMEOUT, "%s: no answer for %lld seconds", rd_http_base(w->http),
		SILENCE_US / 1000000);
}

static rd_code send_held(rd_websocket *w, rd_str *out, rd_err *err)
{
	int64_t until_us = rd_now_us() + SILENCE_US;

	while (out->len) {
		size_t n = 0;
		CURLcode result = curl_easy_send(w->easy, out->data, out->len, &n);
		bool is_ready = false;
		rd_code rc;

		rd_str_drop_front(out, n);
		if (result == CURLE_OK)
			continue;
		if (result != CURLE_AGAIN)
			return lost(w, err);
		rc = wait_ready(w, POLLOUT, until_us, &is_ready, err);
		if (rc)
			return rc;
		if (!is_ready)
			return silent(w, err);
	}
	return RD_OK;
}

static rd_code send_all(rd_websocket *w, rd_str *out, rd_err *err)
{
	rd_sigpipe held;
	rd_code rc;

	rd_sigpipe_hold(&held);
	rc = send_held(w, out, err);
	rd_sigpipe_release(&held);
	return rc;
}

/* Reads what is there, without waiting: 0 bytes if nothing is. Bytes may wait in TLS while the socket is
 * quiet, so reading comes before waiting. */
static rd_code read_some(rd_websocket *w, size_t *ret_n, rd_err *err)
{
	CURLcode result = curl_easy_recv(w->easy, w->buf.data, READ_BYTES, ret_n);

	if (result == CURLE_AGAIN) {
		*ret_n = 0;
		return RD_OK;
	}
	if (result != CURLE_OK || !*ret_n)
		return lost(w, err);
	w->heard_us = rd_now_us();
	return RD_OK;
}

rd_code rd_websocket_next(rd_websocket *w, rd_err *err)
{
	for (;;) {
		int64_t ping_us, end_us;
		bool is_ready = false;
		size_t n = 0;
		rd_code rc = rd_cancel_fired(w->cancel) ? rd_err_set(err, RD_ECANCELED, "canceled")
							: read_some(w, &n, err);

		if (!rc && n) {
			rc = rd_ws_feed(w->ws, w->buf.data, n, err);
			return rc ? rc : send_all(w, rd_ws_output(w->ws), err);
		}
		if (rc)
			return rc;
		end_us = w->heard_us + SILENCE_US;
		ping_us = (w->asked_us > w->heard_us ? w->asked_us : w->heard_us) + PING_US;
		rc = wait_ready(w, POLLIN, earlier(end_us, ping_us), &is_ready, err);
		if (rc)
			return rc;
		if (!is_ready && rd_now_us() >= end_us)
			return silent(w, err);
		if (!is_ready && rd_now_us() >= ping_us) {
			w->asked_us = rd_now_us();
			rc = rd_ws_ping(w->ws, err);
			if (!rc)
				rc = send_all(w, rd_ws_output(w->ws), err);
			if (rc)
				return rc;
		}
	}
}

/* ---- the handshake ---- */

static rd_code connect_server(rd_websocket *w, const char *path, rd_err *err)
{
	char why[CURL_ERROR_SIZE] = "";
	CURLcode result = CURLE_OK;
	rd_sigpipe held;
	rd_code rc;

	w->easy = curl_easy_init();
	w->multi = curl_multi_init();
	if (!w->easy || !w->multi)
		return rd_err_nomem(err);
	rc = rd_http_prepare(w->http, w->easy, path, why, err);
	if (rc)
		return rc;
	curl_easy_setopt(w->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(w->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	rd_sigpipe_hold(&held);
	rc = rd_http_run(w->multi, w->easy, w->cancel, &result, err);
	rd_sigpipe_release(&held);
	if (rc)
		return rc;
	if (result != CURLE_OK)
		rc = rd_http_failure(w->http, w->easy, result, why, err);
	else if (curl_easy_getinfo(w->easy, CURLINFO_ACTIVESOCKET, &w->fd) != CURLE_OK)
		rc = lost(w, err);
	/* `why` is ours only here. */
	curl_easy_setopt(w->easy, CURLOPT_ERRORBUFFER, NULL);
	return rc;
}

static rd_code send_head(rd_websocket *w, const rd_websocket_opts *opts, const char *key,
	rd_err *err)
{
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	const char *base = rd_http_base(w->http);
	const char *host = strstr(base, "://") + 3;
	rd_code rc;

	rd_str_printf(&out,
		"GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nOrigin: %s\r\n"
		"User-Agent: rackdeck/" VERSION "\r\n",
		opts->path, host, key, base);
	for (size_t i = 0; opts->headers && i < opts->headers->len; i++) {
		if (opts->headers->items[i][strcspn(opts->headers->items[i], "\r\n")])
			return rd_err_set(err, RD_EINVAL, "a header holds a line break");
		rd_str_printf(&out, "%s\r\n", opts->headers->items[i]);
	}
	rd_str_put(&out, "\r\n");
	rc = rd_str_check(&out, "request", err);
	return rc ? rc : send_all(w, &out, err);
}

/* Reads until the text holds the end of the head. */
static rd_code read_head(rd_websocket *w, rd_str *head, size_t *ret_end, rd_err *err)
{
	int64_t until_us = rd_now_us() + HANDSHAKE_US;

	for (;;) {
		const char *end = head->len ? memmem(head->data, head->len, "\r\n\r\n", 4) : NULL;
		bool is_ready = false;
		size_t n = 0;
		rd_code rc;

		if (end) {
			*ret_end = (size_t)(end - head->data) + 4;
			return RD_OK;
		}
		rc = read_some(w, &n, err);
		if (!rc && !n) {
			rc = wait_ready(w, POLLIN, until_us, &is_ready, err);
			if (!rc && !is_ready)
				rc = silent(w, err);
		}
		rd_str_putn(head, w->buf.data, n);
		if (!rc)
			rc = rd_str_check(head, "answer's head", err);
		if (rc)
			return rc;
	}
}

/* The value of a header, with its length; NULL if there is none. @name lower or upper case. */
static const char *header_of(const char *head, const char *name, size_t *ret_n)
{
	size_t name_n = strlen(name);

	for (const char *at = strstr(head, "\r\n"); at && at[2]; at = strstr(at + 2, "\r\n"))
		if (!strncasecmp(at + 2, name, name_n) && at[2 + name_n] == ':') {
			const char *value = at + 3 + name_n;

			value += strspn(value, " \t");
			*ret_n = strcspn(value, " \t\r\n");
			return value;
		}
	return NULL;
}

static rd_code check_head(rd_websocket *w, const char *head, const char *key,
	rd_http_answer *ret_answer, rd_err *err)
{
	char accept[RD_WS_ACCEPT_SIZE];
	const char *value;
	size_t n = 0;

	if (strncmp(head, "HTTP/1.", 7) || strlen(head) < 12)
		return rd_err_set(err, RD_EPARSE, "%s does not speak HTTP", rd_http_base(w->http));
	ret_answer->status = (int)strtol(head + 9, NULL, 10);
	if (ret_answer->status != 101)
		return rd_err_set(err, RD_EREMOTE, "%s opens no stream: status %d",
			rd_http_base(w->http), ret_answer->status);
	rd_ws_accept(key, accept);
	value = header_of(head, "sec-websocket-accept", &n);
	if (!value || n != strlen(accept) || memcmp(value, accept, n) != 0)
		return rd_err_set(err, RD_EPARSE, "%s opens a stream that is no WebSocket",
			rd_http_base(w->http));
	return RD_OK;
}

/* ---- a refusal's words ---- */

/* What the chunks hold that are there, in their place. */
static void unchunk(rd_str *body)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	const char *at = rd_str_get(body), *end = at + body->len;
	char *after;

	while (at < end) {
		unsigned long n = strtoul(at, &after, 16);
		const char *data = memchr(after, '\n', (size_t)(end - after));

		if (after == at || !n || !data)
			break;
		data++;
		n = n < (size_t)(end - data) ? n : (size_t)(end - data);
		rd_str_putn(&text, data, n);
		at = data + n;
		at += strspn(at, "\r\n");
	}
	rd_str_clear(body);
	rd_str_putn(body, rd_str_get(&text), text.len);
}

/* What an error may tell of the head. */
static void keep_headers(const char *head, rd_kvs *out)
{
	static const char *const names[] = {"location", "retry-after"};

	for (size_t i = 0; i < RD_LEN(names); i++) {
		size_t n = 0;
		const char *value = header_of(head, names[i], &n);
		RD_AUTOFREE char *text = value ? strndup(value, n) : NULL;

		if (text)
			(void)rd_kvs_set(out, names[i], text);
	}
}

/* Reads so much of the answer's body as makes a message, for a moment. */
static void read_refusal(rd_websocket *w, const char *head, rd_str *body)
{
	int64_t until_us = rd_now_us() + REFUSAL_US;
	size_t n = 0, length = REFUSAL_MAX_BYTES;
	const char *value = header_of(head, "transfer-encoding", &n);
	bool is_chunked = value && n == 7 && !strncasecmp(value, "chunked", n);
	bool is_ready = true;

	value = header_of(head, "content-length", &n);
	if (value && strtoul(value, NULL, 10) < length)
		length = strtoul(value, NULL, 10);
	while (body->len < length && !(is_chunked && rd_ends_with(rd_str_get(body), "0\r\n\r\n"))) {
		if (read_some(w, &n, NULL))
			break;
		rd_str_putn(body, w->buf.data, n);
		if (!n && (wait_ready(w, POLLIN, until_us, &is_ready, NULL) || !is_ready))
			break;
	}
	if (is_chunked)
		unchunk(body);
}

static rd_code shake_hands(rd_websocket *w, const rd_websocket_opts *opts,
	rd_http_answer *ret_answer, rd_err *err)
{
	RD_STR_AUTO rd_str head = RD_STR_INIT(HEAD_MAX_BYTES + READ_BYTES);
	char key[RD_WS_KEY_SIZE];
	char first_body_byte;
	size_t end = 0;
	rd_code rc;

	rd_ws_key(key);
	rc = send_head(w, opts, key, err);
	if (!rc)
		rc = read_head(w, &head, &end, err);
	if (rc)
		return rc;
	first_body_byte = head.data[end];
	head.data[end] = '\0';
	rc = check_head(w, head.data, key, ret_answer, err);
	if (rc == RD_EREMOTE) {
		head.data[end] = first_body_byte;
		rd_str_putn(&ret_answer->body, head.data + end, head.len - end);
		head.data[end] = '\0';
		keep_headers(head.data, &ret_answer->headers);
		read_refusal(w, head.data, &ret_answer->body);
	}
	head.data[end] = first_body_byte;
	/* The first frames may have come with the head. */
	return rc || head.len == end ? rc : rd_ws_feed(w->ws, head.data + end, head.len - end, err);
}

rd_code rd_websocket_open(rd_http *h, const rd_websocket_opts *opts, rd_websocket **ret_websocket,
	rd_http_answer *ret_answer, rd_err *err)
{
	rd_websocket *w = calloc(1, sizeof(*w));
	rd_code rc;

	*ret_answer = (rd_http_answer){0};
	rd_str_init(&ret_answer->body, RD_HTTP_BODY_MAX);
	if (!w)
		return rd_err_nomem(err);
	w->http = h;
	w->cancel = opts->cancel;
	w->heard_us = rd_now_us();
	rd_str_init(&w->buf, 0);
	rc = rd_str_reserve(&w->buf, READ_BYTES)
		     ? rd_ws_new(RD_WS_CLIENT, opts->fn, opts->arg, &w->ws, err)
		     : rd_err_nomem(err);
	if (!rc)
		rc = connect_server(w, opts->path, err);
	if (!rc)
		rc = shake_hands(w, opts, ret_answer, err);
	if (rc)
		rd_websocket_close(w);
	else
		*ret_websocket = w;
	return rc;
}

rd_websocket *rd_websocket_close(rd_websocket *w)
{
	rd_sigpipe held;

	if (!w)
		return NULL;
	rd_sigpipe_hold(&held);
	if (w->multi && w->easy)
		curl_multi_remove_handle(w->multi, w->easy);
	curl_easy_cleanup(w->easy);
	curl_multi_cleanup(w->multi);
	rd_sigpipe_release(&held);
	rd_ws_free(w->ws);
	rd_str_done(&w->buf);
	free(w);
	return NULL;
}

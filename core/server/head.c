/* SPDX-License-Identifier: MIT */
/* Heads of requests: those that could be read in more than one way are refused, for a proxy before us might read
 * them in the other. */
#include <string.h>

#include "core/server/server_impl.h"

#define KEY_CHARS 24 /* of 16 bytes in base64 */

enum once {
	ONCE_AUTHORIZATION,
	ONCE_HOST,
	ONCE_LENGTH,
	ONCE_ORIGIN,
	ONCE_TRANSFER,
	ONCE_N,
};

typedef struct head {
	int count[ONCE_N];
	bool is_odd;        /* bytes that no header has */
	bool is_not_chunks; /* another coding of the body than "chunked" */
} head;

static enum MHD_Result see(void *arg, enum MHD_ValueKind kind RD_UNUSED, const char *key,
	size_t key_n, const char *value, size_t value_n)
{
	static const char *const once[ONCE_N] = {
		"Authorization", "Host", "Content-Length", "Origin", "Transfer-Encoding"};
	head *h = arg;

	if (strcspn(key, " \t") != key_n || (value && strlen(value) != value_n))
		h->is_odd = true;
	for (int i = 0; i < ONCE_N; i++)
		h->count[i] += !strcasecmp(key, once[i]);
	if (!strcasecmp(key, once[ONCE_TRANSFER]) && strcasecmp(rd_or_empty(value), "chunked"))
		h->is_not_chunks = true;
	return MHD_YES;
}

/* Whether a list such as "keep-alive, Upgrade" names a token. */
static bool has_token(const char *list, const char *token)
{
	size_t want = strlen(token);

	while (list && *list) {
		size_t n;

		list += strspn(list, " \t,");
		n = strcspn(list, " \t,");
		if (n == want && !strncasecmp(list, token, n))
			return true;
		list += n;
	}
	return false;
}

bool rd_request_is_socket(const rd_request *rq)
{
	const char *upgrade = rd_request_header(rq, "Upgrade");

	return upgrade && !strcasecmp(upgrade, "websocket") && !strcmp(rq->method, "GET");
}

/* Source: RFC 6455, 4.2.1. @returns NULL when it is well. */
static const char *flaw_of_handshake(const rd_request *rq, const char *version, const head *h)
{
	const char *key = rd_request_header(rq, "Sec-WebSocket-Key");
	const char *wanted = rd_request_header(rq, "Sec-WebSocket-Version");

	if (strcmp(version, MHD_HTTP_VERSION_1_1) != 0 ||
		!has_token(rd_request_header(rq, "Connection"), "Upgrade") ||
		h->count[ONCE_LENGTH] || h->count[ONCE_TRANSFER])
		return "this is no handshake of a WebSocket";
	if (!wanted || strcmp(wanted, "13") != 0)
		return "WebSockets of version 13 are spoken here";
	if (!key || strlen(key) != KEY_CHARS)
		return "the key of the WebSocket's handshake is not one";
	return NULL;
}

bool rd_request_is_clear(rd_request *rq, const char *version)
{
	const char *flaw = NULL;
	head h = {0};
	int most = 0;

	MHD_get_connection_values_n(rq->connection, MHD_HEADER_KIND, see, &h);
	for (int i = 0; i < ONCE_N; i++)
		most = h.count[i] > most ? h.count[i] : most;
	if (h.is_odd || most > 1 || (h.count[ONCE_LENGTH] && h.count[ONCE_TRANSFER]))
		flaw = "the head of the request is ambiguous";
	else if (h.is_not_chunks)
		flaw = "only 'chunked' is known as Transfer-Encoding";
	else if (rd_request_is_socket(rq))
		flaw = flaw_of_handshake(rq, version, &h);
	if (flaw)
		rd_answer_error(rq, 400, flaw);
	return !flaw;
}

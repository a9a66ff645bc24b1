/* SPDX-License-Identifier: MIT */
/* Who may ask: hosts, origins, passwords. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/rack/address.h"
#include "core/server/server_impl.h"

/* The host of "host:port" or "[::1]:port", without its port. */
static size_t host_length(const char *host)
{
	return *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
}

/* Whether @names, "a,b", has that of a host. */
static bool is_named(const char *names, const char *host)
{
	size_t want = host_length(host);

	while (*names) {
		size_t n = strcspn(names, ",");

		if (n == want && !strncasecmp(names, host, n))
			return true;
		names += n + (names[n] == ',');
	}
	return false;
}

/* Behind a name that is not known here may be a page in a browser that got it to lead here. */
static bool is_own_host(const rd_server *s, const char *host)
{
	if (rd_address_is_local(host) || is_named(rd_or_empty(s->opts.names), host))
		return true;
	return !s->opts.names && !rd_address_is_local(s->opts.host);
}

/* A page in a browser: one that reaches us by a name of its own, or that opens our sockets. */
static bool is_from_page(const rd_request *rq)
{
	const char *host = rd_request_header(rq, "Host"), *origin = rd_request_header(rq, "Origin");
	const char *at = origin ? strstr(origin, "://") : NULL;

	if (!host || !is_own_host(rq->server, host))
		return true;
	return origin && (!at || strcasecmp(at + 3, host) != 0);
}

/* The password of "Basic …", decoded; NULL if there is none. @ret heap. */
static char *given_password(const rd_request *rq)
{
	const char *text = rd_request_header(rq, "Authorization");
	RD_STR_AUTO rd_str pair = RD_STR_INIT(4096);
	const char *colon;

	if (!text || strncasecmp(text, "Basic ", 6) || rd_base64_decode(text + 6, &pair, NULL))
		return NULL;
	colon = strchr(rd_str_get(&pair), ':');
	return rd_strdup(colon ? colon + 1 : "");
}

/* Convox's CLIs send it percent-encoded. */
static bool is_password(const rd_server *s, const char *given)
{
	RD_AUTO(rd_kvs_done) rd_kvs form = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	bool ok = rd_secret_equal(given, s->opts.password);

	rd_str_printf(&text, "p=%s", given);
	if (!rd_form_parse(rd_str_get(&text), text.len, &form, NULL))
		ok |= rd_secret_equal(rd_or_empty(rd_kvs_get(&form, "p")), s->opts.password);
	return ok;
}

void rd_request_slow_down(rd_server *s)
{
	int64_t now_us = rd_now_us();
	int n;

	pthread_mutex_lock(&s->lock);
	if (now_us - s->failed_us > 60 * 1000000LL)
		s->failures = 0;
	s->failed_us = now_us;
	n = ++s->failures;
	pthread_mutex_unlock(&s->lock);
	rd_cancel_pause(s->stopping, n > 10 ? 3000 : n > 3 ? 300 * (n - 3) : 0);
}

bool rd_request_is_let_in(rd_request *rq)
{
	RD_AUTOFREE char *given = NULL;
	bool ok;

	if (rq->route && rq->route->is_signed)
		return true;
	if (is_from_page(rq)) {
		rd_answer_error(rq, 403, "this host or origin is not served");
		return false;
	}
	if (rq->route && rq->route->is_open)
		return true;
	given = given_password(rq);
	ok = given && is_password(rq->server, given);
	if (given) {
		explicit_bzero(given, strlen(given));
		if (!ok)
			rd_request_slow_down(rq->server);
	}
	if (!ok)
		rd_answer_error(rq, 401, "invalid authentication");
	return ok;
}

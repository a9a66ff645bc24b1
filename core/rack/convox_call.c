/* SPDX-License-Identifier: MIT */
/* Calls to a Convox rack, and what its errors mean. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/rack/convox_impl.h"
#include "core/rack/json_read.h"
#include "core/rack/trust.h"

#define GET_TIMEOUT_S 60
#define RETRY_MAX_S 86400
/* A rack on AWS starts the builder within the call. */
#define SEND_TIMEOUT_MS (10 * 60000)
#define WORDS_MAX_BYTES 600 /* of what a rack says is wrong */

void rd_convox_app_path(rd_str *out, const char *app)
{
	rd_str_put(out, "/apps/");
	rd_http_escape(out, app, "");
}

/* ---- errors ---- */

rd_code rd_convox_parsed(rd_convox *c, rd_code code, rd_err *err)
{
	return code == RD_EPARSE && err ? rd_err_wrap(err, "rack '%s'", c->name) : code;
}

/* What the rack says, as one line of printable text. @returns false: nothing but its status. */
static bool put_words(const rd_http_answer *a, rd_str *out)
{
	RD_AUTOFREE char *error = NULL;
	const char *text = rd_str_get(&a->body);
	bool is_gap = false;

	/* The page of a proxy is no text for a line. */
	if (text[strspn(text, " \t\r\n")] == '<')
		text = "";

	if (*text == '{' && !rd_json_read_text(&a->body, "error", &error, NULL) && *error)
		text = error;
	for (; *text && out->len < WORDS_MAX_BYTES; text++) {
		unsigned char c = (unsigned char)*text;

		if (isspace(c)) {
			is_gap = out->len > 0;
			continue;
		}
		if (is_gap)
			rd_str_putc(out, ' ');
		is_gap = false;
		rd_str_putc(out, iscntrl(c) ? '?' : *text);
	}
	if (out->len)
		return true;
	rd_str_printf(out, "response status %d", a->status);
	return false;
}

static bool says(const char *words, const char *const *phrases)
{
	for (; *phrases; phrases++)
		if (strcasestr(words, *phrases))
			return true;
	return false;
}

/* Racks before v3.24 answer nearly all errors with 500: their words tell them apart. */
static rd_code meaning(int status, const char *words)
{
	static const char *const missing[] = {"not found", "no such", NULL};
	static const char *const busy[] = {"currently updating", "is not updating", NULL};
	static const char *const taken[] = {"already exists", NULL};

	bool is_vague = status == 403 || status >= 500;

	switch (status) {
	case 400:
	case 422:
		return RD_EINVAL;
	case 401:
		return RD_EPERM;
	case 404:
		return RD_ENOENT;
	case 413:
		return RD_ELIMIT;
	case 409:
		return says(words, taken) ? RD_EEXIST : RD_EBUSY;
	case 429:
	case 502:
	case 503:
	case 504:
		return RD_EUNAVAIL;
	case 501:
		return RD_EUNSUPPORTED;
	case 507:
		return RD_ENOSPC;
	}
	if (is_vague && says(words, busy))
		return RD_EBUSY;
	if (is_vague && says(words, taken))
		return RD_EEXIST;
	if (is_vague && says(words, missing))
		return RD_ENOENT;
	return status == 403 ? RD_EINVAL : RD_EREMOTE;
}

/* How long the rack wants to be left alone: "Retry-After" in seconds or as a date; 0: it does not say. */
static long long retry_after_s(const rd_http_answer *a)
{
	const char *after = rd_kvs_get(&a->headers, "retry-after");
	unsigned long long seconds;
	int64_t date_us;

	if (!after)
		return 0;
	if (!rd_parse_u64(after, &seconds, NULL))
		return seconds <= RETRY_MAX_S ? (long long)seconds : 0;
	date_us = rd_http_date(after);
	if (date_us <= rd_wall_us() || date_us > rd_wall_us() + RETRY_MAX_S * 1000000LL)
		return 0;
	return (date_us - rd_wall_us()) / 1000000 + 1;
}

static rd_code too_often(rd_convox *c, const rd_http_answer *a, rd_err *err)
{
	long long seconds = retry_after_s(a);

	if (seconds)
		return rd_err_set(err, RD_EUNAVAIL,
			"rack '%s' is asked too often: try again in %lld seconds", c->name,
			seconds);
	return rd_err_set(err, RD_EUNAVAIL, "rack '%s' is asked too often: try again later",
		c->name);
}

static rd_code explain(rd_convox *c, const rd_http_answer *a, rd_err *err)
{
	RD_STR_AUTO rd_str words = RD_STR_INIT(0);
	bool has_words = put_words(a, &words);
	rd_code code;

	code = meaning(a->status, rd_str_get(&words));
	if (code == RD_EPERM &&
		rd_starts_with(rd_or_empty(rd_kvs_get(&a->headers, "www-authenticate")), "Session"))
		return rd_err_set(err, code,
			"rack '%s' wants a second factor, which rackdeck does not have: use a "
			"login "
			"without one, such as the RACK_URL of the rack itself",
			c->name);
	if (code == RD_EPERM)
		return rd_err_set(err, code, "rack '%s' refuses the login: %s", c->name,
			rd_str_get(&words));
	if (a->status >= 300 && a->status < 400)
		return rd_err_set(err, RD_EREMOTE,
			"rack '%s' sends us elsewhere (%d), where no login is taken along: if that "
			"is "
			"right, use '%.200s'",
			c->name, a->status, rd_or_empty(rd_kvs_get(&a->headers, "location")));
	if (code == RD_ELIMIT)
		return rd_err_set(err, code, "rack '%s' takes nothing that large: %s", c->name,
			rd_str_get(&words));
	if (a->status == 429)
		return too_often(c, a, err);
	if (code == RD_EREMOTE || code == RD_EUNAVAIL || !has_words)
		return rd_err_set(err, code, "rack '%s': %s", c->name, rd_str_get(&words));
	return rd_err_set(err, code, "%s", rd_str_get(&words));
}

rd_code rd_convox_check(rd_convox *c, const rd_http_answer *a, rd_err *err)
{
	rd_code code = a->status >= 200 && a->status < 300 ? RD_OK : explain(c, a, err);

	if (code && err)
		err->os = a->status;
	return code;
}

/* ---- calls ---- */

/* Whether it is a rack of ours that answers, and how long it wants to be left alone. */
static void note_answer(rd_convox *c, const rd_http_answer *a)
{
	const char *server = rd_kvs_get(&a->headers, "server");
	long long seconds = a->status == 429 || a->status == 503 ? retry_after_s(a) : 0;

	pthread_mutex_lock(&c->lock);
	/* A gateway that answers in the place of the rack does not tell. */
	if (a->status < 500) {
		c->is_heard = true;
		c->is_ours = server && rd_starts_with(server, "rackdeck/");
	}
	if (seconds)
		c->quiet_until_us = rd_now_us() + seconds * 1000000;
	pthread_mutex_unlock(&c->lock);
}

bool rd_convox_is_ours(rd_convox *c)
{
	bool is_ours;

	pthread_mutex_lock(&c->lock);
	is_ours = c->is_ours;
	pthread_mutex_unlock(&c->lock);
	return is_ours;
}

/* Those of every call, and what the body is: a rack may read a form out of any body that does not say so. */
static rd_code put_headers(const rd_convox *c, const rd_http_request *rq, rd_strs *out, rd_err *err)
{
	bool ok = rd_strs_add(out, rq->body ? "Content-Type: application/x-www-form-urlencoded"
					    : "Content-Type: application/octet-stream");

	for (size_t i = 0; ok && i < c->headers.len; i++)
		ok = rd_strs_add(out, c->headers.items[i]);
	return ok ? RD_OK : rd_err_nomem(err);
}

bool rd_convox_is_foreign(rd_convox *c)
{
	bool is_foreign;

	pthread_mutex_lock(&c->lock);
	is_foreign = c->is_heard && !c->is_ours;
	pthread_mutex_unlock(&c->lock);
	return is_foreign;
}

rd_code rd_convox_call(rd_convox *c, rd_http_request *rq, const char *path, rd_str *out,
	rd_err *err)
{
	RD_STR_AUTO rd_str full = RD_STR_INIT(0);
	RD_AUTO(rd_strs_done) rd_strs headers = {0};
	rd_http_answer answer;
	rd_code code;

	rd_str_printf(&full, "%s%s", c->prefix, path);
	code = rd_str_check(&full, "address", err);
	if (!code)
		code = put_headers(c, rq, &headers, err);
	if (code)
		return code;
	rq->path = rd_str_get(&full);
	rq->headers = &headers;
	rq->unpack = !rq->fn;
	code = rd_http_do(c->http, rq, &answer, err);
	code = rd_trust_explain(c->base, c->name, c->pin, code, err);
	if (!code)
		note_answer(c, &answer);
	if (!code)
		code = rd_convox_check(c, &answer, err);
	if (!code && out) {
		rd_str_done(out);
		*out = answer.body;
		answer.body = (rd_str)RD_STR_INIT(0);
	}
	rd_http_answer_done(&answer);
	return code;
}

/* How long an answer may take that only reads. */
static int64_t get_timeout_ms(void)
{
	const char *text = getenv("RACKDECK_TIMEOUT");
	unsigned long long seconds = 0;

	if (!text || rd_parse_u64(text, &seconds, NULL) || !seconds || seconds > RETRY_MAX_S)
		seconds = GET_TIMEOUT_S;
	return (int64_t)seconds * 1000;
}

rd_code rd_convox_fetch(rd_convox *c, const char *path, rd_str *out, rd_err *err)
{
	rd_http_request rq = {
		.method = "GET", .timeout_ms = get_timeout_ms(), .cancel = c->closing};

	return rd_convox_call(c, &rq, path, out, err);
}

rd_code rd_convox_get(rd_convox *c, const char *path, rd_str *out, rd_err *err)
{
	rd_code code = rd_convox_fetch(c, path, out, err);

	rd_convox_note(c, code);
	return code;
}

static void put_form(rd_str *out, const rd_kvs *form)
{
	for (size_t i = 0; form && i < form->len; i++) {
		rd_str_put(out, i ? "&" : "");
		rd_http_escape(out, form->items[i].key, "");
		rd_str_putc(out, '=');
		rd_http_escape(out, form->items[i].value, "");
	}
}

rd_code rd_convox_send(rd_convox *c, const char *method, const char *path, const rd_kvs *form,
	rd_str *out, rd_cancel *cancel, rd_err *err)
{
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_http_request rq = {.method = method,
		.timeout_ms = SEND_TIMEOUT_MS,
		.cancel = cancel ? cancel : c->closing};
	rd_code code;

	put_form(&body, form);
	code = rd_str_check(&body, "form", err);
	if (!code) {
		rq.body = rd_str_get(&body);
		rq.body_n = body.len;
		code = rd_convox_call(c, &rq, path, out, err);
	}
	/* Also after an error: the rack may have done it. */
	rd_convox_changed(c);
	return code;
}

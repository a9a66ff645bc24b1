/* SPDX-License-Identifier: MIT */
/* Calls to S3. */
#include "core/chunks/s3.h"

#include <stdatomic.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/io/http.h"

#define TRIES 5
#define TRIES_SILENT 2 /* of who does not answer at all: a build waits */
#define FIRST_PAUSE_MS 100
#define SILENCE_MS 30000
#define LAST_MS 5000 /* for a removal after a cancel */
#define PAGES_MAX 10000

struct rd_s3 {
	rd_http *http;
	char *root;   /* "/bucket" */
	char *prefix; /* "" or "a/b/" */
	char *token;
	char *shown; /* for messages */
	rd_cancel *cancel;
	_Atomic uint64_t sent, got;
};

typedef struct call {
	const char *method;
	const char *path; /* escaped, with its query */
	const void *body;
	size_t n;
	bool is_removal;
	size_t max_bytes; /* of the answer; 0: it is short */
	rd_str *out;      /* takes the body of a good answer */
} call;

rd_code rd_s3_open(const rd_s3_place *place, rd_cancel *cancel, rd_s3 **ret_s3, rd_err *err)
{
	RD_STR_AUTO rd_str sigv4 = RD_STR_INIT(0);
	RD_STR_AUTO rd_str shown = RD_STR_INIT(0);
	RD_STR_AUTO rd_str root = RD_STR_INIT(0);
	RD_STR_AUTO rd_str prefix = RD_STR_INIT(0);
	rd_http_opts o = {
		.base = place->endpoint, .key_id = place->key_id, .secret = place->secret};
	rd_s3 *s = calloc(1, sizeof *s);
	rd_code code;

	if (!s)
		return rd_err_nomem(err);
	rd_str_printf(&sigv4, "aws:amz:%s:s3", place->region);
	rd_str_printf(&shown, "s3://%s", place->bucket);
	rd_str_printf(&root, "/%s", place->bucket);
	rd_str_printf(&prefix, "%s%s", place->prefix, *place->prefix ? "/" : "");
	o.sigv4 = rd_str_get(&sigv4);
	s->cancel = cancel;
	s->token = rd_strdup(place->token);
	s->shown = rd_str_take(&shown);
	s->root = rd_str_take(&root);
	s->prefix = rd_str_take(&prefix);
	if (!rd_str_ok(&sigv4) || !s->shown || !s->root || !s->prefix ||
		(place->token && !s->token))
		code = rd_err_nomem(err);
	else
		code = rd_http_open(&o, &s->http, err);
	if (code)
		rd_s3_close(s);
	else
		*ret_s3 = s;
	return code;
}

rd_s3 *rd_s3_close(rd_s3 *s)
{
	if (!s)
		return NULL;
	rd_http_close(s->http);
	if (s->token)
		explicit_bzero(s->token, strlen(s->token));
	free(s->token);
	free(s->shown);
	free(s->root);
	free(s->prefix);
	free(s);
	return NULL;
}

void rd_s3_moved(const rd_s3 *s, uint64_t *ret_sent, uint64_t *ret_got)
{
	*ret_sent = s->sent;
	*ret_got = s->got;
}

/* ---- a call ---- */

static rd_code add_headers(const rd_s3 *s, const call *c, rd_strs *headers, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];
	RD_STR_AUTO rd_str digest = RD_STR_INIT(0);
	RD_STR_AUTO rd_str token = RD_STR_INIT(0);

	rd_sha256_of(c->body ? c->body : "", c->n, sum);
	rd_hex(sum, sizeof sum, hex);
	rd_str_printf(&digest, "x-amz-content-sha256: %s", hex);
	rd_str_printf(&token, "x-amz-security-token: %s", rd_or_empty(s->token));
	if (!rd_str_ok(&digest) || !rd_str_ok(&token) || !rd_strs_add(headers, digest.data) ||
		(c->body && !rd_strs_add(headers, "Content-Type: application/octet-stream")) ||
		(s->token && !rd_strs_add(headers, token.data)))
		return rd_err_nomem(err);
	return RD_OK;
}

static rd_code take_body(void *arg, const char *bytes, size_t n, rd_err *err)
{
	const call *c = arg;

	if (!c->out)
		return RD_OK;
	if (c->max_bytes &&
		n > c->max_bytes - (c->out->len < c->max_bytes ? c->out->len : c->max_bytes))
		return rd_err_set(err, RD_ELIMIT, "an object is larger than %zu bytes",
			c->max_bytes);
	rd_str_putn(c->out, bytes, n);
	return rd_str_check(c->out, "an object", err);
}

static rd_code refused(const rd_s3 *s, const call *c, const rd_http_answer *a, const char *word,
	rd_err *err)
{
	char *text RD_AUTOFREE = rd_s3_xml_text(rd_str_get(&a->body), a->body.len, "Message");
	const char *date = rd_kvs_get(&a->headers, "date");
	RD_STR_AUTO rd_str now = RD_STR_INIT(0);

	if (strcmp(word, "RequestTimeTooSkewed") == 0) {
		rd_time_format(&now, rd_wall_us());
		return rd_err_set(err, RD_EPERM,
			"%s refuses this clock: here it is %s, there '%.40s'", s->shown,
			rd_str_get(&now), rd_or_empty(date));
	}
	return rd_err_set(err, RD_EPERM, "%s refuses %s: %.60s%s%.200s", s->shown, c->method,
		*word ? word : "403", text ? ": " : "", rd_or_empty(text));
}

static rd_code judge(const rd_s3 *s, const call *c, const rd_http_answer *a, rd_err *err)
{
	char *code RD_AUTOFREE = rd_s3_xml_text(rd_str_get(&a->body), a->body.len, "Code");
	const char *word = rd_or_empty(code);
	const char *region = rd_kvs_get(&a->headers, "x-amz-bucket-region");

	if (a->status >= 200 && a->status < 300)
		return RD_OK;
	if (strcmp(word, "NoSuchBucket") == 0)
		return rd_err_set(err, RD_EREMOTE, "there is no bucket '%s': create it", s->shown);
	if (a->status == 404)
		return rd_err_set(err, RD_ENOENT, "%s has no such object", s->shown);
	if (region && (a->status == 301 || a->status == 307 || a->status == 400))
		return rd_err_set(err, RD_EINVAL, "%s is in region '%.60s': set AWS_REGION",
			s->shown, region);
	if (a->status == 401 || a->status == 403)
		return refused(s, c, a, word, err);
	return rd_err_set(err, a->status == 503 || a->status == 429 ? RD_EUNAVAIL : RD_EREMOTE,
		"%s answers %s with %d%s%.60s", s->shown, c->method, a->status, *word ? ": " : "",
		word);
}

static bool is_worth_another(rd_code code, int status, int tries)
{
	if (code == RD_ETIMEOUT || (code == RD_EUNAVAIL && !status))
		return tries < TRIES_SILENT;
	return tries < TRIES && (code == RD_EUNAVAIL || status == 429 || status >= 500);
}

static rd_code try(rd_s3 *s, const call *c, const rd_strs *headers, rd_http_answer *a, rd_err *err)
{
	const rd_http_request rq = {.method = c->method,
		.path = c->path,
		.headers = headers,
		.body = c->body,
		.body_n = c->n,
		.fn = take_body,
		.arg = (void *)(uintptr_t)c,
		.silence_ms = SILENCE_MS,
		.timeout_ms = c->is_removal && rd_cancel_fired(s->cancel) ? LAST_MS : 0,
		.cancel = c->is_removal ? NULL : s->cancel};
	rd_code code = rd_http_do(s->http, &rq, a, err);

	s->sent += c->n;
	s->got += a->body.len + (c->out ? c->out->len : 0);
	return code ? code : judge(s, c, a, err);
}

static rd_code do_call(rd_s3 *s, const call *c, rd_http_answer *a, rd_err *err)
{
	rd_strs headers = {0};
	size_t before = c->out ? c->out->len : 0;
	rd_code code = add_headers(s, c, &headers, err);

	*a = (rd_http_answer){0};
	for (int n = 1; !code; n++) {
		code = try(s, c, &headers, a, err);
		if (!code || rd_cancel_fired(s->cancel) || !is_worth_another(code, a->status, n))
			break;
		rd_http_answer_done(a);
		if (c->out)
			rd_str_cut(c->out, before);
		rd_cancel_pause(s->cancel, FIRST_PAUSE_MS << n);
		code = RD_OK;
	}
	rd_strs_done(&headers);
	return code;
}

/* "/bucket/prefix/name", escaped. */
static rd_code path_of(const rd_s3 *s, const char *name, rd_str *out, rd_err *err)
{
	rd_str_printf(out, "%s/", s->root);
	rd_http_escape(out, s->prefix, "/");
	rd_http_escape(out, name, "/");
	return rd_str_check(out, "a path", err);
}

static rd_code call_on(rd_s3 *s, const char *name, call *c, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_http_answer a = {0};
	rd_code code = path_of(s, name, &path, err);

	if (code)
		return code;
	c->path = path.data;
	code = do_call(s, c, &a, err);
	rd_http_answer_done(&a);
	return code;
}

rd_code rd_s3_put(rd_s3 *s, const char *name, const void *bytes, size_t n, rd_err *err)
{
	call c = {.method = "PUT", .body = bytes, .n = n};

	return call_on(s, name, &c, err);
}

rd_code rd_s3_get(rd_s3 *s, const char *name, size_t max_bytes, rd_str *out, rd_err *err)
{
	call c = {.method = "GET", .max_bytes = max_bytes, .out = out};

	return call_on(s, name, &c, err);
}

rd_code rd_s3_remove(rd_s3 *s, const char *name, rd_err *err)
{
	call c = {.method = "DELETE", .is_removal = true};
	rd_code code = call_on(s, name, &c, err);

	return code == RD_ENOENT ? RD_OK : code;
}

/* ---- listing ---- */

/* The query in the order of its keys: it is signed as it stands. */
static rd_code page_path(const rd_s3 *s, const char *prefix, const char *token, rd_str *out,
	rd_err *err)
{
	rd_str_printf(out, "%s?", s->root);
	if (token) {
		rd_str_put(out, "continuation-token=");
		rd_http_escape(out, token, "");
		rd_str_putc(out, '&');
	}
	rd_str_put(out, "list-type=2&prefix=");
	rd_http_escape(out, s->prefix, "");
	rd_http_escape(out, prefix, "");
	return rd_str_check(out, "a path", err);
}

/* Stamps become ages by the server's clock, names lose what was asked for. */
static rd_code finish_page(const rd_s3 *s, const char *prefix, const rd_http_answer *a,
	rd_vec *list, size_t from, rd_err *err)
{
	size_t skip = strlen(s->prefix) + strlen(prefix);
	int64_t now = rd_http_date(rd_or_empty(rd_kvs_get(&a->headers, "date")));

	if (!now)
		now = rd_wall_us();
	for (size_t i = from; i < list->len; i++) {
		rd_s3_object *o = rd_vec_at(list, i);

		if (!rd_starts_with(o->name, s->prefix) ||
			!rd_starts_with(o->name + strlen(s->prefix), prefix))
			return rd_err_set(err, RD_EREMOTE, "%s lists what was not asked for",
				s->shown);
		memmove(o->name, o->name + skip, strlen(o->name + skip) + 1);
		o->age_us = now - o->age_us;
	}
	return RD_OK;
}

static rd_code list_page(rd_s3 *s, const char *prefix, rd_vec *list, char **token, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str body = RD_STR_INIT(RD_HTTP_BODY_MAX);
	call c = {.method = "GET", .out = &body};
	rd_http_answer a = {0};
	size_t from = list->len;
	char *next = NULL;
	rd_code code = page_path(s, prefix, *token, &path, err);

	if (code)
		return code;
	c.path = path.data;
	code = do_call(s, &c, &a, err);
	if (!code)
		code = rd_s3_page_parse(rd_str_get(&body), body.len, list, &next, err);
	if (!code)
		code = finish_page(s, prefix, &a, list, from, err);
	rd_http_answer_done(&a);
	free(*token);
	*token = next;
	return code;
}

rd_code rd_s3_list(rd_s3 *s, const char *prefix, rd_vec *ret_list, rd_err *err)
{
	rd_vec list = RD_VEC_INIT(rd_s3_object);
	char *token = NULL;
	rd_code code = RD_OK;
	int pages = 0;

	do {
		code = list_page(s, prefix, &list, &token, err);
		if (!code && ++pages == PAGES_MAX)
			code = rd_err_set(err, RD_ELIMIT, "%s lists without end", s->shown);
	} while (!code && token);
	free(token);
	if (code)
		rd_s3_objects_done(&list);
	else
		*ret_list = list;
	return code;
}

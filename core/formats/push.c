/* SPDX-License-Identifier: MIT */
/* What a git host tells a webhook of a push. */
#include "core/formats/push.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/base/str.h"
#include "core/formats/form.h"
#include "core/formats/giturl.h"

#define HEADS "refs/heads/"
#define ALL_SCHEMES (RD_GITURL_SAFE | RD_GITURL_HTTP | RD_GITURL_FILE)

/* ---- reading ---- */

static const char *text_of(const json_t *o, const char *key)
{
	return rd_or_empty(json_string_value(json_object_get(o, key)));
}

/* The first of two that is told. */
static const char *either(const char *a, const char *b)
{
	return *a ? a : b;
}

static bool add_urls(const json_t *o, rd_strs *urls)
{
	static const char *const keys[] = {"clone_url", "ssh_url", "git_url", "html_url", "url",
		"git_http_url", "git_ssh_url", "http_url", "web_url", "homepage"};
	bool ok = true;

	for (size_t i = 0; ok && i < RD_LEN(keys); i++)
		if (*text_of(o, keys[i]))
			ok = rd_strs_add(urls, text_of(o, keys[i]));
	return ok;
}

static bool is_sha(const char *text)
{
	return strlen(text) == RD_PUSH_SHA_DIGITS &&
	       strspn(text, "0123456789abcdef") == RD_PUSH_SHA_DIGITS;
}

static bool take(const json_t *o, const char *sha, rd_push *p)
{
	const json_t *repository = json_object_get(o, "repository");
	const json_t *project = json_object_get(o, "project");
	const char *pusher = text_of(json_object_get(o, "pusher"), "name");
	const char *sender = text_of(json_object_get(o, "sender"), "login");
	bool is_gone = strspn(sha, "0") == RD_PUSH_SHA_DIGITS;

	p->ref = rd_strdup(text_of(o, "ref"));
	p->sha = rd_strdup(is_gone ? "" : sha);
	p->who = rd_strdup(either(text_of(o, "user_username"), either(pusher, sender)));
	p->default_branch = rd_strdup(either(text_of(repository, "default_branch"),
		text_of(project, "default_branch")));
	return p->ref && p->sha && p->who && p->default_branch && add_urls(repository, &p->urls) &&
	       add_urls(project, &p->urls);
}

static rd_code take_json(const char *text, size_t n, rd_push *ret_push, rd_err *err)
{
	rd_push p = {0};
	json_t *o = json_loadb(text, n, 0, NULL);
	const char *sha = text_of(o, "after");
	rd_code code = RD_OK;

	if (!json_is_object(o))
		code = rd_err_set(err, RD_EPARSE, "the payload is no JSON object");
	else if (!*text_of(o, "ref") || !is_sha(sha))
		code = rd_err_set(err, RD_EPARSE,
			"the payload is not that of a push: 'ref' and 'after' are expected");
	else if (!take(o, sha, &p))
		code = rd_err_nomem(err);
	json_decref(o);
	if (code)
		rd_push_done(&p);
	else
		*ret_push = p;
	return code;
}

rd_code rd_push_parse(const char *body, size_t n, bool is_form, rd_push *ret_push, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs form = {0};
	rd_code code = is_form ? rd_form_parse(body, n, &form, err) : RD_OK;

	if (code)
		return code;
	if (is_form) {
		body = rd_or_empty(rd_kvs_get(&form, "payload"));
		n = strlen(body);
	}
	return take_json(body, n, ret_push, err);
}

void rd_push_done(rd_push *p)
{
	free(p->ref);
	free(p->sha);
	free(p->who);
	free(p->default_branch);
	rd_strs_done(&p->urls);
	*p = (rd_push){0};
}

/* ---- comparing ---- */

/* "ssh host:2222 owner/name": one text for all spellings of a URL. @returns false if it is none. */
static bool put_plain(const char *text, rd_str *out)
{
	RD_AUTO(rd_giturl_done) rd_giturl u = {0};
	const char *path, *host, *login;
	size_t n;

	if (rd_giturl_parse(text, ALL_SCHEMES, &u, NULL))
		return false;
	host = strstr(u.url, "://");
	host = host ? host + strlen("://") : u.url;
	login = memrchr(host, '@', strcspn(host, ":/"));
	path = (login ? login + 1 : host) + strlen(rd_or_empty(u.host));
	rd_str_printf(out, "%d ", (int)u.scheme);
	for (const char *c = rd_or_empty(u.host); *c; c++)
		rd_str_putc(out, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c);
	/* A port; in "git@host:path" there is none. */
	n = u.host && *path == ':' ? 1 + strspn(path + 1, "0123456789") : 0;
	if (n > 1 && path[n] == '/') {
		rd_str_putn(out, path, n);
		path += n;
	}
	path += strspn(path, ":/");
	n = strlen(path);
	while (n && path[n - 1] == '/')
		n--;
	if (n > 4 && !memcmp(path + n - 4, ".git", 4))
		n -= 4;
	rd_str_putc(out, ' ');
	rd_str_putn(out, path, n);
	return rd_str_ok(out);
}

bool rd_push_is_of(const rd_push *p, const char *url)
{
	RD_STR_AUTO rd_str wanted = RD_STR_INIT(0);
	bool ok = false;

	if (!put_plain(url, &wanted))
		return false;
	for (size_t i = 0; !ok && i < p->urls.len; i++) {
		RD_STR_AUTO rd_str told = RD_STR_INIT(0);

		ok = put_plain(p->urls.items[i], &told) &&
		     !strcmp(rd_str_get(&told), rd_str_get(&wanted));
	}
	return ok;
}

bool rd_push_is_to(const rd_push *p, const char *branch)
{
	const char *name = branch ? branch : p->default_branch;

	if (!rd_starts_with(p->ref, HEADS) || !*name)
		return false;
	if (rd_starts_with(name, HEADS))
		name += strlen(HEADS);
	return !strcmp(p->ref + strlen(HEADS), name);
}

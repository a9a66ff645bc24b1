/* SPDX-License-Identifier: MIT */
/* Taking git URLs apart, strictly. */
#include "core/formats/giturl.h"

#include <string.h>

#include "core/base/fs.h"
#include "core/base/str.h"

#define URL_MAX_BYTES 4096

static const struct scheme {
	const char *prefix;
	rd_giturl_scheme scheme;
} schemes_known[] = {
	{"https://", RD_GITURL_HTTPS},
	{"ssh://", RD_GITURL_SSH},
	{"git+ssh://", RD_GITURL_SSH},
	{"http://", RD_GITURL_HTTP},
	{"file://", RD_GITURL_FILE},
};

/* "user@host:path": a colon, and no slash before it. */
static bool is_scp(const char *text)
{
	const char *at = strchr(text, '@');
	size_t n = strcspn(text, ":/");

	return at && text[n] == ':' && (size_t)(at - text) < n;
}

bool rd_giturl_is(const char *text)
{
	size_t n =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return strncmp(text + n, "://", 3) == 0 || (n && strncmp(text + n, "::", 2) == 0) ||
	       is_scp(text);
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

bool rd_giturl_ref_ok(const char *ref)
{
	size_t n = strlen(ref);

	return n && n <= 255 && !strchr("-+/.", *ref) && !has_control(ref) &&
	       !strpbrk(ref, " ~^:?*[\\") && !strstr(ref, "..") && !strstr(ref, "@{") &&
	       !strstr(ref, "//") && !strchr("/.", ref[n - 1]) && !rd_ends_with(ref, ".lock") &&
	       strcmp(ref, "@") != 0;
}

/* Decodes %XX. @returns heap, NULL for a bad escape or a control character. */
static char *decode(const char *text, size_t n)
{
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);

	rd_str_put(&out, "");
	for (size_t i = 0; i < n; i++) {
		int byte;

		if (text[i] != '%') {
			rd_str_putc(&out, text[i]);
			continue;
		}
		byte = rd_percent_byte(text + i, n - i);
		if (byte < 0)
			return NULL;
		rd_str_putc(&out, (char)byte);
		i += 2;
	}
	if (has_control(rd_str_get(&out)) || strlen(rd_str_get(&out)) != out.len)
		return NULL;
	return out.len ? rd_str_take(&out) : rd_strdup("");
}

static rd_code bad(rd_err *err, const char *why)
{
	return rd_err_set(err, RD_EINVAL, "the git URL %s", why);
}

/* "#ref:subdir", both optional. */
static rd_code set_fragment(rd_giturl *u, const char *fragment, rd_err *err)
{
	size_t n = strcspn(fragment, ":");

	if (n && !(u->ref = strndup(fragment, n)))
		return rd_err_nomem(err);
	if (u->ref && !rd_giturl_ref_ok(u->ref))
		return rd_err_set(err, RD_EINVAL, "'%s' is no name of a branch, tag or commit",
			u->ref);
	if (!fragment[n] || !fragment[n + 1])
		return RD_OK;
	u->subdir = rd_path_clean(fragment + n + 1);
	if (!u->subdir)
		return rd_err_nomem(err);
	if (u->subdir[0] == '/' || strcmp(u->subdir, "..") == 0 || rd_starts_with(u->subdir, "../"))
		return rd_err_set(err, RD_EINVAL, "the folder '%s' is not within the repository",
			u->subdir);
	if (strcmp(u->subdir, ".") == 0) {
		free(u->subdir);
		u->subdir = NULL;
	}
	return RD_OK;
}

/* "user:password@", n bytes without the '@'. */
static rd_code set_login(rd_giturl *u, const char *login, size_t n, rd_err *err)
{
	const char *colon = memchr(login, ':', n);

	u->user = decode(login, colon ? (size_t)(colon - login) : n);
	if (colon)
		u->password = decode(colon + 1, n - (size_t)(colon + 1 - login));
	if (!u->user || (colon && !u->password))
		return bad(err, "has a login that cannot be decoded");
	return RD_OK;
}

void rd_giturl_hide_login(char *text)
{
	char *from = strstr(text, "://");
	const char *end = strrchr(text, '@');

	if (!from || !end)
		return;
	for (from += strlen("://"); from < end; from++)
		*from = '*';
}

/* Names, addresses, [addresses] and ports; what ssh would take for a flag is none. */
static bool host_ok(const char *host, size_t n)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_:[]";

	if (!n || n > 255 || *host == '-' || *host == ':')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strchr(allowed, host[i]))
			return false;
	return true;
}

static size_t host_without_port(const char *host, size_t n)
{
	const char *end = memrchr(host, ']', n);
	const char *colon = memchr(end ? end : host, ':', n - (size_t)(end ? end - host : 0));

	return colon ? (size_t)(colon - host) : n;
}

static bool port_ok(const char *host, size_t n)
{
	size_t at = host_without_port(host, n);

	return at == n || at + 1 + strspn(host + at + 1, "0123456789") >= n;
}

/* @rest what follows "scheme://", without the fragment. */
static rd_code set_remote(rd_giturl *u, const char *prefix, const char *rest, rd_err *err)
{
	size_t n = strcspn(rest, "/");
	const char *at = memrchr(rest, '@', n);
	const char *host = at ? at + 1 : rest;
	size_t n_host = n - (size_t)(host - rest), n_login = at ? (size_t)(at - rest) : 0;
	RD_STR_AUTO rd_str url = RD_STR_INIT(0);
	RD_STR_AUTO rd_str origin = RD_STR_INIT(0);
	rd_code code = RD_OK;

	if (!host_ok(host, n_host))
		return bad(err, "names no host");
	/* Of a password with '/' or '@' in it no part must be taken for something else, and shown. */
	if (!port_ok(host, n_host) || (at && strchr(rest + n, '@')))
		return bad(err, "has no valid port, or a login that must write '/' as %2F and "
				"'@' as %40");
	if (!rest[n] || !rest[n + 1] || strchr(rest, '?'))
		return bad(err, "names no repository: 'https://host/path.git' is the form");
	if (u->scheme == RD_GITURL_SSH && at &&
		(*rest == '-' || memchr(rest, ':', n_login) || memchr(rest, '%', n_login)))
		return bad(err, "has a login that ssh does not take: give the user alone");
	rd_str_put(&url, prefix);
	if (u->scheme == RD_GITURL_SSH)
		rd_str_putn(&url, rest, (size_t)(host - rest));
	rd_str_put(&url, host);
	rd_str_put(&origin, prefix);
	rd_str_putn(&origin, host, n_host);
	if (u->scheme != RD_GITURL_SSH) {
		if (at)
			code = set_login(u, rest, n_login, err);
		u->origin = rd_str_take(&origin);
	}
	u->host = strndup(host, host_without_port(host, n_host));
	u->url = rd_str_take(&url);
	if (!code && (!u->host || !u->url || (u->scheme != RD_GITURL_SSH && !u->origin)))
		code = rd_err_nomem(err);
	return code;
}

static rd_code set_scp(rd_giturl *u, const char *text, rd_err *err)
{
	const char *at = strchr(text, '@');
	const char *colon = strchr(text, ':');

	u->scheme = RD_GITURL_SSH;
	if (*text == '-' || at == text || !host_ok(at + 1, (size_t)(colon - at - 1)))
		return bad(err, "names no host");
	if (!colon[1] || colon[1] == '-' || colon[1] == ':')
		return bad(err, "names no repository: 'git@host:path' is the form");
	u->host = strndup(at + 1, (size_t)(colon - at - 1));
	u->url = rd_strdup(text);
	return u->host && u->url ? RD_OK : rd_err_nomem(err);
}

static rd_code refuse_scheme(rd_giturl_scheme scheme, rd_err *err)
{
	if (scheme == RD_GITURL_FILE)
		return rd_err_set(err, RD_EPERM,
			"repositories of this machine are read only with --allow-file");
	return rd_err_set(err, RD_EPERM,
		"http:// is not safe on its way: use https://, or --allow-http");
}

static rd_code set_by_scheme(rd_giturl *u, const char *text, unsigned schemes, rd_err *err)
{
	for (size_t i = 0; i < RD_LEN(schemes_known); i++) {
		const struct scheme *s = &schemes_known[i];

		if (strncasecmp(text, s->prefix, strlen(s->prefix)) != 0)
			continue;
		u->scheme = s->scheme;
		if (!(schemes & s->scheme))
			return refuse_scheme(s->scheme, err);
		text += strlen(s->prefix);
		if (s->scheme != RD_GITURL_FILE)
			return set_remote(u, s->scheme == RD_GITURL_SSH ? "ssh://" : s->prefix,
				text, err);
		if (*text != '/')
			return bad(err, "names no repository: 'file:///path' is the form");
		u->url = rd_strdup(text - strlen(s->prefix));
		return u->url ? RD_OK : rd_err_nomem(err);
	}
	if (is_scp(text) && !strstr(text, "::"))
		return set_scp(u, text, err);
	return bad(err,
		"is of a kind that is not taken: https://host/path.git, ssh://user@host/path "
		"and git@host:path are");
}

rd_code rd_giturl_parse(const char *text, unsigned schemes, rd_giturl *ret_url, rd_err *err)
{
	RD_AUTO(rd_giturl_done) rd_giturl u = {0};
	RD_AUTOFREE char *whole = rd_strdup(text);
	char *fragment;
	rd_code code = RD_OK;

	if (!whole)
		return rd_err_nomem(err);
	if (strlen(text) > URL_MAX_BYTES)
		return bad(err, "is too long");
	if (has_control(text))
		return bad(err, "holds control characters");
	if (*text == '-')
		return bad(err, "begins with '-'");
	fragment = strchr(whole, '#');
	if (fragment) {
		*fragment = '\0';
		code = set_fragment(&u, fragment + 1, err);
	}
	if (!code)
		code = set_by_scheme(&u, whole, schemes, err);
	if (code)
		return code;
	*ret_url = u;
	u = (rd_giturl){0};
	return RD_OK;
}

void rd_giturl_done(rd_giturl *u)
{
	free(u->url);
	free(u->host);
	free(u->origin);
	free(u->user);
	if (u->password)
		explicit_bzero(u->password, strlen(u->password));
	free(u->password);
	free(u->ref);
	free(u->subdir);
	*u = (rd_giturl){0};
}

/* "../x" to "https://host/a/b" is "https://host/a/x", to "git@host:b" it is "git@host:x". */
static rd_code join(const char *base, const char *relative, rd_str *out, rd_err *err)
{
	const char *slashes = strstr(base, "://");
	/* where the path begins: at its '/', or behind the colon */
	size_t root = slashes ? (size_t)(slashes - base) + 3 + strcspn(slashes + 3, "/")
			      : strcspn(base, ":") + 1;
	size_t n = strlen(base);

	while (n > root && base[n - 1] == '/')
		n--;
	while (rd_starts_with(relative, "./") || rd_starts_with(relative, "../")) {
		bool up = relative[1] == '.';

		relative += up ? 3 : 2;
		if (up && n <= root)
			return bad(err, "of a submodule leads above its host");
		while (up && n > root && base[n - 1] != '/')
			n--;
		if (up && n > root)
			n--;
	}
	rd_str_putn(out, base, n);
	if (slashes || n > root)
		rd_str_putc(out, '/');
	rd_str_put(out, relative);
	return rd_str_check(out, "a URL", err);
}

rd_code rd_giturl_parse_sub(const rd_giturl *parent, const char *text, unsigned schemes,
	rd_giturl *ret_url, rd_err *err)
{
	bool is_relative = rd_starts_with(text, "./") || rd_starts_with(text, "../");
	RD_STR_AUTO rd_str whole = RD_STR_INIT(0);
	rd_giturl u = {0};
	rd_code code = RD_OK;

	if (strchr(text, '#'))
		return bad(err, "of a submodule holds a '#'");
	if (is_relative)
		code = join(parent->url, text, &whole, err);
	else
		rd_str_put(&whole, text);
	if (!code)
		code = rd_giturl_parse(rd_str_get(&whole), schemes, &u, err);
	if (code)
		return code;
	if (u.origin && parent->origin && !u.user && strcmp(u.origin, parent->origin) == 0 &&
		(!rd_str_replace(&u.user, parent->user) ||
			!rd_str_replace(&u.password, parent->password))) {
		rd_giturl_done(&u);
		return rd_err_nomem(err);
	}
	*ret_url = u;
	return RD_OK;
}

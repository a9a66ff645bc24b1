/* SPDX-License-Identifier: MIT */
/* Which of an app's variables and build args are secret. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/digest.h"
#include "core/formats/redact.h"

/* Shorter values of variables whose names are innocent stay readable: they are ordinary words. */
#define SECRET_VALUE_MIN 8
#define ENV_VALUE_LONG 16
#define URL_PASSWORD_MIN 6

/*
 * What is replaced in log and reasons, of build args and of the app's variables: the values of those
 * whose name says that they are secret; and of the others those that could be one: without blanks,
 * with a digit and a letter, of at least SECRET_VALUE_MIN bytes ("AKIA4…"), and URLs with a login. Words such
 * as "production" or "true" stay, or every log would be full of holes. An arg is often a version, an image
 * or a path ("ruby:3.2-slim"): one with a mark of those stays. An app's variable, which nobody wrote for a
 * build, does not, nor does one of ENV_VALUE_LONG bytes ("correct horse battery"). The password within a
 * URL is also replaced where it stands alone.
 */
static bool looks_secret(const char *value, bool is_env)
{
	bool has_digit = false, has_letter = false;

	if (strlen(value) < SECRET_VALUE_MIN)
		return false;
	if (is_env && strlen(value) >= ENV_VALUE_LONG)
		return true;
	for (const char *p = value; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (isspace(c) || (!is_env && strchr(".:/", c)))
			return false;
		has_digit = has_digit || isdigit(c);
		has_letter = has_letter || isalpha(c);
	}
	return has_digit && has_letter;
}

/* "postgres://u:pw@db/x", however short its password. */
static bool has_login(const char *value)
{
	const char *rest = strstr(value, "://");
	size_t n = rest ? strcspn(rest + 3, "/ ") : 0;
	const char *at = n ? memrchr(rest + 3, '@', n) : NULL;

	return at && memchr(rest + 3, ':', (size_t)(at - rest - 3));
}

static rd_code add_url_password(rd_redact *r, const char *value, rd_err *err)
{
	const char *rest = strstr(value, "://");
	size_t n = rest ? strcspn(rest + 3, "/") : 0;
	const char *at = n ? memrchr(rest + 3, '@', n) : NULL;
	const char *colon = at ? memchr(rest + 3, ':', (size_t)(at - rest - 3)) : NULL;
	RD_AUTOFREE char *password = NULL;

	if (!colon || at - colon - 1 < URL_PASSWORD_MIN)
		return RD_OK;
	password = strndup(colon + 1, (size_t)(at - colon - 1));
	return password ? rd_redact_add(r, password, err) : rd_err_nomem(err);
}

/* What encoders make of it, wherever it begins among the three bytes that they take at a time: the digits
 * that depend on nothing but the value. */
static rd_code add_base64(rd_redact *r, const char *value, rd_err *err)
{
	size_t n = strlen(value);
	RD_AUTOFREE char *digits = n < SECRET_VALUE_MIN ? NULL : malloc((n + 2) / 3 * 4 + 1);
	rd_code rc = RD_OK;

	if (n < SECRET_VALUE_MIN)
		return RD_OK;
	if (!digits)
		return rd_err_nomem(err);
	for (size_t skip = 0; !rc && skip < 3; skip++) {
		rd_base64(value + skip, (n - skip) / 3 * 3, digits);
		rc = rd_redact_add(r, digits, err);
	}
	return rc;
}

static rd_code add_percent(rd_redact *r, const char *value, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	for (const char *p = value; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (isalnum(c) || strchr("-._~", c))
			rd_str_putc(&text, *p);
		else
			rd_str_printf(&text, "%%%02X", c);
	}
	return rd_str_ok(&text) ? rd_redact_add(r, rd_str_get(&text), err) : rd_err_nomem(err);
}

/* A value that is too short to be replaced wherever it stands: where it stands behind its name. */
static rd_code add_assigned(rd_redact *r, const char *name, const char *value, rd_err *err)
{
	static const char *const forms[][2] = {{"=", ""}, {"=\"", "\""}, {"='", "'"}, {": ", ""},
		{"\":\"", "\""}, {"\": \"", "\""}};
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && *value && i < RD_LEN(forms); i++) {
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);

		rd_str_printf(&text, "%s%s%s%s", name, forms[i][0], value, forms[i][1]);
		rc = rd_str_check(&text, "the variable", err);
		if (!rc)
			rc = rd_redact_add(r, rd_str_get(&text), err);
	}
	return rc;
}

static rd_code add_named(rd_redact *r, const char *name, const char *value, rd_err *err)
{
	rd_code rc;

	if (strlen(value) < RD_REDACT_MIN)
		return add_assigned(r, name, value, err);
	rc = rd_redact_add(r, value, err);
	if (!rc)
		rc = add_base64(r, value, err);
	return rc ? rc : add_percent(r, value, err);
}

static rd_code add_all(rd_redact *r, const rd_kvs *m, bool is_env, rd_err *err)
{
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < m->len; i++) {
		const char *value = m->items[i].value;

		if (rd_redact_name_is_secret(m->items[i].key))
			rc = add_named(r, m->items[i].key, value, err);
		else if (looks_secret(value, is_env) || has_login(value))
			rc = rd_redact_add(r, value, err);
		if (!rc)
			rc = add_url_password(r, value, err);
	}
	return rc;
}

rd_code rd_redact_add_pairs(rd_redact *r, const rd_kvs *m, rd_err *err)
{
	return add_all(r, m, false, err);
}

rd_code rd_redact_add_env(rd_redact *r, const rd_kvs *env, rd_err *err)
{
	return add_all(r, env, true, err);
}

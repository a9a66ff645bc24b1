/* SPDX-License-Identifier: MIT */
/* Which of an app's variables and build args are secret. */
#include <ctype.h>
#include <string.h>

#include "core/formats/redact.h"

/* Shorter values of variables whose names are innocent stay readable: they are ordinary words. */
#define SECRET_VALUE_MIN 8

/*
 * What is replaced in log and reasons, of build args and of the app's variables: the values of those
 * whose name says that they are secret; and of the others those that could be one: without blanks,
 * with a digit and a letter, of at least SECRET_VALUE_MIN bytes ("postgres://u:pa55@db/x", "AKIA4…").
 * Words such as "production" or "true" stay, or every log would be full of holes. The password within
 * a URL is also replaced where it stands alone.
 */
static bool looks_secret(const char *value)
{
	bool has_digit = false, has_letter = false;

	if (strlen(value) < SECRET_VALUE_MIN)
		return false;
	for (const char *p = value; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (isspace(c))
			return false;
		has_digit = has_digit || isdigit(c);
		has_letter = has_letter || isalpha(c);
	}
	return has_digit && has_letter;
}

static rd_code add_url_password(rd_redact *r, const char *value, rd_err *err)
{
	const char *rest = strstr(value, "://");
	size_t n = rest ? strcspn(rest + 3, "/") : 0;
	const char *at = n ? memrchr(rest + 3, '@', n) : NULL;
	const char *colon = at ? memchr(rest + 3, ':', (size_t)(at - rest - 3)) : NULL;
	RD_AUTOFREE char *password = NULL;

	if (!colon)
		return RD_OK;
	password = strndup(colon + 1, (size_t)(at - colon - 1));
	return password ? rd_redact_add(r, password, err) : rd_err_nomem(err);
}

rd_code rd_redact_add_pairs(rd_redact *r, const rd_kvs *m, rd_err *err)
{
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < m->len; i++) {
		const char *value = m->items[i].value;

		if (rd_redact_name_is_secret(m->items[i].key) || looks_secret(value))
			rc = rd_redact_add(r, value, err);
		if (!rc)
			rc = add_url_password(r, value, err);
	}
	return rc;
}

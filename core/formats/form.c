/* SPDX-License-Identifier: MIT */
/* Forms and queries. */
#include "core/formats/form.h"

#include <string.h>

#include "core/base/str.h"

#define MAX_FIELDS 1000

static rd_code decode(const char *text, size_t n, rd_str *out, rd_err *err)
{
	rd_str_clear(out);
	for (size_t i = 0; i < n; i++) {
		int byte;

		if (text[i] != '%') {
			rd_str_putc(out, text[i] == '+' ? ' ' : text[i]);
			continue;
		}
		byte = rd_percent_byte(text + i, n - i);
		if (byte <= 0)
			return rd_err_set(err, RD_EPARSE,
				"the form holds a '%%' that encodes nothing");
		rd_str_putc(out, (char)byte);
		i += 2;
	}
	if (memchr(text, '\0', n))
		return rd_err_set(err, RD_EPARSE, "the form holds a NUL byte");
	return rd_str_check(out, "a form", err);
}

rd_code rd_form_parse(const char *text, size_t n, rd_kvs *out, rd_err *err)
{
	RD_STR_AUTO rd_str key = RD_STR_INIT(0);
	RD_STR_AUTO rd_str value = RD_STR_INIT(0);
	const char *end = text + n;
	rd_code rc = RD_OK;

	while (!rc && text < end) {
		const char *and = memchr(text, '&', (size_t)(end - text));
		const char *stop = and? and : end;
		const char *equals = memchr(text, '=', (size_t)(stop - text));
		const char *key_end = equals ? equals : stop;

		rc = out->len < MAX_FIELDS
			     ? decode(text, (size_t)(key_end - text), &key, err)
			     : rd_err_set(err, RD_ELIMIT, "the form has more than %d fields",
				       MAX_FIELDS);
		if (!rc)
			rc = equals ? decode(equals + 1, (size_t)(stop - equals - 1), &value, err)
				    : decode("", 0, &value, err);
		if (!rc && key.len && !rd_kvs_set(out, rd_str_get(&key), rd_str_get(&value)))
			rc = rd_err_nomem(err);
		text = stop + 1;
	}
	return rc;
}

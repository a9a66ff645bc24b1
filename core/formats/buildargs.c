/* SPDX-License-Identifier: MIT */
/* Values of --build-args. */
#include "core/formats/buildargs.h"

#include <string.h>

#include "core/base/str.h"

/* Bytes of the NAME in "NAME=…", 0 if text does not begin so. */
static size_t name_bytes(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

	return n > 0 && strchr(letters, text[0]) != NULL && text[n] == '=' ? n : 0;
}

/* Takes the value up to the comma that ends it, or to the end. @returns its bytes in text. */
static size_t take_value(const char *text, rd_str *value)
{
	size_t n = 0;

	while (text[n] != '\0' && !(text[n] == ',' && name_bytes(text + n + 1) > 0)) {
		n += text[n] == '\\' && text[n + 1] == ',';
		rd_str_putc(value, text[n++]);
	}
	return n;
}

rd_code rd_buildargs_add(const char *text, rd_kvs *out, rd_err *err)
{
	for (;;) {
		RD_STR_AUTO rd_str name = RD_STR_INIT(0);
		RD_STR_AUTO rd_str value = RD_STR_INIT(0);
		size_t n_name = name_bytes(text);

		if (n_name == 0)
			return rd_err_set(err, RD_EINVAL,
				"invalid build args: %s: give them as NAME=VALUE", text);
		rd_str_putn(&name, text, n_name);
		text += n_name + 1;
		text += take_value(text, &value);
		if (!rd_str_ok(&name) || !rd_str_ok(&value) ||
			!rd_kvs_set(out, rd_str_get(&name), rd_str_get(&value)))
			return rd_err_nomem(err);
		if (*text == '\0')
			return RD_OK;
		text++;
	}
}

/* SPDX-License-Identifier: MIT */
/* Environment text: parse, format, describe a change. */
#include "core/formats/env.h"

#include <string.h>

#define MAX_LINE_BYTES (64 * 1024)
#define MAX_VARIABLES 5000

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

/* The trimmed key of n bytes. @ret heap. */
static char *key_dup(const char *key, size_t n)
{
	while (n > 0 && is_blank(key[0])) {
		key++;
		n--;
	}
	while (n > 0 && is_blank(key[n - 1]))
		n--;
	return strndup(key, n);
}

/* Adds one line of n bytes; a line without '=' or without a key holds nothing. */
static rd_code add_line(const char *line, size_t n, rd_kvs *out, rd_err *err)
{
	RD_AUTOFREE char *key = NULL;
	RD_AUTOFREE char *value = NULL;
	const char *equals = memchr(line, '=', n);

	if (!equals)
		return RD_OK;
	key = key_dup(line, (size_t)(equals - line));
	value = strndup(equals + 1, n - (size_t)(equals + 1 - line));
	if (!key || !value)
		return rd_err_nomem(err);
	if (*key == 0)
		return RD_OK;
	if (out->len >= MAX_VARIABLES && !rd_kvs_get(out, key))
		return rd_err_set(err, RD_ELIMIT, "the environment has more than %d variables",
			MAX_VARIABLES);
	return rd_kvs_set(out, key, value) ? RD_OK : rd_err_nomem(err);
}

rd_code rd_env_parse(const char *text, rd_kvs *out, rd_err *err)
{
	int number = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");
		const char *next = text + n + (text[n] == '\n');
		rd_code code;

		number++;
		if (n > MAX_LINE_BYTES)
			return rd_err_set(err, RD_ELIMIT,
				"line %d of the environment is longer than %d bytes", number,
				MAX_LINE_BYTES);
		if (n > 0 && text[n - 1] == '\r')
			n--;
		code = add_line(text, n, out, err);
		if (code != RD_OK)
			return code;
		text = next;
	}
	return RD_OK;
}

rd_code rd_env_check(const rd_kvs *env, rd_err *err)
{
	for (size_t i = 0; i < env->len; i++)
		if (strpbrk(env->items[i].key, " \t"))
			return rd_err_set(err, RD_EINVAL,
				"'%s' is no name of a variable: a name holds no blank",
				env->items[i].key);
	return RD_OK;
}

/* Removes comments, so that what is left are pairs, each in its line. */
static rd_code without_comments(const char *text, rd_str *out, rd_err *err)
{
	for (int number = 1; *text; number++) {
		size_t n = strcspn(text, "\n"), blank = strspn(text, " \t\r");

		if (blank < n && text[blank] != '#') {
			size_t equals = strcspn(text + blank, "=\n");

			if (text[blank + equals] != '=' || equals == 0)
				return rd_err_set(err, RD_EINVAL,
					"line %d is not of the form NAME=VALUE", number);
			rd_str_putn(out, text, n);
		}
		rd_str_putc(out, '\n');
		text += n + (text[n] == '\n');
	}
	return rd_str_check(out, "the environment", err);
}

rd_code rd_env_read(const char *text, rd_kvs *out, rd_err *err)
{
	RD_STR_AUTO rd_str pairs = RD_STR_INIT(0);
	RD_AUTO(rd_kvs_done) rd_kvs fresh = {0};
	rd_code code = without_comments(text, &pairs, err);

	if (code == RD_OK)
		code = rd_env_parse(rd_str_get(&pairs), &fresh, err);
	if (code == RD_OK)
		code = rd_env_check(&fresh, err);
	if (code == RD_OK && !rd_kvs_merge(out, &fresh))
		code = rd_err_nomem(err);
	return code;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(rd_strs *l)
{
	if (l->len > 1)
		qsort(l->items, l->len, sizeof *l->items, by_text);
}

void rd_env_format(const rd_kvs *env, rd_str *out)
{
	rd_strs lines = {0};

	for (size_t i = 0; i < env->len; i++) {
		rd_str line = RD_STR_INIT(0);

		rd_str_printf(&line, "%s=%s", env->items[i].key, env->items[i].value);
		out->failed |= !rd_strs_take(&lines, rd_str_take(&line));
	}
	sort(&lines);
	for (size_t i = 0; i < lines.len; i++) {
		if (i > 0)
			rd_str_putc(out, '\n');
		rd_str_put(out, lines.items[i]);
	}
	rd_strs_done(&lines);
}

static void describe_keys(const char *verb, rd_strs *keys, rd_str *out)
{
	sort(keys);
	for (size_t i = 0; i < keys->len; i++)
		rd_str_printf(out, " %s:%s", verb, keys->items[i]);
	rd_strs_done(keys);
}

void rd_env_describe(const rd_kvs *from, const rd_kvs *to, rd_str *out)
{
	rd_strs adds = {0}, changes = {0}, removes = {0};

	for (size_t i = 0; i < to->len; i++) {
		const char *key = to->items[i].key;
		const char *old = rd_kvs_get(from, key);

		if (!old)
			out->failed |= !rd_strs_add(&adds, key);
		else if (strcmp(old, to->items[i].value) != 0)
			out->failed |= !rd_strs_add(&changes, key);
	}
	for (size_t i = 0; i < from->len; i++) {
		if (!rd_kvs_get(to, from->items[i].key))
			out->failed |= !rd_strs_add(&removes, from->items[i].key);
	}
	rd_str_put(out, "env");
	/* Convox leaves this blank at the end too */
	if (adds.len + changes.len + removes.len == 0)
		rd_str_putc(out, ' ');
	describe_keys("add", &adds, out);
	describe_keys("change", &changes, out);
	describe_keys("remove", &removes, out);
}

rd_code rd_env_pair(const char *arg, rd_kvs *out, rd_err *err)
{
	RD_AUTOFREE char *key = NULL;
	const char *equals = strchr(arg, '=');

	if (!equals)
		return rd_err_set(err, RD_EINVAL, "'%s' is not of the form NAME=VALUE", arg);
	key = key_dup(arg, (size_t)(equals - arg));
	if (!key)
		return rd_err_nomem(err);
	if (*key == 0)
		return rd_err_set(err, RD_EINVAL, "no name before the '=': write NAME=VALUE");
	if (strpbrk(key, "\r\n"))
		return rd_err_set(err, RD_EINVAL, "a name cannot hold a line break");
	/* one line a variable: a second line would become a variable of its own */
	if (strchr(equals, '\n'))
		return rd_err_set(err, RD_EINVAL,
			"the value of '%s' holds a line break, which an environment cannot keep",
			key);
	return rd_kvs_set(out, key, equals + 1) ? RD_OK : rd_err_nomem(err);
}

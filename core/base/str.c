/* SPDX-License-Identifier: MIT */
/* Growing byte strings with a cap. */
#include "core/base/str.h"

#include <errno.h>
#include <stdint.h>

void rd_str_init(rd_str *s, size_t max_bytes)
{
	*s = (rd_str)RD_STR_INIT(max_bytes);
}

void rd_str_done(rd_str *s)
{
	free(s->data);
	rd_str_init(s, s->max);
}

void rd_str_clear(rd_str *s)
{
	s->len = 0;
	s->failed = false;
	if (s->data)
		s->data[0] = '\0';
}

char *rd_str_reserve(rd_str *s, size_t n)
{
	size_t cap = s->cap ? s->cap : 32;
	char *data;

	if (s->failed)
		return NULL;
	if (n > SIZE_MAX / 2 - s->len || (s->max && s->len + n > s->max)) {
		s->failed = true;
		return NULL;
	}
	if (s->len + n + 1 > s->cap) {
		while (cap < s->len + n + 1)
			cap *= 2;
		data = realloc(s->data, cap);
		if (!data) {
			s->failed = true;
			return NULL;
		}
		s->data = data;
		s->cap = cap;
		s->data[s->len] = '\0';
	}
	return s->data + s->len;
}

void rd_str_commit(rd_str *s, size_t n)
{
	s->len += n;
	s->data[s->len] = '\0';
}

void rd_str_putn(rd_str *s, const void *bytes, size_t n)
{
	char *to = rd_str_reserve(s, n);

	if (!to)
		return;
	if (n)
		memcpy(to, bytes, n);
	rd_str_commit(s, n);
}

void rd_str_put(rd_str *s, const char *text)
{
	rd_str_putn(s, text, strlen(text));
}

void rd_str_putc(rd_str *s, char c)
{
	rd_str_putn(s, &c, 1);
}

void rd_str_put_word(rd_str *s, const char *word)
{
	if (*word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789_@%+=:,./-")]) {
		rd_str_put(s, word);
		return;
	}
	rd_str_putc(s, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			rd_str_put(s, "'\\'");
		rd_str_putc(s, *word);
	}
	rd_str_putc(s, '\'');
}

void rd_str_vprintf(rd_str *s, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		s->failed = true;
		return;
	}
	to = rd_str_reserve(s, (size_t)n);
	if (!to)
		return;
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	rd_str_commit(s, (size_t)n);
}

void rd_str_printf(rd_str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	rd_str_vprintf(s, fmt, ap);
	va_end(ap);
}

void rd_str_cut(rd_str *s, size_t n)
{
	if (n >= s->len)
		return;
	s->len = n;
	s->data[n] = '\0';
}

void rd_str_drop_front(rd_str *s, size_t n)
{
	if (n >= s->len) {
		rd_str_cut(s, 0);
		return;
	}
	memmove(s->data, s->data + n, s->len - n + 1);
	s->len -= n;
}

const char *rd_str_get(const rd_str *s)
{
	return s->data ? s->data : "";
}

bool rd_str_ok(const rd_str *s)
{
	return !s->failed;
}

rd_code rd_str_check(const rd_str *s, const char *what, rd_err *err)
{
	if (!s->failed)
		return RD_OK;
	if (s->max)
		return rd_err_set(err, RD_ELIMIT, "%s is larger than %zu bytes", what, s->max);
	return rd_err_nomem(err);
}

char *rd_str_take(rd_str *s)
{
	char *data = NULL;

	if (!s->failed)
		data = s->data ? RD_TAKE(s->data) : calloc(1, 1);
	rd_str_done(s);
	return data;
}

bool rd_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool rd_ends_with(const char *text, const char *suffix)
{
	size_t n = strlen(text), m = strlen(suffix);

	return n >= m && memcmp(text + n - m, suffix, m) == 0;
}

char *rd_strdup(const char *text)
{
	return text ? strdup(text) : NULL;
}

bool rd_str_replace(char **slot, const char *text)
{
	char *copy = rd_strdup(text);

	if (text && !copy)
		return false;
	free(*slot);
	*slot = copy;
	return true;
}

const char *rd_or_empty(const char *a)
{
	return a ? a : "";
}

rd_code rd_parse_u64(const char *text, unsigned long long *ret_value, rd_err *err)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno)
		return rd_err_set(err, RD_EINVAL, "'%s' is not a whole number", text);
	*ret_value = value;
	return RD_OK;
}

rd_code rd_parse_i64(const char *text, long long *ret_value, rd_err *err)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	long long value;
	char *end;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (digits[0] < '0' || digits[0] > '9' || *end || errno)
		return rd_err_set(err, RD_EINVAL, "'%s' is not a whole number", text);
	*ret_value = value;
	return RD_OK;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int rd_percent_byte(const char *text, size_t n)
{
	int high = n > 2 && *text == '%' ? hex_digit(text[1]) : -1;
	int low = high >= 0 ? hex_digit(text[2]) : -1;

	return low >= 0 ? high << 4 | low : -1;
}

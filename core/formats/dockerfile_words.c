/* SPDX-License-Identifier: MIT */
/* Words of a Dockerfile: where they end, and what they stand for. */
#include "core/formats/dockerfile_words.h"

#include "core/formats/dockerfile.h"

#define BLANK " \t\v\f\r"

const char *rd_dockerfile_word(const char *text, char escape, rd_str *out)
{
	const char *p = text + strspn(text, BLANK), *start = p;
	char quote = 0;

	rd_str_clear(out);
	for (; *p && (quote || !strchr(BLANK, *p)); p++) {
		if (*p == escape && quote != '\'' && p[1])
			p++;
		else if (*p == quote)
			quote = 0;
		else if (!quote && (*p == '\'' || *p == '"'))
			quote = *p;
	}
	rd_str_putn(out, start, (size_t)(p - start));
	return p;
}

#define MAX_NESTED 8 /* "${A:-${B:-…}}" */

/* One expansion while it is made. */
typedef struct expander {
	const rd_kvs *vars;
	char escape;
	rd_str *out;
	int depth;
	bool is_clear;
} expander;

static void expand(expander *e, const char *word);

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

bool rd_dockerfile_is_platform_arg(const char *name)
{
	static const char *const kinds[] = {"PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT"};
	const char *kind = NULL;

	if (rd_starts_with(name, "TARGET"))
		kind = name + strlen("TARGET");
	else if (rd_starts_with(name, "BUILD"))
		kind = name + strlen("BUILD");
	for (size_t i = 0; kind && i < RD_LEN(kinds); i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	}
	return false;
}

/* The '}' that ends the "${" whose inside begins at p; NULL if there is none. */
static const char *brace_end(const char *p, char escape)
{
	int depth = 1;

	for (; *p; p++) {
		if (*p == escape && p[1])
			p++;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			return p;
	}
	return NULL;
}

/* Puts the value of a variable, or the word that its operator (rest) says. */
static void put_value(expander *e, const char *name, const char *rest)
{
	const char *value = rd_kvs_get(e->vars, name);
	bool counts = value && (*rest != ':' || *value);

	if (!value && rd_dockerfile_is_platform_arg(name))
		e->is_clear = false;
	if (*rest == 0) {
		rd_str_put(e->out, rd_or_empty(value));
		return;
	}
	rest += *rest == ':';
	if (*rest != '-' && *rest != '+')
		e->is_clear = false;
	else if (*rest == '-' && counts)
		rd_str_put(e->out, value);
	else if (counts == (*rest == '+'))
		expand(e, rest + 1);
}

/* "${NAME…}" or "$NAME" at p. @returns the place after it. */
static const char *put_variable(expander *e, const char *p)
{
	bool has_brace = p[1] == '{';
	const char *start = p + 1 + has_brace, *end = start, *after;
	RD_AUTOFREE char *name = NULL;
	RD_AUTOFREE char *rest = NULL;

	while (is_name_char(*end))
		end++;
	after = has_brace ? brace_end(end, e->escape) : end;
	if (!after || end == start) {
		/* "$" alone is itself; an open "${" is an error that the engine tells */
		e->is_clear &= !has_brace;
		rd_str_putc(e->out, '$');
		return p + 1;
	}
	name = strndup(start, (size_t)(end - start));
	rest = strndup(end, (size_t)(after - end));
	if (name && rest)
		put_value(e, name, rest);
	else
		e->out->failed = true;
	return after + has_brace;
}

static void expand(expander *e, const char *word)
{
	char quote = 0;

	if (++e->depth > MAX_NESTED)
		e->is_clear = false;
	while (e->depth <= MAX_NESTED && *word) {
		if (*word == e->escape && quote != '\'' && word[1]) {
			rd_str_putc(e->out, word[1]);
			word += 2;
		} else if (*word == quote) {
			quote = 0;
			word++;
		} else if (!quote && (*word == '\'' || *word == '"')) {
			quote = *word++;
		} else if (*word == '$' && quote != '\'' && e->vars) {
			word = put_variable(e, word);
		} else {
			rd_str_putc(e->out, *word++);
		}
	}
	e->depth--;
}

void rd_dockerfile_expand(const char *word, char escape, const rd_kvs *vars, rd_str *out,
	bool *ret_is_clear)
{
	expander e = {vars, escape, out, 0, true};

	expand(&e, word);
	*ret_is_clear = e.is_clear;
}

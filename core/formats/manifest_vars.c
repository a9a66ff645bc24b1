/* SPDX-License-Identifier: MIT */
/* ${NAME} in a manifest: hidden before the parse, replaced after it. */
#include "core/formats/manifest_vars.h"

#include "core/base/utf8.h"

/* U+100000 + index stands for a variable: the last private plane, which no text needs. In UTF-8 such
 * a character begins with this byte, and no other does. */
#define HIDDEN_FIRST 0x100000U
#define HIDDEN_LEAD 0xF4
#define PRIVATE_CHARACTER "a character of the private plane has no place here"

typedef struct var {
	char *name;  /* "$" of "$$" */
	size_t fill; /* letters after the hiding character, to the width of "${NAME}" */
} var;

typedef struct putter {
	const rd_manifest_vars *vars;
	const rd_kvs *env;
	rd_manifest_reader *reader;
	size_t total_bytes;
} putter;

static size_t characters(const char *text, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)text[i] & 0xC0) != 0x80;
	return count;
}

/* A variable in the text: where its name is and where it ends. */
typedef struct found {
	const char *name;
	size_t n_name;
	const char *end; /* NULL: none */
} found;

/* "${NAME}", on one line; and in generation 1 "$NAME" and "$$". */
static found find_var(const rd_manifest_vars *v, const char *text, const char *end)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
	const char *p = text + 1;

	if (*text != '$' || p >= end)
		return (found){0};
	if (*p == '{') {
		while (p < end && *p != '}' && *p != '\n')
			p++;
		return p < end && *p == '}' ? (found){text + 2, (size_t)(p - text - 2), p + 1}
					    : (found){0};
	}
	if (!v->is_compose)
		return (found){0};
	if (*p == '$')
		return (found){p, 1, p + 1};
	while (p < end && *p && strchr(letters, *p))
		p++;
	if (p == text + 1 || strchr("0123456789", text[1]))
		return (found){0};
	return (found){text + 1, (size_t)(p - text - 1), p};
}

static rd_code hide_one(rd_manifest_vars *v, const char *text, const found *f, rd_err *err)
{
	char hidden[4];
	var *one;

	if (v->vars.len >= RD_MANIFEST_MAX_VARS)
		return rd_err_set(err, RD_ELIMIT, "more than %d variables", RD_MANIFEST_MAX_VARS);
	one = rd_vec_push(&v->vars);
	if (!one)
		return rd_err_nomem(err);
	one->name = strndup(f->name, f->n_name);
	if (!one->name)
		return rd_err_nomem(err);
	one->fill = characters(text, (size_t)(f->end - text)) - 1;
	rd_str_putn(&v->hidden, hidden,
		rd_utf8_put(HIDDEN_FIRST + (uint32_t)v->vars.len - 1, hidden));
	for (size_t i = 0; i < one->fill; i++)
		rd_str_putc(&v->hidden, 'x');
	return RD_OK;
}

rd_code rd_manifest_vars_hide(rd_manifest_vars *v, const char *text, size_t n,
	rd_yaml_mark *ret_where, rd_err *err)
{
	const char *p = text, *end = text + n;
	rd_code code = RD_OK;

	rd_vec_init(&v->vars, sizeof(var));
	rd_str_init(&v->hidden, 0);
	while (code == RD_OK && p < end) {
		found f = find_var(v, p, end);

		if ((unsigned char)*p == HIDDEN_LEAD)
			code = rd_err_set(err, RD_EPARSE, PRIVATE_CHARACTER);
		else if (f.end)
			code = hide_one(v, p, &f, err);
		else
			rd_str_putc(&v->hidden, *p);
		if (code == RD_OK)
			p = f.end ? f.end : p + 1;
	}
	if (code == RD_OK)
		code = rd_str_check(&v->hidden, "the manifest", err);
	if (code != RD_OK)
		*ret_where = rd_yaml_mark_of(text, (size_t)(p - text));
	return code;
}

void rd_manifest_vars_done(rd_manifest_vars *v)
{
	for (size_t i = 0; i < v->vars.len; i++)
		free(((var *)rd_vec_at(&v->vars, i))->name);
	rd_vec_done(&v->vars);
	rd_str_done(&v->hidden);
}

/* Whether a plain scalar would end, or be no scalar, with this value in it. */
static bool breaks_plain(const rd_yaml_node *n, const char *value, const char *before, bool is_last)
{
	size_t len = strlen(value);
	bool is_first = *before == 0;
	char previous = is_first ? ' ' : before[strlen(before) - 1];

	if (strstr(value, ": ") || strstr(value, " #") || (is_last && rd_ends_with(value, ":")))
		return true;
	if (*value == '#' && previous == ' ')
		return true;
	if (rd_yaml_in_flow(n) && strpbrk(value, ",[]{}"))
		return true;
	if (!is_first || len == 0)
		return false;
	if (strchr("-?:", *value))
		return value[1] == ' ' || (is_last && len == 1);
	return strchr(",[]{}&*!|>'\"%@`", *value) != NULL;
}

/* Whether Convox, which replaces in the raw text, would read something else than this text. */
static bool reads_as_yaml(const rd_yaml_node *n, const char *value, const char *before,
	bool is_last)
{
	if (strchr(value, '\n'))
		return true;
	switch (rd_yaml_style_of(n)) {
	case RD_YAML_PLAIN:
		return breaks_plain(n, value, before, is_last);
	case RD_YAML_SINGLE:
		return strchr(value, '\'') != NULL;
	case RD_YAML_DOUBLE:
		return strpbrk(value, "\"\\") != NULL;
	default:
		return false;
	}
}

static rd_code put_value(putter *p, const rd_yaml_node *n, const var *one, bool is_last,
	rd_str *out, rd_err *err)
{
	const char *value = p->env ? rd_kvs_get(p->env, one->name) : NULL;

	if (strcmp(one->name, "$") == 0 && p->vars->is_compose) {
		rd_str_putc(out, '$');
		return RD_OK;
	}
	if (p->env && !value)
		rd_manifest_hint(p->reader, n, "the environment has no '%s': it is taken as empty",
			one->name);
	if (!value)
		return RD_OK;
	if (reads_as_yaml(n, value, rd_str_get(out), is_last))
		rd_manifest_hint(p->reader, n,
			"the value of '%s' is taken as text; a Convox rack would read YAML in it",
			one->name);
	p->total_bytes += strlen(value);
	if (p->total_bytes > RD_MANIFEST_MAX_VALUES)
		return rd_err_set(err, RD_ELIMIT,
			"the values of variables are larger than %d bytes", RD_MANIFEST_MAX_VALUES);
	rd_str_put(out, value);
	return RD_OK;
}

/* A plain scalar has no blanks at its ends. */
static void trim(rd_str *s)
{
	size_t n = s->len;

	while (n > 0 && strchr(" \t", s->data[n - 1]))
		n--;
	rd_str_cut(s, n);
	rd_str_drop_front(s, strspn(rd_str_get(s), " \t"));
}

/* The variable that is hidden at text, and the bytes that it takes; NULL if there is none: an escape in
 * quotes can name such a character too. */
static const var *hidden_var(const rd_manifest_vars *v, const char *text, size_t *ret_bytes)
{
	const var *one;
	uint32_t cp;
	size_t used = rd_utf8_next(text, strlen(text), &cp);

	if (cp < HIDDEN_FIRST || cp - HIDDEN_FIRST >= v->vars.len)
		return NULL;
	one = rd_vec_at(&v->vars, cp - HIDDEN_FIRST);
	if (strspn(text + used, "x") < one->fill)
		return NULL;
	*ret_bytes = used + one->fill;
	return one;
}

static rd_code put_values(void *arg, const rd_yaml_node *n, rd_str *out, bool *ret_changed,
	rd_err *err)
{
	putter *p = arg;
	const char *text = rd_yaml_text(n);
	rd_code code = RD_OK;

	while (code == RD_OK && *text) {
		size_t used = 1;
		const var *one = NULL;

		if ((unsigned char)*text == HIDDEN_LEAD) {
			one = hidden_var(p->vars, text, &used);
			*ret_changed = true;
			if (!one)
				rd_manifest_problem(p->reader, n, PRIVATE_CHARACTER);
		}
		if (one)
			code = put_value(p, n, one, text[used] == 0, out, err);
		else
			rd_str_putc(out, *text);
		text += used;
	}
	if (*ret_changed && rd_yaml_style_of(n) == RD_YAML_PLAIN)
		trim(out);
	if (out->len > RD_MANIFEST_MAX_TEXT)
		rd_manifest_problem(p->reader, n, "a text of more than %d bytes",
			RD_MANIFEST_MAX_TEXT);
	return code;
}

rd_code rd_manifest_vars_put(const rd_manifest_vars *v, rd_yaml *doc, const rd_kvs *env,
	rd_manifest_reader *r, rd_err *err)
{
	putter p = {v, env, r, 0};

	return rd_yaml_rewrite(doc, put_values, &p, err);
}

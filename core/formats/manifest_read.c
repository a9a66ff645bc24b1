/* SPDX-License-Identifier: MIT */
/* Typed values of the manifest, and the list of what is wrong. */
#include "core/formats/manifest_read.h"

#include <limits.h>

#include "core/base/fs.h"

bool rd_manifest_note(rd_manifest_reader *r, bool ok)
{
	r->out_of_memory |= !ok;
	return ok;
}

static void add(rd_manifest_reader *r, rd_yaml_mark at, bool is_hint, const char *text)
{
	const rd_problem p = {.hint = is_hint,
		.line = at.line ? at.line : 1,
		.column = at.line ? at.column : 1,
		.text = (char *)(uintptr_t)text};

	/* hints leave room, so that no number of them hides what is wrong */
	if (r->problems->items.len < RD_MANIFEST_MAX_PROBLEMS / (is_hint ? 2 : 1))
		rd_manifest_note(r, rd_problems_add(r->problems, r->text, r->n, &p));
}

void rd_manifest_problem_at(rd_manifest_reader *r, rd_yaml_mark at, const char *text)
{
	add(r, at, false, text);
}

void rd_manifest_hint_at(rd_manifest_reader *r, rd_yaml_mark at, const char *text)
{
	add(r, at, true, text);
}

static void RD_PRINTF(4, 0) vadd(rd_manifest_reader *r, const rd_yaml_node *at, bool is_hint,
	const char *fmt, va_list ap)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	rd_str_vprintf(&text, fmt, ap);
	if (rd_manifest_note(r, rd_str_ok(&text)))
		add(r, rd_yaml_where(at), is_hint, rd_str_get(&text));
}

void rd_manifest_problem(rd_manifest_reader *r, const rd_yaml_node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vadd(r, at, false, fmt, ap);
	va_end(ap);
}

void rd_manifest_hint(rd_manifest_reader *r, const rd_yaml_node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vadd(r, at, true, fmt, ap);
	va_end(ap);
}

const char *rd_manifest_shown(const rd_yaml_node *n, char buf[RD_MANIFEST_SHOWN])
{
	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR)
		snprintf(buf, RD_MANIFEST_SHOWN, "'%.60s'", rd_yaml_text(n));
	else
		snprintf(buf, RD_MANIFEST_SHOWN, "a %s", rd_yaml_kind_name(n));
	return buf;
}

void rd_manifest_read_text(rd_manifest_reader *r, const rd_yaml_node *n, const char *what,
	char **slot)
{
	switch (rd_yaml_kind_of(n)) {
	case RD_YAML_NULL:
		break;
	case RD_YAML_SCALAR:
		rd_manifest_note(r, rd_str_replace(slot, rd_yaml_text(n)));
		break;
	default:
		rd_manifest_problem(r, n, "%s must be a text, not a %s", what,
			rd_yaml_kind_name(n));
	}
}

void rd_manifest_read_bool(rd_manifest_reader *r, const rd_yaml_node *n, const char *what,
	bool *slot)
{
	char shown[RD_MANIFEST_SHOWN];

	if (rd_yaml_kind_of(n) != RD_YAML_NULL && !rd_yaml_bool(n, slot))
		rd_manifest_problem(r, n, "%s must be true or false, not %s", what,
			rd_manifest_shown(n, shown));
}

void rd_manifest_read_int(rd_manifest_reader *r, const rd_yaml_node *n, const char *what, int *slot)
{
	char shown[RD_MANIFEST_SHOWN];
	unsigned long long quoted;
	long long value;

	if (rd_yaml_kind_of(n) == RD_YAML_NULL)
		return;
	/* "512" in quotes: Convox takes such a manifest, too */
	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR && rd_yaml_style_of(n) != RD_YAML_PLAIN &&
		rd_parse_u64(rd_yaml_text(n), &quoted, NULL) == RD_OK && quoted <= INT_MAX)
		*slot = (int)quoted;
	else if (!rd_yaml_int(n, &value))
		rd_manifest_problem(r, n, "%s must be a whole number, not %s", what,
			rd_manifest_shown(n, shown));
	else if (value < 0 || value > INT_MAX)
		rd_manifest_problem(r, n, "%s must be from 0 to %d, not %lld", what, INT_MAX,
			value);
	else
		*slot = (int)value;
}

void rd_manifest_read_strs(rd_manifest_reader *r, const rd_yaml_node *n, const char *what,
	rd_strs *out)
{
	rd_yaml_kind kind = rd_yaml_kind_of(n);

	if (kind == RD_YAML_NULL)
		return;
	if (kind != RD_YAML_LIST) {
		rd_manifest_problem(r, n, "%s must be a list, not a %s", what,
			rd_yaml_kind_name(n));
		return;
	}
	for (size_t i = 0; i < rd_yaml_len(n); i++) {
		const rd_yaml_node *item = rd_yaml_at(n, i);

		kind = rd_yaml_kind_of(item);
		if (kind == RD_YAML_SCALAR)
			rd_manifest_note(r, rd_strs_add(out, rd_yaml_text(item)));
		else if (kind != RD_YAML_NULL)
			rd_manifest_problem(r, item, "%s: an entry must be a text, not a %s", what,
				rd_yaml_kind_name(item));
	}
}

/* The tree is at most RD_YAML_MAX_DEPTH levels deep, so this recursion ends. */
static void read_flat(rd_manifest_reader *r, const rd_yaml_node *list, rd_strs *out)
{
	for (size_t i = 0; i < rd_yaml_len(list); i++) {
		const rd_yaml_node *item = rd_yaml_at(list, i);

		switch (rd_yaml_kind_of(item)) {
		case RD_YAML_NULL:
			break;
		case RD_YAML_SCALAR:
			if (out->len >= RD_MANIFEST_MAX_ENVIRONMENT) {
				rd_manifest_problem(r, item, "more than %d entries of environment",
					RD_MANIFEST_MAX_ENVIRONMENT);
				return;
			}
			rd_manifest_note(r, rd_strs_add(out, rd_yaml_text(item)));
			break;
		case RD_YAML_LIST:
			read_flat(r, item, out);
			break;
		default:
			rd_manifest_problem(r, item, "unknown type for service environment: %s",
				rd_yaml_kind_name(item));
		}
	}
}

void rd_manifest_read_environment(rd_manifest_reader *r, const rd_yaml_node *n, rd_strs *out)
{
	rd_yaml_kind kind = rd_yaml_kind_of(n);

	if (kind == RD_YAML_LIST)
		read_flat(r, n, out);
	else if (kind != RD_YAML_NULL)
		rd_manifest_problem(r, n, "unknown type for service environment: %s",
			rd_yaml_kind_name(n));
}

void rd_manifest_read_path(rd_manifest_reader *r, const rd_yaml_node *n, const char *what,
	char **slot)
{
	RD_AUTOFREE char *text = NULL;
	RD_AUTOFREE char *clean = NULL;
	const char *path;

	rd_manifest_read_text(r, n, what, &text);
	if (!text || !*text)
		return;
	clean = rd_path_clean(text);
	if (!rd_manifest_note(r, clean != NULL))
		return;
	path = clean + (*clean == '/');
	if (strcmp(path, "..") == 0 || rd_starts_with(path, "../"))
		rd_manifest_problem(r, n, "%s leads out of its folder: '%s'", what, text);
	else
		rd_manifest_note(r, rd_str_replace(slot, *path ? path : "."));
}

bool rd_manifest_is_map(rd_manifest_reader *r, const rd_yaml_node *n, const char *what)
{
	rd_yaml_kind kind = rd_yaml_kind_of(n);

	if (kind != RD_YAML_MAP && kind != RD_YAML_NULL)
		rd_manifest_problem(r, n, "%s must be a map, not a %s", what, rd_yaml_kind_name(n));
	return kind == RD_YAML_MAP;
}

void rd_manifest_check_keys(rd_manifest_reader *r, const rd_yaml_node *map, const char *what,
	const char *const *known)
{
	for (size_t i = 0; i < rd_yaml_len(map); i++) {
		const rd_yaml_node *key = rd_yaml_key(map, i);
		const char *const *k = known;

		while (*k && strcmp(*k, rd_yaml_text(key)) != 0)
			k++;
		if (!*k)
			rd_manifest_hint(r, key, "unknown key '%s' in %s: it is left aside",
				rd_yaml_text(key), what);
	}
}

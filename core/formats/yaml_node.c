/* SPDX-License-Identifier: MIT */
/* Reading a YAML tree: kinds, entries, what plain scalars stand for. */
#include "core/formats/yaml_node.h"

#include <errno.h>

rd_yaml_mark rd_yaml_mark_of(const char *text, size_t offset)
{
	rd_yaml_mark m = {1, 1};

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n')
			m = (rd_yaml_mark){m.line + 1, 1};
		else if (((unsigned char)text[i] & 0xc0) != 0x80)
			m.column++;
	}
	return m;
}

static void node_free(rd_yaml_node *n)
{
	free(n->text);
	free(n->items.data);
	free(n);
}

rd_yaml *rd_yaml_free(rd_yaml *doc)
{
	if (!doc)
		return NULL;
	for (size_t i = 0; i < doc->nodes.len; i++)
		node_free(*(rd_yaml_node **)rd_vec_at(&doc->nodes, i));
	rd_vec_done(&doc->nodes);
	free(doc);
	return NULL;
}

const rd_yaml_node *rd_yaml_root(const rd_yaml *doc)
{
	return doc->root;
}

static bool is_one_of(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

static bool is_null_text(const rd_yaml_node *n)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	return n->style == RD_YAML_PLAIN && is_one_of(n->text, words, RD_LEN(words));
}

rd_yaml_kind rd_yaml_kind_of(const rd_yaml_node *n)
{
	if (!n || (n->kind == RD_YAML_SCALAR && is_null_text(n)))
		return RD_YAML_NULL;
	return n->kind;
}

const char *rd_yaml_kind_name(const rd_yaml_node *n)
{
	bool flag;
	long long number;

	switch (rd_yaml_kind_of(n)) {
	case RD_YAML_NULL:
		return "nothing";
	case RD_YAML_LIST:
		return "list";
	case RD_YAML_MAP:
		return "map";
	default:
		break;
	}
	if (rd_yaml_bool(n, &flag))
		return "boolean";
	return rd_yaml_int(n, &number) ? "number" : "text";
}

rd_yaml_mark rd_yaml_where(const rd_yaml_node *n)
{
	return n ? n->mark : (rd_yaml_mark){0, 0};
}

const char *rd_yaml_text(const rd_yaml_node *n)
{
	return n ? rd_or_empty(n->text) : "";
}

rd_yaml_style rd_yaml_style_of(const rd_yaml_node *n)
{
	return n ? n->style : RD_YAML_PLAIN;
}

bool rd_yaml_in_flow(const rd_yaml_node *n)
{
	return n && n->in_flow;
}

size_t rd_yaml_len(const rd_yaml_node *n)
{
	if (!n)
		return 0;
	return n->kind == RD_YAML_MAP ? n->items.len / 2 : n->items.len;
}

const rd_yaml_node *rd_yaml_at(const rd_yaml_node *n, size_t i)
{
	return *(rd_yaml_node **)rd_vec_at(&n->items, n->kind == RD_YAML_MAP ? 2 * i + 1 : i);
}

const rd_yaml_node *rd_yaml_key(const rd_yaml_node *map, size_t i)
{
	return *(rd_yaml_node **)rd_vec_at(&map->items, 2 * i);
}

const rd_yaml_node *rd_yaml_get(const rd_yaml_node *map, const char *key)
{
	if (!map || map->kind != RD_YAML_MAP)
		return NULL;
	for (size_t i = 0; i < rd_yaml_len(map); i++) {
		if (strcmp(rd_yaml_text(rd_yaml_key(map, i)), key) == 0)
			return rd_yaml_at(map, i);
	}
	return NULL;
}

bool rd_yaml_bool(const rd_yaml_node *n, bool *ret_value)
{
	static const char *const yes[] = {
		"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"};
	static const char *const no[] = {
		"n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"};
	bool is_yes;

	if (!n || n->kind != RD_YAML_SCALAR || n->style != RD_YAML_PLAIN)
		return false;
	is_yes = is_one_of(n->text, yes, RD_LEN(yes));
	if (!is_yes && !is_one_of(n->text, no, RD_LEN(no)))
		return false;
	*ret_value = is_yes;
	return true;
}

/* The base that a prefix names; moves past it. */
static int take_base(const char **digits)
{
	const char *d = *digits;

	if (d[0] != '0' || d[1] == 0)
		return 10;
	*digits += 2;
	if (d[1] == 'x' || d[1] == 'X')
		return 16;
	if (d[1] == 'b' || d[1] == 'B')
		return 2;
	if (d[1] == 'o' || d[1] == 'O')
		return 8;
	*digits -= 1;
	return 8;
}

static bool all_digits(const char *digits, int base)
{
	const char *allowed = base == 2    ? "01"
			      : base == 8  ? "01234567"
			      : base == 10 ? "0123456789"
					   : "0123456789abcdefABCDEF";

	return *digits && digits[strspn(digits, allowed)] == 0;
}

bool rd_yaml_int(const rd_yaml_node *n, long long *ret_value)
{
	char digits[72] = ""; /* a place for the sign, then the digits without '_' */
	size_t len = 1;
	char *start = digits + 1;
	const char *p, *bare = start;
	long long value;
	int base;

	if (!n || n->kind != RD_YAML_SCALAR || n->style != RD_YAML_PLAIN)
		return false;
	p = n->text + (*n->text == '-' || *n->text == '+');
	for (; *p; p++) {
		if (*p == '_' && len > 1)
			continue;
		if (len + 1 >= sizeof digits)
			return false;
		digits[len++] = *p;
	}
	base = take_base(&bare);
	if (!all_digits(bare, base))
		return false;
	/* the sign goes right before the digits, so that the least number fits */
	start += bare - start - 1;
	*start = *n->text == '-' ? '-' : '+';
	errno = 0;
	value = strtoll(start, NULL, base);
	if (errno)
		return false;
	*ret_value = value;
	return true;
}

rd_code rd_yaml_rewrite(rd_yaml *doc, rd_yaml_rewrite_fn *fn, void *arg, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code = RD_OK;

	for (size_t i = 0; code == RD_OK && i < doc->nodes.len; i++) {
		rd_yaml_node *n = *(rd_yaml_node **)rd_vec_at(&doc->nodes, i);
		bool changed = false;

		if (n->kind != RD_YAML_SCALAR)
			continue;
		rd_str_clear(&text);
		code = fn(arg, n, &text, &changed, err);
		if (code != RD_OK || !changed)
			continue;
		code = rd_str_check(&text, "a text", err);
		if (code == RD_OK && !rd_str_replace(&n->text, rd_str_get(&text)))
			code = rd_err_nomem(err);
	}
	return code;
}

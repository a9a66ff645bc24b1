/* SPDX-License-Identifier: MIT */
/* rd_yaml: the tree and its positions, scalars of YAML 1.1, merge keys, and what is refused. */
#include "tests/unit/unit.h"

#include "core/formats/yaml.h"

static rd_yaml *parsed(const char *text)
{
	rd_yaml *doc = NULL;
	rd_yaml_mark where;
	rd_err err = {0};

	if (rd_yaml_parse(text, strlen(text), &doc, &where, &err) != RD_OK)
		fail_msg("%d:%d: %s", where.line, where.column, err.msg);
	return doc;
}

/* Asserts that the text is refused at line:column with that message. */
static void assert_refused(const char *text, size_t n, rd_code want, const char *position,
	const char *message)
{
	rd_yaml *doc = NULL;
	rd_yaml_mark where = {0, 0};
	rd_err err = {0};
	char at[32];

	assert_int_equal(rd_yaml_parse(text, n, &doc, &where, &err), want);
	assert_null(doc);
	assert_string_equal(err.msg, message);
	snprintf(at, sizeof at, "%d:%d", where.line, where.column);
	if (position)
		assert_string_equal(at, position);
}

static void assert_at(const rd_yaml_node *n, int line, int column)
{
	assert_int_equal(rd_yaml_where(n).line, line);
	assert_int_equal(rd_yaml_where(n).column, column);
}

static void parse__gives_nodes_with_positions(void **state RD_UNUSED)
{
	rd_yaml *doc = parsed("\xef\xbb\xbfname: shop\nlist:\n  - a\n  - [b, \"c\"]\nü: 'q'\n"
			      "text: |\n  one\n  two\n");
	const rd_yaml_node *root = rd_yaml_root(doc), *list = rd_yaml_get(root, "list");

	assert_int_equal(rd_yaml_kind_of(root), RD_YAML_MAP);
	assert_int_equal(rd_yaml_len(root), 4);
	assert_at(rd_yaml_key(root, 0), 1, 1);
	assert_at(rd_yaml_at(root, 0), 1, 7);
	assert_string_equal(rd_yaml_text(rd_yaml_at(root, 0)), "shop");
	assert_int_equal(rd_yaml_kind_of(list), RD_YAML_LIST);
	assert_int_equal(rd_yaml_len(list), 2);
	assert_at(rd_yaml_at(list, 1), 4, 5);
	assert_string_equal(rd_yaml_text(rd_yaml_at(rd_yaml_at(list, 1), 1)), "c");
	assert_int_equal(rd_yaml_style_of(rd_yaml_at(rd_yaml_at(list, 1), 1)), RD_YAML_DOUBLE);
	assert_true(rd_yaml_in_flow(rd_yaml_at(rd_yaml_at(list, 1), 0)));
	assert_false(rd_yaml_in_flow(rd_yaml_at(list, 0)));
	assert_at(rd_yaml_get(root, "ü"), 5, 4);
	assert_int_equal(rd_yaml_style_of(rd_yaml_get(root, "ü")), RD_YAML_SINGLE);
	assert_string_equal(rd_yaml_text(rd_yaml_get(root, "text")), "one\ntwo\n");
	assert_null(rd_yaml_get(root, "none"));
	rd_yaml_free(doc);
}

static void parse__empty_text_has_no_root(void **state RD_UNUSED)
{
	static const char *const texts[] = {"", "# only a comment\n", "\n\n"};

	for (size_t i = 0; i < RD_LEN(texts); i++) {
		rd_yaml *doc = parsed(texts[i]);

		assert_null(rd_yaml_root(doc));
		rd_yaml_free(doc);
	}
}

static void getters__take_no_node(void **state RD_UNUSED)
{
	bool flag;
	long long number;

	assert_int_equal(rd_yaml_kind_of(NULL), RD_YAML_NULL);
	assert_string_equal(rd_yaml_kind_name(NULL), "nothing");
	assert_string_equal(rd_yaml_text(NULL), "");
	assert_int_equal(rd_yaml_len(NULL), 0);
	assert_null(rd_yaml_get(NULL, "x"));
	assert_false(rd_yaml_bool(NULL, &flag));
	assert_false(rd_yaml_int(NULL, &number));
	assert_int_equal(rd_yaml_where(NULL).line, 0);
	assert_null(rd_yaml_free(NULL));
}

static void bool__is_that_of_yaml_1_1(void **state RD_UNUSED)
{
	rd_yaml *doc = parsed("[yes, On, TRUE, y, no, Off, FALSE, n, 'yes', yEs, 1, !!str on]");
	const rd_yaml_node *list = rd_yaml_root(doc);

	for (size_t i = 0; i < rd_yaml_len(list); i++) {
		bool value = i >= 4;
		bool is_bool = rd_yaml_bool(rd_yaml_at(list, i), &value);

		assert_int_equal(is_bool, i < 8);
		if (is_bool)
			assert_int_equal(value, i < 4);
	}
	rd_yaml_free(doc);
}

static void int__is_that_of_yaml_1_1(void **state RD_UNUSED)
{
	static const struct {
		const char *text;
		bool is_int;
		long long value;
	} cases[] = {
		{"0", true, 0},
		{"42", true, 42},
		{"+42", true, 42},
		{"-7", true, -7},
		{"1_000", true, 1000},
		{"0x1F", true, 31},
		{"-0x10", true, -16},
		{"0b101", true, 5},
		{"0o17", true, 15},
		{"017", true, 15},
		{"00", true, 0},
		{"9223372036854775807", true, 9223372036854775807LL},
		{"-9223372036854775808", true, -9223372036854775807LL - 1},
		{"9223372036854775808", false, 0},
		{"08", false, 0},
		{"0x", false, 0},
		{"0x0x5", false, 0},
		{"1.5", false, 0},
		{"12a", false, 0},
		{"-", false, 0},
		{"+-5", false, 0},
		{"'5'", false, 0},
		{"2-10", false, 0},
		{"_1", false, 0},
		{"!!int \"5\"", true, 5},
		{"!!str 5", false, 0},
		{"0b1111111111111111111111111111111111111111111111111111111111111111111111111",
			false, 0},
	};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_yaml *doc = parsed(cases[i].text);
		long long value = -1;

		if (rd_yaml_int(rd_yaml_root(doc), &value) != cases[i].is_int)
			fail_msg("'%s' was read wrongly", cases[i].text);
		if (cases[i].is_int)
			assert_true(value == cases[i].value);
		rd_yaml_free(doc);
	}
}

static void kind__tells_nothing_from_text(void **state RD_UNUSED)
{
	rd_yaml *doc = parsed("[~, null, Null, NULL, '', 'null', nUll, {}, [], yes, 5]");
	static const char *const names[] = {"nothing", "nothing", "nothing", "nothing", "text",
		"text", "text", "map", "list", "boolean", "number"};

	for (size_t i = 0; i < RD_LEN(names); i++)
		assert_string_equal(rd_yaml_kind_name(rd_yaml_at(rd_yaml_root(doc), i)), names[i]);
	rd_yaml_free(doc);
}

static void merge__own_keys_win_and_earlier_maps_over_later(void **state RD_UNUSED)
{
	rd_yaml *doc = parsed("base: &base {a: 1, b: 1}\nother: &other {b: 2, c: 2}\n"
			      "one:\n  c: 3\n  <<: [*base, *other]\n  d: 3\n"
			      "two: {<<: *base, a: 9}\nthree: {'<<': x}\n");
	const rd_yaml_node *root = rd_yaml_root(doc), *one = rd_yaml_get(root, "one");

	assert_int_equal(rd_yaml_len(one), 4);
	assert_string_equal(rd_yaml_text(rd_yaml_get(one, "a")), "1");
	assert_string_equal(rd_yaml_text(rd_yaml_get(one, "b")), "1");
	assert_string_equal(rd_yaml_text(rd_yaml_get(one, "c")), "3");
	assert_string_equal(rd_yaml_text(rd_yaml_key(one, 0)), "c");
	assert_string_equal(rd_yaml_text(rd_yaml_key(one, 1)), "d");
	assert_string_equal(rd_yaml_text(rd_yaml_get(rd_yaml_get(root, "two"), "a")), "9");
	assert_string_equal(rd_yaml_text(rd_yaml_get(rd_yaml_get(root, "three"), "<<")), "x");
	rd_yaml_free(doc);
}

static void parse__refuses_with_position_and_reason(void **state RD_UNUSED)
{
	static const struct {
		const char *text, *position, *message;
	} cases[] = {
		{"a: 1\nb: 2\na: 3\n", "3:1", "the key 'a' is there twice"},
		{"x:\n  b: 1\n  a: 2\n  b: 3\n  a: 4\n", "4:3", "the key 'b' is there twice"},
		{"a: 1\n---\nb: 2\n", "2:1", "a second document begins here: only one is read"},
		{"a: \"x\\0y\"\n", "1:4", "a NUL character in a text"},
		{"a: &x [*x]\n", "1:8", "the alias '*x' stands within its own anchor"},
		{"&x a: {b: {c: *x}, d: &y {e: *y}}\n", "1:30",
			"the alias '*y' stands within its own anchor"},
		{"a: *x\n", "1:4", "no anchor '&x' before the alias '*x'"},
		{"[a]: 1\n", "1:1", "a list cannot be a key"},
		{"? {a: b}\n: 1\n", "1:3", "a map cannot be a key"},
		{"a: !ruby/object x\n", "1:4", "the tag '!ruby/object' is not known here"},
		{"a: !!binary eA==\n", "1:4",
			"the tag 'tag:yaml.org,2002:binary' is not known here"},
		{"a: {<<: 5}\n", "1:5", "'<<' takes a map or a list of maps, not a number"},
		{"b: {<<: {}, <<: {}}\n", "1:13", "the key '<<' is there twice"},
		{"a: b: c\n", "1:5", "mapping values are not allowed in this context"},
		{"a: [b\n", "2:1",
			"did not find expected ',' or ']' while parsing a flow sequence"},
		{"a: @b\n", "1:4",
			"found character that cannot start any token while scanning for the next "
			"token"},
		{"ok: 1\nü: \xff\n", "2:4", "not UTF-8 text: invalid leading UTF-8 octet"},
		{"a: \x01\n", "1:4", "not UTF-8 text: control characters are not allowed"},
	};

	for (size_t i = 0; i < RD_LEN(cases); i++)
		assert_refused(cases[i].text, strlen(cases[i].text), RD_EPARSE, cases[i].position,
			cases[i].message);
	assert_refused("a: x\0y", 6, RD_EPARSE, "1:5",
		"not UTF-8 text: control characters are not allowed");
	assert_refused("\xff\xfe"
		       "a\0",
		4, RD_EPARSE, "1:1", "not UTF-8 text: invalid leading UTF-8 octet");
}

static rd_str repeated(const char *head, const char *part, int times, const char *tail)
{
	rd_str s = RD_STR_INIT(0);

	rd_str_put(&s, head);
	for (int i = 0; i < times; i++)
		rd_str_put(&s, part);
	rd_str_put(&s, tail);
	return s;
}

/* Asserts that the text is taken (message NULL) or refused with the cap's message; frees it. */
static void assert_cap(rd_str text, const char *message)
{
	rd_yaml *doc = NULL;
	rd_err err = {0};
	rd_code code = rd_yaml_parse(rd_str_get(&text), text.len, &doc, NULL, &err);

	assert_int_equal(code, message ? RD_ELIMIT : RD_OK);
	assert_string_equal(err.msg, rd_or_empty(message));
	rd_yaml_free(doc);
	rd_str_done(&text);
}

static rd_str numbered(const char *head, const char *fmt_a, const char *fmt_b, int times)
{
	rd_str s = RD_STR_INIT(0);

	rd_str_put(&s, head);
	for (int i = 0; i < times; i++)
		rd_str_printf(&s, "%s%d%s", fmt_a, i, fmt_b);
	return s;
}

static rd_str nested(int levels)
{
	rd_str s = repeated("", "[", levels, "x");

	for (int i = 0; i < levels; i++)
		rd_str_putc(&s, ']');
	return s;
}

static void parse__keeps_its_caps(void **state RD_UNUSED)
{
	/* 64 levels: 63 lists and a text; 65 are one too many, also long before the end */
	assert_cap(nested(63), NULL);
	assert_cap(nested(64), "too much YAML: more than 64 levels");
	assert_cap(repeated("", "[", 65, ""), "too much YAML: more than 64 levels");
	assert_cap(repeated("", "[", 100000, ""), "too much YAML: more than 64 levels");
	/* stream start, document start, list start; list end, document end, stream end */
	assert_cap(repeated("", "- \n", 100000 - 6, ""), NULL);
	assert_cap(repeated("", "- \n", 100000 - 5, ""), "too much YAML: more than 100000 events");
	assert_cap(numbered("", "- &a", " x\n", 1000), NULL);
	assert_cap(numbered("", "- &a", " x\n", 1001), "too much YAML: more than 1000 anchors");
	assert_cap(repeated("- &a x\n", "- *a\n", 1000, ""), NULL);
	assert_cap(repeated("- &a x\n", "- *a\n", 1001, ""),
		"too much YAML: more than 1000 aliases");
	assert_cap(repeated("a: '", "x", RD_YAML_MAX_BYTES - 5, "'"), NULL);
	assert_cap(repeated("a: '", "x", RD_YAML_MAX_BYTES - 4, "'"),
		"too much YAML: more than 1048576 bytes");
}

static void parse__counts_nodes_and_levels_through_aliases(void **state RD_UNUSED)
{
	rd_str s = RD_STR_INIT(0);
	char name = 'a';

	/* nine levels of nine: the billion laughs */
	rd_str_put(&s, "a: &a [x, x, x, x, x, x, x, x, x]\n");
	for (name = 'b'; name < 'j'; name++) {
		char p = (char)(name - 1);

		rd_str_printf(&s, "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", name,
			name, p, p, p, p, p, p, p, p, p);
	}
	assert_cap(s, "too much YAML: more than 100000 nodes once aliases are followed");
	/* the same with merge keys */
	s = numbered("a: &a {", "k", ": 1, ", 1000);
	rd_str_put(&s, "}\n");
	for (int i = 0; i < 100; i++)
		rd_str_printf(&s, "m%d: {<<: *a}\n", i);
	assert_cap(s, "too much YAML: more than 100000 nodes once aliases are followed");
	/* a chain of anchors, each two levels deep */
	s = (rd_str)RD_STR_INIT(0);
	rd_str_put(&s, "- &a0 [x]\n");
	for (int i = 1; i < 70; i++)
		rd_str_printf(&s, "- &a%d [*a%d]\n", i, i - 1);
	assert_cap(s, "too much YAML: more than 64 levels");
}

static void parse__many_keys_are_checked_quickly_enough(void **state RD_UNUSED)
{
	rd_str s = numbered("", "key", ": x\n", 49000);
	rd_yaml *doc = NULL;
	rd_yaml_mark where;
	rd_err err = {0};

	assert_int_equal(rd_yaml_parse(rd_str_get(&s), s.len, &doc, &where, &err), RD_OK);
	assert_int_equal(rd_yaml_len(rd_yaml_root(doc)), 49000);
	rd_yaml_free(doc);
	rd_str_put(&s, "key7: x\n");
	assert_refused(rd_str_get(&s), s.len, RD_EPARSE, "49001:1",
		"the key 'key7' is there twice");
	rd_str_done(&s);
}

static rd_code shout(void *arg, const rd_yaml_node *scalar, rd_str *out, bool *ret_changed,
	rd_err *err)
{
	int *calls = arg;

	(*calls)++;
	if (strcmp(rd_yaml_text(scalar), "bad") == 0)
		return rd_err_set(err, RD_EINVAL, "bad one");
	rd_str_printf(out, "%s!", rd_yaml_text(scalar));
	*ret_changed = strcmp(rd_yaml_text(scalar), "keep") != 0;
	return RD_OK;
}

static void rewrite__visits_each_scalar_once(void **state RD_UNUSED)
{
	rd_yaml *doc = parsed("a: &x [b, keep]\nc: *x\n");
	const rd_yaml_node *root = rd_yaml_root(doc);
	rd_err err = {0};
	int calls = 0;

	assert_int_equal(rd_yaml_rewrite(doc, shout, &calls, &err), RD_OK);
	assert_int_equal(calls, 4);
	assert_string_equal(rd_yaml_text(rd_yaml_at(rd_yaml_get(root, "c!"), 0)), "b!");
	assert_string_equal(rd_yaml_text(rd_yaml_at(rd_yaml_get(root, "a!"), 1)), "keep");
	rd_yaml_free(doc);
	doc = parsed("[bad]");
	assert_int_equal(rd_yaml_rewrite(doc, shout, &calls, &err), RD_EINVAL);
	rd_yaml_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse__gives_nodes_with_positions),
		cmocka_unit_test(parse__empty_text_has_no_root),
		cmocka_unit_test(getters__take_no_node),
		cmocka_unit_test(bool__is_that_of_yaml_1_1),
		cmocka_unit_test(int__is_that_of_yaml_1_1),
		cmocka_unit_test(kind__tells_nothing_from_text),
		cmocka_unit_test(merge__own_keys_win_and_earlier_maps_over_later),
		cmocka_unit_test(parse__refuses_with_position_and_reason),
		cmocka_unit_test(parse__keeps_its_caps),
		cmocka_unit_test(parse__counts_nodes_and_levels_through_aliases),
		cmocka_unit_test(parse__many_keys_are_checked_quickly_enough),
		cmocka_unit_test(rewrite__visits_each_scalar_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

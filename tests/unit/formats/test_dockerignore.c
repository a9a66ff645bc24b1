/* SPDX-License-Identifier: MIT */
/* rd_dockerignore: what moby's matcher leaves out of a context, rule by rule. */
#include "tests/unit/unit.h"

#include "core/formats/dockerignore.h"

static rd_dockerignore *parsed(const char *text)
{
	rd_dockerignore *d = NULL;
	rd_err err = {0};

	if (rd_dockerignore_parse(text, strlen(text), &d, &err) != RD_OK)
		fail_msg("'%s': %s: %s", text, err.ctx, err.msg);
	return d;
}

typedef struct ignore_case {
	const char *text, *path;
	bool is_out;
} ignore_case;

static void check(const ignore_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		rd_dockerignore *d = parsed(cases[i].text);

		if (rd_dockerignore_match(d, cases[i].path) != cases[i].is_out)
			fail_msg("'%s' and '%s': not %s", cases[i].text, cases[i].path,
				cases[i].is_out ? "left out" : "kept");
		rd_dockerignore_free(d);
	}
}

static void match__without_a_file_keeps_all(void **state RD_UNUSED)
{
	assert_false(rd_dockerignore_match(NULL, "a"));
	assert_true(rd_dockerignore_prunes(NULL, "a"));
	assert_null(rd_dockerignore_free(NULL));
}

static void match__knows_names_and_folders(void **state RD_UNUSED)
{
	static const ignore_case cases[] = {
		{"", "a", false},
		{"a", "a", true},
		{"a", "b", false},
		{"a", "ab", false},
		{"a", "b/a", false},
		{"a", "a/b/c", true},
		{"a/b", "a/b/c/d", true},
		{"a/b", "a/bc", false},
		{"a/b", "a", false},
		{".", "a", false},
		{"..", "a", false},
		{"/", "a", false},
		{"a.b", "axb", false},
		{"a(b)|{c}+$", "a(b)|{c}+$", true},
		{"*(b)|{c}+$", "a(b)|{c}+$", true},
		{"*(b)|{c}+$", "a(b)|{c}++", false},
	};

	check(cases, RD_LEN(cases));
}

static void match__wildcards_stop_at_slashes(void **state RD_UNUSED)
{
	static const ignore_case cases[] = {
		{"*", "a", true},
		{"*", "a/b", true}, /* by its folder */
		{"*.log", "x.log", true},
		{"*.log", "d/x.log", false},
		{"*.log", "x.log/y", true},
		{"d/*.log", "d/x.log", true},
		{"d/*.log", "d/e/x.log", false},
		{"*/x", "d/x", true},
		{"*/x", "x", false},
		{"*/x", "d/e/x", false},
		{"a?c", "abc", true},
		{"a?c", "aüc", true},
		{"a?c", "a/c", false},
		{"a?c", "ac", false},
		{"a*b*c", "axxbyybzzc", true},
		{"a*b*c", "axxbyybzzd", false},
		{".*", ".git", true},
		{".*", "git", false},
	};

	check(cases, RD_LEN(cases));
}

static void match__two_stars_span_folders(void **state RD_UNUSED)
{
	static const ignore_case cases[] = {
		{"**", "a", true},
		{"**", "a/b", true},
		{"**/", "a/b", true},
		{"**/**", "a/b", true},
		{"**/x", "x", true},
		{"**/x", "a/b/x", true},
		{"**/x", "a/x/b", true},
		{"**/x", "a/yx", false},
		{"**x", "a/yx", true}, /* an oddity of moby */
		{"**x", "a/yx/b", true},
		{"**/*.pyc", "m.pyc", true},
		{"**/*.pyc", "a/b/m.pyc", true},
		{"**/*.pyc", "a/b/m.py", false},
		{"a/**", "a", false},
		{"a/**", "a/b/c", true},
		{"a/**/z", "a/z", true},
		{"a/**/z", "a/b/c/z", true},
		{"a/**/z", "a/b/c/zz", false},
		{"a/**/z", "ab/z", false},
		{"a**", "abc/d", true},
		{"a**/z", "ab/c/z", true},
		{"**/a/b", "x/a/b", true},
		{"**/a/b", "a/b", true},
		{"**/a/b", "xa/b", false},
		{"**/a/**", "x/a/y/z", true},
		{"**/a/**", "x/a", false},
		{"*/**/*.c", "a/b/x.c", true},
		{"**/**/*.c", "x.c", true},
	};

	check(cases, RD_LEN(cases));
}

static void match__the_last_hit_wins(void **state RD_UNUSED)
{
	static const ignore_case cases[] = {
		{"*.md\n!README.md", "README.md", false},
		{"*.md\n!README.md", "OTHER.md", true},
		{"!README.md\n*.md", "README.md", true},
		{"*\n!src\n", "src/a/b.c", false},
		{"*\n!src\nsrc/secret", "src/secret/key", true},
		{"docs\n!docs/a.md", "docs/a.md", false},
		{"docs\n!docs/a.md", "docs/b.md", true},
		{"docs/*\n!docs/a.md", "docs/a.md", false},
		/* folders that are left out are walked for what begins with their names only */
		{"node_modules\n!**/keep", "node_modules/x/keep", true},
		{"node_modules\n!**/keep", "x/keep", false},
		{"*\n!**/*.md", "docs/a.md", true},
		{"*\n!**/*.md", "a.md", false},
		{"*\n!docs/*.md", "docs/a.md", false},
		{"*\n!doc*/*.md", "docs/a.md", true},
		{"*\n!a/b/c", "a/b/c", false},
		{"*\n!a/*/c", "a/b/c", true},
		{"*\n!a/**", "a/b/c", false},
		{"**\n!dist/*.whl", "dist/a-1.0+g1.whl", false},
		{"**\n!dist/*.whl", "dist/a.tar", true},
		{"a\n!a\na", "a", true},
		{"a\n!!a", "!a", false},
		{"!!a", "a", false},
		/* what a '!' said of a folder is forgotten where it changed nothing there */
		{"**/é\n!*.c", "x.c/é", true},
		{"**/é\n!*.c", "x.c/é/f", true},
		{"*\n!*.c\n**/é", "x.c/f", false},
		{"*\n!*.c\n**/é", "x.c/é/f", true},
		{"*\n**/é\n!*.c", "x.c/é/f", false},
	};

	check(cases, RD_LEN(cases));
}

static void match__reads_lines_as_moby_does(void **state RD_UNUSED)
{
	static const ignore_case cases[] = {
		{"\xef\xbb\xbf"
		 "a",
			"a", true},
		{"\xef\xbb\xbf# c\nb", "b", true},
		{"# a\nb", "a", false},
		{"#a", "#a", false},
		{" #a", "#a", true},
		{"\\#a", "#a", true},
		{"a # b", "a", false},
		{"  a\t \r\n b", "a", true},
		{"  a\t \r\nb", "b", true},
		{"\xc2\xa0"
		 "a\xe2\x80\x83",
			"a", true},
		{"! a\n", "a", false},
		{"a\n! a", "a", false},
		{"a b", "a b", true},
		{"/a", "a", true},
		{"/a/b", "a/b", true},
		{"a\n!/a", "a", false},
		{"/../a", "a", true},
		{"//a", "a", true},
		{"a/", "a", true},
		{"a /", "a", true},
		{"./a", "a", true},
		{"a//b/./c/../d", "a/b/d", true},
		{"../a", "a", false},
		{"*\n./!a", "a", false},
		{"a\n! ./ b", "a", true},
		{"\n\n\na", "a", true},
	};

	check(cases, RD_LEN(cases));
}

static void match__classes_and_escapes(void **state RD_UNUSED)
{
	static const ignore_case cases[] = {
		{"[abc]", "b", true}, {"[abc]", "d", false}, {"a[b-d]e", "ace", true},
		{"a[b-d]e", "afe", false}, {"a[^b-d]e", "aze", true}, {"a[^b-d]e", "ace", false},
		{"x[^a]y", "x/y", true}, /* an oddity of moby: "[^a]" takes a slash */
		{"[α-ω]", "λ", true}, {"[α-ω]", "l", false}, {"[.+(]", "+", true},
		{"[.+(]", "x", false}, {"[\\]a]", "]", true}, {"[a\\-z]", "-", true},
		{"[a\\-z]", "b", false}, {"[[:digit:]x]1", "71", true},
		{"[[:digit:]x]1", "x1", true}, {"[[:digit:]x]1", "d1", false},
		{"[[:^digit:]]", "d", true},
		{"[a?]", "a", false}, /* moby puts "[^/]" into the class */
		{"[a?]", "a]", true}, {"[*]", "[^/]", true}, {"[*]", "*", false}, {"]", "]", true},
		{"*]", "a]", true}, {"a\\*b", "a*b", true}, {"a\\*b", "axb", false},
		{"a\\?b", "a?b", true}, {"a\\[b", "a[b", true}, {"a\\\\b", "a\\b", true},
		{"\\!a", "!a", true}, {"a\\ b", "a b", true},
		{"v\\d", "v7", true}, /* Go reads its own classes */
		{"v\\d", "vd", false}, {"v\\D", "vé", true}, {"[\\w]\\s", "_ ", true},
		{"a\\bc", "abc", false}, {"a\\b-c", "a-c", true}, {"a\\Bb", "ab", true},
		{"\\Aab*", "abc", true}, {"a^b", "a^b", true},
		{"a^*", "a^b", false}, /* an anchor once the text is an expression */
		{"^a*", "ab", true}, {"a*\\^", "ab^", true},
		{"a*\xff", "ab\xfe", true},                            /* both are U+FFFD */
		{"a*b", "ax\ny\nb", true}, {"**/b*", "x\ny/b", false}, /* '.' takes no newline */
	};

	check(cases, RD_LEN(cases));
}

static void parse__refuses_malformed_patterns_with_their_line(void **state RD_UNUSED)
{
	static const struct {
		const char *text, *ctx, *message;
	} cases[] = {
		{"a\n!", ".dockerignore line 2", "illegal exclusion pattern: '!'"},
		{"! ", ".dockerignore line 1", "illegal exclusion pattern: '!'"},
		{"!/", ".dockerignore line 1", "illegal exclusion pattern: '!'"},
		{"# c\n\na[", ".dockerignore line 3", "syntax error in pattern"},
		{"[]a]", ".dockerignore line 1", "syntax error in pattern"},
		{"[^]", ".dockerignore line 1", "syntax error in pattern"},
		{"[a-]", ".dockerignore line 1", "syntax error in pattern"},
		{"[-a]", ".dockerignore line 1", "syntax error in pattern"},
		{"[a-b-c]", ".dockerignore line 1", "syntax error in pattern"},
		{"[b-a]", ".dockerignore line 1", "syntax error in pattern"},
		{"[a\\", ".dockerignore line 1", "syntax error in pattern"},
		{"[[:nope:]]", ".dockerignore line 1", "syntax error in pattern"},
		{"a\\", ".dockerignore line 1", "syntax error in pattern"},
		{"*\\q", ".dockerignore line 1", "syntax error in pattern"},
		{"\\é", ".dockerignore line 1", "syntax error in pattern"},
	};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_dockerignore *d = NULL;
		rd_err err = {0};

		if (rd_dockerignore_parse(cases[i].text, strlen(cases[i].text), &d, &err) !=
			RD_EPARSE)
			fail_msg("'%s' was taken", cases[i].text);
		assert_string_equal(err.ctx, cases[i].ctx);
		assert_string_equal(err.msg, cases[i].message);
	}
	assert_int_equal(rd_dockerignore_parse("a\0b", 3, &(rd_dockerignore *){NULL}, NULL),
		RD_EPARSE);
}

static rd_code parse_repeated(const char *part, int times, rd_err *err)
{
	rd_str s = RD_STR_INIT(0);
	rd_dockerignore *d = NULL;
	rd_code code;

	for (int i = 0; i < times; i++)
		rd_str_put(&s, part);
	code = rd_dockerignore_parse(rd_str_get(&s), s.len, &d, err);
	rd_dockerignore_free(d);
	rd_str_done(&s);
	return code;
}

static void parse__keeps_its_caps(void **state RD_UNUSED)
{
	rd_err err = {0};

	assert_int_equal(parse_repeated("x", 4096, &err), RD_OK);
	assert_int_equal(parse_repeated("x", 4097, &err), RD_ELIMIT);
	assert_int_equal(parse_repeated("x\n", 10000, &err), RD_OK);
	assert_int_equal(parse_repeated("x\n", 10001, &err), RD_ELIMIT);
	assert_int_equal(parse_repeated("*x", 1023, &err), RD_OK);
	assert_int_equal(parse_repeated("*x", 1024, &err), RD_ELIMIT);
	assert_int_equal(parse_repeated("#\n", 512 * 1024, &err), RD_OK);
	assert_int_equal(parse_repeated("##\n", 512 * 1024, &err), RD_ELIMIT);
}

static void match__folders_beyond_the_counted_levels(void **state RD_UNUSED)
{
	rd_str path = RD_STR_INIT(0);
	rd_dockerignore *d = parsed("**/keep\n!x\n"), *plain = parsed("**/z");

	rd_str_put(&path, "a");
	for (int i = 0; i < 300; i++)
		rd_str_put(&path, "/a");
	assert_false(rd_dockerignore_match(d, rd_str_get(&path)));
	rd_str_put(&path, "/keep");
	assert_true(rd_dockerignore_match(d, rd_str_get(&path)));
	assert_false(rd_dockerignore_match(plain, rd_str_get(&path)));
	rd_str_put(&path, "/z/x");
	assert_true(rd_dockerignore_match(plain, rd_str_get(&path)));
	rd_dockerignore_free(d);
	rd_dockerignore_free(plain);
	rd_str_done(&path);
}

/* Backtracking would take longer than the age of the world. */
static void match__many_stars_end_soon(void **state RD_UNUSED)
{
	rd_str pattern = RD_STR_INIT(0), path = RD_STR_INIT(0);
	rd_dockerignore *d;

	for (int i = 0; i < 500; i++)
		rd_str_put(&pattern, "a*");
	rd_str_put(&pattern, "b");
	for (int i = 0; i < 4000; i++)
		rd_str_putc(&path, 'a');
	d = parsed(rd_str_get(&pattern));
	assert_false(rd_dockerignore_match(d, rd_str_get(&path)));
	rd_str_putc(&path, 'b');
	assert_true(rd_dockerignore_match(d, rd_str_get(&path)));
	rd_dockerignore_free(d);
	rd_str_done(&pattern);
	rd_str_done(&path);
}

static void prunes__unless_something_below_can_come_back(void **state RD_UNUSED)
{
	static const struct {
		const char *text, *dir;
		bool prunes;
	} cases[] = {
		{"a", "a", true},
		{"a\n!b", "a", true},
		{"a\n!ab", "a", true},
		{"a\n!a/b/c", "a", false},
		{"a\n!a/b/c", "a/b", false},
		{"a\n!a/b/c", "a/d", true},
		{"a\n!**/keep", "a", true},
		{"a\n!a/*.txt", "a", false},
		{"a\n!a/b*/x", "a/bc", true},
		{"a\n!a/b*/x", "a/c", true},
		{"*\n!src\n**/tmp", "src/tmp", true},
		{"*\n!src/**\n**/tmp", "src/tmp", true},
	};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_dockerignore *d = parsed(cases[i].text);

		if (!rd_dockerignore_match(d, cases[i].dir) ||
			rd_dockerignore_prunes(d, cases[i].dir) != cases[i].prunes)
			fail_msg("'%s' at '%s'", cases[i].text, cases[i].dir);
		rd_dockerignore_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(match__without_a_file_keeps_all),
		cmocka_unit_test(match__knows_names_and_folders),
		cmocka_unit_test(match__wildcards_stop_at_slashes),
		cmocka_unit_test(match__two_stars_span_folders),
		cmocka_unit_test(match__the_last_hit_wins),
		cmocka_unit_test(match__reads_lines_as_moby_does),
		cmocka_unit_test(match__classes_and_escapes),
		cmocka_unit_test(parse__refuses_malformed_patterns_with_their_line),
		cmocka_unit_test(parse__keeps_its_caps),
		cmocka_unit_test(match__folders_beyond_the_counted_levels),
		cmocka_unit_test(match__many_stars_end_soon),
		cmocka_unit_test(prunes__unless_something_below_can_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

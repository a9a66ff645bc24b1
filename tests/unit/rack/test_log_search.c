/* SPDX-License-Identifier: MIT */
/* rd_log_search: patterns, case, slices, both directions. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/log.h"

static rd_log_search *search_of(const char *pattern)
{
	rd_log_search *s = NULL;
	rd_err err;

	assert_int_equal(rd_log_search_new(pattern, &s, &err), RD_OK);
	return s;
}

/* Asserts where the pattern is found in a line; start -1: nowhere. */
static void assert_found(const char *pattern, const char *line, int start, int end)
{
	rd_log_search *s = search_of(pattern);
	size_t a = 0, b = 0;
	bool found = rd_log_search_line(s, line, strlen(line), 0, &a, &b);

	if (found != (start >= 0) || (found && ((int)a != start || (int)b != end)))
		fail_msg("'%s' in '%s': %d %d-%d", pattern, line, found, (int)a, (int)b);
	rd_log_search_free(s);
}

static void search_line__finds_plain_text(void **state RD_UNUSED)
{
	assert_found("error", "an error", 3, 8);
	assert_found("error", "an erro", -1, 0);
	assert_found("e", "e", 0, 1);
	assert_found("a.b", "a+b a.b", 0, 3);
	assert_found("a\\.b", "a+b a.b", 4, 7);
	assert_found("[2/5]", "x [2/5] y", 3, 4); /* a bracket expression, as in grep -E */
	assert_found("\\[2/5\\]", "x [2/5] y", 2, 7);
}

static void search_line__minds_case_only_with_a_capital(void **state RD_UNUSED)
{
	assert_found("error", "ERROR Error", 0, 5);
	assert_found("Error", "ERROR Error", 6, 11);
	assert_found("err(or)?s", "ERRORS", 0, 6);
	assert_found("\\Werror", "x ERROR", 1, 7); /* the class is no capital */
	assert_found("z{2}[ab]", "ZZB", 0, 3);
}

static void search_line__finds_text_at_every_place_of_a_long_line(void **state RD_UNUSED)
{
	rd_log_search *folded = search_of("needle"), *exact = search_of("Needle");
	char line[300];
	size_t a, b;

	for (size_t at = 0; at + 6 <= sizeof line; at++) {
		memset(line, 'N', sizeof line);
		memcpy(line + at, "Needle", 6);
		assert_true(rd_log_search_line(folded, line, sizeof line, 0, &a, &b));
		assert_int_equal(a, at);
		assert_int_equal(b, at + 6);
		assert_true(rd_log_search_line(exact, line, sizeof line, 0, &a, &b));
		assert_int_equal(a, at);
		assert_false(rd_log_search_line(folded, line, at + 5, 0, &a, &b));
		assert_false(rd_log_search_line(folded, line, sizeof line, at + 1, &a, &b));
	}
	rd_log_search_free(folded);
	rd_log_search_free(exact);
}

static void search_line__knows_what_a_match_must_hold(void **state RD_UNUSED)
{
	/* each of these has text that a wrong prefilter would demand */
	assert_found("abc|xyz", "xyz", 0, 3);
	assert_found("colou?r", "color", 0, 5);
	assert_found("abx*c", "abc", 0, 3);
	assert_found("a(bcd)?e", "ae", 0, 2);
	assert_found("(abc|d)e", "de", 0, 2);
	assert_found("ab{0,1}c", "ac", 0, 2);
	assert_found("ab+c", "abbbc", 0, 5);
	assert_found("x[abc]y", "xby", 0, 3);
	assert_found("x[]a]y", "x]y", 0, 3);
	assert_found("x[^]]y", "xby", 0, 3);
	assert_found("x[[:digit:]]y", "x1y", 0, 3);
	assert_found("^ab$", "ab", 0, 2);
	assert_found("^b", "ab", -1, 0);
	assert_found("a\\|b", "a|b", 0, 3);
	assert_found("caf\xc3\xa9?s", "cafs", 0, 4);
	assert_found("CAF\xc3\xa9*s", "CAFs", 0, 4);
}

/* Of these nothing may be concluded from the text of the pattern. */
static void search_line__knows_perls_operators(void **state RD_UNUSED)
{
	assert_found("\\d+ms", "took 42ms", 5, 9);
	assert_found("\\berr\\b", "stderr err", 7, 10);
	assert_found("(?<!std)err", "stderr err", 7, 10);
	assert_found("(?i)ABC", "abc", 0, 3);
	assert_found("(?:ab|cd)x", "cdx", 0, 3);
	assert_found("\\x41bc", "Abc", 0, 3);
	assert_found("\\Qa.b\\E", "axb a.b", 4, 7);
	assert_found("a(?#note)b", "ab", 0, 2);
	assert_found("foo{bar}", "foo{bar}", 0, 8);
	assert_found("\\Aab", "ab", 0, 2);
	assert_found("b(?!c)", "bc b", 3, 4);
	/* a line that costs too much does not match, and does not take forever */
	assert_found("(x+x+)+y", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", -1,
		0);
	/* bytes that are no UTF-8 do not stop it */
	assert_found("b.d",
		"a\xff"
		"bcd",
		2, 5);
}

static void search_line__folds_letters_beyond_ascii(void **state RD_UNUSED)
{
	assert_found("\xc3\xa9t\xc3\xa9", "\xc3\x89T\xc3\x89", 0, 5);
	assert_found("gr\xc3\xbc\xc3\x9f", "GR\xc3\x9c\xc3\x9f", 0, 6);
}

static void search_new__refuses_a_broken_pattern(void **state RD_UNUSED)
{
	rd_log_search *s = NULL;
	rd_err err;

	assert_int_equal(rd_log_search_new("a(b", &s, &err), RD_EPARSE);
	assert_true(rd_starts_with(err.msg, "'a(b': "));
	assert_int_equal(rd_log_search_new("[a", &s, &err), RD_EPARSE);
	assert_int_equal(rd_log_search_new("a\\", &s, &err), RD_EPARSE);
	assert_null(s);
}

/* ---- in a log ---- */

struct files {
	rd_rack rack;
	char dir[64], text[96];
	rd_log *log;
	rd_log_view *view;
};

static rd_code open_files(rd_rack *r, const char *app RD_UNUSED, const char *id RD_UNUSED,
	rd_log_files *ret_files, rd_err *err RD_UNUSED)
{
	*ret_files =
		(rd_log_files){open(((struct files *)r)->text, O_RDONLY | O_CLOEXEC), -1, NULL};
	return RD_OK;
}

static const struct rd_rack_logs logs = {.open = open_files};

/* 40,000 lines; "needle" in line 7 and every 9,999 lines from there. */
static int setup(void **state)
{
	struct files *f = calloc(1, sizeof *f);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	bool changed, more;
	rd_err err;

	for (int i = 0; i < 40000; i++) {
		if (i == 20)
			rd_str_put(&text, "a \033[31mnee\033[0mdle in colours\n");
		else if (i == 21)
			rd_str_put(&text, "tab\ttub end\n");
		else if (i % 9999 == 7)
			rd_str_printf(&text, "a needle in line %d\n", i);
		else
			rd_str_printf(&text, "hay and hay and hay %d\n", i);
	}
	snprintf(f->dir, sizeof f->dir, "/tmp/rd-test-search-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->text, sizeof f->text, "%s/log", f->dir);
	assert_int_equal(rd_file_write(f->text, text.data, text.len, &err), RD_OK);
	f->rack.logs = &logs;
	assert_int_equal(rd_log_open(&f->rack, "app", "BAAAAAAAAAA", &f->log, &err), RD_OK);
	assert_int_equal(rd_log_extend(f->log, 0, &changed, &more, &err), RD_OK);
	assert_int_equal(rd_log_view_new(f->log, RD_LOG_ALL, 0, &f->view, &err), RD_OK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct files *f = *state;
	rd_err err;

	rd_log_view_free(f->view);
	rd_log_close(f->log);
	rd_rmtree(f->dir, &err);
	free(f);
	return 0;
}

/* Lines that match, from one end to the other in slices, as "7 20 10006 …". */
static const char *walk(struct files *f, const char *pattern, int direction, uint64_t slice,
	rd_str *out)
{
	rd_log_search *s = search_of(pattern);
	uint64_t count = rd_log_view_count(f->view), next = direction > 0 ? 0 : count - 1, line = 0;
	bool found;
	rd_err err;

	rd_str_clear(out);
	while (next < count) {
		assert_int_equal(rd_log_search_next(f->view, s, next, direction, slice, &found,
					 &line, &next, &err),
			RD_OK);
		if (!found)
			continue;
		rd_str_printf(out, "%s%d", out->len ? " " : "", (int)line);
		next = direction > 0 ? line + 1 : line - 1;
	}
	rd_log_search_free(s);
	return rd_str_get(out);
}

static void search_next__finds_all_in_both_directions(void **state)
{
	struct files *f = *state;
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	const char *down = "7 20 10006 20005 30004", *up = "30004 20005 10006 20 7";

	for (uint64_t slice = 1; slice < 100000; slice = slice * 7 + 3) {
		assert_string_equal(walk(f, "needle", 1, slice, &out), down);
		assert_string_equal(walk(f, "needle", -1, slice, &out), up);
		assert_string_equal(walk(f, "ne+dle( in)", 1, slice, &out), down);
		assert_string_equal(walk(f, "Needle", 1, slice, &out), "");
	}
	assert_string_equal(walk(f, "hay 39999$", -1, 500, &out), "39999");
	assert_string_equal(walk(f, "tab     tub", 1, 500, &out), "21");
	assert_string_equal(walk(f, "tub", 1, 500, &out), "21");
	assert_string_equal(walk(f, "^t.b +t.b", 1, 500, &out), "21");
	assert_string_equal(walk(f, "(in colours|tub)", 1, 500, &out), "20 21");
}

static void search_next__looks_at_no_more_than_a_slice(void **state)
{
	struct files *f = *state;
	rd_log_search *s = search_of("no such text");
	uint64_t line = 5, next = 0;
	bool found = true;
	rd_err err;

	assert_int_equal(rd_log_search_next(f->view, s, 0, 1, 1000, &found, &line, &next, &err),
		RD_OK);
	assert_false(found);
	assert_int_equal(line, 5);
	/* a page is skipped as a whole, so it may be some lines more */
	assert_true(next >= 1000 && next < 2000);
	assert_int_equal(rd_log_search_next(f->view, s, 40000, 1, 9, &found, &line, &next, &err),
		RD_OK);
	assert_false(found);
	rd_log_search_free(s);
}

#define LOG_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

/* Lines of a filter as "6 7 8", worked off in slices. */
static const char *filter_lines(rd_log_view *v, uint64_t slice, rd_str *out)
{
	bool more = true;
	rd_err err;

	while (more)
		assert_int_equal(rd_log_view_filter(v, slice, &more, &err), RD_OK);
	rd_str_clear(out);
	for (uint64_t i = 0; i < rd_log_view_count(v); i++)
		rd_str_printf(out, "%s%d", i ? " " : "", (int)rd_log_view_source(v, i));
	return rd_str_get(out);
}

static void filter__has_matches_and_lines_around(void **state)
{
	struct files *f = *state;
	rd_log_search *s = search_of("needle|tub");
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	static const char *const want[] = {"7 20 21 10006 20005 30004",
		"6 7 8 19 20 21 22 10005 10006 10007 20004 20005 20006 30003 30004 30005"};
	rd_log_view *v = NULL;
	bool is_full;
	rd_err err;

	for (unsigned context = 0; context < 2; context++)
		for (uint64_t slice = 1; slice < 100000; slice = slice * 17 + 3) {
			assert_int_equal(rd_log_view_new_filter(f->view, s, context, &v, &err),
				RD_OK);
			assert_string_equal(filter_lines(v, slice, &out), want[context]);
			assert_int_equal(rd_log_view_matches(v, &is_full), 6);
			assert_false(is_full);
			v = rd_log_view_free(v);
		}
	rd_log_search_free(s);
}

static void filter__finds_its_lines_again(void **state)
{
	struct files *f = *state;
	rd_log_search *s = search_of("needle"), *in = search_of("line 10006$");
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_log_view *v = NULL;
	uint64_t line, next;
	const char *bytes;
	bool found;
	rd_err err;
	int step;
	size_t n;

	assert_int_equal(rd_log_view_new_filter(f->view, s, 1, &v, &err), RD_OK);
	assert_int_equal(rd_log_view_find(v, 5), 0);
	filter_lines(v, 5000, &out);
	/* 6 7 8, 19 20 21, 10005 … */
	assert_int_equal(rd_log_view_find(v, 0), 0);
	assert_int_equal(rd_log_view_find(v, 8), 2);
	assert_int_equal(rd_log_view_find(v, 9), 3);
	assert_int_equal(rd_log_view_find(v, 20), 4);
	assert_int_equal(rd_log_view_find(v, 39999), rd_log_view_count(v));
	assert_int_equal(rd_log_view_line(v, 1, &bytes, &n, &step, &err), RD_OK);
	assert_true(n == 18 && !memcmp(bytes, "a needle in line 7", 18));
	/* and can be searched itself */
	assert_int_equal(rd_log_search_next(v, in, 0, 1, 100, &found, &line, &next, &err), RD_OK);
	assert_true(found && line == 7);
	assert_int_equal(rd_log_search_next(v, in, 9, -1, 100, &found, &line, &next, &err), RD_OK);
	assert_true(found && line == 7);
	rd_log_view_free(v);
	rd_log_search_free(s);
	rd_log_search_free(in);
}

/* The lines after the last match come later than it does. */
static void filter__grows_with_its_log(void **state)
{
	struct files *f = *state;
	rd_log_search *s = search_of("late");
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_log_view *v = NULL;
	bool changed, more;
	rd_err err;
	int fd = open(f->text, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_int_equal(rd_log_view_new_filter(f->view, s, 2, &v, &err), RD_OK);
	assert_string_equal(filter_lines(v, 9000, &out), "");
	for (const char *p = "a la|te\n|one\n|two\n|three\n"; *p; p++) {
		if (*p != '|') {
			assert_int_equal(write(fd, p, 1), 1);
			continue;
		}
		assert_int_equal(rd_log_extend(f->log, 0, &changed, &more, &err), RD_OK);
		filter_lines(v, 9000, &out);
	}
	close(fd);
	assert_int_equal(rd_log_extend(f->log, 0, &changed, &more, &err), RD_OK);
	assert_string_equal(filter_lines(v, 9000, &out), "39998 39999 40000 40001 40002");
	rd_log_view_free(v);
	rd_log_search_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(search_line__finds_plain_text),
		cmocka_unit_test(search_line__minds_case_only_with_a_capital),
		cmocka_unit_test(search_line__finds_text_at_every_place_of_a_long_line),
		cmocka_unit_test(search_line__knows_what_a_match_must_hold),
		cmocka_unit_test(search_line__knows_perls_operators),
		cmocka_unit_test(search_line__folds_letters_beyond_ascii),
		cmocka_unit_test(search_new__refuses_a_broken_pattern),
		LOG_TEST(search_next__finds_all_in_both_directions),
		LOG_TEST(search_next__looks_at_no_more_than_a_slice),
		LOG_TEST(filter__has_matches_and_lines_around),
		LOG_TEST(filter__finds_its_lines_again),
		LOG_TEST(filter__grows_with_its_log),
	};

	/* "é?" is one optional character only where é is one */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Rows of a screen from lines of a log: places, wrapping, hits, gaps; and searching in slices. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "tui/panes/log_find.h"
#include "tui/panes/log_rows.h"

#define W 10
#define H 5

struct screen {
	rd_rack rack; /* first: the table's function gets it back */
	char dir[64], text[96], steps[96];
	rd_log *log;
	rd_log_view *view;
	rd_log_rows rows;
	rd_log_look look;
	rd_surface *surface;
};

static rd_code open_files(rd_rack *r, const char *app RD_UNUSED, const char *id RD_UNUSED,
	rd_log_files *ret_files, rd_err *err RD_UNUSED)
{
	struct screen *s = (struct screen *)r;

	*ret_files = (rd_log_files){open(s->text, O_RDONLY | O_CREAT | O_CLOEXEC, 0600),
		open(s->steps, O_RDONLY | O_CREAT | O_CLOEXEC, 0600), NULL};
	return RD_OK;
}

static const struct rd_rack_logs logs = {.open = open_files};

static int setup(void **state)
{
	struct screen *s = calloc(1, sizeof *s);
	rd_err err;

	snprintf(s->dir, sizeof s->dir, "/tmp/rd-test-rows-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->text, sizeof s->text, "%s/log", s->dir);
	snprintf(s->steps, sizeof s->steps, "%s/steps", s->dir);
	s->rack.logs = &logs;
	assert_int_equal(rd_log_open(&s->rack, "app", "BAAAAAAAAAA", &s->log, &err), RD_OK);
	assert_int_equal(rd_log_view_new(s->log, RD_LOG_ALL, 0, &s->view, &err), RD_OK);
	assert_int_equal(rd_surface_new(W, H, false, &s->surface, &err), RD_OK);
	rd_log_rows_init(&s->rows);
	s->look = (rd_log_look){.w = W, .has_colours = true, .hit = UINT64_MAX};
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct screen *s = *state;
	rd_err err;

	rd_log_rows_done(&s->rows);
	rd_log_view_free(s->view);
	rd_log_close(s->log);
	rd_surface_free(s->surface);
	rd_rmtree(s->dir, &err);
	free(s);
	return 0;
}

static void append(const char *path, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	rd_err err;

	assert_int_equal(rd_write_all(fd, bytes, n, &err), RD_OK);
	close(fd);
}

static void put(struct screen *s, const char *text)
{
	bool changed, more;
	rd_err err;

	append(s->text, text, strlen(text));
	assert_int_equal(rd_log_extend(s->log, 0, &changed, &more, &err), RD_OK);
}

/* What is on the screen from a place on: rows with '|' between, trailing spaces left out. */
static const char *shown(struct screen *s, uint64_t line, size_t sub)
{
	static char text[W * H * 4 + H];
	rd_area a = rd_surface_area(s->surface);
	char *at = text;
	rd_err err;

	assert_int_equal(rd_log_rows_fill(&s->rows, s->view, &s->look, (rd_log_place){line, sub}, H,
				 &err),
		RD_OK);
	rd_draw_clear(&a);
	rd_log_rows_draw(&s->rows, &a);
	for (int y = 0; y < (int)s->rows.rows.len; y++) {
		char *end = at;

		for (int x = 0; x < W; x++) {
			const rd_cell *c = rd_surface_cell(s->surface, x, y);

			memcpy(at, c->text, c->n);
			at += c->n;
			if (c->n && c->text[0] != ' ')
				end = at;
		}
		at = end;
		*at++ = '|';
	}
	*at = '\0';
	return text;
}

static rd_role role_at(const struct screen *s, int x, int y)
{
	return (rd_role)rd_surface_cell(s->surface, x, y)->role;
}

static void fill__cuts_long_lines(void **state)
{
	struct screen *s = *state;

	put(s, "one\n\n0123456789abc\n");
	assert_string_equal(shown(s, 0, 0), "one||012345678\xe2\x80\xa6|");
	assert_int_equal(s->rows.widest, 13);
	s->look.col = 4;
	assert_string_equal(shown(s, 0, 0), "||456789abc|");
}

static void fill__wraps_long_lines(void **state)
{
	struct screen *s = *state;

	put(s, "0123456789abcdefghijKLM\nend\n");
	s->look.is_wrapped = true;
	assert_string_equal(shown(s, 0, 0), "0123456789|abcdefghij|KLM|end|");
	assert_string_equal(shown(s, 0, 2), "KLM|end|");
	put(s, "0123456789\nx\n");
	assert_string_equal(shown(s, 1, 0), "end|0123456789|x|");
}

static void fill__never_splits_wide_characters(void **state)
{
	struct screen *s = *state;

	put(s, "012345678\xe4\xb8\xad\xe6\x96\x87\n");
	assert_string_equal(shown(s, 0, 0), "012345678\xe2\x80\xa6|");
	s->look.is_wrapped = true;
	assert_string_equal(shown(s, 0, 0), "012345678|\xe4\xb8\xad\xe6\x96\x87|");
	s->look.w = 1; /* narrower than the character: it must end all the same */
	shown(s, 0, 0);
}

static void fill__shows_the_last_state_of_a_long_progress_line(void **state)
{
	struct screen *s = *state;
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(0);

	for (int i = 0; i < 5000; i++)
		rd_str_printf(&text, "%4d of 5k\r", i);
	rd_str_put(&text, "done\n");
	put(s, rd_str_get(&text));
	assert_string_equal(shown(s, 0, 0), "done +5000|");
}

static void fill__takes_colours_or_leaves_them(void **state)
{
	struct screen *s = *state;

	put(s, "\033[31mred\033[0m no\n");
	shown(s, 0, 0);
	assert_int_equal(rd_surface_cell(s->surface, 0, 0)->fg, 1);
	assert_int_equal(rd_surface_cell(s->surface, 4, 0)->fg, RD_COLOR_DEFAULT);
	s->look.has_colours = false;
	shown(s, 0, 0);
	assert_int_equal(rd_surface_cell(s->surface, 0, 0)->fg, RD_COLOR_DEFAULT);
}

static void fill__marks_hits_also_across_a_break(void **state)
{
	struct screen *s = *state;
	rd_log_search *search = NULL;
	rd_err err;

	put(s, "01234567needle\nneedle\n");
	assert_int_equal(rd_log_search_new("needle", &search, &err), RD_OK);
	s->look.search = search;
	s->look.is_wrapped = true;
	s->look.hit = 1;
	shown(s, 0, 0);
	assert_int_equal(role_at(s, 7, 0), RD_ROLE_TEXT);
	assert_int_equal(role_at(s, 8, 0), RD_ROLE_HIT);
	assert_int_equal(role_at(s, 3, 1), RD_ROLE_HIT);
	assert_int_equal(role_at(s, 4, 1), RD_ROLE_TEXT);
	assert_int_equal(role_at(s, 0, 2), RD_ROLE_HIT_CURRENT);
	rd_log_search_free(search);
}

static void places__move_by_rows(void **state)
{
	struct screen *s = *state;
	rd_log_place p = {0, 0};
	rd_err err;

	put(s, "0123456789abcdefghijKLM\nend\n0123456789abc\n");
	s->look.is_wrapped = true;
	assert_int_equal(rd_log_rows_down(&s->rows, s->view, &s->look, &p, 4, &err), RD_OK);
	assert_true(p.line == 2 && p.sub == 0);
	assert_int_equal(rd_log_rows_down(&s->rows, s->view, &s->look, &p, 100, &err), RD_OK);
	assert_true(p.line == 2 && p.sub == 1);
	assert_int_equal(rd_log_rows_up(&s->rows, s->view, &s->look, &p, 3, &err), RD_OK);
	assert_true(p.line == 0 && p.sub == 2);
	assert_int_equal(rd_log_rows_up(&s->rows, s->view, &s->look, &p, 100, &err), RD_OK);
	assert_true(p.line == 0 && p.sub == 0);
}

static void end__shows_the_last_rows(void **state)
{
	struct screen *s = *state;
	rd_log_place p = {7, 7};
	rd_err err;

	assert_int_equal(rd_log_rows_end(&s->rows, s->view, &s->look, H, &p, &err), RD_OK);
	assert_true(p.line == 0 && p.sub == 0);
	put(s, "1\n2\n3\n");
	assert_int_equal(rd_log_rows_end(&s->rows, s->view, &s->look, H, &p, &err), RD_OK);
	assert_true(p.line == 0 && p.sub == 0);
	put(s, "4\n5\n6\n");
	assert_int_equal(rd_log_rows_end(&s->rows, s->view, &s->look, H, &p, &err), RD_OK);
	assert_true(p.line == 1 && p.sub == 0);
	put(s, "0123456789abcdefghijKLM");
	s->look.is_wrapped = true;
	assert_int_equal(rd_log_rows_end(&s->rows, s->view, &s->look, H, &p, &err), RD_OK);
	assert_string_equal(shown(s, p.line, p.sub), "5|6|0123456789|abcdefghij|KLM|");
}

static void fill__marks_gaps(void **state)
{
	struct screen *s = *state;
	RD_STR_AUTO
	rd_str steps = RD_STR_INIT(0);
	rd_strs web = {0};
	rd_log_place p = {0, 0};
	rd_err err;

	rd_strs_add(&web, "web");
	rd_steps_put_group(&steps, 1, "build", &web, ".", "", 1);
	rd_steps_put_step(&steps, 1, 1, "RUN x", NULL, 0);
	rd_steps_put_log(&steps, 1, 0, 4, 0);
	rd_steps_put_gap(&steps, 1, 2, 0);
	append(s->steps, steps.data, steps.len);
	rd_strs_done(&web);
	put(s, "a\nb\n");
	shown(s, 0, 0);
	assert_int_equal(s->rows.rows.len, 3);
	assert_int_equal(role_at(s, 0, 1), RD_ROLE_WARN);
	assert_int_equal(role_at(s, 0, 2), RD_ROLE_TEXT);
	assert_int_equal(rd_log_rows_down(&s->rows, s->view, &s->look, &p, 2, &err), RD_OK);
	assert_true(p.line == 1 && p.sub == 0);
	shown(s, 0, 1);
	assert_int_equal(role_at(s, 0, 0), RD_ROLE_WARN);
}

static void hit__tells_where_it_is(void **state)
{
	struct screen *s = *state;
	rd_log_search *search = NULL;
	size_t sub = 9;
	int x = 0, end = 0;
	rd_err err;

	put(s, "0123456789abcneedle\n");
	assert_int_equal(rd_log_search_new("needle", &search, &err), RD_OK);
	s->look.search = search;
	assert_int_equal(rd_log_rows_hit(&s->rows, s->view, &s->look, 0, &sub, &x, &end, &err),
		RD_OK);
	assert_true(sub == 0 && x == 13 && end == 19);
	s->look.is_wrapped = true;
	assert_int_equal(rd_log_rows_hit(&s->rows, s->view, &s->look, 0, &sub, &x, &end, &err),
		RD_OK);
	assert_true(sub == 1 && x == 3);
	rd_log_search_free(search);
}

/* ---- find ---- */

/* Works until there is nothing more to do. */
static void work_off(struct screen *s, rd_log_find *f)
{
	bool more = true, moved;
	rd_err err;

	while (more)
		assert_int_equal(rd_log_find_work(f, s->view, NULL, true, INT64_MAX, &more, &moved,
					 &err),
			RD_OK);
}

static void find__goes_around_the_end(void **state)
{
	struct screen *s = *state;
	rd_log_find f = {0};

	put(s, "x\nhit\nx\nhit\nx\n");
	rd_log_find_begin(&f);
	rd_field_set(&f.field, "hit");
	rd_log_find_changed(&f, 2);
	work_off(s, &f);
	assert_true(f.has_hit && f.hit == 3 && !f.is_wrapped);
	assert_int_equal(f.n_hits, 2);
	rd_log_find_seek(&f, 4, 1);
	work_off(s, &f);
	assert_true(f.hit == 1 && f.is_wrapped);
	rd_log_find_seek(&f, 0, -1);
	work_off(s, &f);
	assert_true(f.hit == 3 && f.is_wrapped);
	rd_log_find_seek(&f, UINT64_MAX, -1);
	work_off(s, &f);
	assert_true(f.hit == 3 && !f.is_missing);
	rd_log_find_done(&f);
}

static void find__counts_what_is_written_later(void **state)
{
	struct screen *s = *state;
	rd_log_find f = {0};

	put(s, "hit\nx\nhi");
	rd_log_find_begin(&f);
	rd_field_set(&f.field, "hit");
	rd_log_find_changed(&f, 0);
	work_off(s, &f);
	assert_int_equal(f.n_hits, 1);
	put(s, "t\nhit\n");
	work_off(s, &f);
	assert_int_equal(f.n_hits, 3);
	rd_log_find_done(&f);
}

/* Works until nothing is left to do now, or the end is left; s->view is the whole. */
static void work_in_end(struct screen *s, rd_log_find *f, rd_log_view *end)
{
	bool more = true, moved;
	rd_err err;

	while (more && !f->is_off_end)
		assert_int_equal(rd_log_find_work(f, end, s->view, false, INT64_MAX, &more, &moved,
					 &err),
			RD_OK);
}

static void find__goes_from_the_end_to_the_whole(void **state)
{
	struct screen *s = *state;
	rd_log_view *end_view = NULL;
	bool is_tail, changed, more;
	rd_log_find f = {0};
	rd_log *end = NULL;
	rd_err err;

	put(s, "hit 0\nx\nhit 2\nx\nhit 4\nx\n");
	assert_int_equal(rd_log_open_tail(&s->rack, "app", "BAAAAAAAAAA", 13, &end, &is_tail, &err),
		RD_OK);
	assert_true(is_tail);
	assert_int_equal(rd_log_extend(end, 0, &changed, &more, &err), RD_OK);
	assert_int_equal(rd_log_view_new(end, RD_LOG_ALL, 0, &end_view, &err), RD_OK);
	rd_log_find_begin(&f);
	rd_field_set(&f.field, "hit");
	rd_log_find_changed(&f, 0);
	work_in_end(s, &f, end_view);
	assert_true(f.has_hit && f.hit == 1);
	/* above the end it waits until lines have their numbers */
	rd_log_find_seek(&f, 0, -1);
	work_in_end(s, &f, end_view);
	assert_true(f.is_waiting && f.direction < 0 && !f.is_off_end);
	assert_int_equal(f.n_hits, 3);
	rd_log_find_renumber(&f, 3);
	work_off(s, &f);
	assert_true(f.has_hit && f.hit == 2);
	/* below it, it goes on in the whole */
	rd_log_find_seek(&f, 2, 1);
	work_in_end(s, &f, end_view);
	assert_true(f.is_off_end);
	rd_log_find_leave_end(&f);
	work_off(s, &f);
	assert_true(f.has_hit && f.hit == 0 && f.is_wrapped);
	rd_log_find_done(&f);
	rd_log_view_free(end_view);
	rd_log_close(end);
}

static void find__says_when_there_is_nothing(void **state)
{
	struct screen *s = *state;
	rd_log_find f = {0};

	put(s, "x\ny\n");
	rd_log_find_begin(&f);
	rd_field_set(&f.field, "hit");
	rd_log_find_changed(&f, 1);
	work_off(s, &f);
	assert_true(f.is_missing && !f.has_hit && !f.direction);
	rd_field_set(&f.field, "(");
	rd_log_find_changed(&f, 0);
	assert_null(f.search);
	assert_true(f.trouble[0]);
	rd_log_find_done(&f);
}

#define ROWS_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROWS_TEST(fill__cuts_long_lines),
		ROWS_TEST(fill__wraps_long_lines),
		ROWS_TEST(fill__never_splits_wide_characters),
		ROWS_TEST(fill__shows_the_last_state_of_a_long_progress_line),
		ROWS_TEST(fill__takes_colours_or_leaves_them),
		ROWS_TEST(fill__marks_hits_also_across_a_break),
		ROWS_TEST(places__move_by_rows),
		ROWS_TEST(end__shows_the_last_rows),
		ROWS_TEST(fill__marks_gaps),
		ROWS_TEST(hit__tells_where_it_is),
		ROWS_TEST(find__goes_around_the_end),
		ROWS_TEST(find__counts_what_is_written_later),
		ROWS_TEST(find__goes_from_the_end_to_the_whole),
		ROWS_TEST(find__says_when_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

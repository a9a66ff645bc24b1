/* SPDX-License-Identifier: MIT */
/* rd_surface: clipping, wide clusters, hostile text, columns. */
#include "tests/unit/unit.h"

#include <string.h>

#include "tui/surface.h"

/* The text of a row, the second half of wide clusters left out. */
static const char *row(const rd_surface *s, int y)
{
	static char buf[4096];
	size_t n = 0;

	for (int x = 0; x < rd_surface_cols(s); x++) {
		const rd_cell *cell = rd_surface_cell(s, x, y);

		memcpy(buf + n, cell->text, cell->n);
		n += cell->n;
	}
	buf[n] = '\0';
	return buf;
}

/* Every wide cell is followed by its other half, and no half stands alone. */
static void check_halves(const rd_surface *s)
{
	for (int y = 0; y < rd_surface_rows(s); y++)
		for (int x = 0; x < rd_surface_cols(s); x++) {
			const rd_cell *cell = rd_surface_cell(s, x, y);

			if (cell->width == 2)
				assert_true(x + 1 < rd_surface_cols(s) &&
					    rd_surface_cell(s, x + 1, y)->width == 0);
			if (cell->width == 0)
				assert_true(x > 0 && rd_surface_cell(s, x - 1, y)->width == 2);
			assert_true(cell->width <= 2);
		}
}

static rd_surface *make(int cols, int rows, bool ascii)
{
	rd_surface *s = NULL;

	assert_int_equal(rd_surface_new(cols, rows, ascii, &s, NULL), RD_OK);
	return s;
}

#define PLAIN rd_style_of(RD_ROLE_TEXT)

static void new__sizes_below_one_count_as_one(void **state RD_UNUSED)
{
	rd_surface *s = make(0, -5, false);
	rd_area a = rd_surface_area(s);

	assert_int_equal(rd_surface_cols(s), 1);
	assert_int_equal(rd_surface_rows(s), 1);
	rd_draw_text(&a, 0, 0, PLAIN, "xyz");
	assert_string_equal(row(s, 0), "x");
	rd_draw_text(&a, 0, 0, PLAIN, "界");
	assert_string_equal(row(s, 0), " ");
	rd_draw_box(&a, PLAIN, PLAIN, "title");
	check_halves(s);
	rd_surface_free(s);
}

static void text__is_clipped_on_all_sides(void **state RD_UNUSED)
{
	rd_surface *s = make(6, 3, false);
	rd_area all = rd_surface_area(s);
	rd_area a = rd_area_sub(&all, 2, 1, 3, 1);

	rd_draw_text(&a, -2, 0, PLAIN, "abcdefgh");
	rd_draw_text(&a, 0, -1, PLAIN, "up");
	rd_draw_text(&a, 0, 1, PLAIN, "down");
	assert_string_equal(row(s, 0), "      ");
	assert_string_equal(row(s, 1), "  cde ");
	assert_string_equal(row(s, 2), "      ");
	rd_surface_free(s);
}

static void sub__never_grows_beyond_its_parent(void **state RD_UNUSED)
{
	rd_surface *s = make(6, 1, false);
	rd_area all = rd_surface_area(s);
	rd_area a = rd_area_sub(&all, 1, 0, 3, 1);
	rd_area b = rd_area_sub(&a, -1, 0, 100, 5);

	rd_draw_text(&b, 0, 0, PLAIN, "abcdefgh");
	assert_string_equal(row(s, 0), " bcd  ");
	rd_surface_free(s);
}

static void text__wide_cluster_cut_at_an_edge_is_a_space(void **state RD_UNUSED)
{
	rd_surface *s = make(6, 1, false);
	rd_area all = rd_surface_area(s);
	rd_area a = rd_area_sub(&all, 1, 0, 4, 1);

	rd_draw_text(&all, 0, 0, PLAIN, "......");
	rd_draw_text(&a, -1, 0, PLAIN, "界x界");
	assert_string_equal(row(s, 0), ". x界.");
	rd_draw_text(&a, 3, 0, PLAIN, "界");
	assert_string_equal(row(s, 0), ". x  .");
	check_halves(s);
	rd_surface_free(s);
}

static void text__over_half_of_a_wide_cluster_blanks_the_other(void **state RD_UNUSED)
{
	rd_surface *s = make(5, 1, false);
	rd_area a = rd_surface_area(s);

	rd_draw_text(&a, 0, 0, PLAIN, "界界.");
	rd_draw_text(&a, 1, 0, PLAIN, "x");
	assert_string_equal(row(s, 0), " x界.");
	rd_draw_text(&a, 2, 0, PLAIN, "y");
	assert_string_equal(row(s, 0), " xy .");
	rd_draw_text(&a, 0, 0, PLAIN, "界界.");
	rd_draw_text(&a, 1, 0, PLAIN, "界");
	assert_string_equal(row(s, 0), " 界 .");
	check_halves(s);
	rd_surface_free(s);
}

static void text__keeps_clusters_whole(void **state RD_UNUSED)
{
	rd_surface *s = make(4, 1, false);
	rd_area a = rd_surface_area(s);

	rd_draw_text(&a, 0, 0, PLAIN, "e\xcc\x81z");
	assert_int_equal(rd_surface_cell(s, 0, 0)->n, 3);
	assert_int_equal(rd_surface_cell(s, 1, 0)->text[0], 'z');
	rd_surface_free(s);
}

static void text__never_holds_what_acts_on_a_terminal(void **state RD_UNUSED)
{
	static const char *const hostile[] = {"a\x1b[31mb", "a\rb", "a\tb", "a\x07z", "a\x7fz",
		"a\xc2\x9bz", "a\xe2\x80\xaez", "a\xe2\x81\xa6z", "a\xff\xfez", "a\xc3",
		"a\xf3\xa0\x80\x81z", "a\xe2\x80\xa8z", "a\xed\xa0\x80z"};

	for (size_t i = 0; i < RD_LEN(hostile); i++) {
		rd_surface *s = make(12, 1, false);
		rd_area a = rd_surface_area(s);

		rd_draw_text(&a, 0, 0, PLAIN, hostile[i]);
		assert_int_equal(row(s, 0)[0], 'a');
		for (int x = 0; x < 12; x++) {
			const rd_cell *cell = rd_surface_cell(s, x, 0);

			assert_true((unsigned char)cell->text[0] >= 0x20 && cell->text[0] != 0x7f);
			assert_true(memcmp(cell->text, "\xc2\x9b", 2) != 0);
			assert_true(memcmp(cell->text, "\xe2\x80\xae", 3) != 0);
			assert_true(memcmp(cell->text, "\xe2\x81\xa6", 3) != 0);
			assert_true(memcmp(cell->text, "\xf3\xa0", 2) != 0);
		}
		check_halves(s);
		rd_surface_free(s);
	}
}

static void text__ascii_surface_shows_question_marks(void **state RD_UNUSED)
{
	rd_surface *s = make(8, 3, true);
	rd_area a = rd_surface_area(s);

	rd_draw_text(&a, 0, 0, PLAIN, "aé界z");
	assert_string_equal(row(s, 0), "a???z   ");
	rd_draw_box(&a, PLAIN, PLAIN, NULL);
	assert_string_equal(row(s, 0), "+------+");
	assert_string_equal(row(s, 1), "|      |");
	rd_surface_free(s);
}

static void column__pads_and_cuts(void **state RD_UNUSED)
{
	rd_surface *s = make(8, 1, false);
	rd_area a = rd_surface_area(s);

	rd_draw_text(&a, 0, 0, PLAIN, "........");
	assert_int_equal(rd_draw_column(&a, 1, 0, 5, PLAIN, "ab"), 6);
	assert_string_equal(row(s, 0), ".ab   ..");
	rd_draw_column(&a, 1, 0, 5, PLAIN, "abcdefgh");
	assert_string_equal(row(s, 0), ".abcd…..");
	rd_draw_column(&a, 1, 0, 5, PLAIN, "界界界");
	assert_string_equal(row(s, 0), ".界界…..");
	rd_draw_column(&a, 1, 0, 4, PLAIN, "界界界");
	assert_string_equal(row(s, 0), ".界… …..");
	rd_draw_column_right(&a, 1, 0, 5, PLAIN, "ab");
	assert_string_equal(row(s, 0), ".   ab..");
	rd_draw_column(&a, 1, 0, 0, PLAIN, "ab");
	rd_draw_column(&a, 1, 0, 1, PLAIN, "xyz");
	assert_string_equal(row(s, 0), ".…  ab..");
	rd_draw_column(&a, 0, 0, 8, PLAIN, NULL);
	assert_string_equal(row(s, 0), "        ");
	rd_surface_free(s);
}

static void column_ends__cuts_in_the_middle(void **state RD_UNUSED)
{
	rd_surface *s = make(10, 1, false);
	rd_area a = rd_surface_area(s);

	rd_draw_text(&a, 0, 0, PLAIN, "..........");
	assert_int_equal(rd_draw_column_ends(&a, 1, 0, 7, PLAIN, "abcdefg"), 8);
	assert_string_equal(row(s, 0), ".abcdefg..");
	assert_int_equal(rd_draw_column_ends(&a, 1, 0, 7, PLAIN, "abcdefgh"), 8);
	assert_string_equal(row(s, 0), ".abc…fgh..");
	rd_draw_column_ends(&a, 1, 0, 7, PLAIN, "界界界界界");
	assert_string_equal(row(s, 0), ".界…界  ..");
	rd_draw_column_ends(&a, 1, 0, 7, PLAIN, "ab");
	assert_string_equal(row(s, 0), ".ab     ..");
	rd_draw_column_ends(&a, 1, 0, 2, PLAIN, "abc");
	assert_string_equal(row(s, 0), ".a…     ..");
	rd_surface_free(s);
}

static void printf__cuts_at_its_limit_between_characters(void **state RD_UNUSED)
{
	rd_surface *s = make(1200, 1, false);
	rd_area a = rd_surface_area(s);
	char text[2100];

	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "é", 3);
	rd_draw_printf(&a, 0, 0, PLAIN, "%s", text);
	assert_memory_equal(rd_surface_cell(s, 510, 0)->text, "é", 2);
	assert_int_equal(rd_surface_cell(s, 511, 0)->text[0], ' ');
	rd_surface_free(s);
}

static void ground__changes_only_the_ground(void **state RD_UNUSED)
{
	rd_surface *s = make(4, 1, false);
	rd_area a = rd_surface_area(s);

	rd_draw_text(&a, 0, 0, rd_style_of(RD_ROLE_FAILED), "ab");
	rd_draw_ground(&a, -3, 0, 5, RD_ROLE_SELECTED);
	assert_int_equal(rd_surface_cell(s, 0, 0)->ground, RD_ROLE_SELECTED);
	assert_int_equal(rd_surface_cell(s, 1, 0)->role, RD_ROLE_FAILED);
	assert_int_equal(rd_surface_cell(s, 2, 0)->ground, RD_ROLE_TEXT);
	assert_string_equal(row(s, 0), "ab  ");
	rd_surface_free(s);
}

static void roles__letters_are_unique(void **state RD_UNUSED)
{
	for (int i = 0; i < RD_ROLE_MAX_; i++)
		for (int j = i + 1; j < RD_ROLE_MAX_; j++)
			assert_int_not_equal(rd_role_letter((rd_role)i),
				rd_role_letter((rd_role)j));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new__sizes_below_one_count_as_one),
		cmocka_unit_test(text__is_clipped_on_all_sides),
		cmocka_unit_test(sub__never_grows_beyond_its_parent),
		cmocka_unit_test(text__wide_cluster_cut_at_an_edge_is_a_space),
		cmocka_unit_test(text__over_half_of_a_wide_cluster_blanks_the_other),
		cmocka_unit_test(text__keeps_clusters_whole),
		cmocka_unit_test(text__never_holds_what_acts_on_a_terminal),
		cmocka_unit_test(text__ascii_surface_shows_question_marks),
		cmocka_unit_test(column__pads_and_cuts),
		cmocka_unit_test(column_ends__cuts_in_the_middle),
		cmocka_unit_test(printf__cuts_at_its_limit_between_characters),
		cmocka_unit_test(ground__changes_only_the_ground),
		cmocka_unit_test(roles__letters_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

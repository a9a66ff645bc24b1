/* SPDX-License-Identifier: MIT */
/* The layout at all sizes: nothing outside the screen, nothing on top of another, focus always shown. */
#include "tests/unit/unit.h"

#include <string.h>

#include "tui/layout.h"

#define MAX_COLS 260
#define MAX_ROWS 90

static rd_layout_in dashboard(int cols, int rows, int lists, int views)
{
	rd_layout_in in = {.cols = cols, .rows = rows, .n = lists + views, .focus = 0};

	for (int i = 0; i < in.n; i++) {
		in.place[i] = i < lists ? RD_PLACE_LIST : RD_PLACE_VIEW;
		in.used[i] = (uint32_t)(in.n - i);
	}
	return in;
}

static void cover(unsigned char map[MAX_ROWS][MAX_COLS], const rd_layout_in *in, rd_rect r)
{
	if (r.w == 0 && r.h == 0)
		return;
	assert_true(r.x >= 0 && r.y >= 0 && r.w > 0 && r.h > 0);
	assert_true(r.x + r.w <= in->cols && r.y + r.h <= in->rows);
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			assert_int_equal(map[y][x]++, 0);
}

static void check(const rd_layout_in *in)
{
	static unsigned char map[MAX_ROWS][MAX_COLS];
	rd_layout l;

	memset(map, 0, sizeof(map));
	rd_layout_make(in, &l);
	cover(map, in, l.header);
	cover(map, in, l.tabs);
	cover(map, in, l.status);
	cover(map, in, l.keys);
	for (int i = 0; i < in->n; i++) {
		cover(map, in, l.pane[i]);
		if (l.divider[i])
			cover(map, in,
				(rd_rect){l.pane[i].x + l.pane[i].w, l.pane[i].y, 1, l.pane[i].h});
	}
	for (int y = 0; y < in->rows; y++)
		for (int x = 0; x < in->cols; x++)
			assert_int_equal(map[y][x], 1);
	assert_true(l.pane[in->focus].w > 0 && l.pane[in->focus].h > 0);
}

/* However the borders were dragged: nothing is lost, no pane below its least. */
static void make__dragged_borders_keep_every_pane(void **state RD_UNUSED)
{
	static const int permilles[] = {1, 100, 400, 700, 999};

	for (size_t k = 0; k < RD_LEN(permilles); k++)
		for (int cols = 60; cols <= 210; cols += 15)
			for (int rows = 15; rows <= 70; rows += 5) {
				rd_layout_in in = dashboard(cols, rows, 2, 4);
				rd_layout l;
				int p = permilles[k];

				in.split = (rd_split){p, p, p};
				in.share[0] = in.share[2] = p;
				in.share[1] = in.share[3] = 1000000;
				check(&in);
				rd_layout_make(&in, &l);
				for (int i = 0; i < in.n; i++)
					assert_true(l.pane[i].w == 0 ||
						    (l.pane[i].w >= 19 && l.pane[i].h >= 3));
			}
}

static void make__shares_part_a_column(void **state RD_UNUSED)
{
	rd_layout_in in = dashboard(120, 43, 2, 1);
	rd_layout l;

	rd_layout_make(&in, &l);
	assert_int_equal(l.pane[0].h, 20);
	in.share[0] = 500;
	in.share[1] = 1500;
	rd_layout_make(&in, &l);
	assert_int_equal(l.pane[0].h, 10);
	assert_int_equal(l.pane[1].h, 30);
	in.split.wide = 500;
	rd_layout_make(&in, &l);
	assert_int_equal(l.pane[0].w, 59); /* and its border */
}

static void make__fills_every_size_without_overlap(void **state RD_UNUSED)
{
	for (int cols = 1; cols <= 210; cols += cols < 20 ? 1 : 7)
		for (int rows = 1; rows <= 70; rows += rows < 20 ? 1 : 3)
			for (int views = 0; views <= 7; views++)
				for (int focus = 0; focus < 2 + views; focus += 1 + views / 3) {
					rd_layout_in in = dashboard(cols, rows, 2, views);

					in.focus = focus;
					in.zoomed = (cols + rows) % 5 == 0;
					check(&in);
				}
}

static void make__sizes_of_nothing_are_survived(void **state RD_UNUSED)
{
	rd_layout_in in = dashboard(0, 0, 1, 1);
	rd_layout l;

	rd_layout_make(&in, &l);
	assert_int_equal(l.pane[0].w, 0);
	in = dashboard(80, 24, 0, 0);
	in.focus = -1;
	rd_layout_make(&in, &l);
	assert_int_equal(l.header.w, 80);
}

static void make__80x24_is_one_column(void **state RD_UNUSED)
{
	rd_layout_in in = dashboard(80, 24, 2, 2);
	rd_layout l;

	rd_layout_make(&in, &l);
	assert_int_equal(l.tabs.h, 1);
	assert_int_equal(l.pane[0].w, 80);
	assert_int_equal(l.pane[1].w, 0);
	assert_int_equal(l.pane[2].w, 80);
	assert_int_equal(l.pane[3].w, 0);
	assert_true(l.pane[2].y > l.pane[0].y);
	in.focus = 3;
	rd_layout_make(&in, &l);
	assert_int_equal(l.pane[2].w, 0);
	assert_int_equal(l.pane[3].w, 80);
	assert_int_equal(l.pane[0].w, 80);
}

static void make__120x40_is_two_columns(void **state RD_UNUSED)
{
	rd_layout_in in = dashboard(120, 40, 2, 2);
	rd_layout l;

	rd_layout_make(&in, &l);
	assert_int_equal(l.tabs.h, 0);
	assert_int_equal(l.pane[0].x, 0);
	assert_int_equal(l.pane[1].x, 0);
	assert_true(l.pane[1].y > l.pane[0].y);
	assert_true(l.pane[2].x > l.pane[0].w && l.pane[3].x == l.pane[2].x);
	assert_true(l.divider[0] && l.divider[1] && !l.divider[2]);
}

static void make__200x60_is_three_columns(void **state RD_UNUSED)
{
	rd_layout_in in = dashboard(200, 60, 2, 4);
	rd_layout l;

	rd_layout_make(&in, &l);
	assert_int_equal(l.pane[0].w, 52);
	assert_int_equal(l.pane[2].x, l.pane[3].x);
	assert_int_equal(l.pane[4].x, l.pane[5].x);
	assert_true(l.pane[4].x > l.pane[2].x);
	assert_true(l.divider[2] && !l.divider[4]);
}

static void make__200x60_has_room_for_eight_views(void **state RD_UNUSED)
{
	rd_layout_in in = dashboard(200, 60, 2, 9);
	rd_layout l;
	int n = 0;

	rd_layout_make(&in, &l);
	for (int i = 2; i < in.n; i++) {
		assert_true(!l.pane[i].w || l.pane[i].h >= 14);
		n += l.pane[i].w > 0;
	}
	assert_int_equal(n, 8);
}

static void make__low_screens_hide_the_lower_list(void **state RD_UNUSED)
{
	rd_layout_in in = dashboard(120, 29, 2, 2);
	rd_layout l;

	rd_layout_make(&in, &l);
	assert_true(l.pane[0].w > 0);
	assert_int_equal(l.pane[1].w, 0);
}

static void make__tiny_screens_show_the_focus_and_the_status(void **state RD_UNUSED)
{
	rd_layout_in in = dashboard(59, 14, 2, 2);
	rd_layout l;

	in.focus = 2;
	rd_layout_make(&in, &l);
	assert_int_equal(l.header.h, 0);
	assert_int_equal(l.keys.h, 0);
	assert_int_equal(l.status.h, 1);
	assert_int_equal(l.pane[2].h, 13);
	assert_int_equal(l.pane[0].w, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(make__dragged_borders_keep_every_pane),
		cmocka_unit_test(make__shares_part_a_column),
		cmocka_unit_test(make__fills_every_size_without_overlap),
		cmocka_unit_test(make__sizes_of_nothing_are_survived),
		cmocka_unit_test(make__80x24_is_one_column),
		cmocka_unit_test(make__120x40_is_two_columns),
		cmocka_unit_test(make__200x60_is_three_columns),
		cmocka_unit_test(make__200x60_has_room_for_eight_views),
		cmocka_unit_test(make__low_screens_hide_the_lower_list),
		cmocka_unit_test(make__tiny_screens_show_the_focus_and_the_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

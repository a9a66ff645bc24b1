/* SPDX-License-Identifier: MIT */
/*
 * The layout of the screen.
 *
 * DESIGN: three steps. 1. The bars take their rows. 2. For lists and for views, the number of slots
 * that fit is known from the size; the panes to show are the focus and then the most recently used,
 * in the order of their numbers. 3. Each column shares its rows among its panes, evenly unless
 * the user has moved a border.
 */
#include "tui/layout.h"

#include <string.h>

#define TINY_COLS 60
#define TINY_ROWS 15
#define LOW_ROWS 30    /* below: one list only */
#define HIGH_ROWS 36   /* from here: three */
#define TWO_COLS 100   /* from here lists stand left of views */
#define THREE_COLS 160 /* from here views have two columns */
#define LIST_COLS 52   /* of the lists' column, at most, */
#define LIST_LEAST 44  /* and at least: with the age */
#define PANE_ROWS 3    /* that dragging leaves a pane */
#define PANE_COLS 20
#define VIEW_ROWS 9  /* that a view needs at least to stand under another */
#define TALL_ROWS 48 /* from here four views may stand in a column */

typedef struct chosen {
	int index[RD_LAYOUT_PANES];
	int n;
} chosen;

static bool is_better(const rd_layout_in *in, int a, int b)
{
	if ((a == in->focus) != (b == in->focus))
		return a == in->focus;
	return in->used[a] > in->used[b];
}

static bool holds(const chosen *c, int index)
{
	for (int i = 0; i < c->n; i++)
		if (c->index[i] == index)
			return true;
	return false;
}

static void sort(chosen *c)
{
	for (int i = 1; i < c->n; i++)
		for (int j = i; j > 0 && c->index[j - 1] > c->index[j]; j--) {
			int swap = c->index[j];

			c->index[j] = c->index[j - 1];
			c->index[j - 1] = swap;
		}
}

/* The panes of a place to be shown in `slots`: best first chosen, then in the order of numbers. */
static chosen choose(const rd_layout_in *in, rd_place place, int slots)
{
	chosen c = {.n = 0};

	while (c.n < slots) {
		int best = -1;

		for (int i = 0; i < in->n; i++)
			if (in->place[i] == place && !holds(&c, i) &&
				(best < 0 || is_better(in, i, best)))
				best = i;
		if (best < 0)
			break;
		c.index[c.n++] = best;
	}
	sort(&c);
	return c;
}

static void place_one(rd_layout *l, int index, rd_rect r, bool has_title, bool has_divider)
{
	if (r.w < 1 || r.h < 1)
		return;
	l->pane[index] = r;
	l->title[index] = has_title && r.h > 1;
	l->divider[index] = has_divider && r.w > 1;
	if (l->divider[index])
		l->pane[index].w--;
}

static int at_most(int v, int max)
{
	return v > max ? max : v;
}

static int at_least(int v, int min)
{
	return v < min ? min : v;
}

static int between(int v, int min, int max)
{
	return at_least(at_most(v, max), min);
}

static int share_of(const rd_layout_in *in, int index)
{
	return in->share[index] > 0 ? in->share[index] : RD_LAYOUT_SHARE;
}

/* Shares a column of the screen among n panes; none gets less than a few rows, if there are enough. */
static void stack(const rd_layout_in *in, rd_layout *l, const int *index, int n, rd_rect r,
	bool has_divider)
{
	int least = n > 0 ? at_most(r.h / n, PANE_ROWS) : 0, total = 0, sum = 0, top = 0;

	for (int i = 0; i < n; i++)
		total += share_of(in, index[i]);
	for (int i = 0; i < n; i++) {
		int bottom;

		sum += share_of(in, index[i]);
		bottom = between(r.h * sum / total, top + least, r.h - least * (n - 1 - i));
		place_one(l, index[i], (rd_rect){r.x, r.y + top, r.w, bottom - top}, true,
			has_divider);
		top = bottom;
	}
}

/* A part of n cells: as usual, or what the user made of it, with room left for it and for the rest. */
static int part(int n, int permille, int usual, int least, int rest)
{
	return permille > 0 && n > least + rest
		       ? between((n * permille + 500) / 1000, least, n - rest)
		       : usual;
}

/* One column: the tabs name the list that is shown; below it stands one view, or two if there is
 * room. */
static void narrow(const rd_layout_in *in, rd_layout *l, rd_rect r)
{
	chosen lists = choose(in, RD_PLACE_LIST, 1);
	chosen views = choose(in, RD_PLACE_VIEW, r.h >= 4 * VIEW_ROWS ? 2 : 1);
	int list_rows = !views.n ? r.h : !lists.n ? 0 : at_least(r.h / 2, 3);

	l->tabs = (rd_rect){r.x, r.y, r.w, 1};
	r.y++;
	r.h--;
	if (views.n && lists.n)
		list_rows = part(r.h, in->split.narrow, list_rows, PANE_ROWS, PANE_ROWS * views.n);
	list_rows = at_most(list_rows, r.h);
	if (lists.n)
		place_one(l, lists.index[0], (rd_rect){r.x, r.y, r.w, list_rows}, false, false);
	stack(in, l, views.index, views.n, (rd_rect){r.x, r.y + list_rows, r.w, r.h - list_rows},
		false);
}

static void views_wide(const rd_layout_in *in, rd_layout *l, const chosen *views, rd_rect r,
	int columns)
{
	int left = columns > 1 && views->n > 1 ? views->n / 2 : views->n;
	int right = views->n - left;
	int w = right ? part(r.w, in->split.views, (r.w + 1) / 2, PANE_COLS, PANE_COLS) : r.w;

	stack(in, l, views->index, left, (rd_rect){r.x, r.y, w, r.h}, right > 0);
	stack(in, l, views->index + left, right, (rd_rect){r.x + w, r.y, r.w - w, r.h}, false);
}

static void wide(const rd_layout_in *in, rd_layout *l, rd_rect r)
{
	int columns = in->cols >= THREE_COLS ? 2 : 1;
	int rows = at_most(at_least(r.h / VIEW_ROWS, 1), r.h < TALL_ROWS ? 3 : 4);
	chosen lists = choose(in, RD_PLACE_LIST,
		in->rows < LOW_ROWS    ? 1
		: in->rows < HIGH_ROWS ? 2
				       : 3);
	chosen views = choose(in, RD_PLACE_VIEW, at_most(columns * rows, RD_LAYOUT_PANES));
	int w = !views.n   ? r.w
		: !lists.n ? 0
			   : between(in->cols * 2 / 5, LIST_LEAST, LIST_COLS + 1);

	if (lists.n && views.n)
		w = part(in->cols, in->split.wide, w, PANE_COLS, PANE_COLS * columns);
	stack(in, l, lists.index, lists.n, (rd_rect){r.x, r.y, w, r.h}, views.n > 0);
	views_wide(in, l, &views, (rd_rect){r.x + w, r.y, r.w - w, r.h}, columns);
}

void rd_layout_make(const rd_layout_in *in, rd_layout *ret_layout)
{
	bool is_tiny = in->cols < TINY_COLS || in->rows < TINY_ROWS;
	rd_rect r = {0, 0, at_least(in->cols, 0), at_least(in->rows, 0)};
	rd_layout *l = ret_layout;

	memset(l, 0, sizeof(*l));
	if (!is_tiny) {
		l->header = (rd_rect){0, r.y++, r.w, 1};
		l->keys = (rd_rect){0, in->rows - 1, r.w, 1};
		r.h -= 2;
	}
	if (r.h > 1) {
		l->status = (rd_rect){0, r.y + r.h - 1, r.w, 1};
		r.h--;
	}
	if (in->n < 1)
		return;
	if (is_tiny || in->zoomed)
		place_one(l, at_least(in->focus, 0), r, true, false);
	else if (in->cols < TWO_COLS)
		narrow(in, l, r);
	else
		wide(in, l, r);
}

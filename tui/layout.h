/* SPDX-License-Identifier: MIT */
/*
 * Where everything goes on a screen of a given size. A pure function.
 *
 * Under 100 columns one column: a row of tabs, one list, below it one view. From 100 two columns:
 * lists left, views right. From 160 three: lists left, views in two columns. Under 30 rows only one
 * list is shown. Under 60x15 only the pane with the focus and the status line. What does not fit is
 * hidden, the least recently used first; the pane with the focus is always shown.
 */
#ifndef RD_TUI_LAYOUT_H
#define RD_TUI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/surface.h"

#define RD_LAYOUT_PANES 12 /* their numbers are 1-12; keys go to 1-9 */

typedef enum rd_place {
	RD_PLACE_LIST, /* builds, releases: the left column */
	RD_PLACE_VIEW, /* logs, steps, difference */
} rd_place;

/* Where columns and rows are parted, in thousandths; 0: as usual. */
typedef struct rd_split {
	int narrow; /* rows of the list in one column */
	int wide;   /* columns of the lists */
	int views;  /* columns of the left views, where there are two columns of them */
} rd_split;

#define RD_LAYOUT_SHARE 1000

typedef struct rd_layout_in {
	int cols, rows;
	int n; /* panes, at most RD_LAYOUT_PANES, in the order of their numbers */
	rd_place place[RD_LAYOUT_PANES];
	uint32_t used[RD_LAYOUT_PANES]; /* rises with each use: higher is more recent */
	int focus;                      /* index of the pane with the focus, -1: none */
	bool zoomed;                    /* the focus alone */
	rd_split split;
	int share[RD_LAYOUT_PANES]; /* of the rows of its column; 0: RD_LAYOUT_SHARE */
} rd_layout_in;

/* All rectangles lie inside the screen; hidden ones have w = h = 0. */
typedef struct rd_layout {
	rd_rect header;                /* one row, hidden on tiny screens */
	rd_rect tabs;                  /* one row, only with one column */
	rd_rect status;                /* one row */
	rd_rect keys;                  /* one row, hidden on tiny screens */
	rd_rect pane[RD_LAYOUT_PANES]; /* with its title row, if it has one */
	bool title[RD_LAYOUT_PANES];   /* whether the first row is a title */
	bool divider[RD_LAYOUT_PANES]; /* whether the column right of the rectangle is a line */
} rd_layout;

void rd_layout_make(const rd_layout_in *in, rd_layout *ret_layout);

#endif

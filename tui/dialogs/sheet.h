/* SPDX-License-Identifier: MIT */
/*
 * rd_sheet: lines of text in a dialog that scroll if there are more than fit.
 *
 * A line has a label (a column of its own, may be empty) and a text in a role. Text from outside is
 * made safe as it is put in. Life cycle: 1. rd_sheet_init; 2. put, act, draw; 3. rd_sheet_done.
 */
#ifndef RD_TUI_DIALOGS_SHEET_H
#define RD_TUI_DIALOGS_SHEET_H

#include "core/base/vec.h"
#include "tui/keymap.h"
#include "tui/surface.h"

#define RD_SHEET_LABEL 9 /* cells of the column of labels */

typedef struct rd_sheet {
	rd_vec lines;
	int top;
} rd_sheet;

void rd_sheet_init(rd_sheet *s);
void rd_sheet_done(rd_sheet *s);
void rd_sheet_clear(rd_sheet *s);
/* Adds a line, or several if the text has newlines. @label NULL: the text begins at the left edge;
 * "": below the text of the line before. A line that finds no memory is left out. */
void rd_sheet_put(rd_sheet *s, rd_role role, const char *label, const char *fmt, ...)
	RD_PRINTF(4, 5);
/* Adds a long text, broken between words so that it fits w cells. */
void rd_sheet_wrap(rd_sheet *s, rd_role role, const char *text, int w);
int rd_sheet_count(const rd_sheet *s);
/* Scrolls by an action of RD_SCOPE_MOVE with h lines on the screen. @returns false if it is none. */
bool rd_sheet_act(rd_sheet *s, rd_action action, int h);
/* Draws into the whole area; what is above and below is told at its right edge. */
void rd_sheet_draw(const rd_sheet *s, const rd_area *a);
/* The two parts of that, for more than one column: lines from `top` on; the marks at the right edge,
 * where h lines are on the screen. */
void rd_sheet_draw_from(const rd_sheet *s, const rd_area *a, int top);
void rd_sheet_draw_marks(const rd_sheet *s, const rd_area *a, int h);

#endif

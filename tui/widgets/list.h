/* SPDX-License-Identifier: MIT */
/*
 * rd_list: a cursor in rows that scroll. Invariants: 0 <= cursor < count (or 0 if there are none),
 * and the cursor is between top and top + rows. A zeroed one is an empty list.
 */
#ifndef RD_TUI_WIDGETS_LIST_H
#define RD_TUI_WIDGETS_LIST_H

#include <stdbool.h>

#include "tui/keymap.h"

typedef struct rd_list {
	int count;
	int rows; /* that are on the screen */
	int cursor;
	int top; /* the first row on the screen */
} rd_list;

/* Puts the cursor, brought into range, and scrolls as little as needed. */
void rd_list_set(rd_list *l, int count, int rows, int cursor);
/* Puts the cursor on the y-th row of the screen. @returns false if there is none. */
bool rd_list_click(rd_list *l, int y);
/* Moves by an action of RD_SCOPE_MOVE. @returns false if it is none for lists. */
bool rd_list_act(rd_list *l, rd_action action);

#endif

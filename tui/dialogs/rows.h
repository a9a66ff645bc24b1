/* SPDX-License-Identifier: MIT */
/* What dialogs with rows share: rows with a cursor, and the line that tells the keys. */
#ifndef RD_TUI_DIALOGS_ROWS_H
#define RD_TUI_DIALOGS_ROWS_H

#include "tui/app.h"
#include "tui/widgets/list.h"

/* Draws the rows of a list from row y of the area on, the one under the cursor on its own ground.
 * row: draws row i into an area of one line; x 0 and 1 are the cursor's. */
void rd_rows_draw(const rd_list *l, const rd_dialog *d, const rd_area *a, int y,
	void (*row)(const rd_dialog *d, const rd_area *line, int i));

typedef struct rd_key_hint {
	rd_action action;
	const char *word;
} rd_key_hint;

/* "^S save  a add  Esc close" at row y, as many as fit; actions without a key are left out. */
void rd_rows_hints(const rd_dialog *d, const rd_area *a, int y, const rd_key_hint *hints, size_t n);

#endif

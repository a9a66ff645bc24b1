/* SPDX-License-Identifier: MIT */
/*
 * rd_table: what panes of rows share: a cursor that stays on its row by id when the rows change, a
 * filter by a part of the text, an order, and marks.
 *
 * The rows themselves are the pane's: it tells their number, id and text through rd_table_rows. A pane
 * embeds it first in its data; what is the same in all their tables of operations stands in RD_TABLE_PANE.
 */
#ifndef RD_TUI_PANES_TABLE_H
#define RD_TUI_PANES_TABLE_H

#include "core/base/vec.h"
#include "tui/app.h"
#include "tui/widgets/field.h"
#include "tui/widgets/list.h"

#define RD_TABLE_ID 128 /* bytes of an id */

typedef struct rd_table_rows {
	size_t (*count)(const rd_pane *p);
	const char *(*id)(const rd_pane *p, size_t i);
	/* Whether row i holds the part in what it shows. */
	bool (*holds)(const rd_pane *p, size_t i, const char *part);
	/* Whether these are all rows there are: else more are asked for (rd_console_more) as the
	 * cursor comes near the end; all of them to go to the end, or to filter. May be NULL. */
	bool (*is_all)(const rd_pane *p);
	/* Names of the orders, NULL-terminated; the first is that of the rows themselves. NULL: one only.
	 * compare: of rows a and b in the order of that index, as strcmp. */
	const char *const *orders;
	int (*compare)(const rd_pane *p, int order, size_t a, size_t b);
	bool has_marks;
} rd_table_rows;

typedef struct rd_table {
	const rd_table_rows *rows;
	rd_vec shown;         /* int: the rows that pass the filter */
	rd_list list;         /* over shown */
	int head;             /* rows of the pane that are no rows of the list: heads of columns */
	char id[RD_TABLE_ID]; /* of the row under the cursor */
	char wish
		[RD_TABLE_ID]; /* of a row that the cursor goes to as soon as it is there; "" if none */
	bool to_end; /* the cursor was sent to the last row: it goes there also when more come */
	rd_field filter;
	bool is_typing;
	int order;
	bool is_reversed;
	rd_strs marks; /* ids of rows that are there */
} rd_table;

void rd_table_init(rd_table *t, const rd_table_rows *rows, int head);
/* Moves, filter, and finding the row again after RD_EV_MODEL. @returns RD_REACT_PASS for what is not
 * of a table. */
rd_react rd_table_event(rd_table *t, const rd_pane *p, const rd_event *ev);
/* Index of the row under the cursor, -1 if there is none. */
int rd_table_current(const rd_table *t);
/* Draws the rows below the heads of columns, the one under the cursor on its own ground, and the
 * filter in the last line. row: draws row i into an area of one line; x 0 and 1 are the cursor's. */
void rd_table_draw(const rd_table *t, const rd_pane *p, const rd_area *a,
	void (*row)(const rd_pane *p, const rd_area *line, size_t i));
/* Whether a filter is set or typed. */
bool rd_table_is_filtered(const rd_table *t);
bool rd_table_is_marked(const rd_table *t, const char *id);
/* For RD_TABLE_PANE. The order is kept for the next run. */
bool rd_table_wants_text(const rd_pane *p);
void rd_table_save(const rd_pane *p, rd_str *out);
void rd_table_restore(rd_pane *p, const char *words);
/* Of a pane that has nothing else to free. */
void rd_table_close(rd_pane *p);

#define RD_TABLE_PANE(name, label, type) \
	.kind = (name), .tab = (label), .scope = RD_SCOPE_LIST, .private_size = sizeof(type), \
	.wants_text = rd_table_wants_text, .save = rd_table_save, .restore = rd_table_restore

/* "Builds  marked 2  sort:time reversed        50+": the pane's word, what is not as it is at first, and how
 * many rows the rack gave, with a plus if there are more; for the pane to go on with. */
void rd_table_title(const rd_pane *p, rd_title *ret_title);

#endif

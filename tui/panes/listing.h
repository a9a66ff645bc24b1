/* SPDX-License-Identifier: MIT */
/*
 * rd_listing: a pane of rows that are not in the model: it reads them itself, when it opens and whenever
 * the rack changes.
 *
 * A pane is one, or embeds it first in its data. The table of operations: RD_TABLE_PANE, rd_listing_close.
 */
#ifndef RD_TUI_PANES_LISTING_H
#define RD_TUI_PANES_LISTING_H

#include "tui/panes/table.h"

typedef struct rd_listing_kind {
	rd_action action; /* what the rack must be able to */
	rd_table_rows rows;
	/* Reads them, in the pool. *rows is empty, of the type. */
	rd_code (*read)(rd_rack *rack, rd_cancel *cancel, rd_vec *rows, rd_err *err);
	void (*done)(rd_vec *rows);
	void (*loaded)(rd_pane *p); /* there are new rows; may be NULL */
	size_t size;                /* of a row */
} rd_listing_kind;

typedef struct rd_listing {
	rd_table table; /* first */
	const rd_listing_kind *kind;
	rd_vec rows;
	char id[RD_TABLE_ID]; /* room for that of the row which was asked for last */
	rd_err err;           /* of the last reading */
	bool is_loaded, is_reading, read_again;
} rd_listing;

/* @kind stays. @errors RD_ENOMEM, RD_EUNSUPPORTED by the rack. */
rd_code rd_listing_open(rd_pane *p, const rd_listing_kind *kind, rd_err *err);
void rd_listing_close(rd_pane *p);
/* @returns RD_REACT_PASS for actions that are the pane's own. */
rd_react rd_listing_event(rd_pane *p, const rd_event *ev);
/* For rd_table_rows. */
size_t rd_listing_count(const rd_pane *p);
/* Row i, and the one under the cursor (NULL if there is none). Borrowed until the next event. */
const void *rd_listing_at(const rd_pane *p, size_t i);
const void *rd_listing_current(const rd_pane *p);
/* Draws the rows; without any, why: `none` if the rack has none. */
void rd_listing_draw(const rd_pane *p, const rd_area *a, const char *none,
	void (*row)(const rd_pane *p, const rd_area *line, size_t i));

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Showing only the lines of a log that match, with some around each.
 *
 * The filter is a view of its own (core/rack/log.h), filled in slices; while there is one, all that is
 * shown, searched and marked in the pane are its lines.
 * Life cycle: 1. zeroed; 2. begin, key, work; 3. rd_log_filter_done.
 */
#ifndef RD_TUI_PANES_LOG_FILTER_H
#define RD_TUI_PANES_LOG_FILTER_H

#include "core/rack/log.h"
#include "tui/pane.h"
#include "tui/widgets/field.h"

typedef struct rd_log_filter {
	rd_field field;
	bool is_typing;
	rd_log_search *search; /* NULL: there is no filter */
	rd_log_view *view;     /* NULL likewise */
	unsigned context;
	char trouble[128]; /* why the pattern is no regular expression; "" if it is */
	bool is_behind;    /* lines are left to look at */
	bool has_anchor; /* the screen stays at this line of the pane's view while lines are found */
	uint64_t anchor;
} rd_log_filter;

void rd_log_filter_done(rd_log_filter *f);
bool rd_log_filter_is_open(const rd_log_filter *f);
/* Looks at lines until stop_us. *ret_more: some are left. */
rd_code rd_log_filter_work(rd_log_filter *f, int64_t stop_us, bool *ret_more, rd_err *err);
void rd_log_filter_draw(const rd_log_filter *f, const rd_area *line, uint64_t count);

/* Of a log pane: more lines may have been found; begins to type; takes a key of the field, pasted text; more or fewer lines around; goes
 * back to all lines, at the same one; makes the filter anew of the pane's view. */
void rd_log_filter_found(rd_pane *p);
void rd_log_filter_begin(rd_pane *p);
void rd_log_filter_key(rd_pane *p, const rd_key *key);
void rd_log_filter_paste(rd_pane *p, const char *text, size_t n);
void rd_log_filter_widen(rd_pane *p, int by);
void rd_log_filter_drop(rd_pane *p);
void rd_log_filter_again(rd_pane *p);

#endif

/* SPDX-License-Identifier: MIT */
/* The state of a steps pane: what steps.c and steps_draw.c share. */
#ifndef RD_TUI_PANES_STEPS_PANE_H
#define RD_TUI_PANES_STEPS_PANE_H

#include "tui/app.h"
#include "tui/panes/steps_rows.h"
#include "tui/widgets/list.h"

typedef struct rd_steps_pane {
	char build[32];
	bool is_newest, is_opening; /* as in rd_log_pane */
	char newest[32];
	rd_log *log;
	rd_steps_rows rows;
	rd_list list;
	unsigned epoch;    /* of the log, when the rows were made */
	int number;        /* of the step under the cursor, 0 if none */
	bool is_following; /* the cursor goes with the step that runs */
	rd_err err;

	/* comparing with an earlier build */
	char earlier_id[32]; /* "": no */
	rd_log *earlier;     /* NULL until it is open */
	rd_steps_time time;
} rd_steps_pane;

/* NULL while no log is open. */
const rd_steps *rd_steps_model(const rd_steps_pane *s);
/* NULL beyond the last. */
const rd_steps_row *rd_steps_row_at(const rd_steps_pane *s, int i);
/* NULL for a row that is of no step. */
const rd_step *rd_steps_step_of(const rd_steps_pane *s, const rd_steps_row *row);
/* Rows above the list: 1 with an axis of time. */
int rd_steps_head(const rd_pane *p);
void rd_steps_draw(const rd_pane *p, const rd_area *area);
/* "against BX…: +00:41 in slower steps, 2 lost their cache". */
void rd_steps_tell_difference(const rd_steps_pane *s, char *buf, size_t cap);

#endif

/* SPDX-License-Identifier: MIT */
/* rd_steps_rows: the steps of a build as rows: heads of groups, steps, and below a step what moves in
 * it and the last lines that it wrote. */
#ifndef RD_TUI_PANES_STEPS_ROWS_H
#define RD_TUI_PANES_STEPS_ROWS_H

#include "core/rack/log.h"
#include "tui/panes/steps_time.h"

typedef enum rd_steps_row_kind {
	RD_STEPS_ROW_GROUP,
	RD_STEPS_ROW_STEP,
	RD_STEPS_ROW_PROGRESS, /* item: index in the step's progress */
	RD_STEPS_ROW_TEXT,     /* text: a line of its log, or a warning */
	RD_STEPS_ROW_ERROR,    /* text: why it failed */
} rd_steps_row_kind;

typedef struct rd_steps_row {
	rd_steps_row_kind kind;
	int group; /* index */
	int step;  /* index; -1 for a group */
	size_t item;
	char *text; /* on the heap */
} rd_steps_row;

typedef enum rd_steps_order {
	RD_STEPS_DECLARED,
	RD_STEPS_LONGEST, /* first, without groups; so the next one */
	RD_STEPS_SLOWER,  /* what took longer than in the earlier build */
} rd_steps_order;

typedef struct rd_steps_rows {
	rd_vec rows;     /* rd_steps_row */
	rd_vec unfolded; /* int: numbers of steps whose last lines are shown */
	rd_steps_order order;
	bool only_critical;
	const rd_steps_time *time; /* of the steps, borrowed for fill; NULL: unknown */
	const rd_steps *earlier;   /* the build that time was compared with, likewise */
	bool no_cached;
	int hidden; /* cached steps that are left out */
} rd_steps_rows;

void rd_steps_rows_init(rd_steps_rows *r);
void rd_steps_rows_done(rd_steps_rows *r);
/* Makes the rows anew. now_us: for the time of running steps. */
rd_code rd_steps_rows_fill(rd_steps_rows *r, rd_log *log, int64_t now_us, rd_err *err);
/* Shows or hides the last lines of the step of that number. */
void rd_steps_rows_fold(rd_steps_rows *r, int number);
/* How long a step took or takes; 0 if it has not begun. */
int64_t rd_steps_took_us(const rd_step *s, int64_t now_us);

#endif

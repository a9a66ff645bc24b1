/* SPDX-License-Identifier: MIT */
/*
 * rd_log_rows: the rows of a screen made from lines of a log.
 *
 * Only the lines that are seen are read and parsed, and of a long one only as much as is seen; so a
 * screen costs the same in a log of any size. Filled in events, drawn later.
 * Life cycle: 1. rd_log_rows_init; 2. fill, draw; 3. rd_log_rows_done.
 */
#ifndef RD_TUI_PANES_LOG_ROWS_H
#define RD_TUI_PANES_LOG_ROWS_H

#include "core/rack/log.h"
#include "tui/settings.h"
#include "tui/surface.h"

/* How lines become rows. */
typedef struct rd_log_look {
	int w;   /* cells of a row */
	int col; /* the first cell that is seen, if lines are not wrapped */
	bool is_wrapped;
	bool is_unfolded;            /* of a line that overwrites itself, all its states are seen */
	bool has_times;              /* rows know when they were written */
	bool has_colours;            /* those that the log brought along */
	const rd_log_search *search; /* what is highlighted; NULL: nothing. Borrowed for the call */
	const rd_log_search *filter; /* lines that do not match are dim; NULL: none. Borrowed */
	const rd_vec *highlights;    /* rd_highlight; NULL: none. Borrowed */
	const rd_steps *steps;       /* whose groups' prefixes get a colour; NULL: none. Borrowed */
	uint64_t hit; /* the line whose hits are the current ones; UINT64_MAX: none */
} rd_log_look;

/* A row of a log: `sub` counts the rows of one line. */
typedef struct rd_log_place {
	uint64_t line;
	size_t sub;
} rd_log_place;

typedef struct rd_log_rows {
	rd_vec rows;   /* struct row */
	rd_vec pieces; /* struct piece: texts of rows in one style */
	rd_vec marks;  /* struct mark: what the user's rules and the search found */
	rd_str text;   /* of the pieces */
	rd_str plain;  /* of one line while it is laid, */
	rd_vec spans;  /* its colours, */
	rd_vec breaks; /* size_t: where in plain its states begin but the first, if unfolded, */
	size_t overwritten;   /* how many states are not seen, */
	bool is_dim;          /* and whether it is only there for its neighbours */
	int shift;            /* cells to the left of the screen */
	uint64_t first, last; /* lines that have rows here; first > last: none */
	int widest;           /* cells of the widest row, as far as it was looked at */
} rd_log_rows;

void rd_log_rows_init(rd_log_rows *r);
void rd_log_rows_done(rd_log_rows *r);
/* Lays at most h rows from a place on. */
rd_code rd_log_rows_fill(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, rd_log_place from,
	int h, rd_err *err);
/* Rows of one line, at least 1. */
rd_code rd_log_rows_of(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, uint64_t line,
	size_t *ret_n, rd_err *err);
/* The place n rows above / below; stops at the first / last row of all. */
rd_code rd_log_rows_up(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, rd_log_place *place,
	uint64_t n, rd_err *err);
rd_code rd_log_rows_down(rd_log_rows *r, rd_log_view *v, const rd_log_look *look,
	rd_log_place *place, uint64_t n, rd_err *err);
/* The place from which h rows end with the log. */
rd_code rd_log_rows_end(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, int h,
	rd_log_place *ret_place, rd_err *err);
/* The cells of a line's first hit, and the row of the line in which it begins. */
rd_code rd_log_rows_hit(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, uint64_t line,
	size_t *ret_sub, int *ret_x, int *ret_end, rd_err *err);
/* Rows there are, and what the y-th of them shows. */
int rd_log_rows_count(const rd_log_rows *r);
rd_log_place rd_log_rows_at(const rd_log_rows *r, int y, int64_t *ret_written_us);
void rd_log_rows_draw(const rd_log_rows *r, const rd_area *a);

#endif

/* SPDX-License-Identifier: MIT */
/* What log.c, log_view.c and log_search.c share; nobody else includes it. */
#ifndef RD_CORE_RACK_LOG_PRIVATE_H
#define RD_CORE_RACK_LOG_PRIVATE_H

#include "core/rack/log.h"
#include "core/rack/log_index.h"

/* Lines that belong to one step, one after the other. Spans rise and do not overlap. */
typedef struct rd_log_span {
	uint64_t line, n;
	size_t step; /* index into the steps */
} rd_log_span;

/* The engine clipped a step's output here. */
typedef struct rd_log_gap {
	uint64_t offset, lost;
	size_t step;
} rd_log_gap;

struct rd_log {
	rd_rack *rack; /* borrowed */
	char *app, *build;
	rd_log_files files;
	rd_log_index index;
	rd_steps *steps;
	uint64_t base;          /* offset of line 0 */
	uint64_t steps_bytes;   /* fed so far */
	uint64_t steps_version; /* at which `pending` was filled */
	rd_vec taken;           /* per step: what of its ranges went to pending */
	rd_vec pending;         /* pieces of ranges whose text is not read yet */
	rd_vec spans;           /* rd_log_span */
	rd_vec gaps;            /* rd_log_gap, rising */
	unsigned epoch;
};

/* Lines of a view that follow each other in the log, too. */
typedef struct rd_log_run {
	uint64_t at;   /* number of the first one in the view */
	uint64_t line; /* and in the log */
} rd_log_run;

struct rd_log_view {
	rd_log *log; /* borrowed */
	rd_log_scope scope;
	int number;
	rd_vec runs; /* rd_log_run; empty for the whole log */
	uint64_t count;
	size_t span;         /* the span to look at next, */
	uint64_t span_taken; /* and its lines that are in runs */
	unsigned epoch;
	/* of a filter: its lines are those of base */
	rd_log_view *base; /* borrowed; NULL: this is none */
	const rd_log_search *search;
	unsigned context;
	uint64_t looked, counted; /* lines of base that were looked at, and that there were then */
	uint64_t matches, last_match;
};

/* Appends lines of the log, or of base; those that follow the last run extend it. */
bool rd_log_view_put(rd_log_view *v, uint64_t line, uint64_t n);
/* The line that line i (< count) of the view is in the log, or in base; *ret_first and *ret_last: the
 * lines of the view around it that are neighbours there as well. */
uint64_t rd_log_view_run(const rd_log_view *v, uint64_t i, uint64_t *ret_first, uint64_t *ret_last);

/* The same in the log, through base; *ret_first and *ret_last: the lines of the view around it that are neighbours in the log as well. */
uint64_t rd_log_view_place(const rd_log_view *v, uint64_t i, uint64_t *ret_first,
	uint64_t *ret_last);

/* Whether text, which may be many lines without control characters, can hold a match. */
bool rd_log_search_may_match(const rd_log_search *s, const char *bytes, size_t n);
/* Whether that depends on the spaces that tabs become. */
bool rd_log_search_minds_tabs(const rd_log_search *s);

#endif

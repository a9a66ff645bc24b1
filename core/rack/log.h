/* SPDX-License-Identifier: MIT */
/*
 * rd_log: a growing log file with its steps and an index of lines; rd_log_view: the lines of the
 * whole log, of one service or of one step, by number.
 *
 * The index is sparse (one offset every 16 KiB of text), so memory hardly depends on the log's size.
 * Line ends are '\n'; a line over RD_LOG_LINE_MAX bytes counts as several. Views of a group or step
 * follow the ranges of the steps file and leave out the group's prefix. A file that became shorter or
 * another one is read again from the start; views follow by themselves.
 * Life cycle: 1. rd_log_open; 2. rd_log_extend whenever the file may have grown, rd_log_view_*;
 * 3. free views, then rd_log_close. Thread rule: one thread at a time.
 */
#ifndef RD_CORE_RACK_LOG_H
#define RD_CORE_RACK_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/formats/steps.h"
#include "core/rack/rack.h"

#define RD_LOG_LINE_MAX (1024 * 1024)

typedef struct rd_log rd_log;
typedef struct rd_log_view rd_log_view;

/* @r kept until close: it is asked again for the files if others took their place. @ret give. */
rd_code rd_log_open(rd_rack *r, const char *app, const char *build, rd_log **ret_log, rd_err *err);
/* The same log from the first line on that begins in its last tail_bytes: that is line 0. *ret_is_tail
 * false: the log is shorter, or has no such line, and it is as if rd_log_open had been called; so it is,
 * in a new epoch, once the file was cut or replaced. */
rd_code rd_log_open_tail(rd_rack *r, const char *app, const char *build, uint64_t tail_bytes,
	rd_log **ret_log, bool *ret_is_tail, rd_err *err);
rd_log *rd_log_close(rd_log *l); /* @returns NULL */
/* The offset in the text up to which it was read, and the text's size now (0 if that is unknown). */
uint64_t rd_log_bytes(const rd_log *l);
uint64_t rd_log_size(const rd_log *l);
/* Reads on in both files, at most max_bytes of text (0: no limit). *ret_more: text is left to read;
 * *ret_changed: something is new. */
rd_code rd_log_extend(rd_log *l, uint64_t max_bytes, bool *ret_changed, bool *ret_more,
	rd_err *err);
/* Rises each time the log began anew (the file was cut or replaced): line numbers are void. */
unsigned rd_log_epoch(const rd_log *l);
const rd_steps *rd_log_steps(const rd_log *l); /* borrowed */

typedef enum rd_log_scope {
	RD_LOG_ALL,
	RD_LOG_GROUP, /* number: of a group (one image, one or more services) */
	RD_LOG_STEP,  /* number: of a step */
} rd_log_scope;

rd_code rd_log_view_new(rd_log *l, rd_log_scope scope, int number, rd_log_view **ret_view,
	rd_err *err);
rd_log_view *rd_log_view_free(rd_log_view *v); /* @returns NULL */
/* Takes in what rd_log_extend has read since. Called by rd_log_view_count as needed. */
uint64_t rd_log_view_count(rd_log_view *v); /* lines; an unfinished last line counts */
/* The bytes of line i (from 0) without newline, borrowed until the next call on this log; "" beyond
 * the end. *ret_step: number of the step it belongs to, 0 if none. */
rd_code rd_log_view_line(rd_log_view *v, uint64_t i, const char **ret_bytes, size_t *ret_n,
	int *ret_step, rd_err *err);
/* When line i was written, wall clock to a tenth of a second; 0: not known. */
rd_code rd_log_view_time(rd_log_view *v, uint64_t i, int64_t *ret_us, rd_err *err);
/* Whether the engine clipped output of this view right after line i. *ret_lost: bytes, 0 if unknown. */
rd_code rd_log_view_gap(rd_log_view *v, uint64_t i, bool *ret_gap, uint64_t *ret_lost, rd_err *err);

/* ---- search ---- */

/* Search: a regular expression (Perl's, by PCRE2), case-insensitive unless it holds a capital. It sees a
 * line as it is shown: without colours and other control sequences. A line that costs too many steps
 * does not match. One thread at a time. */
typedef struct rd_log_search rd_log_search;
/* @errors RD_EPARSE with the regex compiler's words. */
rd_code rd_log_search_new(const char *pattern, rd_log_search **ret_search, rd_err *err);
rd_log_search *rd_log_search_free(rd_log_search *s); /* @returns NULL */
/* Whether and where a line, as it is shown, matches, from byte `from` on. @bytes a NUL stands at n or
 * anywhere behind it, as with the lines of a view. */
bool rd_log_search_line(const rd_log_search *s, const char *bytes, size_t n, size_t from,
	size_t *ret_start, size_t *ret_end);
/* Next matching line from line `from` on in direction +1 / -1; looks at most at max_lines.
 * If *ret_found is false, *ret_next is where to go on; not below the count of lines: that was all. */
rd_code rd_log_search_next(rd_log_view *v, const rd_log_search *s, uint64_t from, int direction,
	uint64_t max_lines, bool *ret_found, uint64_t *ret_line, uint64_t *ret_next, rd_err *err);

/* ---- filters: views of the lines of a view that match, with some around each ---- */

/* None at first. @base (no filter itself), @s: kept until free. */
rd_code rd_log_view_new_filter(rd_log_view *base, const rd_log_search *s, unsigned context,
	rd_log_view **ret_view, rd_err *err);
/* Looks at most at max_lines of base's further lines. *ret_more: some are left. */
rd_code rd_log_view_filter(rd_log_view *v, uint64_t max_lines, bool *ret_more, rd_err *err);
/* Lines that match so far. *ret_is_full: no more are looked for, it would take too much memory. */
uint64_t rd_log_view_matches(const rd_log_view *v, bool *ret_is_full);
/* The line of base that line i (< count) is; of a view that is no filter, itself. */
uint64_t rd_log_view_source(const rd_log_view *v, uint64_t i);
/* The first line of the view that is the line `source` of base or one behind it; the count: none is. */
uint64_t rd_log_view_find(const rd_log_view *v, uint64_t source);

#endif

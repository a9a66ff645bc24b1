/* SPDX-License-Identifier: MIT */
/*
 * rd_log_find: searching in a log pane: the field, the hits, looking for the next one in slices.
 *
 * Two things go on, a slice at a time: seeking (to the next hit in a direction, once around the end)
 * and counting (all lines with hits, also those that are written later). While of a long log only the
 * end can be shown, that is where it seeks, and it counts in the whole, as far as that was read.
 * Life cycle: 1. zeroed; 2. begin, keys, next, work; 3. rd_log_find_clear.
 */
#ifndef RD_TUI_PANES_LOG_FIND_H
#define RD_TUI_PANES_LOG_FIND_H

#include "core/rack/log.h"
#include "tui/widgets/field.h"

typedef struct rd_log_find {
	rd_field field;
	bool is_typing;
	rd_log_search *search; /* NULL: nothing is searched */
	char trouble[128];     /* why the pattern is no regular expression; "" if it is */
	/* seeking */
	int direction; /* +1, -1; 0: at rest */
	uint64_t next; /* where to look next */
	uint64_t from; /* where it began */
	bool is_wrapped, is_missing;
	bool is_waiting; /* for more of the log to be read */
	bool is_off_end; /* no further hit in the end: it goes on in the whole, from its start */
	bool has_hit;
	uint64_t hit; /* line */
	/* counting */
	bool is_quiet;    /* it does not count */
	uint64_t counted; /* lines looked at */
	rd_vec hits;      /* uint64_t: lines, rising; at most RD_LOG_FIND_HITS */
	uint64_t n_hits;
} rd_log_find;

#define RD_LOG_FIND_HITS (1024 * 1024)

/* Opens the field; what was searched before is kept until something is typed. */
void rd_log_find_begin(rd_log_find *f);
/* Searches for a pattern without a field; it must be right. */
void rd_log_find_pattern(rd_log_find *f, const char *pattern);
/* Forgets all. */
void rd_log_find_clear(rd_log_find *f);
/* Frees. */
void rd_log_find_done(rd_log_find *f);
/* The field's text changed: searches for it from line `from` on. */
void rd_log_find_changed(rd_log_find *f, uint64_t from);
/* Seeks from a line in a direction. */
void rd_log_find_seek(rd_log_find *f, uint64_t from, int direction);
/* The lines are other ones now: hits and counts are void. */
void rd_log_find_restart(rd_log_find *f);
/* The shown lines were the end of a log; they have other numbers now, greater by so much. */
void rd_log_find_renumber(rd_log_find *f, uint64_t by);
/* The whole log is shown now, and not its end: the hits there have no numbers yet. */
void rd_log_find_leave_end(rd_log_find *f);
/* Whether a hit is known in a line, or in lines [from, to). */
bool rd_log_find_has(const rd_log_find *f, uint64_t line);
bool rd_log_find_in(const rd_log_find *f, uint64_t from, uint64_t to);
/* Works until stop_us (rd_now_us) in the shown view. @whole the whole, if v is the end of it only, else
 * NULL; is_read: v was read to the log's end. *ret_more: something is left to do now; *ret_moved: there
 * is a new hit. */
rd_code rd_log_find_work(rd_log_find *f, rd_log_view *v, rd_log_view *whole, bool is_read,
	int64_t stop_us, bool *ret_more, bool *ret_moved, rd_err *err);
/* Whether it has a line of the screen. */
bool rd_log_find_is_open(const rd_log_find *f);
/* Draws that line. */
void rd_log_find_draw(const rd_log_find *f, const rd_area *line, uint64_t count);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The record of a build: turns events of several image builds that run at once into one text log and
 * one steps file. Lines of parallel steps are joined at their ends (an unfinished line waits 100 ms or
 * 64 KiB at most); consecutive chunks of a step are one range; secrets are replaced before anything is
 * written. Both files are append-only; a write that fails is reported by every later call.
 * Life cycle: 1. rd_record_open; 2. groups, events, lines; 3. rd_record_close flushes.
 * Thread rule: any thread; events of one group come from one thread.
 */
#ifndef RD_CORE_BUILD_RECORD_H
#define RD_CORE_BUILD_RECORD_H

#include "core/formats/redact.h"
#include "core/formats/steps.h"

typedef struct rd_record rd_record;
typedef struct rd_record_group rd_record_group; /* owned by the record */

/* @text_path, @steps_path are created. @redact borrowed until close; NULL: nothing is secret. */
rd_code rd_record_open(const char *text_path, const char *steps_path, const rd_redact *redact,
	rd_record **ret_record, rd_err *err);
rd_code rd_record_close(rd_record *r, rd_err *err); /* flushes and frees, also on failure */

/* Adds a value to what the record hides from now on. @redact the one that it was opened with. */
rd_code rd_record_hide(rd_record *r, rd_redact *redact, const char *value, rd_err *err);

/* Begins a group. */
rd_code rd_record_group_begin(rd_record *r, const char *kind, const rd_strs *services,
	const char *name, const char *prefix, rd_record_group **ret_group, rd_err *err);
/* Ends it: open lines are flushed. @error NULL: none; @image id or NULL. */
rd_code rd_record_group_end(rd_record_group *g, const rd_err *error, const char *image,
	rd_err *err);
/* Nothing more comes of the group's steps so far: writes what they left unfinished. */
rd_code rd_record_group_settle(rd_record_group *g, rd_err *err);
/* The group's lines of our own (rd_record_line) are its one step, and that was cached. */
void rd_record_group_cached(rd_record_group *g);
/* An rd_step_fn: arg is the group. */
rd_code rd_record_event(void *group, const rd_step_event *ev, rd_err *err);
/* A whole line of our own ("Building: ."); of the group, or of none (NULL). */
rd_code rd_record_line(rd_record *r, rd_record_group *g, rd_err *err, const char *fmt, ...)
	RD_PRINTF(4, 5);

#endif

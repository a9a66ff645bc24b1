/* SPDX-License-Identifier: MIT */
/*
 * Jobs as the user sees them: work of rd_console_run that has a label, and for a while what came of it.
 * Thread rule: the loop thread. Records hold until the next event.
 */
#ifndef RD_TUI_JOBS_H
#define RD_TUI_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/vec.h"
#include "tui/pane.h"

typedef enum rd_job_state {
	RD_JOB_QUEUED, /* other long work comes first */
	RD_JOB_RUNNING,
	RD_JOB_DONE,
	RD_JOB_FAILED,
	RD_JOB_CANCELED,
} rd_job_state;

typedef struct rd_job_info {
	unsigned id;
	const char *label; /* "exporting BXCVQ…" */
	rd_job_state state;
	bool can_cancel, is_stopping;
	int64_t started_us, ended_us; /* wall clock; 0: not */
	uint64_t current, total;      /* bytes; total 0: not known */
	double rate;                  /* bytes a second; 0: not known */
	const char *result;           /* why it failed; "" */
	const rd_strs *notes;         /* the last lines that it said, oldest first */
} rd_job_info;

/* How many there are: those under way and the last ones that ended; and the i-th, newest first. */
size_t rd_console_jobs(const rd_console *c);
void rd_console_job_at(const rd_console *c, size_t i, rd_job_info *ret_info);
/* @returns false if it is forgotten. */
bool rd_console_job(const rd_console *c, unsigned id, rd_job_info *ret_info);
int rd_console_jobs_running(const rd_console *c);
/* Asks a job to end. */
void rd_console_cancel_job(rd_console *c, unsigned id);

/* ---- in words ---- */

/* "~running", "+done", "xfailed" …; *ret_role: its colour. */
const char *rd_job_word(const rd_job_info *j, rd_role *ret_role);
/* "318 MB of 512 MB  62%  41 MB/s  00:04 left"; without what is not known. */
void rd_job_progress(const rd_job_info *j, char *buf, size_t cap);
/* How long it took, or has run so far: "00:08". */
void rd_job_took(const rd_job_info *j, int64_t now_us, char *buf, size_t cap);

#endif

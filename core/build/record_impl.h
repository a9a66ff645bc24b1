/* SPDX-License-Identifier: MIT */
/* The inside of a record, shared by record.c (files, lines, the flusher) and record_event.c (what each
 * event means). All functions but lock and unlock: with the record's mutex held. */
#ifndef RD_CORE_BUILD_RECORD_IMPL_H
#define RD_CORE_BUILD_RECORD_IMPL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/build/record.h"

#define RECORD_WAIT_US 100000
#define RECORD_PENDING_MAX (64 * 1024)

struct record_step;

/* stdout or stderr of a step. */
struct record_stream {
	struct record_step *step;
	rd_redact_stream *redact; /* made at the first byte */
	rd_str pending;           /* the unfinished last line */
	int64_t waits_since_us;   /* 0: nothing pending */
};

struct record_step {
	rd_record_group *group;
	char *id;
	int number;
	char *name; /* redacted; NULL until declared */
	struct record_stream streams[2];
	int64_t heading_due_us; /* 0: written, or not started */
	int64_t started_us;     /* wall clock */
	bool done;
	rd_kvs items; /* of progress: item -> time of the last record (µs, decimal) */
};

struct rd_record_group {
	rd_record *record;
	int number;
	char *prefix;
	rd_vec steps;            /* struct record_step * */
	struct record_step *own; /* of our own lines; NULL until the first */
	bool own_is_cached;
};

struct rd_record {
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	pthread_t thread;
	bool has_thread, closing, flusher_sleeps;
	int text_fd, steps_fd;
	const rd_redact *redact;
	rd_vec groups; /* rd_record_group * */
	int last_group, last_step;
	uint64_t offset;            /* bytes of the text log */
	struct record_stream *open; /* whose unfinished line is the log's last; NULL: none */
	int range_step;
	uint64_t range_at, range_n; /* range_n 0: none */
	int64_t range_since_us;     /* monotonic */
	int64_t range_wall_us;
	rd_str steps; /* lines for the steps file, not yet written */
	rd_str out;
	rd_code failed; /* of the first write that failed, with why */
	rd_err why;
};

void rd_record_lock(rd_record *r);
/* @returns the record's state: every call after a failed write fails like it. */
rd_code rd_record_unlock(rd_record *r, rd_err *err);

/* The step of that id, made at its first mention; NULL if out of memory. */
struct record_step *rd_record_step(rd_record_group *g, const char *id);
/* A line of ours in a step; text without newline. */
rd_code rd_record_say(rd_record *r, struct record_step *step, const char *text);
/* Writes the step's heading if it is still due. */
rd_code rd_record_heading(rd_record *r, struct record_step *step);
/* Output of a step. */
rd_code rd_record_output(rd_record *r, struct record_stream *s, const char *bytes, size_t n);
rd_code rd_record_end_output(rd_record *r, struct record_step *step);
/* Puts the bytes written in a row by one step into r->steps. */
void rd_record_end_range(rd_record *r);
/* Writes r->steps to its file. */
rd_code rd_record_put_steps(rd_record *r);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Steps of a build as data: the events that an engine reports, the JSON-lines file that keeps them
 * beside the log, and the model that a reader builds from that file, live or years later.
 *
 * File format (one JSON object a line, append-only, LOGS/BUILD.steps; unknown keys and record types
 * are skipped, a last line without newline is waited for):
 *   {"t":"group","g":1,"kind":"build","services":["web","worker"],"name":".","prefix":"web | ","at":US}
 *   {"t":"step","g":1,"s":3,"name":"[2/5] RUN make","in":[1,2]}      s numbers are unique in the file
 *   {"t":"start","s":3,"at":US}      {"t":"done","s":3,"at":US,"cached":true,"error":"…"}
 *   {"t":"log","s":3,"o":OFFSET,"n":BYTES,"at":US}    bytes of the text log that belong to the step; whole
 *                                    lines; when the first of them was written (not in files of old)
 *   {"t":"progress","s":3,"id":"sha256:…","cur":N,"total":N,"done":true}
 *   {"t":"warn","s":3,"text":"…"}    {"t":"gap","s":3,"o":OFFSET,"n":BYTES_LOST_OR_0}
 *   {"t":"group-done","g":1,"at":US,"error":"…","image":"sha256:…"}
 * Times are wall-clock microseconds. A group is one image: built once for one or more services,
 * pulled, or pushed. Every line of a group in the text log begins with its prefix ("" if the build
 * has one group only); the prefix is part of the range.
 */
#ifndef RD_CORE_FORMATS_STEPS_H
#define RD_CORE_FORMATS_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/vec.h"

/* ---- events: what an engine's decoder gives, in order ---- */

typedef enum rd_step_kind {
	RD_STEP_DECLARE,  /* id, name, inputs */
	RD_STEP_START,    /* id, at_us */
	RD_STEP_DONE,     /* id, at_us, cached, error */
	RD_STEP_LOG,      /* id, bytes, n, stream, at_us */
	RD_STEP_PROGRESS, /* id, item, current, total, finished */
	RD_STEP_WARN,     /* id, bytes, n */
	RD_STEP_GAP,      /* id: the engine clipped output here; n bytes if known, else 0 */
	RD_STEP_MAX_,
} rd_step_kind;

typedef struct rd_step_event {
	rd_step_kind kind;
	const char *id; /* unique within one engine operation; all pointers borrowed for the call */
	const char *name;
	const char *const *inputs; /* ids */
	size_t n_inputs;
	int64_t at_us; /* wall clock; 0 if the engine did not say */
	bool cached;
	const char *error; /* NULL: none */
	const char *bytes;
	size_t n;
	int stream;              /* 1 stdout, 2 stderr */
	const char *item;        /* of progress: what moves */
	uint64_t current, total; /* total 0: unknown */
	bool finished;
} rd_step_event;

/* A non-zero result ends the engine operation with that error. */
typedef rd_code rd_step_fn(void *arg, const rd_step_event *ev, rd_err *err);

/* ---- the file: encoding ---- */

/* Each appends one line with its newline. */
void rd_steps_put_group(rd_str *out, int group, const char *kind, const rd_strs *services,
	const char *name, const char *prefix, int64_t at_us);
void rd_steps_put_group_done(rd_str *out, int group, int64_t at_us, const char *error,
	const char *image);
void rd_steps_put_step(rd_str *out, int group, int step, const char *name, const int *inputs,
	size_t n_inputs);
void rd_steps_put_start(rd_str *out, int step, int64_t at_us);
void rd_steps_put_done(rd_str *out, int step, int64_t at_us, bool cached, const char *error);
/* @at_us 0: not known. */
void rd_steps_put_log(rd_str *out, int step, uint64_t offset, uint64_t n, int64_t at_us);
void rd_steps_put_progress(rd_str *out, int step, const char *item, uint64_t current,
	uint64_t total, bool finished);
void rd_steps_put_warn(rd_str *out, int step, const char *text, size_t n);
void rd_steps_put_gap(rd_str *out, int step, uint64_t offset, uint64_t n);

/* ---- the model: decoding ---- */

typedef enum rd_step_state {
	RD_STEP_WAITING,
	RD_STEP_RUNNING,
	RD_STEP_COMPLETE,
	RD_STEP_CACHED,
	RD_STEP_FAILED,
	RD_STEP_CANCELED, /* started and cut off, or never ended, and the group is done */
} rd_step_state;

typedef struct rd_step_range {
	uint64_t offset, n; /* bytes of the text log */
	bool gap;           /* a mark at offset: n bytes were clipped by the engine (0: unknown) */
} rd_step_range;

typedef struct rd_step_progress {
	char *item;
	uint64_t current, total;
	bool finished;
} rd_step_progress;

typedef struct rd_step {
	int number; /* as in the file */
	int group;  /* index into groups */
	char *name;
	rd_vec inputs; /* int: indexes of earlier steps */
	rd_step_state state;
	int64_t started_us, ended_us; /* 0: not */
	char *error;
	rd_vec ranges;   /* rd_step_range, rising */
	rd_vec progress; /* rd_step_progress */
	rd_strs warnings;
	uint64_t log_bytes;
} rd_step;

typedef struct rd_step_group {
	int number;
	char *kind; /* "build", "pull", "push", "tag", "rack" */
	rd_strs services;
	char *name;
	char *prefix;
	char *error;
	char *image;
	int64_t started_us, ended_us;
} rd_step_group;

typedef struct rd_steps rd_steps;

rd_code rd_steps_new(rd_steps **ret_steps, rd_err *err);
rd_steps *rd_steps_free(rd_steps *m); /* @returns NULL */
/* Takes the next bytes of the file, cut anywhere. Malformed lines are skipped and counted. */
rd_code rd_steps_feed(rd_steps *m, const char *bytes, size_t n, rd_err *err);
size_t rd_steps_count(const rd_steps *m);
const rd_step *rd_steps_at(const rd_steps *m, size_t i);     /* borrowed until the next feed */
const rd_step *rd_steps_find(const rd_steps *m, int number); /* by number; NULL: none; borrowed */
size_t rd_steps_groups(const rd_steps *m);
const rd_step_group *rd_steps_group_at(const rd_steps *m, size_t i);
/* When the byte of the text log at offset was written, to a tenth of a second; 0: not known. */
int64_t rd_steps_time_at(const rd_steps *m, uint64_t offset);
uint64_t rd_steps_malformed(const rd_steps *m);
/* Rises with each feed that changed something. */
uint64_t rd_steps_version(const rd_steps *m);

#endif

/* SPDX-License-Identifier: MIT */
/* The two forms of a build stream, for buildkit_status.c alone: BuildKit's records and classic text. */
#ifndef RD_CORE_FORMATS_BUILD_DECODE_H
#define RD_CORE_FORMATS_BUILD_DECODE_H

#include <jansson.h>

#include "core/formats/steps.h"

/* ---- BuildKit: vertexes that are told again and again become events, each once ---- */

typedef struct rd_trace {
	rd_step_fn *fn;
	void *arg;
	rd_vec vertexes;           /* what was told of each */
	rd_str record;             /* of the last base64 text */
	int empty;                 /* empty records in a row */
	unsigned char digits[256]; /* of base64: value + 1; 0: no digit */
} rd_trace;

void rd_trace_init(rd_trace *t, rd_step_fn *fn, void *arg);
void rd_trace_done(rd_trace *t);
/* One record. @errors RD_EPARSE, RD_ELIMIT, RD_EUNSUPPORTED (endless empty records), what fn gave. */
rd_code rd_trace_push(rd_trace *t, const char *base64, size_t n, rd_err *err);

/* ---- classic: one step at a time ---- */

typedef struct rd_classic {
	rd_step_fn *fn;
	void *arg;
	rd_str id;       /* of the open step, "" if none */
	int steps;       /* so far */
	bool is_callers; /* the one step is the caller's: neither begun nor ended here */
	bool cached;     /* the open step */
	bool mid_line;   /* the text so far does not end in a newline */
	bool swallow_nl; /* the newline after a step's line comes in an object of its own */
} rd_classic;

void rd_classic_init(rd_classic *c, rd_step_fn *fn, void *arg);
void rd_classic_done(rd_classic *c);
/* Text of a "stream" key. */
rd_code rd_classic_text(rd_classic *c, const char *text, size_t n, rd_err *err);
/* A "status" object: progress of a pull or push. */
rd_code rd_classic_status(rd_classic *c, const json_t *o, rd_err *err);
/* Ends the open step. @error NULL: none. */
rd_code rd_classic_close(rd_classic *c, const char *error, rd_err *err);

#endif

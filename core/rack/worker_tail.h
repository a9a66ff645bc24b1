/* SPDX-License-Identifier: MIT */
/*
 * Brings the log of a build elsewhere into the files of a build here, as it grows: the same bytes, so that the
 * places that its steps name stay right; a line that holds a secret keeps its length.
 * One thread at a time.
 */
#ifndef RD_CORE_RACK_WORKER_TAIL_H
#define RD_CORE_RACK_WORKER_TAIL_H

#include "core/formats/redact.h"
#include "core/rack/rack.h"

typedef struct rd_worker_tail {
	const rd_redact *redact;
	int from, to; /* borrowed; -1: there is none */
	bool is_text; /* a text, whose lines keep their length */
	rd_str rest;  /* of a line that is not whole yet */
} rd_worker_tail;

/* Copies what has come since; at the build's end also a last line without an end. */
rd_code rd_worker_tail_copy(rd_worker_tail *t, bool is_over, rd_err *err);
void rd_worker_tail_done(rd_worker_tail *t);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Cuts a stream of JSON objects, one after the other with or without space between, into single ones.
 * Input may be cut anywhere. Only the borders are looked at: whether an object is valid JSON is for
 * its reader to say.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_FORMATS_JSON_SPLIT_H
#define RD_CORE_FORMATS_JSON_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

#define RD_JSON_SPLIT_MAX ((size_t)64 << 20) /* bytes of one object */

/* One object; bytes are borrowed for the call. A non-zero result ends the push. */
typedef rd_code rd_json_fn(void *arg, const char *object, size_t n, rd_err *err);

typedef struct rd_json_split {
	rd_json_fn *fn;
	void *arg;
	rd_str held; /* the unfinished object */
	size_t depth;
	bool in_string, escaped;
} rd_json_split;

void rd_json_split_init(rd_json_split *s, rd_json_fn *fn, void *arg);
void rd_json_split_done(rd_json_split *s);
/* @errors RD_EPARSE something else than objects, RD_ELIMIT an object over RD_JSON_SPLIT_MAX, what fn
 * gave. */
rd_code rd_json_split_push(rd_json_split *s, const char *bytes, size_t n, rd_err *err);
/* @errors RD_EPARSE if the input ended within an object. */
rd_code rd_json_split_end(rd_json_split *s, rd_err *err);

#endif

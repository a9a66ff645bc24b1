/* SPDX-License-Identifier: MIT */
/* The difference of two releases: environment by name (values masked by the caller) and manifest by
 * line. Any thread, no state. */
#ifndef RD_CORE_RACK_DIFF_H
#define RD_CORE_RACK_DIFF_H

#include "core/rack/types.h"

typedef enum rd_diff_op { RD_DIFF_SAME, RD_DIFF_ADD, RD_DIFF_REMOVE, RD_DIFF_CHANGE } rd_diff_op;

typedef struct rd_diff_line {
	rd_diff_op op;   /* manifest: SAME, ADD, REMOVE; environment: ADD, REMOVE, CHANGE, SAME */
	char *text;      /* a manifest's line, or a variable's name */
	char *from, *to; /* environment values, NULL where none; never shown unmasked unasked */
} rd_diff_line;

typedef struct rd_release_diff {
	rd_vec env;      /* rd_diff_line, sorted by name */
	rd_vec manifest; /* rd_diff_line, in order */
	int env_added, env_changed, env_removed, env_same;
	int manifest_added, manifest_removed;
} rd_release_diff;

/* @from NULL: nothing was active. @ret to be freed with rd_release_diff_done. */
rd_code rd_release_diff_make(const rd_release *from, const rd_release *to,
	rd_release_diff *ret_diff, rd_err *err);
void rd_release_diff_done(rd_release_diff *d);

#endif

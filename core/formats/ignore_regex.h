/* SPDX-License-Identifier: MIT */
/*
 * The part of Go's regular expressions that a .dockerignore pattern can become, matched in time linear
 * in the path; only for ignore_pattern.c.
 *
 * Characters, classes with Go's escapes and names, "." and classes repeated by "*", the optional group
 * that "**" becomes, "^" and word edges; the last character is "$".
 * Life cycle: 1. rd_ignore_regex_compile; 2. hit; 3. rd_ignore_regex_done. Read only after compile.
 */
#ifndef RD_CORE_FORMATS_IGNORE_REGEX_H
#define RD_CORE_FORMATS_IGNORE_REGEX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/vec.h"

#define RD_IGNORE_MAX_PROGRAM 4096 /* instructions of one pattern */
#define RD_IGNORE_MAX_LEVELS 128   /* deeper ones count as the last */

/* Bits for a path's folders, from the top, and for the path itself. */
typedef struct rd_ignore_levels {
	uint64_t bits[RD_IGNORE_MAX_LEVELS / 64];
} rd_ignore_levels;

bool rd_ignore_level_get(const rd_ignore_levels *l, size_t level);
void rd_ignore_level_put(rd_ignore_levels *l, size_t level, bool value);

typedef struct rd_ignore_regex {
	rd_vec program;
	rd_vec ranges; /* of the program's character classes */
} rd_ignore_regex;

/* @text borrow; terminated, n bytes. @ret_regex set only on success. @errors RD_EPARSE, RD_ELIMIT,
 * RD_ENOMEM. */
rd_code rd_ignore_regex_compile(const char *text, size_t n, rd_ignore_regex *ret_regex,
	rd_err *err);
void rd_ignore_regex_done(rd_ignore_regex *r);
/* Whether it matches the path or one of the folders above it; in levels (may be NULL) which. */
bool rd_ignore_regex_hit(const rd_ignore_regex *re, const char *path, rd_ignore_levels *levels);

#endif

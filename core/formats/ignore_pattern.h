/* SPDX-License-Identifier: MIT */
/*
 * One pattern of a .dockerignore, compiled; only for dockerignore.c.
 *
 * What a pattern means is fixed by how moby turns it into a regular expression of Go ("*" to "[^/]*",
 * "**" with its slash to an optional group, and so on), with the oddities of that; so it is turned
 * into the same expression here.
 * Life cycle: 1. rd_ignore_pattern_compile; 2. hit; 3. rd_ignore_pattern_done. Read only after compile.
 */
#ifndef RD_CORE_FORMATS_IGNORE_PATTERN_H
#define RD_CORE_FORMATS_IGNORE_PATTERN_H

#include <stdbool.h>

#include "core/formats/ignore_regex.h"

typedef enum rd_ignore_how {
	RD_IGNORE_EXACT,  /* the text */
	RD_IGNORE_PREFIX, /* the text but its last "**" begins the path */
	RD_IGNORE_SUFFIX, /* the text but its first "**" ends the path */
	RD_IGNORE_REGEX,
} rd_ignore_how;

typedef struct rd_ignore_pattern {
	char *text; /* cleaned, without '!' */
	rd_ignore_how how;
	rd_ignore_regex regex; /* of RD_IGNORE_REGEX */
	const char *need; /* of it: what stands in every path that it hits; in text, may be "" */
	size_t head;      /* and letters of text that such a path begins with */
} rd_ignore_pattern;

/* @text borrow. @ret_pattern set only on success. @errors RD_EPARSE the pattern is malformed,
 * RD_ELIMIT, RD_ENOMEM. */
rd_code rd_ignore_pattern_compile(const char *text, rd_ignore_pattern *ret_pattern, rd_err *err);
void rd_ignore_pattern_done(rd_ignore_pattern *p);
/* Whether the pattern matches the path or one of the folders above it; in levels (may be NULL), which
 * it adds to, which of them. */
bool rd_ignore_pattern_hit(const rd_ignore_pattern *p, const char *path, rd_ignore_levels *levels);

#endif

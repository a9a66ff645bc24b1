/* SPDX-License-Identifier: MIT */
/*
 * .dockerignore as moby's pattern matcher reads it: order counts, the last match wins, '!' takes
 * back, '**' spans folders, a match on a parent holds for what is below. Out of a
 * folder that is left out, only what a '!' pattern names that begins with the folder's own name, letter
 * by letter, comes back: moby does not walk into others. Compiled once, matched often.
 * Source: behaviour of moby's patternmatcher and of `docker build`. Read only after parse: any thread.
 */
#ifndef RD_CORE_FORMATS_DOCKERIGNORE_H
#define RD_CORE_FORMATS_DOCKERIGNORE_H

#include <stdbool.h>

#include "core/base/str.h"

typedef struct rd_dockerignore rd_dockerignore;

/* @errors RD_EPARSE with the line ("illegal exclusion pattern: '!'"), RD_ELIMIT. @ret give. */
rd_code rd_dockerignore_parse(const char *text, size_t n, rd_dockerignore **ret_ignore,
	rd_err *err);
/* From now on only what the other leaves out, too, is left out. @other taken. */
void rd_dockerignore_also(rd_dockerignore *d, rd_dockerignore *other);
rd_dockerignore *rd_dockerignore_free(rd_dockerignore *d); /* @returns NULL */
/* Whether the path (relative, no leading "./") is left out. NULL ignores nothing. */
bool rd_dockerignore_match(const rd_dockerignore *d, const char *path);
/* Whether nothing below the folder, which is left out, comes back by a '!': it is not walked. */
bool rd_dockerignore_prunes(const rd_dockerignore *d, const char *dir);

#endif

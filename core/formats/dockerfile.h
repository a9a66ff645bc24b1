/* SPDX-License-Identifier: MIT */
/*
 * What a build needs to know of a Dockerfile before the engine sees it: its ARGs by stage, its bases,
 * its COPY sources. Not a full parser: continuation lines, comments, parser directives, heredocs and
 * quotes are understood as Docker does. Any thread, no state.
 */
#ifndef RD_CORE_FORMATS_DOCKERFILE_H
#define RD_CORE_FORMATS_DOCKERFILE_H

#include <stdbool.h>

#include "core/base/str.h"
#include "core/base/vec.h"

#define RD_DOCKERFILE_MAX_BYTES (4 * 1024 * 1024)

typedef struct rd_dockerfile_stage {
	char *base; /* with ARG values unresolved */
	char *name; /* lower case; NULL if unnamed */
	int line;
} rd_dockerfile_stage;

typedef struct rd_dockerfile {
	char *syntax; /* of "# syntax=", NULL if none */
	rd_strs args; /* every declared ARG name, each once, of all stages and before the first FROM */
	rd_kvs global_args;       /* ARGs before the first FROM with their defaults ("" if none) */
	rd_vec stages;            /* rd_dockerfile_stage */
	bool needs_secret_or_ssh; /* a RUN --mount of type secret or ssh */
	int needs_line;           /* where */
} rd_dockerfile;

/* @errors RD_EPARSE (no FROM, unreadable), with the line in the message; RD_ELIMIT. @ret give. */
rd_code rd_dockerfile_parse(const char *text, size_t n, rd_dockerfile **ret_file, rd_err *err);
rd_dockerfile *rd_dockerfile_free(rd_dockerfile *d); /* @returns NULL */
/* The images that must be there before the build: bases that are no earlier stage and not "scratch",
 * with ARGs of the head resolved by `args` (given values) and defaults; each once; of the stages that
 * `target` (NULL: the last) needs or, where that is unclear, of all. Appends. */
rd_code rd_dockerfile_bases(const rd_dockerfile *d, const rd_kvs *args, const char *target,
	rd_strs *out, rd_err *err);
/* Whether there is a stage of that name (any case). */
bool rd_dockerfile_has_stage(const rd_dockerfile *d, const char *name);

#endif

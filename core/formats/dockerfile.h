/* SPDX-License-Identifier: MIT */
/*
 * What a build needs to know of a Dockerfile before the engine sees it: its ARGs, its stages, their
 * bases and what they copy from. Not a full parser: continuation lines, comments, parser directives,
 * heredocs and quotes are understood as Docker does; what is wrong in other instructions is the
 * engine's to tell. Any thread, no state.
 */
#ifndef RD_CORE_FORMATS_DOCKERFILE_H
#define RD_CORE_FORMATS_DOCKERFILE_H

#include <stdbool.h>

#include "core/base/str.h"
#include "core/base/vec.h"

#define RD_DOCKERFILE_MAX_BYTES (4 * 1024 * 1024)
#define RD_DOCKERFILE_MAX_STAGES 1000
#define RD_DOCKERFILE_MAX_ARGS 2000
/* Where a context holds what the build before left (Convox's convention). */
#define RD_DOCKERFILE_CACHE ".cache/build"

typedef struct rd_dockerfile_stage {
	char *base;     /* with ARG values unresolved, quotes as they stand */
	char *name;     /* lower case; NULL if unnamed */
	char *platform; /* of FROM --platform, likewise; NULL if there is none */
	int line;
	rd_strs from;     /* of COPY --from and RUN --mount=from: stages, their numbers, images */
	int session_line; /* of the first RUN --mount of type secret or ssh; 0: none */
	int mount_line;   /* of the first RUN --mount of any type; 0: none */
	rd_strs args;     /* names that it declares */
	bool fetches;     /* an ADD takes something from afar, or may */
} rd_dockerfile_stage;

typedef struct rd_dockerfile {
	char *syntax;     /* the image that "# syntax=" names, NULL if none */
	size_t syntax_at; /* place of that word "syntax" in the text, in bytes */
	char escape;      /* '\\', or '`' */
	int heredoc_line; /* of the first instruction with a heredoc; 0: none */
	int link_line;    /* of the first COPY or ADD with --link; 0: none */
	/* Sources of COPY and ADD of the context that begin with RD_DOCKERFILE_CACHE, clean and relative, wildcards
	 * as they stand; those with variables are left out. Of all stages, each once. */
	rd_strs cached;
	bool names_cache; /* that folder, or where it comes from, is named somewhere */
	rd_strs args; /* every declared ARG name, each once, of all stages and before the first FROM */
	rd_kvs global_args; /* ARGs before the first FROM with their defaults as they stand, "" if none */
	rd_vec stages; /* rd_dockerfile_stage, at least one */
} rd_dockerfile;

/* @errors RD_EPARSE (no FROM, unreadable), with the line in the message; RD_ELIMIT. @ret give. */
rd_code rd_dockerfile_parse(const char *text, size_t n, rd_dockerfile **ret_file, rd_err *err);
rd_dockerfile *rd_dockerfile_free(rd_dockerfile *d); /* @returns NULL */
/* The images that must be there before the build: bases and COPY sources that are no earlier stage
 * and not "scratch", with ARGs of the head resolved by `args` (given values, may be NULL) and
 * defaults; each once; of the stages that `target` (NULL: the last) needs or, where that is unclear,
 * of all. TARGETARCH and the like are known if args has them; what only the engine can resolve is left
 * out. Appends.
 * @errors RD_ENOENT no such target, RD_EINVAL a base that is empty once its ARGs are resolved. */
rd_code rd_dockerfile_bases(const rd_dockerfile *d, const rd_kvs *args, const char *target,
	rd_strs *out, rd_err *err);
/* What the stages that a target needs ask of the builder. Lines are 0 where nothing asks. */
typedef struct rd_dockerfile_needs {
	int session_line;          /* RUN --mount of type secret or ssh */
	int buildkit_line;         /* what the classic builder of Docker refuses … */
	const char *buildkit_what; /* … namely this: "RUN --mount"; a constant */
	int platform_line; /* FROM --platform of another platform than TARGETPLATFORM of args … */
	char platform[64]; /* … namely this */
	bool is_open;      /* made also from what only the engine can tell when it builds */
} rd_dockerfile_needs;
/* Same errors. */
rd_code rd_dockerfile_needs_of(const rd_dockerfile *d, const rd_kvs *args, const char *target,
	rd_dockerfile_needs *ret_needs, rd_err *err);
/* The ARGs that count for a target, each once. Appends. `in_history`: those of the stage that it is and of
 * the stages that this one is FROM, whose values its history keeps; else those of all stages that the
 * target needs, and of the head. Same errors. */
rd_code rd_dockerfile_args_of(const rd_dockerfile *d, const rd_kvs *args, const char *target,
	bool in_history, rd_strs *out, rd_err *err);
/* Whether an ARG of that name is set by the builder, from the platforms of engine and image. */
bool rd_dockerfile_is_platform_arg(const char *name);
/* Whether there is a stage of that name (any case). */
bool rd_dockerfile_has_stage(const rd_dockerfile *d, const char *name);

#endif

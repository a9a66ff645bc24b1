/* SPDX-License-Identifier: MIT */
/*
 * The plan of a build: which images are built or pulled, once each, for which services.
 * Pure but for reading small files of the source. Any thread.
 */
#ifndef RD_CORE_BUILD_PLAN_H
#define RD_CORE_BUILD_PLAN_H

#include <stdbool.h>

#include "core/base/vec.h"
#include "core/formats/manifest.h"
#include "core/store/source.h"

/* One image: of one or more services that share path, Dockerfile and args, or the same image: line. */
typedef struct rd_plan_image {
	rd_strs services;     /* in the manifest's order */
	char *image;          /* to pull; NULL if built */
	char *path;           /* build path, "." */
	char *dockerfile;     /* relative to path */
	char *target;         /* NULL: the last stage */
	rd_kvs args;          /* only those that its stages declare */
	rd_strs kept_args;    /* those of them whose values the image's history keeps */
	rd_strs declared;     /* all that it declares */
	rd_kvs platform_args; /* declared ones that BuildKit sets and the classic builder does not */
	rd_strs bases;        /* images to have before the build */
	rd_strs cached;       /* what its Dockerfile copies from RD_DOCKERFILE_CACHE */
	bool names_cache;     /* it names that folder somewhere, or the one it comes from */
	char *syntax;         /* the image of its frontend ("# syntax="), NULL: the engine's own */
	size_t syntax_at;     /* where its Dockerfile says so, in bytes */
	int session_line; /* of its Dockerfile: the first RUN --mount of type secret or ssh, 0: none */
	int buildkit_line;         /* what the classic builder of Docker refuses, 0: nothing */
	const char *buildkit_what; /* a constant */
	int heredoc_line;          /* the first instruction with a heredoc, 0: none */
	int link_line;             /* the first COPY or ADD with --link, 0: none */
	bool is_open;              /* made also from what only the engine can tell when it builds */
	char *prefix; /* of its lines in the log: "web | ", "" if it is the only image */
} rd_plan_image;

typedef struct rd_plan {
	rd_vec images;    /* rd_plan_image, in order of first use */
	rd_strs warnings; /* build args that no Dockerfile declares, … */
} rd_plan;

typedef struct rd_plan_opts {
	const rd_source *source;
	const char *dir; /* a folder to read from, where there is no stored source (NULL) */
	const rd_manifest *manifest;
	const rd_kvs *env;  /* the app's environment */
	const rd_kvs *args; /* --build-args */
	bool development;
	const char *platform; /* of the engine, "linux/amd64"; NULL or "": not known */
} rd_plan_opts;

/* @errors RD_ENOENT "no Dockerfile at 'api/Dockerfile' (service api)", RD_EPARSE, RD_EINVAL,
 * RD_EUNSUPPORTED a stage of another platform. @ret give */
rd_code rd_plan_make(const rd_plan_opts *opts, rd_plan **ret_plan, rd_err *err);
rd_plan *rd_plan_free(rd_plan *p); /* @returns NULL */

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What a build of a folder would do, and why, without building: which images for which services, from
 * what; and all that is wrong. Values of variables and arguments are not in it, only where they come
 * from. Life cycle: 1. rd_preview_make; 2. read; 3. rd_preview_free. Any thread.
 */
#ifndef RD_CORE_RACK_PREVIEW_H
#define RD_CORE_RACK_PREVIEW_H

#include <stdbool.h>

#include "core/base/digest.h"
#include "core/formats/manifest.h"

typedef struct rd_preview_opts {
	const char *dir;
	const char *manifest; /* NULL: the usual one */
	const rd_kvs *env;    /* of the app; NULL: there is no app, what it needs is a hint */
	const rd_kvs *args;   /* --build-args */
	bool development;
} rd_preview_opts;

/* One image, built or pulled. */
typedef struct rd_preview_image {
	rd_strs services; /* in the manifest's order */
	const char *
		why; /* these share it: "same path, Dockerfile and args"; NULL if only one has it */
	char *image; /* to pull; NULL if built */
	char *path, *dockerfile; /* the latter relative to the former */
	char *target;            /* NULL: the last stage */
	rd_kvs args;             /* name -> "--build-args", "docker-compose.yml", "app environment",
			* "engine" or "default" */
	rd_strs bases;
	char *syntax;               /* NULL: the engine's own frontend */
	char sha1[RD_SHA1_HEX];     /* of its key without a build's id (formats/buildkey.h) */
	char sha224[RD_SHA224_HEX]; /* likewise */
} rd_preview_image;

typedef struct rd_preview {
	char *file;     /* the manifest, relative to the folder */
	int generation; /* 0 if it could not be read */
	size_t n_services;
	rd_problems problems; /* by place; if any is fatal there are no images */
	rd_vec images;        /* rd_preview_image, in order of first use */
	rd_strs warnings;
} rd_preview;

/* What is wrong with the manifest or a Dockerfile is no error but among the problems. @ret give.
 * @errors RD_ENOENT no such folder or manifest, RD_ENOMEM, those of reading. */
rd_code rd_preview_make(const rd_preview_opts *opts, rd_preview **ret_preview, rd_err *err);
rd_preview *rd_preview_free(rd_preview *p); /* @returns NULL */

#endif

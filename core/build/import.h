/* SPDX-License-Identifier: MIT */
/*
 * Reads an archive of a build (export.h), ours or that of a rack of Convox: any number of *.tar with images,
 * in docker's layout or as OCI layout, entries in any order.
 *
 * The images go to the engine while they are read, under the tags RACK/APP:SERVICE.BUILD of the new build
 * and no others: what a tar calls its images only tells the services. Configuration and layers are checked
 * against their digests before the engine is told of a tag. Images that our archives name and the
 * engine has are not sent.
 * Thread rule: blocks; one thread.
 */
#ifndef RD_CORE_BUILD_IMPORT_H
#define RD_CORE_BUILD_IMPORT_H

#include "core/base/cancel.h"
#include "core/base/stream.h"
#include "core/base/vec.h"
#include "core/engine/engine.h"

typedef struct rd_import {
	rd_engine *engine;
	const char *rack, *app, *build;    /* build: the new one's id */
	const char *log_path, *steps_path; /* files to be made */
	/* Called before the engine can make a tag. */
	rd_code (*on_tag)(void *arg, const char *tag, rd_err *err);
	void *arg;
	rd_cancel *cancel;
} rd_import;

typedef struct rd_import_result {
	char *manifest, *description, *entrypoint, *git_sha; /* of build.json, "" if not there */
	int generation;                                      /* of the manifest: 1 or 2 */
	rd_kvs images;                                       /* service -> id; each is tagged */
} rd_import_result;

/* The tag of a service. */
void rd_import_tag(const rd_import *im, const char *service, rd_str *out);

/* Reads in to its end. On failure the tags that on_tag heard of may be there; they and the files are the
 * caller's to remove.
 * @errors RD_EPARSE, RD_ECORRUPT, RD_ELIMIT the archive; RD_EFAILED the engine refuses it; and others. */
rd_code rd_import_run(const rd_import *im, rd_reader *in, rd_import_result *ret_result,
	rd_err *err);
void rd_import_result_done(rd_import_result *r);

#endif

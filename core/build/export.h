/* SPDX-License-Identifier: MIT */
/*
 * A build as an archive that other racks import: gzip(tar) with, in this order,
 *   build.json      the build, as Convox's API tells it
 *   rackdeck.json   {"images": {SERVICE: id}}
 *   logs.txt        the log
 *   steps.jsonl     its steps (core/formats/steps.h)
 *   APP.BUILD.tar   the images in docker's layout, tags SERVICE:SERVICE.BUILD, manifest.json last
 *   rackdeck.sums   "HEX  NAME" of the other small entries
 * Racks of Convox look at the first and the tar, whose entries must precede manifest.json for them.
 * It is a stream: the images pass from the engine to the descriptor. A tar's size stands before it, and the
 * engine does not tell it: in a regular file it is put in afterwards; for a pipe the images are asked for
 * twice, first to be counted.
 * Thread rule: blocks; one thread.
 */
#ifndef RD_CORE_BUILD_EXPORT_H
#define RD_CORE_BUILD_EXPORT_H

#include "core/base/cancel.h"
#include "core/base/vec.h"
#include "core/engine/engine.h"

#define RD_MOVE_BUILD "build.json"
#define RD_MOVE_IMAGES "rackdeck.json"
#define RD_MOVE_LOG "logs.txt"
#define RD_MOVE_STEPS "steps.jsonl"
#define RD_MOVE_SUMS "rackdeck.sums"

typedef struct rd_export {
	rd_engine *engine;
	const char *app, *build;
	const char *json;                            /* for build.json */
	const rd_kvs *images;                        /* service -> id */
	const rd_strs *tags;                         /* the engine's, ending in ":SERVICE.BUILD" */
	int log_fd, steps_fd;                        /* at their start; -1: none */
	void (*progress)(void *arg, uint64_t bytes); /* of the images so far; NULL: nobody asks */
	void *arg;
	rd_cancel *cancel;
} rd_export;

/* @fd borrow; what it holds after a failure is no archive. @errors of the engine, RD_ENOSPC, RD_EIO. */
rd_code rd_export_run(const rd_export *x, int fd, rd_err *err);

#endif

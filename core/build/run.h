/* SPDX-License-Identifier: MIT */
/*
 * Runs a plan on an engine: pulls bases, builds and pulls images in parallel, tags them
 * RACK/APP:SERVICE.BUILD. Log and steps go to the record.
 * Thread rule: blocks; makes threads of its own and joins them before it returns.
 */
#ifndef RD_CORE_BUILD_RUN_H
#define RD_CORE_BUILD_RUN_H

#include "core/base/cancel.h"
#include "core/build/plan.h"
#include "core/build/record.h"
#include "core/engine/engine.h"

typedef struct rd_run_opts {
	rd_engine *engine;
	const rd_source *source;
	const rd_plan *plan;
	rd_record *record;
	const char *rack, *app, *build_id;
	const rd_kvs *auth; /* registry host -> "user:password" */
	bool no_cache, full_log;
	int64_t memory_bytes; /* BuildMemory, 0: no limit */
	int cpu_shares;       /* BuildCpu, 0: no limit */
	int parallel;         /* image builds at once, >= 1 */
} rd_run_opts;

/* One image that was made, for the database. */
typedef struct rd_run_image {
	char *service;
	char *tag;      /* "local/shop:web.BXXXXXXXXXX" */
	char *image_id; /* "sha256:…" */
} rd_run_image;

typedef struct rd_run_result {
	rd_vec images;    /* rd_run_image */
	char *entrypoint; /* shell-quoted, of the plan's last image that has one; "" if none */
} rd_run_result;

/* @ret_result is set on failure and cancel too: to the tags that were made, or half made, until then. Their
 * removal, and the sweep of the engine, are the caller's. To be freed with rd_run_result_done.
 * @errors RD_EFAILED an image did not build or pull (message names the service and the step),
 * RD_ECANCELED, RD_EUNAVAIL engine lost, RD_ENOSPC. */
rd_code rd_run(const rd_run_opts *opts, rd_cancel *cancel, rd_run_result *ret_result, rd_err *err);
void rd_run_result_done(rd_run_result *r);

#endif

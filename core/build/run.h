/* SPDX-License-Identifier: MIT */
/*
 * Runs a plan on an engine: pulls bases, builds and pulls images in parallel, tags them
 * RACK/APP:SERVICE.BUILD, and pushes each as REGISTRY/APP:SERVICE.BUILD when it is ready. Log and
 * steps go to the record.
 * Thread rule: blocks; makes threads of its own and joins them before it returns.
 */
#ifndef RD_CORE_BUILD_RUN_H
#define RD_CORE_BUILD_RUN_H

#include "core/base/cancel.h"
#include "core/build/artifacts.h"
#include "core/build/plan.h"
#include "core/build/record.h"
#include "core/engine/engine.h"

/* Images that complete builds made of these inputs: image id -> build, what to try first first. Called
 * from any thread. */
typedef rd_code rd_run_known_fn(void *arg, const char *inputs, rd_kvs *out, rd_err *err);

typedef struct rd_run_opts {
	rd_engine *engine;
	const rd_engine_info *info; /* of the engine; NULL: not known */
	rd_engine *home;            /* where all images are to be in the end; NULL: they stay */
	const rd_source *source;
	const rd_plan *plan;
	rd_record *record;
	const char *rack, *app, *build_id;
	const char *registry; /* where all images go to: "host:5000/prefix"; NULL: they stay */
	const rd_kvs *auth;   /* registry host -> "user:password" */
	bool no_cache, full_log;
	int64_t memory_bytes; /* BuildMemory, 0: no limit */
	int cpu_shares;       /* BuildCpu, 0: no limit */
	int parallel;         /* image builds at once, >= 1 */
	/* What the same was made of before is not built again. NULL: everything is built. */
	rd_run_known_fn *known;
	void *known_arg;
	rd_artifacts *artifacts; /* what builds leave for the next; NULL: nothing */
	const char *inputs_key;  /* of the digests, with which nobody can try out what args hold */
} rd_run_opts;

/* One image that was made, for the database. */
typedef struct rd_run_image {
	char *service;
	char *tag;      /* "local/shop:web.BXXXXXXXXXX" */
	char *image_id; /* "sha256:…" */
	char *inputs;   /* keyed digest of all that it was made of, "" if that is not known */
	char *remote;   /* its tag for the registry; NULL: none was made */
	char *digest;   /* "sha256:…" of the manifest there; NULL until it is pushed */
} rd_run_image;

typedef struct rd_run_result {
	rd_vec images;    /* rd_run_image */
	char *entrypoint; /* shell-quoted, of the plan's last image that has one; "" if none */
} rd_run_result;

/* @ret_result is set on failure and cancel too: to the tags that were made, or half made, until then. Their
 * removal, and the sweep of the engine, are the caller's. To be freed with rd_run_result_done.
 * @errors RD_EFAILED an image did not build or pull (message names the service and the step),
 * RD_ECANCELED, RD_EUNAVAIL engine lost, RD_ENOSPC, RD_EUNSUPPORTED a Dockerfile asks for what the engine's
 * builder has not (the message says the way out; nothing was built). */
rd_code rd_run(const rd_run_opts *opts, rd_cancel *cancel, rd_run_result *ret_result, rd_err *err);
void rd_run_result_done(rd_run_result *r);
/* What rd_run refuses before it builds, by plan and engine (info NULL: what every engine is refused).
 * @errors RD_EUNSUPPORTED. */
rd_code rd_run_check(const rd_run_opts *opts, rd_err *err);

#endif

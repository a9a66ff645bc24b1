/* SPDX-License-Identifier: MIT */
/* What the files of the worker share; nobody else includes this. */
#ifndef RD_CORE_RACK_WORKER_IMPL_H
#define RD_CORE_RACK_WORKER_IMPL_H

#include "core/base/cancel.h"
#include "core/build/record.h"
#include "core/build/run.h"
#include "core/engine/engine.h"
#include "core/formats/redact.h"
#include "core/rack/job.h"
#include "core/rack/local_impl.h"
#include "core/store/source.h"

typedef struct rd_worker_watch rd_worker_watch;

typedef struct rd_worker {
	const rd_job *job;
	rd_db *db;
	rd_cancel *cancel;
	rd_worker_watch *watch;
	rd_redact *redact;
	rd_record *record;   /* NULL once it is closed */
	rd_engine *engine;   /* that builds */
	rd_engine *home;     /* where the images are to be; NULL: they stay */
	rd_engine_info info; /* of the engine, once it has answered */
	rd_source *source;
	const char *manifest; /* its name in the source; NULL until it is chosen */
	rd_kvs env;           /* of the app */
	rd_kvs auth;          /* registry -> "user:password": the job's, and what helpers know */
	rd_run_result result;
	bool used_engine; /* something of ours may be at work there */
	bool is_told;     /* the log says why it failed */
} rd_worker;

/* ---- worker_watch.c: who asks this worker to stop ---- */

/* Fires the cancel token when run/BUILD.cancel appears or SIGTERM comes (which the caller has blocked
 * in all threads). @ret give. */
rd_code rd_worker_watch_start(const rd_job *job, rd_cancel *cancel, rd_worker_watch **ret_watch,
	rd_err *err);
/* Whether it was a signal, so the system that ends and not the user who asks. */
bool rd_worker_watch_interrupted(const rd_worker_watch *w);
rd_worker_watch *rd_worker_watch_stop(rd_worker_watch *w); /* NULL is fine. @returns NULL */

/* ---- worker_turn.c ---- */

/* Waits until fewer than BuildConcurrency older builds have a living worker. @errors RD_ECANCELED */
rd_code rd_worker_wait_turn(rd_worker *w, rd_err *err);

/* ---- worker_build.c ---- */

/* Does the whole job of a build. The record of the build tells how it went.
 * @errors what could not even be recorded. */
rd_code rd_worker_build(const rd_job *job, rd_err *err);

/* Opens an engine that the job names and hears from it. */
rd_code rd_worker_meet(rd_worker *w, const rd_engine_place *place, rd_engine **ret_engine,
	rd_engine_info *ret_info, rd_err *err);

/* ---- worker_relay.c, worker_arrive.c: builds that another rack runs ---- */

/* Has job->elsewhere build the source, with its log here as it grows, and brings images and manifest. */
rd_code rd_worker_relay(rd_worker *w, rd_err *err);
/* Takes the images and the manifest of a complete build of that rack (id there) without storing what is
 * between. */
rd_code rd_worker_arrive(rd_worker *w, rd_rack *rack, const char *id, rd_err *err);

/* ---- worker_logins.c ---- */

/* Gathers the logins of the registries that the plan needs in w->auth, and hides them in the log. A helper
 * that fails is a warning there. @errors RD_ECANCELED, RD_ENOMEM, of the record. */
rd_code rd_worker_logins(rd_worker *w, const rd_plan *plan, rd_err *err);

/* ---- worker_finish.c ---- */

rd_code rd_worker_mark_running(rd_worker *w, rd_err *err);
/* Ends the record, if it is open: its files are written by it no more. */
rd_code rd_worker_close_record(rd_worker *w, rd_err *err);
rd_code rd_worker_store_manifest(rd_worker *w, const char *text, rd_err *err);
/* Of the app: that of the manifest built last. */
rd_code rd_worker_store_generation(rd_worker *w, int generation, rd_err *err);
/* Flushes the log, then release, images and `complete` in one transaction. */
rd_code rd_worker_complete(rd_worker *w, rd_err *err);
/* Writes the reason to the log and the record. @why what ended the build; read only. */
rd_code rd_worker_fail(rd_worker *w, const rd_err *why, rd_err *err);

/* ---- worker_known.c ---- */

/* An rd_run_known_fn; arg is the worker. Those of the same app come first, then the newest. */
rd_code rd_worker_known(void *arg, const char *inputs, rd_kvs *out, rd_err *err);
/* The rack's key of the digests of inputs. @ret heap. */
rd_code rd_worker_inputs_key(rd_worker *w, char **ret_key, rd_err *err);

/* ---- worker_clean.c ---- */

typedef struct rd_worker_cleaner rd_worker_cleaner;

/* Removes from the engine what a failed build left there. An engine that answers is clean on return;
 * one that does not is noted for later (sweep.h), and the work may go on in a thread.
 * @returns NULL if there is nothing to do. */
rd_worker_cleaner *rd_worker_clean_start(rd_worker *w);
/* Waits for the end of that thread; NULL is fine. */
void rd_worker_clean_end(rd_worker_cleaner *c);

#endif

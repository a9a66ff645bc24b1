/* SPDX-License-Identifier: MIT */
/* The inside of a run, shared by run.c (order, threads, the end) and run_image.c (one image). */
#ifndef RD_CORE_BUILD_RUN_IMPL_H
#define RD_CORE_BUILD_RUN_IMPL_H

#include <pthread.h>

#include "core/base/digest.h"
#include "core/build/run.h"

typedef enum run_state { RUN_WAITS, RUN_WORKS, RUN_DONE } run_state;

/* One thing to do: to have an image that others are built from, to make one of the plan, or to push it. */
struct run_job {
	const char *base;           /* the former: its name, borrowed from the plan */
	bool is_frontend;           /* a base that can be done without */
	const rd_plan_image *image; /* the others */
	const char *service; /* for which to push it, borrowed from the plan; NULL: make it */
	run_state state;
};

struct run {
	const rd_run_opts *opts;
	rd_cancel *stop;       /* ends all jobs: the caller's cancel, or the first failure */
	rd_vec jobs;           /* struct run_job; bases first */
	pthread_mutex_t mutex; /* guards what follows and the jobs' states */
	pthread_cond_t changed;
	rd_run_result result;
	const rd_plan_image *entrypoint_of; /* whose is result.entrypoint; NULL: nobody's */
	rd_err why;                         /* the first failure */
	bool failed;
	bool gave_up; /* an image was begun by BuildKit and built by the classic builder */
};

/* Has the engine pull a base that it lacks. */
rd_code rd_run_base(struct run *r, const char *base, rd_err *err);
/* The same for the frontend of a Dockerfile; without it the engine's own will do. */
rd_code rd_run_frontend(struct run *r, const char *frontend, rd_err *err);
/* Whether these builds go to the classic builder, which knows no frontends. */
bool rd_run_is_classic(const rd_run_opts *o);
/* Whether the engine holds an image of that name or id. */
bool rd_run_has(struct run *r, const char *image);
/* What decides which files an image's builder sees, for rd_source_context. @ret_ignore give, NULL if there
 * is none; @keep appended to. */
rd_code rd_run_context(const struct run *r, const rd_plan_image *image,
	rd_dockerignore **ret_ignore, rd_strs *keep, rd_err *err);

/* ---- run_check.c: what is refused before anything is built ---- */

/* As rd_run_check, for an image whose frontend cannot be had. */
rd_code rd_run_check_own_frontend(const rd_run_opts *o, const rd_plan_image *image, rd_err *err);

/* ---- run_reuse.c: what need not be built ---- */

/* The keyed digest of all that an image is made of, "" where only the builder can tell. Its bases are
 * in the engine. */
rd_code rd_run_inputs(struct run *r, const rd_plan_image *image, char ret_inputs[RD_SHA256_HEX],
	rd_err *err);
/* An image that was made of these inputs, if the engine still has one; else *ret_image_id is "". The log
 * says so. */
rd_code rd_run_reuse(struct run *r, rd_record_group *g, const rd_plan_image *image,
	const char *inputs, char ret_image_id[80], rd_err *err);

/* ---- run_home.c: images come from the engine that built them ---- */

typedef struct rd_run_coming {
	const char *image_id;
	const char *remote;  /* where the registry has it; NULL: nowhere */
	const rd_strs *tags; /* that it has at the engine, and is to have */
} rd_run_coming;

/* Has opts->home, if there is one, hold an image; what it holds already is only tagged. */
rd_code rd_run_home(struct run *r, rd_record_group *g, const rd_run_coming *c, rd_err *err);

/* ---- run_image.c ---- */

/* Builds or pulls an image of the plan and tags it for its services; adds to r->result. */
rd_code rd_run_image_make(struct run *r, const rd_plan_image *image, rd_err *err);
/* Pushes the image that was made for a service, as often as it takes; adds to its entry in r->result. */
rd_code rd_run_push(struct run *r, const rd_plan_image *image, const char *service, rd_err *err);

#endif

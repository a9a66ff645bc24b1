/* SPDX-License-Identifier: MIT */
/* What the files of the Docker Engine API share. Source of the API: docs.docker.com/engine/api. */
#ifndef RD_CORE_ENGINE_DOCKER_H
#define RD_CORE_ENGINE_DOCKER_H

#include <jansson.h>
#include <pthread.h>

#include "core/engine/engine.h"
#include "core/engine/tunnel.h"
#include "core/io/http.h"

/* Calls that answer at once get this long; and this, when all is to end. */
#define RD_DOCKER_TIMEOUT_MS 60000
#define RD_DOCKER_HURRY_MS 3000

typedef struct rd_docker {
	rd_engine base;
	rd_http *http;
	bool is_unix;         /* it is on this machine */
	rd_tunnel *tunnel;    /* NULL: none is needed */
	pthread_mutex_t lock; /* of what follows, until settled */
	bool settled;
	char api[16]; /* version that we speak */
	char name[64], version[64];
	char os[32], arch[32];
	bool podman;
	unsigned builds; /* so far: each has a number at the engine */
} rd_docker;

/* Speaks to the engine for the first time, if nobody did. */
rd_code rd_docker_settle(rd_docker *d, rd_err *err);
/* One call: rq->path is without the version. Connection failures become one line with the way out.
 * @ret_answer as for rd_http_do. */
rd_code rd_docker_do(rd_docker *d, const rd_http_request *rq, rd_http_answer *ret_answer,
	rd_err *err);
/* Like rd_docker_do, for long answers: they are read by another thread as fast as they come (so is
 * rq->body_stream), rq->fn is called by this one. */
rd_code rd_docker_stream(rd_docker *d, const rd_http_request *rq, rd_http_answer *ret_answer,
	rd_err *err);
/* A call without a body whose answer is small; a status that is no 2xx becomes an error (404: RD_ENOENT,
 * 401 and 403: RD_EPERM, 409: RD_EBUSY, 400: RD_EINVAL, else RD_EREMOTE).
 * @ret_json NULL if the answer does not matter; to be json_decref'd. */
rd_code rd_docker_call(rd_docker *d, const char *method, const char *path, json_t **ret_json,
	rd_err *err);
/* A GET that changes nothing: ends with the engine's cancel and patience. Same errors, RD_ECANCELED. */
rd_code rd_docker_ask(rd_docker *d, const char *path, json_t **ret_json, rd_err *err);
/* The error of an answer that is no 2xx. */
rd_code rd_docker_refused(const rd_docker *d, const rd_http_answer *a, rd_err *err);
/* Appends "key=value" escaped, with '?' or '&' before. */
void rd_docker_param(rd_str *path, const char *key, const char *value);

/* ---- images.c, docker_build.c, docker_files.c, docker_sweep.c ---- */

rd_code rd_docker_pull(rd_engine *e, const char *image, const rd_kvs *auth, rd_step_fn *fn,
	void *arg, rd_cancel *cancel, rd_err *err);
rd_code rd_docker_push(rd_engine *e, const char *image, const rd_kvs *auth, rd_step_fn *fn,
	void *arg, rd_cancel *cancel, rd_engine_pushed *ret_pushed, rd_err *err);
rd_code rd_docker_tag(rd_engine *e, const char *image, const char *repo_tag, rd_err *err);
rd_code rd_docker_inspect(rd_engine *e, const char *image, rd_engine_image *ret_image, rd_err *err);
rd_code rd_docker_remove(rd_engine *e, const char *image, rd_err *err);
rd_code rd_docker_files(rd_engine *e, const rd_engine_files *f, rd_err *err);
/* docker_move.c */
rd_code rd_docker_save(rd_engine *e, const rd_strs *images, rd_cancel *cancel, rd_reader **ret_tar,
	rd_err *err);
rd_code rd_docker_load(rd_engine *e, rd_reader *tar, rd_cancel *cancel, rd_err *err);
rd_code rd_docker_build(rd_engine *e, const rd_engine_build *b, rd_step_fn *fn, void *arg,
	rd_cancel *cancel, char ret_image_id[80], rd_err *err);
rd_code rd_docker_sweep(rd_engine *e, const char *build_id, rd_err *err);
/* Ends the steps of a build of this machine that an engine goes on with though nobody asks for it. */
void rd_docker_kill_steps(const rd_docker *d, const char *build_id);
/* Removes the empty cgroups that an engine of this machine leaves behind. Elsewhere, and where they are
 * not ours to remove, nothing happens. */
void rd_docker_remove_cgroups(const rd_docker *d, const char *build_id);
/* The cgroup of a classic build's steps, by which they are found again: a path, or a slice where the
 * engine's cgroups are systemd's. */
#define RD_DOCKER_CGROUP "/rackdeck/"
#define RD_DOCKER_SLICE "rackdeck-%s.slice"

/* ---- docker_steps.c: marks on the images of a classic build's steps while it runs ---- */

typedef struct rd_docker_steps {
	rd_docker *docker;
	const char *id; /* of the build at the engine: "BUILD.N" */
	rd_step_fn *fn; /* where events go on to */
	void *arg;
	bool is_from, is_label, is_cached; /* the step under way */
	char last[80];                     /* image of the step before; "" if not known */
	unsigned n;                        /* marks so far */
} rd_docker_steps;

void rd_docker_steps_init(rd_docker_steps *s, rd_docker *d, const char *id, rd_step_fn *fn,
	void *arg);
/* An rd_step_fn: sees each event, hands it on. */
rd_code rd_docker_steps_event(void *steps, const rd_step_event *ev, rd_err *err);
/* Removes the marks; the images of a build that did not end well go with them. */
void rd_docker_steps_done(rd_docker_steps *s);
/* The same for a build that nobody runs any more. */
rd_code rd_docker_steps_sweep(rd_docker *d, const char *build_id, rd_err *err);

/* ---- credentials.c ---- */

/* $DOCKER_CONFIG/NAME or ~/.docker/NAME. @ret heap, NULL without a home. */
char *rd_docker_config_path(const char *name);
/* Adds the X-Registry-Auth header for an image, if there is a login for its registry. */
rd_code rd_docker_auth_header(const rd_kvs *auth, const char *image, rd_strs *headers, rd_err *err);
/* Adds the X-Registry-Config header with all logins, if there is any. */
rd_code rd_docker_config_header(const rd_kvs *auth, rd_strs *headers, rd_err *err);

#endif

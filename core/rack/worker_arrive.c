/* SPDX-License-Identifier: MIT */
/* A build that another rack ran comes here: its export is our import. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/build/import.h"
#include "core/build/to_registry.h"
#include "core/rack/worker_impl.h"

/* The export, in a thread of its own. */
struct leaving {
	rd_worker *worker;
	rd_rack *rack;
	const char *id; /* there */
	int fd;
	pthread_mutex_t mutex;
	bool is_over; /* under the mutex */
	rd_code code;
	rd_err err;
};

static void *run_export(void *arg)
{
	struct leaving *x = arg;
	rd_worker *w = x->worker;
	rd_code rc = x->rack->builds->export(x->rack, w->job->app, x->id, x->fd, NULL, NULL,
		w->cancel, &x->err);

	pthread_mutex_lock(&x->mutex);
	x->is_over = true;
	x->code = rc;
	pthread_mutex_unlock(&x->mutex);
	close(x->fd);
	return NULL;
}

static rd_code no_note(void *arg RD_UNUSED, const char *tag RD_UNUSED, rd_err *err RD_UNUSED)
{
	return RD_OK;
}

/* Its log is here already: what the archive holds of it goes. */
static rd_code import(rd_worker *w, rd_reader *in, rd_import_result *ret_result, rd_err *err)
{
	const rd_job *job = w->job;
	RD_AUTOFREE char *log = rd_local_path(job->dir, "run", job->build, ".log");
	RD_AUTOFREE char *steps = rd_local_path(job->dir, "run", job->build, ".steps");
	rd_import im = {.engine = w->engine,
		.rack = job->rack,
		.app = job->app,
		.build = job->build,
		.log_path = log,
		.steps_path = steps,
		.on_tag = no_note,
		.cancel = w->cancel};
	rd_code rc = log && steps ? rd_import_run(&im, in, ret_result, err) : rd_err_nomem(err);

	if (log)
		unlink(log);
	if (steps)
		unlink(steps);
	return rc;
}

/* Whoever broke first says why. */
static rd_code end_export(struct leaving *x, pthread_t thread, rd_reader *in, rd_code rc,
	rd_err *err)
{
	bool was_over;

	pthread_mutex_lock(&x->mutex);
	was_over = x->is_over;
	pthread_mutex_unlock(&x->mutex);
	rd_reader_close(in);
	pthread_join(thread, NULL);
	if (!x->code || (rc && !was_over))
		return rc;
	if (err)
		*err = x->err;
	return x->code;
}

/* One rack writes what the other reads: nothing is stored in between. */
static rd_code bring(struct leaving *x, rd_import_result *ret_result, rd_err *err)
{
	rd_reader *in = NULL;
	pthread_t thread;
	int ends[2];
	int os;
	rd_code rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return rd_err_os(err, errno, "making a pipe");
	x->fd = ends[1];
	rc = rd_reader_fd(ends[0], &in, err);
	os = rc ? 0 : pthread_create(&thread, NULL, run_export, x);
	if (rc || os) {
		rd_reader_close(in);
		close(x->fd);
		return rc ? rc : rd_err_os(err, os, "starting a thread");
	}
	x->worker->used_engine = true;
	rc = import(x->worker, in, ret_result, err);
	rc = end_export(x, thread, in, rc, err);
	if (rc)
		rd_err_wrap(err, "bringing build %s from rack '%s'", x->id, x->rack->name);
	return rc;
}

/* ---- what it is here ---- */

static rd_code push(rd_worker *w, rd_run_image *image, rd_err *err)
{
	RD_STR_AUTO rd_str remote = RD_STR_INIT(0);
	rd_to_registry to = {.engine = w->engine, .auth = &w->job->auth, .cancel = w->cancel};
	char digest[80];
	rd_code rc;

	rd_str_printf(&remote, "%s/%s:%s.%s", w->job->registry, w->job->app, image->service,
		w->job->build);
	rc = rd_str_check(&remote, "the image's name", err);
	if (!rc)
		rc = w->engine->ops->tag(w->engine, image->image_id, rd_str_get(&remote), err);
	to.remote = rd_str_get(&remote);
	if (!rc)
		rc = rd_to_registry_push(&to, digest, err);
	if (!rc && (!rd_str_replace(&image->remote, rd_str_get(&remote)) ||
			   !rd_str_replace(&image->digest, digest)))
		rc = rd_err_nomem(err);
	return rc;
}

static rd_code add_image(rd_worker *w, const rd_kv *from, rd_err *err)
{
	const rd_import im = {.rack = w->job->rack, .app = w->job->app, .build = w->job->build};
	RD_STR_AUTO rd_str tag = RD_STR_INIT(0);
	rd_run_image *image = rd_vec_push(&w->result.images);

	if (!image)
		return rd_err_nomem(err);
	rd_import_tag(&im, from->key, &tag);
	image->service = rd_strdup(from->key);
	image->tag = rd_str_ok(&tag) ? rd_str_take(&tag) : NULL;
	image->image_id = rd_strdup(from->value);
	image->inputs = rd_strdup("");
	if (!image->service || !image->tag || !image->image_id || !image->inputs)
		return rd_err_nomem(err);
	return w->job->registry && *w->job->registry ? push(w, image, err) : RD_OK;
}

static rd_code keep(rd_worker *w, const rd_import_result *result, rd_err *err)
{
	rd_code rc = rd_worker_store_manifest(w, result->manifest, err);

	rd_vec_init(&w->result.images, sizeof(rd_run_image));
	if (!rc && !rd_str_replace(&w->result.entrypoint, result->entrypoint))
		rc = rd_err_nomem(err);
	for (size_t i = 0; !rc && i < result->images.len; i++)
		rc = add_image(w, &result->images.items[i], err);
	return rc;
}

rd_code rd_worker_arrive(rd_worker *w, rd_rack *rack, const char *id, rd_err *err)
{
	RD_AUTO(rd_import_result_done) rd_import_result result = {0};
	struct leaving x = {
		.worker = w, .rack = rack, .id = id, .mutex = PTHREAD_MUTEX_INITIALIZER};
	rd_code rc = bring(&x, &result, err);

	return rc ? rc : keep(w, &result, err);
}

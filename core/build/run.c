/* SPDX-License-Identifier: MIT */
/* Runs a plan: which image when, and on how many threads. */
#include "core/build/run.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/build/run_impl.h"

#define RUN_MAX_THREADS 64
/* Pushes wait for the network: they have threads of their own, so that they hold up no build. */
#define PUSH_THREADS 6

/* ---- the jobs ---- */

static bool has_base_job(const struct run *r, const char *base)
{
	for (size_t i = 0; i < r->jobs.len; i++) {
		const struct run_job *job = rd_vec_at(&r->jobs, i);

		if (job->base && !strcmp(job->base, base))
			return true;
	}
	return false;
}

static rd_code add_job(struct run *r, const char *base, const rd_plan_image *image, rd_err *err)
{
	struct run_job *job = rd_vec_push(&r->jobs);

	if (!job)
		return rd_err_nomem(err);
	job->base = base;
	job->image = image;
	return RD_OK;
}

/* The frontend of an image's Dockerfile, if nobody brings it yet. */
static rd_code add_frontend(struct run *r, const rd_plan_image *image, rd_err *err)
{
	struct run_job *job;
	rd_code code;

	if (!image->syntax || rd_run_is_classic(r->opts) || has_base_job(r, image->syntax))
		return RD_OK;
	code = add_job(r, image->syntax, NULL, err);
	if (code)
		return code;
	job = rd_vec_at(&r->jobs, r->jobs.len - 1);
	job->is_frontend = true;
	return RD_OK;
}

/* A push for each service of an image. */
static rd_code add_pushes(struct run *r, const rd_plan_image *image, rd_err *err)
{
	rd_code code = RD_OK;

	for (size_t i = 0; i < image->services.len && !code; i++) {
		code = add_job(r, NULL, image, err);
		if (!code) {
			struct run_job *job = rd_vec_at(&r->jobs, r->jobs.len - 1);

			job->service = image->services.items[i];
		}
	}
	return code;
}

/* Bases come first, each once: what many wait for starts early. */
static rd_code make_jobs(struct run *r, rd_err *err)
{
	const rd_vec *images = &r->opts->plan->images;
	rd_code code = RD_OK;

	for (size_t i = 0; i < images->len && !code; i++) {
		const rd_plan_image *image = rd_vec_at(images, i);

		for (size_t j = 0; j < image->bases.len && !code; j++)
			if (!has_base_job(r, image->bases.items[j]))
				code = add_job(r, image->bases.items[j], NULL, err);
	}
	for (size_t i = 0; i < images->len && !code; i++)
		code = add_frontend(r, rd_vec_at(images, i), err);
	for (size_t i = 0; i < images->len && !code; i++)
		code = add_job(r, NULL, rd_vec_at(images, i), err);
	for (size_t i = 0; r->opts->registry && i < images->len && !code; i++)
		code = add_pushes(r, rd_vec_at(images, i), err);
	return code;
}

static bool needs(const rd_plan_image *image, const char *base)
{
	return rd_strs_has(&image->bases, base) || (image->syntax && !strcmp(image->syntax, base));
}

/* Whether one job has to wait for another: a push for its image, an image for its bases. An image that
 * several services have goes to the registry once, and then only by name: registries on a plain
 * folder can lose a blob that is sent twice at once. */
static bool waits_for(const struct run_job *job, const struct run_job *other)
{
	if (job->service)
		return !other->base && other->image == job->image &&
		       (!other->service || other < job);
	return !job->base && other->base && needs(job->image, other->base);
}

static bool is_ready(const struct run *r, const struct run_job *job)
{
	for (size_t i = 0; i < r->jobs.len; i++) {
		const struct run_job *other = rd_vec_at(&r->jobs, i);

		if (other->state != RUN_DONE && waits_for(job, other))
			return false;
	}
	return true;
}

/* The next job for a thread that pushes, or for one that does the rest; waits for one. NULL: nothing is
 * left to begin. */
static struct run_job *next_job(struct run *r, bool pushes)
{
	for (;;) {
		bool waiting = false;

		for (size_t i = 0; i < r->jobs.len && !r->failed; i++) {
			struct run_job *job = rd_vec_at(&r->jobs, i);

			if (job->state != RUN_WAITS || (job->service != NULL) != pushes)
				continue;
			waiting = true;
			if (is_ready(r, job)) {
				job->state = RUN_WORKS;
				return job;
			}
		}
		if (!waiting)
			return NULL;
		pthread_cond_wait(&r->changed, &r->mutex);
	}
}

/* The first failure ends all others; that they were cancelled then is no failure of theirs. */
static void note_failure(struct run *r, const rd_err *err)
{
	if (!r->failed)
		r->why = *err;
	r->failed = true;
	rd_cancel_fire(r->stop);
}

static rd_code do_job(struct run *r, const struct run_job *job, rd_err *err)
{
	if (job->is_frontend)
		return rd_run_frontend(r, job->base, err);
	if (job->service)
		return rd_run_push(r, job->image, job->service, err);
	return job->base ? rd_run_base(r, job->base, err) : rd_run_image_make(r, job->image, err);
}

static void work(struct run *r, bool pushes)
{
	struct run_job *job;
	rd_err err = {0};
	rd_code code;

	pthread_mutex_lock(&r->mutex);
	while ((job = next_job(r, pushes))) {
		pthread_mutex_unlock(&r->mutex);
		code = do_job(r, job, &err);
		pthread_mutex_lock(&r->mutex);
		job->state = RUN_DONE;
		if (code)
			note_failure(r, &err);
		pthread_cond_broadcast(&r->changed);
	}
	pthread_mutex_unlock(&r->mutex);
}

static void *make_images(void *run)
{
	work(run, false);
	return NULL;
}

static void *push_images(void *run)
{
	work(run, true);
	return NULL;
}

/* ---- the caller's cancel ---- */

struct relay {
	const rd_cancel *from;
	rd_cancel *to;
	int end_fd;
};

/* Hands a cancel on until end_fd is readable. */
static void *relay_cancel(void *arg)
{
	struct relay *relay = arg;
	struct pollfd fds[] = {{rd_cancel_fd(relay->from), POLLIN, 0}, {relay->end_fd, POLLIN, 0}};

	while (poll(fds, RD_LEN(fds), -1) < 0 && errno == EINTR)
		continue;
	if (fds[0].revents)
		rd_cancel_fire(relay->to);
	return NULL;
}

/* ---- the run ---- */

/* Starts as many threads of a kind as there are jobs for them, at most `limit`. @returns how many. None
 * though there are jobs is a failure of the run. */
static int start_threads(struct run *r, bool pushes, int limit, pthread_t *threads)
{
	int wanted = 0, n = 0, rc = 0;
	rd_err err = {0};

	for (size_t i = 0; i < r->jobs.len && wanted < limit; i++) {
		const struct run_job *job = rd_vec_at(&r->jobs, i);

		wanted += (job->service != NULL) == pushes;
	}
	while (n < wanted &&
		!(rc = pthread_create(&threads[n], NULL, pushes ? push_images : make_images, r)))
		n++;
	if (n || !wanted)
		return n;
	rd_err_os(&err, rc, "starting a thread");
	pthread_mutex_lock(&r->mutex);
	note_failure(r, &err);
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->mutex);
	return 0;
}

static void run_threads(struct run *r)
{
	int limit = r->opts->parallel < RUN_MAX_THREADS ? r->opts->parallel : RUN_MAX_THREADS;
	pthread_t threads[RUN_MAX_THREADS + PUSH_THREADS];
	int n = start_threads(r, false, limit, threads);

	n += start_threads(r, true, PUSH_THREADS, threads + n);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

static void set_cancel(const rd_run_opts *o, rd_cancel *cancel)
{
	o->engine->cancel = cancel;
	if (o->home)
		o->home->cancel = cancel;
}

static rd_code run_with_cancel(struct run *r, rd_cancel *cancel, rd_err *err)
{
	struct relay relay = {cancel, r->stop, -1};
	pthread_t thread;
	int rc;

	relay.end_fd = eventfd(0, EFD_CLOEXEC);
	if (relay.end_fd < 0)
		return rd_err_os(err, errno, "making an event descriptor");
	rc = pthread_create(&thread, NULL, relay_cancel, &relay);
	if (rc) {
		close(relay.end_fd);
		return rd_err_os(err, rc, "starting a thread");
	}
	set_cancel(r->opts, r->stop);
	run_threads(r);
	set_cancel(r->opts, NULL);
	eventfd_write(relay.end_fd, 1);
	pthread_join(thread, NULL);
	close(relay.end_fd);
	return RD_OK;
}

static rd_code outcome(struct run *r, const rd_cancel *cancel, rd_err *err)
{
	if (rd_cancel_fired(cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	if (r->failed && err)
		*err = r->why;
	return r->failed ? r->why.code : RD_OK;
}

rd_code rd_run(const rd_run_opts *opts, rd_cancel *cancel, rd_run_result *ret_result, rd_err *err)
{
	struct run r = {.opts = opts, .mutex = PTHREAD_MUTEX_INITIALIZER};
	rd_code code = rd_run_check(opts, err);

	if (code)
		return code;
	pthread_cond_init(&r.changed, NULL);
	rd_vec_init(&r.jobs, sizeof(struct run_job));
	rd_vec_init(&r.result.images, sizeof(rd_run_image));
	code = rd_cancel_new(&r.stop, err);
	if (!code)
		code = make_jobs(&r, err);
	if (!code)
		code = run_with_cancel(&r, cancel, err);
	if (!code)
		code = outcome(&r, cancel, err);
	/* What BuildKit was told to drop it may have finished all the same. */
	if (!code && r.gave_up)
		opts->engine->ops->sweep(opts->engine, opts->build_id, NULL);
	if (!code && !r.result.entrypoint && !(r.result.entrypoint = rd_strdup("")))
		code = rd_err_nomem(err);
	*ret_result = r.result;
	rd_vec_done(&r.jobs);
	rd_cancel_free(r.stop);
	pthread_cond_destroy(&r.changed);
	pthread_mutex_destroy(&r.mutex);
	return code;
}

void rd_run_result_done(rd_run_result *r)
{
	for (size_t i = 0; i < r->images.len; i++) {
		rd_run_image *image = rd_vec_at(&r->images, i);

		free(image->service);
		free(image->tag);
		free(image->image_id);
		free(image->inputs);
		free(image->remote);
		free(image->digest);
	}
	rd_vec_done(&r->images);
	free(r->entrypoint);
	r->entrypoint = NULL;
}

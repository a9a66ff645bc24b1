/* SPDX-License-Identifier: MIT */
/* One push of a run: the image of a service goes to the registry. */
#include <poll.h>
#include <sys/random.h>

#include "core/build/run_impl.h"

#define TRIES 6
#define WAIT_FIRST_MS 1000
#define WAIT_MAX_MS 30000

/* A push under way. */
struct push {
	struct run *run;
	rd_record_group *group;
	const char *service;
	const char *remote; /* "host:5000/prefix/app:service.build" */
	char image_id[80];
	rd_engine_pushed pushed;
};

/* What is known of the service's image. The mutex is held. */
static rd_run_image *entry_of(struct run *r, const char *service)
{
	for (size_t i = 0; i < r->result.images.len; i++) {
		rd_run_image *image = rd_vec_at(&r->result.images, i);

		if (!strcmp(image->service, service))
			return image;
	}
	return NULL;
}

/* Before the tag is made: one that was half made is removed as well. */
static rd_code note_remote(struct push *p, rd_str *local, rd_err *err)
{
	rd_run_image *image;
	bool kept = false;

	pthread_mutex_lock(&p->run->mutex);
	image = entry_of(p->run, p->service);
	if (image) {
		kept = rd_str_replace(&image->remote, p->remote);
		snprintf(p->image_id, sizeof(p->image_id), "%s", image->image_id);
		rd_str_put(local, image->tag);
	}
	pthread_mutex_unlock(&p->run->mutex);
	if (!image)
		return rd_err_set(err, RD_EBUG, "no image to push for '%s'", p->service);
	return kept && rd_str_ok(local) ? RD_OK : rd_err_nomem(err);
}

static rd_code note_digest(struct push *p, rd_err *err)
{
	bool kept;

	pthread_mutex_lock(&p->run->mutex);
	kept = rd_str_replace(&entry_of(p->run, p->service)->digest, p->pushed.digest);
	pthread_mutex_unlock(&p->run->mutex);
	return kept ? RD_OK : rd_err_nomem(err);
}

static rd_code tag(struct push *p, rd_err *err)
{
	const rd_run_opts *o = p->run->opts;
	RD_STR_AUTO rd_str local = RD_STR_INIT(0);
	rd_code code = note_remote(p, &local, err);

	if (!code)
		code = rd_record_line(o->record, p->group, err, "Running: docker tag %s %s",
			rd_str_get(&local), p->remote);
	return code ? code : o->engine->ops->tag(o->engine, p->image_id, p->remote, err);
}

/* Anything up to a bound that doubles, so that many who failed together do not come back together; what
 * the registry asked for, if it did; never more than WAIT_MAX_MS. */
static int wait_ms(int tries, int64_t asked_ms)
{
	int bound_ms = WAIT_FIRST_MS << (tries - 1);
	unsigned random = 0;

	if (asked_ms > 0)
		return asked_ms < WAIT_MAX_MS ? (int)asked_ms : WAIT_MAX_MS;
	if (bound_ms > WAIT_MAX_MS)
		bound_ms = WAIT_MAX_MS;
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return bound_ms;
	return (int)(random % (unsigned)bound_ms) + 1;
}

static rd_code wait_to_retry(struct push *p, int tries, const rd_err *why, rd_err *err)
{
	struct pollfd fd = {rd_cancel_fd(p->run->stop), POLLIN, 0};
	int ms = wait_ms(tries, p->pushed.wait_ms);
	char text[sizeof why->msg + sizeof why->ctx + 3];
	rd_code code;

	rd_err_text(why, text, sizeof text);
	code = rd_record_line(p->run->opts->record, p->group, err,
		"warning: %s: trying again in %d.%d s (%d of %d tries)", text, ms / 1000,
		ms % 1000 / 100, tries, TRIES);
	if (code)
		return code;
	poll(&fd, 1, ms);
	return rd_cancel_fired(p->run->stop) ? rd_err_set(err, RD_ECANCELED, "canceled") : RD_OK;
}

static rd_code try_often(struct push *p, rd_err *err)
{
	const rd_run_opts *o = p->run->opts;
	rd_code code = RD_OK;

	for (int tries = 1;; tries++) {
		rd_err why = {0};

		code = o->engine->ops->push(o->engine, p->remote, o->auth, rd_record_event,
			p->group, p->run->stop, &p->pushed, &why);
		if (!code)
			return RD_OK;
		if (p->pushed.may_pass && tries < TRIES)
			code = wait_to_retry(p, tries, &why, err);
		else if (err)
			*err = why;
		if (code && p->pushed.may_pass && tries == TRIES)
			rd_err_wrap(err, "gave up after %d tries", TRIES);
		if (code)
			return code;
	}
}

/* The whole push is one step. */
static rd_code push(struct push *p, rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_step_event ev = {.kind = RD_STEP_DECLARE, .id = p->remote};
	char why[sizeof err->msg + sizeof err->ctx + 3];
	rd_err failed = {0};
	rd_code code, rc;

	rd_str_printf(&name, "Running: docker push %s", p->remote);
	ev.name = rd_str_get(&name);
	code = rd_record_event(p->group, &ev, err);
	ev.kind = RD_STEP_START;
	if (!code)
		code = rd_record_event(p->group, &ev, err);
	if (code)
		return code;
	code = try_often(p, &failed);
	ev.kind = RD_STEP_DONE;
	ev.error = code ? rd_err_text(&failed, why, sizeof why) : NULL;
	rc = rd_record_event(p->group, &ev, err);
	if (code && err)
		*err = failed;
	return code ? code : rc;
}

/* Where the stream did not tell it: the digest under which the engine knows the image at that place. */
static rd_code find_digest(struct push *p, rd_err *err)
{
	const rd_run_opts *o = p->run->opts;
	size_t n_repo = (size_t)(strrchr(p->remote, ':') - p->remote);
	rd_engine_image found = {0};
	rd_code code;

	if (p->pushed.digest[0])
		return RD_OK;
	code = o->engine->ops->inspect(o->engine, p->remote, &found, err);
	for (size_t i = 0; !code && i < found.digests.len; i++) {
		const char *digest = found.digests.items[i];

		if (!strncmp(digest, p->remote, n_repo) && digest[n_repo] == '@')
			snprintf(p->pushed.digest, sizeof(p->pushed.digest), "%s",
				digest + n_repo + 1);
	}
	rd_engine_image_done(&found);
	return code;
}

static rd_code bring_home(struct push *p, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs tags = {0};
	bool kept;

	pthread_mutex_lock(&p->run->mutex);
	kept = rd_strs_add(&tags, entry_of(p->run, p->service)->tag);
	pthread_mutex_unlock(&p->run->mutex);
	if (!kept)
		return rd_err_nomem(err);
	return rd_run_home(p->run, p->group, &(rd_run_coming){p->image_id, p->remote, &tags}, err);
}

static rd_code push_group(struct push *p, const rd_plan_image *image, rd_err *err)
{
	const rd_run_opts *o = p->run->opts;
	bool alone = !image->prefix[0] && image->services.len == 1;
	RD_AUTO(rd_strs_done) rd_strs services = {0};
	RD_STR_AUTO rd_str prefix = RD_STR_INIT(0);
	rd_code code, rc;

	rd_str_printf(&prefix, "%s | ", p->service);
	if (!rd_str_ok(&prefix) || !rd_strs_add(&services, p->service))
		return rd_err_nomem(err);
	code = rd_record_group_begin(o->record, "push", &services, p->remote,
		alone ? "" : rd_str_get(&prefix), &p->group, err);
	if (code)
		return code;
	code = tag(p, err);
	if (!code)
		code = push(p, err);
	if (!code)
		code = find_digest(p, err);
	if (!code)
		code = bring_home(p, err);
	if (!code)
		code = note_digest(p, err);
	if (code && code != RD_ECANCELED)
		rd_err_wrap(err, "service '%s'", p->service);
	rc = rd_record_group_end(p->group, code ? err : NULL, p->image_id, code ? NULL : err);
	return code ? code : rc;
}

rd_code rd_run_push(struct run *r, const rd_plan_image *image, const char *service, rd_err *err)
{
	const rd_run_opts *o = r->opts;
	struct push p = {.run = r, .service = service};
	RD_STR_AUTO rd_str remote = RD_STR_INIT(0);

	rd_str_printf(&remote, "%s/%s:%s.%s", o->registry, o->app, service, o->build_id);
	if (!rd_str_ok(&remote))
		return rd_err_nomem(err);
	p.remote = rd_str_get(&remote);
	return push_group(&p, image, err);
}

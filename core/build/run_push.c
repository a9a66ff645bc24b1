/* SPDX-License-Identifier: MIT */
/* One push of a run: the image of a service goes to the registry. */
#include "core/build/run_impl.h"
#include "core/build/to_registry.h"

/* A push under way. */
struct push {
	struct run *run;
	rd_record_group *group;
	const char *service;
	const char *remote; /* "host:5000/prefix/app:service.build" */
	char image_id[80];
	char digest[80];
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
	kept = rd_str_replace(&entry_of(p->run, p->service)->digest, p->digest);
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

static rd_code note_event(void *arg, const rd_step_event *ev, rd_err *err)
{
	return rd_record_event(((struct push *)arg)->group, ev, err);
}

static rd_code note_retry(void *arg, const char *text, rd_err *err)
{
	struct push *p = arg;

	return rd_record_line(p->run->opts->record, p->group, err, "warning: %s", text);
}

/* The whole push is one step. */
static rd_code push(struct push *p, rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_step_event ev = {.kind = RD_STEP_DECLARE, .id = p->remote};
	const rd_run_opts *o = p->run->opts;
	const rd_to_registry to = {
		o->engine, p->remote, o->auth, p->run->stop, note_event, note_retry, p};
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
	code = rd_to_registry_push(&to, p->digest, &failed);
	ev.kind = RD_STEP_DONE;
	ev.error = code ? rd_err_text(&failed, why, sizeof why) : NULL;
	rc = rd_record_event(p->group, &ev, err);
	if (code && err)
		*err = failed;
	return code ? code : rc;
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

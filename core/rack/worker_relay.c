/* SPDX-License-Identifier: MIT */
/*
 * A build that another rack runs: the source goes there, the log comes as it grows, the build in the end.
 *
 * DESIGN: the log here is the log there, byte for byte, so that the places that its steps name stay right:
 * nothing of our own stands before it or in it. Only what fails here, after it, adds a line.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/rack/following.h"
#include "core/rack/trigger.h"
#include "core/rack/worker_impl.h"
#include "core/rack/worker_tail.h"

#define APP_WAIT_MS 2000 /* between two looks at an app that is being made */
#define ASK_MS 30000     /* between two looks at a build of which nothing is heard */

struct relay {
	rd_worker *w;
	rd_rack *rack;
	const char *app;
	char *url;
	rd_build made; /* there, as it was created */
	rd_following there;
	int text_fd, steps_fd; /* here */
	rd_worker_tail text, steps;
};

static void relay_done(struct relay *r)
{
	rd_worker_tail_done(&r->text);
	rd_worker_tail_done(&r->steps);
	rd_following_done(&r->there);
	if (r->text_fd >= 0)
		close(r->text_fd);
	if (r->steps_fd >= 0)
		close(r->steps_fd);
	rd_build_done(&r->made);
	free(r->url);
	rd_rack_close(r->rack);
}

static rd_code canceled(rd_err *err)
{
	return rd_err_set(err, RD_ECANCELED, "canceled");
}

/* ---- there: the app, the source, the build ---- */

static rd_code have_app(struct relay *r, rd_err *err)
{
	rd_code rc;

	for (bool is_made = false;; is_made = true) {
		RD_AUTO(rd_app_done) rd_app app = {0};

		rc = r->rack->apps->get(r->rack, r->app, &app, err);
		if (rc == RD_ENOENT && !is_made) {
			rc = r->rack->apps->create(r->rack, r->app, err);
			if (rc && rc != RD_EEXIST)
				return rc;
			continue;
		}
		if (rc || strcmp(rd_or_empty(app.status), "creating") != 0)
			return rc;
		if (!rd_cancel_pause(r->w->cancel, APP_WAIT_MS))
			return canceled(err);
	}
}

static rd_code send_source(struct relay *r, rd_err *err)
{
	RD_AUTO(rd_reader_closep) rd_reader *tar = NULL;
	RD_AUTO(rd_strs_done) rd_strs all = {0};
	rd_code rc = rd_source_context(r->w->source, ".", NULL, &all, &tar, err);

	return rc ? rc
		  : r->rack->objects->put(r->rack, r->app, tar, NULL, NULL, r->w->cancel, &r->url,
			    err);
}

/* What the record says of the build. @ret heap. */
static rd_code read_words(rd_worker *w, char **ret_description, char **ret_sha, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	bool found;
	rd_code rc = rd_db_begin(w->db, false, &tx, err);

	if (!rc)
		rc = rd_local_text(tx, &found, ret_description, err,
			"SELECT description FROM builds WHERE id = ?", "t", w->job->build);
	if (!rc)
		rc = rd_local_text(tx, &found, ret_sha, err,
			"SELECT git_sha FROM builds WHERE id = ?", "t", w->job->build);
	return rc;
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static rd_code start(struct relay *r, rd_err *err)
{
	const rd_job *job = r->w->job;
	RD_AUTOFREE char *trigger = rd_trigger_new(RD_TRIGGER_RACK, job->rack);
	RD_AUTOFREE char *description = NULL;
	RD_AUTOFREE char *sha = NULL;
	rd_code rc = trigger ? read_words(r->w, &description, &sha, err) : rd_err_nomem(err);
	rd_build_opts opts = {.url = r->url,
		.manifest = or_null(job->manifest),
		.args = &job->args,
		.no_cache = job->no_cache,
		.development = job->development,
		.full_log = job->full_log,
		.trigger = trigger};

	opts.description = or_null(description);
	opts.git_sha = or_null(sha);
	if (!rc && rd_cancel_fired(r->w->cancel))
		rc = canceled(err);
	return rc ? rc : r->rack->builds->create(r->rack, r->app, &opts, &r->made, err);
}

/* ---- the log ---- */

static rd_code open_here(struct relay *r, const char *ending, int *ret_fd, rd_err *err)
{
	RD_AUTOFREE char *path = rd_local_path(r->w->job->dir, "logs", r->w->job->build, ending);

	if (!path)
		return rd_err_nomem(err);
	*ret_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return *ret_fd < 0 ? rd_err_os(err, errno, "opening '%s'", path) : RD_OK;
}

static rd_code open_log(struct relay *r, rd_err *err)
{
	rd_code rc = rd_worker_close_record(r->w, err);

	if (!rc)
		rc = open_here(r, ".log", &r->text_fd, err);
	if (!rc)
		rc = open_here(r, ".steps", &r->steps_fd, err);
	if (!rc)
		rc = rd_following_open(r->rack, r->app, r->made.id, &r->there, err);
	r->there.ask_ms = ASK_MS;
	r->there.seen_us = rd_now_us();
	r->text = (rd_worker_tail){
		r->w->redact, r->there.files.text_fd, r->text_fd, true, RD_STR_INIT(0)};
	r->steps = (rd_worker_tail){
		r->w->redact, r->there.files.steps_fd, r->steps_fd, false, RD_STR_INIT(0)};
	return rc;
}

/* Until the build there is over. */
static rd_code follow(struct relay *r, rd_err *err)
{
	rd_code rc = RD_OK;

	while (!rc && !r->there.is_over) {
		rc = rd_following_next(&r->there, r->w->cancel, err);
		if (rc)
			return rc == RD_ECANCELED ? rc
						  : rd_err_wrap(err, "the build rack '%s'",
							    r->w->job->elsewhere.name);
		rc = rd_worker_tail_copy(&r->text, r->there.is_over, err);
		if (!rc)
			rc = rd_worker_tail_copy(&r->steps, r->there.is_over, err);
	}
	return rc;
}

/* Racks of Convox cannot cancel: there it goes on. */
static void cancel_there(struct relay *r)
{
	if (r->made.id && r->rack->builds->cancel)
		r->rack->builds->cancel(r->rack, r->app, r->made.id, NULL);
}

/* Failed there is failed here, with the same reason. */
static rd_code check_end(struct relay *r, rd_err *err)
{
	if (!strcmp(r->there.build.status, "complete"))
		return RD_OK;
	r->w->is_told = true;
	return rd_err_set(err, RD_EFAILED, "%s",
		*rd_or_empty(r->there.build.reason) ? r->there.build.reason : "build failed");
}

static rd_code run(struct relay *r, rd_err *err)
{
	const rd_job *job = r->w->job;
	rd_code rc = job->problem ? rd_err_set(err, RD_EUNAVAIL, "%s", job->problem) : RD_OK;

	if (!rc)
		rc = rd_worker_meet(r->w, &job->engines.builder, &r->w->engine, &r->w->info, err);
	if (rc)
		return rc;
	rc = rd_buildrack_open(&job->elsewhere, &r->rack, err);
	if (!rc)
		rc = have_app(r, err);
	if (!rc)
		rc = send_source(r, err);
	if (!rc)
		rc = start(r, err);
	if (rc)
		return rc == RD_ECANCELED
			       ? rc
			       : rd_err_wrap(err, "the build rack '%s'", job->elsewhere.name);
	rc = open_log(r, err);
	if (!rc)
		rc = follow(r, err);
	if (rc == RD_ECANCELED)
		cancel_there(r);
	if (!rc)
		rc = check_end(r, err);
	return rc ? rc : rd_worker_arrive(r->w, r->rack, r->made.id, err);
}

rd_code rd_worker_relay(rd_worker *w, rd_err *err)
{
	RD_AUTO(relay_done)
	struct relay r = {.w = w,
		.app = w->job->app,
		.there = {.files = {-1, -1, NULL}},
		.text_fd = -1,
		.steps_fd = -1};

	return run(&r, err);
}

/* SPDX-License-Identifier: MIT */
/* A build of the local rack goes out as an archive. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/build/export.h"
#include "core/formats/env.h"
#include "core/formats/manifest.h"
#include "core/rack/json.h"
#include "core/rack/local_build.h"
#include "core/rack/places.h"

/* What is needed of the build. */
typedef struct leaving {
	rd_build build;
	char *env;    /* of its release */
	char *opts;   /* names the engine */
	rd_kvs ids;   /* service -> image id */
	rd_kvs kept;  /* service -> "REPO@sha256:…" in a registry */
	rd_strs tags; /* in the order of ids */
	rd_kvs auth;  /* for the registry */
} leaving;

static void leaving_done(leaving *x)
{
	rd_build_done(&x->build);
	free(x->env);
	free(x->opts);
	rd_kvs_done(&x->ids);
	rd_kvs_done(&x->kept);
	rd_strs_done(&x->tags);
	rd_kvs_done(&x->auth);
}

static rd_code add_image(rd_stmt *s, void *arg, rd_err *err)
{
	leaving *x = arg;
	RD_STR_AUTO rd_str place = RD_STR_INIT(0);
	const char *remote = rd_stmt_col(s, 3), *digest = rd_stmt_col(s, 4);
	const char *colon = strrchr(remote, ':');

	if (*digest && colon)
		rd_str_printf(&place, "%.*s@%s", (int)(colon - remote), remote, digest);
	if (!rd_str_ok(&place) || !rd_strs_add(&x->tags, rd_stmt_col(s, 1)) ||
		!rd_kvs_set(&x->ids, rd_stmt_col(s, 0), rd_stmt_col(s, 2)) ||
		!rd_kvs_set(&x->kept, rd_stmt_col(s, 0), rd_str_get(&place)))
		return rd_err_nomem(err);
	return RD_OK;
}

static rd_code read_images(rd_tx *tx, const char *id, leaving *x, rd_err *err)
{
	return rd_local_each(tx, add_image, x, err,
		"SELECT service, tag, image_id, remote, digest FROM images WHERE build = ? "
		"ORDER BY service",
		"t", id);
}

static rd_code read_db(rd_local *l, const char *app, const char *id, leaving *x, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	bool found = true;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	if (!rc)
		rc = rd_local_build_get(tx, app, id, &x->build, err);
	if (!rc && strcmp(x->build.status, "complete") != 0)
		rc = rd_err_set(err, RD_EINVAL,
			"build %s cannot be exported: it is %s, and only a complete one can", id,
			x->build.status);
	if (!rc)
		rc = rd_local_text(tx, &found, &x->env, err,
			"SELECT env FROM releases WHERE id = ?", "t", x->build.release);
	if (!rc && !found && !(x->env = rd_strdup("")))
		rc = rd_err_nomem(err);
	if (!rc)
		rc = rd_local_text(tx, &found, &x->opts, err,
			"SELECT opts FROM builds WHERE id = ?", "t", id);
	if (!rc)
		rc = read_images(tx, id, x, err);
	return rc ? rc : rd_local_logins(tx, &x->auth, err);
}

/* As Convox: the manifest must load with the release's environment. */
static rd_code check(const leaving *x, rd_err *err)
{
	RD_AUTO(rd_problems_done) rd_problems problems = {0};
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	rd_manifest *m = NULL;
	const char *text = x->build.manifest;
	rd_code rc = rd_env_parse(x->env, &env, err);

	rd_problems_init(&problems);
	if (!rc)
		rc = rd_manifest_load(text, strlen(text), &env, &problems, &m, err);
	if (!rc)
		rc = rd_manifest_check_env(m, &env, err);
	if (!rc && (!m->services.len || !x->ids.len))
		rc = rd_err_set(err, RD_EINVAL, "no services found to export");
	rd_manifest_free(m);
	return rc;
}

static rd_code ignore(void *arg RD_UNUSED, const rd_step_event *ev RD_UNUSED, rd_err *err RD_UNUSED)
{
	return RD_OK;
}

/* Makes sure that the engine has the image under its tag: it may be there without it, or in a registry. */
static rd_code provide(rd_engine *e, const leaving *x, size_t i, rd_cancel *cancel, rd_err *err)
{
	const char *tag = x->tags.items[i], *id = x->ids.items[i].value;
	const char *place = x->kept.items[i].value;
	rd_engine_image found = {0};
	rd_code rc = e->ops->inspect(e, tag, &found, err);
	bool is_there = !rc && !strcmp(found.id, id);

	rd_engine_image_done(&found);
	if (is_there || (rc && rc != RD_ENOENT))
		return rc;
	rc = e->ops->tag(e, id, tag, err);
	if (rc == RD_ENOENT && *place) {
		rc = e->ops->pull(e, place, &x->auth, ignore, NULL, cancel, err);
		if (!rc)
			rc = e->ops->tag(e, id, tag, err);
		/* Podman changes the configuration, and so the id, of what it pushes. */
		if (rc == RD_ENOENT)
			rc = e->ops->tag(e, place, tag, err);
	}
	if (rc == RD_ENOENT)
		return rd_err_set(err, RD_ENOENT,
			"the image of service '%s' is gone from the engine%s: build it again",
			x->ids.items[i].key, *place ? " and the registry" : "");
	return rc;
}

static int open_log(rd_local *l, const char *id, const char *ending)
{
	RD_AUTOFREE char *path = rd_local_path(l->dir, "logs", id, ending);

	return path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
}

static rd_code write_out(rd_local *l, rd_export *x, int fd, rd_err *err)
{
	RD_AUTOCLOSE int log = -1;
	RD_AUTOCLOSE int steps = -1;

	log = open_log(l, x->build, ".log");
	steps = open_log(l, x->build, ".steps");
	x->log_fd = log;
	x->steps_fd = steps;
	return rd_export_run(x, fd, err);
}

rd_code rd_local_export(rd_rack *r, const char *app, const char *id, int fd,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, rd_err *err)
{
	RD_AUTO(leaving_done) leaving x = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_engine *e = NULL;
	rd_code rc = read_db(rd_local_of(r), app, id, &x, err);

	if (!rc)
		rc = check(&x, err);
	if (!rc)
		rc = rd_json_build(&x.build, &json, err);
	if (!rc)
		rc = rd_place_open(x.opts, "engine", &e, err);
	for (size_t i = 0; !rc && i < x.ids.len; i++)
		rc = provide(e, &x, i, cancel, err);
	if (!rc)
		rc = write_out(rd_local_of(r),
			&(rd_export){.engine = e,
				.app = app,
				.build = id,
				.json = rd_str_get(&json),
				.images = &x.ids,
				.tags = &x.tags,
				.progress = progress,
				.arg = arg,
				.cancel = cancel},
			fd, err);
	rd_engine_close(e);
	return rc;
}

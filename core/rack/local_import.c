/* SPDX-License-Identifier: MIT */
/* An archive becomes a build of the local rack. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/build/import.h"
#include "core/build/to_registry.h"
#include "core/rack/local_build.h"
#include "core/rack/local_engines.h"
#include "core/rack/places.h"
#include "core/rack/sweep.h"

/*
 * DESIGN: until the one transaction that makes build, images and release, there are only files in run/,
 * which recover.c clears when the lock is free, and tags in the engine, which are noted as a sweep before
 * they are made. That note begins with the build: while its lock is held the sweep waits, and
 * who is killed is swept after.
 */
typedef struct arriving {
	rd_local *l;
	const char *app;
	char id[RD_ID_SIZE];
	int lock_fd;
	rd_engine *engine;
	rd_kvs auth;
	char *opts;                      /* for the builds table */
	char *registry;                  /* NULL: images stay */
	char *log, *steps, *note, *lock; /* paths in run/ */
	rd_str note_text;
	rd_strs tags;            /* that may have been made */
	rd_kvs remotes, digests; /* service -> place, digest there */
	int64_t started_us;
	rd_import_result result;
} arriving;

static void arriving_done(arriving *a)
{
	rd_engine_close(a->engine);
	rd_kvs_done(&a->auth);
	free(a->opts);
	free(a->registry);
	free(a->log);
	free(a->steps);
	free(a->note);
	free(a->lock);
	rd_str_done(&a->note_text);
	rd_strs_done(&a->tags);
	rd_kvs_done(&a->remotes);
	rd_kvs_done(&a->digests);
	rd_import_result_done(&a->result);
	if (a->lock_fd >= 0)
		close(a->lock_fd);
}

/* ---- the start ---- */

static rd_code read_db(arriving *a, rd_kvs *params, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_kvs_done) rd_kvs logins = {0};
	rd_code rc = rd_db_begin(a->l->db, false, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, a->app, err);
	if (!rc)
		rc = rd_local_params(tx, "", params, err);
	if (!rc)
		rc = rd_local_logins(tx, &logins, err);
	if (rc)
		return rc;
	rd_engine_docker_logins(&a->auth, NULL, NULL);
	if (!rd_kvs_merge(&a->auth, &logins) ||
		!rd_str_replace(&a->registry, rd_kvs_get(params, "Registry")))
		return rd_err_nomem(err);
	return RD_OK;
}

static rd_code find_engine(arriving *a, const rd_kvs *params, rd_err *err)
{
	RD_AUTO(rd_local_engines_done) rd_local_engines engines = {0};
	const rd_engine_place *p;
	rd_code rc = rd_local_engines_find(params, &engines, err);

	if (rc)
		return rc;
	p = rd_local_engines_home(&engines);
	a->opts = rd_strdup("{\"imported\":true}");
	rc = a->opts ? rd_place_add(&a->opts, "engine", p, err) : rd_err_nomem(err);
	return rc ? rc : rd_engine_open(p, &a->engine, err);
}

static rd_code begin(arriving *a, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	rd_code rc = read_db(a, &params, err);

	a->started_us = rd_wall_us();
	if (!rc)
		rc = find_engine(a, &params, err);
	if (!rc)
		rc = rd_local_build_id(a->l, a->id, &a->lock_fd, err);
	if (rc)
		return rc;
	a->log = rd_local_path(a->l->dir, "run", a->id, ".log");
	a->steps = rd_local_path(a->l->dir, "run", a->id, ".steps");
	a->note = rd_local_path(a->l->dir, "run", a->id, ".sweep");
	a->lock = rd_local_path(a->l->dir, "run", a->id, ".lock");
	if (!a->log || !a->steps || !a->note || !a->lock)
		return rd_err_nomem(err);
	return rd_sweep_put(&a->note_text, a->opts, a->id, NULL, err);
}

/* Before the engine can make it. An old time makes the note due at once. */
static rd_code note_tag(void *arg, const char *tag, rd_err *err)
{
	static const struct timespec old[2] = {{1, 0}, {1, 0}};
	arriving *a = arg;
	rd_code rc = rd_sweep_put(&a->note_text, a->opts, a->id, tag, err);

	if (!rc && !rd_strs_add(&a->tags, tag))
		rc = rd_err_nomem(err);
	if (!rc)
		rc = rd_file_write(a->note, a->note_text.data, a->note_text.len, err);
	if (!rc)
		utimensat(AT_FDCWD, a->note, old, 0);
	return rc;
}

/* ---- the registry ---- */

static rd_code push(arriving *a, const rd_kv *image, rd_cancel *cancel, rd_err *err)
{
	RD_STR_AUTO rd_str remote = RD_STR_INIT(0);
	rd_to_registry to = {.engine = a->engine, .auth = &a->auth, .cancel = cancel};
	char digest[80];
	rd_code rc;

	rd_str_printf(&remote, "%s/%s:%s.%s", a->registry, a->app, image->key, a->id);
	rc = rd_str_check(&remote, "the image's name", err);
	if (!rc)
		rc = note_tag(a, rd_str_get(&remote), err);
	if (!rc)
		rc = a->engine->ops->tag(a->engine, image->value, rd_str_get(&remote), err);
	to.remote = rd_str_get(&remote);
	if (!rc)
		rc = rd_to_registry_push(&to, digest, err);
	if (rc)
		return rc;
	if (!rd_kvs_set(&a->remotes, image->key, rd_str_get(&remote)) ||
		!rd_kvs_set(&a->digests, image->key, digest))
		return rd_err_nomem(err);
	return RD_OK;
}

/* ---- the end ---- */

static rd_code insert_images(const arriving *a, rd_tx *tx, rd_err *err)
{
	const rd_import im = {.rack = a->l->name, .app = a->app, .build = a->id};
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < a->result.images.len; i++) {
		const rd_kv *image = &a->result.images.items[i];
		RD_STR_AUTO rd_str tag = RD_STR_INIT(0);

		rd_import_tag(&im, image->key, &tag);
		rc = rd_str_check(&tag, "the image's name", err);
		if (!rc)
			rc = rd_local_exec(tx, NULL, err,
				"INSERT INTO images (build, service, tag, image_id, inputs, "
				"remote, digest) VALUES (?, ?, ?, ?, '', ?, ?)",
				"tttttt", a->id, image->key, rd_str_get(&tag), image->value,
				rd_or_empty(rd_kvs_get(&a->remotes, image->key)),
				rd_or_empty(rd_kvs_get(&a->digests, image->key)));
	}
	return rc;
}

static rd_code insert_all(const arriving *a, rd_tx *tx, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release rel = {0};
	const rd_import_result *r = &a->result;
	rd_code rc = rd_local_require_app(tx, a->app, err);

	/* A new app is of the generation that comes first. */
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"UPDATE apps SET generation = ?2 WHERE name = ?1 AND NOT EXISTS "
			"(SELECT 1 FROM builds WHERE app = ?1)",
			"tt", a->app, r->generation == 1 ? "1" : "2");
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"INSERT INTO builds (id, app, description, entrypoint, manifest, status, "
			"git_sha, trigger, opts, created_us, started_us, ended_us) "
			"VALUES (?, ?, ?, ?, ?, 'complete', ?, 'import', ?, ?, ?, ?)",
			"tttttttiii", a->id, a->app, r->description, r->entrypoint, r->manifest,
			r->git_sha, a->opts, a->started_us, a->started_us, rd_wall_us());
	if (!rc)
		rc = insert_images(a, tx, err);
	if (!rc)
		rc = rd_local_release_add(tx, &(rd_release_wish){a->app, a->id, NULL, NULL}, &rel,
			err);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err, "UPDATE builds SET release = ? WHERE id = ?",
			"tt", rel.id, a->id);
	return rc;
}

/* Puts a file of run/, or an empty one, to the logs. */
static rd_code keep_file(const arriving *a, const char *path, const char *ending, rd_err *err)
{
	RD_AUTOFREE char *to = rd_local_path(a->l->dir, "logs", a->id, ending);
	int fd;

	if (!to)
		return rd_err_nomem(err);
	if (!rename(path, to))
		return RD_OK;
	fd = errno == ENOENT ? open(to, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	if (fd < 0)
		return rd_err_os(err, errno, "making '%s'", to);
	close(fd);
	return RD_OK;
}

static rd_code commit(arriving *a, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(a->l->db, true, &tx, err);

	if (!rc)
		rc = insert_all(a, tx, err);
	if (!rc)
		rc = keep_file(a, a->log, ".log", err);
	if (!rc)
		rc = keep_file(a, a->steps, ".steps", err);
	if (!rc)
		rc = rd_tx_commit(RD_TAKE(tx), err);
	/* Not before: who is killed in between leaves images or a build that is complete, and a sweep sees which. */
	if (!rc)
		unlink(a->note);
	return rc;
}

/* Nothing stays; what the engine does not remove now, the note is for. */
static void undo(arriving *a)
{
	static const char *const endings[] = {".log", ".steps"};
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < a->tags.len; i++)
		rc = a->engine->ops->remove(a->engine, a->tags.items[i], NULL);
	if (rc)
		rd_file_write(a->note, a->note_text.data, a->note_text.len, NULL);
	else if (a->note)
		unlink(a->note);
	for (size_t i = 0; i < RD_LEN(endings); i++) {
		RD_AUTOFREE char *path = rd_local_path(a->l->dir, "logs", a->id, endings[i]);

		if (path)
			unlink(path);
	}
	if (a->log)
		unlink(a->log);
	if (a->steps)
		unlink(a->steps);
}

static rd_code run(arriving *a, rd_reader *in, rd_cancel *cancel, rd_err *err)
{
	rd_import im = {.engine = a->engine,
		.rack = a->l->name,
		.app = a->app,
		.build = a->id,
		.log_path = a->log,
		.steps_path = a->steps,
		.on_tag = note_tag,
		.arg = a,
		.cancel = cancel};
	rd_code rc = rd_import_run(&im, in, &a->result, err);

	for (size_t i = 0; !rc && a->registry && *a->registry && i < a->result.images.len; i++)
		rc = push(a, &a->result.images.items[i], cancel, err);
	if (!rc && rd_cancel_fired(cancel))
		rc = rd_err_set(err, RD_ECANCELED, "canceled");
	return rc ? rc : commit(a, err);
}

rd_code rd_local_import(rd_rack *r, const char *app, rd_reader *in, rd_cancel *cancel,
	rd_build *ret_build, rd_err *err)
{
	RD_AUTO(arriving_done) arriving a = {.l = rd_local_of(r), .app = app, .lock_fd = -1};
	rd_code rc = begin(&a, err);

	if (!rc) {
		rc = run(&a, in, cancel, err);
		if (rc)
			undo(&a);
	}
	if (a.lock)
		unlink(a.lock);
	return rc ? rc : rd_local_builds.get(r, app, a.id, ret_build, err);
}

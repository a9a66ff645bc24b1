/* SPDX-License-Identifier: MIT */
/* How a local build begins: lock, files, record, worker. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/rack/job.h"
#include "core/rack/local_build.h"
#include "core/rack/local_cache.h"
#include "core/rack/trigger.h"
#include "core/store/locks.h"

/*
 * DESIGN: the order is what makes every state readable by others. The lock is taken before the row
 * is there, so that nobody sees an active build without a living owner; the log files are there
 * before the row, so that a viewer finds them; the row before the worker, which reads it. The lock's
 * descriptor goes to the worker: if this process dies in between, the lock ends with it and the
 * build is found dead.
 */

#define MB (1024 * 1024LL)
/* Images at once. A build often waits for network or disk: two a core. */
#define PARALLEL_MIN 4
#define PARALLEL_MAX 16
#define SPARE_BYTES (256 * 1024)

/* ---- what the worker is told ---- */

/* The digest that "object://APP/KEY" names. */
static rd_code find_source(rd_tx *tx, const char *app, const char *url, char **ret_digest,
	rd_err *err)
{
	static const char scheme[] = "object://";
	const char *rest = url && rd_starts_with(url, scheme) ? url + strlen(scheme) : "";
	const char *slash = strchr(rest, '/');
	bool found;
	rd_code rc;

	if (!slash || !slash[1])
		return rd_err_set(err, RD_EINVAL,
			"'%s' is not the place of a source: 'object://APP/KEY' is expected",
			rd_or_empty(url));
	if ((size_t)(slash - rest) != strlen(app) || memcmp(rest, app, strlen(app)))
		return rd_err_set(err, RD_EINVAL, "'%s' is not a source of app '%s'", url, app);
	rc = rd_local_text(tx, &found, ret_digest, err,
		"SELECT digest FROM objects WHERE app = ? AND key = ?", "tt", app, slash + 1);
	if (!rc && !found)
		rc = rd_err_set(err, RD_ENOENT, "no such source '%s': upload it again", url);
	return rc;
}

/* The app's own parameter, else the rack's, else no limit. */
static int64_t limit_of(const rd_kvs *own, const rd_kvs *rack, const char *name)
{
	return rd_local_param_number(own, name, rd_local_param_number(rack, name, 0));
}

static rd_code read_params(rd_tx *tx, const char *app, rd_job *job, rd_kvs *rack, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs own = {0};
	RD_STR_AUTO rd_str scope = RD_STR_INIT(0);
	rd_code rc;

	rd_str_printf(&scope, "app/%s", app);
	rc = rd_str_check(&scope, "the app's name", err);
	if (!rc)
		rc = rd_local_params(tx, "", rack, err);
	if (!rc)
		rc = rd_local_params(tx, rd_str_get(&scope), &own, err);
	if (rc)
		return rc;
	job->cpu_shares = limit_of(&own, rack, "BuildCpu");
	job->memory_bytes = limit_of(&own, rack, "BuildMemory") * MB;
	if (!rd_str_replace(&job->registry, rd_kvs_get(rack, "Registry")))
		return rd_err_nomem(err);
	return rd_local_cache_place(rack, job->dir, &job->cache, err);
}

static rd_code read_db(rd_local *l, const rd_build_opts *opts, rd_job *job, rd_kvs *logins,
	rd_kvs *rack, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, job->app, err);
	if (!rc)
		rc = find_source(tx, job->app, opts->url, &job->source, err);
	if (!rc)
		rc = rd_local_latest_env(tx, job->app, &job->env, err);
	if (!rc)
		rc = rd_local_logins(tx, logins, err);
	return rc ? rc : read_params(tx, job->app, job, rack, err);
}

static rd_code find_engines(const rd_kvs *rack, rd_job *job, rd_err *err)
{
	rd_err why = {0};
	char text[sizeof(why.msg) + sizeof(why.ctx) + 3];

	if (rd_local_engines_find(rack, &job->engines, &why)) {
		job->problem = rd_strdup(rd_err_text(&why, text, sizeof(text)));
		return job->problem ? RD_OK : rd_err_nomem(err);
	}
	/* Images that need no login can still be pulled. */
	if (rd_engine_docker_logins(&job->auth, &job->helpers, &why)) {
		job->warning = rd_strdup(rd_err_text(&why, text, sizeof(text)));
		return job->warning ? RD_OK : rd_err_nomem(err);
	}
	return RD_OK;
}

/* Who builds for another rack builds itself: so two that name each other come to an end. */
static const char *elsewhere(const rd_build_opts *opts, const rd_kvs *rack)
{
	char kind[sizeof(RD_TRIGGER_RACK) + 1];

	if (opts->build_rack && *opts->build_rack)
		return opts->build_rack;
	rd_trigger_kind(rd_or_empty(opts->trigger), kind, sizeof(kind));
	return strcmp(kind, RD_TRIGGER_RACK) ? rd_or_empty(rd_kvs_get(rack, "BuildRack")) : "";
}

/* A rack or an engine that is not there is the build's failure, told in its log, and not the caller's. */
static rd_code find_places(rd_local *l, const rd_build_opts *opts, rd_kvs *rack, rd_job *job,
	rd_err *err)
{
	const char *wish = elsewhere(opts, rack);
	rd_err why = {0};
	char text[sizeof(why.msg) + sizeof(why.ctx) + 3];

	if (*wish && rd_buildrack_find(wish, l->name, &job->elsewhere, &why)) {
		job->problem = rd_strdup(rd_err_text(&why, text, sizeof(text)));
		return job->problem ? RD_OK : rd_err_nomem(err);
	}
	/* What another rack builds comes to the own engine. */
	if (*wish && !rd_kvs_set(rack, "BuildInstance", ""))
		return rd_err_nomem(err);
	return find_engines(rack, job, err);
}

static rd_code resolve(rd_local *l, const char *app, const rd_build_opts *opts, rd_job *job,
	rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs rack = {0};
	RD_AUTO(rd_kvs_done) rd_kvs logins = {0};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	rd_code rc;

	job->kind = rd_strdup("build");
	job->rack = rd_strdup(l->name);
	job->dir = rd_strdup(l->dir);
	job->app = rd_strdup(app);
	job->manifest = rd_strdup(rd_or_empty(opts->manifest));
	if (!job->kind || !job->rack || !job->dir || !job->app || !job->manifest)
		return rd_err_nomem(err);
	if (opts->args && !rd_kvs_merge(&job->args, opts->args))
		return rd_err_nomem(err);
	job->no_cache = opts->no_cache;
	job->development = opts->development;
	job->full_log = opts->full_log;
	job->parallel = 2 * cores < PARALLEL_MIN   ? PARALLEL_MIN
			: 2 * cores > PARALLEL_MAX ? PARALLEL_MAX
						   : 2 * cores;
	rc = read_db(l, opts, job, &logins, &rack, err);
	if (!rc)
		rc = find_places(l, opts, &rack, job, err);
	/* The rack's logins were given on purpose: they go before those of who builds. */
	for (size_t i = 0; !rc && i < logins.len; i++)
		if (!rd_kvs_set(&job->auth, logins.items[i].key, logins.items[i].value) ||
			!rd_kvs_set(&job->helpers, logins.items[i].key, ""))
			rc = rd_err_nomem(err);
	return rc;
}

/* ---- lock, files, row ---- */

rd_code rd_local_build_id(rd_local *l, char ret_id[RD_ID_SIZE], int *ret_lock_fd, rd_err *err)
{
	rd_code rc;

	do {
		RD_AUTOFREE char *lock = NULL;

		rd_id_new('B', ret_id);
		lock = rd_local_path(l->dir, "run", ret_id, ".lock");
		rc = lock ? rd_lock_take(lock, ret_lock_fd, err) : rd_err_nomem(err);
	} while (rc == RD_EBUSY);
	return rc;
}

static rd_code make_file(rd_local *l, const char *id, const char *ending, rd_err *err)
{
	RD_AUTOFREE char *path = rd_local_path(l->dir, "logs", id, ending);
	int fd;

	if (!path)
		return rd_err_nomem(err);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return rd_err_os(err, errno, "making '%s'", path);
	close(fd);
	return RD_OK;
}

/* Room that is given back when the disk is full, so that the build's end can be recorded (rd_worker_fail). */
static rd_code make_spare(rd_local *l, const char *id, rd_err *err)
{
	RD_AUTOFREE char *path = rd_local_path(l->dir, "run", id, ".spare");
	RD_AUTOCLOSE int fd = -1;
	int rc;

	fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	rc = fd < 0 ? errno : posix_fallocate(fd, 0, SPARE_BYTES);
	return rc ? rd_err_os(err, rc, "no room for a build in '%s'", l->dir) : RD_OK;
}

static void remove_files(rd_local *l, const char *id)
{
	static const char *const places[][2] = {
		{"logs", ".log"}, {"logs", ".steps"}, {"run", ".spare"}, {"run", ".lock"}};

	for (size_t i = 0; i < RD_LEN(places); i++) {
		RD_AUTOFREE char *path = rd_local_path(l->dir, places[i][0], id, places[i][1]);

		if (path)
			unlink(path);
	}
}

/* What the builds table keeps of the options: no values of args, they may be secret. @ret heap. */
static rd_code opts_json(const rd_job *job, char **ret_json, rd_err *err)
{
	json_t *names = json_array();
	json_t *o;
	char *text = NULL;

	for (size_t i = 0; i < job->args.len; i++)
		json_array_append_new(names, json_string(job->args.items[i].key));
	o = json_pack("{ss, sb, sb, sb, ss*, so}", "manifest", job->manifest, "no_cache",
		job->no_cache, "development", job->development, "full_log", job->full_log,
		"registry", job->registry, "args", names);
	if (o)
		text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (!text)
		return rd_err_nomem(err);
	*ret_json = text;
	return rd_local_engines_put(&job->engines, ret_json, err);
}

static rd_code insert_row(rd_local *l, const rd_build_opts *opts, const rd_job *job, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *json = NULL;
	int64_t now_us = rd_wall_us();
	rd_code rc = opts_json(job, &json, err);

	if (!rc)
		rc = rd_db_begin(l->db, true, &tx, err);
	/* It may have been removed since it was looked at. */
	if (!rc)
		rc = rd_local_require_app(tx, job->app, err);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"INSERT INTO builds (id, app, description, git_sha, trigger, source, opts, "
			"created_us, started_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			"tttttttii", job->build, job->app, rd_or_empty(opts->description),
			rd_or_empty(opts->git_sha), rd_or_empty(opts->trigger), job->source, json,
			now_us, now_us);
	if (!rc && opts->push)
		rc = rd_local_push_begun(tx, opts->push, job->build, err);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

static rd_code enter(rd_local *l, const rd_build_opts *opts, const rd_job *job, rd_err *err)
{
	rd_code rc = make_file(l, job->build, ".log", err);

	if (!rc)
		rc = make_file(l, job->build, ".steps", err);
	if (!rc)
		rc = make_spare(l, job->build, err);
	if (!rc)
		rc = insert_row(l, opts, job, err);
	if (rc)
		remove_files(l, job->build);
	return rc;
}

/* The worker could not be started: the record says why. */
static void fail_row(rd_local *l, const char *id, const char *reason)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(l->db, true, &tx, NULL);

	if (!rc)
		rc = rd_local_exec(tx, NULL, NULL,
			"UPDATE builds SET status = 'failed', reason = ?, ended_us = ? "
			"WHERE id = ?",
			"tit", reason, rd_wall_us(), id);
	if (!rc)
		rd_tx_commit(RD_TAKE(tx), NULL);
}

rd_code rd_local_build_start(rd_local *l, const char *app, const rd_build_opts *opts,
	char ret_id[RD_ID_SIZE], rd_err *err)
{
	RD_AUTO(rd_job_done) rd_job job = {0};
	RD_AUTOCLOSE int lock_fd = -1;
	char id[RD_ID_SIZE];
	rd_code rc = resolve(l, app, opts, &job, err);

	if (!rc)
		rc = rd_local_build_id(l, id, &lock_fd, err);
	if (rc)
		return rc;
	job.build = rd_strdup(id);
	rc = job.build ? enter(l, opts, &job, err) : rd_err_nomem(err);
	if (rc)
		return rc;
	rc = rd_job_start(&job, lock_fd, err);
	if (rc) {
		rd_err_wrap(err, "starting the worker of build %s", id);
		fail_row(l, id, err ? err->msg : "the worker could not be started");
		return rc;
	}
	memcpy(ret_id, id, sizeof(id));
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/* The way of a build through its worker. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/build/plan.h"
#include "core/formats/env.h"
#include "core/formats/manifest.h"
#include "core/formats/platform.h"
#include "core/rack/local_cache.h"
#include "core/rack/worker_impl.h"

/* ---- secrets ---- */

/* The part after "user:" of the logins. */
static rd_code add_logins(rd_redact *r, const rd_kvs *auth, rd_err *err)
{
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < auth->len; i++) {
		const char *colon = strchr(auth->items[i].value, ':');

		if (colon)
			rc = rd_redact_add(r, colon + 1, err);
	}
	return rc;
}

/* ---- opening ---- */

/* Not the rest of the place: a region or a folder is an ordinary word in a log. */
static rd_code add_cache_secrets(rd_redact *r, const rd_kvs *place, rd_err *err)
{
	const char *secret = rd_kvs_get(place, "secret_key");
	const char *token = rd_kvs_get(place, "session_token");
	rd_code rc = secret ? rd_redact_add(r, secret, err) : RD_OK;

	return rc || !token ? rc : rd_redact_add(r, token, err);
}

static rd_code open_record(rd_worker *w, rd_err *err)
{
	const rd_job *job = w->job;
	RD_AUTOFREE char *text = rd_local_path(job->dir, "logs", job->build, ".log");
	RD_AUTOFREE char *steps = rd_local_path(job->dir, "logs", job->build, ".steps");
	rd_code rc = rd_redact_new(&w->redact, err);

	if (!rc)
		rc = rd_redact_add_pairs(w->redact, &job->args, err);
	if (!rc)
		rc = rd_redact_add_env(w->redact, &w->env, err);
	if (!rc)
		rc = add_logins(w->redact, &job->auth, err);
	if (!rc)
		rc = add_cache_secrets(w->redact, &job->cache, err);
	if (!rc && job->elsewhere.address.password)
		rc = rd_redact_add(w->redact, job->elsewhere.address.password, err);
	if (!rc && (!text || !steps))
		rc = rd_err_nomem(err);
	return rc ? rc : rd_record_open(text, steps, w->redact, &w->record, err);
}

static rd_code open_all(rd_worker *w, rd_err *err)
{
	rd_code rc = rd_cancel_new(&w->cancel, err);

	if (!rc)
		rc = rd_worker_watch_start(w->job, w->cancel, &w->watch, err);
	if (!rc)
		rc = rd_env_parse(rd_or_empty(w->job->env), &w->env, err);
	return rc ? rc : open_record(w, err);
}

static void close_all(rd_worker *w)
{
	static const char *const endings[] = {".cancel", ".spare", ".lock"};

	rd_run_result_done(&w->result);
	rd_source_close(w->source);
	rd_engine_close(w->engine);
	rd_engine_close(w->home);
	if (w->record)
		rd_record_close(w->record, NULL);
	rd_redact_free(w->redact);
	rd_worker_watch_stop(w->watch);
	rd_cancel_free(w->cancel);
	rd_kvs_done(&w->env);
	rd_kvs_done(&w->auth);
	rd_db_close(w->db);
	/* The lock's file last: it is held until we are gone. */
	for (size_t i = 0; i < RD_LEN(endings); i++) {
		RD_AUTOFREE char *path =
			rd_local_path(w->job->dir, "run", w->job->build, endings[i]);

		if (path)
			unlink(path);
	}
}

/* ---- the manifest ---- */

static rd_code put_lines(rd_worker *w, const char *text, rd_err *err)
{
	rd_code rc = RD_OK;

	while (!rc && *text) {
		size_t n = strcspn(text, "\n");

		rc = rd_record_line(w->record, NULL, err, "%.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
	return rc;
}

static void choose_manifest(rd_worker *w)
{
	w->manifest = *rd_or_empty(w->job->manifest) ? w->job->manifest : RD_MANIFEST_NAME;
	if (w->manifest != w->job->manifest && !rd_source_find(w->source, w->manifest) &&
		rd_source_find(w->source, RD_MANIFEST_NAME_COMPOSE))
		w->manifest = RD_MANIFEST_NAME_COMPOSE;
}

/* Archives are often made of a folder, not of what is in it. */
static bool is_one_folder_down(const rd_worker *w, rd_str *ret_name)
{
	const char *first = rd_source_count(w->source) ? rd_source_at(w->source, 0)->path : "";
	size_t n = strcspn(first, "/");
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	rd_str_putn(ret_name, first, n);
	rd_str_printf(&path, "%s/%s", rd_str_get(ret_name), w->manifest);
	return rd_str_ok(&path) && rd_source_find(w->source, rd_str_get(&path)) &&
	       !strchr(w->manifest, '/');
}

static rd_code no_manifest(const rd_worker *w, rd_err *err)
{
	RD_STR_AUTO rd_str folder = RD_STR_INIT(0);

	if (is_one_folder_down(w, &folder))
		return rd_err_set(err, RD_ENOENT,
			"no such file: %s: it lies in the folder '%s' of the source: send what is "
			"in that folder",
			w->manifest, rd_str_get(&folder));
	return rd_err_set(err, RD_ENOENT,
		"no such file: %s: the source has no manifest of that name, add it or choose one "
		"with -m",
		w->manifest);
}

static rd_code read_manifest(rd_worker *w, rd_str *out, rd_err *err)
{
	rd_code rc;

	choose_manifest(w);
	rc = rd_source_read_file(w->source, w->manifest, RD_MANIFEST_MAX_BYTES, out, err);
	if (rc == RD_ENOENT)
		return no_manifest(w, err);
	return rc ? rc : rd_worker_store_manifest(w, rd_str_get(out), err);
}

/* All problems go to the log; the error is the first one. */
static rd_code load_manifest(rd_worker *w, rd_manifest **ret_manifest, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_STR_AUTO rd_str lines = RD_STR_INIT(0);
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	RD_AUTO(rd_problems_done) rd_problems problems = {0};
	rd_manifest *m = NULL;
	rd_code rc = read_manifest(w, &text, err), written;

	rd_problems_init(&problems);
	if (!rc && (!rd_kvs_merge(&env, &w->env) || !rd_kvs_merge(&env, &w->job->args)))
		rc = rd_err_nomem(err);
	if (rc)
		return rc;
	rc = rd_manifest_load(rd_str_get(&text), text.len, &env, &problems, &m, err);
	if (rc)
		rd_err_wrap(err, "%s", w->manifest);
	rd_problems_format(&problems, w->manifest, &lines);
	written = put_lines(w, rd_str_get(&lines), rc ? NULL : err);
	if (!rc)
		rc = written;
	if (!rc)
		rc = rd_manifest_check_env(m, &env, err);
	for (size_t i = 0; !rc && i < m->services.len; i++)
		rc = rd_redact_add_pairs(w->redact,
			&((rd_service *)rd_vec_at(&m->services, i))->args, err);
	if (!rc)
		rc = rd_worker_store_generation(w, m->generation, err);
	if (rc) {
		rd_manifest_free(m);
		return rc;
	}
	*ret_manifest = m;
	return RD_OK;
}

/* ---- plan and run ---- */

rd_code rd_worker_meet(rd_worker *w, const rd_engine_place *place, rd_engine **ret_engine,
	rd_engine_info *ret_info, rd_err *err)
{
	bool is_instance = place == &w->job->engines.builder && w->job->engines.is_instance;
	rd_engine *e = NULL;
	rd_code rc = rd_engine_open(place, &e, err);

	if (rc)
		return rc;
	*ret_engine = e;
	e->cancel = w->cancel;
	e->named_by = is_instance ? "the rack parameter BuildInstance" : NULL;
	return e->ops->meet(e, ret_info, err);
}

/* The engine to which the images come from a build instance. */
static rd_code meet_home(rd_worker *w, rd_err *err)
{
	const rd_local_engines *places = &w->job->engines;
	rd_engine_info info;
	rd_code rc;

	if (!places->is_instance)
		return RD_OK;
	rc = rd_record_line(w->record, NULL, err, "Building on %s%s", places->builder.endpoint,
		places->home.endpoint ? "" : ", where the images stay: there is no engine here");
	if (!rc && places->home.endpoint)
		rc = rd_worker_meet(w, &places->home, &w->home, &info, err);
	return rc;
}

static rd_code open_engines(rd_worker *w, rd_err *err)
{
	rd_code rc = RD_OK;

	if (w->job->problem)
		return rd_err_set(err, RD_EUNAVAIL, "%s", w->job->problem);
	if (w->job->warning)
		rc = rd_record_line(w->record, NULL, err, "warning: %s", w->job->warning);
	if (!rc)
		rc = rd_worker_meet(w, &w->job->engines.builder, &w->engine, &w->info, err);
	return rc ? rc : meet_home(w, err);
}

/* A cache that cannot be opened is a warning: the build does without. */
static rd_code open_cache(rd_worker *w, rd_cache **ret_cache, rd_err *err)
{
	rd_err why = {0};
	char text[sizeof(why.msg) + sizeof(why.ctx) + 3];

	if (!rd_local_cache_open(&w->job->cache, w->cancel, ret_cache, &why))
		return RD_OK;
	return rd_record_line(w->record, NULL, err, "warning: no cache: %s",
		rd_err_text(&why, text, sizeof(text)));
}

static rd_code run_plan(rd_worker *w, const rd_plan *plan, rd_err *err)
{
	const rd_job *job = w->job;
	rd_run_opts opts = {
		.engine = w->engine,
		.home = w->home,
		.info = &w->info,
		.source = w->source,
		.plan = plan,
		.record = w->record,
		.rack = job->rack,
		.app = job->app,
		.build_id = job->build,
		.registry = job->registry,
		.auth = &w->auth,
		.no_cache = job->no_cache,
		.full_log = job->full_log,
		.memory_bytes = job->memory_bytes,
		.cpu_shares = (int)job->cpu_shares,
		.parallel = job->parallel < 1 ? 1 : (int)job->parallel,
		.known = rd_worker_known,
		.known_arg = w,
	};
	RD_AUTO(rd_artifacts_done) rd_artifacts artifacts;
	RD_AUTOFREE char *key = NULL;
	rd_cache *cache = NULL;
	rd_code rc = rd_worker_inputs_key(w, &key, err);

	if (!rc)
		rc = open_cache(w, &cache, err);
	rd_artifacts_init(&artifacts, cache, job->app, job->build, job->no_cache);
	opts.artifacts = &artifacts;
	opts.inputs_key = key;
	for (size_t i = 0; !rc && i < plan->warnings.len; i++)
		rc = rd_record_line(w->record, NULL, err, "warning: %s", plan->warnings.items[i]);
	if (!rc) {
		w->used_engine = true;
		rc = rd_run(&opts, w->cancel, &w->result, err);
	}
	if (!rc)
		rc = rd_artifacts_tell(&artifacts, w->record, err);
	rd_cache_close(cache);
	return rc;
}

static rd_code make_images(rd_worker *w, const rd_manifest *m, rd_err *err)
{
	rd_plan_opts opts = {
		.source = w->source,
		.manifest = m,
		.env = &w->env,
		.args = &w->job->args,
		.development = w->job->development,
	};
	RD_STR_AUTO rd_str platform = RD_STR_INIT(0);
	rd_plan *plan = NULL;
	rd_err no_engine = {0};
	rd_code rc, engine_rc = open_engines(w, &no_engine);

	/* What is wrong in the source is told also where there is no engine. */
	rd_platform_put(w->info.os, w->info.arch, &platform);
	opts.platform = rd_str_get(&platform);
	rc = rd_plan_make(&opts, &plan, err);
	if (!rc && engine_rc) {
		rc = engine_rc;
		if (err)
			*err = no_engine;
	}
	if (!rc)
		rc = rd_worker_logins(w, plan, err);
	if (!rc)
		rc = run_plan(w, plan, err);
	rd_plan_free(plan);
	return rc;
}

static rd_code build(rd_worker *w, rd_err *err)
{
	RD_AUTOFREE char *objects = rd_path_join(w->job->dir, "objects");
	rd_manifest *m = NULL;
	rd_code rc = objects ? open_all(w, err) : rd_err_nomem(err);

	/* The other rack has a queue of its own; and its log is ours from the first byte. */
	if (!rc && !w->job->elsewhere.name)
		rc = rd_worker_wait_turn(w, err);
	if (!rc)
		rc = rd_worker_mark_running(w, err);
	if (!rc)
		rc = rd_source_open(objects, w->job->source, &w->source, err);
	if (!rc && w->job->elsewhere.name) {
		rc = rd_worker_relay(w, err);
	} else {
		if (!rc)
			rc = load_manifest(w, &m, err);
		if (!rc)
			rc = make_images(w, m, err);
	}
	if (!rc)
		rc = rd_worker_complete(w, err);
	rd_manifest_free(m);
	return rc;
}

rd_code rd_worker_build(const rd_job *job, rd_err *err)
{
	rd_worker w = {.job = job};
	RD_AUTOFREE char *path = rd_path_join(job->dir, "rack.db");
	rd_err why = {0};
	rd_code rc = path ? rd_db_open(path, &w.db, err) : rd_err_nomem(err);

	/* Without the database nothing can be told: who opens the rack next finds us dead. */
	if (!rc && build(&w, &why))
		rc = rd_worker_fail(&w, &why, err);
	close_all(&w);
	return rc;
}

/* SPDX-License-Identifier: MIT */
/* Releases of the local rack. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/utf8.h"
#include "core/build/promote.h"
#include "core/formats/env.h"
#include "core/rack/local_build.h"
#include "core/rack/local_impl.h"

#define RELEASE_COLS "id, app, build, manifest, description, created_us, promoted_us"

static rd_code no_such_release(const char *id, rd_err *err)
{
	return rd_err_set(err, RD_ENOENT, "no such release '%s': see 'rackdeck releases'", id);
}

/* Columns RELEASE_COLS, then env. */
static rd_code load_release(rd_stmt *s, rd_release *ret_release, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release r = {0};

	if (!rd_local_col(s, 0, &r.id) || !rd_local_col(s, 1, &r.app) ||
		!rd_local_col(s, 2, &r.build) || !rd_local_col(s, 3, &r.manifest) ||
		!rd_local_col(s, 4, &r.description) || !rd_local_col(s, 7, &r.env))
		return rd_err_nomem(err);
	r.created_us = rd_stmt_col_int(s, 5);
	r.promoted_us = rd_stmt_col_int(s, 6);
	*ret_release = r;
	r = (rd_release){0};
	return RD_OK;
}

static rd_code list(rd_rack *r, const char *app, int limit, const char *before,
	rd_vec *ret_releases, rd_err *err)
{
	RD_AUTO(rd_releases_done) rd_vec releases = RD_VEC_INIT(rd_release);
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	int64_t seq = INT64_MAX;
	bool row, found = true;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, false, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	if (!rc && before)
		rc = rd_local_number(tx, &found, &seq, err,
			"SELECT seq FROM releases WHERE id = ? AND app = ?", "tt", before, app);
	if (!rc && !found)
		rc = no_such_release(before, err);
	if (!rc)
		rc = rd_local_query(tx, &s, err,
			"SELECT " RELEASE_COLS ", '' FROM releases WHERE app = ? AND seq < ? "
			"ORDER BY seq DESC LIMIT ?",
			"tii", app, seq, (int64_t)(limit > 0 ? limit : -1));
	while (!rc && !(rc = rd_stmt_step(s, &row, err)) && row) {
		rd_release *rel = rd_vec_push(&releases);

		rc = rel ? load_release(s, rel, err) : rd_err_nomem(err);
	}
	if (rc)
		return rc;
	*ret_releases = rd_vec_take(&releases);
	return RD_OK;
}

static rd_code get_in(rd_tx *tx, const char *app, const char *id, rd_release *ret_release,
	rd_err *err)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	bool row;
	rd_code rc = rd_local_query(tx, &s, err,
		"SELECT " RELEASE_COLS ", env FROM releases WHERE id = ? AND app = ?", "tt", id,
		app);

	if (!rc)
		rc = rd_stmt_step(s, &row, err);
	if (rc)
		return rc;
	return row ? load_release(s, ret_release, err) : no_such_release(id, err);
}

static rd_code get(rd_rack *r, const char *app, const char *id, rd_release *ret_release,
	rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, false, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	return rc ? rc : get_in(tx, app, id, ret_release, err);
}

/* ---- making one ---- */

/* The latest release of the app; an empty one (id NULL) if there is none. */
static rd_code latest(rd_tx *tx, const char *app, rd_release *ret_release, rd_err *err)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	bool row;
	rd_code rc = rd_local_query(tx, &s, err,
		"SELECT " RELEASE_COLS ", env FROM releases WHERE app = ? "
		"ORDER BY seq DESC LIMIT 1",
		"t", app);

	if (!rc)
		rc = rd_stmt_step(s, &row, err);
	if (rc || !row)
		return rc;
	return load_release(s, ret_release, err);
}

rd_code rd_local_latest_env(rd_tx *tx, const char *app, char **ret_env, rd_err *err)
{
	bool found;
	rd_code rc = rd_local_text(tx, &found, ret_env, err,
		"SELECT env FROM releases WHERE app = ? ORDER BY seq DESC LIMIT 1", "t", app);

	if (!rc && !found && !(*ret_env = rd_strdup("")))
		rc = rd_err_nomem(err);
	return rc;
}

/* Puts the build's id, manifest and description. */
static rd_code take_build(rd_tx *tx, const rd_release_wish *w, rd_release *r, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_code rc = rd_local_build_get(tx, w->app, w->build, &b, err);

	if (rc)
		return rc;
	if (!rd_str_replace(&r->build, b.id) || !rd_str_replace(&r->manifest, b.manifest) ||
		!rd_str_replace(&r->description, b.description))
		return rd_err_nomem(err);
	return RD_OK;
}

/* JSON and the worker's job hold no other text: such a value would break every build from now on. */
static rd_code check_text(const rd_kvs *env, rd_err *err)
{
	for (size_t i = 0; i < env->len; i++) {
		const rd_kv *kv = &env->items[i];

		if (!rd_utf8_valid(kv->key, strlen(kv->key)))
			return rd_err_set(err, RD_EINVAL,
				"the name of a variable is not UTF-8: use letters, digits and '_'");
		if (!rd_utf8_valid(kv->value, strlen(kv->value)))
			return rd_err_set(err, RD_EINVAL,
				"the value of '%s' is not UTF-8: encode it, as with base64",
				kv->key);
	}
	return RD_OK;
}

/* Puts the environment in its lawful form, and what changed as description if there is none. */
static rd_code take_env(const rd_release_wish *w, rd_release *r, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs from = {0};
	RD_AUTO(rd_kvs_done) rd_kvs to = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_STR_AUTO rd_str words = RD_STR_INIT(0);
	rd_code rc = rd_env_parse(rd_or_empty(r->env), &from, err);

	if (!rc)
		rc = rd_env_parse(w->env, &to, err);
	if (!rc)
		rc = check_text(&to, err);
	if (rc)
		return rc;
	rd_env_format(&to, &text);
	rd_env_describe(&from, &to, &words);
	if (!rd_str_ok(&text) || !rd_str_ok(&words) || !rd_str_replace(&r->env, rd_str_get(&text)))
		return rd_err_nomem(err);
	if (!w->build && !rd_str_replace(&r->description, rd_str_get(&words)))
		return rd_err_nomem(err);
	return RD_OK;
}

static rd_code insert(rd_tx *tx, const rd_release *r, rd_err *err)
{
	return rd_local_exec(tx, NULL, err,
		"INSERT INTO releases (id, app, build, env, manifest, description, created_us) "
		"VALUES (?, ?, ?, ?, ?, ?, ?)",
		"tttttti", r->id, r->app, rd_or_empty(r->build), rd_or_empty(r->env),
		rd_or_empty(r->manifest), rd_or_empty(r->description), r->created_us);
}

rd_code rd_local_release_add(rd_tx *tx, const rd_release_wish *w, rd_release *ret_release,
	rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release r = {0};
	char id[RD_ID_SIZE];
	int64_t latest_us;
	rd_code rc = latest(tx, w->app, &r, err);

	if (rc)
		return rc;
	latest_us = r.created_us;
	rd_id_new('R', id);
	if (!rd_str_replace(&r.id, id) || !rd_str_replace(&r.app, w->app) ||
		!rd_str_replace(&r.description, ""))
		return rd_err_nomem(err);
	if (w->build)
		rc = take_build(tx, w, &r, err);
	if (!rc && w->env)
		rc = take_env(w, &r, err);
	if (!rc && w->description && !rd_str_replace(&r.description, w->description))
		rc = rd_err_nomem(err);
	if (rc)
		return rc;
	/* A later release is newer, also when the clock stepped back: promoting goes by the time. */
	r.created_us = rd_wall_us();
	if (r.created_us <= latest_us)
		r.created_us = latest_us + 1;
	rc = insert(tx, &r, err);
	if (rc)
		return rc;
	if (ret_release) {
		*ret_release = r;
		r = (rd_release){0};
	}
	return RD_OK;
}

/* What failed has no images, so that nothing could run of its release. */
static rd_code check_build(rd_tx *tx, const char *app, const char *build, rd_err *err)
{
	RD_AUTOFREE char *status = NULL;
	bool found = false;
	rd_code rc = rd_local_text(tx, &found, &status, err,
		"SELECT status FROM builds WHERE id = ? AND app = ?", "tt", build, app);

	if (!rc && found && strcmp(status, "complete") != 0)
		rc = rd_err_set(err, RD_EINVAL,
			"build %s cannot be released: it is %s, and only a complete one can", build,
			status);
	return rc;
}

static rd_code create(rd_rack *rack, const char *app, const char *build, const char *env,
	const char *description, rd_release *ret_release, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release r = {0};
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(rd_local_of(rack)->db, true, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	if (!rc && build)
		rc = check_build(tx, app, build, err);
	if (!rc)
		rc = rd_local_release_add(tx, &(rd_release_wish){app, build, env, description}, &r,
			err);
	if (!rc)
		rc = rd_tx_commit(RD_TAKE(tx), err);
	if (!rc)
		rc = get(rack, app, r.id, ret_release, err);
	return rc;
}

/* ---- promoting ---- */

/* The app's status, and when its active release was made (0: none is active). */
static rd_code read_active(rd_tx *tx, const char *app, char **ret_status, int64_t *ret_created_us,
	rd_err *err)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	bool row;
	rd_code rc = rd_local_query(tx, &s, err,
		"SELECT a.status, r.created_us FROM apps a LEFT JOIN releases r ON r.id = "
		"a.release "
		"WHERE a.name = ?",
		"t", app);

	if (!rc)
		rc = rd_stmt_step(s, &row, err);
	if (rc)
		return rc;
	if (!row)
		return rd_local_require_app(tx, app, err);
	*ret_created_us = rd_stmt_col_int(s, 1);
	return rd_local_col(s, 0, ret_status) ? RD_OK : rd_err_nomem(err);
}

static rd_code promote(rd_rack *rack, const char *app, const char *id, bool force,
	rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release r = {0};
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *status = NULL;
	int64_t active_us = 0;
	rd_code rc = rd_db_begin(rd_local_of(rack)->db, true, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	if (!rc)
		rc = read_active(tx, app, &status, &active_us, err);
	if (!rc)
		rc = get_in(tx, app, id, &r, err);
	if (!rc)
		rc = rd_promote_check(
			&(rd_promote_case){
				.app_status = status,
				.force = force,
				.manifest = r.manifest,
				.env = r.env,
				.created_us = r.created_us,
				.active_created_us = active_us,
			},
			err);
	/* Nothing runs on a local rack: the release is active at once. */
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"UPDATE apps SET release = ?, status = 'running' WHERE name = ?", "tt", id,
			app);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"UPDATE releases SET promoted_us = ? WHERE id = ?", "it", rd_wall_us(), id);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

const struct rd_rack_releases rd_local_releases = {
	.list = list,
	.get = get,
	.create = create,
	.promote = promote,
};

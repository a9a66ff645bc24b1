/* SPDX-License-Identifier: MIT */
/* Apps of the local rack. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/rack/leftovers.h"

#define APP_COLS "name, generation, status, release, locked"

static const char *const known_params[] = {
	"BuildCpu", "BuildMemory", "KeepBuilds", "KeepDays", NULL};

/* "app/NAME". @ret heap, NULL if out of memory. */
static char *scope_of(const char *app)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	rd_str_printf(&s, "app/%s", app);
	return rd_str_take(&s);
}

static rd_code no_such_app(const char *app, rd_err *err)
{
	return rd_err_set(err, RD_ENOENT,
		"no such app '%s': create it with 'rackdeck apps create %s'", app, app);
}

rd_code rd_local_require_app(rd_tx *tx, const char *app, rd_err *err)
{
	RD_AUTOFREE char *name = NULL;
	bool found;
	rd_code rc = rd_local_text(tx, &found, &name, err, "SELECT name FROM apps WHERE name = ?",
		"t", app);

	if (!rc && !found)
		rc = no_such_app(app, err);
	return rc;
}

static rd_code load_app(rd_tx *tx, rd_stmt *s, rd_app *ret_app, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app a = {0};
	RD_AUTOFREE char *scope = NULL;
	rd_code rc;

	if (!rd_local_col(s, 0, &a.name) || !rd_local_col(s, 1, &a.generation) ||
		!rd_local_col(s, 2, &a.status) || !rd_local_col(s, 3, &a.release))
		return rd_err_nomem(err);
	a.locked = rd_stmt_col_int(s, 4);
	scope = scope_of(a.name);
	rc = scope ? rd_local_params(tx, scope, &a.parameters, err) : rd_err_nomem(err);
	if (rc)
		return rc;
	*ret_app = a;
	a = (rd_app){0};
	return RD_OK;
}

static rd_code list(rd_rack *r, rd_vec *ret_apps, rd_err *err)
{
	RD_AUTO(rd_apps_done) rd_vec apps = RD_VEC_INIT(rd_app);
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, false, &tx, err);
	bool row;

	if (!rc)
		rc = rd_local_query(tx, &s, err, "SELECT " APP_COLS " FROM apps ORDER BY name", "");
	while (!rc && !(rc = rd_stmt_step(s, &row, err)) && row) {
		rd_app *a = rd_vec_push(&apps);

		rc = a ? load_app(tx, s, a, err) : rd_err_nomem(err);
	}
	if (rc)
		return rc;
	*ret_apps = rd_vec_take(&apps);
	return RD_OK;
}

static rd_code get(rd_rack *r, const char *app, rd_app *ret_app, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	rd_code rc = rd_db_begin(rd_local_of(r)->db, false, &tx, err);
	bool row;

	if (!rc)
		rc = rd_local_query(tx, &s, err, "SELECT " APP_COLS " FROM apps WHERE name = ?",
			"t", app);
	if (!rc)
		rc = rd_stmt_step(s, &row, err);
	if (rc)
		return rc;
	return row ? load_app(tx, s, ret_app, err) : no_such_app(app, err);
}

static rd_code create(rd_rack *r, const char *app, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_app_name_check(app, err);

	if (!rc)
		rc = rd_db_begin(rd_local_of(r)->db, true, &tx, err);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"INSERT INTO apps (name, created_us) VALUES (?, ?)", "ti", app,
			rd_wall_us());
	if (rc == RD_EEXIST)
		return rd_err_set(err, RD_EEXIST, "app already exists: %s", app);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

static rd_code set_params(rd_rack *r, const char *app, const rd_kvs *params, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *scope = scope_of(app);
	rd_code rc = scope ? rd_db_begin(rd_local_of(r)->db, true, &tx, err) : rd_err_nomem(err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	if (!rc)
		rc = rd_local_params_store(rd_local_of(r), tx, scope, params, known_params, err);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

/* ---- removal ---- */

static rd_code refuse_if_building(rd_local *l, rd_tx *tx, const char *app, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs ids = {0};
	rd_code rc = rd_local_each(tx, rd_local_put_text, &ids, err,
		"SELECT id FROM builds WHERE app = ? AND status IN " RD_LOCAL_ACTIVE
		" ORDER BY seq",
		"t", app);

	for (size_t i = 0; !rc && i < ids.len; i++) {
		bool alive;

		rc = rd_local_alive(l->dir, ids.items[i], &alive, err);
		if (!rc && alive)
			rc = rd_err_set(err, RD_EBUSY,
				"app '%s' has a running build: end it with 'rackdeck builds "
				"cancel %s -a %s'",
				app, ids.items[i], app);
	}
	return rc;
}

static rd_code collect(rd_tx *tx, const char *app, rd_leftovers *out, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs builds = {0};
	rd_code rc = rd_local_each(tx, rd_local_put_text, &builds, err,
		"SELECT id FROM builds WHERE app = ? ORDER BY seq", "t", app);

	for (size_t i = 0; !rc && i < builds.len; i++)
		rc = rd_leftovers_add(tx, builds.items[i], out, err);
	return rc ? rc
		  : rd_local_each(tx, rd_local_put_text, &out->sources, err,
			    "SELECT digest FROM objects WHERE app = ?", "t", app);
}

static rd_code remove_rows(rd_tx *tx, const char *app, rd_err *err)
{
	RD_AUTOFREE char *scope = scope_of(app);
	rd_code rc = scope ? RD_OK : rd_err_nomem(err);

	if (!rc)
		rc = rd_local_exec(tx, NULL, err, "DELETE FROM params WHERE scope = ?", "t", scope);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err, "DELETE FROM objects WHERE app = ?", "t", app);
	return rc ? rc : rd_local_exec(tx, NULL, err, "DELETE FROM apps WHERE name = ?", "t", app);
}

static rd_code remove_app(rd_rack *r, const char *app, rd_err *err)
{
	rd_local *l = rd_local_of(r);
	RD_AUTO(rd_leftovers_done) rd_leftovers left = {0};
	uint64_t freed;
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(l->db, true, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	if (!rc)
		rc = refuse_if_building(l, tx, app, err);
	if (!rc)
		rc = collect(tx, app, &left, err);
	if (!rc)
		rc = remove_rows(tx, app, err);
	if (!rc)
		rc = rd_tx_commit(RD_TAKE(tx), err);
	if (rc)
		return rc;
	/* The app is gone; what cannot be tidied now is no failure of the removal. */
	rd_leftovers_clear(l->dir, l->db, &left);
	rd_local_cache.clear(r, app, &freed, NULL);
	return RD_OK;
}

const struct rd_rack_apps rd_local_apps = {
	.list = list,
	.get = get,
	.create = create,
	.remove = remove_app,
	.set_params = set_params,
	.created_on_build = true,
};

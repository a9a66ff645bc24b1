/* SPDX-License-Identifier: MIT */
/*
 * What the files of the local rack share; nobody else includes this.
 *
 * Directory of a rack (0700, files 0600):
 *   rack.db            the database (core/store/schema.c)
 *   objects/           sources by content (core/store/source.h)
 *   logs/BUILD.log     the text log          logs/BUILD.steps  the steps (core/formats/steps.h)
 *   run/BUILD.lock     held as long as the build's worker lives (core/store/locks.h)
 *   run/BUILD.cancel   there: the worker is to stop
 *   run/BUILD.spare    bytes that are given back when the disk is full, to record the failure
 *   run/NAME.sweep     what is to be removed from an engine (sweep.h)
 *   run/NAME.later     the same, once more
 */
#ifndef RD_CORE_RACK_LOCAL_IMPL_H
#define RD_CORE_RACK_LOCAL_IMPL_H

#include "core/base/str.h"
#include "core/rack/local.h"
#include "core/store/db.h"

typedef struct rd_local {
	rd_rack rack; /* first: an rd_rack of ours is an rd_local */
	char *name;
	char *dir;
	rd_db *db;
} rd_local;

#define RD_LOCAL_ACTIVE "('created', 'running')"

extern const struct rd_rack_apps rd_local_apps;
extern const struct rd_rack_builds rd_local_builds;
extern const struct rd_rack_logs rd_local_logs;
extern const struct rd_rack_releases rd_local_releases;
extern const struct rd_rack_objects rd_local_objects;
extern const struct rd_rack_registries rd_local_registries;
extern const struct rd_rack_hooks rd_local_hooks;
extern const struct rd_rack_system rd_local_system;
extern const struct rd_rack_cache rd_local_cache;
extern const struct rd_rack_images rd_local_images;
extern const struct rd_rack_care rd_local_care;
extern const struct rd_rack_events rd_local_events;

static inline rd_local *rd_local_of(rd_rack *r)
{
	return (rd_local *)r;
}

/* "DIR/FOLDER/NAME" and the ending. @ret heap, NULL if out of memory. */
char *rd_local_path(const char *dir, const char *folder, const char *name, const char *ending);

/* ---- local_sql.c: statements with their values ---- */

/* Prepares sql and binds the values: types holds 't' for const char *, 'i' for int64_t. @ret give. */
rd_code rd_local_query(rd_tx *tx, rd_stmt **ret_stmt, rd_err *err, const char *sql,
	const char *types, ...);
/* Runs a statement to its first row or end. *ret_changes (may be NULL): rows that it changed. */
rd_code rd_local_exec(rd_tx *tx, int *ret_changes, rd_err *err, const char *sql, const char *types,
	...);
/* Runs a query of one row: *ret_found and the text of its first column (heap, "" if NULL). */
rd_code rd_local_text(rd_tx *tx, bool *ret_found, char **ret_text, rd_err *err, const char *sql,
	const char *types, ...);
/* Runs a query of one row: *ret_found and the number in its first column. */
rd_code rd_local_number(rd_tx *tx, bool *ret_found, int64_t *ret_number, rd_err *err,
	const char *sql, const char *types, ...);
/* Runs a query and calls fn for each of its rows. @errors those of fn, which end it. */
typedef rd_code rd_local_row_fn(rd_stmt *s, void *arg, rd_err *err);
rd_code rd_local_each(rd_tx *tx, rd_local_row_fn *fn, void *arg, rd_err *err, const char *sql,
	const char *types, ...);
rd_code rd_local_put_text(rd_stmt *s, void *strs, rd_err *err); /* the first column to an rd_strs */
rd_code rd_local_put_pair(rd_stmt *s, void *kvs, rd_err *err);  /* the first two to an rd_kvs */
/* Copies a column into *ret_text. @returns false if out of memory. */
bool rd_local_col(rd_stmt *s, int i, char **ret_text);

/* ---- shared by apps, builds, releases ---- */

/* @errors RD_ENOENT "no such app 'x': …". */
rd_code rd_local_require_app(rd_tx *tx, const char *app, rd_err *err);
/* Parameters of a scope ("" the rack, "app/NAME"), by name. */
rd_code rd_local_params(rd_tx *tx, const char *scope, rd_kvs *out, rd_err *err);
/* A number among parameters; what is missing or wrong is `otherwise`. */
int64_t rd_local_param_number(const rd_kvs *params, const char *name, int64_t otherwise);
/* Checks and stores; "" removes. known: NULL-terminated. */
rd_code rd_local_params_store(const rd_local *l, rd_tx *tx, const char *scope, const rd_kvs *params,
	const char *const *known, rd_err *err);
/* How many builds may run at once: BuildConcurrency, or the number of cores. */
rd_code rd_local_concurrency(rd_tx *tx, int *ret_builds, rd_err *err);

/* Adds the rack's logins: server -> "user:password", in place of those that are there. */
rd_code rd_local_logins(rd_tx *tx, rd_kvs *out, rd_err *err);

/* The environment (text) of the app's latest release, "" without one. @ret heap. */
rd_code rd_local_latest_env(rd_tx *tx, const char *app, char **ret_env, rd_err *err);
/* A new release within a write transaction: from the app's latest one, with build and env replaced
 * (NULL: kept), description NULL: made from what changed. ret_release may be NULL. */
typedef struct rd_release_wish {
	const char *app, *build, *env, *description;
} rd_release_wish;
rd_code rd_local_release_add(rd_tx *tx, const rd_release_wish *w, rd_release *ret_release,
	rd_err *err);

/* Notes the build of a push that waited. @errors RD_ECANCELED a newer push took its place. */
rd_code rd_local_push_begun(rd_tx *tx, int64_t seq, const char *build, rd_err *err);

/* Whether a build or an upload names that source. */
rd_code rd_local_source_used(rd_tx *tx, const char *digest, bool *ret_used, rd_err *err);

/* ---- recover.c ---- */

/* Whether the worker of that build lives. */
rd_code rd_local_alive(const char *dir, const char *build, bool *ret_alive, rd_err *err);
/* When the dead build was last seen at work: its log's last change, but not before it began. */
int64_t rd_local_build_end(rd_local *l, const char *id, int64_t started_us);
/* Turns active builds without a living worker into failed ones, clears what they left in run/ and
 * starts a sweep of the engine if one is due. Reads only, if there is nothing to do. */
rd_code rd_local_recover(rd_local *l, rd_err *err);

#endif

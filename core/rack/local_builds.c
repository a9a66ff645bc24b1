/* SPDX-License-Identifier: MIT */
/* Builds of the local rack: records, start and cancel. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/rack/local_build.h"
#include "core/rack/local_impl.h"

/* json_extract: the one option that a list shows. */
#define BUILD_COLS \
	"id, app, description, entrypoint, manifest, process, release, reason, status, git_sha, " \
	"trigger, started_us, ended_us, json_extract(opts, '$.full_log')"

static rd_code no_such_build(const char *id, rd_err *err)
{
	return rd_err_set(err, RD_ENOENT, "no such build '%s': see 'rackdeck builds'", id);
}

static rd_code load_build(rd_stmt *s, rd_build *ret_build, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	RD_STR_AUTO rd_str logs = RD_STR_INIT(0);
	char **const texts[] = {&b.id, &b.app, &b.description, &b.entrypoint, &b.manifest,
		&b.process, &b.release, &b.reason, &b.status, &b.git_sha, &b.trigger};
	int n = RD_LEN(texts);

	for (int i = 0; i < n; i++)
		if (!rd_local_col(s, i, texts[i]))
			return rd_err_nomem(err);
	rd_str_printf(&logs, "object://%s/build/%s/logs", b.app, b.id);
	b.logs = rd_str_take(&logs);
	if (!b.logs)
		return rd_err_nomem(err);
	b.started_us = rd_stmt_col_int(s, n);
	b.ended_us = rd_stmt_col_int(s, n + 1);
	b.full_log = rd_stmt_col_int(s, n + 2);
	*ret_build = b;
	b = (rd_build){0};
	return RD_OK;
}

static rd_code load_pushed(rd_tx *tx, const char *id, rd_kvs *out, rd_err *err)
{
	return rd_local_each(tx, rd_local_put_pair, out, err,
		"SELECT remote, digest FROM images WHERE build = ? AND digest <> '' "
		"ORDER BY service",
		"t", id);
}

rd_code rd_local_build_get(rd_tx *tx, const char *app, const char *id, rd_build *ret_build,
	rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	bool row;
	rd_code rc = rd_local_query(tx, &s, err,
		"SELECT " BUILD_COLS " FROM builds WHERE id = ? AND app = ?", "tt", id, app);

	if (!rc)
		rc = rd_stmt_step(s, &row, err);
	if (rc)
		return rc;
	rc = row ? load_build(s, &b, err) : no_such_build(id, err);
	if (!rc)
		rc = load_pushed(tx, id, &b.pushed, err);
	if (rc)
		return rc;
	*ret_build = b;
	b = (rd_build){0};
	return RD_OK;
}

static rd_code read_list(rd_local *l, const char *app, int limit, const char *before, rd_vec *out,
	rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	int64_t seq = INT64_MAX;
	bool row, found = true;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	if (!rc && before)
		rc = rd_local_number(tx, &found, &seq, err,
			"SELECT seq FROM builds WHERE id = ? AND app = ?", "tt", before, app);
	if (!rc && !found)
		rc = no_such_build(before, err);
	if (!rc)
		rc = rd_local_query(tx, &s, err,
			"SELECT " BUILD_COLS " FROM builds WHERE app = ? AND seq < ? "
			"ORDER BY seq DESC LIMIT ?",
			"tii", app, seq, (int64_t)(limit > 0 ? limit : -1));
	while (!rc && !(rc = rd_stmt_step(s, &row, err)) && row) {
		rd_build *b = rd_vec_push(out);

		rc = b ? load_build(s, b, err) : rd_err_nomem(err);
	}
	return rc;
}

/* Whether an active build has lost its worker: a console that is open for long sees it too. */
static bool has_lost(rd_local *l, const rd_build *b)
{
	bool alive = true;

	return rd_build_is_active(b) && !rd_local_alive(l->dir, b->id, &alive, NULL) && !alive;
}

/* Where its end could not be recorded, on a full disk perhaps: nobody must wait for it. */
static rd_code show_lost(rd_local *l, rd_build *b, rd_err *err)
{
	if (!has_lost(l, b))
		return RD_OK;
	b->ended_us = rd_local_build_end(l, b->id, b->started_us);
	if (!rd_str_replace(&b->status, "failed") || !rd_str_replace(&b->reason, "interrupted"))
		return rd_err_nomem(err);
	return RD_OK;
}

static rd_code list(rd_rack *r, const char *app, int limit, const char *before, rd_vec *ret_builds,
	rd_err *err)
{
	rd_local *l = rd_local_of(r);
	RD_AUTO(rd_builds_done) rd_vec builds = RD_VEC_INIT(rd_build);
	rd_code rc = read_list(l, app, limit, before, &builds, err);
	bool lost = false;

	for (size_t i = 0; !rc && !lost && i < builds.len; i++)
		lost = has_lost(l, rd_vec_at(&builds, i));
	if (lost) {
		rd_local_recover(l, NULL);
		rd_builds_done(&builds);
		rc = read_list(l, app, limit, before, &builds, err);
	}
	for (size_t i = 0; !rc && lost && i < builds.len; i++)
		rc = show_lost(l, rd_vec_at(&builds, i), err);
	if (rc)
		return rc;
	*ret_builds = rd_vec_take(&builds);
	return RD_OK;
}

static rd_code read_one(rd_local *l, const char *app, const char *id, rd_build *ret_build,
	rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	return rc ? rc : rd_local_build_get(tx, app, id, ret_build, err);
}

static rd_code get(rd_rack *r, const char *app, const char *id, rd_build *ret_build, rd_err *err)
{
	rd_local *l = rd_local_of(r);
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_code rc = read_one(l, app, id, &b, err);

	if (!rc && has_lost(l, &b)) {
		rd_local_recover(l, NULL);
		rd_build_done(&b);
		rc = read_one(l, app, id, &b, err);
		if (!rc)
			rc = show_lost(l, &b, err);
	}
	if (rc)
		return rc;
	*ret_build = b;
	b = (rd_build){0};
	return RD_OK;
}

static rd_code create(rd_rack *r, const char *app, const rd_build_opts *opts, rd_build *ret_build,
	rd_err *err)
{
	rd_local *l = rd_local_of(r);
	char id[RD_ID_SIZE];
	rd_code rc = rd_local_build_start(l, app, opts, id, err);

	return rc ? rc : read_one(l, app, id, ret_build, err);
}

static rd_code cancel(rd_rack *r, const char *app, const char *id, rd_err *err)
{
	rd_local *l = rd_local_of(r);
	RD_AUTO(rd_build_done) rd_build b = {0};
	RD_AUTOFREE char *path = rd_local_path(l->dir, "run", id, ".cancel");
	rd_code rc = path ? get(r, app, id, &b, err) : rd_err_nomem(err);
	int fd;

	if (rc)
		return rc;
	if (!rd_build_is_active(&b))
		return rd_err_set(err, RD_EBUSY, "build %s is not running: it is %s", id, b.status);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == EEXIST ? RD_OK
				       : rd_err_os(err, errno, "asking build %s to stop", id);
	close(fd);
	return RD_OK;
}

const struct rd_rack_builds rd_local_builds = {
	.list = list,
	.get = get,
	.create = create,
	.cancel = cancel,
	.export = rd_local_export,
	.import = rd_local_import,
};

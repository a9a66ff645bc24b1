/* SPDX-License-Identifier: MIT */
/* What a worker that died left behind. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/rack/local_impl.h"
#include "core/rack/sweep.h"
#include "core/store/locks.h"

#define SWEEP_AGAIN_US (60 * 1000000LL)

rd_code rd_local_alive(const char *dir, const char *build, bool *ret_alive, rd_err *err)
{
	RD_AUTOFREE char *lock = rd_local_path(dir, "run", build, ".lock");

	return lock ? rd_lock_held(lock, ret_alive, err) : rd_err_nomem(err);
}

/* ---- builds ---- */

/* The active builds: those whose worker lives, and those whose worker is dead. */
static rd_code find_active(rd_local *l, rd_strs *living, rd_strs *dead, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);
	bool row;

	if (!rc)
		rc = rd_local_query(tx, &s, err,
			"SELECT id FROM builds WHERE status IN " RD_LOCAL_ACTIVE " ORDER BY seq",
			"");
	while (!rc && !(rc = rd_stmt_step(s, &row, err)) && row) {
		const char *id = rd_stmt_col(s, 0);
		bool alive = true;

		rc = rd_local_alive(l->dir, id, &alive, err);
		if (!rc && !rd_strs_add(alive ? living : dead, id))
			rc = rd_err_nomem(err);
	}
	return rc;
}

int64_t rd_local_build_end(rd_local *l, const char *id, int64_t started_us)
{
	RD_AUTOFREE char *path = rd_local_path(l->dir, "logs", id, ".log");
	struct stat st;
	int64_t at = 0;

	if (path && !stat(path, &st))
		at = st.st_mtim.tv_sec * 1000000LL + st.st_mtim.tv_nsec / 1000;
	else
		at = rd_wall_us();
	return at > started_us ? at : started_us;
}

/* In the write transaction: what a worker has committed since is seen, and its lock is looked at
 * again, so that a build that ended well stays so. */
static rd_code fail_one(rd_local *l, rd_tx *tx, const char *id, rd_str *note, rd_err *err)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	bool row, alive;
	rd_code rc = rd_local_query(tx, &s, err,
		"SELECT opts, started_us FROM builds "
		"WHERE id = ? AND status IN " RD_LOCAL_ACTIVE,
		"t", id);

	if (!rc)
		rc = rd_stmt_step(s, &row, err);
	if (rc || !row)
		return rc;
	rc = rd_local_alive(l->dir, id, &alive, err);
	if (rc || alive)
		return rc;
	rc = rd_sweep_put(note, rd_stmt_col(s, 0), id, NULL, err);
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"UPDATE builds SET status = 'failed', reason = 'interrupted', ended_us = ? "
			"WHERE id = ?",
			"it", rd_local_build_end(l, id, rd_stmt_col_int(s, 1)), id);
	return rc;
}

static rd_code fail_dead(rd_local *l, const rd_strs *dead, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);
	rd_code rc = rd_db_begin(l->db, true, &tx, err);

	for (size_t i = 0; !rc && i < dead->len; i++)
		rc = fail_one(l, tx, dead->items[i], &note, err);
	/* First the note: a sweep does no harm to a build that is not alive. */
	if (!rc)
		rc = rd_sweep_note(l->dir, &note, false, err);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

/* ---- files in run/ ---- */

/* Removes a file that belongs to no living build. A fresh worker's lock is taken before its row is
 * there: so it is the lock that decides, and it is ours while its file goes. */
static void clear_file(const char *run, const char *name, const char *id)
{
	RD_AUTOFREE char *path = rd_path_join(run, name);
	RD_STR_AUTO rd_str lock = RD_STR_INIT(0);
	RD_AUTOCLOSE int fd = -1;

	rd_str_printf(&lock, "%s/%s.lock", run, id);
	if (!path || !rd_str_ok(&lock) || rd_lock_take(rd_str_get(&lock), &fd, NULL))
		return;
	unlink(path);
	unlink(rd_str_get(&lock));
}

static bool is_due(const char *run, const char *name)
{
	RD_AUTOFREE char *path = rd_path_join(run, name);
	struct stat st;
	int64_t age_us;

	if (!path || stat(path, &st))
		return false;
	age_us = rd_wall_us() - st.st_mtim.tv_sec * 1000000LL;
	return age_us > SWEEP_AGAIN_US || age_us < 0;
}

/* Clears what no living build needs. @returns whether a note waits to be tried again. */
static bool clear_run(const char *run, const rd_strs *living)
{
	DIR *d = opendir(run);
	struct dirent *e;
	bool due = false;

	while (d && (e = readdir(d))) {
		char id[RD_ID_SIZE] = "";
		const char *dot = strchr(e->d_name, '.');

		if (rd_sweep_is_note(e->d_name)) {
			due = due || is_due(run, e->d_name);
			continue;
		}
		if (!dot || dot - e->d_name != RD_ID_SIZE - 1)
			continue;
		memcpy(id, e->d_name, RD_ID_SIZE - 1);
		if (rd_id_is('B', id) && !rd_strs_has(living, id))
			clear_file(run, e->d_name, id);
	}
	if (d)
		closedir(d);
	return due;
}

rd_code rd_local_recover(rd_local *l, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs living = {0};
	RD_AUTO(rd_strs_done) rd_strs dead = {0};
	RD_AUTOFREE char *run = rd_path_join(l->dir, "run");
	rd_code rc = run ? find_active(l, &living, &dead, err) : rd_err_nomem(err);

	if (!rc && dead.len)
		rc = fail_dead(l, &dead, err);
	if (rc)
		return rc;
	if (clear_run(run, &living) || dead.len)
		rd_sweep_start(l->dir);
	return RD_OK;
}

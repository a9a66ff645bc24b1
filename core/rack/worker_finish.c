/* SPDX-License-Identifier: MIT */
/* How a worker records the way of its build. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/rack/prune.h"
#include "core/rack/worker_impl.h"

#define REASON_MAX_BYTES 1024

/* After an update of our row. The row is ours as long as it is active: who
 * found us dead has taken it, and a build that was given up stays failed. */
static rd_code check_ours(int changes, rd_err *err)
{
	if (changes == 1)
		return RD_OK;
	return rd_err_set(err, RD_EBUSY, "the build was given up meanwhile");
}

rd_code rd_worker_mark_running(rd_worker *w, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	char pid[24];
	int changes = 0;
	rd_code rc = rd_db_begin(w->db, true, &tx, err);

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (!rc)
		rc = rd_local_exec(tx, &changes, err,
			"UPDATE builds SET status = 'running', started_us = ?, process = ? "
			"WHERE id = ? AND status = 'created'",
			"itt", rd_wall_us(), pid, w->job->build);
	if (!rc)
		rc = check_ours(changes, err);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

rd_code rd_worker_store_manifest(rd_worker *w, const char *text, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	int changes = 0;
	rd_code rc = rd_db_begin(w->db, true, &tx, err);

	if (!rc)
		rc = rd_local_exec(tx, &changes, err,
			"UPDATE builds SET manifest = ? WHERE id = ? AND status = 'running'", "tt",
			text, w->job->build);
	if (!rc)
		rc = check_ours(changes, err);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

rd_code rd_worker_store_generation(rd_worker *w, int generation, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(w->db, true, &tx, err);

	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"UPDATE apps SET generation = ? WHERE name = ? AND generation <> ?", "ttt",
			generation == 1 ? "1" : "2", w->job->app, generation == 1 ? "1" : "2");
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

/* ---- the log ---- */

rd_code rd_worker_close_record(rd_worker *w, rd_err *err)
{
	rd_record *r = w->record;

	w->record = NULL;
	return r ? rd_record_close(r, err) : RD_OK;
}

/* What the database will say must not outlive the log that explains it. */
static rd_code sync_file(rd_worker *w, const char *ending, rd_err *err)
{
	RD_AUTOFREE char *path = rd_local_path(w->job->dir, "logs", w->job->build, ending);
	RD_AUTOCLOSE int fd = -1;

	if (!path)
		return rd_err_nomem(err);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fdatasync(fd) < 0)
		return rd_err_os(err, errno, "writing log '%s'", path);
	return RD_OK;
}

/* Writes the last line by hand: a record that failed takes no more. */
static void append_error(rd_worker *w, const char *reason)
{
	RD_AUTOFREE char *path = rd_local_path(w->job->dir, "logs", w->job->build, ".log");
	RD_AUTOCLOSE int fd = -1;
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	off_t end;
	char last = '\n';

	fd = path ? open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	if (fd < 0)
		return;
	end = lseek(fd, 0, SEEK_END);
	/* A write that was cut left half a line. */
	if (end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n')
		rd_str_putc(&line, '\n');
	rd_str_printf(&line, "ERROR: %s\n", reason);
	if (rd_str_ok(&line) && !rd_write_all(fd, line.data, line.len, NULL))
		fdatasync(fd);
}

/* ---- well ---- */

static rd_code insert_images(rd_worker *w, rd_tx *tx, rd_err *err)
{
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < w->result.images.len; i++) {
		const rd_run_image *im = rd_vec_at(&w->result.images, i);

		rc = rd_local_exec(tx, NULL, err,
			"INSERT INTO images (build, service, tag, image_id, inputs, remote, "
			"digest) "
			"VALUES (?, ?, ?, ?, ?, ?, ?)",
			"ttttttt", w->job->build, im->service, im->tag, im->image_id, im->inputs,
			rd_or_empty(im->remote), rd_or_empty(im->digest));
	}
	return rc;
}

/* Release, images and `complete` become visible together or not at all. */
static rd_code commit_complete(rd_worker *w, rd_err *err)
{
	const rd_job *job = w->job;
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_release_done) rd_release r = {0};
	int changes = 0;
	rd_code rc = rd_db_begin(w->db, true, &tx, err);

	if (!rc)
		rc = insert_images(w, tx, err);
	if (!rc)
		rc = rd_local_release_add(tx, &(rd_release_wish){job->app, job->build, NULL, NULL},
			&r, err);
	if (!rc)
		rc = rd_local_exec(tx, &changes, err,
			"UPDATE builds SET status = 'complete', release = ?, entrypoint = ?, "
			"ended_us = ? WHERE id = ? AND status = 'running'",
			"ttit", r.id, rd_or_empty(w->result.entrypoint), rd_wall_us(), job->build);
	if (!rc)
		rc = check_ours(changes, err);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

rd_code rd_worker_complete(rd_worker *w, rd_err *err)
{
	rd_code rc = rd_worker_close_record(w, err);

	if (!rc)
		rc = sync_file(w, ".log", err);
	if (!rc)
		rc = sync_file(w, ".steps", err);
	if (!rc)
		rc = commit_complete(w, err);
	if (!rc)
		rd_prune_after_build(w->job->dir, w->db, w->job->app);
	return rc;
}

/* ---- not well ---- */

/* One line without secrets. */
static void make_reason(rd_worker *w, const rd_err *why, rd_str *out)
{
	/* Whatever broke first: it broke because it was to end. */
	if (why->code == RD_ECANCELED || rd_cancel_fired(w->cancel)) {
		rd_str_put(out, rd_worker_watch_interrupted(w->watch) ? "interrupted" : "canceled");
		return;
	}
	rd_redact_err(w->redact, why, out);
	for (size_t i = 0; i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\r')
			out->data[i] = ' ';
	if (why->code == RD_ENOSPC)
		rd_str_printf(out, ": make room in '%s'", w->job->dir);
}

static rd_code commit_failed(rd_worker *w, const char *reason, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(w->db, true, &tx, err);

	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"UPDATE builds SET status = 'failed', reason = ?, ended_us = ? "
			"WHERE id = ? AND status IN " RD_LOCAL_ACTIVE,
			"tit", reason, rd_wall_us(), w->job->build);
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

rd_code rd_worker_fail(rd_worker *w, const rd_err *why, rd_err *err)
{
	RD_STR_AUTO rd_str reason = RD_STR_INIT(0);
	RD_AUTOFREE char *spare = rd_local_path(w->job->dir, "run", w->job->build, ".spare");
	rd_worker_cleaner *cleaner;
	rd_code rc;

	make_reason(w, why, &reason);
	rd_str_cut(&reason, REASON_MAX_BYTES);
	rd_worker_close_record(w, NULL);
	/* If the disk is full, this is the room for what follows. */
	if (spare)
		unlink(spare);
	if (!w->is_told)
		append_error(w, rd_str_get(&reason));
	cleaner = rd_worker_clean_start(w);
	rc = commit_failed(w, rd_str_get(&reason), err);
	rd_worker_clean_end(cleaner);
	return rc;
}

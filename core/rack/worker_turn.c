/* SPDX-License-Identifier: MIT */
/* A build waits for its turn. */
#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/worker_impl.h"

/*
 * DESIGN: builds start in the order of their rows. One may start when fewer than N older active ones
 * have a living worker; as all count the same way, never more than N run. What can change that: a
 * commit (a build ended, the parameter changed), seen as IN_ATTRIB of rack.db; a lock that was let
 * go by a worker that was killed, seen as IN_CLOSE_WRITE of its file. That event comes shortly before
 * the kernel drops the lock, so a few more looks follow it at growing intervals; then it is quiet.
 */
#define SETTLE_LOOKS 7
#define SETTLE_FIRST_MS 10
/* How often to look when the system gives no inotify descriptor. */
#define LOOK_MS 1000

static rd_code my_turn(rd_worker *w, bool *ret_mine, int *ret_slots, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	int slots = 1, ahead = 0;
	bool row;
	rd_code rc = rd_db_begin(w->db, false, &tx, err);

	if (!rc)
		rc = rd_local_concurrency(tx, &slots, err);
	if (!rc)
		rc = rd_local_query(tx, &s, err,
			"SELECT id FROM builds WHERE status IN " RD_LOCAL_ACTIVE
			" AND seq < (SELECT seq FROM builds WHERE id = ?) ORDER BY seq",
			"t", w->job->build);
	while (!rc && ahead < slots && !(rc = rd_stmt_step(s, &row, err)) && row) {
		bool alive = false;

		rc = rd_local_alive(w->job->dir, rd_stmt_col(s, 0), &alive, err);
		ahead += alive;
	}
	if (rc)
		return rc;
	*ret_mine = ahead < slots;
	*ret_slots = slots;
	return RD_OK;
}

/* @returns an inotify descriptor on what may change our turn; -1 if there is none to be had. */
static int open_watch(const char *dir)
{
	RD_AUTOFREE char *run = rd_path_join(dir, "run");
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0 || !run)
		return fd;
	if (inotify_add_watch(fd, dir, IN_ATTRIB) < 0 ||
		inotify_add_watch(fd, run, IN_CLOSE_WRITE | IN_DELETE) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Waits for a change. *looks: how many more looks are due without one. */
static rd_code wait_change(rd_worker *w, int fd, int *looks, rd_err *err)
{
	struct pollfd fds[] = {{rd_cancel_fd(w->cancel), POLLIN, 0}, {fd, POLLIN, 0}};
	int timeout_ms = fd < 0 ? LOOK_MS : -1;
	char buf[65536];

	if (*looks > 0)
		timeout_ms = SETTLE_FIRST_MS << (SETTLE_LOOKS - *looks);
	if (poll(fds, RD_LEN(fds), timeout_ms) < 0 && errno != EINTR)
		return rd_err_os(err, errno, "waiting for a turn");
	if (rd_cancel_fired(w->cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	if (fds[1].revents) {
		while (read(fd, buf, sizeof(buf)) > 0)
			continue;
		*looks = SETTLE_LOOKS;
	} else if (*looks > 0) {
		--*looks;
	}
	return RD_OK;
}

rd_code rd_worker_wait_turn(rd_worker *w, rd_err *err)
{
	RD_AUTOCLOSE int fd = -1;
	bool mine = false, has_told = false;
	int slots = 0, looks = 0;
	rd_code rc = my_turn(w, &mine, &slots, err);

	/* Only who has to wait: closing it takes the kernel some 20 ms. Then one more look, so that no
	 * change falls between the two. */
	if (!rc && !mine) {
		fd = open_watch(w->job->dir);
		rc = my_turn(w, &mine, &slots, err);
	}
	while (!rc && !mine) {
		if (!has_told)
			rc = rd_record_line(w->record, NULL, err,
				"Waiting for a free slot (BuildConcurrency is %d)", slots);
		has_told = true;
		if (!rc)
			rc = wait_change(w, fd, &looks, err);
		if (!rc)
			rc = my_turn(w, &mine, &slots, err);
	}
	if (!rc && rd_cancel_fired(w->cancel))
		rc = rd_err_set(err, RD_ECANCELED, "canceled");
	return rc;
}

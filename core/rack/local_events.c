/* SPDX-License-Identifier: MIT */
/* Seeing what other processes do to a local rack, without waking up when nothing happens. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/local_impl.h"

/*
 * DESIGN: one inotify descriptor with three watches. The directory: who commits sets the time of
 * rack.db when the commit can be seen (core/store/db.c); it wrote rack.db-wal before, and that is
 * looked at too, in case it died in between. What it was is confirmed by the database's version.
 * logs/: a log grew. run/: a lock was let go, perhaps by a worker that was killed; nothing in the
 * database says so. The events of the log and of the lock come shortly before what they tell of, so a
 * timer asks for one more look. An epoll descriptor joins the two.
 */
#define LOOK_AGAIN_MS 100

struct rd_events {
	rd_local *local; /* borrowed */
	int fd;          /* epoll: what the caller polls */
	int watch_fd;    /* inotify */
	int timer_fd;
	int in_dir, in_logs, in_run; /* watch descriptors */
	int64_t version;
	bool is_lock_gone; /* the second look is for a lock, too */
};

static rd_code add_watch(rd_events *e, const char *path, uint32_t mask, int *ret_wd, rd_err *err)
{
	*ret_wd = inotify_add_watch(e->watch_fd, path, mask | IN_ONLYDIR);
	if (*ret_wd < 0)
		return rd_err_os(err, errno, "watching '%s'", path);
	return RD_OK;
}

static rd_code add_watches(rd_events *e, rd_err *err)
{
	RD_AUTOFREE char *logs = rd_path_join(e->local->dir, "logs");
	RD_AUTOFREE char *run = rd_path_join(e->local->dir, "run");
	rd_code rc = logs && run ? RD_OK : rd_err_nomem(err);

	if (!rc)
		rc = add_watch(e, e->local->dir, IN_ATTRIB | IN_MODIFY | IN_CREATE | IN_DELETE,
			&e->in_dir, err);
	if (!rc)
		rc = add_watch(e, logs, IN_MODIFY | IN_CREATE, &e->in_logs, err);
	if (!rc)
		rc = add_watch(e, run, IN_CLOSE_WRITE | IN_DELETE, &e->in_run, err);
	return rc;
}

static void close_events(rd_events *e)
{
	if (!e)
		return;
	if (e->fd >= 0)
		close(e->fd);
	if (e->watch_fd >= 0)
		close(e->watch_fd);
	if (e->timer_fd >= 0)
		close(e->timer_fd);
	free(e);
}

static rd_code open_fds(rd_events *e, rd_err *err)
{
	struct epoll_event in = {.events = EPOLLIN};

	e->fd = e->timer_fd = -1;
	e->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (e->watch_fd < 0)
		return rd_err_os(err, errno,
			"watching the rack (many watchers? see sysctl "
			"fs.inotify.max_user_instances)");
	e->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	e->fd = epoll_create1(EPOLL_CLOEXEC);
	if (e->timer_fd < 0 || e->fd < 0 || epoll_ctl(e->fd, EPOLL_CTL_ADD, e->watch_fd, &in) < 0 ||
		epoll_ctl(e->fd, EPOLL_CTL_ADD, e->timer_fd, &in) < 0)
		return rd_err_os(err, errno, "watching the rack");
	return RD_OK;
}

static rd_code open_events(rd_rack *r, rd_events **ret_events, rd_err *err)
{
	rd_events *e = calloc(1, sizeof(*e));
	rd_code rc;

	if (!e)
		return rd_err_nomem(err);
	e->local = rd_local_of(r);
	rc = open_fds(e, err);
	if (!rc)
		rc = add_watches(e, err);
	if (!rc)
		rc = rd_db_version(e->local->db, &e->version, err);
	if (rc) {
		close_events(e);
		return rc;
	}
	*ret_events = e;
	return RD_OK;
}

static int events_fd(rd_events *e)
{
	return e->fd;
}

/* What one event says; RD_CHANGE_DATA of the directory is yet to be confirmed. */
typedef struct seen {
	bool dir, lock;
	unsigned changes;
} seen;

static void look_at(const rd_events *e, const struct inotify_event *ev, seen *s)
{
	const char *name = ev->len ? ev->name : "";

	if (ev->mask & IN_Q_OVERFLOW) {
		s->dir = true;
		s->changes = RD_CHANGE_DATA | RD_CHANGE_LOGS;
	} else if (ev->wd == e->in_dir) {
		s->dir = s->dir || rd_starts_with(name, "rack.db");
	} else if (ev->wd == e->in_logs) {
		s->changes |= RD_CHANGE_LOGS;
	} else if (ev->wd == e->in_run && rd_ends_with(name, ".lock")) {
		s->lock = true;
	}
}

/* Reads all that is queued, so that a log that grows fast is one change. */
static rd_code drain(const rd_events *e, seen *s, rd_err *err)
{
	_Alignas(struct inotify_event) char buf[65536];

	for (;;) {
		ssize_t n = read(e->watch_fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return RD_OK;
		if (n <= 0)
			return rd_err_os(err, n ? errno : EIO, "reading changes of the rack");
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *ev = (const void *)(buf + at);

			look_at(e, ev, s);
			at += (ssize_t)(sizeof(*ev) + ev->len);
		}
		/* Not full: that was all, and who writes without end does not keep us here. */
		if ((size_t)n < sizeof(buf) / 2)
			return RD_OK;
	}
}

static void look_again(const rd_events *e)
{
	const struct itimerspec at = {.it_value = {.tv_nsec = LOOK_AGAIN_MS * 1000000L}};

	timerfd_settime(e->timer_fd, 0, &at, NULL);
}

static rd_code take(rd_events *e, unsigned *ret_changes, rd_err *err)
{
	seen s = {0};
	int64_t version = e->version;
	uint64_t times;
	rd_code rc = drain(e, &s, err);
	bool is_second_look = read(e->timer_fd, &times, sizeof(times)) > 0;

	if (!rc && (s.dir || is_second_look))
		rc = rd_db_version(e->local->db, &version, err);
	if (rc)
		return rc;
	if (s.lock || (is_second_look && e->is_lock_gone) || version != e->version)
		s.changes |= RD_CHANGE_DATA;
	if (is_second_look)
		e->is_lock_gone = false;
	e->is_lock_gone |= s.lock;
	/* Also if a commit was seen: another one behind it may not be visible yet. */
	if (s.lock || s.dir)
		look_again(e);
	e->version = version;
	*ret_changes = s.changes;
	return RD_OK;
}

const struct rd_rack_events rd_local_events = {
	.open = open_events,
	.fd = events_fd,
	.take = take,
	.close = close_events,
};

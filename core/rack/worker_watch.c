/* SPDX-License-Identifier: MIT */
/* A thread of the worker that waits for the wish to stop. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/worker_impl.h"

/* How often to look when the system gives no inotify descriptor. */
#define LOOK_MS 1000

struct rd_worker_watch {
	pthread_t thread;
	bool has_thread;
	rd_cancel *cancel; /* borrowed */
	char *path;        /* run/BUILD.cancel */
	int run_fd;        /* inotify on run/, -1: none to be had */
	int signal_fd;
	int stop_fd;
	atomic_bool interrupted;
};

static void drain(int fd)
{
	char buf[4096];

	while (read(fd, buf, sizeof(buf)) > 0)
		continue;
}

static void *wait_for_wish(void *arg)
{
	rd_worker_watch *w = arg;
	struct pollfd fds[] = {
		{w->stop_fd, POLLIN, 0}, {w->signal_fd, POLLIN, 0}, {w->run_fd, POLLIN, 0}};

	/* First look: the file may have come before the watch. */
	while (!rd_file_exists(w->path)) {
		int n = poll(fds, RD_LEN(fds), w->run_fd < 0 ? LOOK_MS : -1);

		if (n < 0 && errno != EINTR)
			return NULL;
		if (n <= 0)
			continue;
		if (fds[0].revents)
			return NULL;
		if (fds[1].revents) {
			atomic_store(&w->interrupted, true);
			break;
		}
		drain(w->run_fd);
	}
	rd_cancel_fire(w->cancel);
	return NULL;
}

static rd_code open_fds(rd_worker_watch *w, const rd_job *job, rd_err *err)
{
	RD_AUTOFREE char *run = rd_path_join(job->dir, "run");
	sigset_t set;

	if (!run)
		return rd_err_nomem(err);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	w->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	w->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (w->signal_fd < 0 || w->stop_fd < 0)
		return rd_err_os(err, errno, "waiting for signals");
	w->run_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->run_fd >= 0 && inotify_add_watch(w->run_fd, run, IN_CREATE | IN_MOVED_TO) < 0) {
		close(w->run_fd);
		w->run_fd = -1;
	}
	return RD_OK;
}

rd_code rd_worker_watch_start(const rd_job *job, rd_cancel *cancel, rd_worker_watch **ret_watch,
	rd_err *err)
{
	rd_worker_watch *w = calloc(1, sizeof(*w));
	rd_code rc;
	int os;

	if (!w)
		return rd_err_nomem(err);
	w->run_fd = w->signal_fd = w->stop_fd = -1;
	w->cancel = cancel;
	w->path = rd_local_path(job->dir, "run", job->build, ".cancel");
	rc = w->path ? open_fds(w, job, err) : rd_err_nomem(err);
	if (!rc) {
		os = pthread_create(&w->thread, NULL, wait_for_wish, w);
		w->has_thread = !os;
		rc = os ? rd_err_os(err, os, "making a thread") : RD_OK;
	}
	if (rc) {
		rd_worker_watch_stop(w);
		return rc;
	}
	*ret_watch = w;
	return RD_OK;
}

bool rd_worker_watch_interrupted(const rd_worker_watch *w)
{
	return w && atomic_load(&w->interrupted);
}

rd_worker_watch *rd_worker_watch_stop(rd_worker_watch *w)
{
	const int *fds[] = {&w->run_fd, &w->signal_fd, &w->stop_fd};

	if (!w)
		return NULL;
	if (w->has_thread) {
		eventfd_write(w->stop_fd, 1);
		pthread_join(w->thread, NULL);
	}
	for (size_t i = 0; i < RD_LEN(fds); i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	free(w->path);
	free(w);
	return NULL;
}

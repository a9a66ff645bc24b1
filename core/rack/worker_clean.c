/* SPDX-License-Identifier: MIT */
/* What a failed build left in the engine goes. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/rack/sweep.h"
#include "core/rack/worker_impl.h"

/* A build is shown as failed when the engine is clean, but an engine that hangs holds it up no longer
 * than this. */
#define CLEAN_MS 5000

struct rd_worker_cleaner {
	rd_worker *worker;
	pthread_t thread;
	int done_fd; /* readable when the thread has done its work */
	rd_code rc;  /* of the work */
};

static void *run_clean(void *arg)
{
	rd_worker_cleaner *c = arg;
	rd_worker *w = c->worker;

	c->rc = w->engine->ops->sweep(w->engine, w->job->build, NULL);
	if (w->home && w->home->ops->sweep(w->home, w->job->build, NULL))
		c->rc = RD_EUNAVAIL;
	eventfd_write(c->done_fd, 1);
	return NULL;
}

static void note_down(rd_worker *w, bool later)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *opts = NULL;
	bool found = false;
	rd_code rc = rd_db_begin(w->db, false, &tx, NULL);

	if (!rc)
		rc = rd_local_text(tx, &found, &opts, NULL, "SELECT opts FROM builds WHERE id = ?",
			"t", w->job->build);
	if (rc || !found)
		return;
	if (!rd_sweep_put(&note, opts, w->job->build, NULL, NULL))
		rd_sweep_note(w->job->dir, &note, later, NULL);
}

rd_worker_cleaner *rd_worker_clean_start(rd_worker *w)
{
	rd_worker_cleaner *c = w->engine && w->used_engine ? calloc(1, sizeof(*c)) : NULL;
	struct pollfd fd = {.events = POLLIN};
	int n;

	if (!c)
		return NULL;
	c->worker = w;
	c->done_fd = eventfd(0, EFD_CLOEXEC);
	if (c->done_fd < 0 || pthread_create(&c->thread, NULL, run_clean, c)) {
		if (c->done_fd >= 0)
			close(c->done_fd);
		free(c);
		note_down(w, false);
		return NULL;
	}
	fd.fd = c->done_fd;
	do
		n = poll(&fd, 1, CLEAN_MS);
	while (n < 0 && errno == EINTR);
	if (n <= 0 || c->rc) {
		note_down(w, false);
	} else if (w->home || w->job->elsewhere.name) {
		note_down(w, true);
		rd_sweep_start(w->job->dir);
	}
	return c;
}

void rd_worker_clean_end(rd_worker_cleaner *c)
{
	if (!c)
		return;
	pthread_join(c->thread, NULL);
	close(c->done_fd);
	free(c);
}

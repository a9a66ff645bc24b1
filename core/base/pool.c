/* SPDX-License-Identifier: MIT */
/*
 * Threads for blocking work.
 *
 * A job carries the node by which it is posted to the loop, so the way back cannot fail. It goes
 * through the loop's own queue, so that what the work posted itself is called before its done.
 */
#include "core/base/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

struct job {
	struct job *next;
	rd_pool *pool;
	rd_work_fn *work;
	rd_done_fn *done;
	void *arg;
	rd_post post;
};

struct rd_pool {
	rd_loop *loop;
	pthread_t *threads;
	int n_threads;
	int pending; /* loop thread only */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop; /* under lock, as all that follows */
	struct job *first;
	struct job **last;
};

static void finish(struct job *j, bool was_run)
{
	rd_done_fn *done = j->done;
	void *arg = j->arg;

	j->pool->pending--;
	free(j);
	done(arg, was_run);
}

static void on_done(void *arg)
{
	finish(arg, true);
}

/* Waits for a job. @returns NULL at the end. */
static struct job *next_job(rd_pool *p)
{
	struct job *j = NULL;

	pthread_mutex_lock(&p->lock);
	while (!p->first && !p->stop)
		pthread_cond_wait(&p->changed, &p->lock);
	if (!p->stop) {
		j = p->first;
		p->first = j->next;
		if (!p->first)
			p->last = &p->first;
	}
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void *thread_main(void *arg)
{
	rd_pool *p = arg;
	struct job *j;

	while ((j = next_job(p))) {
		j->work(j->arg);
		rd_loop_post_node(p->loop, &j->post, on_done, j);
	}
	return NULL;
}

/* Starts the threads with all signals blocked: signals are the loop thread's. */
static int start_threads(rd_pool *p, int threads)
{
	sigset_t all, old;
	int os = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (!os && p->n_threads < threads) {
		os = pthread_create(&p->threads[p->n_threads], NULL, thread_main, p);
		if (!os)
			p->n_threads++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return os;
}

rd_code rd_pool_new(rd_loop *loop, int threads, rd_pool **ret_pool, rd_err *err)
{
	rd_pool *p = calloc(1, sizeof *p);
	int os;

	if (!p)
		return rd_err_nomem(err);
	p->loop = loop;
	p->last = &p->first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->threads = calloc((size_t)threads, sizeof *p->threads);
	os = p->threads ? start_threads(p, threads) : ENOMEM;
	if (os) {
		rd_pool_free(p);
		return rd_err_os(err, os, "starting %d threads", threads);
	}
	*ret_pool = p;
	return RD_OK;
}

bool rd_pool_submit(rd_pool *p, rd_work_fn *work, rd_done_fn *done, void *arg)
{
	struct job *j = calloc(1, sizeof *j);
	bool stop;

	if (!j)
		return false;
	*j = (struct job){.pool = p, .work = work, .done = done, .arg = arg};
	pthread_mutex_lock(&p->lock);
	stop = p->stop;
	if (!stop) {
		*p->last = j;
		p->last = &j->next;
		pthread_cond_signal(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	if (stop)
		free(j);
	else
		p->pending++;
	return !stop;
}

int rd_pool_pending(const rd_pool *p)
{
	return p->pending;
}

rd_pool *rd_pool_free(rd_pool *p)
{
	struct job *dropped;

	if (!p)
		return NULL;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	dropped = p->first;
	p->first = NULL;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	/* what ran is posted by now: all of it is called, in its order */
	rd_loop_run_posted(p->loop);
	while (dropped) {
		struct job *next = dropped->next;

		finish(dropped, false);
		dropped = next;
	}
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p);
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * A call whose answer is taken off the connection by a thread of its own, and worked on by the
 * caller's: an engine that has to wait for us piles up what its steps print, and BuildKit before
 * Docker 23 does not survive such a pile (see rd_build_stream_push).
 */
#include "core/engine/docker.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WAITING_MAX_BYTES ((size_t)256 << 20)

typedef struct pipe_call {
	rd_docker *docker;
	rd_http_request rq;
	rd_http_answer *answer;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t room;
	rd_str waiting; /* what came and was not worked on */
	bool stopped;   /* the caller wants no more */
	bool ended;     /* the call is over, with: */
	rd_code code;
	rd_err why;
	int wake_fd; /* readable when there is something to do */
	rd_cancel *stop;
} pipe_call;

static void wake(const pipe_call *p)
{
	eventfd_write(p->wake_fd, 1);
}

static rd_code keep(void *arg, const char *bytes, size_t n, rd_err *err)
{
	pipe_call *p = arg;
	bool was_empty;
	rd_code code = RD_OK;

	pthread_mutex_lock(&p->lock);
	while (p->waiting.len + n > WAITING_MAX_BYTES && !p->stopped)
		pthread_cond_wait(&p->room, &p->lock);
	was_empty = !p->waiting.len;
	if (p->stopped)
		code = rd_err_set(err, RD_ECANCELED, "canceled");
	else
		rd_str_putn(&p->waiting, bytes, n);
	if (code == RD_OK)
		code = rd_str_check(&p->waiting, "answer", err);
	pthread_mutex_unlock(&p->lock);
	if (was_empty)
		wake(p);
	return code;
}

static void *call(void *arg)
{
	pipe_call *p = arg;
	rd_code code = rd_docker_do(p->docker, &p->rq, p->answer, &p->why);

	pthread_mutex_lock(&p->lock);
	p->code = code;
	p->ended = true;
	pthread_mutex_unlock(&p->lock);
	wake(p);
	return NULL;
}

/* Sleeps until something came, the call ended, or the caller's cancel fired, which is handed on. It may
 * have fired at any time: so it is asked, and its descriptor only wakes us. */
static void wait_for_more(pipe_call *p, rd_cancel *cancel)
{
	bool is_fired = rd_cancel_fired(cancel);
	struct pollfd fds[] = {{p->wake_fd, POLLIN, 0}, {rd_cancel_fd(cancel), POLLIN, 0}};
	eventfd_t count;

	if (is_fired)
		rd_cancel_fire(p->stop);
	if (poll(fds, is_fired ? 1 : 2, -1) > 0 && fds[0].revents)
		eventfd_read(p->wake_fd, &count);
}

/* Works on what comes until the call is over. @returns the first error of fn. */
static rd_code work(pipe_call *p, rd_http_fn *fn, void *arg, rd_cancel *cancel, rd_err *err)
{
	RD_STR_AUTO rd_str part = RD_STR_INIT(0);
	rd_code code = RD_OK;
	bool ended = false;

	while (!ended || part.len) {
		rd_str swap;

		if (part.len && code == RD_OK) {
			code = fn(arg, part.data, part.len, err);
			if (code)
				rd_cancel_fire(p->stop);
		}
		rd_str_clear(&part);
		if (!ended)
			wait_for_more(p, cancel);
		pthread_mutex_lock(&p->lock);
		swap = p->waiting;
		p->waiting = part;
		part = swap;
		ended = p->ended;
		p->stopped = code != RD_OK;
		pthread_cond_signal(&p->room);
		pthread_mutex_unlock(&p->lock);
	}
	return code;
}

rd_code rd_docker_stream(rd_docker *d, const rd_http_request *rq, rd_http_answer *ret_answer,
	rd_err *err)
{
	pipe_call p = {.docker = d,
		.rq = *rq,
		.answer = ret_answer,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.room = PTHREAD_COND_INITIALIZER};
	pthread_t thread;
	rd_code code = rd_cancel_new(&p.stop, err);
	int rc;

	*ret_answer = (rd_http_answer){0};
	if (code)
		return code;
	p.rq.fn = keep;
	p.rq.arg = &p;
	p.rq.cancel = p.stop;
	p.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = p.wake_fd < 0 ? errno : pthread_create(&thread, NULL, call, &p);
	if (rc) {
		code = rd_err_os(err, rc, "starting a thread");
	} else {
		code = work(&p, rq->fn, rq->arg, rq->cancel, err);
		pthread_join(thread, NULL);
		if (code == RD_OK && p.code) {
			code = p.code;
			if (err)
				*err = p.why;
		}
	}
	if (p.wake_fd >= 0)
		close(p.wake_fd);
	rd_str_done(&p.waiting);
	rd_cancel_free(p.stop);
	return code;
}

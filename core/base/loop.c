/* SPDX-License-Identifier: MIT */
/*
 * The event loop, on epoll.
 *
 * One eventfd wakes it for posted calls, one signalfd carries all signals, timers are a binary heap
 * whose first element gives the timeout: no timerfd, no wake-up that nobody asked for. A removed
 * watch may still stand in the batch of events at hand, so its memory is kept until the turn ends.
 */
#include "core/base/loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/vec.h"

#define BATCH 64

struct rd_watch {
	rd_watch *next_dead;
	bool is_dead;
	int fd; /* -1: a timer */
	union {
		rd_fd_fn *fd;
		rd_timer_fn *timer;
	} fn;
	void *arg;
	int64_t at_us;
	uint64_t seq; /* orders timers of the same time, and tells those set while timers fire */
	size_t place; /* in the heap */
	rd_watch *prev, *next; /* all descriptors */
};

struct rd_loop {
	int epoll_fd;
	int wake_fd;
	int signal_fd; /* -1 until the first signal */
	sigset_t signals;
	sigset_t blocked; /* by us, to be unblocked at the end */
	struct {
		rd_signal_fn *fn;
		void *arg;
	} on_signal[NSIG];
	rd_vec timers; /* of rd_watch *, a heap */
	uint64_t next_seq;
	int64_t firing_us; /* while timers fire: the earliest time of a new one, so that one which is
			      set again and again does not pass those that are due */
	rd_watch *fds;
	rd_watch *dead;
	int depth;            /* of turns within turns */
	pthread_mutex_t lock; /* guards what is below */
	uint64_t post_seq;
	rd_post *first;
	rd_post **last;
};

/* ---- timers ---- */

static rd_watch **timer(const rd_loop *l, size_t i)
{
	return rd_vec_at(&l->timers, i);
}

static bool is_before(const rd_watch *a, const rd_watch *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->seq < b->seq;
}

static void put_at(rd_loop *l, size_t i, rd_watch *w)
{
	*timer(l, i) = w;
	w->place = i;
}

/* Moves the timer at place i up or down to where it belongs. */
static void settle(rd_loop *l, size_t i)
{
	rd_watch *w = *timer(l, i);

	for (; i && is_before(w, *timer(l, (i - 1) / 2)); i = (i - 1) / 2)
		put_at(l, i, *timer(l, (i - 1) / 2));
	for (size_t child; (child = 2 * i + 1) < l->timers.len; i = child) {
		if (child + 1 < l->timers.len && is_before(*timer(l, child + 1), *timer(l, child)))
			child++;
		if (!is_before(*timer(l, child), w))
			break;
		put_at(l, i, *timer(l, child));
	}
	put_at(l, i, w);
}

static void take_timer(rd_loop *l, rd_watch *w)
{
	rd_watch *last = *timer(l, l->timers.len - 1);
	size_t i = w->place;

	rd_vec_remove(&l->timers, l->timers.len - 1);
	if (last != w) {
		put_at(l, i, last);
		settle(l, i);
	}
}

rd_code rd_loop_timer(rd_loop *l, int64_t at_us, rd_timer_fn *fn, void *arg, rd_watch **ret_watch,
	rd_err *err)
{
	rd_watch *w = calloc(1, sizeof *w);

	if (!w || !rd_vec_push(&l->timers)) {
		free(w);
		return rd_err_nomem(err);
	}
	w->fd = -1;
	w->fn.timer = fn;
	w->arg = arg;
	w->at_us = at_us > l->firing_us ? at_us : l->firing_us;
	w->seq = l->next_seq++;
	put_at(l, l->timers.len - 1, w);
	settle(l, w->place);
	if (ret_watch)
		*ret_watch = w;
	return RD_OK;
}

static void bury(rd_loop *l, rd_watch *w)
{
	w->is_dead = true;
	w->next_dead = l->dead;
	l->dead = w;
}

/* Timers that callbacks set for "now" wait for the next turn, so that descriptors get theirs. */
static void fire_timers(rd_loop *l)
{
	uint64_t limit = l->next_seq;
	int64_t now = l->timers.len ? rd_now_us() : 0;

	l->firing_us = now;
	while (l->timers.len) {
		rd_watch *w = *timer(l, 0);

		if (w->at_us > now || w->seq >= limit)
			break;
		take_timer(l, w);
		bury(l, w);
		w->fn.timer(w->arg);
	}
	l->firing_us = 0;
}

/* ---- descriptors ---- */

rd_code rd_loop_fd(rd_loop *l, int fd, uint32_t epoll_events, rd_fd_fn *fn, void *arg,
	rd_watch **ret_watch, rd_err *err)
{
	rd_watch *w = calloc(1, sizeof *w);
	struct epoll_event ev = {.events = epoll_events, .data.ptr = w};

	if (!w)
		return rd_err_nomem(err);
	if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev)) {
		int os = errno;

		free(w);
		return rd_err_os(err, os, "watching descriptor %d", fd);
	}
	w->fd = fd;
	w->fn.fd = fn;
	w->arg = arg;
	w->next = l->fds;
	if (w->next)
		w->next->prev = w;
	l->fds = w;
	if (ret_watch)
		*ret_watch = w;
	return RD_OK;
}

static void take_fd(rd_loop *l, rd_watch *w)
{
	/* fails if the descriptor is closed already: then epoll has let it go by itself */
	epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	if (w->next)
		w->next->prev = w->prev;
	if (w->prev)
		w->prev->next = w->next;
	else
		l->fds = w->next;
}

rd_watch *rd_loop_remove(rd_loop *l, rd_watch *w)
{
	if (!w || w->is_dead)
		return NULL;
	if (w->fd >= 0)
		take_fd(l, w);
	else
		take_timer(l, w);
	bury(l, w);
	return NULL;
}

/* ---- posted calls ---- */

static void wake(rd_loop *l)
{
	const uint64_t one = 1;

	/* EAGAIN means that the counter is full: it is awake */
	while (write(l->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

static void enqueue(rd_loop *l, rd_post *post)
{
	bool was_empty;

	pthread_mutex_lock(&l->lock);
	post->seq = l->post_seq++;
	was_empty = !l->first;
	*l->last = post;
	l->last = &post->next;
	/* under the lock: once it is free, the call may run and end the loop */
	if (was_empty)
		wake(l);
	pthread_mutex_unlock(&l->lock);
}

void rd_loop_post_node(rd_loop *l, rd_post *post, rd_post_fn *fn, void *arg)
{
	*post = (rd_post){.fn = fn, .arg = arg};
	enqueue(l, post);
}

bool rd_loop_post(rd_loop *l, rd_post_fn *fn, void *arg)
{
	rd_post *post = malloc(sizeof *post);

	if (!post)
		return false;
	*post = (rd_post){.fn = fn, .arg = arg, .is_heap = true};
	enqueue(l, post);
	return true;
}

/* The first posted call if it came before the limit; NULL if there is none, and if that is because
 * of the limit, the loop is woken for the rest. */
static rd_post *take_posted(rd_loop *l, uint64_t limit)
{
	rd_post *p;

	pthread_mutex_lock(&l->lock);
	p = l->first;
	if (p && p->seq >= limit) {
		wake(l);
		p = NULL;
	}
	if (p) {
		l->first = p->next;
		if (!l->first)
			l->last = &l->first;
	}
	pthread_mutex_unlock(&l->lock);
	return p;
}

/* One by one: a call may run the rest itself (rd_pool_free does). */
void rd_loop_run_posted(rd_loop *l)
{
	uint64_t limit;
	rd_post *p;

	pthread_mutex_lock(&l->lock);
	limit = l->post_seq;
	pthread_mutex_unlock(&l->lock);
	while ((p = take_posted(l, limit))) {
		rd_post_fn *fn = p->fn;
		void *arg = p->arg;

		/* the call may free a node that is not ours */
		if (p->is_heap)
			free(p);
		fn(arg);
	}
}

static void on_wake(void *arg, int fd, uint32_t epoll_events RD_UNUSED)
{
	uint64_t count;

	/* emptied before the calls are taken: what is posted in between wakes us again */
	while (read(fd, &count, sizeof count) < 0 && errno == EINTR)
		;
	rd_loop_run_posted(arg);
}

/* ---- signals ---- */

static void on_signal_fd(void *arg, int fd, uint32_t epoll_events RD_UNUSED)
{
	rd_loop *l = arg;
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof info) == (ssize_t)sizeof info)
		if (info.ssi_signo < NSIG && l->on_signal[info.ssi_signo].fn)
			l->on_signal[info.ssi_signo].fn(l->on_signal[info.ssi_signo].arg,
				(int)info.ssi_signo);
}

rd_code rd_loop_signal(rd_loop *l, int signo, rd_signal_fn *fn, void *arg, rd_err *err)
{
	sigset_t one, old;
	int fd;

	if (signo <= 0 || signo >= NSIG)
		return rd_err_set(err, RD_EINVAL, "there is no signal %d", signo);
	sigemptyset(&one);
	sigaddset(&one, signo);
	pthread_sigmask(SIG_BLOCK, &one, &old);
	if (!sigismember(&old, signo))
		sigaddset(&l->blocked, signo);
	sigaddset(&l->signals, signo);
	fd = signalfd(l->signal_fd, &l->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return rd_err_os(err, errno, "watching signal %d", signo);
	if (l->signal_fd < 0) {
		rd_code code = rd_loop_fd(l, fd, EPOLLIN, on_signal_fd, l, NULL, err);

		if (code) {
			close(fd);
			return code;
		}
		l->signal_fd = fd;
	}
	l->on_signal[signo].fn = fn;
	l->on_signal[signo].arg = arg;
	return RD_OK;
}

/* ---- life and turns ---- */

rd_code rd_loop_new(rd_loop **ret_loop, rd_err *err)
{
	rd_loop *l = calloc(1, sizeof *l);
	rd_code code;

	if (!l)
		return rd_err_nomem(err);
	pthread_mutex_init(&l->lock, NULL);
	l->last = &l->first;
	l->signal_fd = -1;
	sigemptyset(&l->signals);
	sigemptyset(&l->blocked);
	rd_vec_init(&l->timers, sizeof(rd_watch *));
	l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll_fd < 0 || l->wake_fd < 0)
		code = rd_err_os(err, errno, "making the event loop");
	else
		code = rd_loop_fd(l, l->wake_fd, EPOLLIN, on_wake, l, NULL, err);
	if (code) {
		rd_loop_free(l);
		return code;
	}
	*ret_loop = l;
	return RD_OK;
}

static void free_dead(rd_loop *l)
{
	while (l->dead) {
		rd_watch *w = l->dead;

		l->dead = w->next_dead;
		free(w);
	}
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

rd_loop *rd_loop_free(rd_loop *l)
{
	if (!l)
		return NULL;
	while (l->fds)
		rd_loop_remove(l, l->fds);
	while (l->timers.len)
		rd_loop_remove(l, *timer(l, 0));
	free_dead(l);
	rd_vec_done(&l->timers);
	for (rd_post *p; (p = take_posted(l, UINT64_MAX));)
		if (p->is_heap)
			free(p);
	close_if_open(l->signal_fd);
	close_if_open(l->wake_fd);
	close_if_open(l->epoll_fd);
	pthread_sigmask(SIG_UNBLOCK, &l->blocked, NULL);
	pthread_mutex_destroy(&l->lock);
	free(l);
	return NULL;
}

/* The time to wait: until the first timer, rounded up so that it is due after it. */
static int wait_ms(const rd_loop *l, int timeout_ms)
{
	int64_t left_us, left_ms;

	if (!l->timers.len)
		return timeout_ms;
	left_us = (*timer(l, 0))->at_us - rd_now_us();
	left_ms = left_us > 0 ? (left_us + 999) / 1000 : 0;
	if (timeout_ms >= 0 && left_ms > timeout_ms)
		return timeout_ms;
	return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

rd_code rd_loop_turn(rd_loop *l, int timeout_ms, rd_err *err)
{
	struct epoll_event events[BATCH];
	int n = epoll_wait(l->epoll_fd, events, BATCH, wait_ms(l, timeout_ms));

	if (n < 0 && errno != EINTR)
		return rd_err_os(err, errno, "waiting for events");
	l->depth++;
	for (int i = 0; i < n; i++) {
		rd_watch *w = events[i].data.ptr;

		if (!w->is_dead)
			w->fn.fd(w->arg, w->fd, events[i].events);
	}
	fire_timers(l);
	if (!--l->depth)
		free_dead(l);
	return RD_OK;
}

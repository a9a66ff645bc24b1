/* SPDX-License-Identifier: MIT */
/*
 * The event loop: descriptors, timers, signals and work posted by other threads.
 *
 * Nothing wakes it but what was asked for: with no timer set it sleeps without end.
 * Life cycle: 1. rd_loop_new; 2. add, rd_loop_turn again and again; 3. rd_loop_free. Callbacks may
 * add and remove anything, also themselves; what was removed is not called again.
 * Thread rule: only the thread that runs the loop, but rd_loop_post from any.
 */
#ifndef RD_CORE_BASE_LOOP_H
#define RD_CORE_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

typedef struct rd_loop rd_loop;
typedef struct rd_watch rd_watch; /* one registered source; owned by the loop */

typedef void rd_fd_fn(void *arg, int fd, uint32_t epoll_events);
typedef void rd_timer_fn(void *arg);
typedef void rd_signal_fn(void *arg, int signo);
typedef void rd_post_fn(void *arg);

typedef struct rd_post { /* one posted call; fields are the loop's */
	struct rd_post *next;
	rd_post_fn *fn;
	void *arg;
	uint64_t seq;
	bool is_heap;
} rd_post;

rd_code rd_loop_new(rd_loop **ret_loop, rd_err *err);
/* What is posted and not yet called is dropped; signals that we blocked are let through again.
 * @returns NULL. */
rd_loop *rd_loop_free(rd_loop *l);

/* Calls fn when fd has one of epoll_events (EPOLLIN, …). @fd borrow until removed:
 * close it after. */
rd_code rd_loop_fd(rd_loop *l, int fd, uint32_t epoll_events, rd_fd_fn *fn, void *arg,
	rd_watch **ret_watch, rd_err *err);
/* Calls fn once, at monotonic time at_us. The watch is gone after the call. */
rd_code rd_loop_timer(rd_loop *l, int64_t at_us, rd_timer_fn *fn, void *arg, rd_watch **ret_watch,
	rd_err *err);
/* Blocks the signal for this thread and those that it starts from now on, and delivers it here
 * (signalfd); a second call for the same signal replaces the first. */
rd_code rd_loop_signal(rd_loop *l, int signo, rd_signal_fn *fn, void *arg, rd_err *err);
/* Removes a descriptor or timer; NULL is fine. @returns NULL. */
rd_watch *rd_loop_remove(rd_loop *l, rd_watch *w);
/* From any thread: calls fn(arg) on the loop thread, in order. @returns false if out of memory. */
bool rd_loop_post(rd_loop *l, rd_post_fn *fn, void *arg);
/* The same with memory of the caller, who keeps it until fn is called: cannot fail. */
void rd_loop_post_node(rd_loop *l, rd_post *post, rd_post_fn *fn, void *arg);
/* Calls what is posted at this moment, without waiting. May be called from a posted call. */
void rd_loop_run_posted(rd_loop *l);

/* One turn: waits at most timeout_ms (-1: without end) and dispatches. */
rd_code rd_loop_turn(rd_loop *l, int timeout_ms, rd_err *err);

#endif

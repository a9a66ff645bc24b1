/* SPDX-License-Identifier: MIT */
/*
 * Threads for blocking work; results come back to the loop.
 *
 * `work` runs on a pool thread, then `done` on the loop thread; between the two the arg belongs to
 * the pool. Jobs start in the order of rd_pool_submit.
 * Life cycle: 1. rd_pool_new; 2. submit; 3. rd_pool_free waits for running work; work not begun is
 * dropped and its `done` runs with was_run = false, so that every arg is freed by its `done`. What
 * `work` posted to the loop is called before its `done`, also then. Free the pool before the loop.
 * Thread rule: all calls from the loop thread.
 */
#ifndef RD_CORE_BASE_POOL_H
#define RD_CORE_BASE_POOL_H

#include <stdbool.h>

#include "core/base/loop.h"

typedef struct rd_pool rd_pool;
typedef void rd_work_fn(void *arg);
typedef void rd_done_fn(void *arg, bool was_run);

rd_code rd_pool_new(rd_loop *loop, int threads, rd_pool **ret_pool, rd_err *err);
/* @returns false if out of memory, or while the pool is being freed (then nothing is called). */
bool rd_pool_submit(rd_pool *p, rd_work_fn *work, rd_done_fn *done, void *arg);
/* Jobs submitted and not yet done. */
int rd_pool_pending(const rd_pool *p);
rd_pool *rd_pool_free(rd_pool *p); /* @returns NULL */

#endif

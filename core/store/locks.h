/* SPDX-License-Identifier: MIT */
/*
 * Locks that say whether a worker lives. An OFD write lock on run/NAME.lock: it belongs to the open
 * file description, so that a parent can take it and hand the descriptor to the worker it starts; it
 * ends with the last descriptor, also after kill -9. Probing does not take it, and opens the file
 * for reading only: who waits by inotify for a holder's end (IN_CLOSE_WRITE) is not woken by a probe.
 * A lock's file may be removed by who holds the lock.
 * Source: fcntl(2), open file description locks. Any thread.
 */
#ifndef RD_CORE_STORE_LOCKS_H
#define RD_CORE_STORE_LOCKS_H

#include <stdbool.h>

#include "core/base/err.h"

/* @ret_fd close-on-exec descriptor that holds the lock. @errors RD_EBUSY someone holds or
 * removes it. */
rd_code rd_lock_take(const char *path, int *ret_fd, rd_err *err);
/* @ret_held false also when there is no such file. */
rd_code rd_lock_held(const char *path, bool *ret_held, rd_err *err);

#endif

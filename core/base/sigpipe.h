/* SPDX-License-Identifier: MIT */
/*
 * Libraries of TLS write to sockets without MSG_NOSIGNAL: the signal of a connection that is gone would end the
 * process. It is held back for one thread; stdout keeps its usual end by it.
 *
 * Life cycle: 1. rd_sigpipe_hold; 2. calls of the library; 3. rd_sigpipe_release, same thread. May be nested.
 */
#ifndef RD_CORE_BASE_SIGPIPE_H
#define RD_CORE_BASE_SIGPIPE_H

#include <signal.h>

typedef struct rd_sigpipe {
	sigset_t before;
	int was_held; /* by someone around us, who takes what is pending */
} rd_sigpipe;

void rd_sigpipe_hold(rd_sigpipe *ret_held);
/* A signal that came meanwhile is gone. */
void rd_sigpipe_release(const rd_sigpipe *held);

#endif

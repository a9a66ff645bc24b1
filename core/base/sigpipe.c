/* SPDX-License-Identifier: MIT */
/* The signal of a connection that is gone, held back for one thread. */
#include "core/base/sigpipe.h"

#include <time.h>

static void put_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGPIPE);
}

void rd_sigpipe_hold(rd_sigpipe *ret_held)
{
	sigset_t set;

	put_set(&set);
	pthread_sigmask(SIG_BLOCK, &set, &ret_held->before);
	ret_held->was_held = sigismember(&ret_held->before, SIGPIPE);
}

void rd_sigpipe_release(const rd_sigpipe *held)
{
	sigset_t set;

	if (held->was_held)
		return;
	put_set(&set);
	while (sigtimedwait(&set, NULL, &(struct timespec){0}) == SIGPIPE)
		;
	pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}

/* SPDX-License-Identifier: MIT */
/* One-way flags that end blocking operations. */
#include "core/base/cancel.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/clock.h"

struct rd_cancel {
	atomic_bool fired;
	int fd;
};

rd_code rd_cancel_new(rd_cancel **ret_cancel, rd_err *err)
{
	rd_cancel *c = calloc(1, sizeof *c);

	if (!c)
		return rd_err_nomem(err);
	atomic_init(&c->fired, false);
	c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->fd < 0) {
		int os = errno;

		free(c);
		return rd_err_os(err, os, "making an event descriptor");
	}
	*ret_cancel = c;
	return RD_OK;
}

rd_cancel *rd_cancel_free(rd_cancel *c)
{
	if (c) {
		close(c->fd);
		free(c);
	}
	return NULL;
}

void rd_cancel_fire(rd_cancel *c)
{
	const uint64_t one = 1;
	int saved = errno;
	ssize_t n;

	if (!c || atomic_exchange(&c->fired, true))
		return;
	do
		n = write(c->fd, &one, sizeof one);
	while (n < 0 && errno == EINTR);
	errno = saved;
}

bool rd_cancel_fired(const rd_cancel *c)
{
	return c && atomic_load(&c->fired);
}

bool rd_cancel_pause(const rd_cancel *c, int64_t ms)
{
	struct pollfd fd = {rd_cancel_fd(c), POLLIN, 0};
	int64_t until_us = rd_now_us() + ms * 1000, left_us;

	/* A signal ends poll before its time. */
	while (!rd_cancel_fired(c) && (left_us = until_us - rd_now_us()) > 0)
		poll(&fd, 1, (int)((left_us + 999) / 1000));
	return !rd_cancel_fired(c);
}

int rd_cancel_fd(const rd_cancel *c)
{
	return c ? c->fd : -1;
}

/* SPDX-License-Identifier: MIT */
/* Pulled streams of bytes. */
#include "core/base/stream.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

rd_code rd_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	return r->ops->read(r, buf, cap, ret_n, err);
}

rd_code rd_read_full(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	size_t have = 0, n = 1;

	while (have < cap && n) {
		rd_code code = rd_read(r, (char *)buf + have, cap - have, &n, err);

		if (code)
			return code;
		have += n;
	}
	*ret_n = have;
	return RD_OK;
}

rd_code rd_skip(rd_reader *r, uint64_t n, uint64_t *ret_n, rd_err *err)
{
	*ret_n = 0;
	return r->ops->skip ? r->ops->skip(r, n, ret_n, err) : RD_OK;
}

void rd_reader_close(rd_reader *r)
{
	if (r)
		r->ops->close(r);
}

void rd_reader_closep(rd_reader **r)
{
	rd_reader_close(*r);
}

struct fd_reader {
	rd_reader base;
	int fd;
	const char *what;
	const rd_cancel *cancel;
};

static rd_code fd_wait(const struct fd_reader *self, rd_err *err)
{
	struct pollfd fds[] = {{self->fd, POLLIN, 0}, {rd_cancel_fd(self->cancel), POLLIN, 0}};

	while (poll(fds, RD_LEN(fds), -1) < 0)
		if (errno != EINTR)
			return rd_err_os(err, errno, "waiting for %s", self->what);
	if (rd_cancel_fired(self->cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	return RD_OK;
}

static rd_code fd_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	struct fd_reader *self = (struct fd_reader *)r;
	rd_code code = self->cancel ? fd_wait(self, err) : RD_OK;
	ssize_t n = -1;

	while (!code && (n = read(self->fd, buf, cap)) < 0 && (errno == EINTR || errno == EAGAIN))
		code = fd_wait(self, err);
	if (code)
		return code;
	if (n < 0)
		return rd_err_os(err, errno, "reading %s", self->what);
	*ret_n = (size_t)n;
	return RD_OK;
}

static void fd_close(rd_reader *r)
{
	struct fd_reader *self = (struct fd_reader *)r;

	close(self->fd);
	free(self);
}

rd_code rd_reader_fd(int fd, rd_reader **ret_reader, rd_err *err)
{
	return rd_reader_pipe(fd, "a stream", NULL, ret_reader, err);
}

rd_code rd_reader_pipe(int fd, const char *what, const rd_cancel *cancel, rd_reader **ret_reader,
	rd_err *err)
{
	static const struct rd_reader_ops ops = {fd_read, fd_close};
	struct fd_reader *self = calloc(1, sizeof *self);

	if (!self) {
		close(fd);
		return rd_err_nomem(err);
	}
	self->base.ops = &ops;
	self->fd = fd;
	self->what = what;
	self->cancel = cancel;
	*ret_reader = &self->base;
	return RD_OK;
}

struct mem_reader {
	rd_reader base;
	const char *at;
	size_t left;
};

static rd_code mem_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err RD_UNUSED)
{
	struct mem_reader *self = (struct mem_reader *)r;
	size_t n = cap < self->left ? cap : self->left;

	if (n)
		memcpy(buf, self->at, n);
	self->at += n;
	self->left -= n;
	*ret_n = n;
	return RD_OK;
}

static void mem_close(rd_reader *r)
{
	free(r);
}

rd_code rd_reader_mem(const void *bytes, size_t n, rd_reader **ret_reader, rd_err *err)
{
	static const struct rd_reader_ops ops = {mem_read, mem_close};
	struct mem_reader *self = calloc(1, sizeof *self);

	if (!self)
		return rd_err_nomem(err);
	self->base.ops = &ops;
	self->at = bytes;
	self->left = n;
	*ret_reader = &self->base;
	return RD_OK;
}

static rd_code meter_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	rd_meter *m = (rd_meter *)r;
	rd_code rc = rd_read(m->in, buf, cap, ret_n, err);

	if (rc)
		return rc;
	m->bytes += *ret_n;
	if (m->progress)
		m->progress(m->arg, m->bytes);
	return RD_OK;
}

static void meter_close(rd_reader *r RD_UNUSED) {}

static const struct rd_reader_ops meter_ops = {meter_read, meter_close, NULL};

void rd_meter_init(rd_meter *m, rd_reader *in)
{
	*m = (rd_meter){.base = {&meter_ops}, .in = in};
}

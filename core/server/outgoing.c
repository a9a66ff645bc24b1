/* SPDX-License-Identifier: MIT */
/* A build on its way out: a thread exports it into a pipe, the answer reads the pipe. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/server/server_impl.h"

#define PIPE_BYTES (1 << 20)

typedef struct leaving {
	rd_reader base; /* first */
	rd_rack *rack;
	char *app, *id;
	int from, to;  /* the pipe */
	int client_fd; /* the connection, to see that it ends */
	int stop_fd;   /* of the server */
	rd_cancel *cancel;
	pthread_t thread;
	bool is_running;
	rd_code code;
	rd_err err;
} leaving;

static void *run_export(void *arg)
{
	leaving *l = arg;

	l->code = l->rack->builds->export(l->rack, l->app, l->id, l->to, NULL, NULL, l->cancel,
		&l->err);
	close(l->to);
	return NULL;
}

/* Waits for bytes or their end, as long as the client does. */
static rd_code wait_bytes(leaving *l, rd_err *err)
{
	struct pollfd fds[] = {
		{l->from, POLLIN, 0}, {l->stop_fd, POLLIN, 0}, {l->client_fd, POLLRDHUP, 0}};

	while (poll(fds, RD_LEN(fds), -1) < 0)
		if (errno != EINTR)
			return rd_err_os(err, errno, "waiting for the export");
	if (fds[1].revents)
		return rd_err_set(err, RD_ECANCELED, "the server stops");
	if (fds[2].revents)
		return rd_err_set(err, RD_EUNAVAIL, "the client is gone");
	return RD_OK;
}

static rd_code finish(leaving *l, rd_err *err)
{
	if (l->is_running)
		pthread_join(l->thread, NULL);
	l->is_running = false;
	if (l->code && err)
		*err = l->err;
	return l->code;
}

static rd_code read_export(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	leaving *l = (leaving *)r;
	rd_code rc = wait_bytes(l, err);
	ssize_t n;

	if (rc)
		return rc;
	n = read(l->from, buf, cap);
	if (n < 0)
		return rd_err_os(err, errno, "reading the export");
	*ret_n = (size_t)n;
	return n ? RD_OK : finish(l, err);
}

static void close_export(rd_reader *r)
{
	leaving *l = (leaving *)r;

	if (l->cancel)
		rd_cancel_fire(l->cancel);
	if (l->from >= 0)
		close(l->from);
	finish(l, NULL);
	rd_cancel_free(l->cancel);
	free(l->app);
	free(l->id);
	free(l);
}

static rd_code start(leaving *l, rd_err *err)
{
	int pair[2];
	int os;
	rd_code rc = rd_cancel_new(&l->cancel, err);

	if (rc)
		return rc;
	if (!l->app || !l->id)
		return rd_err_nomem(err);
	if (pipe2(pair, O_CLOEXEC))
		return rd_err_os(err, errno, "making a pipe");
	l->from = pair[0];
	l->to = pair[1];
	/* What is refused makes it slower, no more. */
	fcntl(l->to, F_SETPIPE_SZ, PIPE_BYTES);
	os = pthread_create(&l->thread, NULL, run_export, l);
	if (os) {
		close(l->to);
		return rd_err_os(err, os, "starting a thread");
	}
	l->is_running = true;
	return RD_OK;
}

rd_code rd_export_open(rd_request *rq, const char *app, const char *id, rd_reader **ret_reader,
	rd_err *err)
{
	static const struct rd_reader_ops ops = {read_export, close_export};
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	leaving *l = calloc(1, sizeof(*l));
	int n = 0;
	rd_code rc;

	if (!l)
		return rd_err_nomem(err);
	*l = (leaving){.base = {&ops},
		.rack = rq->server->opts.rack,
		.app = rd_strdup(app),
		.id = rd_strdup(id),
		.from = -1,
		.client_fd = info ? info->connect_fd : -1,
		.stop_fd = rq->server->stop_fd};
	rc = start(l, err);
	/* What fails before the first byte is told in words. */
	if (!rc)
		rc = wait_bytes(l, err);
	if (!rc && !ioctl(l->from, FIONREAD, &n) && !n)
		rc = finish(l, err);
	if (rc)
		close_export(&l->base);
	else
		*ret_reader = &l->base;
	return rc;
}

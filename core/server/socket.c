/* SPDX-License-Identifier: MIT */
/* The server's side of a WebSocket: one stream to one client. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/clock.h"
#include "core/formats/ws.h"
#include "core/rack/convox.h"
#include "core/server/server_impl.h"

#define SLOW_US (60 * 1000000LL) /* a client that takes nothing for so long is gone */
#define PING_US (30 * 1000000LL)
#define MESSAGE_BYTES ((size_t)32 << 10)

struct rd_socket {
	rd_request *rq; /* borrowed */
	int fd;
	rd_ws *ws;
	uint64_t offset;
	bool is_once; /* the client follows nothing */
	int64_t pinged_us;
	bool is_gone; /* nothing more is said, not even that this is the end */
	char buf[4096];
};

rd_server *rd_socket_server(const rd_socket *s)
{
	return s->rq->server;
}

uint64_t rd_socket_offset(const rd_socket *s)
{
	return s->offset;
}

bool rd_socket_follows(const rd_socket *s)
{
	return !s->is_once;
}

/* What clients say means nothing here but that they are there, or go. */
static rd_code hear(void *arg, rd_ws_kind kind, const char *bytes RD_UNUSED, size_t n RD_UNUSED,
	rd_err *err RD_UNUSED)
{
	rd_socket *s = arg;

	if (kind == RD_WS_CLOSE)
		s->is_gone = true;
	return RD_OK;
}

static rd_code gone(rd_socket *s, rd_err *err)
{
	s->is_gone = true;
	return rd_err_set(err, RD_EUNAVAIL, "the client is gone");
}

/* The end of a stream would say that its build is over. */
static rd_code stopped(rd_socket *s, rd_err *err)
{
	s->is_gone = true;
	return rd_err_set(err, RD_ECANCELED, "the server stops");
}

/* Takes what the client sent. */
static rd_code receive(rd_socket *s, rd_err *err)
{
	ssize_t n = recv(s->fd, s->buf, sizeof(s->buf), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return RD_OK;
	if (n <= 0 || rd_ws_feed(s->ws, s->buf, (size_t)n, NULL) || s->is_gone)
		return gone(s, err);
	return RD_OK;
}

static rd_code flush(rd_socket *s, rd_err *err)
{
	rd_str *out = rd_ws_output(s->ws);
	int64_t until_us = rd_now_us() + SLOW_US;

	while (out->len) {
		struct pollfd fds[2] = {{s->fd, POLLIN | POLLOUT, 0},
			{rd_cancel_fd(s->rq->server->stopping), POLLIN, 0}};
		ssize_t n = send(s->fd, out->data, out->len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			rd_str_drop_front(out, (size_t)n);
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return gone(s, err);
		if (rd_now_us() > until_us || poll(fds, 2, 1000) < 0)
			return gone(s, err);
		if (fds[1].revents)
			return stopped(s, err);
		if (fds[0].revents & POLLIN && receive(s, err))
			return RD_EUNAVAIL;
	}
	return RD_OK;
}

rd_code rd_socket_text(rd_socket *s, const char *bytes, size_t n, rd_err *err)
{
	rd_code rc = s->is_gone ? gone(s, err) : RD_OK;

	while (!rc && n) {
		size_t part = n < MESSAGE_BYTES ? n : MESSAGE_BYTES;

		rc = rd_ws_put(s->ws, RD_WS_TEXT, bytes, part, err);
		if (!rc)
			rc = flush(s, err);
		bytes += part;
		n -= part;
	}
	return rc;
}

rd_code rd_socket_wait(rd_socket *s, int fd, int64_t max_ms, rd_err *err)
{
	struct pollfd fds[3] = {{s->fd, POLLIN, 0},
		{rd_cancel_fd(s->rq->server->stopping), POLLIN, 0}, {fd, POLLIN, 0}};
	int64_t ping_ms = (s->pinged_us + PING_US - rd_now_us()) / 1000;
	rd_code rc = RD_OK;

	if (ping_ms <= 0) {
		s->pinged_us = rd_now_us();
		rc = rd_ws_ping(s->ws, err);
		if (!rc)
			rc = flush(s, err);
		ping_ms = PING_US / 1000;
	}
	if (rc || (poll(fds, 3, (int)(max_ms < ping_ms ? max_ms : ping_ms)) < 0 && errno != EINTR))
		return gone(s, err);
	if (fds[1].revents)
		return stopped(s, err);
	if (fds[0].revents)
		rc = receive(s, err);
	return rc ? rc : flush(s, err);
}

/* The end, as Convox's CLIs know it: an empty binary message, then the close. */
static void say_end(rd_socket *s)
{
	struct pollfd fd = {s->fd, POLLIN, 0};

	if (rd_ws_put(s->ws, RD_WS_BINARY, "", 0, NULL) ||
		rd_ws_put(s->ws, RD_WS_CLOSE, NULL, 0, NULL) || flush(s, NULL))
		return;
	/* A connection that is closed with bytes unread takes what was sent with it. */
	while (poll(&fd, 1, 2000) > 0 && !receive(s, NULL))
		;
}

rd_socket *rd_socket_free(rd_socket *s)
{
	rd_server *server;

	if (!s)
		return NULL;
	server = s->rq->server;
	pthread_mutex_lock(&server->lock);
	server->streams--;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
	rd_ws_free(s->ws);
	free(s);
	return NULL;
}

static void run(void *arg, struct MHD_Connection *connection RD_UNUSED, void *con_cls RD_UNUSED,
	const char *extra, size_t extra_n, MHD_socket fd, struct MHD_UpgradeResponseHandle *handle)
{
	rd_socket *s = arg;

	s->fd = fd;
	s->pinged_us = rd_now_us();
	if (!rd_ws_new(RD_WS_SERVER, hear, s, &s->ws, NULL) &&
		!rd_ws_feed(s->ws, extra, extra_n, NULL)) {
		s->rq->route->stream(s, s->rq->parts);
		if (!s->is_gone)
			say_end(s);
	}
	MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

enum MHD_Result rd_socket_start(rd_request *rq)
{
	const char *key =
		MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, "Sec-WebSocket-Key");
	rd_socket *s = calloc(1, sizeof(*s));
	struct MHD_Response *answer = s ? MHD_create_response_for_upgrade(run, s) : NULL;
	const char *offset = rd_request_header(rq, RD_CONVOX_OFFSET);
	const char *follow = rd_request_header(rq, "Follow");
	unsigned long long from;
	char accept[RD_WS_ACCEPT_SIZE];
	enum MHD_Result rc;

	if (!answer) {
		free(s);
		return MHD_NO;
	}
	rq->socket = s;
	s->rq = rq;
	if (offset && !rd_parse_u64(offset, &from, NULL))
		s->offset = from;
	s->is_once = follow && !strcasecmp(follow, "false");
	rd_ws_accept(key, accept);
	MHD_add_response_header(answer, "Upgrade", "websocket");
	MHD_add_response_header(answer, "Sec-WebSocket-Accept", accept);
	pthread_mutex_lock(&rq->server->lock);
	rq->server->streams++;
	pthread_mutex_unlock(&rq->server->lock);
	rq->status = 101;
	rc = MHD_queue_response(rq->connection, MHD_HTTP_SWITCHING_PROTOCOLS, answer);
	MHD_destroy_response(answer);
	return rc;
}

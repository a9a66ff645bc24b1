/* SPDX-License-Identifier: MIT */
/* What goes back to the client. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/clock.h"
#include "core/rack/json.h"
#include "core/server/server_impl.h"

#define STREAM_BYTES ((size_t)1 << 18)
#define LINGER_MS 5000
#define LINGER_BYTES ((uint64_t)64 << 20)
#define LINGER_US (30 * 1000000LL)

static int status_of(rd_code code)
{
	switch (code) {
	case RD_OK:
		return 200;
	case RD_EINVAL:
	case RD_EPARSE:
		return 400;
	case RD_EPERM:
		return 403;
	case RD_ENOENT:
		return 404;
	case RD_EEXIST:
	case RD_EBUSY:
		return 409;
	case RD_ELIMIT:
		return 413;
	case RD_EUNSUPPORTED:
		return 501;
	case RD_EUNAVAIL:
	case RD_ECANCELED:
		return 503;
	case RD_ENOSPC:
		return 507;
	default:
		return 500;
	}
}

void rd_answer_error(rd_request *rq, int status, const char *text)
{
	const char *accept = rd_request_header(rq, "Accept");
	const char *agent = rd_request_header(rq, "User-Agent");
	/* Convox's CLIs take it for a format. */
	bool is_format = agent && rd_starts_with(agent, "convox.go/");

	rq->status = status;
	rd_str_clear(&rq->out);
	if (accept && strstr(accept, "application/json")) {
		rq->type = "application/json";
		rd_json_error(text, &rq->out, NULL);
		return;
	}
	rq->type = "text/plain";
	for (; *text; text++)
		rd_str_put(&rq->out, *text == '%' && is_format ? "%%" : (char[]){*text, '\0'});
	if (rq->out.len)
		rd_str_putc(&rq->out, '\n');
}

void rd_answer_failure(rd_request *rq, rd_code code, const rd_err *err)
{
	char text[sizeof(err->msg) + sizeof(err->ctx) + 3];

	rd_answer_error(rq, status_of(code), rd_err_text(err, text, sizeof(text)));
}

static ssize_t give_stream(void *arg, uint64_t at RD_UNUSED, char *buf, size_t cap)
{
	rd_request *rq = arg;
	size_t n = 0;

	/* An error cuts the connection: the client sees that the end is missing. */
	if (rd_read(rq->out_stream, buf, cap, &n, &rq->failure))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	return n ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

enum MHD_Result rd_answer_send(rd_request *rq)
{
	struct MHD_Response *r;
	enum MHD_Result rc;

	/* The library writes the end of the chunks even where there is to be no body. */
	if (rq->out_stream && !strcmp(rq->method, "HEAD")) {
		rd_reader_close(rq->out_stream);
		rq->out_stream = NULL;
	}
	if (rq->out_stream)
		r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BYTES, give_stream,
			rq, NULL);
	else
		r = MHD_create_response_from_buffer(rq->out.len,
			(void *)(uintptr_t)rd_str_get(&rq->out), MHD_RESPMEM_MUST_COPY);
	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, "Content-Type", rq->type);
	MHD_add_response_header(r, "Server", "rackdeck/" VERSION);
	MHD_add_response_header(r, "Request-Id", rq->id);
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	if (rq->status == 401)
		MHD_add_response_header(r, "WWW-Authenticate", "Basic realm=\"convox\"");
	rc = MHD_queue_response(rq->connection, (unsigned)rq->status, r);
	MHD_destroy_response(r);
	return rc;
}

/* What is sent before the body has come to its end. */
static void put_early_answer(const rd_request *rq, rd_str *out)
{
	rd_str_printf(out,
		"HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Type: %s\r\n"
		"Content-Length: %zu\r\nServer: rackdeck/" VERSION
		"\r\nRequest-Id: %s\r\nX-Content-Type-Options: nosniff\r\n%s\r\n%s",
		rq->status, MHD_get_reason_phrase_for((unsigned)rq->status), rq->type, rq->out.len,
		rq->id, rq->status == 401 ? "WWW-Authenticate: Basic realm=\"convox\"\r\n" : "",
		rd_str_get(&rq->out));
}

/* Reads on until the client has seen the answer: closed with bytes unread, the connection would take
 * the answer with it. */
static void linger(const rd_server *s, int fd)
{
	struct pollfd fds[] = {{fd, POLLIN, 0}, {s->stop_fd, POLLIN, 0}};
	int64_t until_us = rd_now_us() + LINGER_US;
	char buf[16384];

	for (uint64_t bytes = 0; bytes < LINGER_BYTES && rd_now_us() < until_us;) {
		ssize_t n;

		if (poll(fds, RD_LEN(fds), LINGER_MS) <= 0 || fds[1].revents)
			return;
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return;
		bytes += n > 0 ? (uint64_t)n : 0;
	}
}

enum MHD_Result rd_answer_interrupt(rd_request *rq)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	put_early_answer(rq, &text);
	/* So small that it fits into what the socket takes at once. */
	if (info && rd_str_ok(&text) &&
		send(info->connect_fd, text.data, text.len, MSG_NOSIGNAL | MSG_DONTWAIT) ==
			(ssize_t)text.len) {
		/* Over TLS it is told with the last byte. */
		if (!rq->server->tls)
			shutdown(info->connect_fd, SHUT_WR);
		linger(rq->server, info->connect_fd);
	}
	return MHD_NO;
}

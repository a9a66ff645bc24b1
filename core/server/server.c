/* SPDX-License-Identifier: MIT */
/* Listening, and the way of a request: login, body, route, answer. */
#include "core/server/server.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/server/server_impl.h"

#define CONNECTIONS 256U
#define UPLOADS 4
#define HEAD_BYTES ((size_t)64 << 10)
#define IDLE_S 120
#define BACKLOG 64
/* Of a body that nobody takes, until the answer interrupts it. */
#define DROP_BYTES ((size_t)256 << 10)
#define LOGGED_BYTES 300 /* of a path */
#define FULL_WAIT_MS 200

/* ---- the way of a request ---- */

const char *rd_request_header(const rd_request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result add_query(void *arg, enum MHD_ValueKind kind RD_UNUSED, const char *key,
	const char *value)
{
	rd_request *rq = arg;

	return rd_kvs_set(&rq->form, key, rd_or_empty(value)) ? MHD_YES : MHD_NO;
}

static bool take_upload_slot(rd_server *s)
{
	bool ok;

	pthread_mutex_lock(&s->lock);
	ok = s->uploads < s->opts.max_uploads;
	s->uploads += ok;
	pthread_mutex_unlock(&s->lock);
	return ok;
}

static void give_upload_slot(rd_server *s)
{
	pthread_mutex_lock(&s->lock);
	s->uploads--;
	pthread_mutex_unlock(&s->lock);
}

static const rd_route *find_route(rd_request *rq)
{
	const char *method = rd_request_is_socket(rq)      ? "SOCKET"
			     : !strcmp(rq->method, "HEAD") ? "GET"
							   : rq->method;

	return rd_route_find(method, rq->path, rq->parts);
}

/* @returns false when it is refused: its answer is made. */
static bool start_upload(rd_request *rq)
{
	rd_err err = {0};

	if (!take_upload_slot(rq->server)) {
		rd_answer_error(rq, 429, "too many uploads at once: try again");
		return false;
	}
	if (rd_body_in_start(rq, &rq->upload, &err)) {
		give_upload_slot(rq->server);
		rd_answer_failure(rq, err.code, &err);
		return false;
	}
	return true;
}

/* What can be said without the body is said now. @returns false when it is refused: its answer is made. */
static bool admit(rd_request *rq)
{
	if (!rd_request_is_let_in(rq))
		return false;
	if (!rq->route) {
		rd_answer_error(rq, 404, "");
		return false;
	}
	return !rq->route->take || start_upload(rq);
}

/* The head has come. */
static enum MHD_Result begin(rd_request *rq, const char *version)
{
	rq->is_begun = true;
	rq->status = 200;
	rq->type = "application/json";
	if (!rd_request_is_clear(rq, version))
		return rd_answer_interrupt(rq);
	rq->route = find_route(rq);
	rq->is_refused = !admit(rq);
	/* Uploads and streams may last. */
	rd_clients_hurry(rq->server, rq->connection,
		rq->is_refused || !(rq->upload || rq->route->stream));
	/* Who asks before sending a body need not send it. */
	if (rq->is_refused)
		return rd_request_header(rq, "Expect") ? rd_answer_send(rq) : MHD_YES;
	if (rq->route->stream)
		return rd_socket_start(rq);
	if (rq->route->patience_s)
		MHD_set_connection_option(rq->connection, MHD_CONNECTION_OPTION_TIMEOUT,
			rq->route->patience_s);
	return MHD_YES;
}

/* Waits for who takes the body; makes the answer. */
static void end_upload(rd_request *rq)
{
	rd_err err = {0};
	rd_code rc = rd_body_in_end(RD_TAKE(rq->upload), true, &err);

	give_upload_slot(rq->server);
	if (rc)
		rd_answer_failure(rq, rc, &err);
	rq->is_refused = true;
	/* There may be more to come, which nobody takes. */
	rd_clients_hurry(rq->server, rq->connection, true);
}

/* @returns false when the client is to be interrupted. */
static bool take_body(rd_request *rq, const char *bytes, size_t n)
{
	if (rq->upload && !rd_body_in_push(rq->upload, bytes, n))
		end_upload(rq);
	if (!rq->is_refused && !rq->upload) {
		rd_err err = {0};

		rd_str_putn(&rq->body, bytes, n);
		rq->is_refused = rd_str_check(&rq->body, "the form", &err) != RD_OK;
		if (rq->is_refused)
			rd_answer_failure(rq, err.code, &err);
	}
	if (rq->is_refused)
		rq->dropped_bytes += n;
	return rq->dropped_bytes <= DROP_BYTES;
}

static rd_code run_route(rd_request *rq, rd_err *err)
{
	rd_code rc = RD_OK;

	MHD_get_connection_values(rq->connection, MHD_GET_ARGUMENT_KIND, add_query, rq);
	if (!rq->route->is_signed)
		rc = rd_form_parse(rd_str_get(&rq->body), rq->body.len, &rq->form, err);
	return rc ? rc : rq->route->run(rq, err);
}

static enum MHD_Result finish(rd_request *rq)
{
	rd_err err = {0};

	if (rq->upload)
		end_upload(rq);
	/* Our own work, and the answer's way, may last. */
	rd_clients_hurry(rq->server, rq->connection, false);
	if (!rq->is_refused) {
		rd_code rc = run_route(rq, &err);

		if (rc)
			rd_answer_failure(rq, rc, &err);
	}
	return rd_answer_send(rq);
}

static enum MHD_Result handle(void *arg RD_UNUSED, struct MHD_Connection *connection,
	const char *path RD_UNUSED, const char *method, const char *version, const char *bytes,
	size_t *n, void **request)
{
	rd_request *rq = *request;

	if (!rq->is_begun) {
		rq->connection = connection;
		rq->method = method;
		return begin(rq, version);
	}
	if (*n) {
		bool goes_on = take_body(rq, bytes, *n);

		*n = 0;
		return goes_on ? MHD_YES : rd_answer_interrupt(rq);
	}
	return finish(rq);
}

/* Called first of all, with the path as it came. */
static void *open_request(void *arg, const char *uri, struct MHD_Connection *connection RD_UNUSED)
{
	rd_request *rq = calloc(1, sizeof(*rq));

	if (!rq)
		return NULL;
	rq->server = arg;
	rd_random_hex(rq->id, 6);
	rd_str_init(&rq->body, RD_FORM_MAX_BYTES);
	rd_str_init(&rq->out, 0);
	rq->path = strndup(uri, strcspn(uri, "?"));
	return rq;
}

void rd_request_done(rd_request *rq)
{
	for (int i = 0; i < RD_ROUTE_PARTS; i++)
		free(rq->parts[i]);
	rd_reader_close(rq->out_stream);
	rd_str_done(&rq->body);
	rd_str_done(&rq->out);
	rd_kvs_done(&rq->form);
	free(rq->path);
}

/* As it came, but for bytes that no terminal and no reader of lines is to see. */
static void put_plain(rd_str *line, const char *text)
{
	for (size_t i = 0; text[i] && i < LOGGED_BYTES; i++) {
		if (text[i] > ' ' && text[i] < 0x7f)
			rd_str_putc(line, text[i]);
		else
			rd_str_printf(line, "%%%02X", (unsigned char)text[i]);
	}
}

static void put_client(rd_str *line, const rd_request *rq)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *from = info ? info->client_addr : NULL;
	socklen_t n = from && from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							  : sizeof(struct sockaddr_in);
	char host[NI_MAXHOST];

	rd_str_put(line, from && !getnameinfo(from, n, host, sizeof(host), NULL, 0, NI_NUMERICHOST)
				 ? host
				 : "-");
}

static void log_request(const rd_request *rq)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	char text[sizeof(rq->failure.msg) + sizeof(rq->failure.ctx) + 3];

	if (!rq->server->opts.log || !rq->method)
		return;
	rd_time_format(&line, rd_wall_us());
	rd_str_printf(&line, " %s ", rq->id);
	put_client(&line, rq);
	rd_str_putc(&line, ' ');
	put_plain(&line, rq->method);
	rd_str_putc(&line, ' ');
	put_plain(&line, rd_or_empty(rq->path));
	rd_str_printf(&line, " %d", rq->status);
	if (rq->failure.code)
		rd_str_printf(&line, " %s", rd_err_text(&rq->failure, text, sizeof(text)));
	rq->server->opts.log(rq->server->opts.arg, rd_str_get(&line));
}

static void close_request(void *arg, struct MHD_Connection *connection, void **request,
	enum MHD_RequestTerminationCode why RD_UNUSED)
{
	rd_request *rq = *request;

	if (!rq)
		return;
	if (rq->upload) {
		/* It was cut: what was taken so far is dropped. */
		rd_body_in_end(rq->upload, false, NULL);
		give_upload_slot(rq->server);
	}
	log_request(rq);
	/* It may ask again, unless it has become a stream. */
	if (rq->status != MHD_HTTP_SWITCHING_PROTOCOLS)
		rd_clients_hurry(arg, connection, true);
	rd_socket_free(rq->socket);
	rd_request_done(rq);
	free(rq);
	*request = NULL;
}

/* ---- listening ---- */

static rd_code listen_on(rd_server *s, rd_err *err)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *found = NULL;
	struct sockaddr_storage bound;
	socklen_t n = sizeof(bound);
	char port[16];
	int rc, one = 1;

	snprintf(port, sizeof(port), "%d", s->opts.port);
	rc = getaddrinfo(s->opts.host, port, &hints, &found);
	if (rc)
		return rd_err_set(err, RD_EINVAL, "'%s' is no address of this machine: %s",
			s->opts.host, gai_strerror(rc));
	s->listen_fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listen_fd >= 0)
		setsockopt(s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	rc = s->listen_fd < 0 || bind(s->listen_fd, found->ai_addr, found->ai_addrlen) ||
	     listen(s->listen_fd, BACKLOG) ||
	     getsockname(s->listen_fd, (struct sockaddr *)&bound, &n);
	freeaddrinfo(found);
	if (rc)
		return rd_err_os(err, errno, "listening on %s port %d", s->opts.host, s->opts.port);
	s->port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
						    : ((struct sockaddr_in *)&bound)->sin_port);
	return RD_OK;
}

static void take_client(rd_server *s)
{
	struct sockaddr_storage from;
	socklen_t n = sizeof(from);
	int fd = accept4(s->listen_fd, (struct sockaddr *)&from, &n, SOCK_CLOEXEC);
	struct pollfd stop = {s->stop_fd, POLLIN, 0};
	int one = 1;

	if (fd < 0) {
		/* No descriptor is free: others end meanwhile. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			poll(&stop, 1, FULL_WAIT_MS);
		return;
	}
	/* A client that vanished without a word is found so where nothing is sent for long. */
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	if (s->tls && rd_tls_carry(s->tls, fd, s->stop_fd, &fd, NULL))
		return;
	/* Closes fd when it fails, and when there are too many. */
	MHD_add_connection(s->http, fd, (struct sockaddr *)&from, n);
}

static void *accept_clients(void *arg)
{
	rd_server *s = arg;
	struct pollfd fds[2] = {{s->listen_fd, POLLIN, 0}, {s->stop_fd, POLLIN, 0}};
	int wait_ms = -1;

	while (poll(fds, 2, wait_ms) >= 0 || errno == EINTR) {
		if (fds[1].revents)
			break;
		if (fds[0].revents)
			take_client(s);
		wait_ms = rd_clients_drop_slow(s);
		/* It becomes one of them in a thread of the library. */
		if (wait_ms < 0 && fds[0].revents)
			wait_ms = s->opts.idle_s * 1000;
	}
	return NULL;
}

static rd_code start_threads(rd_server *s, rd_err *err)
{
	sigset_t broken, old;
	int os = 0;

	/* A client may vanish in the middle of what is written to it. The threads inherit this. */
	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &broken, &old);
	s->http = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
					   MHD_USE_POLL | MHD_USE_ITC | MHD_ALLOW_UPGRADE |
					   MHD_USE_NO_LISTEN_SOCKET,
		0, NULL, NULL, handle, s, MHD_OPTION_URI_LOG_CALLBACK, open_request, s,
		MHD_OPTION_NOTIFY_COMPLETED, close_request, s, MHD_OPTION_CONNECTION_LIMIT,
		CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT, CONNECTIONS / 2,
		MHD_OPTION_NOTIFY_CONNECTION, rd_clients_note, s, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)s->opts.idle_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_BYTES, MHD_OPTION_END);
	if (s->http)
		os = pthread_create(&s->acceptor, NULL, accept_clients, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!s->http)
		return rd_err_set(err, RD_EIO, "the HTTP server does not start");
	if (os)
		return rd_err_os(err, os, "starting a thread");
	s->is_accepting = true;
	return RD_OK;
}

static rd_code set_up(rd_server *s, const rd_server_opts *opts, rd_err *err)
{
	rd_code rc;

	s->opts = *opts;
	s->opts.host = rd_strdup(opts->host);
	s->opts.password = rd_strdup(opts->password);
	s->opts.names = opts->names ? rd_strdup(opts->names) : NULL;
	s->opts.cert = s->opts.key = NULL;
	s->opts.idle_s = opts->idle_s ? opts->idle_s : IDLE_S;
	s->opts.max_uploads = opts->max_uploads ? opts->max_uploads : UPLOADS;
	if (!s->opts.host || !s->opts.password || !s->opts.names != !opts->names)
		return rd_err_nomem(err);
	rc = rd_cancel_new(&s->stopping, err);
	if (rc)
		return rc;
	s->stop_fd = rd_cancel_fd(s->stopping);
	rc = opts->cert ? rd_tls_open(opts->cert, opts->key, s->opts.idle_s, &s->tls, err) : RD_OK;
	if (!rc)
		rc = listen_on(s, err);
	if (!rc && opts->rack->hooks)
		rc = rd_hookrun_start(opts->rack, opts->log, opts->arg, &s->hooks, err);
	return rc ? rc : start_threads(s, err);
}

rd_code rd_server_start(const rd_server_opts *opts, rd_server **ret_server, rd_err *err)
{
	rd_server *s = calloc(1, sizeof(*s));
	rd_code rc;

	if (!s)
		return rd_err_nomem(err);
	s->listen_fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	rc = set_up(s, opts, err);
	if (rc)
		rd_server_stop(s);
	else
		*ret_server = s;
	return rc;
}

int rd_server_port(const rd_server *s)
{
	return s->port;
}

rd_server *rd_server_stop(rd_server *s)
{
	if (!s)
		return NULL;
	if (s->stopping)
		rd_cancel_fire(s->stopping);
	if (s->is_accepting)
		pthread_join(s->acceptor, NULL);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	pthread_mutex_lock(&s->lock);
	while (s->streams)
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
	if (s->http)
		MHD_stop_daemon(s->http);
	rd_hookrun_stop(s->hooks);
	rd_tls_close(s->tls);
	rd_cancel_free(s->stopping);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free((void *)(uintptr_t)s->opts.host);
	free((void *)(uintptr_t)s->opts.names);
	if (s->opts.password)
		explicit_bzero((void *)(uintptr_t)s->opts.password, strlen(s->opts.password));
	free((void *)(uintptr_t)s->opts.password);
	free(s);
	return NULL;
}

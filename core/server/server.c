/* SPDX-License-Identifier: MIT */
/* Listening, and the way of a request: login, body, route, answer. */
#include "core/server/server.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/ids.h"
#include "core/rack/json.h"
#include "core/server/server_impl.h"

#define CONNECTIONS 256
#define UPLOADS 4
#define HEAD_BYTES ((size_t)64 << 10)
#define IDLE_S 120
#define BACKLOG 64

/* ---- answers ---- */

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

static const char *header(const rd_request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, name);
}

/* An error as text, or as JSON for who asks for it. */
static void put_error(rd_request *rq, int status, const char *text)
{
	const char *accept = header(rq, "Accept");
	const char *agent = header(rq, "User-Agent");
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

static void put_failure(rd_request *rq, rd_code code, const rd_err *err)
{
	char text[sizeof(err->msg) + sizeof(err->ctx) + 3];

	put_error(rq, status_of(code), rd_err_text(err, text, sizeof(text)));
}

static ssize_t give_stream(void *arg, uint64_t at RD_UNUSED, char *buf, size_t cap)
{
	size_t n = 0;

	/* An error cuts the connection: the client sees that the end is missing. */
	if (rd_read(arg, buf, cap, &n, NULL))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	return n ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

static void free_stream(void *arg)
{
	rd_reader_close(arg);
}

static enum MHD_Result answer(rd_request *rq)
{
	struct MHD_Response *r;
	enum MHD_Result rc;

	if (rq->out_stream)
		r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1 << 18, give_stream,
			RD_TAKE(rq->out_stream), free_stream);
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

/* ---- who may ask ---- */

/* The host of "host:port" or "[::1]:port", without its port. */
static size_t host_length(const char *host)
{
	return *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
}

static bool is_loopback(const char *host, size_t n)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]", "::1"};

	for (size_t i = 0; i < RD_LEN(names); i++)
		if (n == strlen(names[i]) && !strncasecmp(host, names[i], n))
			return true;
	return false;
}

/* A page in a browser that got a name of its own to lead here, or one that opens our sockets. */
static bool is_from_page(const rd_request *rq)
{
	const char *host = header(rq, "Host"), *origin = header(rq, "Origin");
	const char *listens = rq->server->opts.host;
	const char *at = origin ? strstr(origin, "://") : NULL;

	if (!host)
		return true;
	if (is_loopback(listens, strlen(listens)) && !is_loopback(host, host_length(host)))
		return true;
	return origin && (!at || strcasecmp(at + 3, host) != 0);
}

/* The password of "Basic …", decoded; NULL if there is none. @ret heap. */
static char *given_password(const rd_request *rq)
{
	const char *text = header(rq, "Authorization");
	RD_STR_AUTO rd_str pair = RD_STR_INIT(4096);
	const char *colon;

	if (!text || strncasecmp(text, "Basic ", 6) || rd_base64_decode(text + 6, &pair, NULL))
		return NULL;
	colon = strchr(rd_str_get(&pair), ':');
	return rd_strdup(colon ? colon + 1 : "");
}

/* Convox's CLIs send it percent-encoded. */
static bool is_password(const rd_server *s, const char *given)
{
	RD_AUTO(rd_kvs_done) rd_kvs form = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	bool ok = rd_secret_equal(given, s->opts.password);

	rd_str_printf(&text, "p=%s", given);
	if (!rd_form_parse(rd_str_get(&text), text.len, &form, NULL))
		ok |= rd_secret_equal(rd_or_empty(rd_kvs_get(&form, "p")), s->opts.password);
	return ok;
}

/* Wrong ones wait, the longer the more there were of late. */
static void slow_down(rd_server *s)
{
	struct pollfd fd = {rd_cancel_fd(s->stopping), POLLIN, 0};
	int64_t now_us = rd_now_us();
	int n;

	pthread_mutex_lock(&s->lock);
	if (now_us - s->failed_us > 60 * 1000000LL)
		s->failures = 0;
	s->failed_us = now_us;
	n = ++s->failures;
	pthread_mutex_unlock(&s->lock);
	poll(&fd, 1, n > 10 ? 3000 : n > 3 ? 300 * (n - 3) : 0);
}

static bool is_let_in(rd_request *rq)
{
	RD_AUTOFREE char *given = NULL;
	bool ok;

	if (is_from_page(rq)) {
		put_error(rq, 403, "this host or origin is not served");
		return false;
	}
	if (rq->route && rq->route->is_open)
		return true;
	given = given_password(rq);
	ok = given && is_password(rq->server, given);
	if (given) {
		explicit_bzero(given, strlen(given));
		if (!ok)
			slow_down(rq->server);
	}
	if (!ok)
		put_error(rq, 401, "invalid authentication");
	return ok;
}

/* ---- the way of a request ---- */

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

/* The head has come: what can be said without the body is said now. */
static enum MHD_Result begin(rd_request *rq)
{
	const char *upgrade = header(rq, "Upgrade");
	bool is_socket = upgrade && !strcasecmp(upgrade, "websocket");
	rd_err err = {0};

	rq->is_begun = true;
	rq->route = rd_route_find(is_socket ? "SOCKET" : rq->method, rq->path, rq->parts);
	rq->is_refused = true;
	if (!is_let_in(rq))
		return MHD_YES;
	if (!rq->route) {
		put_error(rq, 404, "");
		return MHD_YES;
	}
	if (rq->route->stream)
		return rd_socket_start(rq);
	if (rq->route->take) {
		if (!take_upload_slot(rq->server)) {
			put_error(rq, 429, "too many uploads at once: try again");
			return MHD_YES;
		}
		if (rd_body_in_start(rq, &rq->upload, &err)) {
			give_upload_slot(rq->server);
			put_failure(rq, err.code, &err);
			return MHD_YES;
		}
	}
	rq->is_refused = false;
	return MHD_YES;
}

static void take_body(rd_request *rq, const char *bytes, size_t n)
{
	if (rq->upload)
		rd_body_in_push(rq->upload, bytes, n);
	else if (!rq->is_refused)
		rd_str_putn(&rq->body, bytes, n);
}

static rd_code run_route(rd_request *rq, rd_err *err)
{
	rd_code rc;

	if (rq->upload) {
		rc = rd_body_in_end(RD_TAKE(rq->upload), true, err);
		give_upload_slot(rq->server);
		return rc;
	}
	rc = rd_str_check(&rq->body, "the form", err);
	MHD_get_connection_values(rq->connection, MHD_GET_ARGUMENT_KIND, add_query, rq);
	if (!rc)
		rc = rd_form_parse(rd_str_get(&rq->body), rq->body.len, &rq->form, err);
	return rc ? rc : rq->route->run(rq, err);
}

static enum MHD_Result finish(rd_request *rq)
{
	rd_err err = {0};

	if (!rq->is_refused) {
		rd_code rc;

		rq->status = 200;
		rq->type = "application/json";
		rc = run_route(rq, &err);
		if (rc)
			put_failure(rq, rc, &err);
	}
	return answer(rq);
}

static enum MHD_Result handle(void *arg RD_UNUSED, struct MHD_Connection *connection,
	const char *path RD_UNUSED, const char *method, const char *version RD_UNUSED,
	const char *bytes, size_t *n, void **request)
{
	rd_request *rq = *request;

	if (!rq->is_begun) {
		rq->connection = connection;
		rq->method = method;
		return begin(rq);
	}
	if (*n) {
		take_body(rq, bytes, *n);
		*n = 0;
		return MHD_YES;
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

static void log_request(const rd_request *rq)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(2000);

	if (!rq->server->opts.log || !rq->method)
		return;
	rd_time_format(&line, rd_wall_us());
	rd_str_printf(&line, " %s %s %s %d", rq->id, rq->method, rd_or_empty(rq->path), rq->status);
	rq->server->opts.log(rq->server->opts.arg, rd_str_get(&line));
}

static void close_request(void *arg RD_UNUSED, struct MHD_Connection *connection RD_UNUSED,
	void **request, enum MHD_RequestTerminationCode why RD_UNUSED)
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
	for (int i = 0; i < RD_ROUTE_PARTS; i++)
		free(rq->parts[i]);
	rd_reader_close(rq->out_stream);
	rd_str_done(&rq->body);
	rd_str_done(&rq->out);
	rd_kvs_done(&rq->form);
	free(rq->path);
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

	if (fd < 0)
		return;
	if (s->tls && rd_tls_carry(s->tls, fd, s->stop_fd, &fd, NULL))
		return;
	/* Closes fd when it fails, and when there are too many. */
	MHD_add_connection(s->http, fd, (struct sockaddr *)&from, n);
}

static void *accept_clients(void *arg)
{
	rd_server *s = arg;
	struct pollfd fds[2] = {{s->listen_fd, POLLIN, 0}, {s->stop_fd, POLLIN, 0}};

	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		if (fds[1].revents)
			break;
		if (fds[0].revents)
			take_client(s);
	}
	return NULL;
}

static rd_code start_threads(rd_server *s, rd_err *err)
{
	int os;

	s->http = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
					   MHD_USE_POLL | MHD_USE_ITC | MHD_ALLOW_UPGRADE |
					   MHD_USE_NO_LISTEN_SOCKET,
		0, NULL, NULL, handle, s, MHD_OPTION_URI_LOG_CALLBACK, open_request, s,
		MHD_OPTION_NOTIFY_COMPLETED, close_request, s, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)s->opts.max_connections, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_BYTES, MHD_OPTION_END);
	if (!s->http)
		return rd_err_set(err, RD_EIO, "the HTTP server does not start");
	os = pthread_create(&s->acceptor, NULL, accept_clients, s);
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
	s->opts.cert = s->opts.key = NULL;
	s->opts.max_connections = opts->max_connections ? opts->max_connections : CONNECTIONS;
	s->opts.max_uploads = opts->max_uploads ? opts->max_uploads : UPLOADS;
	if (!s->opts.host || !s->opts.password)
		return rd_err_nomem(err);
	rc = rd_cancel_new(&s->stopping, err);
	if (rc)
		return rc;
	s->stop_fd = rd_cancel_fd(s->stopping);
	rc = opts->cert ? rd_tls_open(opts->cert, opts->key, &s->tls, err) : RD_OK;
	if (!rc)
		rc = listen_on(s, err);
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
	rd_tls_close(s->tls);
	rd_cancel_free(s->stopping);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free((void *)(uintptr_t)s->opts.host);
	if (s->opts.password)
		explicit_bzero((void *)(uintptr_t)s->opts.password, strlen(s->opts.password));
	free((void *)(uintptr_t)s->opts.password);
	free(s);
	return NULL;
}

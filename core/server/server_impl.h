/* SPDX-License-Identifier: MIT */
/* What the files of the server share; nobody else includes this. */
#ifndef RD_CORE_SERVER_SERVER_IMPL_H
#define RD_CORE_SERVER_SERVER_IMPL_H

#include <pthread.h>

#include <microhttpd.h>

#include "core/base/cancel.h"
#include "core/base/str.h"
#include "core/base/stream.h"
#include "core/formats/form.h"
#include "core/rack/hookrun.h"
#include "core/server/server.h"

typedef struct rd_tls rd_tls;
typedef struct rd_body_in rd_body_in;
typedef struct rd_socket rd_socket;
typedef struct rd_request rd_request;
typedef struct rd_client rd_client;

struct rd_server {
	rd_server_opts opts; /* host, names, password: heap */
	struct MHD_Daemon *http;
	rd_tls *tls; /* NULL: plain */
	int listen_fd;
	int stop_fd; /* of stopping */
	int port;
	bool is_accepting;
	pthread_t acceptor;
	rd_cancel *stopping;
	rd_hookrun *hooks;    /* NULL: the rack takes none */
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	int uploads, streams;
	rd_client *clients;
	int failures; /* wrong passwords of late */
	int64_t failed_us;
};

#define RD_ROUTE_PARTS 4
#define RD_FORM_MAX_BYTES ((size_t)4 << 20)
/* What we say that we are: Convox's CLIs compare it, as a string, with the dates of old changes. */
#define RD_SERVER_VERSION "20260421192651"

/* One request. */
struct rd_request {
	rd_server *server;
	struct MHD_Connection *connection;
	const char *method;
	char *path;  /* heap, without the query */
	char id[13]; /* of the access log and the header Request-Id */
	bool is_begun;
	bool is_refused;        /* the answer is known before the body was read */
	uint64_t dropped_bytes; /* of a body that nobody takes */
	const struct rd_route *route;
	char *parts[RD_ROUTE_PARTS]; /* what stands for the stars of the route, heap */
	rd_str body;                 /* of forms */
	rd_kvs form;                 /* query and form */
	rd_body_in *upload;          /* of routes that stream their body */
	rd_socket *socket;           /* of routes that stream their answer */
	/* ---- the answer ---- */
	int status;
	rd_str out;
	const char *type;      /* of out */
	rd_reader *out_stream; /* instead of out; taken */
	rd_err failure;        /* of out_stream, which cuts the answer */
};

/* Does what the request asks; an error becomes the answer. */
typedef rd_code rd_route_fn(rd_request *rq, rd_err *err);
/* Takes a body as it comes. */
typedef rd_code rd_body_fn(rd_request *rq, rd_reader *body, rd_err *err);

typedef struct rd_route {
	const char *method; /* "SOCKET": GET with an upgrade */
	const char *path;   /* '*' stands for one part, "**" for the rest */
	rd_route_fn *run;   /* NULL for streamed bodies and sockets */
	rd_body_fn *take;   /* reads the body while it comes */
	/* Of sockets: runs on a thread of its own, with the connection upgraded. */
	void (*stream)(rd_socket *s, char **parts);
	bool is_open;   /* needs no login */
	bool is_bulk;   /* answers with a stream of any size */
	bool is_signed; /* its body says who sends it: no login, no form, any host and origin */
	unsigned patience_s; /* how long its connections may be idle; 0: as all */
} rd_route;

/* ---- server.c ---- */

const char *rd_request_header(const rd_request *rq, const char *name); /* NULL: none */
void rd_request_done(rd_request *rq);

/* ---- head.c ---- */

/* Whether the request opens a WebSocket. */
bool rd_request_is_socket(const rd_request *rq);
/* Whether its head means one thing only; if not, its answer is made, and its body cannot be told. */
bool rd_request_is_clear(rd_request *rq, const char *version);

/* ---- clients.c ---- */

/* Of the library, when a connection begins and ends. */
void rd_clients_note(void *arg, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what);
/* From now on the connection has idle_s for what the client is to send (on), or as long as it wants. */
void rd_clients_hurry(rd_server *s, struct MHD_Connection *connection, bool on);
/* Lets those go whose time is over. @returns ms until it is to be called again, -1: there is nobody. */
int rd_clients_drop_slow(rd_server *s);

/* ---- login.c ---- */

/* Whether the request is from who may ask; if not, its answer is made. */
bool rd_request_is_let_in(rd_request *rq);
/* Who asked did not know the secret: waits, the longer the more such there were of late. */
void rd_request_slow_down(rd_server *s);

/* ---- hooks.c ---- */

rd_code rd_route_hook(rd_request *rq, rd_err *err);

/* ---- answer.c ---- */

/* Makes the answer an error: as text, or as JSON for who asks for it. */
void rd_answer_error(rd_request *rq, int status, const char *text);
void rd_answer_failure(rd_request *rq, rd_code code, const rd_err *err);
enum MHD_Result rd_answer_send(rd_request *rq);
/* The library answers after the body only: a client that goes on sending is answered beside it, and
 * its connection ends. */
enum MHD_Result rd_answer_interrupt(rd_request *rq);

/* ---- routes.c ---- */

/* @ret_parts filled for the stars, heap. @returns NULL if there is none. */
const rd_route *rd_route_find(const char *method, const char *path,
	char *ret_parts[RD_ROUTE_PARTS]);

/* ---- body.c: a body that is pushed, as a reader that is pulled ---- */

rd_code rd_body_in_start(rd_request *rq, rd_body_in **ret_upload, rd_err *err);
/* Blocks while the reader is slow. @returns false when the taker has ended: call rd_body_in_end. */
bool rd_body_in_push(rd_body_in *u, const char *bytes, size_t n);
/* The body ended (well: is_whole). Waits for the taker and gives its result. */
rd_code rd_body_in_end(rd_body_in *u, bool is_whole, rd_err *err);

/* ---- outgoing.c ---- */

/* A build as an archive, read while it is made; waits for its first bytes. @errors those of the export;
 * later ones come from the reader. */
rd_code rd_export_open(rd_request *rq, const char *app, const char *id, rd_reader **ret_reader,
	rd_err *err);

/* ---- services.c ---- */

/* Convox's JSON of the services of an app's active release. */
rd_code rd_services_get(rd_rack *rack, const char *app, rd_str *out, rd_err *err);

/* ---- socket.c ---- */

/* Answers with an upgrade and runs route->stream on it. */
enum MHD_Result rd_socket_start(rd_request *rq);
/* When its request ends, which is after its stream; a client that goes before it has the answer gets no stream.
 * @returns NULL */
rd_socket *rd_socket_free(rd_socket *s);
/* @errors RD_EUNAVAIL the client is gone, RD_ECANCELED the server stops. */
rd_code rd_socket_text(rd_socket *s, const char *bytes, size_t n, rd_err *err);
/* Waits until fd is readable (-1: none), at most that long; answers pings meanwhile. Errors as above. */
rd_code rd_socket_wait(rd_socket *s, int fd, int64_t max_ms, rd_err *err);
rd_server *rd_socket_server(const rd_socket *s);
/* From which byte on the client wants a file; 0: all. */
uint64_t rd_socket_offset(const rd_socket *s);
/* Whether what comes later is wanted, too, as it is unless the client says no. */
bool rd_socket_follows(const rd_socket *s);

/* ---- streams.c ---- */

void rd_stream_build_log(rd_socket *s, char **parts);
void rd_stream_build_steps(rd_socket *s, char **parts);
void rd_stream_app_log(rd_socket *s, char **parts);
void rd_stream_system_log(rd_socket *s, char **parts);
#define RD_NOTHING_RUNS "nothing of an app runs on this rack: it builds and moves builds"
void rd_stream_none(rd_socket *s, char **parts); /* says so */

/* ---- tls.c ---- */

/* @slow_s: a client that takes nothing for so long is gone */
rd_code rd_tls_open(const char *cert, const char *key, int slow_s, rd_tls **ret_tls, rd_err *err);
rd_tls *rd_tls_close(rd_tls *t); /* @returns NULL */
/* Carries the bytes of a client's connection to *ret_fd, in the clear, until either side ends. @fd taken. */
rd_code rd_tls_carry(rd_tls *t, int fd, int stop_fd, int *ret_fd, rd_err *err);

#endif

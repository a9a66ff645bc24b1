/* SPDX-License-Identifier: MIT */
/* TLS before the HTTP library: a thread a connection carries bytes between the client and a pair of sockets. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "core/base/clock.h"
#include "core/base/sigpipe.h"
#include "core/server/server_impl.h"

#define HANDSHAKE_US (15 * 1000000LL)
#define CARRY_BYTES ((size_t)64 << 10)

struct rd_tls {
	SSL_CTX *ctx;
	int64_t slow_us; /* a client that takes nothing for so long is gone */
};

/* One connection. */
typedef struct carrier {
	SSL *ssl;
	int outside, inside; /* sockets, not blocking */
	int stop_fd;         /* of its own: it may outlive the server */
	char *in, *out;      /* CARRY_BYTES each: from the client, to the client */
	size_t in_n, in_at, out_n, out_at;
	bool in_ended, out_ended; /* no more comes from that side */
	int64_t slow_us;
	int64_t taken_us; /* when the client took something of out, or out was empty */
} carrier;

/* What OpenSSL says first is the cause: of a file that is not there, the system's error. */
static rd_code failure(rd_err *err, const char *what, const char *path)
{
	unsigned long e = ERR_peek_error();
	const char *why =
		ERR_SYSTEM_ERROR(e) ? strerror((int)ERR_GET_REASON(e)) : ERR_reason_error_string(e);

	ERR_clear_error();
	return rd_err_set(err, RD_EPARSE, "'%s' is no %s: %s", path, what,
		why ? why : "it cannot be read");
}

rd_code rd_tls_open(const char *cert, const char *key, int slow_s, rd_tls **ret_tls, rd_err *err)
{
	rd_tls *t = calloc(1, sizeof(*t));
	rd_code rc = RD_OK;

	if (!t)
		return rd_err_nomem(err);
	t->slow_us = slow_s * 1000000LL;
	t->ctx = SSL_CTX_new(TLS_server_method());
	if (!t->ctx)
		rc = rd_err_nomem(err);
	else if (SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION) != 1 ||
		 SSL_CTX_use_certificate_chain_file(t->ctx, cert) != 1)
		rc = failure(err, "certificate in PEM", cert);
	else if (SSL_CTX_use_PrivateKey_file(t->ctx, key, SSL_FILETYPE_PEM) != 1 ||
		 SSL_CTX_check_private_key(t->ctx) != 1)
		rc = failure(err, "key in PEM of that certificate", key);
	if (rc) {
		rd_tls_close(t);
		return rc;
	}
	SSL_CTX_set_mode(t->ctx,
		SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	*ret_tls = t;
	return RD_OK;
}

rd_tls *rd_tls_close(rd_tls *t)
{
	if (!t)
		return NULL;
	SSL_CTX_free(t->ctx);
	free(t);
	return NULL;
}

/* Waits for the sockets. @returns false when it is time to end. */
static bool wait_for(carrier *c, short outside, short inside, int64_t max_us)
{
	struct pollfd fds[3] = {{outside ? c->outside : -1, outside, 0},
		{inside ? c->inside : -1, inside, 0}, {c->stop_fd, POLLIN, 0}};
	int n;

	do
		n = poll(fds, 3, max_us < 0 ? -1 : (int)(max_us / 1000) + 1);
	while (n < 0 && errno == EINTR);
	/* When the server ends it closes the inside, after its last words. */
	return n > 0 && (!fds[2].revents || fds[0].revents || fds[1].revents || c->in_ended);
}

/* The inside is closed at once when there are too many connections. */
static bool is_refused(const carrier *c)
{
	struct pollfd fd = {c->inside, POLLRDHUP, 0};

	return poll(&fd, 1, 0) > 0;
}

static bool shake_hands(carrier *c)
{
	int64_t until_us = rd_now_us() + HANDSHAKE_US;

	for (;;) {
		int rc = SSL_accept(c->ssl);
		int why = rc == 1 ? SSL_ERROR_NONE : SSL_get_error(c->ssl, rc);
		int64_t left_us = until_us - rd_now_us();

		ERR_clear_error();
		if (rc == 1)
			return true;
		if ((why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) || left_us <= 0 ||
			!wait_for(c, why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, POLLRDHUP,
				left_us) ||
			is_refused(c))
			return false;
	}
}

/* ---- one way and the other; each returns false on a failure that ends the connection ---- */

static bool read_client(carrier *c)
{
	int n = SSL_read(c->ssl, c->in, (int)CARRY_BYTES);
	int why = n > 0 ? SSL_ERROR_NONE : SSL_get_error(c->ssl, n);

	ERR_clear_error();
	if (n > 0) {
		c->in_at = 0;
		c->in_n = (size_t)n;
		return true;
	}
	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
		return true;
	c->in_ended = true;
	shutdown(c->inside, SHUT_WR);
	return why == SSL_ERROR_ZERO_RETURN;
}

static bool write_inside(carrier *c)
{
	ssize_t n = send(c->inside, c->in + c->in_at, c->in_n, MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->in_at += (size_t)n;
	c->in_n -= (size_t)n;
	return true;
}

static bool read_inside(carrier *c)
{
	ssize_t n = recv(c->inside, c->out, CARRY_BYTES, 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->out_at = 0;
	c->out_n = (size_t)n;
	c->taken_us = rd_now_us();
	c->out_ended = n == 0;
	return true;
}

static bool write_client(carrier *c)
{
	int n = SSL_write(c->ssl, c->out + c->out_at, (int)c->out_n);
	int why = n > 0 ? SSL_ERROR_NONE : SSL_get_error(c->ssl, n);

	ERR_clear_error();
	if (n > 0) {
		c->out_at += (size_t)n;
		c->out_n -= (size_t)n;
		c->taken_us = rd_now_us();
		return true;
	}
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

/* Moves what can be moved. */
static bool move(carrier *c)
{
	/* What TLS holds already decrypted does not show on the socket: it is asked until it is empty. */
	do {
		if (!c->in_n && !c->in_ended && !read_client(c))
			return false;
		if (c->in_n && !write_inside(c))
			return false;
	} while (!c->in_n && !c->in_ended && SSL_pending(c->ssl) > 0);
	if (!c->out_n && !c->out_ended && !read_inside(c))
		return false;
	return !c->out_n || write_client(c);
}

/* How long what is for the client may still wait. */
static int64_t left_us(const carrier *c)
{
	int64_t left = c->taken_us + c->slow_us - rd_now_us();

	return left > 0 ? left : 0;
}

static void carry_all(carrier *c)
{
	while (move(c) && !(c->out_ended && !c->out_n)) {
		short outside =
			(short)((c->in_n || c->in_ended ? 0 : POLLIN) | (c->out_n ? POLLOUT : 0));
		short inside = (short)((c->in_n ? POLLOUT : 0) | (c->out_n ? 0 : POLLIN));

		/* It is for the inside to say how long a client may be silent; it cannot see one that takes
		 * nothing. */
		if (!wait_for(c, outside, inside, c->out_n ? left_us(c) : -1))
			break;
	}
	SSL_shutdown(c->ssl);
	ERR_clear_error();
}

static void free_carrier(carrier *c)
{
	SSL_free(c->ssl);
	if (c->outside >= 0)
		close(c->outside);
	if (c->inside >= 0)
		close(c->inside);
	if (c->stop_fd >= 0)
		close(c->stop_fd);
	free(c->in);
	free(c->out);
	free(c);
}

static void *carry(void *arg)
{
	carrier *c = arg;
	rd_sigpipe held;

	/* A client that is gone ends its connection, and not the server. */
	rd_sigpipe_hold(&held);
	if (shake_hands(c))
		carry_all(c);
	free_carrier(c);
	rd_sigpipe_release(&held);
	return NULL;
}

static bool prepare(rd_tls *t, carrier *c, int pair[2])
{
	if (c->stop_fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return false;
	c->inside = pair[0];
	if (fcntl(c->inside, F_SETFL, O_NONBLOCK) < 0 || fcntl(c->outside, F_SETFL, O_NONBLOCK) < 0)
		return false;
	c->in = malloc(CARRY_BYTES);
	c->out = malloc(CARRY_BYTES);
	c->ssl = SSL_new(t->ctx);
	return c->in && c->out && c->ssl && SSL_set_fd(c->ssl, c->outside) == 1;
}

rd_code rd_tls_carry(rd_tls *t, int fd, int stop_fd, int *ret_fd, rd_err *err)
{
	carrier *c = calloc(1, sizeof(*c));
	int pair[2] = {-1, -1};
	pthread_t thread;
	pthread_attr_t detached;
	int os = 0;

	if (!c) {
		close(fd);
		return rd_err_nomem(err);
	}
	*c = (carrier){.outside = fd,
		.inside = -1,
		.slow_us = t->slow_us,
		.stop_fd = fcntl(stop_fd, F_DUPFD_CLOEXEC, 0)};
	if (!prepare(t, c, pair)) {
		os = errno ? errno : ENOMEM;
	} else {
		pthread_attr_init(&detached);
		pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
		os = pthread_create(&thread, &detached, carry, c);
		pthread_attr_destroy(&detached);
	}
	if (os) {
		free_carrier(c);
		if (pair[1] >= 0)
			close(pair[1]);
		return rd_err_os(err, os, "carrying a connection");
	}
	*ret_fd = pair[1];
	return RD_OK;
}

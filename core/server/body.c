/* SPDX-License-Identifier: MIT */
/* A request's body, which comes in pushes, as a reader for who takes it. */
#include <stdlib.h>
#include <string.h>

#include "core/server/server_impl.h"

#define BUFFER_BYTES ((size_t)1 << 20)

struct rd_body_in {
	rd_reader reader; /* first; lives as long as the upload */
	rd_request *rq;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char *buf; /* a ring */
	size_t at, n;
	bool is_ended, is_whole; /* the body */
	bool is_done;            /* the taker */
	rd_code code;
	rd_err err;
};

static rd_code pull(rd_reader *r, void *to, size_t cap, size_t *ret_n, rd_err *err)
{
	rd_body_in *u = (rd_body_in *)r;
	rd_code code = RD_OK;
	size_t n;

	pthread_mutex_lock(&u->lock);
	while (!u->n && !u->is_ended)
		pthread_cond_wait(&u->changed, &u->lock);
	n = u->n < cap ? u->n : cap;
	if (n > BUFFER_BYTES - u->at)
		n = BUFFER_BYTES - u->at;
	memcpy(to, u->buf + u->at, n);
	u->at = (u->at + n) % BUFFER_BYTES;
	u->n -= n;
	if (!n && !u->is_whole)
		code = rd_err_set(err, RD_EUNAVAIL, "the connection was cut");
	pthread_cond_broadcast(&u->changed);
	pthread_mutex_unlock(&u->lock);
	*ret_n = n;
	return code;
}

static void close_nothing(rd_reader *r RD_UNUSED) {}

static const struct rd_reader_ops ops = {pull, close_nothing};

static void *take(void *arg)
{
	rd_body_in *u = arg;
	rd_code code = u->rq->route->take(u->rq, &u->reader, &u->err);

	pthread_mutex_lock(&u->lock);
	u->code = code;
	u->is_done = true;
	pthread_cond_broadcast(&u->changed);
	pthread_mutex_unlock(&u->lock);
	return NULL;
}

static void free_upload(rd_body_in *u)
{
	pthread_cond_destroy(&u->changed);
	pthread_mutex_destroy(&u->lock);
	free(u->buf);
	free(u);
}

rd_code rd_body_in_start(rd_request *rq, rd_body_in **ret_upload, rd_err *err)
{
	rd_body_in *u = calloc(1, sizeof(*u));
	int os;

	if (!u)
		return rd_err_nomem(err);
	pthread_mutex_init(&u->lock, NULL);
	pthread_cond_init(&u->changed, NULL);
	u->reader.ops = &ops;
	u->rq = rq;
	u->buf = malloc(BUFFER_BYTES);
	os = u->buf ? pthread_create(&u->thread, NULL, take, u) : 0;
	if (!u->buf || os) {
		bool no_memory = !u->buf;

		free_upload(u);
		return no_memory ? rd_err_nomem(err) : rd_err_os(err, os, "starting a thread");
	}
	*ret_upload = u;
	return RD_OK;
}

void rd_body_in_push(rd_body_in *u, const char *bytes, size_t n)
{
	pthread_mutex_lock(&u->lock);
	while (n) {
		size_t to, room;

		while (u->n == BUFFER_BYTES && !u->is_done)
			pthread_cond_wait(&u->changed, &u->lock);
		if (u->is_done)
			break;
		to = (u->at + u->n) % BUFFER_BYTES;
		room = BUFFER_BYTES - u->n;
		if (room > BUFFER_BYTES - to)
			room = BUFFER_BYTES - to;
		if (room > n)
			room = n;
		memcpy(u->buf + to, bytes, room);
		u->n += room;
		bytes += room;
		n -= room;
		pthread_cond_broadcast(&u->changed);
	}
	pthread_mutex_unlock(&u->lock);
}

rd_code rd_body_in_end(rd_body_in *u, bool is_whole, rd_err *err)
{
	rd_code code;

	pthread_mutex_lock(&u->lock);
	u->is_ended = true;
	u->is_whole = is_whole;
	pthread_cond_broadcast(&u->changed);
	pthread_mutex_unlock(&u->lock);
	pthread_join(u->thread, NULL);
	code = u->code;
	if (code && err)
		*err = u->err;
	free_upload(u);
	return code;
}

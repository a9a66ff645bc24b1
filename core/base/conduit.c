/* SPDX-License-Identifier: MIT */
/* Bytes from one thread to another. */
#include "core/base/conduit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct rd_conduit {
	rd_reader reader; /* first */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char *buf;
	size_t size, at, n;
	bool is_ended, is_whole, is_stopped;
};

static rd_code pull(rd_reader *reader, void *to, size_t cap, size_t *ret_n, rd_err *err)
{
	rd_conduit *r = (rd_conduit *)reader;
	rd_code code = RD_OK;
	size_t n;

	pthread_mutex_lock(&r->lock);
	while (!r->n && !r->is_ended)
		pthread_cond_wait(&r->changed, &r->lock);
	n = r->n < cap ? r->n : cap;
	if (n > r->size - r->at)
		n = r->size - r->at;
	memcpy(to, r->buf + r->at, n);
	r->at = (r->at + n) % r->size;
	r->n -= n;
	if (!n && cap && !r->is_whole)
		code = rd_err_set(err, RD_EUNAVAIL, "the connection was cut");
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
	*ret_n = n;
	return code;
}

static void close_nothing(rd_reader *r RD_UNUSED) {}

rd_code rd_conduit_new(size_t size_bytes, rd_conduit **ret_conduit, rd_err *err)
{
	static const struct rd_reader_ops ops = {pull, close_nothing};
	rd_conduit *r = calloc(1, sizeof(*r));

	if (!r)
		return rd_err_nomem(err);
	r->reader.ops = &ops;
	r->size = size_bytes;
	r->buf = malloc(size_bytes);
	if (!r->buf) {
		free(r);
		return rd_err_nomem(err);
	}
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
	*ret_conduit = r;
	return RD_OK;
}

rd_conduit *rd_conduit_free(rd_conduit *r)
{
	if (!r)
		return NULL;
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
	free(r->buf);
	free(r);
	return NULL;
}

rd_reader *rd_conduit_reader(rd_conduit *r)
{
	return &r->reader;
}

/* The lock is held, and there is room. @returns how many bytes were taken. */
static size_t put(rd_conduit *r, const char *bytes, size_t n)
{
	size_t to = (r->at + r->n) % r->size;
	size_t room = r->size - r->n;

	if (room > r->size - to)
		room = r->size - to;
	if (room > n)
		room = n;
	memcpy(r->buf + to, bytes, room);
	r->n += room;
	return room;
}

bool rd_conduit_push(rd_conduit *r, const void *bytes, size_t n)
{
	const char *at = bytes;
	bool is_taken;

	pthread_mutex_lock(&r->lock);
	while (n && !r->is_stopped) {
		size_t done;

		if (r->n == r->size) {
			pthread_cond_wait(&r->changed, &r->lock);
			continue;
		}
		done = put(r, at, n);
		at += done;
		n -= done;
		pthread_cond_broadcast(&r->changed);
	}
	is_taken = !r->is_stopped;
	pthread_mutex_unlock(&r->lock);
	return is_taken;
}

void rd_conduit_end(rd_conduit *r, bool is_whole)
{
	pthread_mutex_lock(&r->lock);
	r->is_ended = true;
	r->is_whole = is_whole;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

void rd_conduit_stop(rd_conduit *r)
{
	pthread_mutex_lock(&r->lock);
	r->is_stopped = true;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

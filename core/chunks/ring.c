/* SPDX-License-Identifier: MIT */
/* A queue between two threads. */
#include "core/chunks/ring.h"

void rd_ring_init(rd_ring *r)
{
	*r = (rd_ring){0};
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
}

void rd_ring_done(rd_ring *r)
{
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
}

bool rd_ring_put(rd_ring *r, void *item)
{
	bool is_put;

	pthread_mutex_lock(&r->lock);
	while (r->n == RD_RING_SLOTS && !r->is_left)
		pthread_cond_wait(&r->moved, &r->lock);
	is_put = !r->is_left;
	if (is_put)
		r->slots[(r->first + r->n++) % RD_RING_SLOTS] = item;
	pthread_cond_signal(&r->moved);
	pthread_mutex_unlock(&r->lock);
	return is_put;
}

void *rd_ring_take(rd_ring *r)
{
	void *item = NULL;

	pthread_mutex_lock(&r->lock);
	while (!r->n && !r->is_left)
		pthread_cond_wait(&r->moved, &r->lock);
	if (r->n) {
		item = r->slots[r->first];
		r->first = (r->first + 1) % RD_RING_SLOTS;
		r->n--;
	}
	pthread_cond_signal(&r->moved);
	pthread_mutex_unlock(&r->lock);
	return item;
}

void rd_ring_leave(rd_ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->is_left = true;
	pthread_cond_signal(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

/* SPDX-License-Identifier: MIT */
/*
 * A short queue between two threads, of buffers that go round: who puts waits for room, who takes waits for
 * something. Either side can leave.
 * Thread rule: one thread puts, one takes.
 */
#ifndef RD_CORE_CHUNKS_RING_H
#define RD_CORE_CHUNKS_RING_H

#include <pthread.h>
#include <stdbool.h>

#define RD_RING_SLOTS 4

typedef struct rd_ring {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	void *slots[RD_RING_SLOTS];
	unsigned first, n;
	bool is_left;
} rd_ring;

void rd_ring_init(rd_ring *r);
void rd_ring_done(rd_ring *r);
/* @returns false if the other side left; then nothing was put. */
bool rd_ring_put(rd_ring *r, void *item);
/* @returns NULL if the other side left and all is taken. */
void *rd_ring_take(rd_ring *r);
/* Says that this side puts, or takes, no more. */
void rd_ring_leave(rd_ring *r);

#endif

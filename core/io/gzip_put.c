/* SPDX-License-Identifier: MIT */
/* Gzip to a descriptor. Layout of members: RFC 1952; of stored blocks: RFC 1951, 3.2.4. */
#include "core/io/gzip_put.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "core/base/fs.h"
#include "core/io/gzip_member.h"

#define BLOCK_BYTES ((size_t)1 << 20)
#define ROOM_BYTES \
	(BLOCK_BYTES + BLOCK_BYTES / 16 + 4096) /* of a block that cannot be compressed, too */
#define LEVEL 1
#define LEVEL_BYTES ISAL_DEF_LVL1_DEFAULT
#define TRAILER_BYTES 8
#define FIXED_EXTRA 23 /* header, block, trailer */
#define THREADS_MAX 4
#define SLOTS (2 * THREADS_MAX)

/*
 * DESIGN: blocks of 1 MiB become members of their own, made by a few threads and written in order by the
 * caller. Each says in its header how long it is and what it holds (gzip_member.h), so that who needs not
 * what it holds can pass over it.
 */
typedef enum slot_state { SLOT_FREE, SLOT_FULL, SLOT_TAKEN, SLOT_DONE } slot_state;

typedef struct slot {
	slot_state state; /* under the lock */
	uint8_t *raw, *out;
	size_t n, out_n;
	bool failed;
} slot;

struct rd_gzip_put {
	int fd;
	off_t start;      /* place of the descriptor at the start */
	uint64_t written; /* bytes since */
	slot slots[SLOTS];
	unsigned filling, writing; /* slots in order: [writing, filling) are under way */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned taking; /* under the lock: the next one for a thread */
	bool is_closing;
	pthread_t threads[THREADS_MAX];
	int n_threads;
};

static void put_le(uint8_t *to, uint32_t value, int n);

/* ---- a member ---- */

static void make_member(slot *s, uint8_t *level_buf)
{
	struct isal_zstream z;
	rd_gzip_member m = {.raw_bytes = (uint32_t)s->n};
	uint8_t *end;

	isal_deflate_stateless_init(&z);
	z.level = LEVEL;
	z.level_buf = level_buf;
	z.level_buf_size = LEVEL_BYTES;
	z.end_of_stream = 1;
	z.next_in = s->raw;
	z.avail_in = (uint32_t)s->n;
	z.next_out = s->out + RD_GZIP_MEMBER_HEAD;
	z.avail_out = (uint32_t)(ROOM_BYTES - RD_GZIP_MEMBER_HEAD - TRAILER_BYTES);
	s->failed = isal_deflate_stateless(&z) != COMP_OK;
	end = z.next_out;
	put_le(end, crc32_gzip_refl(0, s->raw, s->n), 4);
	put_le(end + 4, (uint32_t)s->n, 4);
	s->out_n = (size_t)(end - s->out) + TRAILER_BYTES;
	m.bytes = (uint32_t)s->out_n;
	m.crc = crc32_gzip_refl(rd_gzip_member_crc(&m), s->out + RD_GZIP_MEMBER_HEAD,
		s->out_n - RD_GZIP_MEMBER_HEAD);
	rd_gzip_member_put(&m, s->out);
}

static void *work(void *arg)
{
	rd_gzip_put *g = arg;
	uint8_t *level_buf = malloc(LEVEL_BYTES);

	pthread_mutex_lock(&g->lock);
	for (;;) {
		slot *s = &g->slots[g->taking % SLOTS];

		while (s->state != SLOT_FULL && !g->is_closing) {
			pthread_cond_wait(&g->changed, &g->lock);
			s = &g->slots[g->taking % SLOTS];
		}
		if (g->is_closing)
			break;
		s->state = SLOT_TAKEN;
		g->taking++;
		pthread_mutex_unlock(&g->lock);
		s->failed = !level_buf;
		if (level_buf)
			make_member(s, level_buf);
		pthread_mutex_lock(&g->lock);
		s->state = SLOT_DONE;
		pthread_cond_broadcast(&g->changed);
	}
	pthread_mutex_unlock(&g->lock);
	free(level_buf);
	return NULL;
}

/* ---- life ---- */

static rd_code start_threads(rd_gzip_put *g, rd_err *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int n = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (int)cores;

	while (g->n_threads < n) {
		int os = pthread_create(&g->threads[g->n_threads], NULL, work, g);

		if (os && !g->n_threads)
			return rd_err_os(err, os, "starting a thread");
		if (os)
			break;
		g->n_threads++;
	}
	return RD_OK;
}

rd_code rd_gzip_put_open(int fd, rd_gzip_put **ret_put, rd_err *err)
{
	rd_gzip_put *g = calloc(1, sizeof(*g));
	rd_code rc = RD_OK;

	if (!g)
		return rd_err_nomem(err);
	g->fd = fd;
	g->start = lseek(fd, 0, SEEK_CUR);
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->changed, NULL);
	for (size_t i = 0; !rc && i < SLOTS; i++) {
		g->slots[i].raw = malloc(BLOCK_BYTES);
		g->slots[i].out = malloc(ROOM_BYTES);
		if (!g->slots[i].raw || !g->slots[i].out)
			rc = rd_err_nomem(err);
	}
	if (!rc)
		rc = start_threads(g, err);
	if (rc)
		rd_gzip_put_close(g);
	else
		*ret_put = g;
	return rc;
}

rd_gzip_put *rd_gzip_put_close(rd_gzip_put *g)
{
	if (!g)
		return NULL;
	pthread_mutex_lock(&g->lock);
	g->is_closing = true;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->lock);
	for (int i = 0; i < g->n_threads; i++)
		pthread_join(g->threads[i], NULL);
	for (size_t i = 0; i < SLOTS; i++) {
		free(g->slots[i].raw);
		free(g->slots[i].out);
	}
	pthread_cond_destroy(&g->changed);
	pthread_mutex_destroy(&g->lock);
	free(g);
	return NULL;
}

/* ---- writing ---- */

static rd_code write_out(rd_gzip_put *g, const void *bytes, size_t n, rd_err *err)
{
	g->written += n;
	return n ? rd_write_all(g->fd, bytes, n, err) : RD_OK;
}

/* Writes the oldest block that is under way. */
static rd_code write_oldest(rd_gzip_put *g, rd_err *err)
{
	slot *s = &g->slots[g->writing % SLOTS];
	rd_code rc;

	pthread_mutex_lock(&g->lock);
	while (s->state != SLOT_DONE)
		pthread_cond_wait(&g->changed, &g->lock);
	pthread_mutex_unlock(&g->lock);
	rc = s->failed ? rd_err_set(err, RD_ENOMEM, "gzip: a block could not be compressed")
		       : write_out(g, s->out, s->out_n, err);
	s->n = 0;
	pthread_mutex_lock(&g->lock);
	s->state = SLOT_FREE;
	pthread_mutex_unlock(&g->lock);
	g->writing++;
	return rc;
}

static void hand_over(rd_gzip_put *g)
{
	pthread_mutex_lock(&g->lock);
	g->slots[g->filling % SLOTS].state = SLOT_FULL;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->lock);
	g->filling++;
}

rd_code rd_gzip_put_bytes(rd_gzip_put *g, const void *bytes, size_t n, rd_err *err)
{
	const uint8_t *p = bytes;
	rd_code rc = RD_OK;

	while (!rc && n) {
		slot *s = &g->slots[g->filling % SLOTS];
		size_t part = BLOCK_BYTES - s->n < n ? BLOCK_BYTES - s->n : n;

		if (g->filling - g->writing == SLOTS) {
			rc = write_oldest(g, err);
			continue;
		}
		memcpy(s->raw + s->n, p, part);
		s->n += part;
		p += part;
		n -= part;
		if (s->n == BLOCK_BYTES)
			hand_over(g);
	}
	return rc;
}

rd_code rd_gzip_put_end(rd_gzip_put *g, rd_err *err)
{
	rd_code rc = RD_OK;

	if (g->filling - g->writing < SLOTS && g->slots[g->filling % SLOTS].n)
		hand_over(g);
	while (!rc && g->writing != g->filling)
		rc = write_oldest(g, err);
	return rc;
}

/* ---- fixed parts ---- */

static void put_le(uint8_t *to, uint32_t value, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

/* A member with one stored block. */
static void make_fixed(uint8_t *to, const uint8_t *bytes, size_t n)
{
	static const uint8_t head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};

	memcpy(to, head, sizeof(head));
	to[10] = 1;
	put_le(to + 11, (uint32_t)n, 2);
	put_le(to + 13, ~(uint32_t)n, 2);
	memcpy(to + 15, bytes, n);
	put_le(to + 15 + n, crc32_gzip_refl(0, bytes, n), 4);
	put_le(to + 19 + n, (uint32_t)n, 4);
}

rd_code rd_gzip_put_fixed(rd_gzip_put *g, const void *bytes, size_t n, uint64_t *ret_at,
	rd_err *err)
{
	uint8_t member[RD_GZIP_FIXED_MAX + FIXED_EXTRA];
	rd_code rc = rd_gzip_put_end(g, err);

	if (rc)
		return rc;
	if (n > RD_GZIP_FIXED_MAX)
		return rd_err_set(err, RD_EBUG, "gzip: the fixed part is too long");
	make_fixed(member, bytes, n);
	*ret_at = g->written;
	return write_out(g, member, n + FIXED_EXTRA, err);
}

rd_code rd_gzip_put_again(rd_gzip_put *g, uint64_t at, const void *bytes, size_t n, rd_err *err)
{
	uint8_t member[RD_GZIP_FIXED_MAX + FIXED_EXTRA];
	size_t done = 0;

	if (n > RD_GZIP_FIXED_MAX)
		return rd_err_set(err, RD_EBUG, "gzip: the fixed part is too long");
	make_fixed(member, bytes, n);
	while (done < n + FIXED_EXTRA) {
		ssize_t k = pwrite(g->fd, member + done, n + FIXED_EXTRA - done,
			g->start + (off_t)(at + done));

		if (k < 0 && errno != EINTR)
			return rd_err_os(err, errno, "writing");
		if (k > 0)
			done += (size_t)k;
	}
	return RD_OK;
}

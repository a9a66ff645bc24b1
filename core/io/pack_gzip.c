/* SPDX-License-Identifier: MIT */
/* Gives a folder as gzip: runs of entries are made to members by all cores, and come out in order. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/packcache.h"
#include "core/io/packrun.h"

#define THREADS_MAX 16
#define AHEAD_MAX (4 * THREADS_MAX) /* runs between the walk and the reader */
/* Sizes of tar. A run is cut about every so many bytes, which make 256 KiB or so … */
#define RUN_BYTES ((uint64_t)1 << 20)
/* … and at the latest here. */
#define RUN_MAX_BYTES (4 * RUN_BYTES)
#define RUN_MAX_ENTRIES 4096
#define LARGE_BYTES (2 * RUN_BYTES)
#define SLOW_RUNS 8
#define CACHE_MAX_BYTES ((uint64_t)1 << 30)

typedef struct packer {
	rd_reader base;
	rd_walk *walk;
	int root_fd;
	char *cache; /* NULL: none */
	/* The reader's thread: */
	rd_packbig *big; /* a large file whose pieces are being cut … */
	rd_walk_entry large;
	uint64_t at; /* … from here on */
	size_t out_at;
	bool is_walked;
	/* Under the lock: run i is runs[i % AHEAD_MAX]; given <= taken <= made. */
	pthread_mutex_t lock;
	pthread_cond_t cond;
	rd_packrun *runs[AHEAD_MAX];
	size_t given, taken, made;
	size_t done; /* runs */
	int waiting; /* runs taken in a row while most of the others waited for the reader */
	bool is_closing, has_stored, is_full;
	int threads_n;
	pthread_t threads[THREADS_MAX];
} packer;

/* The lock is held. */
static void free_run(rd_packrun *r)
{
	if (r->big && --r->big->refs == 0) {
		close(r->big->fd);
		free(r->big);
	}
	rd_packrun_done(r);
	free(r);
}

static rd_packrun *new_run(void)
{
	rd_packrun *r = malloc(sizeof *r);

	if (r)
		rd_packrun_init(r);
	return r;
}

/* Where runs end depends on each entry alone, so that a change is felt in its own run. */
static bool ends_run(const rd_packrun *r, const rd_walk_entry *e)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	uint64_t weight = RD_TAR_BLOCK;

	for (const char *p = e->path; *p; p++)
		hash = (hash ^ (uint8_t)*p) * UINT64_C(1099511628211);
	hash = (hash ^ hash >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	if (e->type == RD_TAR_FILE)
		weight += (uint64_t)e->st.st_size;
	return hash >> 32 < (weight << 32) / RUN_BYTES || r->raw >= RUN_MAX_BYTES ||
	       r->items.len >= RUN_MAX_ENTRIES;
}

/* *ret_big NULL: it is gone. */
static rd_code open_large(packer *p, const rd_walk_entry *e, rd_packbig **ret_big, rd_err *err)
{
	int fd = openat(e->dir_fd, e->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	*ret_big = NULL;
	if (fd < 0 && errno == ENOENT) {
		rd_walk_warn(p->walk, e->path, "vanished: left out");
		rd_walk_forget(p->walk, e);
		return RD_OK;
	}
	if (fd < 0)
		return rd_err_os(err, errno,
			"opening '%s' (name it in .dockerignore to leave it out)", e->path);
	*ret_big = malloc(sizeof **ret_big);
	if (!*ret_big) {
		close(fd);
		return rd_err_nomem(err);
	}
	**ret_big = (rd_packbig){fd, 1};
	return RD_OK;
}

static rd_code start_large(packer *p, const rd_walk_entry *e, rd_err *err)
{
	rd_code code = open_large(p, e, &p->big, err);

	if (code || !p->big)
		return code;
	p->large = *e;
	p->large.path = rd_strdup(e->path);
	p->at = 0;
	return p->large.path ? RD_OK : rd_err_nomem(err);
}

static void end_large(packer *p)
{
	if (!p->big)
		return;
	pthread_mutex_lock(&p->lock);
	if (--p->big->refs == 0) {
		close(p->big->fd);
		free(p->big);
	}
	pthread_mutex_unlock(&p->lock);
	free((void *)(uintptr_t)p->large.path);
	p->big = NULL;
}

static rd_code cut_piece(packer *p, rd_packrun *r, rd_err *err)
{
	uint64_t size = (uint64_t)p->large.st.st_size;
	rd_code code = rd_packrun_add(r, &p->large, err);

	if (code)
		return code;
	pthread_mutex_lock(&p->lock);
	p->big->refs++;
	pthread_mutex_unlock(&p->lock);
	r->big = p->big;
	r->at = p->at;
	r->n = size - p->at < RUN_BYTES ? size - p->at : RUN_BYTES;
	r->raw = r->n;
	p->at += r->n;
	if (p->at == size)
		end_large(p);
	return RD_OK;
}

/* Fills a run from the walk; it may stay empty before a large file. */
static rd_code fill_run(packer *p, rd_packrun *r, rd_err *err)
{
	const rd_walk_entry *e = NULL;
	bool is_ended = false;
	rd_code code = RD_OK;

	if (p->big)
		return cut_piece(p, r, err);
	while (!code && !is_ended) {
		code = rd_walk_next(p->walk, &e, err);
		if (code)
			break;
		if (!e) {
			p->is_walked = r->is_last = is_ended = true;
		} else if (e->type == RD_TAR_FILE && (uint64_t)e->st.st_size > LARGE_BYTES) {
			code = start_large(p, e, err);
			is_ended = p->big != NULL;
		} else {
			code = rd_packrun_add(r, e, err);
			is_ended = !code && ends_run(r, e);
		}
	}
	return code;
}

/* Cuts one more run for the workers. */
static rd_code produce(packer *p, rd_err *err)
{
	rd_packrun *r = new_run();
	rd_code code = r ? fill_run(p, r, err) : rd_err_nomem(err);

	pthread_mutex_lock(&p->lock);
	if (code || (!r->items.len && !r->is_last)) {
		if (r)
			free_run(r);
	} else {
		p->runs[p->made++ % AHEAD_MAX] = r;
		pthread_cond_broadcast(&p->cond);
	}
	pthread_mutex_unlock(&p->lock);
	return code;
}

static size_t ahead_of(const packer *p)
{
	return 4 * (size_t)p->threads_n;
}

/* The lock is held. A reader that is slower than we are, for a while, is one that sends over a slow link:
 * there is time to make what it gets smaller. */
static bool is_link_slow(packer *p)
{
	p->waiting = p->done - p->given >= ahead_of(p) * 3 / 4 ? p->waiting + 1 : 0;
	return p->waiting > SLOW_RUNS;
}

static void work_on(packer *p, rd_packrun *r)
{
	uint8_t key[RD_SHA256_BYTES];
	bool may_store;

	if (p->cache) {
		r->code = rd_packrun_key(r, key, &r->err);
		if (!r->code && rd_packcache_get(p->cache, key, &r->out))
			return;
	}
	if (!r->code)
		r->code = rd_packrun_make(r, p->root_fd, &r->err);
	pthread_mutex_lock(&p->lock);
	may_store = p->cache && !r->code && r->is_safe && !p->is_full;
	p->has_stored |= may_store;
	pthread_mutex_unlock(&p->lock);
	if (may_store && !rd_packcache_put(p->cache, key, &r->out)) {
		/* A cache that cannot be written is none. */
		pthread_mutex_lock(&p->lock);
		p->is_full = true;
		pthread_mutex_unlock(&p->lock);
	}
}

static void *work(void *arg)
{
	packer *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->is_closing) {
		rd_packrun *r;

		if (p->taken == p->made) {
			pthread_cond_wait(&p->cond, &p->lock);
			continue;
		}
		r = p->runs[p->taken++ % AHEAD_MAX];
		r->is_small = is_link_slow(p);
		pthread_mutex_unlock(&p->lock);
		work_on(p, r);
		pthread_mutex_lock(&p->lock);
		r->is_done = true;
		p->done++;
		pthread_cond_broadcast(&p->cond);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Waits for the next run. *ret_run NULL: that was the last one. */
static rd_code next_run(packer *p, rd_packrun **ret_run, rd_err *err)
{
	rd_code code = RD_OK;
	rd_packrun *r;

	while (!code && !p->is_walked && p->made - p->given < ahead_of(p))
		code = produce(p, err);
	*ret_run = NULL;
	if (code || p->given == p->made)
		return code;
	r = p->runs[p->given % AHEAD_MAX];
	pthread_mutex_lock(&p->lock);
	while (!r->is_done)
		pthread_cond_wait(&p->cond, &p->lock);
	pthread_mutex_unlock(&p->lock);
	if (r->code && err)
		*err = r->err;
	*ret_run = r;
	return r->code;
}

static void drop_run(packer *p, rd_packrun *r)
{
	for (size_t i = 0; i + 1 < r->told.len; i += 2)
		rd_walk_warn(p->walk, r->told.items[i], r->told.items[i + 1]);
	pthread_mutex_lock(&p->lock);
	free_run(r);
	p->given++;
	pthread_mutex_unlock(&p->lock);
	p->out_at = 0;
}

static rd_code packer_read(rd_reader *reader, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	packer *p = (packer *)reader;
	rd_packrun *r = NULL;
	size_t n;
	rd_code code = next_run(p, &r, err);

	if (code)
		return code;
	*ret_n = 0;
	if (!r)
		return RD_OK;
	n = r->out.len - p->out_at < cap ? r->out.len - p->out_at : cap;
	memcpy(buf, r->out.data + p->out_at, n);
	p->out_at += n;
	if (p->out_at == r->out.len)
		drop_run(p, r);
	*ret_n = n;
	return RD_OK;
}

static void packer_close(rd_reader *reader)
{
	packer *p = (packer *)reader;

	pthread_mutex_lock(&p->lock);
	p->is_closing = true;
	pthread_cond_broadcast(&p->cond);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->threads_n; i++)
		pthread_join(p->threads[i], NULL);
	end_large(p);
	for (; p->given < p->made; p->given++)
		free_run(p->runs[p->given % AHEAD_MAX]);
	if (p->has_stored)
		rd_packcache_trim(p->cache, CACHE_MAX_BYTES);
	pthread_cond_destroy(&p->cond);
	pthread_mutex_destroy(&p->lock);
	rd_walk_close(p->walk);
	if (p->root_fd >= 0)
		close(p->root_fd);
	free(p->cache);
	free(p);
}

/* Signals are for the threads of the caller. */
static rd_code start_threads(packer *p, rd_err *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int wanted = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (int)cores;
	sigset_t all, old;
	int os = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (!os && p->threads_n < wanted) {
		os = pthread_create(&p->threads[p->threads_n], NULL, work, p);
		p->threads_n += !os;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return p->threads_n ? RD_OK : rd_err_os(err, os, "starting a thread");
}

rd_code rd_pack_gzip_open(const rd_pack_opts *opts, const char *cache, rd_reader **ret_reader,
	rd_err *err)
{
	static const struct rd_reader_ops ops = {packer_read, packer_close};
	packer *p = calloc(1, sizeof *p);
	rd_code code;

	if (!p)
		return rd_err_nomem(err);
	p->base.ops = &ops;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->cond, NULL);
	p->root_fd = open(opts->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	code = p->root_fd < 0 ? rd_err_os(err, errno, "opening folder '%s'", opts->dir) : RD_OK;
	if (!code)
		code = rd_walk_open(opts, &p->walk, err);
	if (!code && cache && !rd_mkdirs(cache, NULL))
		p->cache = rd_strdup(cache);
	if (!code)
		code = start_threads(p, err);
	if (code)
		packer_close(&p->base);
	else
		*ret_reader = &p->base;
	return code;
}

const rd_strs *rd_pack_gzip_warnings(const rd_reader *pack)
{
	return rd_walk_warnings(((const packer *)pack)->walk);
}

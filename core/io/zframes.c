/* SPDX-License-Identifier: MIT */
/* Streams as zstd frames of equal raw size. */
#include "core/io/zframes.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <zstd.h>

#include "core/base/fs.h"

/* The fastest level: sources are read back a few times at most, and packing is what one waits for. */
#define LEVEL 1

struct rd_zwriter {
	/* Of the caller's side. */
	uint64_t raw;  /* raw bytes put */
	size_t have;   /* of buf */
	char *buf;     /* the frame being filled */
	bool threaded; /* the thread was started */
	pthread_t thread;

	/* Of the side that compresses: the thread, or the caller where there is none. */
	int fd;
	ZSTD_CCtx *z;
	rd_vec frames; /* rd_zframe */
	uint64_t at;   /* compressed bytes written */
	size_t out_cap;
	char *out;

	/* Between the two, under lock. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char *spare;   /* the other frame: idle, or handed over … */
	size_t handed; /* … with that many bytes; 0: idle */
	bool stop;
	rd_err err; /* the first failure of the thread */
};

static rd_code context_new(ZSTD_CCtx **ret_z, rd_err *err)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();

	if (!z)
		return rd_err_nomem(err);
	if (ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, LEVEL)) ||
		ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1))) {
		ZSTD_freeCCtx(z);
		return rd_err_set(err, RD_EBUG, "zstd refuses its parameters");
	}
	*ret_z = z;
	return RD_OK;
}

rd_code rd_zwriter_new(int fd, rd_zwriter **ret_writer, rd_err *err)
{
	rd_zwriter *w = calloc(1, sizeof *w);
	rd_code code;

	if (!w)
		return rd_err_nomem(err);
	w->fd = fd;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	rd_vec_init(&w->frames, sizeof(rd_zframe));
	w->out_cap = ZSTD_compressBound(RD_ZFRAME_RAW_BYTES);
	w->buf = malloc(RD_ZFRAME_RAW_BYTES);
	w->out = malloc(w->out_cap);
	code = w->buf && w->out ? context_new(&w->z, err) : rd_err_nomem(err);
	if (code) {
		rd_zwriter_free(w);
		return code;
	}
	*ret_writer = w;
	return RD_OK;
}

/* Ends the thread, after the frame that it has in hand. */
static void join(rd_zwriter *w)
{
	if (!w->threaded)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	w->threaded = false;
}

rd_zwriter *rd_zwriter_free(rd_zwriter *w)
{
	if (!w)
		return NULL;
	join(w);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	ZSTD_freeCCtx(w->z);
	rd_vec_done(&w->frames);
	free(w->buf);
	free(w->spare);
	free(w->out);
	free(w);
	return NULL;
}

static rd_code write_frame(rd_zwriter *w, const char *bytes, size_t raw, rd_err *err)
{
	size_t n = ZSTD_compress2(w->z, w->out, w->out_cap, bytes, raw);
	rd_zframe *f;
	rd_code code;

	if (ZSTD_isError(n))
		return rd_err_set(err, RD_EIO, "compressing: %s", ZSTD_getErrorName(n));
	code = rd_write_all(w->fd, w->out, n, err);
	if (code)
		return code;
	f = rd_vec_push(&w->frames);
	if (!f)
		return rd_err_nomem(err);
	f->at = w->at;
	f->bytes = (uint32_t)n;
	f->raw_bytes = (uint32_t)raw;
	w->at += n;
	return RD_OK;
}

static void *compress_frames(void *arg)
{
	rd_zwriter *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		rd_err err = {0};

		while (!w->handed && !w->stop)
			pthread_cond_wait(&w->changed, &w->lock);
		if (!w->handed)
			break;
		/* The frame is this thread's until handed is 0 again. */
		pthread_mutex_unlock(&w->lock);
		if (!w->err.code)
			write_frame(w, w->spare, w->handed, &err);
		pthread_mutex_lock(&w->lock);
		if (err.code)
			w->err = err;
		w->handed = 0;
		pthread_cond_signal(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static rd_code start_thread(rd_zwriter *w, rd_err *err)
{
	sigset_t all, old;
	int rc;

	w->spare = malloc(RD_ZFRAME_RAW_BYTES);
	if (!w->spare)
		return rd_err_nomem(err);
	/* Signals are for the threads that wait for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&w->thread, NULL, compress_frames, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc)
		return rd_err_os(err, rc, "starting a thread");
	w->threaded = true;
	return RD_OK;
}

/* Gives the full frame to the thread and takes the idle one. */
static rd_code hand_over(rd_zwriter *w, rd_err *err)
{
	rd_code code = w->threaded ? RD_OK : start_thread(w, err);
	char *full = w->buf;

	if (code)
		return code;
	pthread_mutex_lock(&w->lock);
	while (w->handed)
		pthread_cond_wait(&w->changed, &w->lock);
	code = w->err.code;
	if (code && err)
		*err = w->err;
	w->buf = w->spare;
	w->spare = full;
	w->handed = w->have;
	w->have = 0;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	return code;
}

rd_code rd_zwriter_put(rd_zwriter *w, const void *bytes, size_t n, rd_err *err)
{
	const char *from = bytes;

	while (n) {
		size_t room = RD_ZFRAME_RAW_BYTES - w->have;
		size_t take = n < room ? n : room;
		/* Only when more comes is it known that there is more than one frame. */
		rd_code code = room ? RD_OK : hand_over(w, err);

		if (code)
			return code;
		memcpy(w->buf + w->have, from, take);
		w->have += take;
		w->raw += take;
		from += take;
		n -= take;
	}
	return RD_OK;
}

rd_code rd_zwriter_end(rd_zwriter *w, rd_err *err)
{
	join(w);
	if (w->err.code) {
		if (err)
			*err = w->err;
		return w->err.code;
	}
	return w->have ? write_frame(w, w->buf, w->have, err) : RD_OK;
}

uint64_t rd_zwriter_raw_bytes(const rd_zwriter *w)
{
	return w->raw;
}

const rd_vec *rd_zwriter_frames(const rd_zwriter *w)
{
	return &w->frames;
}

struct rd_zcursor {
	int fd;
	const rd_zframe *frames;
	size_t n;
	size_t open; /* the frame in buf; n: none */
	ZSTD_DCtx *z;
	char *buf;
	char *in;
	size_t in_cap;
};

rd_code rd_zcursor_new(int fd, const rd_zframe *frames, size_t n, rd_zcursor **ret_cursor,
	rd_err *err)
{
	rd_zcursor *c = calloc(1, sizeof *c);

	if (!c)
		return rd_err_nomem(err);
	c->fd = fd;
	c->frames = frames;
	c->n = n;
	c->open = n;
	c->in_cap = ZSTD_compressBound(RD_ZFRAME_RAW_BYTES);
	c->z = ZSTD_createDCtx();
	c->buf = malloc(RD_ZFRAME_RAW_BYTES);
	c->in = malloc(c->in_cap);
	if (!c->z || !c->buf || !c->in) {
		rd_zcursor_free(c);
		return rd_err_nomem(err);
	}
	*ret_cursor = c;
	return RD_OK;
}

rd_zcursor *rd_zcursor_free(rd_zcursor *c)
{
	if (!c)
		return NULL;
	ZSTD_freeDCtx(c->z);
	free(c->buf);
	free(c->in);
	free(c);
	return NULL;
}

static rd_code open_frame(rd_zcursor *c, size_t i, rd_err *err)
{
	const rd_zframe *f = &c->frames[i];
	rd_code code;
	size_t n;

	if (c->open == i)
		return RD_OK;
	if (f->bytes > c->in_cap || f->raw_bytes > RD_ZFRAME_RAW_BYTES)
		return rd_err_set(err, RD_ECORRUPT, "a frame of a stored source is too large");
	c->open = c->n;
	code = rd_read_at(c->fd, f->at, c->in, f->bytes, &n, err);
	if (code) {
		rd_err_wrap(err, "a stored source");
		return code;
	}
	if (n < f->bytes)
		return rd_err_set(err, RD_ECORRUPT, "a stored source is cut short");
	n = ZSTD_decompressDCtx(c->z, c->buf, RD_ZFRAME_RAW_BYTES, c->in, f->bytes);
	if (ZSTD_isError(n))
		return rd_err_set(err, RD_ECORRUPT, "a stored source is damaged: %s",
			ZSTD_getErrorName(n));
	if (n != f->raw_bytes)
		return rd_err_set(err, RD_ECORRUPT, "a stored source is damaged: wrong size");
	c->open = i;
	return RD_OK;
}

rd_code rd_zcursor_read(rd_zcursor *c, uint64_t at, void *buf, size_t cap, size_t *ret_n,
	rd_err *err)
{
	uint64_t i = at / RD_ZFRAME_RAW_BYTES;
	size_t from = (size_t)(at % RD_ZFRAME_RAW_BYTES);
	size_t n;
	rd_code code;

	if (i >= c->n || from >= c->frames[i].raw_bytes) {
		*ret_n = 0;
		return RD_OK;
	}
	code = open_frame(c, (size_t)i, err);
	if (code)
		return code;
	n = c->frames[i].raw_bytes - from;
	if (n > cap)
		n = cap;
	memcpy(buf, c->buf + from, n);
	*ret_n = n;
	return RD_OK;
}

rd_code rd_zstd_pack(const void *bytes, size_t n, rd_str *out, rd_err *err)
{
	size_t cap = ZSTD_compressBound(n);
	char *room = rd_str_reserve(out, cap);
	size_t got;

	if (!room)
		return rd_str_check(out, "a compressed block", err);
	got = ZSTD_compress(room, cap, bytes, n, LEVEL);
	if (ZSTD_isError(got))
		return rd_err_set(err, RD_EIO, "compressing: %s", ZSTD_getErrorName(got));
	rd_str_commit(out, got);
	return RD_OK;
}

rd_code rd_zstd_unpack(const void *bytes, size_t n, size_t raw_bytes, rd_str *out, rd_err *err)
{
	char *room = rd_str_reserve(out, raw_bytes);
	size_t got;

	if (!room)
		return rd_str_check(out, "a compressed block", err);
	got = ZSTD_decompress(room, raw_bytes, bytes, n);
	if (ZSTD_isError(got) || got != raw_bytes)
		return rd_err_set(err, RD_ECORRUPT, "a compressed block is damaged");
	rd_str_commit(out, got);
	return RD_OK;
}

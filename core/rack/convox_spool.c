/* SPDX-License-Identifier: MIT */
/* Logs of a Convox rack, spooled as they stream in into files on this machine. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/io/websocket.h"
#include "core/rack/convox_impl.h"
#include "core/rack/json_read.h"

/*
 * DESIGN: one thread a log that is on its way. A stream always begins with the first byte of the log, so
 * after a cut the bytes that are in the file are passed over and the rest is appended. A binary frame
 * ends a stream; that says nothing of the build, so the build is asked for, and once it is over the log
 * is streamed a last time for the tail that the live stream may have lost. BUILD.done says that the file
 * is whole.
 */
#define RETRY_US (1 * 1000000LL)
#define RETRY_MAX_US (30 * 1000000LL)
#define TAIL_WAIT_US (30 * 1000000LL)
#define LOG_FILE_MODE 0600
#define ID_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

struct rd_convox_spool {
	rd_convox *convox;
	char *app;
	char *id;
	char *path;
	pthread_t thread;
	bool is_over; /* under the rack's lock: nothing comes any more */
	rd_convox_spool *next;
};

/* One stream under way. */
typedef struct stream {
	rd_convox *convox;
	int fd;
	uint64_t skip; /* bytes that the file holds already */
	bool is_ended;
} stream;

static char *path_of(const rd_convox *c, const char *id, const char *ending)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	rd_str_printf(&s, "%s/%s%s", c->logs_dir, id, ending);
	return rd_str_take(&s);
}

static rd_code write_all(int fd, const char *bytes, size_t n, rd_err *err)
{
	while (n) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return rd_err_os(err, errno, "keeping the log");
		bytes += done;
		n -= (size_t)done;
	}
	return RD_OK;
}

static rd_code take_piece(void *arg, rd_ws_kind kind, const char *bytes, size_t n, rd_err *err)
{
	stream *s = arg;
	size_t skip = s->skip < n ? (size_t)s->skip : n;
	rd_code rc;

	if (s->is_ended)
		return RD_OK;
	if (kind != RD_WS_TEXT) {
		s->is_ended = true;
		return RD_OK;
	}
	s->skip -= skip;
	if (skip == n)
		return RD_OK;
	rc = write_all(s->fd, bytes + skip, n - skip, err);
	rd_convox_grew(s->convox);
	return rc;
}

/* Streams the log once to its end marker, or until the connection is lost. */
static rd_code stream_once(rd_convox_spool *spool, int fd, rd_err *err)
{
	rd_convox *c = spool->convox;
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	stream s = {.convox = c, .fd = fd};
	rd_websocket_opts opts = {
		.headers = &c->headers, .fn = take_piece, .arg = &s, .cancel = c->closing};
	rd_websocket *w = NULL;
	rd_http_answer answer;
	struct stat st;
	rd_code rc;

	if (fstat(fd, &st))
		return rd_err_os(err, errno, "reading '%s'", spool->path);
	s.skip = (uint64_t)st.st_size;
	rd_str_put(&path, c->prefix);
	rd_convox_app_path(&path, spool->app);
	rd_str_printf(&path, "/builds/%s/logs", spool->id);
	rc = rd_str_check(&path, "address", err);
	if (rc)
		return rc;
	opts.path = rd_str_get(&path);
	rc = rd_websocket_open(c->http, &opts, &w, &answer, err);
	if (rc == RD_EREMOTE)
		rc = rd_convox_check(c, &answer, err);
	rd_http_answer_done(&answer);
	while (!rc && !s.is_ended)
		rc = rd_websocket_next(w, err);
	rd_websocket_close(w);
	return rc;
}

/* Whether the build is over; false also if the rack does not answer. */
static bool is_build_over(rd_convox_spool *spool)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_build b = {0};
	bool is_over;

	rd_convox_app_path(&path, spool->app);
	rd_str_printf(&path, "/builds/%s", spool->id);
	if (rd_convox_get(spool->convox, rd_str_get(&path), &body, NULL) ||
		rd_json_read_build(&body, &b, NULL))
		return false;
	is_over = !rd_build_is_active(&b);
	rd_build_done(&b);
	return is_over;
}

/* @returns false when the rack is being closed. */
static bool pause_before_retry(rd_convox *c, int64_t us)
{
	int64_t until_us = rd_now_us() + us;
	struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
	bool goes_on;

	pthread_mutex_lock(&c->lock);
	while (!c->is_closing && pthread_cond_timedwait(&c->changed, &c->lock, &until) != ETIMEDOUT)
		;
	goes_on = !c->is_closing;
	pthread_mutex_unlock(&c->lock);
	return goes_on;
}

static void mark_whole(rd_convox_spool *spool)
{
	RD_AUTOFREE char *done = path_of(spool->convox, spool->id, ".done");

	/* Without the mark it is streamed again the next time. */
	if (done)
		rd_file_write(done, "", 0, NULL);
}

static void stream_all(rd_convox_spool *spool, int fd)
{
	int64_t pause_us = RETRY_US;
	rd_code rc;

	for (;;) {
		bool is_over = is_build_over(spool);

		/* What the rack says of a build that is over is its last word. */
		rc = stream_once(spool, fd, NULL);
		if (!rc && is_over) {
			mark_whole(spool);
			return;
		}
		if (rc == RD_ENOENT || rc == RD_EPERM || rc == RD_ENOSPC)
			return;
		if (!rc) {
			pause_us = RETRY_US;
			if (is_build_over(spool))
				continue;
		}
		if (!pause_before_retry(spool->convox, pause_us))
			return;
		pause_us = 2 * pause_us < RETRY_MAX_US ? 2 * pause_us : RETRY_MAX_US;
	}
}

static void *run_spool(void *arg)
{
	rd_convox_spool *spool = arg;
	int fd = open(spool->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		LOG_FILE_MODE);

	if (fd >= 0) {
		stream_all(spool, fd);
		close(fd);
	}
	pthread_mutex_lock(&spool->convox->lock);
	spool->is_over = true;
	pthread_cond_broadcast(&spool->convox->changed);
	pthread_mutex_unlock(&spool->convox->lock);
	rd_convox_changed(spool->convox);
	return NULL;
}

/* ---- the spools of a rack ---- */

/* The lock is held. */
static rd_convox_spool *find_spool(rd_convox *c, const char *app, const char *id)
{
	for (rd_convox_spool *s = c->spools; s; s = s->next)
		if (!s->is_over && !strcmp(s->app, app) && !strcmp(s->id, id))
			return s;
	return NULL;
}

static void free_spool(rd_convox_spool *s)
{
	free(s->app);
	free(s->id);
	free(s->path);
	free(s);
}

/* The lock is held. */
static rd_code start_spool(rd_convox *c, const char *app, const char *id, rd_err *err)
{
	rd_convox_spool *s = calloc(1, sizeof(*s));
	int os;

	if (!s)
		return rd_err_nomem(err);
	s->convox = c;
	s->app = rd_strdup(app);
	s->id = rd_strdup(id);
	s->path = path_of(c, id, ".log");
	if (!s->app || !s->id || !s->path) {
		free_spool(s);
		return rd_err_nomem(err);
	}
	os = pthread_create(&s->thread, NULL, run_spool, s);
	if (os) {
		free_spool(s);
		return rd_err_os(err, os, "following the log of build '%s'", id);
	}
	s->next = c->spools;
	c->spools = s;
	return RD_OK;
}

void rd_convox_spool_wait(rd_convox *c, const char *app, const char *id)
{
	int64_t until_us = rd_now_us() + TAIL_WAIT_US;
	struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};

	pthread_mutex_lock(&c->lock);
	while (!c->is_closing && find_spool(c, app, id) &&
		pthread_cond_timedwait(&c->changed, &c->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&c->lock);
}

void rd_convox_spool_stop(rd_convox *c)
{
	while (c->spools) {
		rd_convox_spool *s = c->spools;

		c->spools = s->next;
		pthread_join(s->thread, NULL);
		free_spool(s);
	}
}

/* ---- the table ---- */

static rd_code open_log(rd_rack *r, const char *app, const char *id, rd_log_files *ret_files,
	rd_err *err)
{
	rd_convox *c = rd_convox_of(r);
	RD_AUTOFREE char *path = path_of(c, id, ".log");
	RD_AUTOFREE char *done = path_of(c, id, ".done");
	rd_log_files f = {-1, -1, NULL};
	rd_code rc = path && done ? RD_OK : rd_err_nomem(err);

	/* It becomes the name of a file. */
	if (!rc && (!*id || id[strspn(id, ID_LETTERS)]))
		rc = rd_err_set(err, RD_ENOENT, "no such build '%s' of app '%s'", id, app);
	if (!rc)
		rc = rd_mkdirs(c->logs_dir, err);
	if (rc)
		return rc;
	f.text_fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOG_FILE_MODE);
	if (f.text_fd < 0)
		return rd_err_os(err, errno, "opening '%s'", path);
	pthread_mutex_lock(&c->lock);
	if (!c->is_closing && !rd_file_exists(done) && !find_spool(c, app, id))
		rc = start_spool(c, app, id, err);
	pthread_mutex_unlock(&c->lock);
	if (rc) {
		rd_log_files_done(&f);
		return rc;
	}
	f.text_path = RD_TAKE(path);
	*ret_files = f;
	return RD_OK;
}

const struct rd_rack_logs rd_convox_logs = {open_log};

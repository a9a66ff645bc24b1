/* SPDX-License-Identifier: MIT */
/* Logs of a Convox rack, spooled as they stream in into files on this machine. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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
 * DESIGN: one thread a file that is on its way. A stream always begins with the first byte, so after a cut the
 * bytes that are in the file are passed over (a rack of ours is asked to leave them out) and the rest is
 * written at its place: several processes may do so at once, for they all write the same. A binary frame ends a stream; that says nothing of the build, so
 * the build is asked for, and once it is over the log is streamed a last time for the tail that the live
 * stream may have lost. BUILD.done says that the file is whole, and how the build ended.
 * A rack of ours streams its steps beside the log; those of others are found in the text of the log.
 */
#define RETRY_US 250000LL
#define RETRY_MAX_US (30 * 1000000LL)
#define EMPTY_MAX_US (4 * 1000000LL) /* as long as a rack that is well has nothing to tell */
#define CLOSE_NORMAL 1000U
#define BARE_ENDS 3
#define REFUSALS 3
#define EXCUSE "ERROR: "
#define EXCUSE_MAX_BYTES ((size_t)4 << 10)
#define TAIL_WAIT_US (30 * 1000000LL)
#define REPLAY_US (1 * 1000000LL) /* what comes sooner after a stream's begin is of the past */
#define LOG_FILE_MODE 0600
#define ID_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define FAILED "failed" /* as BUILD.done has it */

/* What is streamed of a build. */
typedef struct part {
	const char *route;  /* "/apps/APP/builds/BUILD/" and this */
	const char *ending; /* BUILD and this */
	const char *done;
} part;

static const part log_part = {"logs", ".log", ".done"};
static const part steps_part = {"steps", ".steps", ".steps.done"};

struct rd_convox_spool {
	rd_convox *convox;
	const part *part;
	char *app;
	char *id;
	char *path;
	rd_convox_steps *steps; /* found in the log; NULL: none are looked for */
	pthread_t thread;
	uint64_t cut_at; /* where the last streams ended that had no end marker */
	int n_cuts;
	bool is_over; /* under the rack's lock: nothing comes any more */
	rd_err why;   /* likewise: what went wrong last. code RD_OK: nothing */
	rd_convox_spool *next;
};

/* One stream under way. */
typedef struct stream {
	rd_convox_spool *spool;
	int fd;
	uint64_t at;   /* of the next byte */
	uint64_t have; /* bytes that the file held at the begin */
	rd_str held;   /* what may be the rack's excuse: see is_excuse */
	bool is_log;   /* it is none */
	int64_t opened_us;
	bool is_ended;
} stream;

static char *path_of(const rd_convox *c, const char *id, const char *ending)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	rd_str_printf(&s, "%s/%s%s", c->logs_dir, id, ending);
	return rd_str_take(&s);
}

static rd_code write_at(int fd, uint64_t at, const char *bytes, size_t n, rd_err *err)
{
	while (n) {
		ssize_t done = pwrite(fd, bytes, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return rd_err_os(err, errno, "keeping the log");
		at += (uint64_t)done;
		bytes += done;
		n -= (size_t)done;
	}
	return RD_OK;
}

/*
 * Whether a stream has nothing so far but one line "ERROR: …": what a rack that has no log to give says instead of
 * one, as of a build whose builder is not up yet.
 */
static bool is_excuse(const rd_str *text)
{
	const char *end;

	if (text->len > EXCUSE_MAX_BYTES ||
		strncmp(rd_str_get(text), EXCUSE,
			text->len < strlen(EXCUSE) ? text->len : strlen(EXCUSE)) != 0)
		return false;
	end = memchr(text->data, '\n', text->len);
	return !end || end + 1 == text->data + text->len;
}

static rd_code keep(stream *s, const char *bytes, size_t n, rd_err *err)
{
	uint64_t skip = s->have > s->at ? s->have - s->at : 0;
	bool is_live = rd_now_us() - s->opened_us > REPLAY_US;
	rd_code rc;

	s->at += n;
	if (skip >= n)
		return RD_OK;
	bytes += skip;
	n -= (size_t)skip;
	rc = write_at(s->fd, s->at - n, bytes, n, err);
	if (!rc && s->spool->steps)
		rc = rd_convox_steps_take(s->spool->steps, bytes, n, is_live ? rd_wall_us() : 0,
			err);
	rd_convox_grew(s->spool->convox);
	return rc;
}

/* A rack that goes down, or fails, says so in the status with which it closes: that is no end of the log. */
static rd_code check_close(const char *bytes, size_t n, rd_err *err)
{
	unsigned status =
		n < 2 ? CLOSE_NORMAL : (unsigned)(uint8_t)bytes[0] << 8 | (uint8_t)bytes[1];

	if (status == CLOSE_NORMAL)
		return RD_OK;
	return rd_err_set(err, RD_EUNAVAIL, "the rack closed the stream with status %u", status);
}

static rd_code take_piece(void *arg, rd_ws_kind kind, const char *bytes, size_t n, rd_err *err)
{
	stream *s = arg;

	s->is_ended |= kind != RD_WS_TEXT;
	if (kind == RD_WS_CLOSE)
		return check_close(bytes, n, err);
	if (s->is_ended)
		return RD_OK;
	if (s->is_log || s->at)
		return keep(s, bytes, n, err);
	rd_str_putn(&s->held, bytes, n);
	if (!rd_str_ok(&s->held))
		return rd_err_nomem(err);
	if (is_excuse(&s->held))
		return RD_OK;
	s->is_log = true;
	return keep(s, rd_str_get(&s->held), s->held.len, err);
}

/* Those of every call, and of a rack of ours where to begin. */
static rd_code copy_headers(rd_convox *c, uint64_t have, rd_strs *out, uint64_t *ret_from,
	rd_err *err)
{
	RD_STR_AUTO rd_str offset = RD_STR_INIT(0);
	bool ok = true;

	for (size_t i = 0; ok && i < c->headers.len; i++)
		ok = rd_strs_add(out, c->headers.items[i]);
	if (have && rd_convox_is_ours(c)) {
		rd_str_printf(&offset, RD_CONVOX_OFFSET ": %" PRIu64, have);
		ok = ok && rd_strs_take(out, rd_str_take(&offset));
		*ret_from = have;
	}
	return ok ? RD_OK : rd_err_nomem(err);
}

/* Who stands between may have a rack's streams end without a word. A cut looks the same, but does not come at one
 * place again and again. */
static bool is_bare_end(rd_convox_spool *spool, uint64_t at)
{
	spool->n_cuts = at == spool->cut_at ? spool->n_cuts + 1 : 1;
	spool->cut_at = at;
	return spool->n_cuts == BARE_ENDS && !rd_convox_is_ours(spool->convox);
}

/* Streams the file once to its end marker, or until the connection is lost. @is_over the build is: what the rack
 * says of it is its last word, even an excuse. */
static rd_code stream_once(rd_convox_spool *spool, int fd, bool is_over, uint64_t *have,
	rd_err *err)
{
	rd_convox *c = spool->convox;
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_AUTO(rd_strs_done) rd_strs headers = {0};
	stream s = {.spool = spool, .fd = fd, .have = *have, .opened_us = rd_now_us()};
	rd_websocket_opts opts = {
		.headers = &headers, .fn = take_piece, .arg = &s, .cancel = c->closing};
	rd_websocket *w = NULL;
	rd_http_answer answer;
	rd_code rc;

	rd_str_put(&path, c->prefix);
	rd_convox_app_path(&path, spool->app);
	rd_str_printf(&path, "/builds/%s/%s", spool->id, spool->part->route);
	rc = rd_str_check(&path, "address", err);
	if (!rc)
		rc = copy_headers(c, *have, &headers, &s.at, err);
	if (rc)
		return rc;
	opts.path = rd_str_get(&path);
	rc = rd_websocket_open(c->http, &opts, &w, &answer, err);
	/* Who opens no stream may yet say that all is well. */
	if (rc == RD_EREMOTE && rd_convox_check(c, &answer, err))
		rc = err->code;
	rd_http_answer_done(&answer);
	while (!rc && !s.is_ended)
		rc = rd_websocket_next(w, err);
	if (rc == RD_EUNAVAIL && w && is_over && is_bare_end(spool, s.at))
		rc = RD_OK;
	rd_websocket_close(w);
	if (!rc && is_over && !s.is_log && s.held.len && !*have)
		rc = keep(&s, rd_str_get(&s.held), s.held.len, err);
	rd_str_done(&s.held);
	if (s.at > *have)
		*have = s.at;
	return rc;
}

/* Whether the build is over; false also if the rack does not answer. */
static bool is_build_over(rd_convox_spool *spool, bool *ret_failed)
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
	*ret_failed = strcmp(b.status, "complete") != 0;
	rd_build_done(&b);
	return is_over;
}

/* @returns false when the rack is being closed. */
static bool pause_before_retry(rd_convox *c, int64_t us)
{
	int64_t until_us = rd_now_us() + us;
	struct timespec until;
	bool goes_on;

	pthread_mutex_lock(&c->lock);
	until_us = until_us > c->quiet_until_us ? until_us : c->quiet_until_us;
	until = (struct timespec){until_us / 1000000, until_us % 1000000 * 1000};
	while (!c->is_closing && pthread_cond_timedwait(&c->changed, &c->lock, &until) != ETIMEDOUT)
		;
	goes_on = !c->is_closing;
	pthread_mutex_unlock(&c->lock);
	return goes_on;
}

static void mark_whole(rd_convox_spool *spool, bool is_failed)
{
	RD_AUTOFREE char *done = path_of(spool->convox, spool->id, spool->part->done);

	if (spool->steps)
		rd_convox_steps_end(spool->steps, is_failed, rd_wall_us(), NULL);
	/* Without the mark it is streamed again the next time. */
	if (done)
		rd_file_write(done, FAILED, is_failed ? strlen(FAILED) : 0, NULL);
}

static int64_t at_most(int64_t a, int64_t max)
{
	return a < max ? a : max;
}

/* Whether it is of no use to try again after so many failures. */
static bool is_hopeless(rd_code rc, bool is_over, int failures)
{
	if (rc == RD_EPERM || rc == RD_ENOSPC)
		return true;
	if (!rc || rc == RD_EUNAVAIL || rc == RD_ETIMEOUT || rc == RD_ECANCELED)
		return false;
	return failures >= REFUSALS && (is_over || rc == RD_ENOENT);
}

static void set_why(rd_convox_spool *spool, rd_code rc, const rd_err *why)
{
	if (rc == RD_ECANCELED)
		return;
	pthread_mutex_lock(&spool->convox->lock);
	spool->why = rc ? *why : (rd_err){0};
	pthread_mutex_unlock(&spool->convox->lock);
}

static void stream_all(rd_convox_spool *spool, int fd, uint64_t have)
{
	int64_t pause_us = RETRY_US;
	bool is_failed = false;
	int failures = 0;
	rd_err why = {0};
	rd_code rc;

	for (;;) {
		bool is_over = is_build_over(spool, &is_failed);
		uint64_t had = have;

		rc = stream_once(spool, fd, is_over, &have, &why);
		set_why(spool, rc, &why);
		if (!rc && is_over) {
			mark_whole(spool, is_failed);
			return;
		}
		failures = rc ? failures + 1 : 0;
		if (is_hopeless(rc, is_over, failures))
			return;
		if (have > had)
			pause_us = RETRY_US;
		if (!rc && is_build_over(spool, &is_failed))
			continue;
		if (!pause_before_retry(spool->convox, pause_us))
			return;
		pause_us = at_most(2 * pause_us, rc ? RETRY_MAX_US : EMPTY_MAX_US);
	}
}

/* Goes on behind what an earlier process left. */
static rd_code take_kept(rd_convox_spool *spool, int fd, uint64_t *ret_have, rd_err *err)
{
	struct stat st;

	if (spool->steps)
		return rd_convox_steps_read(spool->steps, fd, ret_have, err);
	if (fstat(fd, &st))
		return rd_err_os(err, errno, "reading '%s'", spool->path);
	*ret_have = (uint64_t)st.st_size;
	return RD_OK;
}

static void *run_spool(void *arg)
{
	rd_convox_spool *spool = arg;
	int fd = open(spool->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOG_FILE_MODE);
	uint64_t have = 0;
	rd_err why = {0};
	rd_code rc;

	rc = fd < 0 ? rd_err_os(&why, errno, "opening '%s'", spool->path)
		    : take_kept(spool, fd, &have, &why);
	set_why(spool, rc, &why);
	if (!rc)
		stream_all(spool, fd, have);
	if (fd >= 0)
		close(fd);
	pthread_mutex_lock(&spool->convox->lock);
	spool->is_over = true;
	spool->steps = rd_convox_steps_free(spool->steps);
	pthread_cond_broadcast(&spool->convox->changed);
	pthread_mutex_unlock(&spool->convox->lock);
	/* The end of the steps that its text told is news, too. */
	rd_convox_grew(spool->convox);
	rd_convox_changed(spool->convox);
	return NULL;
}

/* ---- the spools of a rack ---- */

/* The lock is held. @p NULL: any. */
static rd_convox_spool *find_spool(rd_convox *c, const part *p, const char *app, const char *id)
{
	for (rd_convox_spool *s = c->spools; s; s = s->next)
		if (!s->is_over && (!p || s->part == p) && !strcmp(s->app, app) &&
			!strcmp(s->id, id))
			return s;
	return NULL;
}

static void free_spool(rd_convox_spool *s)
{
	rd_convox_steps_free(s->steps);
	free(s->app);
	free(s->id);
	free(s->path);
	free(s);
}

static rd_code new_spool(rd_convox *c, const part *p, const char *app, const char *id,
	rd_convox_spool **ret_spool, rd_err *err)
{
	rd_convox_spool *s = calloc(1, sizeof(*s));
	rd_code rc = s ? RD_OK : rd_err_nomem(err);

	if (rc)
		return rc;
	s->convox = c;
	s->part = p;
	s->app = rd_strdup(app);
	s->id = rd_strdup(id);
	s->path = path_of(c, id, p->ending);
	if (!s->app || !s->id || !s->path)
		rc = rd_err_nomem(err);
	/* The lock is held: no asking for the kind. */
	if (!rc && p == &log_part && !c->is_ours)
		rc = rd_convox_steps_new(&s->steps, err);
	if (rc)
		free_spool(s);
	else
		*ret_spool = s;
	return rc;
}

/* Sees to it that the part comes, unless it is there. The lock is held. */
static rd_code start_spool(rd_convox *c, const part *p, const char *app, const char *id,
	rd_err *err)
{
	RD_AUTOFREE char *done = path_of(c, id, p->done);
	rd_convox_spool *s = NULL;
	rd_code rc;
	int os;

	if (!done)
		return rd_err_nomem(err);
	if (c->is_closing || rd_file_exists(done) || find_spool(c, p, app, id))
		return RD_OK;
	rc = new_spool(c, p, app, id, &s, err);
	if (rc)
		return rc;
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
	while (!c->is_closing && find_spool(c, NULL, app, id) &&
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

static rd_code open_part(rd_convox *c, const part *p, const char *id, int *ret_fd, char **ret_path,
	rd_err *err)
{
	RD_AUTOFREE char *path = path_of(c, id, p->ending);

	if (!path)
		return rd_err_nomem(err);
	*ret_fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOG_FILE_MODE);
	if (*ret_fd < 0)
		return rd_err_os(err, errno, "opening '%s'", path);
	if (ret_path)
		*ret_path = RD_TAKE(path);
	return RD_OK;
}

/* The steps that the text of a whole log tells. */
static rd_code find_steps(rd_convox *c, const char *id, int text_fd, int *ret_fd, rd_err *err)
{
	RD_AUTOFREE char *done = path_of(c, id, log_part.done);
	RD_STR_AUTO rd_str end = RD_STR_INIT(0);
	rd_convox_steps *s = NULL;
	uint64_t bytes;
	rd_code rc = done ? rd_convox_steps_new(&s, err) : rd_err_nomem(err);

	if (!rc)
		rc = rd_file_read(done, sizeof(FAILED), &end, err);
	if (!rc)
		rc = rd_convox_steps_read(s, text_fd, &bytes, err);
	if (!rc)
		rc = rd_convox_steps_end(s, end.len > 0, 0, err);
	if (!rc)
		*ret_fd = rd_convox_steps_open(s);
	rd_convox_steps_free(s);
	return rc;
}

/* The steps of a rack that tells none, as far as its log has come. */
static rd_code open_found(rd_convox *c, const char *app, const char *id, rd_log_files *f,
	rd_err *err)
{
	rd_convox_spool *s;

	pthread_mutex_lock(&c->lock);
	s = find_spool(c, &log_part, app, id);
	if (s && s->steps)
		f->steps_fd = rd_convox_steps_open(s->steps);
	pthread_mutex_unlock(&c->lock);
	if (s)
		return RD_OK;
	/* It came whole, meanwhile or long ago; or it cannot come at all. */
	return find_steps(c, id, f->text_fd, &f->steps_fd, err) == RD_ENOMEM ? rd_err_nomem(err)
									     : RD_OK;
}

static rd_code open_files(rd_convox *c, const char *app, const char *id, rd_log_files *f,
	rd_err *err)
{
	rd_code rc = open_part(c, &log_part, id, &f->text_fd, &f->text_path, err);
	bool is_ours;

	pthread_mutex_lock(&c->lock);
	is_ours = c->is_ours;
	if (!rc)
		rc = start_spool(c, &log_part, app, id, err);
	if (!rc && is_ours)
		rc = start_spool(c, &steps_part, app, id, err);
	pthread_mutex_unlock(&c->lock);
	if (rc)
		return rc;
	return is_ours ? open_part(c, &steps_part, id, &f->steps_fd, NULL, err)
		       : open_found(c, app, id, f, err);
}

static rd_code open_log(rd_rack *r, const char *app, const char *id, rd_log_files *ret_files,
	rd_err *err)
{
	rd_convox *c = rd_convox_of(r);
	rd_log_files f = {-1, -1, NULL};
	rd_code rc = RD_OK;

	/* It becomes the name of a file. */
	if (!*id || id[strspn(id, ID_LETTERS)])
		rc = rd_err_set(err, RD_ENOENT, "no such build '%s' of app '%s'", id, app);
	if (!rc)
		rc = rd_mkdirs(c->logs_dir, err);
	if (!rc)
		rc = open_files(c, app, id, &f, err);
	if (rc)
		rd_log_files_done(&f);
	else
		*ret_files = f;
	return rc;
}

static rd_code check_log(rd_rack *r, const char *app, const char *id, rd_err *err)
{
	rd_convox *c = rd_convox_of(r);
	char text[sizeof(err->msg) + sizeof(err->ctx) + 4];
	rd_err why = {0};
	rd_convox_spool *s;

	pthread_mutex_lock(&c->lock);
	/* The newest of that build comes first. */
	for (s = c->spools; s; s = s->next)
		if (s->part == &log_part && !strcmp(s->app, app) && !strcmp(s->id, id))
			break;
	if (s)
		why = s->why;
	pthread_mutex_unlock(&c->lock);
	if (!why.code)
		return RD_OK;
	return rd_err_set(err, why.code, "the log of build '%s' did not come whole: %s", id,
		rd_err_text(&why, text, sizeof(text)));
}

const struct rd_rack_logs rd_convox_logs = {open_log, check_log};

/* SPDX-License-Identifier: MIT */
/* Events of several images at once become one text log and one file of steps. */
#include "core/build/record.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/build/record_impl.h"

/*
 * DESIGN: one mutex guards all. A step keeps the unfinished last line of each of its streams; whole
 * lines are written at once, with the group's prefix. An unfinished line is written when it is 64 KiB
 * long or waits for 100 ms: then the log's last line stays open, the same step goes on in it, and any
 * other writer ends it first. The bytes that a step writes in a row are one range; the range is put
 * into the steps file when another step writes or, by the flusher thread, after 100 ms, and always
 * after the bytes themselves. What the redactor keeps back is not written for being late: a secret may
 * come in two pieces with any time between them.
 */

/* ---- writing; the mutex is held ---- */

static rd_code fail(rd_record *r, rd_code code)
{
	if (code && !r->failed)
		r->failed = code;
	return code;
}

/* The first error, again. */
static rd_code failed_before(const rd_record *r, rd_err *err)
{
	if (r->failed && err)
		*err = r->why;
	return r->failed;
}

rd_code rd_record_put_steps(rd_record *r)
{
	rd_code code;

	if (r->failed || !r->steps.len)
		return r->failed;
	code = rd_str_check(&r->steps, "the steps", &r->why);
	if (!code)
		code = rd_write_all(r->steps_fd, r->steps.data, r->steps.len, &r->why);
	if (code)
		rd_err_wrap(&r->why, "writing the steps of the build");
	rd_str_clear(&r->steps);
	return fail(r, code);
}

void rd_record_end_range(rd_record *r)
{
	if (!r->range_n)
		return;
	rd_steps_put_log(&r->steps, r->range_step, r->range_at, r->range_n, r->range_wall_us);
	r->range_n = 0;
}

static rd_code put_text(rd_record *r, int step, const char *bytes, size_t n)
{
	rd_code code;

	if (r->failed || !n)
		return r->failed;
	code = rd_write_all(r->text_fd, bytes, n, &r->why);
	if (code) {
		rd_err_wrap(&r->why, "writing the log of the build");
		return fail(r, code);
	}
	if (r->range_n && r->range_step != step)
		rd_record_end_range(r);
	if (step) {
		if (!r->range_n) {
			r->range_step = step;
			r->range_at = r->offset;
			r->range_since_us = rd_now_us();
			r->range_wall_us = rd_wall_us();
		}
		r->range_n += n;
	}
	r->offset += n;
	return RD_OK;
}

/* Ends the open last line, if it is not `keep`'s. */
static rd_code end_open_line(rd_record *r, const struct record_stream *keep)
{
	struct record_stream *open = r->open;

	if (!open || open == keep)
		return r->failed;
	r->open = NULL;
	return put_text(r, open->step->number, "\n", 1);
}

/* Writes n bytes that end with a newline or, if `open_end`, leave the line open. */
static rd_code put_lines(rd_record *r, struct record_stream *s, const char *bytes, size_t n,
	bool open_end)
{
	const char *prefix = s->step->group->prefix, *at = bytes, *end = bytes + n;
	rd_code code = end_open_line(r, s);
	bool begun = r->open == s;

	if (code || !n)
		return code;
	rd_str_clear(&r->out);
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = newline ? (size_t)(newline - at) + 1 : (size_t)(end - at);

		if (!begun)
			rd_str_put(&r->out, prefix);
		begun = false;
		rd_str_putn(&r->out, at, len);
		at += len;
	}
	r->open = open_end ? s : NULL;
	code = rd_str_check(&r->out, "output", &r->why);
	return code ? fail(r, code) : put_text(r, s->step->number, r->out.data, r->out.len);
}

/* ---- steps ---- */

static struct record_step *add_step(rd_record_group *g, const char *id)
{
	struct record_step **slot, *step = calloc(1, sizeof *step);

	slot = step ? rd_vec_push(&g->steps) : NULL;
	if (!slot || !(step->id = rd_strdup(id))) {
		if (slot)
			g->steps.len--;
		free(step);
		return NULL;
	}
	step->group = g;
	step->number = ++g->record->last_step;
	for (size_t i = 0; i < RD_LEN(step->streams); i++) {
		step->streams[i].step = step;
		rd_str_init(&step->streams[i].pending, 0);
	}
	*slot = step;
	return step;
}

/* The step of that id; made at its first mention, which may be as an input of another. */
struct record_step *rd_record_step(rd_record_group *g, const char *id)
{
	for (size_t i = g->steps.len; i-- > 0;) {
		struct record_step *step = *(struct record_step **)rd_vec_at(&g->steps, i);

		if (!strcmp(step->id, id))
			return step;
	}
	return add_step(g, id);
}

static void free_step(struct record_step *step)
{
	for (size_t i = 0; i < RD_LEN(step->streams); i++) {
		rd_str_done(&step->streams[i].pending);
		rd_redact_stream_free(step->streams[i].redact);
	}
	rd_kvs_done(&step->items);
	free(step->id);
	free(step->name);
	free(step);
}

/* Writes the unfinished line; `whole` also ends it. */
static rd_code flush_stream(rd_record *r, struct record_stream *s, bool whole)
{
	rd_code code = RD_OK;

	s->waits_since_us = 0;
	if (s->pending.len) {
		if (whole)
			rd_str_putc(&s->pending, '\n');
		code = put_lines(r, s, s->pending.data, s->pending.len, !whole);
		rd_str_clear(&s->pending);
	} else if (whole && r->open == s) {
		code = end_open_line(r, NULL);
	}
	return code;
}

/* A line of our own within a step. */
rd_code rd_record_say(rd_record *r, struct record_step *step, const char *text)
{
	struct record_stream *s = &step->streams[0];
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	rd_code code = flush_stream(r, s, true);

	rd_str_printf(&line, "%s\n", text);
	if (!rd_str_ok(&line))
		return fail(r, rd_err_nomem(&r->why));
	return code ? code : put_lines(r, s, line.data, line.len, false);
}

/* "[2/5] RUN make", once, when the step proves to be more than a cached one. */
rd_code rd_record_heading(rd_record *r, struct record_step *step)
{
	if (!step->heading_due_us)
		return r->failed;
	step->heading_due_us = 0;
	return step->name ? rd_record_say(r, step, step->name) : r->failed;
}

rd_code rd_record_output(rd_record *r, struct record_stream *s, const char *bytes, size_t n)
{
	rd_code code = rd_record_heading(r, s->step);
	const char *newline;
	size_t whole;

	if (code)
		return code;
	if (!s->redact)
		code = rd_redact_stream_new(r->redact, &s->redact, &r->why);
	if (code)
		return fail(r, code);
	rd_redact_push(s->redact, bytes, n, &s->pending);
	if (!rd_str_ok(&s->pending))
		return fail(r, rd_err_nomem(&r->why));
	newline = s->pending.len ? memrchr(s->pending.data, '\n', s->pending.len) : NULL;
	if (newline) {
		whole = (size_t)(newline - s->pending.data) + 1;
		code = put_lines(r, s, s->pending.data, whole, false);
		rd_str_drop_front(&s->pending, whole);
		s->waits_since_us = 0;
	}
	if (!code && s->pending.len >= RECORD_PENDING_MAX)
		return flush_stream(r, s, false);
	if (s->pending.len && !s->waits_since_us)
		s->waits_since_us = rd_now_us();
	return code;
}

/* Ends both streams of a step: nothing is kept back any more. */
rd_code rd_record_end_output(rd_record *r, struct record_step *step)
{
	rd_code code = RD_OK;

	for (size_t i = 0; i < RD_LEN(step->streams) && !code; i++) {
		struct record_stream *s = &step->streams[i];

		if (s->redact)
			rd_redact_flush(s->redact, &s->pending);
		code = flush_stream(r, s, true);
	}
	return code;
}

/* ---- the flusher ---- */

/* The earlier of *next (0: none) and due_us, if that is in the future. */
static void earliest(int64_t *next, int64_t due_us, int64_t now_us)
{
	if (due_us > now_us && (!*next || due_us < *next))
		*next = due_us;
}

/* Does what is due. @returns when the next thing is, 0 if nothing waits. */
static int64_t flush_due(rd_record *r, int64_t now_us)
{
	int64_t next = 0;

	for (size_t i = 0; i < r->groups.len; i++) {
		rd_record_group *g = *(rd_record_group **)rd_vec_at(&r->groups, i);

		for (size_t j = 0; j < g->steps.len; j++) {
			struct record_step *step = *(struct record_step **)rd_vec_at(&g->steps, j);
			struct record_stream *s = step->streams;

			earliest(&next, step->heading_due_us, now_us);
			if (step->heading_due_us && step->heading_due_us <= now_us)
				rd_record_heading(r, step);
			for (size_t k = 0; k < RD_LEN(step->streams); k++) {
				int64_t due = s[k].waits_since_us
						      ? s[k].waits_since_us + RECORD_WAIT_US
						      : 0;

				earliest(&next, due, now_us);
				if (due && due <= now_us)
					flush_stream(r, &s[k], false);
			}
		}
	}
	if (r->range_n && r->range_since_us + RECORD_WAIT_US <= now_us)
		rd_record_end_range(r);
	earliest(&next, r->range_n ? r->range_since_us + RECORD_WAIT_US : 0, now_us);
	rd_record_put_steps(r);
	return next;
}

static void *flusher(void *arg)
{
	rd_record *r = arg;

	pthread_mutex_lock(&r->mutex);
	while (!r->closing) {
		int64_t next = flush_due(r, rd_now_us());
		struct timespec until = {next / 1000000, next % 1000000 * 1000};

		r->flusher_sleeps = next == 0;
		if (next)
			pthread_cond_timedwait(&r->wake, &r->mutex, &until);
		else
			pthread_cond_wait(&r->wake, &r->mutex);
		r->flusher_sleeps = false;
	}
	pthread_mutex_unlock(&r->mutex);
	return NULL;
}

void rd_record_lock(rd_record *r)
{
	pthread_mutex_lock(&r->mutex);
}

rd_code rd_record_unlock(rd_record *r, rd_err *err)
{
	rd_code code = failed_before(r, err);

	if (r->flusher_sleeps)
		pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->mutex);
	return code;
}

/* ---- life ---- */

static rd_code open_file(const char *path, int *ret_fd, rd_err *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return rd_err_os(err, errno, "opening '%s'", path);
	*ret_fd = fd;
	return RD_OK;
}

static rd_code start_flusher(rd_record *r, rd_err *err)
{
	pthread_condattr_t attr;
	int rc;

	pthread_mutex_init(&r->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
	rc = pthread_create(&r->thread, NULL, flusher, r);
	if (rc)
		return rd_err_os(err, rc, "starting a thread");
	r->has_thread = true;
	return RD_OK;
}

rd_code rd_record_open(const char *text_path, const char *steps_path, const rd_redact *redact,
	rd_record **ret_record, rd_err *err)
{
	rd_record *r = calloc(1, sizeof *r);
	rd_code code;

	if (!r)
		return rd_err_nomem(err);
	r->text_fd = r->steps_fd = -1;
	r->redact = redact;
	rd_vec_init(&r->groups, sizeof(rd_record_group *));
	code = open_file(text_path, &r->text_fd, err);
	if (!code)
		code = open_file(steps_path, &r->steps_fd, err);
	if (!code) {
		off_t end = lseek(r->text_fd, 0, SEEK_END);

		r->offset = end < 0 ? 0 : (uint64_t)end;
		code = start_flusher(r, err);
	}
	if (code) {
		rd_record_close(r, NULL);
		return code;
	}
	*ret_record = r;
	return RD_OK;
}

static void free_group(rd_record_group *g)
{
	for (size_t i = 0; i < g->steps.len; i++)
		free_step(*(struct record_step **)rd_vec_at(&g->steps, i));
	rd_vec_done(&g->steps);
	free(g->prefix);
	free(g);
}

rd_code rd_record_hide(rd_record *r, rd_redact *redact, const char *value, rd_err *err)
{
	rd_code code;

	pthread_mutex_lock(&r->mutex);
	code = rd_redact_add(redact, value, err);
	pthread_mutex_unlock(&r->mutex);
	return code;
}

rd_code rd_record_close(rd_record *r, rd_err *err)
{
	rd_code code;

	if (r->has_thread) {
		rd_record_lock(r);
		r->closing = true;
		pthread_cond_signal(&r->wake);
		pthread_mutex_unlock(&r->mutex);
		pthread_join(r->thread, NULL);
	}
	for (size_t i = 0; i < r->groups.len; i++) {
		rd_record_group *g = *(rd_record_group **)rd_vec_at(&r->groups, i);

		for (size_t j = 0; j < g->steps.len; j++)
			rd_record_end_output(r, *(struct record_step **)rd_vec_at(&g->steps, j));
	}
	if (r->steps_fd >= 0 && r->text_fd >= 0) {
		end_open_line(r, NULL);
		rd_record_end_range(r);
		rd_record_put_steps(r);
	}
	code = failed_before(r, err);
	for (size_t i = 0; i < r->groups.len; i++)
		free_group(*(rd_record_group **)rd_vec_at(&r->groups, i));
	rd_vec_done(&r->groups);
	rd_str_done(&r->steps);
	rd_str_done(&r->out);
	if (r->text_fd >= 0)
		close(r->text_fd);
	if (r->steps_fd >= 0)
		close(r->steps_fd);
	if (r->has_thread) {
		pthread_cond_destroy(&r->wake);
		pthread_mutex_destroy(&r->mutex);
	}
	free(r);
	return code;
}

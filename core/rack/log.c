/* SPDX-License-Identifier: MIT */
/*
 * A growing log and its steps.
 *
 * DESIGN: the text is indexed by rd_log_index. The ranges of the steps model are cut into pieces as
 * they appear (a range may grow), kept pending until their text is read, and become spans: runs of
 * whole lines that belong to a step. Views are made of spans and need no text.
 */
#include "core/rack/log.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/log_private.h"

#define STEPS_BLOCK_BYTES (64 * 1024)
#define TAIL_BLOCK_BYTES (64 * 1024)

struct taken {
	size_t ranges; /* looked at; the last of them may have grown since */
	uint64_t end;  /* offset up to which that one was taken */
};

struct piece {
	uint64_t offset, end;
	size_t step;
};

rd_code rd_log_open(rd_rack *r, const char *app, const char *build, rd_log **ret_log, rd_err *err)
{
	rd_log *l = calloc(1, sizeof *l);
	rd_code code;

	if (!l)
		return rd_err_nomem(err);
	l->rack = r;
	l->app = rd_strdup(app);
	l->build = rd_strdup(build);
	l->files = (rd_log_files){-1, -1, NULL};
	rd_vec_init(&l->taken, sizeof(struct taken));
	rd_vec_init(&l->pending, sizeof(struct piece));
	rd_vec_init(&l->spans, sizeof(rd_log_span));
	rd_vec_init(&l->gaps, sizeof(rd_log_gap));
	code = l->app && l->build ? rd_log_index_init(&l->index, err) : rd_err_nomem(err);
	if (!code)
		code = rd_steps_new(&l->steps, err);
	if (!code)
		code = r->logs->open(r, app, build, &l->files, err);
	if (code) {
		rd_log_close(l);
		return code;
	}
	*ret_log = l;
	return RD_OK;
}

/* Finds where the first line after `from` begins. */
static rd_code find_line(const rd_log *l, uint64_t from, uint64_t *ret_offset, bool *ret_found,
	rd_err *err)
{
	char block[TAIL_BLOCK_BYTES];
	const char *end = NULL;
	uint64_t size = rd_log_size(l);
	rd_code code = RD_OK;
	size_t got = 1;

	while (!code && !end && got && from < size) {
		code = rd_read_at(l->files.text_fd, from, block, sizeof block, &got, err);
		end = code ? NULL : memchr(block, '\n', got);
		from += end ? (size_t)(end - block) + 1 : got;
	}
	*ret_offset = from;
	*ret_found = end && from < size;
	return code;
}

rd_code rd_log_open_tail(rd_rack *r, const char *app, const char *build, uint64_t tail_bytes,
	rd_log **ret_log, bool *ret_is_tail, rd_err *err)
{
	rd_log *l = NULL;
	rd_code code = rd_log_open(r, app, build, &l, err);
	uint64_t size = code ? 0 : rd_log_size(l);

	*ret_is_tail = false;
	if (!code && size > tail_bytes)
		code = find_line(l, size - tail_bytes, &l->base, ret_is_tail, err);
	if (code) {
		rd_log_close(l);
		return code;
	}
	if (*ret_is_tail)
		rd_log_index_begin(&l->index, l->base);
	else
		l->base = 0;
	*ret_log = l;
	return RD_OK;
}

uint64_t rd_log_bytes(const rd_log *l)
{
	return l->index.bytes;
}

uint64_t rd_log_size(const rd_log *l)
{
	struct stat st;

	return fstat(l->files.text_fd, &st) || st.st_size < 0 ? 0 : (uint64_t)st.st_size;
}

rd_log *rd_log_close(rd_log *l)
{
	if (!l)
		return NULL;
	rd_log_files_done(&l->files);
	rd_log_index_done(&l->index);
	rd_steps_free(l->steps);
	rd_vec_done(&l->taken);
	rd_vec_done(&l->pending);
	rd_vec_done(&l->spans);
	rd_vec_done(&l->gaps);
	free(l->app);
	free(l->build);
	free(l);
	return NULL;
}

const rd_steps *rd_log_steps(const rd_log *l)
{
	return l->steps;
}

unsigned rd_log_epoch(const rd_log *l)
{
	return l->epoch;
}

static rd_code begin_anew(rd_log *l, rd_err *err)
{
	rd_steps *steps = NULL;
	rd_code code = rd_steps_new(&steps, err);

	if (code)
		return code;
	rd_steps_free(l->steps);
	l->steps = steps;
	l->base = l->steps_bytes = l->steps_version = 0;
	rd_log_index_clear(&l->index);
	rd_vec_clear(&l->taken);
	rd_vec_clear(&l->pending);
	rd_vec_clear(&l->spans);
	rd_vec_clear(&l->gaps);
	l->epoch++;
	return RD_OK;
}

static rd_code open_anew(rd_log *l, rd_err *err)
{
	rd_log_files fresh;
	rd_code code = l->rack->logs->open(l->rack, l->app, l->build, &fresh, err);

	if (code)
		return code;
	rd_log_files_done(&l->files);
	l->files = fresh;
	return begin_anew(l, err);
}

/* Whether a file of that name stands there that is not ours. */
static bool was_replaced(const rd_log *l, const struct stat *ours)
{
	struct stat st;

	return l->files.text_path && !stat(l->files.text_path, &st) &&
	       (st.st_ino != ours->st_ino || st.st_dev != ours->st_dev);
}

static rd_code check_files(rd_log *l, rd_err *err)
{
	struct stat st;

	if (fstat(l->files.text_fd, &st))
		return rd_err_os(err, errno, "cannot read the log of '%s'", l->build);
	if (was_replaced(l, &st))
		return open_anew(l, err);
	if ((uint64_t)st.st_size < l->index.bytes)
		return begin_anew(l, err);
	return RD_OK;
}

/* Feeds the steps model, at most max_bytes (0: to the end). */
static rd_code read_steps(rd_log *l, uint64_t max_bytes, bool *ret_more, rd_err *err)
{
	char block[STEPS_BLOCK_BYTES];
	uint64_t stop = max_bytes ? l->steps_bytes + max_bytes : UINT64_MAX;
	rd_code code = RD_OK;
	ssize_t got;

	while (!code && l->files.steps_fd >= 0 && l->steps_bytes < stop) {
		got = pread(l->files.steps_fd, block, sizeof block, (off_t)l->steps_bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return rd_err_os(err, errno, "cannot read the steps of '%s'", l->build);
		if (!got)
			return RD_OK;
		l->steps_bytes += (uint64_t)got;
		code = rd_steps_feed(l->steps, block, (size_t)got, err);
	}
	*ret_more |= l->steps_bytes >= stop;
	return code;
}

static bool put_piece(rd_log *l, const rd_step_range *r, uint64_t from, size_t step)
{
	struct piece *p;
	rd_log_gap *g;

	if (r->gap && r->offset < l->base)
		return true;
	if (r->gap) {
		g = rd_vec_push(&l->gaps);
		if (g)
			*g = (rd_log_gap){r->offset, r->n, step};
		return g != NULL;
	}
	if (r->n > UINT64_MAX - r->offset || r->offset + r->n <= from)
		return true;
	p = rd_vec_push(&l->pending);
	if (p)
		*p = (struct piece){r->offset > from ? r->offset : from, r->offset + r->n, step};
	return p != NULL;
}

/* Takes the ranges of one step that are new, or the part by which the last one grew. */
static bool collect_step(rd_log *l, size_t i)
{
	const rd_vec *ranges = &rd_steps_at(l->steps, i)->ranges;
	struct taken *t = l->taken.len > i ? rd_vec_at(&l->taken, i) : rd_vec_push(&l->taken);
	const rd_step_range *r;

	if (!t)
		return false;
	for (size_t k = t->ranges ? t->ranges - 1 : 0; k < ranges->len; k++) {
		r = rd_vec_at(ranges, k);
		if (r->gap && k < t->ranges)
			continue;
		if (!put_piece(l, r, k < t->ranges && t->end > l->base ? t->end : l->base, i))
			return false;
		t->end = r->offset + r->n;
		t->ranges = k + 1;
	}
	return true;
}

static int by_offset(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int gap_by_offset(const void *a, const void *b)
{
	const rd_log_gap *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static rd_code collect(rd_log *l, rd_err *err)
{
	size_t n = rd_steps_count(l->steps);

	if (l->steps_version == rd_steps_version(l->steps))
		return RD_OK;
	for (size_t i = 0; i < n; i++)
		if (!collect_step(l, i))
			return rd_err_nomem(err);
	rd_vec_sort(&l->pending, by_offset);
	rd_vec_sort(&l->gaps, gap_by_offset);
	l->steps_version = rd_steps_version(l->steps);
	return RD_OK;
}

/* Adds lines [from, to] of a step; those that an earlier span has stay with it. */
static rd_code put_span(rd_log *l, uint64_t from, uint64_t to, size_t step, rd_err *err)
{
	rd_log_span *last = l->spans.len ? rd_vec_at(&l->spans, l->spans.len - 1) : NULL;
	uint64_t next = last ? last->line + last->n : 0;

	if (from < next)
		from = next;
	if (to < from)
		return RD_OK;
	if (last && last->step == step && from == next) {
		last->n += to - from + 1;
		return RD_OK;
	}
	last = rd_vec_push(&l->spans);
	if (!last)
		return rd_err_nomem(err);
	*last = (rd_log_span){from, to - from + 1, step};
	return RD_OK;
}

/* Turns the pieces whose text is there into spans. */
static rd_code map_pending(rd_log *l, rd_err *err)
{
	uint64_t from, to, end;
	struct piece *p;
	rd_code code = RD_OK;
	size_t i;

	for (i = 0; i < l->pending.len; i++) {
		p = rd_vec_at(&l->pending, i);
		if (p->offset >= l->index.bytes)
			break;
		end = p->end < l->index.bytes ? p->end : l->index.bytes;
		code = rd_log_index_line_at(&l->index, l->files.text_fd, p->offset, &from, err);
		if (!code)
			code = rd_log_index_line_at(&l->index, l->files.text_fd, end - 1, &to, err);
		if (!code)
			code = put_span(l, from, to, p->step, err);
		if (code)
			return code;
		p->offset = end;
		if (end < p->end)
			break;
	}
	if (i) {
		memmove(l->pending.data, rd_vec_at(&l->pending, i),
			(l->pending.len - i) * sizeof *p);
		l->pending.len -= i;
	}
	return RD_OK;
}

rd_code rd_log_extend(rd_log *l, uint64_t max_bytes, bool *ret_changed, bool *ret_more, rd_err *err)
{
	unsigned epoch = l->epoch;
	uint64_t bytes, version;
	rd_code code = check_files(l, err);

	if (code)
		return code;
	bytes = l->index.bytes;
	version = rd_steps_version(l->steps);
	code = rd_log_index_extend(&l->index, l->files.text_fd, max_bytes, ret_more, err);
	if (!code)
		code = read_steps(l, max_bytes, ret_more, err);
	if (!code)
		code = collect(l, err);
	if (!code)
		code = map_pending(l, err);
	if (!code)
		*ret_changed = l->epoch != epoch || l->index.bytes != bytes ||
			       rd_steps_version(l->steps) != version;
	return code;
}

/* SPDX-License-Identifier: MIT */
/* The lines of a whole log, of a group or of a step, by number. */
#include "core/rack/log_private.h"

rd_code rd_log_view_new(rd_log *l, rd_log_scope scope, int number, rd_log_view **ret_view,
	rd_err *err)
{
	rd_log_view *v = calloc(1, sizeof *v);

	if (!v)
		return rd_err_nomem(err);
	*v = (rd_log_view){.log = l, .scope = scope, .number = number, .epoch = l->epoch};
	rd_vec_init(&v->runs, sizeof(rd_log_run));
	*ret_view = v;
	return RD_OK;
}

rd_log_view *rd_log_view_free(rd_log_view *v)
{
	if (v)
		rd_vec_done(&v->runs);
	free(v);
	return NULL;
}

static const rd_step_group *group_of(const rd_log *l, size_t step)
{
	return rd_steps_group_at(l->steps, (size_t)rd_steps_at(l->steps, step)->group);
}

static bool has_step(const rd_log_view *v, size_t step)
{
	if (v->scope == RD_LOG_ALL)
		return true;
	if (v->scope == RD_LOG_STEP)
		return rd_steps_at(v->log->steps, step)->number == v->number;
	return group_of(v->log, step)->number == v->number;
}

bool rd_log_view_put(rd_log_view *v, uint64_t line, uint64_t n)
{
	const rd_log_run *last = v->runs.len ? rd_vec_at(&v->runs, v->runs.len - 1) : NULL;
	rd_log_run *r;

	if (!last || last->line + (v->count - last->at) != line) {
		r = rd_vec_push(&v->runs);
		if (!r)
			return false;
		*r = (rd_log_run){v->count, line};
	}
	v->count += n;
	return true;
}

/* Takes in spans that are new, and the last one's growth. */
static void take_spans(rd_log_view *v)
{
	const rd_vec *spans = &v->log->spans;
	const rd_log_span *s;

	for (; v->span < spans->len; v->span++, v->span_taken = 0) {
		s = rd_vec_at(spans, v->span);
		if (s->n > v->span_taken && has_step(v, s->step) &&
			!rd_log_view_put(v, s->line + v->span_taken, s->n - v->span_taken))
			return; /* out of memory: the next call tries again */
		v->span_taken = s->n;
		if (v->span + 1 == spans->len)
			return;
	}
}

uint64_t rd_log_view_count(rd_log_view *v)
{
	if (v->epoch != v->log->epoch) {
		v->epoch = v->log->epoch;
		rd_vec_clear(&v->runs);
		v->count = v->span_taken = 0;
		v->span = 0;
		v->looked = v->counted = v->matches = 0;
	}
	if (v->base)
		return v->count;
	if (v->scope == RD_LOG_ALL)
		v->count = rd_log_index_lines(&v->log->index);
	else
		take_spans(v);
	return v->count;
}

uint64_t rd_log_view_run(const rd_log_view *v, uint64_t i, uint64_t *ret_first, uint64_t *ret_last)
{
	const rd_log_run *runs = v->runs.data;
	size_t low = 0, high = v->runs.len;

	*ret_first = 0;
	*ret_last = v->count - 1;
	if (v->scope == RD_LOG_ALL && !v->base)
		return i;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (runs[mid].at <= i)
			low = mid;
		else
			high = mid;
	}
	*ret_first = runs[low].at;
	if (low + 1 < v->runs.len)
		*ret_last = runs[low + 1].at - 1;
	return runs[low].line + (i - runs[low].at);
}

uint64_t rd_log_view_place(const rd_log_view *v, uint64_t i, uint64_t *ret_first,
	uint64_t *ret_last)
{
	uint64_t line = rd_log_view_run(v, i, ret_first, ret_last), first, last, place;

	if (!v->base)
		return line;
	place = rd_log_view_run(v->base, line, &first, &last);
	if (line - first < i - *ret_first)
		*ret_first = i - (line - first);
	if (last - line < *ret_last - i)
		*ret_last = i + (last - line);
	return place;
}

/* The span that holds a line of the log, NULL if none does. */
static const rd_log_span *span_of(const rd_log *l, uint64_t line)
{
	const rd_log_span *spans = l->spans.data;
	size_t low = 0, high = l->spans.len;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (spans[mid].line <= line)
			low = mid;
		else
			high = mid;
	}
	if (!high || line < spans[low].line || line - spans[low].line >= spans[low].n)
		return NULL;
	return &spans[low];
}

rd_code rd_log_view_line(rd_log_view *v, uint64_t i, const char **ret_bytes, size_t *ret_n,
	int *ret_step, rd_err *err)
{
	rd_log *l = v->log;
	const rd_log_span *s;
	const char *prefix;
	uint64_t first, last, line;
	rd_code code;

	*ret_bytes = "";
	*ret_n = 0;
	*ret_step = 0;
	if (i >= rd_log_view_count(v))
		return RD_OK;
	line = rd_log_view_place(v, i, &first, &last);
	code = rd_log_index_load(&l->index, l->files.text_fd, line, err);
	if (code)
		return code;
	rd_log_page_line(&l->index.page, line, ret_bytes, ret_n);
	s = span_of(l, line);
	if (!s)
		return RD_OK;
	*ret_step = rd_steps_at(l->steps, s->step)->number;
	prefix = group_of(l, s->step)->prefix;
	if (v->scope != RD_LOG_ALL && *ret_n >= strlen(prefix) &&
		!memcmp(*ret_bytes, prefix, strlen(prefix))) {
		*ret_bytes += strlen(prefix);
		*ret_n -= strlen(prefix);
	}
	return RD_OK;
}

/* Offset in the file at which line i of the view begins; the end of all beyond the last. */
static rd_code offset_of(rd_log_view *v, uint64_t i, uint64_t *ret_offset, rd_err *err)
{
	rd_log_index *x = &v->log->index;
	uint64_t first, last, line;
	rd_code code;

	*ret_offset = UINT64_MAX;
	if (i >= v->count)
		return RD_OK;
	line = rd_log_view_place(v, i, &first, &last);
	code = rd_log_index_load(x, v->log->files.text_fd, line, err);
	if (!code)
		*ret_offset = rd_log_page_offset(&x->page, line);
	return code;
}

/* The first gap behind an offset. */
static size_t first_gap(const rd_log *l, uint64_t offset)
{
	const rd_log_gap *gaps = l->gaps.data;
	size_t low = 0, high = l->gaps.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (gaps[mid].offset <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

rd_code rd_log_view_gap(rd_log_view *v, uint64_t i, bool *ret_gap, uint64_t *ret_lost, rd_err *err)
{
	const rd_log_gap *gaps = v->log->gaps.data;
	uint64_t from, to;
	rd_code code;

	*ret_gap = false;
	*ret_lost = 0;
	if (!v->log->gaps.len || i >= rd_log_view_count(v))
		return RD_OK;
	if (v->base)
		return rd_log_view_gap(v->base, rd_log_view_source(v, i), ret_gap, ret_lost, err);
	code = offset_of(v, i, &from, err);
	if (!code)
		code = offset_of(v, i + 1, &to, err);
	if (code)
		return code;
	for (size_t k = first_gap(v->log, from); k < v->log->gaps.len && gaps[k].offset <= to;
		k++) {
		if (!has_step(v, gaps[k].step))
			continue;
		*ret_gap = true;
		*ret_lost += gaps[k].lost;
	}
	return RD_OK;
}

rd_code rd_log_view_time(rd_log_view *v, uint64_t i, int64_t *ret_us, rd_err *err)
{
	uint64_t offset;
	rd_code code = RD_OK;

	*ret_us = 0;
	if (i < rd_log_view_count(v))
		code = offset_of(v, i, &offset, err);
	if (!code && i < v->count)
		*ret_us = rd_steps_time_at(v->log->steps, offset);
	return code;
}

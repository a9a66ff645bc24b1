/* SPDX-License-Identifier: MIT */
/* The lines of a view that match, with some around each. */
#include "core/rack/log_private.h"

#define RUNS_MAX (1024 * 1024)

rd_code rd_log_view_new_filter(rd_log_view *base, const rd_log_search *s, unsigned context,
	rd_log_view **ret_view, rd_err *err)
{
	rd_log_view *v = NULL;
	rd_code code = rd_log_view_new(base->log, base->scope, base->number, &v, err);

	if (code)
		return code;
	v->base = base;
	v->search = s;
	v->context = context;
	*ret_view = v;
	return RD_OK;
}

/* The line of base behind the last one that the view has. */
static uint64_t next_line(const rd_log_view *v)
{
	const rd_log_run *last = v->runs.len ? rd_vec_at(&v->runs, v->runs.len - 1) : NULL;

	return last ? last->line + (v->count - last->at) : 0;
}

/* Appends lines [from, to] of base but those that are there. */
static rd_code put(rd_log_view *v, uint64_t from, uint64_t to, rd_err *err)
{
	uint64_t next = next_line(v);

	from = from < next ? next : from;
	return from > to || rd_log_view_put(v, from, to - from + 1) ? RD_OK : rd_err_nomem(err);
}

/* The lines around the last match, as far as there are any. */
static rd_code put_around(rd_log_view *v, uint64_t count, rd_err *err)
{
	uint64_t line = v->last_match, from = line > v->context ? line - v->context : 0;
	uint64_t to = line + v->context < count ? line + v->context : count - 1;

	return v->matches && count ? put(v, from, to, err) : RD_OK;
}

rd_code rd_log_view_filter(rd_log_view *v, uint64_t max_lines, bool *ret_more, rd_err *err)
{
	uint64_t count = rd_log_view_count(v->base), line = 0, stop;
	rd_code code;
	bool found;

	rd_log_view_count(v); /* begins anew with the log */
	code = put_around(v, count, err);
	/* what was the last line may have grown since */
	if (v->looked && v->looked == v->counted && !(v->matches && v->last_match == v->looked - 1))
		v->looked--;
	v->counted = count;
	stop = v->looked + max_lines;
	while (!code && v->looked < count && v->looked < stop && v->runs.len < RUNS_MAX) {
		code = rd_log_search_next(v->base, v->search, v->looked, 1, stop - v->looked,
			&found, &line, &v->looked, err);
		if (code || !found)
			continue;
		v->looked = line + 1;
		v->last_match = line;
		v->matches++;
		code = put_around(v, count, err);
	}
	*ret_more = v->looked < count && v->runs.len < RUNS_MAX;
	return code;
}

uint64_t rd_log_view_matches(const rd_log_view *v, bool *ret_is_full)
{
	*ret_is_full = v->runs.len >= RUNS_MAX;
	return v->matches;
}

uint64_t rd_log_view_source(const rd_log_view *v, uint64_t i)
{
	uint64_t first, last;

	return !v->base ? i : rd_log_view_run(v, i, &first, &last);
}

uint64_t rd_log_view_find(const rd_log_view *v, uint64_t source)
{
	const rd_log_run *runs = v->runs.data;
	size_t low = 0, high = v->runs.len;
	uint64_t n;

	if (!v->base)
		return source;
	/* the last run that begins at or before it */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (runs[mid].line <= source)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return 0;
	n = (low < v->runs.len ? runs[low].at : v->count) - runs[low - 1].at;
	source -= runs[low - 1].line;
	return runs[low - 1].at + (source < n ? source : n);
}

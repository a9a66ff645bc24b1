/* SPDX-License-Identifier: MIT */
/* The steps of a build as rows. */
#include "tui/panes/steps_rows.h"

#include "core/base/sanitize.h"

#define TEXT_ROWS 3     /* last lines of an unfolded step */
#define PROGRESS_ROWS 3 /* of a running step */
#define TEXT_BYTES 4096 /* of such a line, at most */

void rd_steps_rows_init(rd_steps_rows *r)
{
	*r = (rd_steps_rows){0};
	rd_vec_init(&r->rows, sizeof(rd_steps_row));
	rd_vec_init(&r->unfolded, sizeof(int));
}

static void clear(rd_steps_rows *r)
{
	for (size_t i = 0; i < r->rows.len; i++)
		free(((rd_steps_row *)rd_vec_at(&r->rows, i))->text);
	rd_vec_clear(&r->rows);
}

void rd_steps_rows_done(rd_steps_rows *r)
{
	clear(r);
	rd_vec_done(&r->rows);
	rd_vec_done(&r->unfolded);
}

int64_t rd_steps_took_us(const rd_step *s, int64_t now_us)
{
	int64_t end_us = s->ended_us ? s->ended_us : now_us;

	if (!s->started_us || end_us < s->started_us ||
		(!s->ended_us && s->state != RD_STEP_RUNNING))
		return 0;
	return end_us - s->started_us;
}

static int find_unfolded(const rd_steps_rows *r, int number)
{
	for (size_t i = 0; i < r->unfolded.len; i++)
		if (*(const int *)rd_vec_at(&r->unfolded, i) == number)
			return (int)i;
	return -1;
}

void rd_steps_rows_fold(rd_steps_rows *r, int number)
{
	int at = find_unfolded(r, number);
	int *slot;

	if (at >= 0) {
		rd_vec_remove(&r->unfolded, (size_t)at);
		return;
	}
	slot = rd_vec_push(&r->unfolded);
	if (slot)
		*slot = number;
}

static rd_steps_row *put(rd_steps_rows *r, rd_steps_row_kind kind, int group, int step)
{
	rd_steps_row *row = rd_vec_push(&r->rows);

	if (row)
		*row = (rd_steps_row){.kind = kind, .group = group, .step = step};
	return row;
}

static bool put_text(rd_steps_rows *r, rd_steps_row_kind kind, int group, int step,
	const char *bytes, size_t n)
{
	RD_STR_AUTO
	rd_str safe = RD_STR_INIT(0);
	rd_steps_row *row = put(r, kind, group, step);

	rd_sani_ansi(&safe, bytes, n < TEXT_BYTES ? n : TEXT_BYTES, false);
	if (row)
		row->text = rd_str_take(&safe);
	return row && row->text;
}

static rd_code put_last_lines(rd_steps_rows *r, rd_log *log, int step, int group, rd_err *err)
{
	rd_log_view *v = NULL;
	uint64_t count, i;
	const char *bytes;
	size_t n;
	int number = rd_steps_at(rd_log_steps(log), (size_t)step)->number;
	rd_code code = rd_log_view_new(log, RD_LOG_STEP, number, &v, err);

	if (code)
		return code;
	count = rd_log_view_count(v);
	for (i = count > TEXT_ROWS ? count - TEXT_ROWS : 0; !code && i < count; i++) {
		code = rd_log_view_line(v, i, &bytes, &n, &number, err);
		if (!code && !put_text(r, RD_STEPS_ROW_TEXT, group, step, bytes, n))
			code = rd_err_nomem(err);
	}
	rd_log_view_free(v);
	return code;
}

static bool put_progress(rd_steps_rows *r, const rd_step *s, int step)
{
	int n = 0;

	for (size_t i = 0; s->state == RD_STEP_RUNNING && i < s->progress.len; i++) {
		const rd_step_progress *p = rd_vec_at(&s->progress, i);
		rd_steps_row *row;

		if (p->finished || n++ == PROGRESS_ROWS)
			continue;
		row = put(r, RD_STEPS_ROW_PROGRESS, s->group, step);
		if (!row)
			return false;
		row->item = i;
	}
	return true;
}

static rd_code put_step(rd_steps_rows *r, rd_log *log, size_t i, rd_err *err)
{
	const rd_step *s = rd_steps_at(rd_log_steps(log), i);

	if (r->only_critical && r->time && !rd_steps_time_is_critical(r->time, i))
		return RD_OK;
	if (r->no_cached && s->state == RD_STEP_CACHED) {
		r->hidden++;
		return RD_OK;
	}
	if (!put(r, RD_STEPS_ROW_STEP, s->group, (int)i) || !put_progress(r, s, (int)i))
		return rd_err_nomem(err);
	if (s->state == RD_STEP_FAILED && s->error && s->error[0] &&
		!put_text(r, RD_STEPS_ROW_ERROR, s->group, (int)i, s->error, strlen(s->error)))
		return rd_err_nomem(err);
	if (find_unfolded(r, s->number) < 0)
		return RD_OK;
	for (size_t k = 0; k < s->warnings.len; k++)
		if (!put_text(r, RD_STEPS_ROW_TEXT, s->group, (int)i, s->warnings.items[k],
			    strlen(s->warnings.items[k])))
			return rd_err_nomem(err);
	return put_last_lines(r, log, (int)i, s->group, err);
}

static rd_code fill_group(rd_steps_rows *r, rd_log *log, size_t group, rd_err *err)
{
	const rd_steps *m = rd_log_steps(log);
	rd_code code = RD_OK;

	if (rd_steps_groups(m) > 1 && !put(r, RD_STEPS_ROW_GROUP, (int)group, -1))
		return rd_err_nomem(err);
	for (size_t i = 0; !code && i < rd_steps_count(m); i++)
		if (rd_steps_at(m, i)->group == (int)group)
			code = put_step(r, log, i, err);
	return code;
}

/* What is built comes first, as in the logs side by side. */
static rd_code fill_groups(rd_steps_rows *r, rd_log *log, rd_err *err)
{
	const rd_steps *m = rd_log_steps(log);
	rd_code code = RD_OK;

	for (int others = 0; others < 2; others++)
		for (size_t g = 0; !code && g < rd_steps_groups(m); g++)
			if ((strcmp(rd_steps_group_at(m, g)->kind, "build") != 0) == others)
				code = fill_group(r, log, g, err);
	return code;
}

struct timed {
	int64_t took_us;
	size_t step;
};

static int longest_first(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->took_us != y->took_us)
		return x->took_us > y->took_us ? -1 : 1;
	return x->step < y->step ? -1 : x->step > y->step;
}

static int64_t weight(const rd_steps_rows *r, const rd_steps *m, size_t i, int64_t now_us)
{
	int at = r->time ? rd_steps_time_earlier(r->time, i) : -1;

	if (r->order == RD_STEPS_LONGEST || !r->earlier)
		return rd_steps_took_us(rd_steps_at(m, i), now_us);
	return at < 0 ? 0
		      : rd_steps_grown_us(rd_steps_at(m, i), rd_steps_at(r->earlier, (size_t)at));
}

static rd_code fill_by_time(rd_steps_rows *r, rd_log *log, int64_t now_us, rd_err *err)
{
	const rd_steps *m = rd_log_steps(log);
	size_t n = rd_steps_count(m);
	RD_AUTOFREE
	struct timed *order = calloc(n + 1, sizeof *order);
	rd_code code = RD_OK;

	if (!order)
		return rd_err_nomem(err);
	for (size_t i = 0; i < n; i++)
		order[i] = (struct timed){weight(r, m, i, now_us), i};
	qsort(order, n, sizeof *order, longest_first);
	for (size_t i = 0; !code && i < n; i++)
		code = put_step(r, log, order[i].step, err);
	return code;
}

rd_code rd_steps_rows_fill(rd_steps_rows *r, rd_log *log, int64_t now_us, rd_err *err)
{
	clear(r);
	r->hidden = 0;
	return r->order != RD_STEPS_DECLARED ? fill_by_time(r, log, now_us, err)
					     : fill_groups(r, log, err);
}

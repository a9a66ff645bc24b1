/* SPDX-License-Identifier: MIT */
/*
 * The steps of a build.
 *
 * DESIGN: the cursor goes with the step that runs until the user moves it, and again after End. Rows
 * are made anew when the steps file grew; the cursor finds its step again by number.
 */
#include "core/base/clock.h"
#include "tui/panes/log_open.h"
#include "tui/panes/log_pane.h"
#include "tui/panes/steps_rows.h"
#include "tui/widgets/list.h"
#include "tui/widgets/words.h"

#define BITE_BYTES (4 * 1024 * 1024)

typedef struct steps {
	char build[32];
	bool is_newest, is_opening; /* as in rd_log_pane */
	char newest[32];
	rd_log *log;
	rd_steps_rows rows;
	rd_list list;
	unsigned epoch;    /* of the log, when the rows were made */
	int number;        /* of the step under the cursor, 0 if none */
	bool is_following; /* the cursor goes with the step that runs */
	rd_err err;
} steps;

static const rd_steps *model_of(const steps *s)
{
	return s->log ? rd_log_steps(s->log) : NULL;
}

static const rd_steps_row *row_at(const steps *s, int i)
{
	return i >= 0 && (size_t)i < s->rows.rows.len ? rd_vec_at(&s->rows.rows, (size_t)i) : NULL;
}

static const rd_step *step_of(const steps *s, const rd_steps_row *row)
{
	return row && row->step >= 0 ? rd_steps_at(model_of(s), (size_t)row->step) : NULL;
}

/* ---- rows and cursor ---- */

/* What is looked for first: a step that runs, one that failed, one that has begun. */
static int interest(const rd_step *step)
{
	switch (step->state) {
	case RD_STEP_RUNNING:
		return 3;
	case RD_STEP_FAILED:
		return 2;
	case RD_STEP_WAITING:
		return 0;
	default:
		return 1;
	}
}

/* The row to be at: of what is looked for first, the step that has begun last. */
static int running_row(const steps *s)
{
	const rd_step *best = NULL;
	int at = 0;

	for (int i = 0; row_at(s, i); i++) {
		const rd_step *step = step_of(s, row_at(s, i));

		if (!step || row_at(s, i)->kind != RD_STEPS_ROW_STEP || !interest(step))
			continue;
		if (!best || interest(step) > interest(best) ||
			(interest(step) == interest(best) &&
				step->started_us >= best->started_us)) {
			best = step;
			at = i;
		}
	}
	return at;
}

static int row_of_number(const steps *s, int number)
{
	for (int i = 0; number && row_at(s, i); i++)
		if (step_of(s, row_at(s, i)) && step_of(s, row_at(s, i))->number == number)
			return i;
	return -1;
}

static void keep_number(steps *s)
{
	const rd_step *step = step_of(s, row_at(s, s->list.cursor));

	s->number = step ? step->number : 0;
}

static void refresh(rd_pane *p)
{
	steps *s = p->data;
	int at;

	if (!s->log)
		return;
	s->epoch = rd_log_epoch(s->log);
	rd_steps_rows_fill(&s->rows, s->log, rd_console_now_us(p->console), &s->err);
	at = s->is_following ? running_row(s) : row_of_number(s, s->number);
	rd_list_set(&s->list, (int)s->rows.rows.len, p->h, at >= 0 ? at : s->list.cursor);
	keep_number(s);
}

/* ---- the log ---- */

static rd_react opened(rd_pane *p, const char *build, rd_log_opened *log, rd_code code,
	const rd_err *err)
{
	steps *s = p->data;

	if (strcmp(s->build, build) != 0 || !s->is_opening)
		return RD_REACT_NONE;
	s->is_opening = false;
	s->log = rd_log_close(s->log);
	s->err = (rd_err){0};
	if (code)
		s->err = *err;
	else
		s->log = RD_TAKE(log->log);
	refresh(p);
	rd_console_work(p->console, p);
	return RD_REACT_REDRAW;
}

static void show(rd_pane *p, const char *build)
{
	steps *s = p->data;
	const rd_model *m = rd_console_model(p->console);

	s->is_newest = !build || (s->is_newest && !strcmp(build, s->build));
	if (!build)
		build = m->builds.len ? ((rd_build *)rd_vec_at(&m->builds, 0))->id : "";
	if (!strcmp(s->build, build))
		return;
	snprintf(s->build, sizeof s->build, "%s", build);
	s->is_following = true;
	s->is_opening = build[0] && !rd_log_open_later(p, build, false, opened, &s->err);
}

static rd_react extend(rd_pane *p)
{
	steps *s = p->data;
	bool changed = false, more = false;
	uint64_t version;

	if (!s->log || s->is_opening)
		return RD_REACT_NONE;
	version = rd_steps_version(model_of(s));
	if (rd_log_extend(s->log, BITE_BYTES, &changed, &more, &s->err))
		rd_console_toast_err(p->console, &s->err);
	else if (version == rd_steps_version(model_of(s)) && !s->rows.unfolded.len &&
		 s->epoch == rd_log_epoch(s->log))
		return more ? RD_REACT_MORE : RD_REACT_NONE;
	refresh(p);
	return RD_REACT_REDRAW | (more ? RD_REACT_MORE : 0);
}

static rd_react model_changed(rd_pane *p)
{
	steps *s = p->data;

	if (rd_log_goes_on(rd_console_model(p->console), s->build, s->newest) && s->is_newest)
		show(p, NULL);
	refresh(p);
	return RD_REACT_REDRAW;
}

/* ---- actions ---- */

static void next_error(steps *s)
{
	int n = (int)s->rows.rows.len;

	for (int i = 1; i <= n; i++) {
		int at = (s->list.cursor + i) % n;
		const rd_step *step = step_of(s, row_at(s, at));

		if (!step || row_at(s, at)->kind != RD_STEPS_ROW_STEP ||
			step->state != RD_STEP_FAILED)
			continue;
		rd_list_set(&s->list, n, s->list.rows, at);
		return;
	}
}

static rd_react open_log(rd_pane *p)
{
	steps *s = p->data;
	const rd_steps_row *row = row_at(s, s->list.cursor);
	const rd_step *step = step_of(s, row);

	if (step)
		return rd_log_show(p->console,
			&(rd_pane_log_args){s->build, RD_LOG_STEP, step->number});
	if (row)
		return rd_log_show(p->console,
			&(rd_pane_log_args){s->build, RD_LOG_GROUP,
				rd_steps_group_at(model_of(s), (size_t)row->group)->number});
	return RD_REACT_NONE;
}

static rd_react act(rd_pane *p, rd_action action)
{
	steps *s = p->data;

	if (rd_list_act(&s->list, action)) {
		s->is_following = action == RD_ACTION_BOTTOM;
		keep_number(s);
		refresh(p);
		return RD_REACT_REDRAW;
	}
	switch (action) {
	case RD_ACTION_STEP_LOG:
		return open_log(p);
	case RD_ACTION_STEP_FOLD:
		if (s->number)
			rd_steps_rows_fold(&s->rows, s->number);
		break;
	case RD_ACTION_FOLD_CACHED:
		s->rows.no_cached = !s->rows.no_cached;
		break;
	case RD_ACTION_SORT:
		s->rows.by_time = !s->rows.by_time;
		break;
	case RD_ACTION_STEP_ERROR:
		s->is_following = false;
		next_error(s);
		keep_number(s);
		break;
	default:
		return RD_REACT_PASS;
	}
	refresh(p);
	return RD_REACT_REDRAW;
}

static rd_react event(rd_pane *p, const rd_event *ev)
{
	switch (ev->kind) {
	case RD_EV_ACTION:
		return act(p, ev->action);
	case RD_EV_CLICK:
		return rd_list_click(&((steps *)p->data)->list, ev->y) ? RD_REACT_REDRAW
								       : RD_REACT_NONE;
	case RD_EV_LOGS:
	case RD_EV_WORK:
		return extend(p);
	case RD_EV_MODEL:
		return model_changed(p);
	case RD_EV_RESIZE:
		refresh(p);
		return RD_REACT_REDRAW;
	case RD_EV_TICK:
	case RD_EV_FOCUS:
		return RD_REACT_REDRAW;
	default:
		return RD_REACT_PASS;
	}
}

/* ---- the pane ---- */

static rd_code open_pane(rd_pane *p, const void *args, rd_err *err RD_UNUSED)
{
	steps *s = p->data;
	const rd_pane_log_args *a = args;

	rd_steps_rows_init(&s->rows);
	s->is_following = true;
	show(p, a ? a->build : NULL);
	return RD_OK;
}

static void close_pane(rd_pane *p)
{
	steps *s = p->data;

	rd_log_close(s->log);
	rd_steps_rows_done(&s->rows);
}

static void target(const rd_pane *p, rd_target *ret_target)
{
	const steps *s = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), s->build);

	snprintf(ret_target->build, sizeof ret_target->build, "%s", s->build);
	if (b)
		snprintf(ret_target->release, sizeof ret_target->release, "%s", b->release);
}

/* "5/9 done  3 cached  1 failed  2 running" */
static void count_states(const steps *s, char *buf, size_t cap)
{
	static const struct {
		rd_step_state state;
		const char *word;
	} told[] = {{RD_STEP_CACHED, "cached"}, {RD_STEP_FAILED, "failed"},
		{RD_STEP_RUNNING, "running"}};
	const rd_steps *m = model_of(s);
	int n[RD_STEP_CANCELED + 1] = {0}, all = m ? (int)rd_steps_count(m) : 0;
	size_t at;

	if (!all)
		return;
	for (int i = 0; i < all; i++)
		n[rd_steps_at(m, (size_t)i)->state]++;
	at = (size_t)snprintf(buf, cap, "%d/%d done", n[RD_STEP_COMPLETE] + n[RD_STEP_CACHED], all);
	for (size_t i = 0; i < RD_LEN(told) && at < cap; i++)
		if (n[told[i].state])
			at += (size_t)snprintf(buf + at, cap - at, "  %d %s%s", n[told[i].state],
				told[i].word,
				told[i].state == RD_STEP_CACHED && s->rows.hidden ? " (hidden)"
										  : "");
}

static void title(const rd_pane *p, rd_title *ret_title)
{
	const steps *s = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), s->build);

	snprintf(ret_title->name, sizeof ret_title->name, "steps %s", s->build);
	if (b)
		rd_words_build(b, ret_title->state, sizeof ret_title->state,
			&ret_title->state_role);
	count_states(s, ret_title->right, sizeof ret_title->right);
}

static void status(const rd_pane *p, char *buf, size_t cap)
{
	const steps *s = p->data;
	const rd_step *step = step_of(s, row_at(s, s->list.cursor));

	if (step)
		snprintf(buf, cap, "%s", step->error && step->error[0] ? step->error : step->name);
}

/* ---- drawing ---- */

static const struct {
	const char *word;
	rd_role role;
} states[] = {
	[RD_STEP_WAITING] = {"-wait", RD_ROLE_QUEUED},
	[RD_STEP_RUNNING] = {"~run", RD_ROLE_RUNNING},
	[RD_STEP_COMPLETE] = {"+done", RD_ROLE_COMPLETE},
	[RD_STEP_CACHED] = {".cached", RD_ROLE_CACHED},
	[RD_STEP_FAILED] = {"xfailed", RD_ROLE_FAILED},
	[RD_STEP_CANCELED] = {"/stopped", RD_ROLE_CANCELED},
};

static void put_time(int64_t took_us, char *buf, size_t cap)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(64);

	if (took_us < 100 * 1000000LL)
		rd_str_printf(&text, "%.1fs", (double)took_us / 1e6);
	else
		rd_time_mmss(&text, took_us);
	snprintf(buf, cap, "%s", rd_str_get(&text));
}

/* The wall time of the whole build as its steps tell it. */
static int64_t wall_us(const rd_steps *m, int64_t now_us)
{
	int64_t first = 0, last = 0;

	for (size_t i = 0; i < rd_steps_count(m); i++) {
		const rd_step *s = rd_steps_at(m, i);
		int64_t end = s->started_us + rd_steps_took_us(s, now_us);

		if (!s->started_us)
			continue;
		first = !first || s->started_us < first ? s->started_us : first;
		last = end > last ? end : last;
	}
	return last - first;
}

#define BAR_CELLS 12
#define BAR_FROM_COLS 70 /* pane width from which bars are shown */

static int draw_bar(const rd_area *a, int x, int64_t part_us, int64_t whole_us)
{
	int n = whole_us > 0 ? (int)(part_us * BAR_CELLS / whole_us) : 0;
	rd_style style = rd_style_of(RD_ROLE_BAR);

	n = n > BAR_CELLS ? BAR_CELLS : n;
	x = rd_draw_repeat(a, x, 0, n, style, rd_area_glyph(a, RD_GLYPH_BAR));
	if (n < BAR_CELLS && part_us > 0)
		rd_draw_text(a, x, 0, style, rd_area_glyph(a, RD_GLYPH_BAR_END));
	return x + BAR_CELLS - n;
}

static void draw_step(const rd_pane *p, const rd_area *a, const rd_step *step)
{
	const steps *s = p->data;
	int64_t now_us = rd_console_now_us(p->console);
	int64_t took_us = rd_steps_took_us(step, now_us);
	const rd_build *b = rd_model_build(rd_console_model(p->console), s->build);
	bool never_ran = step->state == RD_STEP_WAITING && b && !rd_build_is_active(b);
	char text[64];
	int x;

	snprintf(text, sizeof text, "%d", step->number);
	x = rd_draw_column_right(a, 1, 0, 4, rd_style_of(RD_ROLE_DIM), text);
	x = rd_draw_column(a, x + 1, 0, 8, rd_style_of(states[step->state].role),
		never_ran ? "-not run" : states[step->state].word);
	put_time(took_us, text, sizeof text);
	x = rd_draw_column_right(a, x, 0, 7, rd_style_of(RD_ROLE_TEXT),
		step->started_us ? text : "");
	if (a->r.w >= BAR_FROM_COLS)
		x = draw_bar(a, x + 1, step->state == RD_STEP_CACHED ? 0 : took_us,
			wall_us(model_of(s), now_us));
	rd_draw_column(a, x + 1, 0, a->r.w - x - 1, rd_style_of(RD_ROLE_TEXT), step->name);
	if (!step->warnings.len)
		return;
	snprintf(text, sizeof text, " %zu warn", step->warnings.len);
	rd_draw_right(a, a->r.w, 0, rd_style_of(RD_ROLE_WARN), text);
}

static void draw_group(const rd_pane *p, const rd_area *a, int index)
{
	const steps *s = p->data;
	const rd_steps *m = model_of(s);
	const rd_step_group *g = rd_steps_group_at(m, (size_t)index);
	const rd_build *b = rd_model_build(rd_console_model(p->console), s->build);
	bool is_canceled = b && !strcmp(b->reason, "canceled");
	rd_style style = rd_style_of((rd_role)(RD_ROLE_SERVICE1 + index % 6));
	char names[96];
	int x;

	rd_log_group_name(m, g->number, names, sizeof names);
	style.attrs = RD_ATTR_BOLD;
	x = rd_draw_text(a, 1, 0, style, names[0] ? names : g->name);
	x = rd_draw_printf(a, x + 1, 0, rd_style_of(RD_ROLE_DIM), "%s %s", g->kind,
		names[0] ? g->name : "");
	if (g->error && g->error[0])
		rd_draw_text(a, x + 1, 0,
			rd_style_of(is_canceled ? RD_ROLE_CANCELED : RD_ROLE_FAILED),
			is_canceled ? "/canceled" : "xfailed");
}

static void draw_progress(const rd_area *a, const rd_step_progress *g)
{
	char now[32], all[32];
	int x = 21;

	rd_words_bytes(g->current, now, sizeof now);
	rd_words_bytes(g->total, all, sizeof all);
	x = rd_draw_column(a, x, 0, 20, rd_style_of(RD_ROLE_DIM), g->item);
	if (g->total)
		rd_draw_printf(a, x + 1, 0, rd_style_of(RD_ROLE_TEXT), "%s of %s  %d%%", now, all,
			(int)(g->current * 100.0 / (double)g->total));
	else
		rd_draw_printf(a, x + 1, 0, rd_style_of(RD_ROLE_TEXT), "%s", now);
}

static void draw_row(const rd_pane *p, const rd_area *a, const rd_steps_row *row)
{
	const steps *s = p->data;
	const rd_step *step = step_of(s, row);

	switch (row->kind) {
	case RD_STEPS_ROW_GROUP:
		draw_group(p, a, row->group);
		break;
	case RD_STEPS_ROW_STEP:
		draw_step(p, a, step);
		break;
	case RD_STEPS_ROW_PROGRESS:
		draw_progress(a, rd_vec_at(&step->progress, row->item));
		break;
	case RD_STEPS_ROW_ERROR:
		rd_draw_text(a, 6, 0, rd_style_of(RD_ROLE_DIM), rd_area_glyph(a, RD_GLYPH_VLINE));
		rd_draw_column_ends(a, 8, 0, a->r.w - 8, rd_style_of(RD_ROLE_ERROR), row->text);
		break;
	case RD_STEPS_ROW_TEXT:
		rd_draw_text(a, 6, 0, rd_style_of(RD_ROLE_DIM), rd_area_glyph(a, RD_GLYPH_VLINE));
		rd_draw_column(a, 8, 0, a->r.w - 8, rd_style_of(RD_ROLE_DIM), row->text);
		break;
	}
}

static void draw_empty(const rd_pane *p, const rd_area *a)
{
	const steps *s = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), s->build);
	rd_style dim = rd_style_of(RD_ROLE_DIM);

	if (s->err.code)
		rd_draw_text(a, 1, 0, rd_style_of(RD_ROLE_ERROR), s->err.msg);
	else if (!s->build[0])
		rd_draw_text(a, 1, 0, dim, "no build yet");
	else if (s->is_opening)
		rd_draw_text(a, 1, 0, dim, "opening the steps");
	else
		rd_draw_text(a, 1, 0, dim,
			b && rd_build_is_active(b) ? "no step has begun yet"
						   : "no steps were recorded");
}

static void draw(const rd_pane *p, const rd_area *area)
{
	const steps *s = p->data;

	if (!s->rows.rows.len || s->is_opening) {
		draw_empty(p, area);
		return;
	}
	for (int i = 0; i < area->r.h && row_at(s, s->list.top + i); i++) {
		rd_area line = rd_area_sub(area, 0, i, area->r.w, 1);

		if (s->list.top + i == s->list.cursor) {
			line.ground = p->focused ? RD_ROLE_SELECTED : RD_ROLE_SELECTED_IDLE;
			rd_draw_clear(&line);
			rd_draw_text(&line, 0, 0, rd_style_of(RD_ROLE_ACCENT), ">");
			if (p->focused)
				rd_draw_cursor(&line, 0, 0, false);
		}
		draw_row(p, &line, row_at(s, s->list.top + i));
	}
}

static rd_pane *steps_pane(rd_console *c)
{
	for (int i = 0; rd_console_pane_at(c, i); i++)
		if (rd_console_pane_at(c, i)->ops == &rd_pane_steps)
			return rd_console_pane_at(c, i);
	return NULL;
}

void rd_steps_follow(rd_console *c, const char *build, bool is_newest)
{
	rd_pane *p = steps_pane(c);

	if (!p)
		return;
	show(p, build);
	((steps *)p->data)->is_newest |= is_newest;
}

rd_react rd_steps_show(rd_console *c, const char *build)
{
	rd_pane *p = steps_pane(c);
	rd_err err;

	if (p) {
		show(p, build);
		rd_console_focus(c, p);
		return RD_REACT_RELAYOUT;
	}
	rd_console_open(c, &rd_pane_steps, &(rd_pane_log_args){.build = build}, NULL, &err);
	return RD_REACT_RELAYOUT;
}

const struct rd_pane_ops rd_pane_steps = {
	.kind = "steps",
	.tab = "Steps",
	.place = RD_PLACE_VIEW,
	.scope = RD_SCOPE_STEPS,
	.private_size = sizeof(steps),
	.open = open_pane,
	.event = event,
	.draw = draw,
	.title = title,
	.status = status,
	.target = target,
	.close = close_pane,
};

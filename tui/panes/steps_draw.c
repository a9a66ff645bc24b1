/* SPDX-License-Identifier: MIT */
/* How the steps of a build are drawn: rows, the strip of time, what changed since an earlier build. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "tui/panes/log_pane.h"
#include "tui/panes/steps_pane.h"
#include "tui/widgets/words.h"

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

/* ---- the strip of time ---- */

#define STRIP_FROM_COLS 70 /* pane width from which it is shown */
#define STRIP_LEAST 12
#define STRIP_MOST 100
#define AXIS_FROM 24 /* cells of a strip that has an axis */
#define GROWN_COLS 9
#define TIME_END 21 /* of the columns that come before */

/* Half of what is beyond the least width. */
static int strip_cells(int w)
{
	int n = STRIP_LEAST + (w - STRIP_FROM_COLS) / 2;

	return w < STRIP_FROM_COLS ? 0 : n > STRIP_MOST ? STRIP_MOST : n;
}

int rd_steps_head(const rd_pane *p)
{
	return strip_cells(p->w) >= AXIS_FROM && p->h > 4;
}

/* While something runs the strip ends now. */
static int64_t last_us(const rd_pane *p)
{
	const rd_steps_pane *s = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), s->build);
	int64_t now_us = rd_console_now_us(p->console);

	return b && rd_build_is_active(b) && now_us > s->time.last_us ? now_us : s->time.last_us;
}

static int strip_start(const rd_steps_pane *s)
{
	return TIME_END + 1 + (s->earlier ? GROWN_COLS : 0);
}

/* Seconds between the marks of an axis, so that they stand 10 cells apart or more. */
static int64_t axis_step(int64_t whole_us, int cells)
{
	static const int64_t steps[] = {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600};

	for (size_t i = 0; i < RD_LEN(steps); i++)
		if (steps[i] * 1000000 * cells / whole_us >= 10)
			return steps[i];
	return whole_us / 1000000;
}

static void draw_axis(const rd_pane *p, const rd_area *a)
{
	const rd_steps_pane *s = p->data;
	int64_t whole_us = last_us(p) - s->time.first_us;
	int cells = strip_cells(a->r.w), x0 = strip_start(s);
	rd_style style = rd_style_of(RD_ROLE_COLUMN);
	int64_t step;

	rd_draw_text(a, 4, 0, style, "# STATE      TIME");
	if (s->earlier)
		rd_draw_column_right(a, TIME_END, 0, GROWN_COLS, style, "CHANGE");
	rd_draw_text(a, x0 + cells + 1, 0, style, "STEP");
	if (whole_us <= 0)
		return;
	step = axis_step(whole_us, cells);
	for (int64_t at = 0; step > 0 && at * 1000000 <= whole_us; at += step) {
		int x = (int)(at * 1000000 * cells / whole_us);

		if (x + 4 > cells)
			break;
		if (step % 60)
			rd_draw_printf(a, x0 + x, 0, style, "%llds", (long long)at);
		else
			rd_draw_printf(a, x0 + x, 0, style, "%lldm", (long long)at / 60);
	}
}

/* When it ran: '!' begins a step of the critical path. */
static void draw_strip(const rd_pane *p, const rd_area *a, size_t index, const rd_step *step)
{
	const rd_steps_pane *s = p->data;
	int64_t whole_us = last_us(p) - s->time.first_us;
	int64_t took_us = rd_steps_took_us(step, rd_console_now_us(p->console));
	int cells = strip_cells(a->r.w), x0 = strip_start(s), x, n;
	bool is_critical = rd_steps_time_is_critical(&s->time, index);
	rd_style style = rd_style_of(step->state == RD_STEP_FAILED ? RD_ROLE_FAILED
				     : is_critical                 ? RD_ROLE_ACCENT
								   : RD_ROLE_BAR);

	if (!step->started_us || whole_us <= 0)
		return;
	x = (int)((step->started_us - s->time.first_us) * cells / whole_us);
	n = (int)(took_us * cells / whole_us);
	x = x > cells - 1 ? cells - 1 : x;
	n = x + n > cells ? cells - x : n;
	if (step->state == RD_STEP_CACHED) {
		rd_draw_text(a, x0 + x, 0, rd_style_of(RD_ROLE_CACHED), ".");
		return;
	}
	rd_draw_repeat(a, x0 + x, 0, n, style, rd_area_glyph(a, RD_GLYPH_BAR));
	if (n < 1 || step->state == RD_STEP_RUNNING)
		rd_draw_text(a, x0 + x + (n > 0 ? n - 1 : 0), 0, style,
			rd_area_glyph(a, RD_GLYPH_BAR_END));
	if (is_critical)
		rd_draw_text(a, x0 + x, 0, style, "!");
}

/* ---- the earlier build ---- */

void rd_steps_tell_difference(const rd_steps_pane *s, char *buf, size_t cap)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(0);

	rd_str_printf(&text, "against %s: +", s->earlier_id);
	rd_time_mmss(&text, s->time.grown_us);
	rd_str_printf(&text, " in slower steps, %d lost their cache", s->time.lost);
	snprintf(buf, cap, "%s", rd_str_get(&text));
}

/* "+12.3s", "new", "no cache": red where it is worse by a second or more. */
static void draw_grown(const rd_steps_pane *s, const rd_area *a, size_t index, const rd_step *step)
{
	int at = rd_steps_time_earlier(&s->time, index);
	const rd_step *earlier = at < 0 ? NULL : rd_steps_at(rd_log_steps(s->earlier), (size_t)at);
	int64_t grown_us = earlier ? rd_steps_grown_us(step, earlier) : 0;
	rd_role role = grown_us >= 1000000    ? RD_ROLE_WARN
		       : grown_us <= -1000000 ? RD_ROLE_COMPLETE
					      : RD_ROLE_DIM;
	char text[32] = "", took[24];

	if (!earlier)
		snprintf(text, sizeof text, "new");
	else if (rd_steps_lost_cache(step, earlier))
		snprintf(text, sizeof text, "no cache");
	else if (llabs(grown_us) >= 100000) {
		put_time(llabs(grown_us), took, sizeof took);
		snprintf(text, sizeof text, "%c%s", grown_us < 0 ? '-' : '+', took);
	}
	if (earlier && rd_steps_lost_cache(step, earlier))
		role = RD_ROLE_WARN;
	rd_draw_column_right(a, TIME_END, 0, GROWN_COLS, rd_style_of(role), text);
}

static void draw_step(const rd_pane *p, const rd_area *a, size_t index)
{
	const rd_steps_pane *s = p->data;
	const rd_step *step = rd_steps_at(rd_steps_model(s), index);
	int64_t took_us = rd_steps_took_us(step, rd_console_now_us(p->console));
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
	if (s->earlier)
		draw_grown(s, a, index, step);
	if (strip_cells(a->r.w) > 0)
		draw_strip(p, a, index, step);
	x = strip_start(s) + strip_cells(a->r.w) - !strip_cells(a->r.w);
	rd_draw_column(a, x + 1, 0, a->r.w - x - 1, rd_style_of(RD_ROLE_TEXT), step->name);
	if (!step->warnings.len)
		return;
	snprintf(text, sizeof text, " %zu warn", step->warnings.len);
	rd_draw_right(a, a->r.w, 0, rd_style_of(RD_ROLE_WARN), text);
}

static void draw_group(const rd_pane *p, const rd_area *a, int index)
{
	const rd_steps_pane *s = p->data;
	const rd_steps *m = rd_steps_model(s);
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
	const rd_steps_pane *s = p->data;
	const rd_step *step = rd_steps_step_of(s, row);

	switch (row->kind) {
	case RD_STEPS_ROW_GROUP:
		draw_group(p, a, row->group);
		break;
	case RD_STEPS_ROW_STEP:
		draw_step(p, a, (size_t)row->step);
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
	const rd_steps_pane *s = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), s->build);
	rd_style dim = rd_style_of(RD_ROLE_DIM);

	if (s->err.code)
		rd_draw_text(a, 1, 0, rd_style_of(RD_ROLE_ERROR), s->err.msg);
	else if (!s->build[0])
		rd_console_draw_none(p->console, a, 1, 0, "no build yet");
	else if (s->is_opening)
		rd_draw_text(a, 1, 0, dim, "opening the steps");
	else
		rd_draw_text(a, 1, 0, dim,
			!b                      ? "no steps were recorded"
			: rd_build_is_active(b) ? "no step has begun yet"
			: b->reason[0]          ? "no steps: it ended before the first one"
						: "no steps were recorded");
}

void rd_steps_draw(const rd_pane *p, const rd_area *area)
{
	const rd_steps_pane *s = p->data;

	if (!s->rows.rows.len || s->is_opening) {
		draw_empty(p, area);
		return;
	}
	if (rd_steps_head(p))
		draw_axis(p, area);
	for (int i = 0; i < s->list.rows && rd_steps_row_at(s, s->list.top + i); i++) {
		rd_area line = rd_area_sub(area, 0, i + rd_steps_head(p), area->r.w, 1);

		if (s->list.top + i == s->list.cursor) {
			line.ground = p->focused ? RD_ROLE_SELECTED : RD_ROLE_SELECTED_IDLE;
			rd_draw_clear(&line);
			rd_draw_text(&line, 0, 0, rd_style_of(RD_ROLE_ACCENT), ">");
			if (p->focused)
				rd_draw_cursor(&line, 0, 0, false);
		}
		draw_row(p, &line, rd_steps_row_at(s, s->list.top + i));
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * Moving in a log pane.
 *
 * DESIGN: a pane that follows shows the end of the log; a paused one stands at a place, and what is
 * written meanwhile is only counted. Any way up pauses, the bottom follows again.
 */
#include "tui/panes/log_pane.h"

#define STEP_COLS 4
#define FAR_COLS 10

void rd_log_pane_pause(rd_log_pane *l)
{
	if (!l->is_following)
		return;
	l->is_following = false;
	l->seen = rd_log_pane_count(l);
}

static void up(rd_pane *p, uint64_t n)
{
	rd_log_pane *l = p->data;

	rd_log_pane_pause(l);
	rd_log_rows_up(&l->rows, rd_log_pane_view(l), &l->look, &l->place, n, &l->err);
}

static bool is_before(rd_log_place a, rd_log_place b)
{
	return a.line != b.line ? a.line < b.line : a.sub < b.sub;
}

static void down(rd_pane *p, uint64_t n)
{
	rd_log_pane *l = p->data;
	rd_log_place end;

	if (l->is_following)
		return;
	if (rd_log_rows_down(&l->rows, rd_log_pane_view(l), &l->look, &l->place, n, &l->err) ||
		rd_log_rows_end(&l->rows, rd_log_pane_view(l), &l->look, rd_log_pane_height(p),
			&end, &l->err))
		return;
	l->is_following = !is_before(l->place, end);
}

static void toggle_follow(rd_log_pane *l)
{
	if (l->is_following)
		rd_log_pane_pause(l);
	else
		l->is_following = true;
}

static bool move_rows(rd_pane *p, rd_action action)
{
	rd_log_pane *l = p->data;
	uint64_t page = rd_log_pane_height(p) > 1 ? (uint64_t)rd_log_pane_height(p) - 1 : 1;

	switch (action) {
	case RD_ACTION_UP:
		up(p, 1);
		return true;
	case RD_ACTION_DOWN:
		down(p, 1);
		return true;
	case RD_ACTION_HALF_UP:
		up(p, (page + 1) / 2);
		return true;
	case RD_ACTION_HALF_DOWN:
		down(p, (page + 1) / 2);
		return true;
	case RD_ACTION_PAGE_UP:
		up(p, page);
		return true;
	case RD_ACTION_PAGE_DOWN:
	case RD_ACTION_LOG_PAGE:
		down(p, page);
		return true;
	case RD_ACTION_TOP:
		rd_log_pane_pause(l);
		rd_log_pane_show_whole(l);
		l->place = (rd_log_place){0, 0};
		return true;
	case RD_ACTION_BOTTOM:
		l->is_following = true;
		return true;
	case RD_ACTION_FOLLOW:
		toggle_follow(l);
		return true;
	default:
		return false;
	}
}

/* The first column from which the widest line on the screen is seen to its end. */
static int last_column(rd_pane *p)
{
	rd_log_pane *l = p->data;
	int col = l->look.col;

	/* lines are parsed as far as they are seen: look at all of them */
	l->look.col = RD_LOG_LINE_MAX;
	rd_log_pane_refresh(p);
	l->look.col = col;
	return l->rows.widest - l->look.w;
}

static bool move_columns(rd_pane *p, rd_action action)
{
	rd_log_pane *l = p->data;
	int col = l->look.col, end = l->rows.widest - l->look.w;

	switch (action) {
	case RD_ACTION_LEFT:
		col -= STEP_COLS;
		break;
	case RD_ACTION_RIGHT:
		col += STEP_COLS;
		break;
	case RD_ACTION_FAR_LEFT:
		col -= FAR_COLS;
		break;
	case RD_ACTION_FAR_RIGHT:
		col += FAR_COLS;
		break;
	case RD_ACTION_LINE_START:
		col = 0;
		break;
	case RD_ACTION_LINE_END:
		col = end = last_column(p);
		break;
	default:
		return false;
	}
	if (col > l->look.col && col > end)
		col = end > l->look.col ? end : l->look.col;
	l->look.col = col < 0 || l->look.is_wrapped ? 0 : col;
	return true;
}

rd_react rd_log_pane_move(rd_pane *p, rd_action action)
{
	rd_log_pane *l = p->data;

	if (!l->view)
		return RD_REACT_PASS;
	if (!move_rows(p, action) && !move_columns(p, action))
		return RD_REACT_PASS;
	l->filter.has_anchor = l->follows_again = false;
	rd_log_pane_refresh(p);
	return RD_REACT_REDRAW;
}

/* Scrolls sideways so that the cells [x, end) are seen. */
static void reveal_columns(rd_log_look *look, int x, int end)
{
	if (look->is_wrapped)
		return;
	if (x < look->col || end > look->col + look->w) {
		look->col = end <= look->w ? 0 : x - look->w / 4;
		look->col = look->col < 0 ? 0 : look->col;
	}
}

void rd_log_pane_reveal(rd_pane *p, uint64_t line)
{
	rd_log_pane *l = p->data;
	int h = rd_log_pane_height(p), x = 0, end = 0;
	rd_log_place at = {line, 0}, last = l->place;

	l->look.search = l->find.search;
	if (rd_log_rows_hit(&l->rows, rd_log_pane_view(l), &l->look, at.line, &at.sub, &x, &end,
		    &l->err))
		return;
	rd_log_pane_pause(l);
	reveal_columns(&l->look, x, end);
	/* already on the screen: nothing moves */
	rd_log_rows_down(&l->rows, rd_log_pane_view(l), &l->look, &last,
		h > 1 ? (uint64_t)h - 1 : 0, &l->err);
	if (!is_before(at, l->place) && !is_before(last, at))
		return;
	l->place = at;
	rd_log_rows_up(&l->rows, rd_log_pane_view(l), &l->look, &l->place, (uint64_t)h / 3,
		&l->err);
	/* no empty rows below the end */
	if (!rd_log_rows_end(&l->rows, rd_log_pane_view(l), &l->look, h, &last, &l->err) &&
		is_before(last, l->place))
		l->place = last;
}

void rd_log_pane_scroll_to(rd_pane *p, uint64_t line)
{
	rd_log_pane *l = p->data;
	uint64_t rows = rd_log_pane_height(p) > 1 ? (uint64_t)rd_log_pane_height(p) - 1 : 0;
	rd_log_place last = l->place;

	rd_log_rows_down(&l->rows, rd_log_pane_view(l), &l->look, &last, rows, &l->err);
	if (line >= l->place.line && line <= last.line)
		return;
	l->place = (rd_log_place){line, 0};
	if (line > last.line)
		rd_log_rows_up(&l->rows, rd_log_pane_view(l), &l->look, &l->place, rows, &l->err);
}

static rd_react turn_step(rd_pane *p, const rd_steps *m, int direction)
{
	rd_log_pane *l = p->data;
	int n = (int)rd_steps_count(m), at = 0;

	while (at < n && rd_steps_at(m, (size_t)at)->number != l->number)
		at++;
	/* steps that wrote nothing are passed over */
	for (int i = at + direction; i >= 0 && i < n; i += direction)
		if (rd_steps_at(m, (size_t)i)->log_bytes)
			return rd_log_pane_show(p, &(rd_pane_log_args){l->build, RD_LOG_STEP,
							   rd_steps_at(m, (size_t)i)->number});
	return RD_REACT_NONE;
}

rd_react rd_log_pane_turn(rd_pane *p, int direction)
{
	rd_log_pane *l = p->data;
	const rd_steps *m = l->log ? rd_log_steps(l->log) : NULL;
	rd_pane_log_args args = {l->build, RD_LOG_ALL, 0};
	int n, at = 0;

	if (!m)
		return RD_REACT_NONE;
	if (l->scope == RD_LOG_STEP)
		return turn_step(p, m, direction);
	n = rd_log_groups(m);
	/* place 0 is the whole log */
	for (int i = 0; l->scope == RD_LOG_GROUP && i < n; i++)
		if (rd_log_group_at(m, i)->number == l->number)
			at = i + 1;
	at = (at + direction + n + 1) % (n + 1);
	if (at) {
		args.scope = RD_LOG_GROUP;
		args.number = rd_log_group_at(m, at - 1)->number;
	}
	l->has_scope = true;
	return rd_log_pane_show(p, &args);
}

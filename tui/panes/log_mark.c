/* SPDX-License-Identifier: MIT */
/* Places in a log: errors, marks; and what stands beside its lines. */
#include "tui/panes/log_gutter.h"
#include "tui/panes/log_pane.h"

/* ---- errors ---- */

/* n and N, e and E go on from the current one if it is seen, else from the screen. */
void rd_log_pane_seek(rd_log_pane *l, rd_log_find *f, int direction)
{
	bool is_seen = f->has_hit && f->hit >= l->rows.first && f->hit <= l->rows.last;

	if (is_seen)
		rd_log_find_seek(f, f->hit + (uint64_t)direction, direction);
	else
		rd_log_find_seek(f, direction > 0 ? l->rows.first : l->rows.first - 1, direction);
}

static rd_react next_error(rd_log_pane *l, int direction)
{
	l->has_asked = true;
	rd_log_pane_seek(l, &l->errors, direction);
	return RD_REACT_REDRAW | RD_REACT_MORE;
}

/* ---- marks ---- */

/* Index of the first mark at or behind a line. */
static size_t mark_from(const rd_log_pane *l, uint64_t line)
{
	size_t at = 0;

	while (at < l->marks.len && *(const uint64_t *)rd_vec_at(&l->marks, at) < line)
		at++;
	return at;
}

bool rd_log_pane_is_marked(const rd_log_pane *l, uint64_t line)
{
	uint64_t source = rd_log_pane_source(l, line);
	size_t at = mark_from(l, source);

	return at < l->marks.len && *(const uint64_t *)rd_vec_at(&l->marks, at) == source;
}

uint64_t rd_log_pane_current(const rd_log_pane *l)
{
	if (l->is_selecting)
		return l->cursor;
	if (l->find.has_hit && l->find.hit >= l->rows.first && l->find.hit <= l->rows.last)
		return l->find.hit;
	return l->rows.first;
}

static void toggle_mark(rd_log_pane *l)
{
	uint64_t line = rd_log_pane_source(l, rd_log_pane_current(l));
	size_t at = mark_from(l, line), rest = l->marks.len - at;
	uint64_t *slot;

	if (rest && *(const uint64_t *)rd_vec_at(&l->marks, at) == line) {
		slot = rd_vec_at(&l->marks, at);
		memmove(slot, slot + 1, (rest - 1) * sizeof *slot);
		l->marks.len--;
		return;
	}
	if (!rd_vec_push(&l->marks))
		return;
	slot = rd_vec_at(&l->marks, at);
	memmove(slot + 1, slot, rest * sizeof *slot);
	*slot = line;
}

/* To the next mark below the first line of the screen, around the end. */
static void next_mark(rd_pane *p)
{
	rd_log_pane *l = p->data;
	size_t at = mark_from(l, rd_log_pane_source(l, l->place.line) + 1);

	if (!l->marks.len) {
		rd_console_toast(p->console, RD_ROLE_TEXT, "no line is marked: %s marks one",
			rd_keymap_first(rd_console_keymap(p->console), RD_ACTION_MARK_LINE));
		return;
	}
	at = at < l->marks.len ? at : 0;
	rd_log_pane_pause(l);
	l->place = (rd_log_place){
		rd_log_pane_shown_at(l, *(const uint64_t *)rd_vec_at(&l->marks, at)), 0};
}

/* ---- what stands beside the lines ---- */

static void next_time(rd_pane *p)
{
	static const char *const words[] = {
		"no times", "times since the build's start", "times of day"};
	rd_log_pane *l = p->data;

	l->time = (l->time + 1) % RD_LOG_TIME_MAX_;
	rd_console_toast(p->console, RD_ROLE_TEXT, "%s", words[l->time]);
}

rd_react rd_log_pane_mark(rd_pane *p, rd_action action)
{
	rd_log_pane *l = p->data;

	if (!l->view)
		return RD_REACT_PASS;
	switch (action) {
	case RD_ACTION_ERROR_NEXT:
		return next_error(l, 1);
	case RD_ACTION_ERROR_PREV:
		return next_error(l, -1);
	case RD_ACTION_MARK_LINE:
		rd_log_pane_pause(l);
		toggle_mark(l);
		break;
	case RD_ACTION_MARK_NEXT:
		next_mark(p);
		break;
	case RD_ACTION_TIME:
		next_time(p);
		break;
	case RD_ACTION_NUMBERS:
		l->numbers = rd_log_gutter_has_numbers(p) ? RD_LOG_NUMBERS_OFF : RD_LOG_NUMBERS_ON;
		break;
	case RD_ACTION_UNFOLD:
		l->look.is_unfolded = !l->look.is_unfolded;
		l->place.sub = 0;
		break;
	default:
		return RD_REACT_PASS;
	}
	rd_log_pane_refresh(p);
	return RD_REACT_REDRAW;
}

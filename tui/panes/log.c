/* SPDX-License-Identifier: MIT */
/*
 * A log: of a build, of one of its services, or of a step.
 *
 * DESIGN: reading is in log_read.c; rd_log_pane_refresh lays the rows that are seen; draw only puts
 * them on the screen.
 */
#include "tui/panes/log_gutter.h"
#include "tui/panes/log_pane.h"
#include "tui/widgets/words.h"

/* ---- events ---- */

/* A build has come: goes on to it, unless the user is reading or the shown one still runs. */
static rd_react model_changed(rd_pane *p)
{
	rd_log_pane *l = p->data;
	const rd_model *m = rd_console_model(p->console);

	if (rd_log_goes_on(m, l->build, l->newest) && l->is_newest &&
		(l->is_following || !l->log) && !rd_log_find_is_open(&l->find)) {
		l->has_scope = false;
		return rd_log_pane_show(p, &(rd_pane_log_args){NULL, RD_LOG_ALL, 0});
	}
	return rd_log_pane_arrange(p) | RD_REACT_REDRAW;
}

static void begin_search(rd_pane *p)
{
	rd_log_pane *l = p->data;

	l->before.is_following = l->is_following;
	l->before.place = l->place;
	l->before.col = l->look.col;
	rd_log_find_begin(&l->find);
}

static void leave_search(rd_pane *p)
{
	rd_log_pane *l = p->data;

	l->is_following = l->before.is_following;
	l->place = l->before.place;
	l->look.col = l->before.col;
	l->follows_again = false;
	rd_log_find_clear(&l->find);
}

static void search_key(rd_pane *p, const rd_key *key)
{
	rd_log_pane *l = p->data;

	if (key->code == RD_KEY_ENTER) {
		l->find.is_typing = false;
		if (!l->find.search)
			rd_log_find_clear(&l->find);
	} else if (key->code == RD_KEY_ESC ||
		   (key->code == RD_KEY_BACKSPACE && !l->find.field.text.len) ||
		   rd_key_same(*key, rd_key_of('c', RD_KEY_CTRL))) {
		leave_search(p);
	} else if (rd_field_key(&l->find.field, *key)) {
		l->place = l->before.place;
		rd_log_find_changed(&l->find, l->before.place.line);
	}
}

static rd_react type(rd_pane *p, const rd_key *key)
{
	rd_log_pane *l = p->data;

	if (l->is_saving)
		rd_log_pane_save_key(p, key);
	else if (l->filter.is_typing)
		rd_log_filter_key(p, key);
	else if (l->find.is_typing)
		search_key(p, key);
	else
		return RD_REACT_PASS;
	rd_log_pane_refresh(p);
	return RD_REACT_REDRAW | RD_REACT_MORE;
}

static rd_react act(rd_pane *p, rd_action action)
{
	rd_log_pane *l = p->data;
	rd_react react;

	switch (action) {
	case RD_ACTION_SEARCH:
		if (l->view)
			begin_search(p);
		break;
	case RD_ACTION_LOG_FILTER:
		if (l->view)
			rd_log_filter_begin(p);
		break;
	case RD_ACTION_CONTEXT_MORE:
	case RD_ACTION_CONTEXT_LESS:
		rd_log_filter_widen(p, action == RD_ACTION_CONTEXT_MORE ? 1 : -1);
		break;
	case RD_ACTION_HIT_NEXT:
	case RD_ACTION_HIT_PREV:
		rd_log_pane_seek(l, &l->find, action == RD_ACTION_HIT_NEXT ? 1 : -1);
		return RD_REACT_REDRAW | RD_REACT_MORE;
	case RD_ACTION_WRAP:
		l->look.is_wrapped = !l->look.is_wrapped;
		l->look.col = 0;
		l->place.sub = 0;
		break;
	case RD_ACTION_COLOUR:
		l->look.has_colours = !l->look.has_colours;
		break;
	case RD_ACTION_SCOPE_NEXT:
		return rd_log_pane_turn(p, 1);
	case RD_ACTION_SCOPE_PREV:
		return rd_log_pane_turn(p, -1);
	case RD_ACTION_LOG_STEPS:
		return l->build[0] ? rd_steps_show(p->console, l->build) : RD_REACT_NONE;
	case RD_ACTION_CLEAR:
	case RD_ACTION_BACK:
		if (l->is_selecting) {
			rd_log_pane_stop_selecting(l);
			break;
		}
		if (rd_log_find_is_open(&l->find)) {
			rd_log_find_clear(&l->find);
			l->is_following |= l->follows_again;
			l->follows_again = false;
			break;
		}
		if (rd_log_filter_is_open(&l->filter)) {
			rd_log_filter_drop(p);
			break;
		}
		if (l->scope == RD_LOG_STEP)
			return rd_log_pane_show(p, &(rd_pane_log_args){l->build, RD_LOG_ALL, 0});
		return RD_REACT_PASS;
	default:
		react = rd_log_pane_take(p, action);
		if (react & RD_REACT_PASS)
			react = rd_log_pane_mark(p, action);
		return react & RD_REACT_PASS ? rd_log_pane_move(p, action) : react;
	}
	rd_log_pane_refresh(p);
	return RD_REACT_REDRAW;
}

static rd_react event(rd_pane *p, const rd_event *ev)
{
	rd_log_pane *l = p->data;

	switch (ev->kind) {
	case RD_EV_ACTION:
		return act(p, ev->action);
	case RD_EV_KEY:
		return type(p, &ev->key);
	case RD_EV_PASTE:
		if (l->is_saving) {
			rd_field_paste(&l->save, ev->text, ev->n);
			return RD_REACT_REDRAW;
		}
		if (l->filter.is_typing) {
			rd_log_filter_paste(p, ev->text, ev->n);
			return RD_REACT_REDRAW | RD_REACT_MORE;
		}
		rd_field_paste(&l->find.field, ev->text, ev->n);
		rd_log_find_changed(&l->find, l->before.place.line);
		return RD_REACT_REDRAW | RD_REACT_MORE;
	case RD_EV_MODEL:
		return model_changed(p);
	case RD_EV_LOGS:
		return RD_REACT_MORE;
	case RD_EV_WORK:
		return rd_log_pane_work(p);
	case RD_EV_RESIZE:
		rd_log_pane_refresh(p);
		return rd_log_pane_arrange(p) | RD_REACT_REDRAW;
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
	rd_log_pane *l = p->data;
	const rd_pane_log_args *a = args;

	l->is_following = true;
	l->look.has_colours = true;
	rd_log_rows_init(&l->rows);
	rd_log_find_restart(&l->find);
	rd_log_find_pattern(&l->errors, RD_LOG_ERRORS);
	rd_vec_init(&l->marks, sizeof(uint64_t));
	rd_log_pane_join(p);
	rd_log_pane_show(p, a ? a : &(rd_pane_log_args){NULL, RD_LOG_ALL, 0});
	return RD_OK;
}

static void close_pane(rd_pane *p)
{
	rd_log_pane *l = p->data;

	rd_log_pane_forget(l);
	rd_log_rows_done(&l->rows);
	rd_log_filter_done(&l->filter);
	rd_field_done(&l->save);
	rd_log_find_done(&l->find);
	rd_log_find_done(&l->errors);
	rd_vec_done(&l->marks);
}

static bool wants_text(const rd_pane *p)
{
	const rd_log_pane *l = p->data;

	return l->find.is_typing || l->filter.is_typing || l->is_saving;
}

static void target(const rd_pane *p, rd_target *ret_target)
{
	const rd_log_pane *l = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), l->build);

	snprintf(ret_target->build, sizeof ret_target->build, "%s", l->build);
	if (b)
		snprintf(ret_target->release, sizeof ret_target->release, "%s", b->release);
}

static void describe_part(const rd_log_pane *l, char *buf, size_t cap)
{
	const rd_step *s;

	buf[0] = '\0';
	if (!l->log || l->scope == RD_LOG_ALL)
		return;
	if (l->scope == RD_LOG_GROUP) {
		rd_log_group_name(rd_log_steps(l->log), l->number, buf, cap);
		return;
	}
	s = rd_steps_find(rd_log_steps(l->log), l->number);
	if (s)
		snprintf(buf, cap, "%s", s->name);
}

/* "FOLLOW", "PAUSED +312 new", "PAUSED !3": three errors. */
static void describe_state(const rd_log_pane *l, char *buf, size_t cap)
{
	uint64_t count = rd_log_pane_count(l);
	char fresh[32];

	buf[0] = '\0';
	if (!l->view)
		return;
	rd_words_count(count - l->seen, fresh, sizeof fresh);
	if (l->is_following)
		snprintf(buf, cap, " FOLLOW");
	else if (count > l->seen)
		snprintf(buf, cap, " PAUSED +%s new", fresh);
	else
		snprintf(buf, cap, " PAUSED");
	if (l->errors.n_hits) {
		rd_words_count(l->errors.n_hits, fresh, sizeof fresh);
		snprintf(buf + strlen(buf), cap - strlen(buf), " !%s", fresh);
	}
}

/* "834 of 1,284 lines", with the column if it is scrolled sideways; "counting lines 43%" while only the
 * end is known. */
static void describe_place(const rd_log_pane *l, char *buf, size_t cap)
{
	char total[32], line[32], col[32] = "";

	if (!l->view)
		return;
	if (l->whole) {
		snprintf(buf, cap, "counting lines %.0f%%",
			(double)rd_log_bytes(l->whole) * 100.0 / (double)(rd_log_size(l->log) + 1));
		return;
	}
	rd_words_count(rd_log_pane_count(l), total, sizeof total);
	rd_words_count(l->place.line + 1, line, sizeof line);
	if (l->look.col)
		snprintf(col, sizeof col, "col %d  ", l->look.col + 1);
	if (l->is_following)
		snprintf(buf, cap, "%s%s line%s", col, total, strcmp(total, "1") ? "s" : "");
	else
		snprintf(buf, cap, "%s%s of %s lines", col, line, total);
}

static void title(const rd_pane *p, rd_title *ret_title)
{
	const rd_log_pane *l = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), l->build);
	char part[80], word[16] = "", state[48];

	describe_part(l, part, sizeof part);
	snprintf(ret_title->name, sizeof ret_title->name, "log%s%s%s%s", l->build[0] ? " " : "",
		l->build, part[0] ? " " : "", part);
	if (b)
		rd_words_build(b, word, sizeof word, &ret_title->state_role);
	describe_state(l, state, sizeof state);
	snprintf(ret_title->state, sizeof ret_title->state, "%s%s", word, state);
	describe_place(l, ret_title->right, sizeof ret_title->right);
}

static void draw_empty(const rd_pane *p, const rd_area *a)
{
	const rd_log_pane *l = p->data;
	const rd_model *m = rd_console_model(p->console);
	const rd_build *b = rd_model_build(m, l->build);
	rd_style dim = rd_style_of(RD_ROLE_DIM);
	rd_err why = {0};

	if (l->err.code)
		rd_draw_printf(a, 1, 0, rd_style_of(RD_ROLE_ERROR), "%s", l->err.msg);
	else if (l->is_opening || !m->loaded)
		rd_draw_printf(a, 1, 0, dim, "opening the log %s", l->build);
	else if (!l->build[0])
		rd_console_draw_none(p->console, a, 1, 0, "no build yet");
	else if (b && !strcmp(b->status, "created"))
		rd_draw_text(a, 1, 0, dim, "queued: waits until another build has ended");
	else if (b && rd_build_is_active(b))
		rd_draw_text(a, 1, 0, dim, "nothing written yet");
	else if (b && b->reason[0])
		rd_draw_printf(a, 1, 0, rd_style_of(RD_ROLE_FAILED), "nothing was written: %s",
			b->reason);
	else if (rd_console_check_log(p->console, l->build, &why))
		rd_draw_printf(a, 1, 0, rd_style_of(RD_ROLE_ERROR), "%s", why.msg);
	else
		rd_draw_text(a, 1, 0, dim, "nothing was written");
}

static void draw_lines(const rd_pane *p, const rd_area *area)
{
	const rd_log_pane *l = p->data;
	int left = rd_log_gutter_width(p), right = rd_log_map_width(p);
	int64_t at_us;
	rd_area text = rd_area_sub(area, left, 0, area->r.w - left - right, area->r.h);

	rd_log_rows_draw(&l->rows, &text);
	for (int y = 0; l->is_selecting && y < rd_log_rows_count(&l->rows); y++)
		if (rd_log_pane_is_selected(l, rd_log_rows_at(&l->rows, y, &at_us).line))
			rd_draw_ground(&text, 0, y, text.r.w, RD_ROLE_SELECTED);
	if (left)
		rd_log_gutter_draw(p, area);
	if (right)
		rd_log_map_draw(p, area);
}

/* The lowest line that is left, cleared. */
static rd_area bottom_line(const rd_area *area, int *h)
{
	rd_area line = rd_area_sub(area, 0, --*h, area->r.w, 1);

	rd_draw_clear(&line);
	return line;
}

static void draw(const rd_pane *p, const rd_area *area)
{
	const rd_log_pane *l = p->data;
	int h = area->r.h;
	rd_area line;

	if (!l->view || !rd_log_view_count(l->view))
		draw_empty(p, area);
	else
		draw_lines(p, area);
	if (l->is_saving) {
		line = bottom_line(area, &h);
		rd_field_draw(&l->save, &line,
			rd_draw_text(&line, 0, 0, rd_style_of(RD_ROLE_KEY), "save to "), 0,
			line.r.w - 8, true);
	}
	if (rd_log_filter_is_open(&l->filter)) {
		line = bottom_line(area, &h);
		rd_log_filter_draw(&l->filter, &line, rd_log_view_count(l->view));
	}
	if (rd_log_find_is_open(&l->find)) {
		line = bottom_line(area, &h);
		rd_log_find_draw(&l->find, &line, rd_log_pane_count(l));
	}
}

const struct rd_pane_ops rd_pane_log = {
	.kind = "log",
	.tab = "Log",
	.place = RD_PLACE_VIEW,
	.scope = RD_SCOPE_LOG,
	.private_size = sizeof(rd_log_pane),
	.open = open_pane,
	.event = event,
	.draw = draw,
	.title = title,
	.target = target,
	.wants_text = wants_text,
	.close = close_pane,
};

/* SPDX-License-Identifier: MIT */
/*
 * Reading in a log pane.
 *
 * DESIGN: the files are opened by the pool; from then on the pane reads what is new in its events, for
 * some milliseconds at a time. Of a long log the end comes first: l->log then holds only that, and is
 * what is shown, while l->whole is read from the start. As soon as that has come to the same byte it
 * takes l->log's place; both end with the same lines, so that any line is as far from the end in both.
 */
#include "core/base/clock.h"
#include "tui/panes/log_gutter.h"
#include "tui/panes/log_open.h"
#include "tui/panes/log_pane.h"

#define BITE_BYTES (1024 * 1024)
#define SLICE_US 3000                  /* for reading and searching together */
#define SMALL_BYTES (64 * 1024 * 1024) /* errors of larger logs are counted when asked for */
#define MEETINGS 3 /* both are read to the end this often to find them at the same byte */

rd_log_view *rd_log_pane_view(const rd_log_pane *l)
{
	return l->filter.view ? l->filter.view : l->view;
}

uint64_t rd_log_pane_count(const rd_log_pane *l)
{
	return l->view ? rd_log_view_count(rd_log_pane_view(l)) : 0;
}

int rd_log_pane_height(const rd_pane *p)
{
	const rd_log_pane *l = p->data;

	return p->h - rd_log_find_is_open(&l->find) - rd_log_filter_is_open(&l->filter) -
	       l->is_saving;
}

uint64_t rd_log_pane_source(const rd_log_pane *l, uint64_t line)
{
	if (!l->filter.view)
		return line;
	return line < rd_log_pane_count(l) ? rd_log_view_source(l->filter.view, line) : 0;
}

uint64_t rd_log_pane_shown_at(const rd_log_pane *l, uint64_t line)
{
	return l->filter.view ? rd_log_view_find(l->filter.view, line) : line;
}

void rd_log_pane_refresh(rd_pane *p)
{
	rd_log_pane *l = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), l->build);
	int h = rd_log_pane_height(p);

	if (!l->view || p->w < 1)
		return;
	l->began_us = b ? b->started_us : 0;
	l->look.w = p->w - rd_log_gutter_width(p) - rd_log_map_width(p);
	l->look.has_times = l->time != RD_LOG_TIME_OFF;
	l->look.search = l->find.search ? l->find.search : l->filter.search;
	l->look.filter = l->filter.context ? l->filter.search : NULL;
	l->look.highlights = rd_console_highlights(p->console);
	l->look.hit = l->find.has_hit ? l->find.hit : UINT64_MAX;
	l->look.steps = l->scope == RD_LOG_ALL ? rd_log_steps(l->log) : NULL;
	if (l->is_following)
		rd_log_rows_end(&l->rows, rd_log_pane_view(l), &l->look, h, &l->place, &l->err);
	rd_log_rows_fill(&l->rows, rd_log_pane_view(l), &l->look, l->place, h, &l->err);
}

/* ---- what is shown ---- */

static rd_code make_view(rd_pane *p)
{
	rd_log_pane *l = p->data;
	rd_code code;

	l->filter.view = rd_log_view_free(l->filter.view);
	l->view = rd_log_view_free(l->view);
	l->whole_view = rd_log_view_free(l->whole_view);
	l->is_following = l->is_behind = true;
	l->look.col = 0;
	rd_log_find_restart(&l->find);
	rd_log_find_restart(&l->errors);
	rd_vec_clear(&l->marks);
	rd_log_pane_stop_selecting(l);
	l->epoch = rd_log_epoch(l->log);
	code = rd_log_view_new(l->log, l->scope, l->number, &l->view, &l->err);
	if (!code && l->whole)
		code = rd_log_view_new(l->whole, l->scope, l->number, &l->whole_view, &l->err);
	if (!code && l->filter.search) {
		rd_log_pane_show_whole(l);
		rd_log_filter_again(p);
	}
	return code;
}

static void forget_whole(rd_log_pane *l)
{
	l->whole_view = rd_log_view_free(l->whole_view);
	l->whole = rd_log_close(l->whole);
}

void rd_log_pane_forget(rd_log_pane *l)
{
	forget_whole(l);
	l->filter.view = rd_log_view_free(l->filter.view);
	l->view = rd_log_view_free(l->view);
	l->log = rd_log_close(l->log);
}

static rd_react log_opened(rd_pane *p, const char *build, rd_log_opened *opened, rd_code code,
	const rd_err *err)
{
	rd_log_pane *l = p->data;

	if (strcmp(l->build, build) != 0 || !l->is_opening)
		return RD_REACT_NONE;
	l->is_opening = false;
	rd_log_pane_forget(l);
	l->err = (rd_err){0};
	if (code) {
		l->err = *err;
		return RD_REACT_REDRAW;
	}
	l->log = RD_TAKE(opened->log);
	l->whole = RD_TAKE(opened->whole);
	if (make_view(p))
		return RD_REACT_REDRAW;
	rd_log_pane_refresh(p);
	/* what follows from it is done in an event of this pane */
	rd_console_work(p->console, p);
	return RD_REACT_NOW;
}

rd_react rd_log_pane_show(rd_pane *p, const rd_pane_log_args *args)
{
	rd_log_pane *l = p->data;
	const rd_model *m = rd_console_model(p->console);
	const char *build = args->build;

	l->is_newest = !build || (l->is_newest && !strcmp(build, l->build));
	if (!build)
		build = m->builds.len ? ((rd_build *)rd_vec_at(&m->builds, 0))->id : "";
	l->scope = args->scope;
	l->number = args->number;
	if (!strcmp(l->build, build) && (l->log || l->is_opening)) {
		if (!l->log || make_view(p))
			return RD_REACT_REDRAW;
		rd_log_pane_refresh(p);
		rd_console_work(p->console, p);
		return RD_REACT_REDRAW;
	}
	/* the old log stays on the screen until the new one is there */
	snprintf(l->build, sizeof l->build, "%s", build);
	rd_log_pane_led(p);
	l->is_opening = build[0] && !rd_log_open_later(p, build, true, log_opened, &l->err);
	return RD_REACT_REDRAW;
}

/* ---- from the end to the whole ---- */

/* The whole log, as far as it was read, is shown from now on. */
static void show_whole(rd_log_pane *l)
{
	rd_log_view_free(l->view);
	rd_log_close(l->log);
	l->view = RD_TAKE(l->whole_view);
	l->log = RD_TAKE(l->whole);
	l->epoch = rd_log_epoch(l->log);
}

void rd_log_pane_show_whole(rd_log_pane *l)
{
	if (!l->whole)
		return;
	show_whole(l);
	rd_log_find_leave_end(&l->find);
	rd_log_find_leave_end(&l->errors);
	l->seen = 0;
	l->place = (rd_log_place){0, 0};
}

/* Lines of the end have other numbers in the whole. */
static void renumber(rd_log_pane *l, uint64_t by)
{
	l->place.line += by;
	l->before.place.line += by;
	l->seen += by;
	for (size_t i = 0; i < l->marks.len; i++)
		*(uint64_t *)rd_vec_at(&l->marks, i) += by;
	rd_log_find_renumber(&l->find, by);
	rd_log_find_renumber(&l->errors, by);
}

/* The whole was read to its end: takes the place of the end if both are at the same byte. *ret_met:
 * they were. */
static rd_code meet(rd_log_pane *l, bool *ret_met)
{
	bool changed = false, more = false;
	rd_code code = RD_OK;

	*ret_met = false;
	for (int i = 0; !code && i < MEETINGS && !*ret_met; i++) {
		code = rd_log_extend(l->log, BITE_BYTES, &changed, &more, &l->err);
		if (!code)
			code = rd_log_extend(l->whole, BITE_BYTES, &changed, &more, &l->err);
		*ret_met = !code && rd_log_bytes(l->whole) == rd_log_bytes(l->log);
	}
	if (*ret_met) {
		renumber(l, rd_log_view_count(l->whole_view) - rd_log_view_count(l->view));
		show_whole(l);
	}
	return code;
}

/* ---- reading on ---- */

/* Reads on in a log for some milliseconds. */
static rd_code read_slice(rd_log_pane *l, rd_log *log, bool *ret_changed, bool *ret_more)
{
	int64_t stop_us = rd_now_us() + SLICE_US / 2;
	bool changed = false;
	rd_code code;

	do {
		code = rd_log_extend(log, BITE_BYTES, &changed, ret_more, &l->err);
		*ret_changed |= changed;
	} while (!code && *ret_more && rd_now_us() < stop_us);
	return code;
}

static rd_code read_whole(rd_log_pane *l, bool *ret_changed, bool *ret_more)
{
	unsigned epoch = rd_log_epoch(l->whole);
	bool more = false, met = false;
	rd_code code = read_slice(l, l->whole, ret_changed, &more);

	if (!code && epoch != rd_log_epoch(l->whole))
		rd_log_pane_show_whole(l);
	else if (!code && !more)
		code = meet(l, &met);
	*ret_more |= l->whole || more;
	return code;
}

/* Takes in what is new, of the shown log first. */
static rd_code read_on(rd_log_pane *l, bool *ret_changed, bool *ret_more)
{
	rd_code code = read_slice(l, l->log, ret_changed, ret_more);

	if (code || !l->whole)
		return code;
	if (l->epoch != rd_log_epoch(l->log)) {
		forget_whole(l); /* what was the end is another log now, and whole */
		return RD_OK;
	}
	return read_whole(l, ret_changed, ret_more);
}

static rd_react extend(rd_pane *p)
{
	rd_log_pane *l = p->data;
	bool changed = false, more = false;

	if (!l->log || l->is_opening)
		return RD_REACT_NONE;
	if (read_on(l, &changed, &more)) {
		rd_console_toast_err(p->console, &l->err);
		return RD_REACT_REDRAW;
	}
	l->is_read = !more;
	if (!changed && !more)
		return RD_REACT_NONE;
	if (l->epoch != rd_log_epoch(l->log)) {
		l->epoch = rd_log_epoch(l->log);
		l->is_following = true;
		rd_log_find_restart(&l->find);
		rd_log_find_restart(&l->errors);
		rd_vec_clear(&l->marks);
		rd_log_pane_stop_selecting(l);
	}
	rd_log_pane_refresh(p);
	return rd_log_pane_arrange(p) | RD_REACT_REDRAW | (more ? RD_REACT_MORE : 0);
}

/* Searches until stop_us, and shows what was found. */
static rd_react search(rd_pane *p, rd_log_find *f, int64_t stop_us)
{
	rd_log_pane *l = p->data;
	bool more = false, moved = false;
	bool is_read = l->is_read && !l->filter.is_behind;
	uint64_t hits = f->n_hits;

	if (!f->search || rd_log_find_work(f, rd_log_pane_view(l), l->whole_view, is_read, stop_us,
				  &more, &moved, &l->err))
		return RD_REACT_NONE;
	if (f->is_off_end) {
		l->follows_again = l->is_following;
		rd_log_pane_show_whole(l);
		l->is_following = false;
	}
	if (moved)
		rd_log_pane_reveal(p, f->hit);
	if (f->is_missing)
		l->is_following |= l->follows_again;
	if (moved || f->is_missing)
		l->follows_again = false;
	if (f == &l->errors && f->is_missing) {
		f->is_missing = false;
		rd_console_toast(p->console, RD_ROLE_TEXT, "no line tells of an error");
	}
	return (more ? RD_REACT_MORE : 0) |
	       (more || moved || hits != f->n_hits || f == &l->find ? RD_REACT_REDRAW : 0);
}

rd_react rd_log_pane_work(rd_pane *p)
{
	rd_log_pane *l = p->data;
	int64_t stop_us = rd_now_us() + SLICE_US;
	rd_react react = extend(p) | rd_log_pane_arrange(p), found;
	bool more = false;

	if (!l->view)
		return react;
	if (l->filter.view && !rd_log_filter_work(&l->filter, stop_us, &more, &l->err)) {
		rd_log_filter_found(p);
		react |= RD_REACT_REDRAW | (more ? RD_REACT_MORE : 0);
	}
	if (l->is_behind) {
		l->seen = rd_log_pane_count(l);
		l->is_behind = !l->is_read || l->filter.is_behind;
	}
	l->errors.is_quiet = !l->has_asked && rd_log_size(l->log) > SMALL_BYTES;
	found = search(p, &l->find, stop_us) | search(p, &l->errors, stop_us);
	if (found || l->filter.view)
		rd_log_pane_refresh(p);
	return react | found;
}

/* SPDX-License-Identifier: MIT */
/* Showing only the lines of a log that match. */
#include "tui/panes/log_filter.h"

#include "core/base/clock.h"
#include "tui/panes/log_pane.h"
#include "tui/widgets/words.h"

#define SLICE_LINES 2000
#define CONTEXT_MAX 50

static void forget(rd_log_filter *f)
{
	f->view = rd_log_view_free(f->view);
	f->search = rd_log_search_free(f->search);
	f->trouble[0] = '\0';
	f->is_behind = false;
}

void rd_log_filter_done(rd_log_filter *f)
{
	forget(f);
	rd_field_done(&f->field);
}

bool rd_log_filter_is_open(const rd_log_filter *f)
{
	return f->is_typing || f->search;
}

rd_code rd_log_filter_work(rd_log_filter *f, int64_t stop_us, bool *ret_more, rd_err *err)
{
	rd_code code = RD_OK;

	*ret_more = f->view != NULL;
	while (!code && *ret_more && rd_now_us() < stop_us)
		code = rd_log_view_filter(f->view, SLICE_LINES, ret_more, err);
	f->is_behind = *ret_more;
	return code;
}

/* ---- the pane ---- */

void rd_log_filter_found(rd_pane *p)
{
	rd_log_pane *l = p->data;
	uint64_t count = rd_log_pane_count(l), line;

	if (!l->filter.has_anchor)
		return;
	line = rd_log_pane_shown_at(l, l->filter.anchor);
	l->place = (rd_log_place){line < count ? line : count - (count > 0), 0};
	l->filter.has_anchor = l->filter.is_behind;
}

/* Other lines are shown from here on, with other numbers. */
static void renumbered(rd_pane *p, uint64_t source)
{
	rd_log_pane *l = p->data;

	rd_log_find_restart(&l->find);
	rd_log_find_restart(&l->errors);
	rd_log_pane_stop_selecting(l);
	l->filter.has_anchor = true;
	l->filter.anchor = source;
	rd_log_filter_found(p);
	l->before.place = l->place;
	l->seen = rd_log_pane_count(l);
	l->is_behind = true;
	rd_console_work(p->console, p);
}

/* Makes the view of the search; what is found in a moment is there at once. */
static void make_view(rd_pane *p, uint64_t source)
{
	rd_log_pane *l = p->data;
	rd_log_filter *f = &l->filter;
	bool more;

	f->view = rd_log_view_free(f->view);
	if (f->search && !rd_log_view_new_filter(l->view, f->search, f->context, &f->view, &l->err))
		rd_log_filter_work(f, rd_now_us() + 1000, &more, &l->err);
	renumbered(p, source);
}

static void changed(rd_pane *p)
{
	rd_log_pane *l = p->data;
	rd_log_filter *f = &l->filter;
	uint64_t source = rd_log_pane_source(l, l->place.line);
	rd_err err = {0};

	forget(f);
	if (f->field.text.len && rd_log_search_new(rd_field_get(&f->field), &f->search, &err))
		snprintf(f->trouble, sizeof f->trouble, "%.*s", (int)sizeof f->trouble - 1,
			err.msg);
	make_view(p, source);
}

void rd_log_filter_begin(rd_pane *p)
{
	rd_log_pane *l = p->data;

	/* lines are left out by what is in all of them, not only in the end */
	rd_log_pane_show_whole(l);
	l->filter.is_typing = true;
}

void rd_log_filter_drop(rd_pane *p)
{
	rd_log_pane *l = p->data;
	uint64_t source = rd_log_pane_source(l, l->place.line);

	forget(&l->filter);
	l->filter.is_typing = false;
	rd_field_set(&l->filter.field, "");
	renumbered(p, source);
}

void rd_log_filter_key(rd_pane *p, const rd_key *key)
{
	rd_log_pane *l = p->data;
	rd_log_filter *f = &l->filter;

	if (key->code == RD_KEY_ENTER) {
		f->is_typing = false;
		if (!f->search)
			rd_log_filter_drop(p);
	} else if (key->code == RD_KEY_ESC || rd_key_same(*key, rd_key_of('c', RD_KEY_CTRL)) ||
		   (key->code == RD_KEY_BACKSPACE && !f->field.text.len)) {
		rd_log_filter_drop(p);
	} else if (rd_field_key(&f->field, *key)) {
		changed(p);
	}
}

void rd_log_filter_paste(rd_pane *p, const char *text, size_t n)
{
	rd_field_paste(&((rd_log_pane *)p->data)->filter.field, text, n);
	changed(p);
}

void rd_log_filter_widen(rd_pane *p, int by)
{
	rd_log_pane *l = p->data;
	rd_log_filter *f = &l->filter;
	int context = (int)f->context + by;

	if (!f->view || context < 0 || context > CONTEXT_MAX)
		return;
	f->context = (unsigned)context;
	make_view(p, rd_log_pane_source(l, l->place.line));
}

void rd_log_filter_again(rd_pane *p)
{
	if (((rd_log_pane *)p->data)->filter.search)
		make_view(p, 0);
}

/* ---- its line ---- */

static void describe(const rd_log_filter *f, uint64_t count, char *buf, size_t cap)
{
	char matches[32], all[32];
	bool is_full = false;

	buf[0] = '\0';
	if (f->trouble[0])
		snprintf(buf, cap, "not a pattern yet");
	if (!f->view)
		return;
	rd_words_count(rd_log_view_matches(f->view, &is_full), matches, sizeof matches);
	rd_words_count(count, all, sizeof all);
	snprintf(buf, cap, "%s of %s lines%s%s", matches, all,
		is_full        ? " and more: too many to show"
		: f->is_behind ? "+"
			       : "",
		f->context ? "" : ", none around");
	if (f->context)
		snprintf(buf + strlen(buf), cap - strlen(buf), ", %u around", f->context);
}

void rd_log_filter_draw(const rd_log_filter *f, const rd_area *line, uint64_t count)
{
	char words[128];
	int x;

	describe(f, count, words, sizeof words);
	x = rd_draw_text(line, 0, 0, rd_style_of(RD_ROLE_KEY), "&");
	rd_field_draw(&f->field, line, x, 0, line->r.w - x - (int)strlen(words) - 2, f->is_typing);
	rd_draw_right(line, line->r.w, 0, rd_style_of(RD_ROLE_DIM), words);
}

/* SPDX-License-Identifier: MIT */
/* Taking lines out of a log pane: select, copy, save, open elsewhere. */
#include <stdlib.h>

#include "core/base/fs.h"
#include "tui/panes/log_pane.h"
#include "tui/widgets/words.h"

#define COPY_MAX_BYTES (8 * 1024 * 1024)

/* ---- selecting ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

bool rd_log_pane_is_selected(const rd_log_pane *l, uint64_t line)
{
	uint64_t from = least(l->anchor, l->cursor);

	return l->is_selecting && line >= from && line <= l->anchor + l->cursor - from;
}

void rd_log_pane_stop_selecting(rd_log_pane *l)
{
	l->is_selecting = false;
}

static void begin(rd_pane *p)
{
	rd_log_pane *l = p->data;
	uint64_t line = rd_log_pane_current(l);

	if (l->whole) {
		rd_console_toast(p->console, RD_ROLE_TEXT, "lines are still being counted");
		return;
	}
	rd_log_pane_pause(l);
	l->is_selecting = true;
	l->anchor = l->cursor = line;
}

/* Moves the cursor of a selection. @returns false: the action is none of these. */
static bool move_cursor(rd_pane *p, rd_action action)
{
	rd_log_pane *l = p->data;
	uint64_t count = rd_log_pane_count(l), page = (uint64_t)rd_log_pane_height(p), by = 0;
	bool is_up = true;

	switch (action) {
	case RD_ACTION_DOWN:
		is_up = false;
		by = 1;
		break;
	case RD_ACTION_UP:
		by = 1;
		break;
	case RD_ACTION_HALF_DOWN:
	case RD_ACTION_PAGE_DOWN:
	case RD_ACTION_LOG_PAGE:
		is_up = false;
		by = action == RD_ACTION_HALF_DOWN ? page / 2 : page;
		break;
	case RD_ACTION_HALF_UP:
	case RD_ACTION_PAGE_UP:
		by = action == RD_ACTION_HALF_UP ? page / 2 : page;
		break;
	case RD_ACTION_TOP:
		by = l->cursor;
		break;
	case RD_ACTION_BOTTOM:
		is_up = false;
		by = count;
		break;
	default:
		return false;
	}
	l->cursor = is_up ? l->cursor - least(by, l->cursor) : least(l->cursor + by, count - 1);
	rd_log_pane_scroll_to(p, l->cursor);
	return true;
}

/* ---- copying ---- */

static void put_text(void *arg, const char *text, size_t n, const rd_sgr *sgr RD_UNUSED)
{
	rd_str_putn(arg, text, n);
}

static bool put_line(rd_log_pane *l, rd_log_view *v, uint64_t line, rd_str *out)
{
	rd_sgr sgr = RD_SGR_NONE;
	const char *bytes;
	size_t n;
	int step;

	if (rd_log_view_line(v, line, &bytes, &n, &step, &l->err) ||
		rd_sani_line(bytes, n, &sgr, put_text, out, &l->err))
		return false;
	rd_str_putc(out, '\n');
	return rd_str_ok(out);
}

static void copy(rd_pane *p)
{
	rd_log_pane *l = p->data;
	uint64_t from = rd_log_pane_current(l), n = 1;
	RD_STR_AUTO rd_str text = RD_STR_INIT(COPY_MAX_BYTES);
	char count[32], what[48];
	bool is_good = true;

	if (l->is_selecting) {
		from = least(l->anchor, l->cursor);
		n = l->anchor + l->cursor - 2 * from + 1;
	} else if (l->marks.len) {
		n = l->marks.len;
	}
	for (uint64_t i = 0; i < n && is_good; i++)
		is_good =
			!l->is_selecting && l->marks.len
				? put_line(l, l->view, *(uint64_t *)rd_vec_at(&l->marks, i), &text)
				: put_line(l, rd_log_pane_view(l), from + i, &text);
	if (!is_good) {
		rd_console_toast(p->console, RD_ROLE_WARN, "too much to copy: save it (%s)",
			rd_keymap_first(rd_console_keymap(p->console), RD_ACTION_SAVE));
		return;
	}
	rd_words_count(n, count, sizeof count);
	snprintf(what, sizeof what, "%s line%s", count, n == 1 ? "" : "s");
	rd_console_copy(p->console, rd_str_get(&text), text.len - (n == 1), what);
	rd_log_pane_stop_selecting(l);
}

/* ---- saving, opening ---- */

static void begin_saving(rd_log_pane *l)
{
	char name[64];

	snprintf(name, sizeof name, "%s.log", l->build);
	rd_field_set(&l->save, name);
	l->is_saving = true;
}

/* The lines that are meant: the selected ones, or all. */
static void range(const rd_log_pane *l, uint64_t *ret_from, uint64_t *ret_to)
{
	*ret_from = l->is_selecting ? least(l->anchor, l->cursor) : 0;
	*ret_to = l->is_selecting ? l->anchor + l->cursor - *ret_from : UINT64_MAX;
}

void rd_log_pane_save_key(rd_pane *p, const rd_key *key)
{
	rd_log_pane *l = p->data;
	uint64_t from, to;

	if (key->code == RD_KEY_ESC || rd_key_same(*key, rd_key_of('c', RD_KEY_CTRL)) ||
		(key->code == RD_KEY_BACKSPACE && !l->save.text.len)) {
		l->is_saving = false;
	} else if (key->code == RD_KEY_ENTER && l->save.text.len) {
		range(l, &from, &to);
		rd_log_pane_export(p, from, to, rd_field_get(&l->save), NULL);
		l->is_saving = false;
		rd_log_pane_stop_selecting(l);
	} else {
		rd_field_key(&l->save, *key);
	}
}

static const char *pager(void)
{
	const char *set = getenv("PAGER");

	return set && *set ? set : "less";
}

static void open_in(rd_pane *p, const char *command)
{
	uint64_t from, to;

	range(p->data, &from, &to);
	rd_log_pane_export(p, from, to, NULL, command);
}

rd_react rd_log_pane_take(rd_pane *p, rd_action action)
{
	rd_log_pane *l = p->data;

	if (!l->view || !rd_log_pane_count(l))
		return RD_REACT_PASS;
	switch (action) {
	case RD_ACTION_SELECT:
		if (l->is_selecting)
			rd_log_pane_stop_selecting(l);
		else
			begin(p);
		break;
	case RD_ACTION_COPY:
		copy(p);
		break;
	case RD_ACTION_SAVE:
		begin_saving(l);
		break;
	case RD_ACTION_PAGER:
		open_in(p, pager());
		break;
	case RD_ACTION_EDITOR:
		open_in(p, rd_console_editor());
		break;
	default:
		if (!l->is_selecting || !move_cursor(p, action))
			return RD_REACT_PASS;
	}
	rd_log_pane_refresh(p);
	return RD_REACT_REDRAW;
}

/* SPDX-License-Identifier: MIT */
/* Names and values that a dialog shows and changes. */
#include "tui/dialogs/pairs.h"

#include <string.h>

#include "core/base/sanitize.h"
#include "core/formats/env.h"

#define MASK "********"
#define NAME_MIN 16
#define NAME_MAX 40
#define FOOT_ROWS 4 /* a free line, what it is about, the field, the keys */
#define FRAME_ROWS 2
#define LINE_BYTES 4096

void rd_pairs_done(rd_pairs *p)
{
	rd_field_done(&p->field);
	rd_draft_done(&p->draft);
}

/* ---- the draft ---- */

static void list_rows(rd_pairs *p)
{
	rd_list_set(&p->list, (int)p->draft.rows.len, p->list.rows, p->list.cursor);
}

rd_code rd_pairs_replace(rd_pairs *p, const rd_kvs *now, rd_err *err)
{
	rd_code code = rd_draft_replace(&p->draft, now, err);

	list_rows(p);
	return code;
}

int rd_pairs_changes(const rd_pairs *p)
{
	return rd_draft_changes(&p->draft);
}

const rd_pair *rd_pairs_current(const rd_pairs *p)
{
	return p->draft.rows.len ? rd_draft_at(&p->draft, (size_t)p->list.cursor) : NULL;
}

static rd_role role_of(char sign)
{
	return sign == '+'   ? RD_ROLE_ADD
	       : sign == '-' ? RD_ROLE_REMOVE
	       : sign == '~' ? RD_ROLE_CHANGE
			     : RD_ROLE_TEXT;
}

static rd_code put_deed(const rd_pairs *p, rd_deed *w, rd_err *err)
{
	bool ok = true;

	for (size_t i = 0; i < p->draft.rows.len; i++) {
		const rd_pair *row = rd_draft_at(&p->draft, i);
		char sign = rd_pair_sign(row);

		if (sign == '-')
			ok = ok && rd_strs_add(&w->gone, row->name);
		else if (sign != ' ')
			ok = ok && rd_kvs_set(&w->set, row->name, row->now);
	}
	return ok ? RD_OK : rd_err_nomem(err);
}

static rd_react made(rd_console *c, rd_deed *w)
{
	rd_dialog *d = rd_console_dialog(c, w->dialog);

	if (d)
		((rd_pairs *)d->data)->is_made = true;
	return RD_REACT_NONE;
}

rd_deed *rd_pairs_deed(const rd_dialog *d, const char *name,
	rd_code (*make)(rd_deed *w, rd_rack *rack, rd_cancel *cancel, rd_err *err))
{
	const rd_pairs *p = d->data;
	rd_deed *w = NULL;
	rd_err err = {0};
	rd_code code;

	if (!rd_pairs_changes(p)) {
		rd_console_toast(d->console, RD_ROLE_TEXT, "nothing is changed yet");
		return NULL;
	}
	code = rd_deed_new(d->console, name, &w, &err);
	if (!code)
		code = put_deed(p, w, &err);
	if (code) {
		rd_console_toast_err(d->console, &err);
		return rd_deed_free(w);
	}
	w->make = make;
	w->made = made;
	w->dialog = d->id;
	return w;
}

static const char *word_of(const rd_pairs *p, const char *value)
{
	return !value ? "none" : *value ? value : p->is_fixed ? "default" : "empty";
}

void rd_pairs_put(const rd_pairs *p, rd_sheet *sheet)
{
	for (size_t i = 0; i < p->draft.rows.len; i++) {
		const rd_pair *row = rd_draft_at(&p->draft, i);
		char sign = rd_pair_sign(row);

		if (sign == ' ')
			continue;
		if (p->is_masked || !row->now)
			rd_sheet_put(sheet, role_of(sign), NULL, "  %c %s", sign, row->name);
		else
			rd_sheet_put(sheet, role_of(sign), NULL, "  %c %s  %.200s -> %.200s", sign,
				row->name, word_of(p, row->before), word_of(p, row->now));
	}
}

/* ---- reading ---- */

struct reading {
	unsigned dialog;
	rd_pairs_reader *reader;
	char *app;
	rd_kvs pairs;
	char of[32];
};

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	struct reading *w = arg;

	return w->reader(rack, w->app, &w->pairs, w->of, err);
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	struct reading *w = arg;
	rd_dialog *d = rd_console_dialog(c, w->dialog);
	rd_pairs *p = d ? d->data : NULL;

	if (!p)
		return RD_REACT_NONE;
	p->is_reading = false;
	if (code)
		rd_console_toast_err(c, err);
	else if (!rd_pairs_changes(p) && !p->typing) {
		memcpy(p->of, w->of, sizeof(p->of));
		p->is_loaded = rd_draft_begin(&p->draft, &w->pairs);
		list_rows(p);
	}
	return RD_REACT_REDRAW;
}

static void discard(void *arg)
{
	struct reading *w = arg;

	rd_draft_wipe(&w->pairs);
	free(w->app);
	free(w);
}

static rd_code start_reading(rd_dialog *d, rd_err *err)
{
	struct reading *w = calloc(1, sizeof(*w));
	const rd_task task = {.work = work, .done = done, .discard = discard, .arg = w};
	rd_pairs *p = d->data;

	if (!w)
		return rd_err_nomem(err);
	w->dialog = d->id;
	w->reader = p->reader;
	w->app = rd_strdup(rd_console_app(d->console));
	if (!w->app) {
		discard(w);
		return rd_err_nomem(err);
	}
	p->is_reading = true;
	return rd_console_run(d->console, &task, err);
}

rd_code rd_pairs_open(rd_dialog *d, rd_pairs_reader *reader, rd_err *err)
{
	rd_pairs *p = d->data;

	rd_draft_init(&p->draft);
	p->reader = reader;
	if (rd_console_is_read_only(d->console))
		p->why_not = "the console is read-only";
	return start_reading(d, err);
}

static rd_react reload(rd_dialog *d)
{
	const rd_pairs *p = d->data;

	if (p->is_made)
		return RD_REACT_CLOSE;
	if (!p->is_reading && !rd_pairs_changes(p))
		start_reading(d, NULL);
	return RD_REACT_NONE;
}

/* ---- the cursor ---- */

static void go_to(rd_pairs *p, const char *name)
{
	for (size_t i = 0; i < p->draft.rows.len; i++)
		if (!strcmp(rd_draft_at(&p->draft, i)->name, name))
			rd_list_set(&p->list, p->list.count, p->list.rows, (int)i);
}

/* ---- changing it ---- */

static rd_react complain(rd_pairs *p, const char *text)
{
	snprintf(p->problem, sizeof(p->problem), "%s", text);
	return RD_REACT_REDRAW;
}

static rd_react complain_of(rd_pairs *p, const rd_err *err)
{
	rd_err_text(err, p->problem, sizeof(p->problem));
	return RD_REACT_REDRAW;
}

static rd_react begin(rd_pairs *p, rd_pairs_typing typing, const char *text)
{
	if (p->why_not)
		return complain(p, p->why_not);
	rd_field_set(&p->field, text);
	if (strcmp(rd_field_get(&p->field), text) != 0) {
		rd_field_set(&p->field, "");
		return complain(p, "that value is too long for a line, or holds what is none: "
				   "change it in $EDITOR");
	}
	p->typing = typing;
	return RD_REACT_REDRAW;
}

static rd_react begin_change(rd_pairs *p)
{
	const rd_pair *row = rd_pairs_current(p);

	return row ? begin(p, RD_PAIRS_CHANGING, p->is_masked ? "" : rd_or_empty(row->now))
		   : RD_REACT_NONE;
}

static rd_react end_typing(rd_pairs *p)
{
	rd_field_done(&p->field);
	p->typing = RD_PAIRS_REST;
	return RD_REACT_REDRAW;
}

/* Names and values into the draft; the cursor goes to the last one. */
static rd_react take(rd_pairs *p, const rd_kvs *fresh)
{
	bool ok = rd_draft_set(&p->draft, fresh);

	list_rows(p);
	if (!ok)
		return complain(p, "out of memory");
	if (fresh->len)
		go_to(p, fresh->items[fresh->len - 1].key);
	return end_typing(p);
}

static rd_react take_pair(rd_pairs *p)
{
	RD_AUTO(rd_kvs_done) rd_kvs fresh = {0};
	rd_err err = {0};

	if (!p->field.text.len)
		return end_typing(p);
	if (rd_env_pair(rd_field_get(&p->field), &fresh, &err) || rd_env_check(&fresh, &err))
		return complain(p, "write NAME=VALUE; a name holds no blank");
	return take(p, &fresh);
}

static rd_react take_value(rd_pairs *p)
{
	RD_AUTO(rd_kvs_done) rd_kvs fresh = {0};

	if (!rd_kvs_set(&fresh, rd_pairs_current(p)->name, rd_field_get(&p->field)))
		return complain(p, "out of memory");
	return take(p, &fresh);
}

/* Takes the row out of the draft, or makes it what it was. */
static rd_react take_back(rd_pairs *p)
{
	const rd_pair *row = rd_pairs_current(p);
	bool ok;

	if (p->why_not || !row)
		return p->why_not ? complain(p, p->why_not) : RD_REACT_NONE;
	ok = rd_draft_take_back(&p->draft, row, p->is_fixed);
	list_rows(p);
	return ok ? RD_REACT_REDRAW : complain(p, "out of memory");
}

/* ---- events ---- */

/* Several lines are several pairs; a value is one. */
static rd_react paste(rd_pairs *p, const char *text, size_t n)
{
	RD_AUTO(rd_kvs_done) rd_kvs fresh = {0};
	RD_STR_AUTO rd_str copy = RD_STR_INIT(0);
	rd_err err = {0};

	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	rd_str_putn(&copy, text, n);
	for (size_t i = 0; i < copy.len; i++)
		if (copy.data[i] == '\r') /* as terminals send the end of a line */
			copy.data[i] = '\n';
	if (!strchr(rd_str_get(&copy), '\n')) {
		if (p->field.text.len + n > RD_FIELD_MAX_BYTES)
			return complain(p, "that is too long for a line: change it in $EDITOR");
		rd_field_paste(&p->field, text, n);
		return RD_REACT_REDRAW;
	}
	if (p->typing == RD_PAIRS_CHANGING)
		return complain(p, "a value is one line");
	if (rd_env_read(rd_str_get(&copy), &fresh, &err))
		return complain_of(p, &err);
	return take(p, &fresh);
}

static rd_react act_typing(rd_pairs *p, rd_action action)
{
	if (action == RD_ACTION_REFUSE)
		return end_typing(p);
	if (action != RD_ACTION_PRESS && action != RD_ACTION_SUBMIT)
		return RD_REACT_NONE;
	return p->typing == RD_PAIRS_ADDING ? take_pair(p) : take_value(p);
}

/* A draft is not lost by one key. */
static rd_react leave(rd_pairs *p)
{
	int n = rd_pairs_changes(p);

	if (!n || p->is_leaving)
		return RD_REACT_CLOSE;
	p->is_leaving = true;
	snprintf(p->problem, sizeof(p->problem),
		n == 1 ? "1 change is not made: once more to give it up"
		       : "%d changes are not made: once more to give them up",
		n);
	return RD_REACT_REDRAW;
}

static rd_react act(rd_pairs *p, rd_action action)
{
	if (action == RD_ACTION_REFUSE)
		return leave(p);
	p->is_leaving = false;
	if (rd_list_act(&p->list, action))
		return RD_REACT_REDRAW;
	switch (action) {
	case RD_ACTION_PRESS:
		return begin_change(p);
	case RD_ACTION_ITEM_ADD:
		return p->is_fixed ? RD_REACT_NONE : begin(p, RD_PAIRS_ADDING, "");
	case RD_ACTION_ITEM_REMOVE:
		return take_back(p);
	default:
		return RD_REACT_PASS;
	}
}

rd_react rd_pairs_event(rd_pairs *p, rd_dialog *d, const rd_event *ev)
{
	if (ev->kind == RD_EV_ACTION || ev->kind == RD_EV_KEY)
		p->problem[0] = '\0';
	switch (ev->kind) {
	case RD_EV_ACTION:
		return p->typing ? act_typing(p, ev->action) : act(p, ev->action);
	case RD_EV_KEY:
		return p->typing && rd_field_key(&p->field, ev->key) ? RD_REACT_REDRAW
								     : RD_REACT_PASS;
	case RD_EV_PASTE:
		return paste(p, ev->text, ev->n);
	case RD_EV_CLICK:
		return !p->typing && rd_list_click(&p->list, ev->y - 1) ? RD_REACT_REDRAW
									: RD_REACT_NONE;
	case RD_EV_RELOAD:
		return reload(d);
	default:
		return RD_REACT_NONE;
	}
}

bool rd_pairs_wants_text(const rd_dialog *d)
{
	return ((const rd_pairs *)d->data)->typing != RD_PAIRS_REST;
}

/* ---- drawing ---- */

void rd_pairs_size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h)
{
	rd_pairs *p = d->data;
	int h = (p->list.count < 4 ? 4 : p->list.count) + 1 + FOOT_ROWS + FRAME_ROWS;

	*ret_w = cols < 78 ? cols : cols < 120 ? 78 : 110;
	*ret_h = h < rows - 2 ? h : rows - 2;
	rd_list_set(&p->list, p->list.count, *ret_h - 1 - FOOT_ROWS - FRAME_ROWS, p->list.cursor);
}

static int name_cols(const rd_pairs *p, int w)
{
	int n = NAME_MIN;

	for (size_t i = 0; i < p->draft.rows.len; i++)
		if ((int)strlen(rd_draft_at(&p->draft, i)->name) + 1 > n)
			n = (int)strlen(rd_draft_at(&p->draft, i)->name) + 1;
	n = n < NAME_MAX ? n : NAME_MAX;
	return n < w / 2 ? n : w / 2;
}

/* A long one is cut, it would not be seen anyway. */
static void draw_safe(const rd_area *a, int x, int w, rd_style style, const char *text)
{
	RD_STR_AUTO rd_str safe = RD_STR_INIT(0);

	rd_sani_text(&safe, text, strnlen(text, LINE_BYTES));
	rd_draw_column(a, x, 0, w, style, rd_str_get(&safe));
}

static void draw_row(const rd_dialog *d, const rd_area *line, int i)
{
	const rd_pairs *p = d->data;
	const rd_pair *row = rd_draft_at(&p->draft, (size_t)i);
	char sign[2] = {rd_pair_sign(row), '\0'};
	rd_style style = rd_style_of(role_of(sign[0]));
	int name = name_cols(p, line->r.w), x = 4 + name, w = line->r.w - x;

	rd_draw_text(line, 2, 0, style, sign);
	draw_safe(line, 4, name - 1, sign[0] == ' ' ? rd_style_of(RD_ROLE_STRONG) : style,
		row->name);
	if (!row->now)
		rd_draw_column(line, x, 0, w, style, "is removed");
	else if (!row->now[0])
		rd_draw_column(line, x, 0, w, rd_style_of(RD_ROLE_DIM),
			p->is_fixed ? "as by default" : "empty");
	else if (p->is_masked)
		rd_draw_column(line, x, 0, w, style, MASK);
	else
		draw_safe(line, x, w, style, row->now);
}

static void draw_field(const rd_pairs *p, const rd_area *a, int y)
{
	bool is_adding = p->typing == RD_PAIRS_ADDING;
	const char *text = rd_field_get(&p->field);
	size_t open = !p->is_masked ? SIZE_MAX : is_adding ? strcspn(text, "=") + 1 : 0;
	int x;

	if (is_adding) {
		x = rd_draw_text(a, 0, y, rd_style_of(RD_ROLE_DIM), "NAME=VALUE ");
	} else {
		rd_area name = rd_area_sub(a, 0, y, name_cols(p, a->r.w), 1);

		draw_safe(&name, 0, name.r.w, rd_style_of(RD_ROLE_STRONG),
			rd_pairs_current(p)->name);
		x = rd_draw_text(a, name.r.w, y, rd_style_of(RD_ROLE_DIM), "= ");
	}
	rd_field_draw_secret(&p->field, open, a, x, y, a->r.w - x, a->focused);
}

void rd_pairs_draw(const rd_dialog *d, const rd_area *a, const char *about,
	const rd_key_hint *hints, size_t n)
{
	static const rd_key_hint typing[] = {
		{RD_ACTION_PRESS, "take it"}, {RD_ACTION_REFUSE, "leave it"}};
	const rd_pairs *p = d->data;
	rd_style head = rd_style_of(RD_ROLE_COLUMN);
	int y = a->r.h - 1;

	rd_draw_text(a, 4, 0, head, "NAME");
	rd_draw_text(a, 4 + name_cols(p, a->r.w), 0, head, "VALUE");
	if (!p->draft.rows.len)
		rd_draw_text(a, 4, 1, rd_style_of(RD_ROLE_DIM), p->is_loaded ? "none" : "reading");
	rd_rows_draw(&p->list, d, a, 1, draw_row);
	rd_draw_column(a, 0, y - 2, a->r.w, rd_style_of(RD_ROLE_DIM), about);
	if (p->typing)
		draw_field(p, a, y - 1);
	if (p->problem[0])
		rd_draw_column_ends(a, 0, p->typing ? y - 2 : y - 1, a->r.w,
			rd_style_of(RD_ROLE_ERROR), p->problem);
	rd_rows_hints(d, a, y, p->typing ? typing : hints, p->typing ? RD_LEN(typing) : n);
}

/* SPDX-License-Identifier: MIT */
/*
 * The palette: every action by its name, found by some of its letters.
 *
 * DESIGN: the field is first; below it the words that fit, best first. Enter does the word under the
 * cursor; with an argument, or with all of a word typed, what stands in the field. Up above the first
 * row goes back in the history.
 */
#include "core/base/utf8.h"
#include "tui/commandline.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/rows.h"
#include "tui/widgets/field.h"
#include "tui/widgets/list.h"

#define COLS 78
#define WIDE_COLS 110
#define NAME_COLS 24
#define KEYS_COLS 13
#define HEAD_ROWS 2 /* the field and a free line */
#define FRAME_ROWS 2

typedef struct match {
	rd_word word;
	int fit;
} match;

typedef struct palette {
	rd_field field;
	rd_vec matches;
	rd_list list;
	rd_strs history; /* oldest first */
	size_t at;       /* in the history; its length: what is typed now */
} palette;

/* ---- the words that fit ---- */

static int best_first(const void *a, const void *b)
{
	return ((const match *)b)->fit - ((const match *)a)->fit;
}

/* The first word of the field: the rest is its argument. */
static void first_word(const palette *p, char *buf, size_t cap)
{
	const char *text = rd_field_get(&p->field);

	snprintf(buf, cap, "%.*s", (int)strcspn(text, " "), text);
}

static void find(palette *p)
{
	char typed[RD_FIELD_MAX_BYTES];
	rd_word word;

	first_word(p, typed, sizeof(typed));
	rd_vec_clear(&p->matches);
	for (size_t i = 0; rd_word_at(i, &word); i++) {
		int fit = rd_word_fit(&word, typed);
		match *m = fit > 0 ? rd_vec_push(&p->matches) : NULL;

		if (m)
			*m = (match){word, fit * 1000 - (int)i}; /* equals stay in their order */
	}
	if (typed[0])
		rd_vec_sort(&p->matches, best_first);
	rd_list_set(&p->list, (int)p->matches.len, p->list.rows, 0);
}

static const rd_word *current(const palette *p)
{
	return p->matches.len
		       ? &((const match *)rd_vec_at(&p->matches, (size_t)p->list.cursor))->word
		       : NULL;
}

/* ---- the history, in the pool ---- */

struct past {
	unsigned dialog;
	rd_strs lines;
};

static rd_code read_past(void *arg, rd_rack *rack RD_UNUSED, rd_cancel *cancel RD_UNUSED,
	rd_err *err)
{
	return rd_history_read(&((struct past *)arg)->lines, err);
}

static rd_react past_read(rd_console *c, void *arg, rd_code code, const rd_err *err RD_UNUSED)
{
	struct past *w = arg;
	rd_dialog *d = rd_console_dialog(c, w->dialog);
	palette *p = d ? d->data : NULL;

	if (code || !p)
		return RD_REACT_NONE; /* then there is no history */
	p->history = w->lines;
	p->at = p->history.len;
	w->lines = (rd_strs){0};
	return RD_REACT_NONE;
}

static void discard_past(void *arg)
{
	rd_strs_done(&((struct past *)arg)->lines);
	free(arg);
}

static rd_code add_line(void *arg, rd_rack *rack RD_UNUSED, rd_cancel *cancel RD_UNUSED,
	rd_err *err)
{
	return rd_history_add(arg, err);
}

static rd_react go_back(palette *p, int step)
{
	if ((step < 0 && p->at == 0) || (step > 0 && p->at >= p->history.len))
		return RD_REACT_NONE;
	p->at = step < 0 ? p->at - 1 : p->at + 1;
	rd_field_set(&p->field, p->at < p->history.len ? p->history.items[p->at] : "");
	find(p);
	return RD_REACT_REDRAW;
}

/* ---- the dialog ---- */

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	palette *p = d->data;
	struct past *w = calloc(1, sizeof(*w));
	const rd_task task = {
		.work = read_past, .done = past_read, .discard = discard_past, .arg = w};
	rd_code code;

	if (!w)
		return rd_err_nomem(err);
	w->dialog = d->id;
	code = rd_console_run(d->console, &task, err);
	if (code)
		return code;
	rd_vec_init(&p->matches, sizeof(match));
	find(p);
	return RD_OK;
}

static void close_dialog(rd_dialog *d)
{
	palette *p = d->data;

	rd_field_done(&p->field);
	rd_vec_done(&p->matches);
	rd_strs_done(&p->history);
}

/* What stands in the field if it is whole, else the word under the cursor. */
static void line_of(const palette *p, char *buf, size_t cap)
{
	const char *text = rd_field_get(&p->field);
	const rd_word *word = current(p);
	char typed[RD_FIELD_MAX_BYTES];

	first_word(p, typed, sizeof(typed));
	if (!word || strchr(text, ' ') || p->at < p->history.len)
		snprintf(buf, cap, "%s", text);
	else
		snprintf(buf, cap, "%s", word->name);
}

static rd_react run(rd_dialog *d)
{
	char line[RD_FIELD_MAX_BYTES];
	rd_task task = {.work = add_line, .discard = free};

	line_of(d->data, line, sizeof(line));
	if (!line[strspn(line, " ")])
		return RD_REACT_CLOSE;
	task.arg = rd_strdup(line);
	if (task.arg)
		rd_console_run(d->console, &task, NULL);
	rd_console_command(d->console, line);
	return RD_REACT_CLOSE;
}

/* The word under the cursor into the field, ready for its argument. */
static rd_react complete(palette *p)
{
	const rd_word *word = current(p);
	char text[128];

	if (!word)
		return RD_REACT_NONE;
	snprintf(text, sizeof(text), "%s%s", word->name, word->args[0] ? " " : "");
	rd_field_set(&p->field, text);
	find(p);
	return RD_REACT_REDRAW;
}

static rd_react act(rd_dialog *d, rd_action action)
{
	palette *p = d->data;
	bool is_past = p->at < p->history.len || !p->field.text.len;

	if (action == RD_ACTION_UP && p->list.cursor == 0 && is_past)
		return go_back(p, -1);
	if (action == RD_ACTION_DOWN && p->list.cursor == 0 && p->at < p->history.len)
		return go_back(p, 1);
	if (rd_list_act(&p->list, action))
		return RD_REACT_REDRAW;
	switch (action) {
	case RD_ACTION_PRESS:
	case RD_ACTION_SUBMIT:
		return run(d);
	case RD_ACTION_ITEM_NEXT:
		return complete(p);
	case RD_ACTION_REFUSE:
		return RD_REACT_CLOSE;
	default:
		return RD_REACT_NONE;
	}
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	palette *p = d->data;

	if (ev->kind == RD_EV_ACTION)
		return act(d, ev->action);
	if (ev->kind == RD_EV_CLICK)
		return rd_list_click(&p->list, ev->y - HEAD_ROWS) ? RD_REACT_REDRAW : RD_REACT_NONE;
	if (ev->kind == RD_EV_PASTE)
		rd_field_paste(&p->field, ev->text, ev->n);
	else if (ev->kind != RD_EV_KEY)
		return RD_REACT_NONE;
	else if (rd_key_same(ev->key, rd_key_of('p', RD_KEY_CTRL)))
		return go_back(p, -1);
	else if (rd_key_same(ev->key, rd_key_of('n', RD_KEY_CTRL)))
		return go_back(p, 1);
	else if (ev->key.code == RD_KEY_BACKSPACE && !p->field.text.len)
		return RD_REACT_CLOSE;
	else if (!rd_field_key(&p->field, ev->key))
		return RD_REACT_PASS;
	p->at = p->history.len;
	find(p);
	return RD_REACT_REDRAW;
}

static bool wants_text(const rd_dialog *d RD_UNUSED)
{
	return true;
}

static void size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h)
{
	palette *p = d->data;

	*ret_w = cols >= WIDE_COLS + 10 ? WIDE_COLS : COLS;
	*ret_h = rows * 3 / 4;
	rd_list_set(&p->list, p->list.count, *ret_h - HEAD_ROWS - FRAME_ROWS, p->list.cursor);
}

/* What it does; or why it is not for this console or rack. */
static const char *help_of(const rd_dialog *d, const rd_word *word, rd_err *err, bool *ret_refused)
{
	*ret_refused = true;
	if (word->action != RD_ACTION_NONE && rd_action_get(word->action)->mutates &&
		rd_console_is_read_only(d->console))
		return "not in a read-only console";
	if (rd_console_can(d->console, word->action, err))
		return err->msg;
	*ret_refused = false;
	return word->help;
}

static void draw_match(const rd_dialog *d, const rd_area *line, int i)
{
	const match *m = rd_vec_at(&((const palette *)d->data)->matches, (size_t)i);
	const rd_keymap *map = rd_console_keymap(d->console);
	rd_err err = {0};
	bool is_refused;
	const char *help = help_of(d, &m->word, &err, &is_refused);
	rd_role role = is_refused ? RD_ROLE_DIM : RD_ROLE_TEXT;
	const char *keys =
		m->word.action == RD_ACTION_NONE ? "" : rd_keymap_keys(map, m->word.action);
	int x = rd_draw_text(line, 2, 0, rd_style_of(is_refused ? RD_ROLE_DIM : RD_ROLE_STRONG),
		m->word.name);

	rd_draw_text(line, x + 1, 0, rd_style_of(RD_ROLE_DIM), m->word.args);
	x = rd_draw_column(line, 2 + NAME_COLS, 0, KEYS_COLS - 1, rd_style_of(RD_ROLE_KEY), keys) +
	    1;
	rd_draw_column(line, x, 0, line->r.w - x, rd_style_of(role), help);
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	const palette *p = d->data;
	const rd_list *l = &p->list;

	rd_draw_text(area, 0, 0, rd_style_of(RD_ROLE_KEY), ":");
	if (!l->count)
		rd_draw_text(area, 2, HEAD_ROWS, rd_style_of(RD_ROLE_DIM),
			"no command has these letters");
	rd_rows_draw(l, d, area, HEAD_ROWS, draw_match);
	rd_field_draw(&p->field, area, 1, 0, area->r.w - 1, area->focused);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "Command (%d)", ((const palette *)d->data)->list.count);
}

const struct rd_dialog_ops rd_dialog_palette = {
	.kind = "palette",
	.private_size = sizeof(palette),
	.open = open_dialog,
	.size = size,
	.event = event,
	.draw = draw,
	.title = title,
	.wants_text = wants_text,
	.enter = "run",
	.tab = "complete",
	.close = close_dialog,
};

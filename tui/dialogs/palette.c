/* SPDX-License-Identifier: MIT */
/*
 * The palette: every action by its name, found by some of its letters.
 *
 * DESIGN: the field is first; below it the words that fit, best first. Enter does the word under the
 * cursor; with an argument, or with all of a word typed, what stands in the field. Up above the first
 * row goes back in the history.
 */
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/finder.h"

#define COLS 78
#define WIDE_COLS 110
#define NAME_COLS 24
#define KEYS_COLS 13

typedef struct palette {
	rd_finder finder;
	rd_strs history; /* oldest first */
	size_t at;       /* in the history; its length: what is typed now */
} palette;

/* ---- the words that fit ---- */

static bool word_at(const rd_dialog *d RD_UNUSED, size_t i, rd_word *ret_word)
{
	return rd_word_at(i, ret_word);
}

/* The first word of the field: the rest is its argument. */
static void first_word(const palette *p, char *buf, size_t cap)
{
	const char *text = rd_field_get(&p->finder.field);

	snprintf(buf, cap, "%.*s", (int)strcspn(text, " "), text);
}

static void find(rd_dialog *d)
{
	palette *p = d->data;
	char typed[RD_FIELD_MAX_BYTES];

	first_word(p, typed, sizeof(typed));
	rd_finder_find(&p->finder, d, typed);
}

/* The word under the cursor. @returns whether there is one. */
static bool current(const palette *p, rd_word *ret_word)
{
	const rd_finder *f = &p->finder;

	return f->list.count && rd_word_at(rd_finder_at(f, f->list.cursor), ret_word);
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

static rd_react go_back(rd_dialog *d, int step)
{
	palette *p = d->data;

	if ((step < 0 && p->at == 0) || (step > 0 && p->at >= p->history.len))
		return RD_REACT_NONE;
	p->at = step < 0 ? p->at - 1 : p->at + 1;
	rd_field_set(&p->finder.field, p->at < p->history.len ? p->history.items[p->at] : "");
	find(d);
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
	rd_finder_init(&p->finder, word_at);
	find(d);
	return RD_OK;
}

static void close_dialog(rd_dialog *d)
{
	palette *p = d->data;

	rd_finder_done(&p->finder);
	rd_strs_done(&p->history);
}

/* What stands in the field if it is whole, else the word under the cursor. */
static void line_of(const palette *p, char *buf, size_t cap)
{
	const char *text = rd_field_get(&p->finder.field);
	rd_word word;

	if (!current(p, &word) || strchr(text, ' ') || p->at < p->history.len)
		snprintf(buf, cap, "%s", text);
	else
		snprintf(buf, cap, "%s", word.name);
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
static rd_react complete(rd_dialog *d)
{
	palette *p = d->data;
	rd_word word;
	char text[128];

	if (!current(p, &word))
		return RD_REACT_NONE;
	snprintf(text, sizeof(text), "%s%s", word.name, word.args[0] ? " " : "");
	rd_field_set(&p->finder.field, text);
	find(d);
	return RD_REACT_REDRAW;
}

static rd_react act(rd_dialog *d, rd_action action)
{
	palette *p = d->data;
	bool is_past = p->at < p->history.len || !p->finder.field.text.len;

	if (action == RD_ACTION_UP && p->finder.list.cursor == 0 && is_past)
		return go_back(d, -1);
	if (action == RD_ACTION_DOWN && p->finder.list.cursor == 0 && p->at < p->history.len)
		return go_back(d, 1);
	if (rd_list_act(&p->finder.list, action))
		return RD_REACT_REDRAW;
	switch (action) {
	case RD_ACTION_PRESS:
	case RD_ACTION_SUBMIT:
		return run(d);
	case RD_ACTION_ITEM_NEXT:
		return complete(d);
	case RD_ACTION_REFUSE:
		return RD_REACT_CLOSE;
	default:
		return RD_REACT_NONE;
	}
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	palette *p = d->data;
	bool is_key = ev->kind == RD_EV_KEY, has_changed;
	rd_react react;

	if (ev->kind == RD_EV_ACTION)
		return act(d, ev->action);
	if (is_key && rd_key_same(ev->key, rd_key_of('p', RD_KEY_CTRL)))
		return go_back(d, -1);
	if (is_key && rd_key_same(ev->key, rd_key_of('n', RD_KEY_CTRL)))
		return go_back(d, 1);
	if (is_key && ev->key.code == RD_KEY_BACKSPACE && !p->finder.field.text.len)
		return RD_REACT_CLOSE;
	react = rd_finder_event(&p->finder, ev, &has_changed);
	if (has_changed) {
		p->at = p->history.len;
		find(d);
	}
	return react;
}

static bool wants_text(const rd_dialog *d RD_UNUSED)
{
	return true;
}

static void size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h)
{
	*ret_w = cols >= WIDE_COLS + 10 ? WIDE_COLS : COLS;
	*ret_h = rd_finder_height(&((palette *)d->data)->finder, rows);
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
	const rd_keymap *map = rd_console_keymap(d->console);
	rd_word word = {.name = ""};
	rd_err err = {0};
	bool is_refused;
	const char *help, *keys;
	int x;

	rd_word_at(rd_finder_at(&((const palette *)d->data)->finder, i), &word);
	help = help_of(d, &word, &err, &is_refused);
	keys = word.action == RD_ACTION_NONE ? "" : rd_keymap_keys(map, word.action);
	x = rd_draw_text(line, 2, 0, rd_style_of(is_refused ? RD_ROLE_DIM : RD_ROLE_STRONG),
		word.name);
	rd_draw_text(line, x + 1, 0, rd_style_of(RD_ROLE_DIM), word.args);
	x = rd_draw_column(line, 2 + NAME_COLS, 0, KEYS_COLS - 1, rd_style_of(RD_ROLE_KEY), keys) +
	    1;
	rd_draw_column(line, x, 0, line->r.w - x,
		rd_style_of(is_refused ? RD_ROLE_DIM : RD_ROLE_TEXT), help);
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	rd_finder_draw(&((const palette *)d->data)->finder, d, area, ":",
		"no command has these letters", draw_match);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "Command (%d)", ((const palette *)d->data)->finder.list.count);
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

/* SPDX-License-Identifier: MIT */
/* What dialogs with fields share. */
#include "tui/dialogs/form.h"

#define LABEL_COLS 13
#define FRAME_ROWS 2

void rd_form_init(rd_dialog *d, const rd_form_ops *ops)
{
	rd_form *f = d->data;

	f->ops = ops;
	if (ops->is_guarded && rd_console_is_protected(d->console))
		snprintf(f->guard, sizeof(f->guard), "%s",
			ops->is_rack ? rd_console_rack(d->console)->name
				     : rd_console_app(d->console));
}

void rd_form_close(rd_dialog *d)
{
	rd_form *f = d->data;

	for (int i = 0; i < RD_FORM_ITEMS; i++)
		rd_field_done(&f->fields[i]);
	rd_field_done(&f->typed);
}

const char *rd_form_text(const rd_form *f, int item)
{
	return rd_field_get(&f->fields[item]);
}

void rd_form_set(rd_form *f, int item, const char *text)
{
	rd_field_set(&f->fields[item], text);
}

/* ---- items: the form's own, the name to be typed, Cancel ---- */

static int guard_item(const rd_form *f)
{
	return f->guard[0] ? f->ops->n : -1;
}

static int cancel_item(const rd_form *f)
{
	return f->ops->n + (f->guard[0] != '\0');
}

static bool is_check(const rd_form *f, int item)
{
	return item < f->ops->n && f->ops->items[item].kind == RD_FORM_CHECK;
}

/* The field with the focus, NULL if a box or the button has it. */
static rd_field *current_field(rd_form *f)
{
	if (f->item == guard_item(f))
		return &f->typed;
	return f->item < f->ops->n && !is_check(f, f->item) ? &f->fields[f->item] : NULL;
}

static rd_react move_to(rd_form *f, int item)
{
	int n = cancel_item(f) + 1;

	f->item = (item + n) % n;
	return RD_REACT_REDRAW;
}

/* ---- events ---- */

static rd_react submit(rd_dialog *d)
{
	rd_form *f = d->data;
	rd_err err = {0};

	if (f->guard[0] && strcmp(f->guard, rd_field_get(&f->typed)) != 0)
		rd_err_set(&err, RD_EPERM, "type %s first", f->guard);
	else if (!f->ops->submit_form(d, f, &err))
		return RD_REACT_CLOSE;
	rd_err_text(&err, f->problem, sizeof(f->problem));
	return RD_REACT_REDRAW;
}

static rd_react act(rd_dialog *d, rd_action action)
{
	rd_form *f = d->data;

	switch (action) {
	case RD_ACTION_SUBMIT:
		return submit(d);
	case RD_ACTION_REFUSE:
		return RD_REACT_CLOSE;
	case RD_ACTION_PRESS:
		return f->item == cancel_item(f) ? RD_REACT_CLOSE : move_to(f, f->item + 1);
	case RD_ACTION_ITEM_NEXT:
	case RD_ACTION_DOWN:
		return move_to(f, f->item + 1);
	case RD_ACTION_ITEM_PREV:
	case RD_ACTION_UP:
		return move_to(f, f->item - 1);
	default:
		return RD_REACT_NONE;
	}
}

static rd_react type(rd_form *f, rd_key key)
{
	rd_field *field = current_field(f);

	f->problem[0] = '\0';
	if (field)
		return rd_field_key(field, key) ? RD_REACT_REDRAW : RD_REACT_PASS;
	if (!is_check(f, f->item) || key.code != ' ')
		return RD_REACT_PASS;
	f->checks[f->item] = !f->checks[f->item];
	return RD_REACT_REDRAW;
}

rd_react rd_form_event(rd_dialog *d, const rd_event *ev)
{
	rd_form *f = d->data;

	if (ev->kind == RD_EV_ACTION)
		return act(d, ev->action);
	if (ev->kind == RD_EV_KEY)
		return type(f, ev->key);
	if (ev->kind == RD_EV_PASTE && current_field(f))
		rd_field_paste(current_field(f), ev->text, ev->n);
	return RD_REACT_REDRAW;
}

bool rd_form_wants_text(const rd_dialog *d)
{
	const rd_form *f = d->data;

	return f->item < cancel_item(f);
}

/* ---- drawing ---- */

/* Items, a free line, the command, a line for a mistake, the button. */
void rd_form_size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h)
{
	const rd_form *f = d->data;
	int h = FRAME_ROWS + cancel_item(f) + 3;

	*ret_w = cols < 78 ? cols : cols < 120 ? 74 : 90;
	*ret_h = h < rows - 2 ? h : rows - 2;
}

static void draw_item(const rd_form *f, const rd_area *a, int item, int y)
{
	const rd_form_item *it = &f->ops->items[item];
	bool is_active = a->focused && f->item == item;
	rd_area field = rd_area_on(a, RD_ROLE_FIELD);

	rd_draw_text(a, 0, y, rd_style_of(RD_ROLE_DIM), it->label);
	if (it->kind == RD_FORM_CHECK) {
		rd_draw_printf(a, LABEL_COLS, y,
			rd_style_of(is_active ? RD_ROLE_ACCENT : RD_ROLE_TEXT), "[%c] %s",
			f->checks[item] ? 'x' : ' ', it->hint);
		if (is_active)
			rd_draw_cursor(a, LABEL_COLS + 1, y, false);
		return;
	}
	if (it->kind == RD_FORM_SECRET) {
		rd_field_draw_secret(&f->fields[item], 0, a, LABEL_COLS, y, a->r.w - LABEL_COLS,
			is_active);
		return;
	}
	rd_field_draw(&f->fields[item], a, LABEL_COLS, y, a->r.w - LABEL_COLS, is_active);
	if (!f->fields[item].text.len && f->item != item)
		rd_draw_text(&field, LABEL_COLS, y, rd_style_of(RD_ROLE_DIM), it->hint);
}

static void draw_guard(const rd_form *f, const rd_area *a, int y)
{
	int x = rd_draw_text(a, 0, y, rd_style_of(RD_ROLE_WARN), "protected:");

	x = rd_draw_printf(a, x + 1, y, rd_style_of(RD_ROLE_TEXT), "type %s ", f->guard);
	rd_field_draw(&f->typed, a, x, y, a->r.w - x, a->focused && f->item == guard_item(f));
}

static void draw_foot(const rd_dialog *d, const rd_area *a, int y)
{
	const rd_form *f = d->data;
	RD_STR_AUTO
	rd_str line = RD_STR_INIT(4096);

	if (f->problem[0]) {
		rd_draw_column_ends(a, 0, y, a->r.w, rd_style_of(RD_ROLE_ERROR), f->problem);
		return;
	}
	if (!f->ops->command)
		return;
	f->ops->command(d, f, &line);
	rd_draw_text(a, 0, y, rd_style_of(RD_ROLE_DIM), "Runs");
	rd_draw_column(a, LABEL_COLS, y, a->r.w - LABEL_COLS, rd_style_of(RD_ROLE_TEXT),
		rd_str_get(&line));
}

static void draw_buttons(const rd_dialog *d, const rd_area *a, int y)
{
	const rd_form *f = d->data;
	bool is_on = f->item == cancel_item(f);
	rd_role role = is_on ? RD_ROLE_BUTTON_FOCUS : RD_ROLE_BUTTON;
	rd_area button = rd_area_on(a, role);
	int x = rd_draw_text(&button, 0, y, rd_style_of(role), "[ Cancel ]");

	if (is_on)
		rd_draw_cursor(a, 2, y, false);
	x = rd_draw_text(a, x + 3, y, rd_style_of(RD_ROLE_KEY),
		rd_keymap_first(rd_console_keymap(d->console), RD_ACTION_SUBMIT));
	rd_draw_text(a, x + 1, y, rd_style_of(RD_ROLE_HINT), f->ops->submit);
}

/* Where there are too few rows the item with the focus is seen. */
void rd_form_draw(const rd_dialog *d, const rd_area *area)
{
	const rd_form *f = d->data;
	int n = cancel_item(f), rows = area->r.h - 2;
	int top = n <= rows || f->item < rows ? 0 : (f->item < n ? f->item : n - 1) - rows + 1;

	for (int i = top; i < n && i - top < rows; i++) {
		if (i == guard_item(f))
			draw_guard(f, area, i - top);
		else
			draw_item(f, area, i, i - top);
	}
	draw_foot(d, area, area->r.h - 2);
	draw_buttons(d, area, area->r.h - 1);
}

void rd_form_title(const rd_dialog *d, char *buf, size_t cap)
{
	const rd_form *f = d->data;
	const char *rack = rd_console_rack(d->console)->name;

	if (f->ops->is_rack)
		snprintf(buf, cap, "%s -> %s", f->ops->title, rack);
	else
		snprintf(buf, cap, "%s -> %s / %s", f->ops->title, rack,
			rd_console_app(d->console));
}

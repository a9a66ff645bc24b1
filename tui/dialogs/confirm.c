/* SPDX-License-Identifier: MIT */
/* What dialogs for changes share. */
#include "tui/dialogs/confirm.h"

#define BUTTON_ROWS 2 /* a free line and the buttons */
#define FRAME_ROWS 2
#define COLS 78
#define WIDE_COLS 110

void rd_confirm_init(rd_confirm *c, const char *yes, const char *no)
{
	*c = (rd_confirm){.yes = yes, .no = no};
	rd_sheet_init(&c->body);
	rd_sheet_init(&c->foot);
}

void rd_confirm_done(rd_confirm *c)
{
	rd_sheet_done(&c->body);
	rd_sheet_done(&c->foot);
	rd_field_done(&c->typed);
}

void rd_confirm_close(rd_dialog *d)
{
	rd_confirm_done(d->data);
}

void rd_confirm_type(rd_confirm *c, const char *name)
{
	snprintf(c->name, sizeof(c->name), "%s", name);
}

void rd_confirm_guard(rd_confirm *c, const rd_console *console)
{
	if (rd_console_is_protected(console))
		rd_confirm_type(c, rd_console_app(console));
}

static bool is_asking(const rd_confirm *c)
{
	return c->name[0] && c->yes;
}

bool rd_confirm_wants_text(const rd_dialog *d)
{
	return is_asking(d->data);
}

static bool is_typed(const rd_confirm *c)
{
	return !strcmp(c->name, rd_field_get(&c->typed));
}

/* The free line and the buttons, and the field of the name. */
static int button_rows(const rd_confirm *c)
{
	return BUTTON_ROWS + (c->name[0] != '\0');
}

static int foot_rows(const rd_confirm *c)
{
	int n = rd_sheet_count(&c->foot);

	return n ? n + 1 : 0; /* a free line above */
}

void rd_confirm_size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h)
{
	const rd_confirm *c = d->data;
	int h = rd_sheet_count(&c->body) + foot_rows(c) + button_rows(c) + FRAME_ROWS;

	*ret_w = c->cols ? c->cols : cols >= WIDE_COLS + 10 ? WIDE_COLS : COLS;
	*ret_h = h < rows - 2 ? h : rows - 2;
}

static int body_rows(const rd_confirm *c, int h)
{
	int n = h - foot_rows(c) - button_rows(c);

	return n < 1 ? 1 : n;
}

static rd_react accept(const rd_confirm *c, const rd_dialog *d, bool *ret_yes)
{
	*ret_yes = c->yes && is_typed(c);
	if (c->yes && !*ret_yes)
		rd_console_toast(d->console, RD_ROLE_WARN, "type %s first", c->name);
	return RD_REACT_REDRAW;
}

rd_react rd_confirm_event(rd_confirm *c, const rd_dialog *d, const rd_event *ev, bool *ret_yes)
{
	*ret_yes = false;
	if (ev->kind == RD_EV_KEY && is_asking(c))
		return rd_field_key(&c->typed, ev->key) ? RD_REACT_REDRAW : RD_REACT_PASS;
	if (ev->kind == RD_EV_PASTE)
		rd_field_paste(&c->typed, ev->text, ev->n);
	if (ev->kind != RD_EV_ACTION)
		return ev->kind == RD_EV_PASTE ? RD_REACT_REDRAW : RD_REACT_NONE;
	if (rd_sheet_act(&c->body, ev->action, body_rows(c, d->h)))
		return RD_REACT_REDRAW;
	switch (ev->action) {
	case RD_ACTION_ACCEPT:
		return accept(c, d, ret_yes);
	case RD_ACTION_SUBMIT:
		return c->name[0] ? accept(c, d, ret_yes) : RD_REACT_NONE;
	case RD_ACTION_PRESS: /* Enter after the name is no yes, nor a no */
		return is_asking(c) && c->typed.text.len ? RD_REACT_NONE : RD_REACT_CLOSE;
	case RD_ACTION_REFUSE:
		return RD_REACT_CLOSE;
	default:
		return RD_REACT_NONE;
	}
}

/* @returns the action that says yes now, RD_ACTION_NONE while the name is not there. */
static rd_action draw_name(const rd_confirm *c, const rd_dialog *d, const rd_area *a)
{
	int x = 0, y = a->r.h - BUTTON_ROWS, w;

	if (!c->name[0])
		return RD_ACTION_ACCEPT;
	if (rd_console_is_protected(d->console))
		x = rd_draw_text(a, 0, y, rd_style_of(RD_ROLE_WARN), "protected: ");
	x = rd_draw_text(a, x, y, rd_style_of(RD_ROLE_TEXT), "type ");
	x = rd_draw_text(a, x, y, rd_style_of(RD_ROLE_STRONG), c->name) + 1;
	w = a->r.w - x < 40 ? a->r.w - x : 40;
	rd_field_draw(&c->typed, a, x, y, w, a->focused);
	return is_typed(c) ? RD_ACTION_SUBMIT : RD_ACTION_NONE;
}

void rd_confirm_draw(const rd_dialog *d, const rd_area *a)
{
	const rd_confirm *c = d->data;
	int rows = body_rows(c, a->r.h), foot = rd_sheet_count(&c->foot), y = a->r.h - 1, x;
	rd_area part = rd_area_sub(a, 0, 0, a->r.w, rows);
	rd_area button;
	rd_action accept_action;

	rd_sheet_draw(&c->body, &part);
	part = rd_area_sub(a, 0, rows + 1, a->r.w, foot);
	rd_sheet_draw(&c->foot, &part);
	button = rd_area_on(a, RD_ROLE_BUTTON_FOCUS);
	x = rd_draw_printf(&button, 0, y, rd_style_of(RD_ROLE_BUTTON_FOCUS), "[ %s ]", c->no);
	rd_draw_cursor(a, 2, y, false);
	accept_action = c->yes ? draw_name(c, d, a) : RD_ACTION_NONE;
	if (accept_action == RD_ACTION_NONE)
		return;
	x = rd_draw_text(a, x + 3, y, rd_style_of(RD_ROLE_KEY),
		rd_keymap_first(rd_console_keymap(d->console), accept_action));
	rd_draw_printf(a, x + 1, y, rd_style_of(RD_ROLE_HINT), "%s", c->yes);
}

/* SPDX-License-Identifier: MIT */
/* What dialogs for changes share. */
#include "tui/dialogs/confirm.h"

#define BUTTON_ROWS 2 /* a free line and the buttons */
#define FRAME_ROWS 2

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
}

static int foot_rows(const rd_confirm *c)
{
	int n = rd_sheet_count(&c->foot);

	return n ? n + 1 : 0; /* a free line above */
}

int rd_confirm_height(const rd_confirm *c)
{
	return rd_sheet_count(&c->body) + foot_rows(c) + BUTTON_ROWS + FRAME_ROWS;
}

static int body_rows(const rd_confirm *c, int h)
{
	int n = h - foot_rows(c) - BUTTON_ROWS;

	return n < 1 ? 1 : n;
}

rd_react rd_confirm_event(rd_confirm *c, const rd_dialog *d, const rd_event *ev, bool *ret_yes)
{
	*ret_yes = false;
	if (ev->kind != RD_EV_ACTION)
		return RD_REACT_NONE;
	if (rd_sheet_act(&c->body, ev->action, body_rows(c, d->h)))
		return RD_REACT_REDRAW;
	switch (ev->action) {
	case RD_ACTION_ACCEPT:
		*ret_yes = c->yes != NULL;
		return RD_REACT_NONE;
	case RD_ACTION_REFUSE:
	case RD_ACTION_PRESS:
		return RD_REACT_CLOSE;
	default:
		return RD_REACT_NONE;
	}
}

void rd_confirm_draw(const rd_confirm *c, const rd_dialog *d, const rd_area *a)
{
	int rows = body_rows(c, a->r.h), foot = rd_sheet_count(&c->foot), y = a->r.h - 1, x;
	rd_area part = rd_area_sub(a, 0, 0, a->r.w, rows);
	rd_area button;

	rd_sheet_draw(&c->body, &part);
	part = rd_area_sub(a, 0, rows + 1, a->r.w, foot);
	rd_sheet_draw(&c->foot, &part);
	button = rd_area_on(a, RD_ROLE_BUTTON_FOCUS);
	x = rd_draw_printf(&button, 0, y, rd_style_of(RD_ROLE_BUTTON_FOCUS), "[ %s ]", c->no);
	rd_draw_cursor(a, 2, y, false);
	if (!c->yes)
		return;
	x = rd_draw_text(a, x + 3, y, rd_style_of(RD_ROLE_KEY),
		rd_keymap_first(rd_console_keymap(d->console), RD_ACTION_ACCEPT));
	rd_draw_printf(a, x + 1, y, rd_style_of(RD_ROLE_HINT), "%s", c->yes);
}

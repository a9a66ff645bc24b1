/* SPDX-License-Identifier: MIT */
/*
 * The mouse. Off by default: terminals that tell of it select no text by themselves. A click gives the
 * focus and puts the cursor, on a hint or a tab it does what that says; a double click opens; the wheel
 * scrolls what is under it; borders between panes can be dragged.
 */
#include <stdlib.h>

#include "core/base/clock.h"
#include "tui/shell.h"

#define WHEEL_ROWS 3
#define LEAST_ROWS 3 /* that dragging leaves a pane, as the layout does */

void rd_console_toggle_mouse(rd_console *c)
{
	c->has_mouse = !c->has_mouse;
	c->drag = RD_DRAG_NONE;
	c->term->ops->mouse(c->term, c->has_mouse);
	rd_console_toast(c, RD_ROLE_TEXT,
		c->has_mouse ? "mouse on: click, wheel, drag borders; with Shift, text is selected"
			     : "mouse off");
}

void rd_console_add_spot(rd_console *c, const rd_area *a, int x, int w, rd_action action)
{
	if (c->n_spots < RD_SPOTS_MAX)
		c->spots[c->n_spots++] = (rd_spot){{a->r.x + x, a->r.y, w, 1}, action};
}

static bool is_in(rd_rect r, const rd_mouse *m)
{
	return m->x >= r.x && m->x < r.x + r.w && m->y >= r.y && m->y < r.y + r.h;
}

/* The pane under the mouse, its title included; -1: none. */
static int pane_at(const rd_console *c, const rd_mouse *m)
{
	for (int i = 0; i < c->n_slots; i++)
		if (is_in(c->layout.pane[i], m))
			return i;
	return -1;
}

/* ---- borders ---- */

/* The pane that ends where the i-th one begins, in the same column; -1: none. */
static int above(const rd_console *c, int i)
{
	const rd_rect *p = c->layout.pane;

	for (int k = 0; k < c->n_slots; k++)
		if (p[k].h > 0 && p[k].x == p[i].x && p[k].y + p[k].h == p[i].y)
			return k;
	return -1;
}

static void grab(rd_console *c, rd_drag drag, int a, int b)
{
	c->drag = drag;
	c->drag_a = a;
	c->drag_b = b;
}

/* @returns whether the mouse has taken hold of a border. */
static bool grab_border(rd_console *c, const rd_mouse *m)
{
	int i = pane_at(c, m), up;

	for (int k = 0; k < c->n_slots; k++) {
		rd_rect r = c->layout.pane[k];

		if (c->layout.divider[k] && is_in((rd_rect){r.x + r.w, r.y, 1, r.h}, m)) {
			grab(c,
				c->slots[k]->pane.ops->place == RD_PLACE_LIST ? RD_DRAG_WIDE
									      : RD_DRAG_VIEWS,
				k, k);
			return true;
		}
	}
	if (i < 0 || !c->layout.title[i] || m->y != c->layout.pane[i].y)
		return false;
	up = above(c, i);
	if (up < 0)
		return false;
	grab(c,
		c->layout.tabs.w && c->slots[up]->pane.ops->place == RD_PLACE_LIST ? RD_DRAG_NARROW
										   : RD_DRAG_SHARE,
		up, i);
	return true;
}

static int permille(int part, int whole)
{
	return whole > 0 ? (part * 1000 + whole / 2) / whole : 0;
}

static int at_least_one(int v)
{
	return v < 1 ? 1 : v;
}

/* The two panes keep the rows that they have together. */
static void share(rd_console *c, int y)
{
	rd_slot *a = c->slots[c->drag_a], *b = c->slots[c->drag_b];
	rd_rect ra = c->layout.pane[c->drag_a], rb = c->layout.pane[c->drag_b];
	int rows = ra.h + rb.h, first = y - ra.y;
	int sum = (a->share > 0 ? a->share : RD_LAYOUT_SHARE) +
		  (b->share > 0 ? b->share : RD_LAYOUT_SHARE);

	if (rows < 2 * LEAST_ROWS)
		return;
	first = first < LEAST_ROWS          ? LEAST_ROWS
		: first > rows - LEAST_ROWS ? rows - LEAST_ROWS
					    : first;
	a->share = at_least_one(sum * first / rows);
	b->share = at_least_one(sum - a->share);
}

static void drag_to(rd_console *c, const rd_mouse *m)
{
	const rd_rect *a = &c->layout.pane[c->drag_a];
	int cols = rd_surface_cols(c->surface);

	if (c->drag_a >= c->n_slots || c->drag_b >= c->n_slots)
		return; /* panes have gone meanwhile */
	if (c->drag == RD_DRAG_WIDE)
		c->split.wide = at_least_one(permille(m->x + 1, cols));
	else if (c->drag == RD_DRAG_VIEWS)
		c->split.views = at_least_one(permille(m->x + 1 - a->x, cols - a->x));
	else if (c->drag == RD_DRAG_NARROW)
		c->split.narrow = at_least_one(permille(m->y - a->y, c->layout.status.y - a->y));
	else if (c->drag == RD_DRAG_SHARE)
		share(c, m->y);
	c->needs_layout = true;
}

/* ---- clicks ---- */

static bool is_double(rd_console *c, const rd_mouse *m)
{
	int64_t now = rd_now_us();
	bool is_second = c->clicked_us && now - c->clicked_us < c->double_us &&
			 c->clicked.y == m->y && abs(c->clicked.x - m->x) < 2;

	c->clicked = *m;
	c->clicked_us = is_second ? 0 : now;
	return is_second;
}

static bool press_spot(rd_console *c, const rd_mouse *m)
{
	for (int i = 0; i < c->n_spots; i++) {
		rd_overlay *top = rd_console_top(c);
		const rd_event ev = {.kind = RD_EV_ACTION, .action = c->spots[i].action};

		if (!is_in(c->spots[i].r, m))
			continue;
		if (!top)
			rd_console_do(c, rd_console_focused(c), ev.action);
		else if (!top->dialog.ops->mutates || ev.action == RD_ACTION_REFUSE)
			rd_console_react(c, top->dialog.ops->event(&top->dialog, &ev), NULL, top);
		return true; /* a dialog that changes the rack is confirmed by its key alone */
	}
	return false;
}

static void click_overlay(rd_console *c, rd_overlay *o, const rd_mouse *m)
{
	const rd_event ev = {.kind = RD_EV_CLICK, .x = m->x - o->inside.x, .y = m->y - o->inside.y};
	bool is_second = is_double(c, m);

	if (!is_in(o->inside, m))
		return;
	rd_console_react(c, o->dialog.ops->event(&o->dialog, &ev), NULL, o);
	if (is_second && !o->dialog.ops->mutates)
		rd_console_take_key(c, rd_key_of(RD_KEY_ENTER, 0));
}

static void click_pane(rd_console *c, const rd_mouse *m)
{
	int i = pane_at(c, m);
	bool is_second = is_double(c, m);
	rd_rect r;
	rd_event ev = {.kind = RD_EV_CLICK};

	if (i < 0)
		return;
	r = c->layout.pane[i];
	ev.x = m->x - r.x;
	ev.y = m->y - r.y - c->layout.title[i];
	rd_console_focus_index(c, i);
	if (ev.y < 0)
		return;
	rd_console_send(c, c->slots[i], &ev);
	if (is_second)
		rd_console_take_key(c, rd_key_of(RD_KEY_ENTER, 0));
}

static void press(rd_console *c, const rd_mouse *m)
{
	rd_overlay *top = rd_console_top(c);

	rd_console_clear_toast(c);
	if (press_spot(c, m))
		return;
	if (top) {
		click_overlay(c, top, m);
		return;
	}
	if (!c->is_zoomed)
		grab_border(c, m);
	click_pane(c, m);
}

static void wheel(rd_console *c, const rd_mouse *m)
{
	const rd_event ev = {.kind = RD_EV_ACTION,
		.action = m->kind == RD_MOUSE_WHEEL_UP ? RD_ACTION_UP : RD_ACTION_DOWN};
	rd_overlay *top = rd_console_top(c);
	int i = pane_at(c, m);

	for (int n = 0; n < WHEEL_ROWS; n++)
		if (top)
			rd_console_react(c, top->dialog.ops->event(&top->dialog, &ev), NULL, top);
		else if (i >= 0)
			rd_console_send(c, c->slots[i], &ev);
}

void rd_console_take_mouse(rd_console *c, const rd_mouse *m)
{
	if (!c->has_mouse)
		return;
	c->is_urgent = c->is_old = true;
	switch (m->kind) {
	case RD_MOUSE_PRESS:
		press(c, m);
		break;
	case RD_MOUSE_DRAG:
		if (c->drag != RD_DRAG_NONE)
			drag_to(c, m);
		break;
	case RD_MOUSE_RELEASE:
		c->drag = RD_DRAG_NONE;
		break;
	case RD_MOUSE_WHEEL_UP:
	case RD_MOUSE_WHEEL_DOWN:
		wheel(c, m);
		break;
	}
}

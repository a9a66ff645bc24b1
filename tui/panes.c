/* SPDX-License-Identifier: MIT */
/* Panes and dialogs: opening, closing, focus, who hears of what, and what the selection is. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tui/panes/panes.h"
#include "tui/shell.h"

rd_slot *rd_console_focused(const rd_console *c)
{
	return c->n_slots > 0 ? c->slots[c->focus] : NULL;
}

rd_overlay *rd_console_top(const rd_console *c)
{
	return c->n_overlays > 0 ? c->overlays[c->n_overlays - 1] : NULL;
}

/* ---- events ---- */

static bool same_target(const rd_target *a, const rd_target *b)
{
	return !strcmp(a->build, b->build) && !strcmp(a->release, b->release);
}

static rd_react deliver(rd_console *c, rd_slot *slot, const rd_event *ev)
{
	rd_react react = slot->pane.ops->event(&slot->pane, ev);

	rd_console_react(c, react, slot, NULL);
	return react;
}

/* Tells the panes if the pane with the focus now points at something else. */
static void update_target(rd_console *c)
{
	const rd_event ev = {.kind = RD_EV_TARGET};
	const rd_slot *slot = rd_console_focused(c);
	rd_target target = {.build = ""};

	if (!slot || !slot->pane.ops->target)
		return;
	slot->pane.ops->target(&slot->pane, &target);
	if (same_target(&target, &c->target))
		return;
	c->target = target;
	c->is_old = true;
	for (int i = 0; i < c->n_slots; i++)
		deliver(c, c->slots[i], &ev);
}

rd_react rd_console_send(rd_console *c, rd_slot *slot, const rd_event *ev)
{
	rd_react react = deliver(c, slot, ev);

	update_target(c);
	return react;
}

void rd_console_send_all(rd_console *c, rd_event_kind kind)
{
	const rd_event ev = {.kind = kind};

	for (int i = 0; i < c->n_slots; i++)
		deliver(c, c->slots[i], &ev);
	for (int i = 0; i < c->n_overlays; i++) {
		rd_overlay *o = c->overlays[i];

		rd_console_react(c, o->dialog.ops->event(&o->dialog, &ev), NULL, o);
	}
	update_target(c);
}

/* ---- panes ---- */

static void set_focused(rd_console *c, rd_slot *slot, bool is_focused)
{
	const rd_event ev = {.kind = RD_EV_FOCUS};

	if (slot->pane.focused == is_focused)
		return;
	slot->pane.focused = is_focused;
	deliver(c, slot, &ev);
}

void rd_console_focus_index(rd_console *c, int index)
{
	if (index < 0 || index >= c->n_slots)
		return;
	c->focus = index;
	c->slots[index]->used = ++c->uses;
	for (int i = 0; i < c->n_slots; i++)
		set_focused(c, c->slots[i], i == index);
	c->is_old = c->needs_layout = true;
	update_target(c);
}

void rd_console_focus_last(rd_console *c)
{
	int last = -1;

	for (int i = 0; i < c->n_slots; i++)
		if (i != c->focus && (last < 0 || c->slots[i]->used > c->slots[last]->used))
			last = i;
	rd_console_focus_index(c, last);
}

/* How far a pane lies on that side of another one, in cells; INT_MAX: it does not, or is not shown. Those
 * that face each other are nearest. */
static int distance(const rd_rect *from, const rd_rect *to, int dx, int dy)
{
	int along = dx > 0   ? to->x - (from->x + from->w)
		    : dx < 0 ? from->x - (to->x + to->w)
		    : dy > 0 ? to->y - (from->y + from->h)
			     : from->y - (to->y + to->h);
	int across = dx ? to->y - from->y : to->x - from->x;
	bool faces = dx ? to->y < from->y + from->h && from->y < to->y + to->h
			: to->x < from->x + from->w && from->x < to->x + to->w;

	if (along < 0 || to->w == 0)
		return INT_MAX;
	return along + (faces ? 0 : 1000) + (across < 0 ? -across : across);
}

void rd_console_focus_beside(rd_console *c, int dx, int dy)
{
	int best = -1, best_distance = INT_MAX;

	for (int i = 0; i < c->n_slots; i++) {
		int far = i == c->focus
				  ? INT_MAX
				  : distance(&c->layout.pane[c->focus], &c->layout.pane[i], dx, dy);

		if (far >= best_distance)
			continue;
		best = i;
		best_distance = far;
	}
	rd_console_focus_index(c, best);
}

static int index_of(const rd_console *c, const rd_pane *p)
{
	for (int i = 0; i < c->n_slots; i++)
		if (&c->slots[i]->pane == p)
			return i;
	return -1;
}

void rd_console_focus(rd_console *c, rd_pane *p)
{
	rd_console_focus_index(c, index_of(c, p));
}

static void free_slot(rd_slot *slot)
{
	free(slot->pane.data);
	free(slot);
}

/* A pane may close itself, or be replaced, in the middle of its own event. */
static void bury_slot(rd_console *c, rd_slot *slot)
{
	slot->next_dead = c->dead_slots;
	slot->wants_work = false;
	c->dead_slots = slot;
}

void rd_console_free_dead(rd_console *c)
{
	while (c->dead_slots) {
		rd_slot *slot = c->dead_slots;

		c->dead_slots = slot->next_dead;
		if (slot->pane.ops->close)
			slot->pane.ops->close(&slot->pane);
		free_slot(slot);
	}
	while (c->dead_overlays) {
		rd_overlay *o = c->dead_overlays;

		c->dead_overlays = o->next_dead;
		if (o->dialog.ops->close)
			o->dialog.ops->close(&o->dialog);
		free(o->dialog.data);
		free(o);
	}
}

static rd_code new_slot(rd_console *c, const struct rd_pane_ops *ops, const void *args,
	rd_slot **ret_slot, rd_err *err)
{
	rd_slot *slot = calloc(1, sizeof(*slot));
	rd_code code;

	if (!slot)
		return rd_err_nomem(err);
	slot->pane.ops = ops;
	slot->pane.console = c;
	slot->pane.id = ++c->ids;
	slot->pane.data = calloc(1, ops->private_size ? ops->private_size : 1);
	code = slot->pane.data ? ops->open(&slot->pane, args, err) : rd_err_nomem(err);
	if (code) {
		free_slot(slot);
		return code;
	}
	*ret_slot = slot;
	return RD_OK;
}

static void drop_slot(rd_console *c, int index)
{
	rd_slot *slot = c->slots[index];

	for (int i = index; i + 1 < c->n_slots; i++)
		c->slots[i] = c->slots[i + 1];
	c->n_slots--;
	bury_slot(c, slot);
	c->is_old = c->needs_layout = true;
}

static int most_recent(const rd_console *c)
{
	int best = 0;

	for (int i = 1; i < c->n_slots; i++)
		if (c->slots[i]->used > c->slots[best]->used)
			best = i;
	return best;
}

void rd_console_close_slot(rd_console *c, rd_slot *slot)
{
	int index = index_of(c, &slot->pane);

	if (index < 0)
		return;
	drop_slot(c, index);
	if (c->n_slots == 0 || c->is_over)
		return;
	if (index == c->focus)
		c->is_zoomed = false;
	rd_console_focus_index(c, index == c->focus  ? most_recent(c)
				  : index < c->focus ? c->focus - 1
						     : c->focus);
}

/* Makes room when all numbers are taken: the view that was not used for the longest time goes. */
static void make_room(rd_console *c)
{
	int oldest = -1;

	if (c->n_slots < RD_LAYOUT_PANES)
		return;
	for (int i = 0; i < c->n_slots; i++)
		if (c->slots[i]->pane.ops->place == RD_PLACE_VIEW &&
			(oldest < 0 || c->slots[i]->used < c->slots[oldest]->used))
			oldest = i;
	rd_console_close_slot(c, c->slots[oldest < 0 ? c->n_slots - 1 : oldest]);
}

/* Makes a pane; an error becomes a toast as well. */
static rd_code make_slot(rd_console *c, const struct rd_pane_ops *ops, const void *args,
	rd_slot **ret_slot, rd_err *err)
{
	rd_err own = {0};
	rd_code code = new_slot(c, ops, args, ret_slot, &own);

	if (code) {
		rd_console_toast_err(c, &own);
		if (err)
			*err = own;
	}
	return code;
}

rd_code rd_console_open(rd_console *c, const struct rd_pane_ops *ops, const void *args,
	rd_pane **ret_pane, rd_err *err)
{
	rd_slot *slot = NULL;
	rd_code code = make_slot(c, ops, args, &slot, err);

	if (code)
		return code;
	make_room(c);
	c->slots[c->n_slots++] = slot;
	rd_console_focus_index(c, c->n_slots - 1);
	if (ret_pane)
		*ret_pane = &slot->pane;
	return RD_OK;
}

rd_code rd_console_replace(rd_console *c, rd_pane *old, const struct rd_pane_ops *ops,
	const void *args, rd_pane **ret_pane, rd_err *err)
{
	int index = index_of(c, old);
	rd_slot *slot = NULL;
	rd_code code;

	if (index < 0)
		return rd_console_open(c, ops, args, ret_pane, err);
	code = make_slot(c, ops, args, &slot, err);
	if (code)
		return code;
	bury_slot(c, c->slots[index]);
	c->slots[index] = slot;
	rd_console_focus_index(c, index);
	if (ret_pane)
		*ret_pane = &slot->pane;
	return RD_OK;
}

void rd_console_show(rd_console *c, const struct rd_pane_ops *ops)
{
	for (int i = 0; i < c->n_slots; i++)
		if (c->slots[i]->pane.ops == ops) {
			rd_console_focus_index(c, i);
			return;
		}
	rd_console_open(c, ops, NULL, NULL, NULL);
}

rd_pane *rd_console_pane(const rd_console *c, unsigned id)
{
	for (int i = 0; i < c->n_slots; i++)
		if (c->slots[i]->pane.id == id)
			return &c->slots[i]->pane;
	return NULL;
}

rd_pane *rd_console_pane_at(const rd_console *c, int i)
{
	return i >= 0 && i < c->n_slots ? &c->slots[i]->pane : NULL;
}

rd_code rd_console_open_dashboard(rd_console *c, const char *build, rd_err *err)
{
	const rd_pane_log_args args = {.build = build, .scope = RD_LOG_ALL};
	rd_code code = rd_console_open(c, &rd_pane_builds, NULL, NULL, err);

	if (!code)
		code = rd_console_open(c, &rd_pane_releases, NULL, NULL, err);
	if (!code)
		code = rd_console_open(c, &rd_pane_steps, &args, NULL, err);
	if (!code)
		code = rd_console_open(c, &rd_pane_log, &args, NULL, err);
	rd_console_focus_index(c, 0);
	return code;
}

/* ---- layout ---- */

static void set_size(rd_console *c, rd_slot *slot, int w, int h)
{
	const rd_event ev = {.kind = RD_EV_RESIZE};

	if (slot->pane.w == w && slot->pane.h == h)
		return;
	slot->pane.w = w;
	slot->pane.h = h;
	deliver(c, slot, &ev);
}

void rd_console_make_layout(rd_console *c)
{
	rd_layout_in in = {.cols = rd_surface_cols(c->surface),
		.rows = rd_surface_rows(c->surface),
		.n = c->n_slots,
		.focus = c->n_slots ? c->focus : -1,
		.zoomed = c->is_zoomed,
		.split = c->split};

	for (int i = 0; i < c->n_slots; i++) {
		in.place[i] = c->slots[i]->pane.ops->place;
		in.used[i] = c->slots[i]->used;
		in.share[i] = c->slots[i]->share;
	}
	rd_layout_make(&in, &c->layout);
	c->needs_layout = false;
	c->is_old = true;
	for (int i = 0; i < c->n_slots; i++)
		set_size(c, c->slots[i], c->layout.pane[i].w,
			c->layout.pane[i].h - c->layout.title[i]);
}

/* ---- dialogs ---- */

static rd_code new_overlay(rd_console *c, const struct rd_dialog_ops *ops, const void *args,
	rd_overlay **ret_overlay, rd_err *err)
{
	rd_overlay *o = calloc(1, sizeof(*o));
	rd_code code;

	if (!o)
		return rd_err_nomem(err);
	o->dialog.ops = ops;
	o->dialog.console = c;
	o->dialog.id = ++c->ids;
	o->dialog.data = calloc(1, ops->private_size ? ops->private_size : 1);
	code = o->dialog.data ? ops->open(&o->dialog, args, err) : rd_err_nomem(err);
	if (code) {
		free(o->dialog.data);
		free(o);
		return code;
	}
	*ret_overlay = o;
	return RD_OK;
}

rd_code rd_console_open_dialog(rd_console *c, const struct rd_dialog_ops *ops, const void *args,
	rd_err *err)
{
	rd_overlay *o = NULL;
	rd_err own = {0};
	rd_code code = ops->mutates ? rd_console_may_change(c, &own) : RD_OK;

	if (!code)
		code = c->n_overlays == RD_DIALOGS_MAX
			       ? rd_err_set(&own, RD_EBUSY, "too many dialogs are open")
			       : new_overlay(c, ops, args, &o, &own);
	if (code) {
		rd_console_toast_err(c, &own);
		if (err)
			*err = own;
		return code;
	}
	c->overlays[c->n_overlays++] = o;
	c->pending = (rd_key){0, 0};
	if (ops->mutates)
		c->term->ops->flush(c->term);
	c->is_old = c->is_urgent = true;
	return RD_OK;
}

void rd_console_close_overlay(rd_console *c, rd_overlay *overlay)
{
	int i = 0;

	while (i < c->n_overlays && c->overlays[i] != overlay)
		i++;
	if (i == c->n_overlays)
		return;
	for (; i + 1 < c->n_overlays; i++)
		c->overlays[i] = c->overlays[i + 1];
	c->n_overlays--;
	overlay->next_dead = c->dead_overlays;
	c->dead_overlays = overlay;
	c->is_old = true;
}

rd_dialog *rd_console_dialog(const rd_console *c, unsigned id)
{
	for (int i = 0; i < c->n_overlays; i++)
		if (c->overlays[i]->dialog.id == id)
			return &c->overlays[i]->dialog;
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/* One frame: the panes with their titles, the tabs, the status line, dialogs on top. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "tui/shell.h"

#define NAME_LEAST 26     /* cells of a title that its name keeps: "[4] log BXCVQWERTYU worker" */
#define ROOMY_ROWS 15     /* from here dialogs leave the status line free, for what it has to say */
#define ENDS_FROM_COLS 60 /* width from which both ends of a long message are shown */

static int within(int v, int max)
{
	return v < max ? v : max;
}

/* "[3] log BXCVQ… web ~running ──────── 1,284 lines ─" */
static void draw_title(const rd_console *c, int index, const rd_area *area)
{
	const rd_pane *p = &c->slots[index]->pane;
	bool has_focus = p->focused && c->n_overlays == 0;
	rd_style line = rd_style_of(has_focus ? RD_ROLE_LINE_FOCUS : RD_ROLE_LINE);
	rd_style text = rd_style_of(has_focus ? RD_ROLE_TITLE_FOCUS : RD_ROLE_TITLE);
	rd_title title = {.state_role = RD_ROLE_TEXT};
	char name[sizeof(title.name) + 16];
	int x, right, max;

	p->ops->title(p, &title);
	rd_draw_hline(area, 0, 0, area->r.w, line);
	snprintf(name, sizeof(name), "[%d] %s", index + 1, title.name);
	x = rd_utf8_cells(name, strlen(name));
	max = area->r.w - rd_utf8_cells(title.state, strlen(title.state)) - 3;
	right = max - rd_utf8_cells(title.right, strlen(title.right)) - 3;
	/* what it does comes before the end of a long name, and how much there is, if that finds room */
	if (right >= (x < NAME_LEAST ? x : NAME_LEAST))
		max = right;
	x = within(x, max < NAME_LEAST ? NAME_LEAST : max);
	x = rd_draw_column(area, 0, 0, x, text, name);
	x = rd_draw_text(area, x, 0, line, " ");
	if (title.state[0]) {
		x = rd_draw_text(area, x, 0, rd_style_of(title.state_role), title.state);
		x = rd_draw_text(area, x, 0, line, " ");
	}
	right = area->r.w - 2 - rd_utf8_cells(title.right, strlen(title.right));
	if (!title.right[0] || right < x + 1)
		return;
	rd_draw_text(area, right - 1, 0, line, " ");
	right = rd_draw_text(area, right, 0, rd_style_of(RD_ROLE_DIM), title.right);
	rd_draw_text(area, right, 0, line, " ");
}

/* "[1]Builds  2 Releases  3 Log", and at the right what the shown list says of itself. */
static void draw_tabs(rd_console *c, const rd_area *area)
{
	int x = 1;

	for (int i = 0; i < c->n_slots; i++) {
		const rd_pane *p = &c->slots[i]->pane;
		rd_style style = rd_style_of(p->focused ? RD_ROLE_TITLE_FOCUS : RD_ROLE_TITLE);
		int from = x;

		x = rd_draw_printf(area, x, 0, style, p->focused ? "[%d]%s" : " %d %s", i + 1,
			p->ops->tab);
		if (RD_ACTION_PANE_1 + i <= RD_ACTION_PANE_9)
			rd_console_add_spot(c, area, from, x - from,
				RD_ACTION_PANE_1 + (unsigned)i);
		x += 1;
	}
	for (int i = 0; i < c->n_slots; i++) {
		const rd_pane *p = &c->slots[i]->pane;
		rd_title title = {.state_role = RD_ROLE_TEXT};
		int right;

		if (p->ops->place != RD_PLACE_LIST || c->layout.pane[i].w == 0)
			continue;
		p->ops->title(p, &title);
		right = area->r.w - 1 - rd_utf8_cells(title.right, strlen(title.right));
		if (right > x)
			right = rd_draw_right(area, area->r.w - 1, 0, rd_style_of(RD_ROLE_DIM),
					title.right) -
				1;
		if (right - rd_utf8_cells(title.state, strlen(title.state)) > x)
			rd_draw_right(area, right, 0, rd_style_of(title.state_role), title.state);
	}
}

static void draw_pane(const rd_console *c, int index, const rd_area *screen)
{
	rd_rect r = c->layout.pane[index];
	int title = c->layout.title[index];
	const rd_pane *p = &c->slots[index]->pane;
	rd_area inside = rd_area_sub(screen, r.x, r.y + title, r.w, r.h - title);

	if (r.w == 0)
		return;
	if (title) {
		rd_area line = rd_area_sub(screen, r.x, r.y, r.w, 1);

		draw_title(c, index, &line);
	}
	if (c->layout.divider[index])
		rd_draw_vline(screen, r.x + r.w, r.y, r.h, rd_style_of(RD_ROLE_LINE));
	inside.focused = p->focused && c->n_overlays == 0;
	p->ops->draw(p, &inside);
}

/* Of an error that does not fit: the key that shows it whole. @returns where it began. */
static int draw_whole_key(const rd_console *c, const rd_area *a, int end)
{
	int x = rd_draw_right(a, end, 0, rd_style_of(RD_ROLE_HINT), " whole");

	return rd_draw_right(a, x, 0, rd_style_of(RD_ROLE_KEY),
		       rd_keymap_first(c->keymap, RD_ACTION_ERROR)) -
	       1;
}

static void draw_status(const rd_console *c, const rd_area *screen)
{
	const rd_slot *slot = rd_console_focused(c);
	rd_area line = rd_area_sub(screen, c->layout.status.x, c->layout.status.y,
		c->layout.status.w, c->layout.status.h);
	rd_area area = rd_area_on(&line, c->toast[0] ? RD_ROLE_TOAST : RD_ROLE_STATUS);
	char text[256] = "";
	int jobs = 0, end;
	char label[128];
	rd_role role;

	rd_console_job_label(c, label, sizeof(label), &jobs);
	rd_draw_clear(&area);
	end = area.r.w - 1;
	if (label[0]) {
		snprintf(text, sizeof(text), jobs > 1 ? "%s (+%d)" : "%s", label, jobs - 1);
		end = rd_draw_right(&area, end, 0, rd_style_of(RD_ROLE_RUNNING), text) - 1;
	}
	text[0] = '\0';
	if (!c->toast[0] && slot && slot->pane.ops->status)
		slot->pane.ops->status(&slot->pane, text, sizeof(text));
	role = c->toast[0] ? c->toast_role : RD_ROLE_TEXT;
	if ((role == RD_ROLE_ERROR || role == RD_ROLE_FAILED) &&
		rd_utf8_cells(c->toast, strlen(c->toast)) > end - 1)
		end = draw_whole_key(c, &area, end);
	if (area.r.w < ENDS_FROM_COLS)
		rd_draw_column(&area, 1, 0, end - 1, rd_style_of(role),
			c->toast[0] ? c->toast : text);
	else
		rd_draw_column_ends(&area, 1, 0, end - 1, rd_style_of(role),
			c->toast[0] ? c->toast : text);
}

static void draw_overlay(rd_overlay *o, const rd_area *screen, bool is_top)
{
	rd_dialog *d = &o->dialog;
	char title[128] = "";
	int w = 0, h = 0;
	rd_area frame, inside;

	d->ops->size(d, screen->r.w, screen->r.h, &w, &h);
	w = within(w, screen->r.w);
	h = within(h, screen->r.h > ROOMY_ROWS ? screen->r.h - 3 : screen->r.h);
	d->ops->title(d, title, sizeof(title));
	frame = rd_area_sub(screen, (screen->r.w - w) / 2, (screen->r.h - h) / 2, w, h);
	frame = rd_area_on(&frame, RD_ROLE_DIALOG);
	rd_draw_clear(&frame);
	rd_draw_box(&frame, rd_style_of(RD_ROLE_BORDER), rd_style_of(RD_ROLE_TITLE_FOCUS), title);
	inside = rd_area_sub(&frame, 2, 1, w - 4, h - 2);
	inside.focused = is_top;
	o->inside = inside.r;
	d->w = inside.r.w;
	d->h = inside.r.h;
	d->ops->draw(d, &inside);
	if (!o->shown_us)
		o->shown_us = rd_now_us();
}

/* What lies under a dialog steps back. */
static void dim(const rd_area *screen)
{
	for (int y = 0; y < screen->r.h; y++)
		rd_draw_role(screen, 0, y, screen->r.w, RD_ROLE_DIM);
}

void rd_console_draw(rd_console *c)
{
	rd_area screen = rd_surface_area(c->surface);
	rd_area part;

	rd_surface_clear(c->surface);
	c->n_spots = 0;
	part = rd_area_sub(&screen, c->layout.header.x, c->layout.header.y, c->layout.header.w,
		c->layout.header.h);
	rd_console_draw_header(c, &part);
	part = rd_area_sub(&screen, c->layout.tabs.x, c->layout.tabs.y, c->layout.tabs.w,
		c->layout.tabs.h);
	draw_tabs(c, &part);
	for (int i = 0; i < c->n_slots; i++)
		draw_pane(c, i, &screen);
	draw_status(c, &screen);
	if (c->n_overlays > 0 && !rd_console_top(c)->dialog.ops->is_window)
		dim(&screen);
	for (int i = 0; i < c->n_overlays; i++)
		draw_overlay(c->overlays[i], &screen, i == c->n_overlays - 1);
	part = rd_area_sub(&screen, c->layout.keys.x, c->layout.keys.y, c->layout.keys.w,
		c->layout.keys.h);
	rd_console_draw_hints(c, &part);
	c->term->ops->present(c->term, c->surface, c->shown_theme ? c->shown_theme : c->theme);
}

/* SPDX-License-Identifier: MIT */
/* The keys, from the live keymap: those of the pane that has the focus, then all. */
#include "core/base/utf8.h"
#include "tui/app.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/sheet.h"

#define KEYS_COLS 14
#define COLUMN_COLS 56
#define GAP_COLS 2

typedef struct help {
	rd_sheet lines; /* one column; drawn in as many as there is room for */
	bool is_all;
	rd_scope scope;
} help;

static void put_action(rd_dialog *d, rd_action action)
{
	const rd_action_info *info = rd_action_get(action);
	const rd_keymap *map = rd_console_keymap(d->console);
	const char *keys = rd_keymap_keys(map, action), *text = info->help;
	char range[2 * RD_KEY_TEXT_SIZE];
	int pad;

	if (action == RD_ACTION_PANE_1) {
		snprintf(range, sizeof range, "%s-%s", keys,
			rd_keymap_first(map, RD_ACTION_PANE_9));
		keys = range;
		text = "pane of that number";
	}
	pad = KEYS_COLS - 2 - rd_utf8_cells(keys, strlen(keys));
	rd_sheet_put(&((help *)d->data)->lines, RD_ROLE_TEXT, NULL, " %s%*s %s", keys,
		pad > 0 ? pad : 0, "", text);
}

/* The actions of a scope that only look, or those that change the rack. */
static void put_scope(rd_dialog *d, rd_scope scope, bool mutates)
{
	help *h = d->data;

	rd_sheet_put(&h->lines, RD_ROLE_COLUMN, NULL, "%s",
		mutates ? "Changing the rack" : rd_scope_name(scope));
	for (int a = RD_ACTION_NONE + 1; a < RD_ACTION_MAX_; a++)
		if (rd_action_get((rd_action)a)->scope == scope &&
			rd_action_get((rd_action)a)->mutates == mutates &&
			!(a > RD_ACTION_PANE_1 && a <= RD_ACTION_PANE_9) &&
			rd_keymap_first(rd_console_keymap(d->console), (rd_action)a)[0])
			put_action(d, (rd_action)a);
	rd_sheet_put(&h->lines, RD_ROLE_TEXT, NULL, "%s", "");
}

static void fill(rd_dialog *d)
{
	help *h = d->data;

	rd_sheet_clear(&h->lines);
	h->lines.top = 0;
	if (h->scope != RD_SCOPE_GLOBAL)
		put_scope(d, h->scope, false);
	put_scope(d, RD_SCOPE_GLOBAL, true);
	put_scope(d, RD_SCOPE_GLOBAL, false);
	put_scope(d, RD_SCOPE_MOVE, false);
	for (int s = 0; h->is_all && s < RD_SCOPE_MAX_; s++)
		if ((rd_scope)s != h->scope && s != RD_SCOPE_GLOBAL && s != RD_SCOPE_MOVE)
			put_scope(d, (rd_scope)s, false);
}

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err RD_UNUSED)
{
	help *h = d->data;

	rd_sheet_init(&h->lines);
	h->scope = rd_console_scope(d->console);
	fill(d);
	return RD_OK;
}

static void close_dialog(rd_dialog *d)
{
	rd_sheet_done(&((help *)d->data)->lines);
}

static int columns_for(int w)
{
	int n = (w + GAP_COLS) / (COLUMN_COLS + GAP_COLS);

	return n < 1 ? 1 : n > 3 ? 3 : n;
}

static void size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h)
{
	const help *h = d->data;
	int n = columns_for(cols - 6), lines = rd_sheet_count(&h->lines);

	*ret_w = n == 1 ? 78 : n * (COLUMN_COLS + GAP_COLS) + 4;
	*ret_h = (lines + n - 1) / n + 2;
	*ret_h = *ret_h > rows - 2 ? rows - 2 : *ret_h;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	help *h = d->data;

	if (ev->kind == RD_EV_KEY && ev->key.code == '?') {
		h->is_all = !h->is_all;
		fill(d);
		return RD_REACT_REDRAW;
	}
	if (ev->kind != RD_EV_ACTION)
		return RD_REACT_NONE;
	if (rd_sheet_act(&h->lines, ev->action, d->h * columns_for(d->w)))
		return RD_REACT_REDRAW;
	return ev->action == RD_ACTION_REFUSE || ev->action == RD_ACTION_PRESS ? RD_REACT_CLOSE
									       : RD_REACT_NONE;
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	const help *h = d->data;
	int n = columns_for(area->r.w), w = (area->r.w + GAP_COLS) / n;

	for (int i = 0; i < n; i++) {
		rd_area column = rd_area_sub(area, i * w, 0, w - GAP_COLS, area->r.h);

		rd_sheet_draw_from(&h->lines, &column, h->lines.top + i * area->r.h);
	}
	rd_sheet_draw_marks(&h->lines, area, n * area->r.h);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	const help *h = d->data;

	snprintf(buf, cap,
		h->is_all ? "All keys (? these only, Esc closes)"
			  : "Keys of %s (? all keys, Esc closes)",
		rd_scope_name(h->scope));
}

const struct rd_dialog_ops rd_dialog_help = {
	.kind = "help",
	.private_size = sizeof(help),
	.open = open_dialog,
	.size = size,
	.event = event,
	.draw = draw,
	.title = title,
	.close = close_dialog,
};

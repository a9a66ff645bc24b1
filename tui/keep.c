/* SPDX-License-Identifier: MIT */
/*
 * The layout, kept from one run to the next in a file of the user, one thing a line:
 *   pane builds order=2 reversed     a pane that is open, in the order of numbers, with its own words
 *   focus releases
 *   zoom
 *   split 400 0 0                    rd_split; share: of a pane, as in rd_slot
 * What cannot be read is passed over: a layout is never a reason to fail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "tui/panes/panes.h"
#include "tui/shell.h"

#define LAYOUT_MAX_BYTES 4096

static const struct rd_pane_ops *const kinds[] = {
	&rd_pane_builds, &rd_pane_releases, &rd_pane_steps, &rd_pane_log, &rd_pane_jobs};

static char *layout_path(void)
{
	RD_AUTOFREE char *dir = NULL;

	return rd_xdg_data(&dir, NULL) || rd_mkdirs(dir, NULL)
		       ? NULL
		       : rd_path_join(dir, "console-layout");
}

static rd_slot *first_of(const rd_console *c, const struct rd_pane_ops *ops)
{
	for (int i = 0; i < c->n_slots; i++)
		if (c->slots[i]->pane.ops == ops)
			return c->slots[i];
	return NULL;
}

/* ---- out ---- */

void rd_console_keep_layout(const rd_console *c)
{
	RD_AUTOFREE char *path = layout_path();
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(LAYOUT_MAX_BYTES);
	const rd_slot *focused = rd_console_focused(c);

	for (size_t i = 0; i < RD_LEN(kinds); i++) {
		const rd_slot *slot = first_of(c, kinds[i]);

		if (!slot)
			continue;
		rd_str_printf(&text, "pane %s", kinds[i]->kind);
		if (kinds[i]->save)
			kinds[i]->save(&slot->pane, &text);
		if (slot->share)
			rd_str_printf(&text, " share=%d", slot->share);
		rd_str_put(&text, "\n");
	}
	if (focused)
		rd_str_printf(&text, "focus %s\n", focused->pane.ops->kind);
	if (c->is_zoomed)
		rd_str_put(&text, "zoom\n");
	rd_str_printf(&text, "split %d %d %d\n", c->split.wide, c->split.views, c->split.narrow);
	if (path && rd_str_ok(&text))
		rd_file_write(path, text.data, text.len, NULL);
}

/* ---- in ---- */

bool rd_kept_number(const char *words, const char *name, int *ret_number)
{
	char wanted[32];
	const char *at;

	snprintf(wanted, sizeof(wanted), " %s=", name);
	at = strstr(words, wanted);
	if (!at)
		return false;
	*ret_number = (int)strtol(at + strlen(wanted), NULL, 10);
	return *ret_number >= 0 && *ret_number < 1000;
}

static const struct rd_pane_ops *kind_of(const char *words)
{
	size_t n = strcspn(words, " ");

	for (size_t i = 0; i < RD_LEN(kinds); i++)
		if (strlen(kinds[i]->kind) == n && !strncmp(words, kinds[i]->kind, n))
			return kinds[i];
	return NULL;
}

static void take_pane(rd_console *c, const char *words)
{
	const struct rd_pane_ops *ops = kind_of(words);
	rd_slot *slot = ops ? first_of(c, ops) : NULL;
	int share;

	if (ops && !slot && !rd_console_open(c, ops, NULL, NULL, NULL))
		slot = first_of(c, ops);
	if (!slot)
		return;
	if (ops->restore)
		ops->restore(&slot->pane, words);
	if (rd_kept_number(words, "share", &share))
		slot->share = share;
}

/* The views that were closed, of those that a console begins with. */
static void close_others(rd_console *c, const char *text)
{
	for (size_t i = 0; i < RD_LEN(kinds); i++) {
		char line[64];
		rd_slot *slot = first_of(c, kinds[i]);

		snprintf(line, sizeof(line), "pane %s", kinds[i]->kind);
		if (slot && kinds[i]->place == RD_PLACE_VIEW && !strstr(text, line))
			rd_console_close_slot(c, slot);
	}
}

static void take_split(rd_console *c, const char *words)
{
	int *const parts[] = {&c->split.wide, &c->split.views, &c->split.narrow};
	char *at = (char *)(uintptr_t)words;

	for (size_t i = 0; i < RD_LEN(parts); i++) {
		long n = strtol(at, &at, 10);

		*parts[i] = n > 0 && n < 1000 ? (int)n : 0;
	}
}

static void take_line(rd_console *c, const char *line)
{
	rd_slot *slot;

	if (rd_starts_with(line, "pane "))
		take_pane(c, line + 5);
	else if (rd_starts_with(line, "split "))
		take_split(c, line + 6);
	else if (!strcmp(line, "zoom"))
		c->is_zoomed = true;
	else if (rd_starts_with(line, "focus ") && kind_of(line + 6)) {
		slot = first_of(c, kind_of(line + 6));
		if (slot)
			rd_console_focus(c, &slot->pane);
	}
}

void rd_console_restore_layout(rd_console *c)
{
	RD_AUTOFREE char *path = layout_path();
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(LAYOUT_MAX_BYTES);
	char *rest = NULL;

	if (!path || rd_file_read(path, LAYOUT_MAX_BYTES, &text, NULL) || !text.len)
		return;
	close_others(c, text.data);
	rd_console_focus_index(c, 0);
	for (char *line = strtok_r(text.data, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest))
		take_line(c, line);
	c->needs_layout = true;
}

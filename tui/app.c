/* SPDX-License-Identifier: MIT */
/* What panes and dialogs may look at. */
#include "tui/shell.h"

const rd_model *rd_console_model(const rd_console *c)
{
	return &c->model;
}

const char *rd_console_app(const rd_console *c)
{
	return c->app;
}

const rd_rack *rd_console_rack(const rd_console *c)
{
	return c->rack;
}

static rd_code can_cancel(const rd_console *c, rd_err *err)
{
	const struct rd_rack_builds *builds = c->rack->builds;

	if (!builds->cancel)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot stop a build");
	return builds->can_cancel ? builds->can_cancel(c->rack, err) : RD_OK;
}

rd_code rd_console_check_log(const rd_console *c, const char *build, rd_err *err)
{
	const struct rd_rack_logs *logs = c->rack->logs;

	return logs->check ? logs->check(c->rack, c->app, build, err) : RD_OK;
}

static rd_code needs(const rd_console *c, const void *table, const char *why_not, rd_err *err)
{
	return table ? RD_OK
		     : rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' %s", c->rack->name, why_not);
}

rd_code rd_console_can(const rd_console *c, rd_action action, rd_err *err)
{
	switch (action) {
	case RD_ACTION_CANCEL:
		return can_cancel(c, err);
	case RD_ACTION_CACHE:
	case RD_ACTION_CACHE_CLEAR:
		return needs(c, c->rack->cache, "tells of no artifact cache", err);
	case RD_ACTION_IMAGES:
		return needs(c, c->rack->images, "does not tell of its images", err);
	case RD_ACTION_PRUNE:
		return needs(c, c->rack->care, "keeps itself in order", err);
	default:
		return RD_OK;
	}
}

const rd_keymap *rd_console_keymap(const rd_console *c)
{
	return c->keymap;
}

const rd_vec *rd_console_highlights(const rd_console *c)
{
	return &c->highlights;
}

void rd_console_size(const rd_console *c, int *ret_cols, int *ret_rows)
{
	*ret_cols = rd_surface_cols(c->surface);
	*ret_rows = rd_surface_rows(c->surface);
}

const char *rd_console_dir(const rd_console *c)
{
	return c->dir;
}

int64_t rd_console_now_us(const rd_console *c)
{
	return c->now_us;
}

rd_scope rd_console_scope(const rd_console *c)
{
	const rd_slot *slot = rd_console_focused(c);

	return slot ? slot->pane.ops->scope : RD_SCOPE_GLOBAL;
}

bool rd_console_is_protected(const rd_console *c)
{
	return c->is_protected || c->model.app.locked;
}

bool rd_console_is_read_only(const rd_console *c)
{
	return c->is_read_only;
}

rd_code rd_console_may_change(const rd_console *c, rd_err *err)
{
	if (!c->is_read_only)
		return RD_OK;
	return rd_err_set(err, RD_EPERM,
		"the console is read-only: start it without --read-only to change the rack");
}

void rd_console_draw_none(const rd_console *c, const rd_area *a, int x, int y, const char *what)
{
	const char *key = rd_keymap_first(c->keymap, RD_ACTION_BUILD);
	rd_style dim = rd_style_of(RD_ROLE_DIM);

	if (c->is_read_only || !*key)
		rd_draw_printf(a, x, y, dim, "%s: 'rackdeck build' makes one", what);
	else
		rd_draw_printf(a, x, y, dim, "%s: press %s to build %s", what, key, c->dir);
}

void rd_console_draw_no_match(const rd_console *c, const rd_area *a, int x, int y, const char *what)
{
	const char *key = rd_keymap_first(c->keymap, RD_ACTION_CLEAR);

	rd_draw_printf(a, x, y, rd_style_of(RD_ROLE_DIM), "%s%s%s%s", what, *key ? ": " : "", key,
		*key ? " shows all" : "");
}

/* SPDX-License-Identifier: MIT */
/* From inputs to events, and the actions that the console does itself. */
#include <string.h>

#include "core/base/clock.h"
#include "tui/dialogs/dialogs.h"
#include "tui/jobs.h"
#include "tui/panes/panes.h"
#include "tui/shell.h"

#define TWICE_US 1500000 /* two ^C within this quit */

static const rd_build *target_build(const rd_console *c)
{
	return rd_model_build(&c->model, c->target.build);
}

/* ---- actions on the selection ---- */

static void open_cancel(rd_console *c)
{
	const rd_build *b = target_build(c);

	if (!c->target.build[0])
		rd_console_toast(c, RD_ROLE_WARN, "no build is selected");
	else if (b && !rd_build_is_active(b))
		rd_console_toast(c, RD_ROLE_WARN, "build %s is not running: it is %s", b->id,
			b->status);
	else
		rd_cancel_open(c, c->target.build);
}

static void open_export(rd_console *c)
{
	const rd_build *b = target_build(c);
	char *ids[] = {c->target.build, NULL};
	const rd_strs builds = {ids, 1, 1};

	if (!c->target.build[0])
		rd_console_toast(c, RD_ROLE_WARN, "no build is selected");
	else if (b && !b->release[0])
		rd_console_toast(c, RD_ROLE_WARN, "build %s cannot be exported: it is %s", b->id,
			b->status);
	else
		rd_console_open_dialog(c, &rd_dialog_export, &builds, NULL);
}

/* Dialogs about a release. `past` says what is being done, for the message. */
static void open_release(rd_console *c, const struct rd_dialog_ops *ops, const char *past)
{
	const rd_build *b = target_build(c);

	if (c->target.release[0] && ops == &rd_dialog_diff)
		rd_diff_open(c, c->target.release, NULL, 0);
	else if (c->target.release[0])
		rd_console_open_dialog(c, ops, &c->target, NULL);
	else if (b)
		rd_console_toast(c, RD_ROLE_WARN, "build %s has no release to be %s: it is %s",
			b->id, past, b->status);
	else if (!c->model.releases.len)
		rd_console_toast(c, RD_ROLE_WARN, "no release to be %s yet: press %s to build",
			past, rd_keymap_first(c->keymap, RD_ACTION_BUILD));
	else
		rd_console_toast(c, RD_ROLE_WARN, "no release is selected to be %s", past);
}

/* Shows a log or steps pane for the selected build: one that shows it already, else in the place of
 * the one that was used last. */
static void show_build(rd_console *c, const struct rd_pane_ops *ops)
{
	const rd_pane_log_args args = {.build = c->target.build, .scope = RD_LOG_ALL};
	rd_slot *last = NULL;

	if (!c->target.build[0]) {
		rd_console_toast(c, RD_ROLE_WARN, "no build is selected");
		return;
	}
	for (int i = 0; i < c->n_slots; i++) {
		rd_slot *slot = c->slots[i];
		rd_target shown = {.build = ""};

		if (slot->pane.ops != ops)
			continue;
		if (ops->target)
			ops->target(&slot->pane, &shown);
		if (!strcmp(shown.build, c->target.build)) {
			rd_console_focus_index(c, i);
			return;
		}
		if (!last || slot->used > last->used)
			last = slot;
	}
	rd_console_replace(c, last ? &last->pane : NULL, ops, &args, NULL, NULL);
}

static void split(rd_console *c)
{
	const rd_pane_log_args args = {
		.build = c->target.build[0] ? c->target.build : NULL, .scope = RD_LOG_ALL};

	rd_console_open(c, &rd_pane_log, &args, NULL, NULL);
}

/* ---- actions on the console ---- */

void rd_console_take_size(rd_console *c)
{
	int cols = 0, rows = 0;

	c->term->ops->size(c->term, &cols, &rows);
	if (rd_surface_resize(c->surface, cols, rows, NULL))
		c->is_over = true;
	c->needs_layout = c->is_urgent = true;
}

static void close_pane(rd_console *c)
{
	rd_slot *slot = rd_console_focused(c);

	if (slot && (slot->pane.ops->place == RD_PLACE_VIEW || slot->pane.ops->closes))
		rd_console_close_slot(c, slot);
	else
		rd_console_toast(c, RD_ROLE_TEXT, "lists stay open");
}

/* Leaves at once, unless jobs run: then once it is asked. */
static void quit(rd_console *c)
{
	if (rd_console_jobs_running(c) > 0)
		rd_console_open_dialog(c, &rd_dialog_quit, NULL, NULL);
	else
		c->is_over = true;
}

/* Out of the zoom, from a view to the list, from the list out of the console. */
static void back(rd_console *c)
{
	const rd_slot *slot = rd_console_focused(c);

	if (c->is_zoomed) {
		c->is_zoomed = false;
		c->needs_layout = true;
		return;
	}
	for (int i = 0; slot && slot->pane.ops->place == RD_PLACE_VIEW && i < c->n_slots; i++)
		if (c->slots[i]->pane.ops->place == RD_PLACE_LIST) {
			rd_console_focus_index(c, i);
			return;
		}
	if (slot && slot->pane.ops->closes)
		rd_console_close_slot(c, rd_console_focused(c));
	else
		quit(c);
}

static void interrupt(rd_console *c)
{
	int64_t now = rd_now_us();

	if (c->interrupted_us && now - c->interrupted_us < TWICE_US)
		quit(c);
	c->interrupted_us = now;
	rd_console_toast(c, RD_ROLE_TEXT, "^C again to quit; builds go on");
}

static void move_focus(rd_console *c, int step)
{
	if (c->n_slots > 0)
		rd_console_focus_index(c, (c->focus + step + c->n_slots) % c->n_slots);
}

static void do_screen_action(rd_console *c, rd_action action)
{
	switch (action) {
	case RD_ACTION_ZOOM:
		c->is_zoomed = !c->is_zoomed;
		c->needs_layout = true;
		break;
	case RD_ACTION_SPLIT:
		split(c);
		break;
	case RD_ACTION_PANE_CLOSE:
		close_pane(c);
		break;
	case RD_ACTION_PANE_NEXT:
		move_focus(c, 1);
		break;
	case RD_ACTION_PANE_PREV:
		move_focus(c, -1);
		break;
	case RD_ACTION_PANE_LAST:
		rd_console_focus_last(c);
		break;
	case RD_ACTION_PANE_LEFT:
		rd_console_focus_beside(c, -1, 0);
		break;
	case RD_ACTION_PANE_DOWN:
		rd_console_focus_beside(c, 0, 1);
		break;
	case RD_ACTION_PANE_UP:
		rd_console_focus_beside(c, 0, -1);
		break;
	case RD_ACTION_PANE_RIGHT:
		rd_console_focus_beside(c, 1, 0);
		break;
	case RD_ACTION_REDRAW:
		c->term->ops->redraw(c->term);
		rd_console_take_size(c);
		break;
	case RD_ACTION_MOUSE:
		rd_console_toggle_mouse(c);
		break;
	case RD_ACTION_SUSPEND:
		c->term->ops->suspend(c->term);
		rd_console_take_size(c);
		break;
	default:
		if (action >= RD_ACTION_PANE_1 && action <= RD_ACTION_PANE_9)
			rd_console_focus_index(c, (int)(action - RD_ACTION_PANE_1));
		break;
	}
}

/* What concerns the app or the rack as a whole. */
static void do_rack_action(rd_console *c, rd_action action)
{
	switch (action) {
	case RD_ACTION_ENV:
		rd_console_open_dialog(c, &rd_dialog_env, NULL, NULL);
		break;
	case RD_ACTION_CACHE:
		rd_console_show(c, &rd_pane_cache);
		break;
	case RD_ACTION_IMAGES:
		rd_console_show(c, &rd_pane_images);
		break;
	case RD_ACTION_CACHE_CLEAR:
		rd_cache_clear_open(c, c->app);
		break;
	case RD_ACTION_PRUNE:
		rd_console_open_dialog(c, &rd_dialog_prune, NULL, NULL);
		break;
	case RD_ACTION_APPS_PARAMS:
		rd_console_open_dialog(c, &rd_dialog_app_params, NULL, NULL);
		break;
	case RD_ACTION_RACK_PARAMS:
		rd_console_open_dialog(c, &rd_dialog_rack_params, NULL, NULL);
		break;
	case RD_ACTION_REGISTRIES:
		rd_console_open_dialog(c, &rd_dialog_registries, NULL, NULL);
		break;
	case RD_ACTION_APPS_CREATE:
		rd_console_open_dialog(c, &rd_dialog_app_create, NULL, NULL);
		break;
	case RD_ACTION_APPS_DELETE:
		rd_app_delete_open(c, c->app);
		break;
	default:
		do_screen_action(c, action);
		break;
	}
}

/* What no pane wanted. */
static void do_action(rd_console *c, rd_action action)
{
	switch (action) {
	case RD_ACTION_HELP:
		rd_console_open_dialog(c, &rd_dialog_help, NULL, NULL);
		break;
	case RD_ACTION_OPEN:
		show_build(c, &rd_pane_log);
		break;
	case RD_ACTION_STEPS:
	case RD_ACTION_LOG_STEPS:
		show_build(c, &rd_pane_steps);
		break;
	case RD_ACTION_DIFF:
		open_release(c, &rd_dialog_diff, "compared");
		break;
	case RD_ACTION_ERROR:
		if (!c->last_error.code) {
			rd_console_toast(c, RD_ROLE_TEXT, "nothing went wrong so far");
			break;
		}
		rd_console_open_dialog(c, &rd_dialog_error, NULL, NULL);
		break;
	case RD_ACTION_PALETTE:
		rd_console_open_dialog(c, &rd_dialog_palette, NULL, NULL);
		break;
	case RD_ACTION_SWITCH:
		rd_console_open_dialog(c, &rd_dialog_switcher, NULL, NULL);
		break;
	case RD_ACTION_INFO:
		rd_console_open_dialog(c, &rd_dialog_info, &c->target, NULL);
		break;
	case RD_ACTION_MANIFEST:
		rd_console_open_dialog(c, &rd_dialog_manifest, &c->target, NULL);
		break;
	case RD_ACTION_THEME:
		rd_console_open_dialog(c, &rd_dialog_theme, NULL, NULL);
		break;
	case RD_ACTION_BUILD:
		rd_console_open_dialog(c, &rd_dialog_build, NULL, NULL);
		break;
	case RD_ACTION_DEPLOY:
		rd_console_open_dialog(c, &rd_dialog_deploy, NULL, NULL);
		break;
	case RD_ACTION_EXPORT:
		open_export(c);
		break;
	case RD_ACTION_IMPORT:
		rd_console_open_dialog(c, &rd_dialog_import, NULL, NULL);
		break;
	case RD_ACTION_WATCH:
		if (rd_console_is_watching(c))
			rd_console_cancel_job(c, c->watch_job);
		else
			rd_console_open_dialog(c, &rd_dialog_watch, NULL, NULL);
		break;
	case RD_ACTION_PROMOTE:
		open_release(c, &rd_dialog_promote, "promoted");
		break;
	case RD_ACTION_ROLLBACK:
		open_release(c, &rd_dialog_rollback, "rolled back to");
		break;
	case RD_ACTION_CANCEL:
		open_cancel(c);
		break;
	case RD_ACTION_REFRESH:
		rd_console_react(c, RD_REACT_RELOAD, NULL, NULL);
		break;
	case RD_ACTION_SETTINGS:
		rd_console_edit_settings(c);
		break;
	case RD_ACTION_BACK:
		back(c);
		break;
	case RD_ACTION_INTERRUPT:
		interrupt(c);
		break;
	case RD_ACTION_JOBS:
		rd_console_show(c, &rd_pane_jobs);
		break;
	case RD_ACTION_QUIT:
		quit(c);
		break;
	default:
		do_rack_action(c, action);
		break;
	}
}

/* ---- keys ---- */

/* Keys of the first moments of a mutating dialog were meant for something else; but the way out is
 * always open. */
static bool is_guarded(const rd_console *c, const rd_overlay *o, rd_key key)
{
	if (key.code == RD_KEY_ESC || rd_key_same(key, rd_key_of('c', RD_KEY_CTRL)))
		return false;
	return o->dialog.ops->mutates && (!o->shown_us || rd_now_us() - o->shown_us < c->guard_us);
}

/* The action of a key, as an event; or the key itself if nothing is bound to it. */
static rd_event event_of(rd_console *c, rd_scope scope, rd_key key)
{
	rd_event ev = {.kind = RD_EV_KEY, .key = key};

	ev.action = rd_keymap_feed(c->keymap, scope, &c->pending, key);
	if (ev.action != RD_ACTION_NONE)
		ev.kind = RD_EV_ACTION;
	return ev;
}

static void key_to_overlay(rd_console *c, rd_overlay *o, rd_key key)
{
	rd_event ev = {.kind = RD_EV_KEY, .key = key};
	bool is_typing = o->dialog.ops->wants_text && o->dialog.ops->wants_text(&o->dialog);
	rd_react react = is_typing ? o->dialog.ops->event(&o->dialog, &ev) : RD_REACT_PASS;

	if (react & RD_REACT_PASS) {
		ev = event_of(c, RD_SCOPE_DIALOG, key);
		if (c->pending.code)
			return;
		react = o->dialog.ops->event(&o->dialog, &ev);
	}
	rd_console_react(c, react, NULL, o);
}

/* What would change the rack is not for a read-only console. */
static bool is_refused(rd_console *c, rd_action action)
{
	rd_err err = {0};

	if (action == RD_ACTION_NONE || !rd_action_get(action)->mutates ||
		!rd_console_may_change(c, &err))
		return false;
	rd_console_toast(c, RD_ROLE_WARN, "%s", err.msg);
	return true;
}

void rd_console_do(rd_console *c, rd_slot *slot, rd_action action)
{
	const rd_event ev = {.kind = RD_EV_ACTION, .action = action};

	if (!is_refused(c, action) && (!slot || rd_console_send(c, slot, &ev) & RD_REACT_PASS))
		do_action(c, action);
}

static void key_to_pane(rd_console *c, rd_slot *slot, rd_key key)
{
	rd_event ev = {.kind = RD_EV_KEY, .key = key};
	bool is_typing = slot->pane.ops->wants_text && slot->pane.ops->wants_text(&slot->pane);

	if (is_typing && !(rd_console_send(c, slot, &ev) & RD_REACT_PASS))
		return;
	ev = event_of(c, slot->pane.ops->scope, key);
	if (ev.kind == RD_EV_ACTION)
		rd_console_do(c, slot, ev.action);
	else if (!c->pending.code)
		rd_console_send(c, slot, &ev);
}

/* Keys of the terminal rather than of what it shows: they count while a dialog is open or a text is
 * typed, if they are no text themselves. */
static bool take_terminal_key(rd_console *c, rd_key key)
{
	rd_key alone = {0, 0};
	rd_action action = rd_keymap_feed(c->keymap, RD_SCOPE_GLOBAL, &alone, key);

	if (rd_key_is_text(key) || (action != RD_ACTION_SUSPEND && action != RD_ACTION_REDRAW))
		return false;
	do_screen_action(c, action);
	return true;
}

void rd_console_take_key(rd_console *c, rd_key key)
{
	rd_overlay *top = rd_console_top(c);
	rd_slot *slot = rd_console_focused(c);

	if (take_terminal_key(c, key))
		return;
	if (top && is_guarded(c, top, key))
		return;
	c->is_urgent = true;
	rd_console_clear_toast(c);
	if (top)
		key_to_overlay(c, top, key);
	else if (slot)
		key_to_pane(c, slot, key);
	else
		do_action(c, event_of(c, RD_SCOPE_GLOBAL, key).action);
}

static void take_paste(rd_console *c, const rd_input *in)
{
	const rd_event ev = {.kind = RD_EV_PASTE, .text = in->text, .n = in->n};
	rd_overlay *top = rd_console_top(c);
	rd_slot *slot = rd_console_focused(c);

	c->is_urgent = true;
	if (top && top->dialog.ops->wants_text && top->dialog.ops->wants_text(&top->dialog))
		rd_console_react(c, top->dialog.ops->event(&top->dialog, &ev), NULL, top);
	else if (!top && slot && slot->pane.ops->wants_text &&
		 slot->pane.ops->wants_text(&slot->pane))
		rd_console_send(c, slot, &ev);
	else
		rd_console_toast(c, RD_ROLE_WARN, "paste ignored: there is no field for it");
}

void rd_console_take_input(rd_console *c, const rd_input *in)
{
	switch (in->kind) {
	case RD_INPUT_KEY:
		rd_console_take_key(c, in->key);
		break;
	case RD_INPUT_PASTE:
		take_paste(c, in);
		break;
	case RD_INPUT_MOUSE:
		rd_console_take_mouse(c, &in->mouse);
		break;
	case RD_INPUT_RESIZE:
		rd_console_take_size(c);
		break;
	case RD_INPUT_GONE:
		c->is_over = true;
		break;
	case RD_INPUT_NONE:
		break;
	}
}

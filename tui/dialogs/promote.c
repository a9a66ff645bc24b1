/* SPDX-License-Identifier: MIT */
/* Promote and roll back: what changes, where, what is run, how to undo it; then yes or no. */
#include "core/rack/environment.h"
#include "tui/dialogs/deed.h"
#include "tui/dialogs/compare.h"
#include "tui/dialogs/confirm.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/rollout.h"

typedef struct promote {
	rd_confirm confirm;
	rd_compare *compare; /* NULL until it is read */
	rd_compare_look look;
	char release[32];
	bool is_rollback;
} promote;

/* ---- the change itself, in the pool ---- */

/* What to say: a rack that takes its time for it has only begun. */
static void say(rd_deed *w, const rd_rack *rack, const char *release)
{
	if (rack->releases->settle)
		snprintf(w->said, sizeof(w->said), "the rack rolls %s out", release);
	else if (strcmp(release, w->name) != 0)
		snprintf(w->said, sizeof(w->said), "rolled back to %s as %s: it is active now",
			w->name, release);
	else
		snprintf(w->said, sizeof(w->said), "%s is active now", release);
}

static rd_code make_active(rd_deed *w, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	say(w, rack, w->name);
	return rack->releases->promote(rack, w->app, w->name, false, cancel, err);
}

static rd_react made(rd_console *c, rd_deed *w)
{
	rd_rollout_later(c, w->app, w->more ? w->more : w->name);
	return RD_REACT_NONE;
}

static rd_code copy_forward(rd_deed *w, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release fresh = {0};
	rd_code code = rd_release_copy(rack, w->app, w->name, &fresh, err);

	if (code)
		return code;
	say(w, rack, fresh.id);
	w->more = rd_strdup(fresh.id);
	if (!w->more)
		return rd_err_nomem(err);
	return rack->releases->promote(rack, w->app, fresh.id, false, cancel, err);
}

static rd_react start(rd_dialog *d)
{
	const promote *p = d->data;
	rd_deed *w = NULL;
	rd_err err = {0};

	if (rd_deed_new(d->console, p->release, &w, &err)) {
		rd_console_toast_err(d->console, &err);
		return RD_REACT_CLOSE;
	}
	snprintf(w->label, sizeof(w->label), "%s %s",
		p->is_rollback ? "rolling back to" : "promoting", p->release);
	w->make = p->is_rollback ? copy_forward : make_active;
	w->made = made;
	w->can_cancel = w->is_long = true;
	rd_deed_start(d->console, w);
	return RD_REACT_CLOSE;
}

/* ---- what it shows ---- */

static void put_foot(rd_dialog *d)
{
	promote *p = d->data;
	const char *app = rd_console_app(d->console), *rack = rd_console_rack(d->console)->name;
	const char *active = p->compare->has_from ? p->compare->from.id : NULL;
	rd_sheet *foot = &p->confirm.foot;

	rd_sheet_put(foot, RD_ROLE_TEXT, "runs", "rackdeck releases %s %s -a %s -r %s",
		p->is_rollback ? "rollback" : "promote", p->release, app, rack);
	if (active)
		rd_sheet_put(foot, RD_ROLE_TEXT, "undo",
			"rackdeck releases rollback %s -a %s -r %s", active, app, rack);
	else
		rd_sheet_put(foot, RD_ROLE_DIM, "undo", "none: no release was active before");
}

static void fill(rd_dialog *d)
{
	promote *p = d->data;

	rd_sheet_clear(&p->confirm.body);
	rd_sheet_clear(&p->confirm.foot);
	rd_compare_put(p->compare, d->console, &p->look, &p->confirm.body);
	if (p->is_rollback)
		rd_sheet_put(&p->confirm.body, RD_ROLE_DIM, NULL,
			"A new release with this build and environment is made and promoted.");
	put_foot(d);
}

static rd_react compared(rd_dialog *d, rd_compare *compare, rd_code code, const rd_err *err)
{
	promote *p = d->data;

	if (code) {
		rd_console_toast_err(d->console, err);
		return RD_REACT_REDRAW;
	}
	rd_compare_free(p->compare);
	p->compare = compare;
	p->confirm.yes = p->is_rollback ? "roll back to it" : "promote it";
	fill(d);
	return RD_REACT_REDRAW;
}

/* ---- the dialog ---- */

static rd_code open_dialog(rd_dialog *d, const char *release, bool is_rollback, rd_err *err)
{
	promote *p = d->data;
	rd_code code;

	p->is_rollback = is_rollback;
	snprintf(p->release, sizeof p->release, "%s", release);
	rd_confirm_init(&p->confirm, NULL, "Cancel");
	rd_confirm_guard(&p->confirm, d->console);
	rd_sheet_put(&p->confirm.body, RD_ROLE_DIM, NULL, "reading the releases");
	code = rd_compare_later(d, release, NULL, compared, err);
	if (code)
		rd_confirm_done(&p->confirm);
	return code;
}

static rd_code open_promote(rd_dialog *d, const void *args, rd_err *err)
{
	const rd_target *t = args;
	const rd_model *m = rd_console_model(d->console);
	int at = rd_model_release_index(m, t->release);
	const char *current = rd_or_empty(m->app.release);
	int active = rd_model_release_index(m, current);

	if (!rd_console_rack(d->console)->releases->promote)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot promote");
	if (active >= 0 && at == active)
		return rd_err_set(err, RD_EBUSY, "%s is active already", t->release);
	if (active >= 0 && at > active)
		return rd_err_set(err, RD_EBUSY,
			"%s is older than the active release: press %s to roll back to it",
			t->release,
			rd_keymap_first(rd_console_keymap(d->console), RD_ACTION_ROLLBACK));
	return open_dialog(d, t->release, false, err);
}

/* The active release, or a newer one, means: back to the one that was active before. */
static rd_code open_rollback(rd_dialog *d, const void *args, rd_err *err)
{
	const rd_target *t = args;
	const rd_model *m = rd_console_model(d->console);
	int at = rd_model_release_index(m, t->release);
	const char *current = rd_or_empty(m->app.release);
	int active = rd_model_release_index(m, current);

	if (!current[0])
		return rd_err_set(err, RD_EBUSY,
			"no release is active: there is nothing to go back from");
	if (active < 0) /* older than all that were read */
		return rd_err_set(err, RD_EBUSY, "%s is newer than the active release %s",
			t->release, current);
	if (!rd_console_rack(d->console)->releases->create)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot roll back");
	if (at <= active)
		at = rd_model_previous_index(m);
	if (at < 0)
		return rd_err_set(err, RD_ENOENT, "no release was active before %s", current);
	return open_dialog(d, ((rd_release *)rd_vec_at(&m->releases, (size_t)at))->id, true, err);
}

/* Another release has become active meanwhile: what was read is compared with it, before any yes. */
static rd_react active_changed(rd_dialog *d)
{
	promote *p = d->data;
	const char *active = rd_or_empty(rd_console_model(d->console)->app.release);
	const char *from = p->compare && p->compare->has_from ? p->compare->from.id : "";
	rd_err err = {0};

	if (!p->compare || !strcmp(from, active))
		return RD_REACT_NONE;
	if (!strcmp(active, p->release)) {
		rd_console_toast(d->console, RD_ROLE_WARN, "%s is active already", p->release);
		return RD_REACT_CLOSE;
	}
	p->confirm.yes = NULL;
	if (!rd_compare_later(d, p->release, NULL, compared, &err))
		return RD_REACT_REDRAW;
	rd_console_toast_err(d->console, &err);
	return RD_REACT_CLOSE;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	promote *p = d->data;
	bool yes;
	rd_react react = rd_confirm_event(&p->confirm, d, ev, &yes);

	if (ev->kind == RD_EV_ACTION && p->compare && rd_compare_act(&p->look, ev->action)) {
		fill(d);
		return RD_REACT_REDRAW;
	}
	if (ev->kind == RD_EV_MODEL)
		return active_changed(d);
	return yes && p->compare ? start(d) : react;
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	const promote *p = d->data;

	snprintf(buf, cap, "%s %s -> %s / %s", p->is_rollback ? "Roll back to" : "Promote",
		p->release, rd_console_rack(d->console)->name, rd_console_app(d->console));
}

static void close_dialog(rd_dialog *d)
{
	promote *p = d->data;

	rd_confirm_done(&p->confirm);
	rd_compare_free(p->compare);
}

const struct rd_dialog_ops rd_dialog_promote = {
	RD_CONFIRM_DIALOG("promote", promote),
	.mutates = true,
	.open = open_promote,
	.event = event,
	.title = title,
	.close = close_dialog,
};

const struct rd_dialog_ops rd_dialog_rollback = {
	RD_CONFIRM_DIALOG("rollback", promote),
	.mutates = true,
	.open = open_rollback,
	.event = event,
	.title = title,
	.close = close_dialog,
};

/* SPDX-License-Identifier: MIT */
/* Making an app, and deleting one once its name was typed. */
#include "tui/dialogs/ask.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/form.h"

/* ---- create ---- */

static rd_code create(rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	return rack->apps->create(rack, w->name, err);
}

static rd_react created(rd_console *c, rd_deed *w)
{
	rd_console_toast(c, RD_ROLE_COMPLETE, "app %s is created: %s goes to it", w->name,
		rd_keymap_first(rd_console_keymap(c), RD_ACTION_SWITCH));
	return RD_REACT_NONE;
}

static rd_code submit_form(rd_dialog *d, rd_form *f, rd_err *err)
{
	rd_deed *w = NULL;
	rd_code code;

	if (!rd_form_text(f, 0)[0])
		return rd_err_set(err, RD_EINVAL, "the app needs a name");
	code = rd_deed_new(d->console, rd_form_text(f, 0), &w, err);
	if (code)
		return code;
	w->make = create;
	w->made = created;
	snprintf(w->label, sizeof(w->label), "creating an app");
	rd_deed_start(d->console, w);
	return RD_OK;
}

static void command(const rd_dialog *d, const rd_form *f, rd_str *out)
{
	rd_str_put(out, "rackdeck apps create ");
	rd_str_put_word(out, rd_form_text(f, 0));
	rd_str_printf(out, " -r %s", rd_console_rack(d->console)->name);
}

static rd_code open_form(rd_dialog *d, const void *args, rd_err *err RD_UNUSED)
{
	static const rd_form_item items[] = {
		{RD_FORM_TEXT, "Name", "lowercase letters, numbers, hyphens"}};
	static const rd_form_ops ops = {.title = "Create an app",
		.submit = "create it",
		.items = items,
		.n = RD_LEN(items),
		.submit_form = submit_form,
		.command = command,
		.is_rack = true,
		.is_guarded = true};

	rd_form_init(d, &ops);
	rd_form_set(d->data, 0, rd_or_empty(args));
	return RD_OK;
}

const struct rd_dialog_ops rd_dialog_app_create = RD_FORM_DIALOG("apps-create", rd_form, open_form);

/* ---- delete ---- */

static rd_code delete (rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	snprintf(w->said, sizeof(w->said), "app %s is deleted", w->name);
	return rack->apps->remove(rack, w->name, err);
}

void rd_app_delete_open(rd_console *c, const char *app)
{
	const char *rack = rd_console_rack(c)->name;
	rd_deed *w = NULL;
	rd_question q;
	rd_err err = {0};

	if (rd_deed_new(c, app, &w, &err)) {
		rd_console_toast_err(c, &err);
		return;
	}
	w->make = delete;
	w->is_long = true;
	snprintf(w->label, sizeof(w->label), "deleting an app");
	rd_question_init(&q, c, "delete it", "Cancel", w);
	rd_confirm_type(&q.confirm, app);
	snprintf(q.title, sizeof(q.title), "Delete %s / %s", rack, app);
	rd_sheet_put(&q.confirm.body, RD_ROLE_STRONG, "app", "%s", app);
	rd_sheet_put(&q.confirm.body, RD_ROLE_REMOVE, NULL,
		"It goes with all its builds, releases, environment, logs and images.");
	rd_sheet_put(&q.confirm.foot, RD_ROLE_TEXT, "runs", "rackdeck apps delete %s -r %s", app,
		rack);
	rd_sheet_put(&q.confirm.foot, RD_ROLE_DIM, "undo", "none");
	rd_ask(c, &q);
}

/* SPDX-License-Identifier: MIT */
/*
 * Automatic builds of the app: a folder or a branch is watched as long as the console is open.
 *
 * DESIGN: the watch is a job, which ends by the key that started it, in the list of jobs, or with the
 * console. Its news come to the loop as posted calls.
 */
#include "core/formats/giturl.h"
#include "core/rack/autobuild.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/form.h"

enum item { ITEM_SOURCE, ITEM_DEPLOY, ITEM_MAX_ };

static const rd_form_item items[ITEM_MAX_] = {
	[ITEM_SOURCE] = {RD_FORM_TEXT, "Source", "a folder, or a git URL with #branch"},
	[ITEM_DEPLOY] = {RD_FORM_CHECK, "Deploy", "promote what was built"},
};

/* ---- the work ---- */

struct watching {
	rd_console *console; /* for rd_console_post alone */
	char *app, *source;
	bool deploy;
};

/* Something to be told on the loop. */
struct news {
	rd_auto_kind kind;
	char *build, *text;
};

static void discard_news(void *arg)
{
	struct news *n = arg;

	free(n->build);
	free(n->text);
	free(n);
}

static rd_react show_news(rd_console *c, void *arg)
{
	const struct news *n = arg;

	switch (n->kind) {
	case RD_AUTO_STARTED:
		rd_console_toast(c, RD_ROLE_COMPLETE, "build %s has begun: the source changed",
			n->build);
		return RD_REACT_RELOAD;
	case RD_AUTO_REPLACED:
		rd_console_toast(c, RD_ROLE_TEXT, "build %s gave way to a newer change", n->build);
		return RD_REACT_RELOAD;
	case RD_AUTO_PROMOTED:
		rd_console_toast(c, RD_ROLE_COMPLETE, "release %s is promoted", n->text);
		return RD_REACT_RELOAD;
	case RD_AUTO_WARNING:
	case RD_AUTO_PROBLEM:
		rd_console_toast(c, RD_ROLE_WARN, "watch: %s", n->text);
		return RD_REACT_REDRAW;
	case RD_AUTO_MENDED:
		rd_console_toast(c, RD_ROLE_COMPLETE, "watch: it works again");
		return RD_REACT_REDRAW;
	default:
		return RD_REACT_NONE;
	}
}

static void tell(void *arg, const rd_auto_news *news)
{
	const struct watching *w = arg;
	struct news *n = calloc(1, sizeof *n);

	if (!n)
		return;
	n->kind = news->kind;
	n->build = rd_strdup(news->build);
	n->text = rd_strdup(news->text);
	if (n->build && n->text)
		rd_console_post(w->console, show_news, discard_news, n);
	else
		discard_news(n);
}

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct watching *w = arg;
	const rd_auto_opts opts = {.rack = rack,
		.app = w->app,
		.from = {.source = w->source},
		.deploy = w->deploy,
		.tell = tell,
		.arg = w,
		.cancel = cancel};
	rd_code code = rd_autobuild_run(&opts, err);

	return code ? code : rd_err_set(err, RD_ECANCELED, "canceled");
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct watching *w = arg;

	if (code == RD_ECANCELED)
		rd_console_toast(c, RD_ROLE_TEXT, "%s is no longer built by itself", w->app);
	else
		rd_console_toast_err(c, err);
	return RD_REACT_REDRAW;
}

static void discard(void *arg)
{
	struct watching *w = arg;

	free(w->app);
	free(w->source);
	free(w);
}

static rd_code submit_form(rd_dialog *d, rd_form *f, rd_err *err)
{
	struct watching *w = calloc(1, sizeof *w);
	RD_STR_AUTO rd_str label = RD_STR_INIT(0);
	RD_AUTOFREE char *shown = rd_strdup(rd_form_text(f, ITEM_SOURCE));
	unsigned id;
	rd_task task = {.work = work,
		.done = done,
		.discard = discard,
		.arg = w,
		.can_cancel = true,
		.is_long = true};
	rd_code code;

	if (!w || !shown) {
		free(w);
		return rd_err_nomem(err);
	}
	w->console = d->console;
	w->app = rd_strdup(rd_console_app(d->console));
	w->source = rd_strdup(rd_form_text(f, ITEM_SOURCE));
	w->deploy = f->checks[ITEM_DEPLOY];
	rd_giturl_hide_login(shown);
	rd_str_printf(&label, "watching %s", shown);
	if (!w->app || !w->source || !rd_str_ok(&label)) {
		discard(w);
		return rd_err_nomem(err);
	}
	task.label = rd_str_get(&label);
	code = rd_console_start(d->console, &task, &id, err);
	if (code)
		return code;
	rd_console_set_watch(d->console, id);
	rd_console_toast(d->console, RD_ROLE_COMPLETE, "%s is built when it changes: %s ends it",
		rd_console_app(d->console),
		rd_keymap_first(rd_console_keymap(d->console), RD_ACTION_WATCH));
	return RD_OK;
}

/* ---- the form ---- */

static void command(const rd_dialog *d, const rd_form *f, rd_str *out)
{
	rd_str_put(out, "rackdeck watch ");
	rd_str_put_word(out, rd_form_text(f, ITEM_SOURCE));
	rd_str_printf(out, " -a %s -r %s%s", rd_console_app(d->console),
		rd_console_rack(d->console)->name, f->checks[ITEM_DEPLOY] ? " --deploy" : "");
}

static const rd_form_ops ops = {.title = "Build what changes",
	.submit = "start watching",
	.items = items,
	.n = ITEM_MAX_,
	.is_guarded = true,
	.submit_form = submit_form,
	.command = command};

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	if (!rd_console_rack(d->console)->builds->create)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot build");
	rd_form_init(d, &ops);
	rd_form_set(d->data, ITEM_SOURCE, rd_console_dir(d->console));
	return RD_OK;
}

const struct rd_dialog_ops rd_dialog_watch = RD_FORM_DIALOG("watch", rd_form, open_dialog);

/* SPDX-License-Identifier: MIT */
/*
 * Automatic builds of the app: a folder or a branch is watched as long as the console is open.
 *
 * DESIGN: a form of one field and a box to tick. The watch is a job, which ends by the key that
 * started it, in the list of jobs, or with the console. Its news come to the loop as posted calls.
 */
#include "core/formats/giturl.h"
#include "core/rack/autobuild.h"
#include "tui/app.h"
#include "tui/dialogs/dialogs.h"
#include "tui/widgets/field.h"

enum item { ITEM_SOURCE, ITEM_DEPLOY, ITEM_CANCEL, ITEM_MAX_ };
#define LABEL_COLS 13

typedef struct form {
	rd_field source;
	bool deploy;
	int item; /* that has the focus */
} form;

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

static rd_code start(rd_dialog *d, rd_err *err)
{
	const form *f = d->data;
	struct watching *w = calloc(1, sizeof *w);
	RD_STR_AUTO rd_str label = RD_STR_INIT(0);
	RD_AUTOFREE char *shown = rd_strdup(rd_field_get(&f->source));
	unsigned id;
	rd_task task = {.work = work,
		.done = done,
		.discard = discard,
		.arg = w,
		.can_cancel = true,
		.is_long = true};
	rd_code code;

	if (!w || !shown)
		return rd_err_nomem(err);
	w->console = d->console;
	w->app = rd_strdup(rd_console_app(d->console));
	w->source = rd_strdup(rd_field_get(&f->source));
	w->deploy = f->deploy;
	rd_giturl_hide_login(shown);
	rd_str_printf(&label, "watching %s", shown);
	if (!w->app || !w->source || !rd_str_ok(&label)) {
		discard(w);
		return rd_err_nomem(err);
	}
	task.label = rd_str_get(&label);
	code = rd_console_start(d->console, &task, &id, err);
	if (!code)
		rd_console_set_watch(d->console, id);
	return code;
}

static rd_react submit(rd_dialog *d)
{
	rd_err err = {0};

	if (start(d, &err))
		rd_console_toast_err(d->console, &err);
	else
		rd_console_toast(d->console, RD_ROLE_COMPLETE,
			"%s is built when it changes: %s ends it", rd_console_app(d->console),
			rd_keymap_first(rd_console_keymap(d->console), RD_ACTION_WATCH));
	return RD_REACT_CLOSE;
}

/* ---- the form ---- */

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	form *f = d->data;

	if (!rd_console_rack(d->console)->builds->create)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot build");
	rd_field_set(&f->source, rd_console_dir(d->console));
	return RD_OK;
}

static void close_dialog(rd_dialog *d)
{
	rd_field_done(&((form *)d->data)->source);
}

static rd_react move_to(form *f, int item)
{
	f->item = (item + ITEM_MAX_) % ITEM_MAX_;
	return RD_REACT_REDRAW;
}

static rd_react act(rd_dialog *d, rd_action action)
{
	form *f = d->data;

	switch (action) {
	case RD_ACTION_SUBMIT:
		return submit(d);
	case RD_ACTION_REFUSE:
		return RD_REACT_CLOSE;
	case RD_ACTION_PRESS:
		return f->item == ITEM_CANCEL ? RD_REACT_CLOSE : move_to(f, f->item + 1);
	case RD_ACTION_ITEM_NEXT:
	case RD_ACTION_DOWN:
		return move_to(f, f->item + 1);
	case RD_ACTION_ITEM_PREV:
	case RD_ACTION_UP:
		return move_to(f, f->item - 1);
	default:
		return RD_REACT_NONE;
	}
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	form *f = d->data;

	if (ev->kind == RD_EV_ACTION)
		return act(d, ev->action);
	if (ev->kind == RD_EV_PASTE && f->item == ITEM_SOURCE)
		rd_field_paste(&f->source, ev->text, ev->n);
	if (ev->kind != RD_EV_KEY)
		return RD_REACT_REDRAW;
	if (f->item == ITEM_SOURCE)
		return rd_field_key(&f->source, ev->key) ? RD_REACT_REDRAW : RD_REACT_PASS;
	if (f->item != ITEM_DEPLOY || ev->key.code != ' ')
		return RD_REACT_PASS;
	f->deploy = !f->deploy;
	return RD_REACT_REDRAW;
}

static bool wants_text(const rd_dialog *d)
{
	return ((const form *)d->data)->item < ITEM_CANCEL;
}

static void size(const rd_dialog *d RD_UNUSED, int cols, int rows RD_UNUSED, int *ret_w, int *ret_h)
{
	*ret_w = cols < 78 ? cols : cols < 120 ? 74 : 90;
	*ret_h = 10;
}

static void draw_command(const rd_dialog *d, const rd_area *a, int y)
{
	const form *f = d->data;
	RD_STR_AUTO rd_str line = RD_STR_INIT(4096);

	rd_str_put(&line, "rackdeck watch ");
	rd_str_put_word(&line, rd_field_get(&f->source));
	rd_str_printf(&line, " -a %s -r %s%s", rd_console_app(d->console),
		rd_console_rack(d->console)->name, f->deploy ? " --deploy" : "");
	rd_draw_text(a, 0, y, rd_style_of(RD_ROLE_DIM), "Runs");
	rd_draw_column(a, LABEL_COLS, y, a->r.w - LABEL_COLS, rd_style_of(RD_ROLE_TEXT),
		rd_str_get(&line));
}

static void draw_buttons(const rd_dialog *d, const rd_area *a, int y)
{
	bool is_on = ((const form *)d->data)->item == ITEM_CANCEL;
	rd_area button = rd_area_on(a, is_on ? RD_ROLE_BUTTON_FOCUS : RD_ROLE_BUTTON);
	int x = rd_draw_text(&button, 0, y,
		rd_style_of(is_on ? RD_ROLE_BUTTON_FOCUS : RD_ROLE_BUTTON), "[ Cancel ]");

	if (is_on)
		rd_draw_cursor(a, 2, y, false);
	x = rd_draw_text(a, x + 3, y, rd_style_of(RD_ROLE_KEY),
		rd_keymap_first(rd_console_keymap(d->console), RD_ACTION_SUBMIT));
	rd_draw_text(a, x + 1, y, rd_style_of(RD_ROLE_HINT), "start watching");
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	const form *f = d->data;
	bool is_on = f->item == ITEM_DEPLOY;

	rd_draw_text(area, 0, 0, rd_style_of(RD_ROLE_DIM), "Source");
	rd_field_draw(&f->source, area, LABEL_COLS, 0, area->r.w - LABEL_COLS,
		area->focused && f->item == ITEM_SOURCE);
	rd_draw_text(area, 0, 1, rd_style_of(RD_ROLE_DIM), "Deploy");
	rd_draw_text(area, LABEL_COLS, 1, rd_style_of(is_on ? RD_ROLE_ACCENT : RD_ROLE_TEXT),
		f->deploy ? "[x] promote what was built" : "[ ] promote what was built");
	if (is_on)
		rd_draw_cursor(area, LABEL_COLS + 1, 1, false);
	draw_command(d, area, 3);
	rd_draw_text(area, LABEL_COLS, 4, rd_style_of(RD_ROLE_DIM),
		"A folder, or a git URL with #branch. Quitting ends it.");
	draw_buttons(d, area, area->r.h - 1);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "Build what changes -> %s / %s", rd_console_rack(d->console)->name,
		rd_console_app(d->console));
}

const struct rd_dialog_ops rd_dialog_watch = {
	.kind = "watch",
	.mutates = true,
	.private_size = sizeof(form),
	.open = open_dialog,
	.size = size,
	.event = event,
	.draw = draw,
	.title = title,
	.wants_text = wants_text,
	.close = close_dialog,
};

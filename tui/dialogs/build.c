/* SPDX-License-Identifier: MIT */
/*
 * Build a folder, an archive or a git URL.
 *
 * DESIGN: a form of three fields and a box to tick. Enter goes to the next item and presses only
 * Cancel; the key of RD_ACTION_SUBMIT starts. Packing and sending run in the pool, with the bytes so
 * far in the status line; the build itself is the rack's.
 */
#include <stdatomic.h>

#include "core/rack/trigger.h"
#include "core/rack/upload.h"
#include "tui/app.h"
#include "tui/dialogs/dialogs.h"
#include "tui/panes/panes.h"
#include "tui/widgets/field.h"
#include "tui/widgets/words.h"

enum item { ITEM_SOURCE, ITEM_DESCRIPTION, ITEM_MANIFEST, ITEM_NO_CACHE, ITEM_CANCEL, ITEM_MAX_ };
#define FIELDS 3 /* the first items are fields */
#define LABEL_COLS 13

typedef struct form {
	rd_field fields[FIELDS];
	bool no_cache;
	int item; /* that has the focus */
} form;

/* ---- the work ---- */

struct start {
	char *app, *source, *description, *manifest;
	bool no_cache;
	_Atomic uint64_t bytes; /* sent so far: written by the pool, read by the loop */
	rd_build build;
	char *warning; /* the first one of packing */
};

static void count_bytes(void *arg, uint64_t bytes)
{
	atomic_store(&((struct start *)arg)->bytes, bytes);
}

static rd_code send_source(struct start *w, rd_upload *u, rd_rack *rack, rd_cancel *cancel,
	char **ret_url, rd_err *err)
{
	rd_code code = rd_upload_send(u, rack, w->app, count_bytes, w, cancel, ret_url, err);

	if (!code && rd_upload_warnings(u)->len)
		w->warning = rd_strdup(rd_upload_warnings(u)->items[0]);
	return code;
}

/* Racks that make apps by their first build get an unknown one now. */
static rd_code make_app(const struct start *w, rd_rack *rack, rd_err *err)
{
	rd_app app = {0};
	rd_code code = rack->apps->get(rack, w->app, &app, err);

	rd_app_done(&app);
	if (code != RD_ENOENT || !rack->apps->created_on_build)
		return code;
	code = rack->apps->create(rack, w->app, err);
	return code == RD_EEXIST ? RD_OK : code; /* another build was faster */
}

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct start *w = arg;
	rd_build_opts opts = {
		.manifest = w->manifest[0] ? w->manifest : NULL, .no_cache = w->no_cache};
	const rd_upload_opts from = {
		.source = w->source, .manifest = opts.manifest, .cancel = cancel};
	RD_AUTOFREE char *trigger = rd_trigger_by_user("console");
	rd_upload *u = NULL;
	char *url = NULL;
	rd_code code = trigger ? rd_upload_open(&from, &u, err) : rd_err_nomem(err);

	if (!code)
		code = make_app(w, rack, err);
	if (!code)
		code = send_source(w, u, rack, cancel, &url, err);
	if (!code) {
		opts.url = url;
		opts.description = w->description[0] ? w->description : rd_upload_description(u);
		opts.git_sha = rd_upload_git_sha(u);
		opts.trigger = trigger;
		code = rack->builds->create(rack, w->app, &opts, &w->build, err);
	}
	rd_upload_close(u);
	free(url);
	return code;
}

static void tell_progress(const void *arg, rd_progress *ret_progress)
{
	ret_progress->current = atomic_load(&((const struct start *)arg)->bytes);
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct start *w = arg;

	if (code) {
		rd_console_toast_err(c, err);
		return RD_REACT_RELOAD;
	}
	if (w->warning)
		rd_console_toast(c, RD_ROLE_WARN, "build %s; %s", w->build.id, w->warning);
	else
		rd_console_toast(c, RD_ROLE_COMPLETE, "build %s has begun", w->build.id);
	rd_builds_select(c, w->build.id);
	rd_log_follow(c, w->build.id);
	return RD_REACT_RELOAD;
}

static void discard(void *arg)
{
	struct start *w = arg;

	rd_build_done(&w->build);
	free(w->app);
	free(w->source);
	free(w->description);
	free(w->manifest);
	free(w->warning);
	free(w);
}

static struct start *new_start(const rd_dialog *d)
{
	const form *f = d->data;
	struct start *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->app = rd_strdup(rd_console_app(d->console));
	w->source = rd_strdup(rd_field_get(&f->fields[ITEM_SOURCE]));
	w->description = rd_strdup(rd_field_get(&f->fields[ITEM_DESCRIPTION]));
	w->manifest = rd_strdup(rd_field_get(&f->fields[ITEM_MANIFEST]));
	w->no_cache = f->no_cache;
	if (w->app && w->source && w->description && w->manifest)
		return w;
	discard(w);
	return NULL;
}

static rd_react submit(rd_dialog *d)
{
	struct start *w = new_start(d);
	char label[96];
	rd_task task = {.work = work,
		.done = done,
		.discard = discard,
		.arg = w,
		.label = label,
		.progress = tell_progress,
		.mutates = true,
		.can_cancel = true,
		.is_long = true};
	rd_err err = {0};

	snprintf(label, sizeof label, "sending %s", w ? w->app : "");

	if (!w)
		rd_err_nomem(&err);
	else
		rd_console_run(d->console, &task, &err);
	if (err.code)
		rd_console_toast_err(d->console, &err);
	return RD_REACT_CLOSE;
}

/* ---- the form ---- */

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	form *f = d->data;

	if (!rd_console_rack(d->console)->builds->create)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot build");
	rd_field_set(&f->fields[ITEM_SOURCE], rd_console_dir(d->console));
	return RD_OK;
}

static void close_dialog(rd_dialog *d)
{
	form *f = d->data;

	for (int i = 0; i < FIELDS; i++)
		rd_field_done(&f->fields[i]);
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

static rd_react type(form *f, const rd_key *key)
{
	if (f->item < FIELDS)
		return rd_field_key(&f->fields[f->item], *key) ? RD_REACT_REDRAW : RD_REACT_PASS;
	if (f->item != ITEM_NO_CACHE || key->code != ' ')
		return RD_REACT_PASS;
	f->no_cache = !f->no_cache;
	return RD_REACT_REDRAW;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	form *f = d->data;

	if (ev->kind == RD_EV_ACTION)
		return act(d, ev->action);
	if (ev->kind == RD_EV_KEY)
		return type(f, &ev->key);
	if (ev->kind == RD_EV_PASTE && f->item < FIELDS)
		rd_field_paste(&f->fields[f->item], ev->text, ev->n);
	return RD_REACT_REDRAW;
}

static bool wants_text(const rd_dialog *d)
{
	return ((const form *)d->data)->item < ITEM_CANCEL;
}

static void size(const rd_dialog *d RD_UNUSED, int cols, int rows RD_UNUSED, int *ret_w, int *ret_h)
{
	*ret_w = cols < 78 ? cols : cols < 120 ? 74 : 90;
	*ret_h = 12;
}

static void draw_field(const form *f, const rd_area *a, int item, const char *label,
	const char *empty)
{
	bool is_active = a->focused && f->item == item;

	rd_draw_text(a, 0, item, rd_style_of(RD_ROLE_DIM), label);
	rd_field_draw(&f->fields[item], a, LABEL_COLS, item, a->r.w - LABEL_COLS, is_active);
	if (!f->fields[item].text.len && f->item != item) {
		rd_area field = rd_area_on(a, RD_ROLE_FIELD);

		rd_draw_text(&field, LABEL_COLS, item, rd_style_of(RD_ROLE_DIM), empty);
	}
}

static void put_flag(rd_str *line, const char *flag, const rd_field *value)
{
	if (!value->text.len)
		return;
	rd_str_printf(line, " %s ", flag);
	rd_str_put_word(line, rd_field_get(value));
}

static void draw_command(const rd_dialog *d, const rd_area *a, int y)
{
	const form *f = d->data;
	RD_STR_AUTO
	rd_str line = RD_STR_INIT(4096);

	rd_str_put(&line, "rackdeck build ");
	rd_str_put_word(&line, rd_field_get(&f->fields[ITEM_SOURCE]));
	rd_str_printf(&line, " -a %s -r %s", rd_console_app(d->console),
		rd_console_rack(d->console)->name);
	put_flag(&line, "-d", &f->fields[ITEM_DESCRIPTION]);
	put_flag(&line, "-m", &f->fields[ITEM_MANIFEST]);
	if (f->no_cache)
		rd_str_put(&line, " --no-cache");
	rd_draw_text(a, 0, y, rd_style_of(RD_ROLE_DIM), "Runs");
	rd_draw_column(a, LABEL_COLS, y, a->r.w - LABEL_COLS, rd_style_of(RD_ROLE_TEXT),
		rd_str_get(&line));
}

static void draw_buttons(const rd_dialog *d, const rd_area *a, int y)
{
	const form *f = d->data;
	bool is_on = f->item == ITEM_CANCEL;
	rd_area button = rd_area_on(a, is_on ? RD_ROLE_BUTTON_FOCUS : RD_ROLE_BUTTON);
	int x;

	x = rd_draw_text(&button, 0, y, rd_style_of(is_on ? RD_ROLE_BUTTON_FOCUS : RD_ROLE_BUTTON),
		"[ Cancel ]");
	if (is_on)
		rd_draw_cursor(a, 2, y, false);
	x = rd_draw_text(a, x + 3, y, rd_style_of(RD_ROLE_KEY),
		rd_keymap_first(rd_console_keymap(d->console), RD_ACTION_SUBMIT));
	rd_draw_text(a, x + 1, y, rd_style_of(RD_ROLE_HINT), "start the build");
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	const form *f = d->data;
	bool is_on = f->item == ITEM_NO_CACHE;
	int y = ITEM_NO_CACHE;

	draw_field(f, area, ITEM_SOURCE, "Source", "");
	draw_field(f, area, ITEM_DESCRIPTION, "Description", "what git says of the folder");
	draw_field(f, area, ITEM_MANIFEST, "Manifest", "convox.yml");
	rd_draw_text(area, 0, y, rd_style_of(RD_ROLE_DIM), "No cache");
	rd_draw_text(area, LABEL_COLS, y, rd_style_of(is_on ? RD_ROLE_ACCENT : RD_ROLE_TEXT),
		f->no_cache ? "[x] build every step anew" : "[ ] build every step anew");
	if (is_on)
		rd_draw_cursor(area, LABEL_COLS + 1, y, false);
	draw_command(d, area, y + 2);
	draw_buttons(d, area, area->r.h - 1);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "Build -> %s / %s", rd_console_rack(d->console)->name,
		rd_console_app(d->console));
}

const struct rd_dialog_ops rd_dialog_build = {
	.kind = "build",
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

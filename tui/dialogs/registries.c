/* SPDX-License-Identifier: MIT */
/* The logins of registries that the rack keeps: listed, added with a password that nobody sees, removed. */
#include "tui/dialogs/ask.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/form.h"
#include "tui/dialogs/rows.h"
#include "tui/widgets/words.h"

#define HEAD_ROWS 1
#define FOOT_ROWS 3 /* a free line, a problem, the keys */
#define FRAME_ROWS 2
#define USER_COLS 24

typedef struct registries {
	rd_vec rows; /* rd_registry */
	rd_list list;
	rd_err err; /* of the last reading */
	bool is_loaded, is_reading;
} registries;

/* ---- reading ---- */

struct reading {
	unsigned dialog;
	rd_vec rows;
};

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	return rack->registries->list(rack, &((struct reading *)arg)->rows, err);
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	struct reading *w = arg;
	rd_dialog *d = rd_console_dialog(c, w->dialog);
	registries *r = d ? d->data : NULL;

	if (!r)
		return RD_REACT_NONE;
	r->is_reading = false;
	r->is_loaded = true;
	r->err = code ? *err : (rd_err){0};
	if (!code) {
		rd_registries_done(&r->rows);
		r->rows = rd_vec_take(&w->rows);
		rd_list_set(&r->list, (int)r->rows.len, r->list.rows, r->list.cursor);
	}
	return RD_REACT_REDRAW;
}

static void discard(void *arg)
{
	struct reading *w = arg;

	rd_registries_done(&w->rows);
	free(w);
}

static rd_code start_reading(rd_dialog *d, rd_err *err)
{
	struct reading *w = calloc(1, sizeof(*w));
	const rd_task task = {.work = work, .done = done, .discard = discard, .arg = w};
	registries *r = d->data;

	if (!w)
		return rd_err_nomem(err);
	w->dialog = d->id;
	rd_vec_init(&w->rows, sizeof(rd_registry));
	r->is_reading = true;
	return rd_console_run(d->console, &task, err);
}

/* ---- adding one ---- */

enum item { ITEM_SERVER, ITEM_USER, ITEM_PASSWORD, ITEM_MAX_ };

static rd_code add(rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	snprintf(w->said, sizeof(w->said), "the login of %s is kept", w->name);
	return rack->registries->add(rack, w->name, w->set.items[0].value, w->more, err);
}

static rd_code submit_form(rd_dialog *d, rd_form *f, rd_err *err)
{
	rd_deed *w = NULL;
	rd_code code;

	for (int i = 0; i < ITEM_MAX_; i++)
		if (!rd_form_text(f, i)[0])
			return rd_err_set(err, RD_EINVAL, "server, user and password are needed");
	code = rd_deed_new(d->console, rd_form_text(f, ITEM_SERVER), &w, err);
	if (code)
		return code;
	w->more = rd_strdup(rd_form_text(f, ITEM_PASSWORD));
	if (!w->more || !rd_kvs_set(&w->set, "user", rd_form_text(f, ITEM_USER))) {
		rd_deed_free(w);
		return rd_err_nomem(err);
	}
	w->make = add;
	snprintf(w->label, sizeof(w->label), "adding a registry");
	rd_deed_start(d->console, w);
	return RD_OK;
}

static void command(const rd_dialog *d, const rd_form *f, rd_str *out)
{
	rd_str_put(out, "rackdeck registries add ");
	rd_str_put_word(out, rd_form_text(f, ITEM_SERVER));
	rd_str_putc(out, ' ');
	rd_str_put_word(out, rd_form_text(f, ITEM_USER));
	rd_str_printf(out, " -r %s", rd_console_rack(d->console)->name);
}

static rd_code open_form(rd_dialog *d, const void *args RD_UNUSED, rd_err *err RD_UNUSED)
{
	static const rd_form_item items[ITEM_MAX_] = {
		[ITEM_SERVER] = {RD_FORM_TEXT, "Server", "registry.example.com, docker.io"},
		[ITEM_USER] = {RD_FORM_TEXT, "User", ""},
		[ITEM_PASSWORD] = {RD_FORM_SECRET, "Password", "or a token: it is not shown"},
	};
	static const rd_form_ops ops = {.title = "Add a registry",
		.submit = "add it",
		.items = items,
		.n = ITEM_MAX_,
		.submit_form = submit_form,
		.command = command,
		.is_rack = true,
		.is_guarded = true};

	rd_form_init(d, &ops);
	return RD_OK;
}

static const struct rd_dialog_ops dialog_add = RD_FORM_DIALOG("registries-add", rd_form, open_form);

/* ---- removing one ---- */

static rd_code remove_one(rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	snprintf(w->said, sizeof(w->said), "the login of %s is removed", w->name);
	return rack->registries->remove(rack, w->name, err);
}

static void ask_to_remove(rd_dialog *d)
{
	const registries *r = d->data;
	const rd_registry *row = rd_vec_at(&r->rows, (size_t)r->list.cursor);
	const char *rack = rd_console_rack(d->console)->name;
	rd_deed *w = NULL;
	rd_question q;
	rd_err err = {0};

	if (rd_deed_new(d->console, row->server, &w, &err)) {
		rd_console_toast_err(d->console, &err);
		return;
	}
	w->make = remove_one;
	snprintf(w->label, sizeof(w->label), "removing a registry");
	rd_question_init(&q, d->console, "remove it", "Cancel", w);
	if (rd_console_is_protected(d->console))
		rd_confirm_type(&q.confirm, rack);
	snprintf(q.title, sizeof(q.title), "Remove a registry -> %s", rack);
	rd_sheet_put(&q.confirm.body, RD_ROLE_STRONG, "registry", "%s", row->server);
	rd_sheet_put(&q.confirm.body, RD_ROLE_TEXT, "user", "%s", row->username);
	rd_sheet_put(&q.confirm.body, RD_ROLE_DIM, NULL,
		"Builds that pull from it, or push to it, do so without a login.");
	rd_sheet_put(&q.confirm.foot, RD_ROLE_TEXT, "runs", "rackdeck registries remove %s -r %s",
		row->server, rack);
	rd_ask(d->console, &q);
}

/* ---- the dialog ---- */

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	rd_vec_init(&((registries *)d->data)->rows, sizeof(rd_registry));
	return start_reading(d, err);
}

static void close_dialog(rd_dialog *d)
{
	rd_registries_done(&((registries *)d->data)->rows);
}

static rd_react act(rd_dialog *d, rd_action action)
{
	registries *r = d->data;

	if (rd_list_act(&r->list, action))
		return RD_REACT_REDRAW;
	switch (action) {
	case RD_ACTION_REFUSE:
		return RD_REACT_CLOSE;
	case RD_ACTION_ITEM_ADD:
		rd_console_open_dialog(d->console, &dialog_add, NULL, NULL);
		return RD_REACT_REDRAW;
	case RD_ACTION_ITEM_REMOVE:
		if (r->rows.len)
			ask_to_remove(d);
		return RD_REACT_REDRAW;
	default:
		return RD_REACT_NONE;
	}
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	registries *r = d->data;

	if (ev->kind == RD_EV_ACTION)
		return act(d, ev->action);
	if (ev->kind == RD_EV_CLICK)
		return rd_list_click(&r->list, ev->y - HEAD_ROWS) ? RD_REACT_REDRAW : RD_REACT_NONE;
	if (ev->kind == RD_EV_RELOAD && !r->is_reading)
		start_reading(d, NULL);
	return RD_REACT_NONE;
}

static void size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h)
{
	registries *r = d->data;
	int h = (r->list.count < 4 ? 4 : r->list.count) + HEAD_ROWS + FOOT_ROWS + FRAME_ROWS;

	*ret_w = cols < 78 ? cols : 78;
	*ret_h = h < rows - 2 ? h : rows - 2;
	rd_list_set(&r->list, r->list.count, *ret_h - HEAD_ROWS - FOOT_ROWS - FRAME_ROWS,
		r->list.cursor);
}

static void draw_row(const rd_dialog *d, const rd_area *line, int i)
{
	const rd_registry *row = rd_vec_at(&((const registries *)d->data)->rows, (size_t)i);
	int w = line->r.w - USER_COLS - 3;

	rd_draw_column(line, 2, 0, w, rd_style_of(RD_ROLE_STRONG), row->server);
	rd_draw_column(line, 3 + w, 0, USER_COLS, rd_style_of(RD_ROLE_TEXT), row->username);
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	static const rd_key_hint hints[] = {
		{RD_ACTION_ITEM_ADD, "add"}, {RD_ACTION_ITEM_REMOVE, "remove"}};
	const registries *r = d->data;
	rd_style head = rd_style_of(RD_ROLE_COLUMN);
	int y = area->r.h - 1;

	rd_draw_text(area, 2, 0, head, "SERVER");
	rd_draw_text(area, area->r.w - USER_COLS, 0, head, "USER");
	if (r->err.code)
		rd_draw_column_ends(area, 0, y - 1, area->r.w, rd_style_of(RD_ROLE_ERROR),
			r->err.msg);
	else if (!r->rows.len)
		rd_draw_text(area, 2, HEAD_ROWS, rd_style_of(RD_ROLE_DIM),
			r->is_loaded ? "none: images of registries are pulled without a login"
				     : "reading");
	rd_rows_draw(&r->list, d, area, HEAD_ROWS, draw_row);
	if (rd_console_is_read_only(d->console))
		rd_draw_text(area, 0, y, rd_style_of(RD_ROLE_DIM), "the console is read-only");
	else
		rd_rows_hints(d, area, y, hints, RD_LEN(hints));
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "Registries of %s", rd_console_rack(d->console)->name);
}

const struct rd_dialog_ops rd_dialog_registries = {
	.kind = "registries",
	.private_size = sizeof(registries),
	.open = open_dialog,
	.size = size,
	.event = event,
	.draw = draw,
	.title = title,
	.close = close_dialog,
};

/* SPDX-License-Identifier: MIT */
/* The difference of two releases, to read. */
#include "tui/dialogs/compare.h"
#include "tui/dialogs/confirm.h"
#include "tui/dialogs/dialogs.h"

typedef struct difference {
	rd_confirm confirm;
	rd_compare *compare; /* NULL until it is read */
	rd_compare_look look;
	char to[32], from[32]; /* from "": the active one */
} difference;

static void fill(rd_dialog *d)
{
	difference *f = d->data;

	rd_sheet_clear(&f->confirm.body);
	rd_sheet_clear(&f->confirm.foot);
	rd_compare_put(f->compare, d->console, &f->look, &f->confirm.body);
	rd_sheet_put(&f->confirm.foot, RD_ROLE_DIM, NULL, "%s %s values   %s %s what is unchanged",
		rd_keymap_first(rd_console_keymap(d->console), RD_ACTION_REVEAL),
		f->look.is_revealed ? "hide" : "show",
		rd_keymap_first(rd_console_keymap(d->console), RD_ACTION_UNCHANGED),
		f->look.has_unchanged ? "hide" : "show");
}

static rd_react compared(rd_dialog *d, rd_compare *compare, rd_code code, const rd_err *err)
{
	difference *f = d->data;

	if (code) {
		rd_sheet_clear(&f->confirm.body);
		rd_sheet_put(&f->confirm.body, RD_ROLE_ERROR, NULL, "%s", err->msg);
		return RD_REACT_REDRAW;
	}
	f->compare = compare;
	fill(d);
	return RD_REACT_REDRAW;
}

static rd_code open_dialog(rd_dialog *d, const void *args, rd_err *err)
{
	difference *f = d->data;
	const rd_dialog_diff_args *a = args;
	rd_code code;

	snprintf(f->to, sizeof f->to, "%s", a->to);
	snprintf(f->from, sizeof f->from, "%s", rd_or_empty(a->from));
	rd_confirm_init(&f->confirm, NULL, "Close");
	rd_sheet_put(&f->confirm.body, RD_ROLE_DIM, NULL, "reading the releases");
	code = rd_compare_later(d, a->to, a->from, compared, err);
	if (code)
		rd_confirm_done(&f->confirm);
	return code;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	difference *f = d->data;
	bool yes;

	if (ev->kind == RD_EV_ACTION && f->compare && rd_compare_act(&f->look, ev->action)) {
		fill(d);
		return RD_REACT_REDRAW;
	}
	return rd_confirm_event(&f->confirm, d, ev, &yes);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	const difference *f = d->data;

	if (f->from[0])
		snprintf(buf, cap, "%s against %s", f->to, f->from);
	else
		snprintf(buf, cap, "%s against the active release", f->to);
}

static void close_dialog(rd_dialog *d)
{
	difference *f = d->data;

	rd_confirm_done(&f->confirm);
	rd_compare_free(f->compare);
}

const struct rd_dialog_ops rd_dialog_diff = {
	RD_CONFIRM_DIALOG("diff", difference),
	.open = open_dialog,
	.event = event,
	.title = title,
	.close = close_dialog,
};

void rd_diff_open(rd_console *c, const char *release, const char *const *marked, size_t n)
{
	const rd_model *m = rd_console_model(c);
	rd_dialog_diff_args args = {.to = release};

	if (n > 2) {
		rd_console_toast(c, RD_ROLE_WARN, "%zu rows are marked: two can be compared", n);
		return;
	}
	if (n == 2 || (n == 1 && strcmp(marked[0], release) != 0)) {
		const char *a = marked[0], *b = n == 2 ? marked[1] : release;
		bool a_is_newer = rd_model_release_index(m, a) < rd_model_release_index(m, b);

		args.to = a_is_newer ? a : b;
		args.from = a_is_newer ? b : a;
	}
	rd_console_open_dialog(c, &rd_dialog_diff, &args, NULL);
}

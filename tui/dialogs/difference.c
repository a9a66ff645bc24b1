/* SPDX-License-Identifier: MIT */
/* The difference of a release to the active one, to read. */
#include "tui/dialogs/compare.h"
#include "tui/dialogs/confirm.h"
#include "tui/dialogs/dialogs.h"

#define WIDE_COLS 120

typedef struct difference {
	rd_confirm confirm;
	char release[32];
} difference;

static rd_react compared(rd_dialog *d, rd_compare *compare, rd_code code, const rd_err *err)
{
	rd_confirm *c = &((difference *)d->data)->confirm;

	rd_sheet_clear(&c->body);
	if (code)
		rd_sheet_put(&c->body, RD_ROLE_ERROR, NULL, "%s", err->msg);
	else
		rd_compare_put(compare, rd_console_now_us(d->console), &c->body);
	rd_compare_free(compare);
	return RD_REACT_REDRAW;
}

static rd_code open_dialog(rd_dialog *d, const void *args, rd_err *err)
{
	difference *f = d->data;
	const rd_target *t = args;
	rd_code code;

	snprintf(f->release, sizeof f->release, "%s", t->release);
	rd_confirm_init(&f->confirm, NULL, "Close");
	rd_sheet_put(&f->confirm.body, RD_ROLE_DIM, NULL, "reading the releases");
	code = rd_compare_later(d, f->release, compared, err);
	if (code)
		rd_confirm_done(&f->confirm);
	return code;
}

static void size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h)
{
	const difference *f = d->data;
	int h = rd_confirm_height(&f->confirm);

	*ret_w = cols >= WIDE_COLS ? 110 : 78;
	*ret_h = h < rows - 2 ? h : rows - 2;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	bool yes;

	return rd_confirm_event(&((difference *)d->data)->confirm, d, ev, &yes);
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	rd_confirm_draw(&((const difference *)d->data)->confirm, d, area);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s against the active release", ((const difference *)d->data)->release);
}

static void close_dialog(rd_dialog *d)
{
	rd_confirm_done(&((difference *)d->data)->confirm);
}

const struct rd_dialog_ops rd_dialog_diff = {
	.kind = "diff",
	.private_size = sizeof(difference),
	.open = open_dialog,
	.size = size,
	.event = event,
	.draw = draw,
	.title = title,
	.close = close_dialog,
};

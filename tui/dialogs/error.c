/* SPDX-License-Identifier: MIT */
/* The last error, whole: a toast shows only what fits in a line. */
#include "tui/app.h"
#include "tui/dialogs/confirm.h"
#include "tui/dialogs/dialogs.h"

#define COLS 76

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err RD_UNUSED)
{
	rd_confirm *c = d->data;
	const rd_err *last = rd_console_last_error(d->console);

	rd_confirm_init(c, NULL, "Close");
	c->cols = COLS;
	if (last->ctx[0])
		rd_sheet_wrap(&c->body, RD_ROLE_DIM, last->ctx, COLS - 4);
	rd_sheet_wrap(&c->body, RD_ROLE_ERROR, last->msg, COLS - 4);
	return RD_OK;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	bool yes;

	return rd_confirm_event(d->data, d, ev, &yes);
}

static void title(const rd_dialog *d RD_UNUSED, char *buf, size_t cap)
{
	snprintf(buf, cap, "What went wrong");
}

const struct rd_dialog_ops rd_dialog_error = {
	.kind = "error",
	.private_size = sizeof(rd_confirm),
	.open = open_dialog,
	.size = rd_confirm_size,
	.event = event,
	.draw = rd_confirm_draw,
	.title = title,
	.close = rd_confirm_close,
};

/* SPDX-License-Identifier: MIT */
/* A yes or no about one change. */
#include "tui/dialogs/ask.h"

void rd_question_init(rd_question *q, const rd_console *c, const char *yes, const char *no,
	rd_deed *deed)
{
	*q = (rd_question){.deed = deed};
	rd_confirm_init(&q->confirm, yes, no);
	rd_confirm_guard(&q->confirm, c);
}

static void done(rd_question *q)
{
	rd_confirm_done(&q->confirm);
	q->deed = rd_deed_free(q->deed);
}

static rd_code open_dialog(rd_dialog *d, const void *args, rd_err *err RD_UNUSED)
{
	*(rd_question *)d->data = *(const rd_question *)args;
	return RD_OK;
}

static void close_dialog(rd_dialog *d)
{
	done(d->data);
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	rd_question *q = d->data;
	bool yes;
	rd_react react = rd_confirm_event(&q->confirm, d, ev, &yes);

	if (!yes)
		return react;
	rd_deed_start(d->console, RD_TAKE(q->deed));
	return RD_REACT_CLOSE;
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s", ((const rd_question *)d->data)->title);
}

static const struct rd_dialog_ops dialog_ask = {
	RD_CONFIRM_DIALOG("ask", rd_question),
	.mutates = true,
	.open = open_dialog,
	.event = event,
	.title = title,
	.close = close_dialog,
};

void rd_ask(rd_console *c, rd_question *q)
{
	if (rd_console_open_dialog(c, &dialog_ask, q, NULL))
		done(q);
}

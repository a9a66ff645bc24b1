/* SPDX-License-Identifier: MIT */
/* Quit while jobs run? */
#include "tui/app.h"
#include "tui/dialogs/confirm.h"
#include "tui/dialogs/dialogs.h"
#include "tui/jobs.h"

static void fill(rd_dialog *d)
{
	rd_confirm *c = d->data;

	rd_sheet_clear(&c->body);
	for (size_t i = 0; i < rd_console_jobs(d->console); i++) {
		rd_job_info j;
		rd_role role;
		const char *word;
		char text[128];

		rd_console_job_at(d->console, i, &j);
		word = rd_job_word(&j, &role);
		rd_job_progress(&j, text, sizeof text);
		if (!j.ended_us)
			rd_sheet_put(&c->body, role, NULL, "%-9s %s  %s", word, j.label, text);
	}
	c->yes = rd_sheet_count(&c->body) ? "stop them and quit" : "quit";
	rd_sheet_put(&c->body, RD_ROLE_DIM, NULL, "%s",
		rd_sheet_count(&c->body)
			? "They are stopped, and leave nothing half done. Builds go on."
			: "All jobs are over.");
}

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err RD_UNUSED)
{
	rd_confirm *c = d->data;

	rd_confirm_init(c, NULL, "Stay");
	c->cols = 74;
	fill(d);
	return RD_OK;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	bool yes;
	rd_react react = rd_confirm_event(d->data, d, ev, &yes);

	if (ev->kind == RD_EV_TICK || ev->kind == RD_EV_JOBS) {
		fill(d);
		return RD_REACT_REDRAW;
	}
	return yes ? RD_REACT_QUIT : react;
}

static void title(const rd_dialog *d RD_UNUSED, char *buf, size_t cap)
{
	snprintf(buf, cap, "Quit while jobs run?");
}

const struct rd_dialog_ops rd_dialog_quit = {
	.kind = "quit",
	.private_size = sizeof(rd_confirm),
	.open = open_dialog,
	.size = rd_confirm_size,
	.event = event,
	.draw = rd_confirm_draw,
	.title = title,
	.close = rd_confirm_close,
};

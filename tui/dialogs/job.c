/* SPDX-License-Identifier: MIT */
/* One job, live: how far it is; it goes on when this is closed, and ends when asked to. */
#include "tui/app.h"
#include "tui/dialogs/confirm.h"
#include "tui/dialogs/dialogs.h"
#include "tui/jobs.h"

#define COLS 74

typedef struct job {
	rd_confirm confirm;
	unsigned id;
} job;

static void fill(rd_dialog *d)
{
	job *own = d->data;
	rd_confirm *c = &own->confirm;
	rd_job_info j;
	rd_role role;
	const char *word;
	char text[128];

	rd_sheet_clear(&c->body);
	c->yes = NULL;
	if (!rd_console_job(d->console, own->id, &j)) {
		rd_sheet_put(&c->body, RD_ROLE_DIM, NULL, "this job is forgotten");
		return;
	}
	word = rd_job_word(&j, &role);
	rd_sheet_put(&c->body, role, "state", "%s", word);
	rd_job_progress(&j, text, sizeof text);
	if (j.notes->len)
		text[0] = '\0';
	rd_sheet_put(&c->body, RD_ROLE_TEXT, "so far", "%s",
		text[0]                    ? text
		: j.state == RD_JOB_QUEUED ? "waits for other jobs"
					   : "-");
	rd_job_took(&j, rd_console_now_us(d->console), text, sizeof text);
	rd_sheet_put(&c->body, RD_ROLE_TEXT, "time", "%s", text);
	for (size_t i = 0; i < j.notes->len; i++)
		rd_sheet_put(&c->body, RD_ROLE_DIM, i ? "" : "says", "%s", j.notes->items[i]);
	if (j.result[0])
		rd_sheet_wrap(&c->body, RD_ROLE_ERROR, j.result, COLS - 4);
	if (j.can_cancel && !j.is_stopping)
		c->yes = "stop it";
	c->no = j.ended_us ? "Close" : "Hide: it goes on";
}

static rd_code open_dialog(rd_dialog *d, const void *args, rd_err *err RD_UNUSED)
{
	job *own = d->data;

	own->id = *(const unsigned *)args;
	rd_confirm_init(&own->confirm, NULL, "Hide: it goes on");
	own->confirm.cols = COLS;
	fill(d);
	return RD_OK;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	job *own = d->data;
	bool yes;
	rd_react react = rd_confirm_event(&own->confirm, d, ev, &yes);

	if (yes)
		rd_console_cancel_job(d->console, own->id);
	if (yes || ev->kind == RD_EV_TICK || ev->kind == RD_EV_JOBS) {
		fill(d);
		return RD_REACT_REDRAW;
	}
	return react;
}

static void draw_bar(const rd_area *a, int y, const rd_job_info *j)
{
	int n = (int)((double)j->current * a->r.w / (double)j->total);

	rd_draw_repeat(a, 0, y, a->r.w, rd_style_of(RD_ROLE_DIM),
		rd_area_glyph(a, RD_GLYPH_BAR_REST));
	rd_draw_repeat(a, 0, y, n, rd_style_of(RD_ROLE_BAR), rd_area_glyph(a, RD_GLYPH_BAR));
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	const job *own = d->data;
	rd_job_info j;

	rd_confirm_draw(d, area);
	if (rd_console_job(d->console, own->id, &j) && j.total && area->r.h > 5)
		draw_bar(area, area->r.h - 2, &j);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	rd_job_info j = {.label = "Job"};

	rd_console_job(d->console, ((const job *)d->data)->id, &j);
	snprintf(buf, cap, "%s", j.label);
}

const struct rd_dialog_ops rd_dialog_job = {
	.kind = "job",
	.private_size = sizeof(job),
	.open = open_dialog,
	.size = rd_confirm_size,
	.event = event,
	.draw = draw,
	.title = title,
	.close = rd_confirm_close,
};

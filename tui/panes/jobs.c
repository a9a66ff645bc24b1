/* SPDX-License-Identifier: MIT */
/* What runs in the background: sending, promoting, exports, imports; and what came of it. */
#include "tui/jobs.h"
#include "tui/dialogs/dialogs.h"
#include "tui/panes/panes.h"
#include "tui/panes/table.h"
#include "tui/widgets/words.h"

typedef struct jobs {
	rd_table table;
	char id[16]; /* of the row that was asked for last, as text */
} jobs;

static rd_job_info job_at(const rd_pane *p, size_t i)
{
	rd_job_info j = {0};

	rd_console_job_at(p->console, i, &j);
	return j;
}

static size_t count(const rd_pane *p)
{
	return rd_console_jobs(p->console);
}

static const char *id_of(const rd_pane *p, size_t i)
{
	jobs *own = p->data;

	snprintf(own->id, sizeof own->id, "%u", job_at(p, i).id);
	return own->id;
}

static bool holds(const rd_pane *p, size_t i, const char *part)
{
	rd_job_info j = job_at(p, i);
	rd_role role;

	return rd_words_hold(j.label, part) || rd_words_hold(rd_job_word(&j, &role), part);
}

static rd_code open_pane(rd_pane *p, const void *args RD_UNUSED, rd_err *err RD_UNUSED)
{
	static const rd_table_rows rows = {.count = count, .id = id_of, .holds = holds};

	rd_table_init(&((jobs *)p->data)->table, &rows, 0);
	return RD_OK;
}

static rd_react open_job(rd_pane *p)
{
	int i = rd_table_current(&((const jobs *)p->data)->table);
	rd_job_info j;

	if (i < 0)
		return RD_REACT_NONE;
	j = job_at(p, (size_t)i);
	rd_console_open_dialog(p->console, &rd_dialog_job, &j.id, NULL);
	return RD_REACT_REDRAW;
}

static rd_react event(rd_pane *p, const rd_event *ev)
{
	rd_table *t = &((jobs *)p->data)->table;
	const rd_event filled = {.kind = RD_EV_MODEL};
	rd_react react = rd_table_event(t, p, ev->kind == RD_EV_JOBS ? &filled : ev);

	if (!(react & RD_REACT_PASS))
		return react;
	if (ev->kind == RD_EV_TICK || ev->kind == RD_EV_FOCUS)
		return RD_REACT_REDRAW;
	if (ev->kind == RD_EV_ACTION &&
		(ev->action == RD_ACTION_OPEN || ev->action == RD_ACTION_CANCEL))
		return open_job(p);
	return RD_REACT_PASS;
}

static void title(const rd_pane *p, rd_title *ret_title)
{
	int running = rd_console_jobs_running(p->console);

	rd_table_title(p, ret_title);
	if (running)
		snprintf(ret_title->state, sizeof ret_title->state, "~%d running", running);
	ret_title->state_role = RD_ROLE_RUNNING;
}

static void status(const rd_pane *p, char *buf, size_t cap)
{
	int i = rd_table_current(&((const jobs *)p->data)->table);

	if (i >= 0)
		snprintf(buf, cap, "%s", job_at(p, (size_t)i).result);
}

static void draw_row(const rd_pane *p, const rd_area *a, size_t i)
{
	rd_job_info j = job_at(p, i);
	char text[128];
	rd_role role;
	const char *word = rd_job_word(&j, &role);
	int x = rd_draw_column(a, 2, 0, 10, rd_style_of(role), word), end = a->r.w - 1;

	rd_job_took(&j, rd_console_now_us(p->console), text, sizeof text);
	end = rd_draw_right(a, end, 0, rd_style_of(RD_ROLE_DIM), text) - 1;
	rd_job_progress(&j, text, sizeof text);
	if (j.state <= RD_JOB_RUNNING && a->r.w >= 40 && text[0])
		end = rd_draw_right(a, end, 0, rd_style_of(RD_ROLE_TEXT), text) - 1;
	x = x < end ? rd_draw_column(a, x, 0, end - x, rd_style_of(RD_ROLE_STRONG), j.label) : x;
}

static void draw(const rd_pane *p, const rd_area *area)
{
	const rd_table *t = &((const jobs *)p->data)->table;

	if (!t->list.count && count(p))
		rd_console_draw_no_match(p->console, area, 2, 0, "no job holds this text");
	else if (!t->list.count)
		rd_draw_text(area, 2, 0, rd_style_of(RD_ROLE_DIM),
			"no jobs yet: promotions, exports, imports");
	rd_table_draw(t, p, area, draw_row);
}

const struct rd_pane_ops rd_pane_jobs = {
	RD_TABLE_PANE("jobs", "Jobs", jobs),
	.place = RD_PLACE_LIST,
	.closes = true,
	.enter = "watch",
	.open = open_pane,
	.event = event,
	.draw = draw,
	.title = title,
	.status = status,
	.close = rd_table_close,
};

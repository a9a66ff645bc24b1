/* SPDX-License-Identifier: MIT */
/* Opening a log in the pool. */
#include "tui/panes/log_open.h"

/* Text taken in before the log is handed over; the rest is read in bites by its pane. */
#define FIRST_BYTES (64 * 1024 * 1024)

struct opening {
	unsigned pane;
	rd_log_opened_fn *fn;
	char *app, *build;
	rd_log *log;
};

static rd_code open_log(void *arg, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	struct opening *o = arg;
	bool changed, more;
	rd_code code = rd_log_open(rack, o->app, o->build, &o->log, err);

	return code ? code : rd_log_extend(o->log, FIRST_BYTES, &changed, &more, err);
}

static rd_react opened(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	struct opening *o = arg;
	rd_pane *p = rd_console_pane(c, o->pane);

	if (code)
		o->log = rd_log_close(o->log);
	return p ? o->fn(p, o->build, &o->log, code, err) : RD_REACT_NONE;
}

static void discard(void *arg)
{
	struct opening *o = arg;

	rd_log_close(o->log);
	free(o->app);
	free(o->build);
	free(o);
}

rd_code rd_log_open_later(rd_pane *p, const char *build, rd_log_opened_fn *fn, rd_err *err)
{
	struct opening *o = calloc(1, sizeof *o);
	rd_task task = {.work = open_log, .done = opened, .discard = discard, .arg = o};

	if (!o)
		return rd_err_nomem(err);
	o->pane = p->id;
	o->fn = fn;
	o->app = rd_strdup(rd_console_app(p->console));
	o->build = rd_strdup(build);
	if (!o->app || !o->build) {
		discard(o);
		return rd_err_nomem(err);
	}
	return rd_console_run(p->console, &task, err);
}

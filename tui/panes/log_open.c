/* SPDX-License-Identifier: MIT */
/* Opening a log in the pool. */
#include "tui/panes/log_open.h"

/* Text taken in before the log is handed over; the rest is read in bites by its pane. */
#define FIRST_BYTES (2 * 1024 * 1024)

struct opening {
	unsigned pane;
	bool from_end;
	rd_log_opened_fn *fn;
	char *app, *build;
	rd_log_opened opened;
};

static rd_code open_log(void *arg, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	struct opening *o = arg;
	rd_log_opened *l = &o->opened;
	bool changed, more, is_tail = false;
	rd_code code = o->from_end ? rd_log_open_tail(rack, o->app, o->build, FIRST_BYTES, &l->log,
					     &is_tail, err)
				   : rd_log_open(rack, o->app, o->build, &l->log, err);

	if (!code && is_tail)
		code = rd_log_open(rack, o->app, o->build, &l->whole, err);
	return code ? code : rd_log_extend(l->log, is_tail ? 0 : FIRST_BYTES, &changed, &more, err);
}

static void close_all(rd_log_opened *l)
{
	l->log = rd_log_close(l->log);
	l->whole = rd_log_close(l->whole);
}

static rd_react opened(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	struct opening *o = arg;
	rd_pane *p = rd_console_pane(c, o->pane);

	if (code)
		close_all(&o->opened);
	return p ? o->fn(p, o->build, &o->opened, code, err) : RD_REACT_NONE;
}

static void discard(void *arg)
{
	struct opening *o = arg;

	close_all(&o->opened);
	free(o->app);
	free(o->build);
	free(o);
}

rd_code rd_log_open_later(rd_pane *p, const char *build, bool from_end, rd_log_opened_fn *fn,
	rd_err *err)
{
	struct opening *o = calloc(1, sizeof *o);
	rd_task task = {.work = open_log, .done = opened, .discard = discard, .arg = o};

	if (!o)
		return rd_err_nomem(err);
	o->pane = p->id;
	o->from_end = from_end;
	o->fn = fn;
	o->app = rd_strdup(rd_console_app(p->console));
	o->build = rd_strdup(build);
	if (!o->app || !o->build) {
		discard(o);
		return rd_err_nomem(err);
	}
	return rd_console_run(p->console, &task, err);
}

/* SPDX-License-Identifier: MIT */
/* Reads the model in the pool: one read at a time, and one more after it if something changed. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tui/shell.h"

#define MORE_STEP 400 /* older builds and releases that rd_console_more adds */

typedef struct reading {
	rd_console *console; /* for done, on the loop thread only */
	rd_rack *rack;
	char *app;
	int want;
	rd_model model;
} reading;

static void work(void *arg)
{
	reading *r = arg;

	rd_model_read(&r->model, r->rack, r->app, r->want);
}

/* A read that failed keeps the lists that are shown. */
static void keep_lists(rd_model *shown, const rd_model *failed)
{
	shown->err = failed->err;
	shown->read_us = failed->read_us;
	shown->loaded = true;
}

static void done(void *arg, bool was_run)
{
	reading *r = arg;
	rd_console *c = r->console;
	/* Of an app that was left it is no news. */
	bool is_current = was_run && !c->is_over && r->rack == c->rack && !strcmp(r->app, c->app);

	if (is_current) {
		uint64_t version = c->model.version + 1;

		/* The first lists are what the user waits for. */
		c->is_urgent = c->is_urgent || !c->model.loaded;
		if (r->model.err.code) {
			if (!c->model.err.code)
				rd_console_toast_err(c, &r->model.err);
			keep_lists(&c->model, &r->model);
		} else {
			rd_model old = c->model;

			c->model = r->model;
			c->model.loaded = true;
			r->model = old;
			rd_console_tell_ended(c, &old);
		}
		c->model.version = version;
		c->is_old = true;
	}
	if (is_current)
		rd_console_send_all(c, RD_EV_MODEL);
	rd_model_done(&r->model);
	free(r->app);
	free(r);
	c->is_reading = false;
	if (c->read_again && !c->is_over)
		rd_console_read(c);
}

void rd_console_read(rd_console *c)
{
	reading *r;

	c->read_again = c->is_reading;
	if (c->is_reading)
		return;
	r = calloc(1, sizeof(*r));
	if (!r)
		return;
	r->console = c;
	r->rack = c->rack;
	r->want = c->want;
	r->app = rd_strdup(c->app);
	rd_model_init(&r->model);
	if (!r->app || !rd_pool_submit(c->pool, work, done, r)) {
		free(r->app);
		free(r);
		rd_console_toast(c, RD_ROLE_ERROR, "out of memory");
		return;
	}
	c->is_reading = true;
}

void rd_console_more(rd_console *c, bool all)
{
	if (!c->model.loaded || (c->model.all_builds && c->model.all_releases) ||
		c->want == INT_MAX || (c->is_reading && !all))
		return;
	c->want = all ? INT_MAX : c->want + MORE_STEP;
	rd_console_read(c);
}

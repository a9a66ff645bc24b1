/* SPDX-License-Identifier: MIT */
/* Reads the model in the pool: one read at a time, and one more after it if something changed. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tui/shell.h"

#define MORE_STEP 400 /* older builds and releases that rd_console_more adds */

typedef struct reading {
	rd_console *console; /* for done, on the loop thread only */
	rd_rack *rack;
	char *app;
	int want;
	rd_model model;
} reading;

void rd_model_done(rd_model *m)
{
	rd_app_done(&m->app);
	rd_builds_done(&m->builds);
	rd_releases_done(&m->releases);
	free(m->builds_on);
}

/* It is not worth an error. */
static void read_place(reading *r)
{
	RD_AUTO(rd_system_done) rd_system s = {0};
	const char *place = NULL;

	if (!r->rack->system->get(r->rack, &s, NULL))
		place = rd_kvs_get(&s.parameters, "BuildRack");
	if (!place || !*place)
		place = rd_kvs_get(&s.parameters, "BuildInstance");
	if (place && *place)
		r->model.builds_on = rd_strdup(place);
}

static rd_code read_lists(reading *r, rd_err *err)
{
	rd_model *m = &r->model;
	rd_code code = r->rack->apps->get(r->rack, r->app, &m->app, err);

	if (code)
		return code;
	m->has_app = true;
	code = r->rack->builds->list(r->rack, r->app, r->want, NULL, &m->builds, err);
	if (code)
		return code;
	m->all_builds = m->builds.len < (size_t)r->want;
	code = r->rack->releases->list(r->rack, r->app, r->want, NULL, &m->releases, err);
	if (code)
		return code;
	m->all_releases = m->releases.len < (size_t)r->want;
	read_place(r);
	for (size_t i = 0; i < m->builds.len; i++)
		m->active += rd_build_is_active(rd_vec_at(&m->builds, i));
	return RD_OK;
}

static void work(void *arg)
{
	reading *r = arg;
	int64_t began = rd_wall_us();
	rd_code code = read_lists(r, &r->model.err);

	r->model.read_us = rd_wall_us() - began;
	if (!code || (code == RD_ENOENT && !r->model.has_app))
		r->model.err.code = RD_OK; /* an app that is not there yet has no builds */
	else
		r->model.err.code = code;
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
	rd_vec_init(&r->model.builds, sizeof(rd_build));
	rd_vec_init(&r->model.releases, sizeof(rd_release));
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

/* ---- the model's lookups ---- */

int rd_model_build_index(const rd_model *m, const char *id)
{
	for (size_t i = 0; i < m->builds.len; i++)
		if (!strcmp(((const rd_build *)rd_vec_at(&m->builds, i))->id, id))
			return (int)i;
	return -1;
}

int rd_model_release_index(const rd_model *m, const char *id)
{
	for (size_t i = 0; i < m->releases.len; i++)
		if (!strcmp(((const rd_release *)rd_vec_at(&m->releases, i))->id, id))
			return (int)i;
	return -1;
}

const rd_build *rd_model_build(const rd_model *m, const char *id)
{
	int i = rd_model_build_index(m, id);

	return i < 0 ? NULL : rd_vec_at(&m->builds, (size_t)i);
}

const rd_release *rd_model_release(const rd_model *m, const char *id)
{
	int i = rd_model_release_index(m, id);

	return i < 0 ? NULL : rd_vec_at(&m->releases, (size_t)i);
}

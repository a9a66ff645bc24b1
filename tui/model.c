/* SPDX-License-Identifier: MIT */
/* What is known of an app: reading it, looking things up in it. */
#include "tui/model.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"

void rd_model_init(rd_model *m)
{
	*m = (rd_model){.loaded = false};
	rd_vec_init(&m->builds, sizeof(rd_build));
	rd_vec_init(&m->releases, sizeof(rd_release));
}

void rd_model_done(rd_model *m)
{
	rd_app_done(&m->app);
	rd_builds_done(&m->builds);
	rd_releases_done(&m->releases);
	free(m->builds_on);
}

/* It is not worth an error. */
static void read_place(rd_model *m, rd_rack *rack)
{
	RD_AUTO(rd_system_done) rd_system s = {0};
	const char *place = NULL;

	if (!rack->system->get(rack, &s, NULL))
		place = rd_kvs_get(&s.parameters, "BuildRack");
	if (!place || !*place)
		place = rd_kvs_get(&s.parameters, "BuildInstance");
	if (place && *place)
		m->builds_on = rd_strdup(place);
}

static rd_code read_lists(rd_model *m, rd_rack *rack, const char *app, int want, rd_err *err)
{
	rd_code code = rack->apps->get(rack, app, &m->app, err);

	if (code)
		return code;
	m->has_app = true;
	code = rack->builds->list(rack, app, want, NULL, &m->builds, err);
	if (code)
		return code;
	m->all_builds = m->builds.len < (size_t)want;
	code = rack->releases->list(rack, app, want, NULL, &m->releases, err);
	if (code)
		return code;
	m->all_releases = m->releases.len < (size_t)want;
	read_place(m, rack);
	for (size_t i = 0; i < m->builds.len; i++)
		m->active += rd_build_is_active(rd_vec_at(&m->builds, i));
	return RD_OK;
}

void rd_model_read(rd_model *m, rd_rack *rack, const char *app, int want)
{
	int64_t began = rd_wall_us();
	rd_code code = read_lists(m, rack, app, want, &m->err);

	m->loaded = true;
	m->read_us = rd_wall_us() - began;
	if (!code || (code == RD_ENOENT && !m->has_app))
		m->err.code = RD_OK; /* an app that is not there yet has no builds */
	else
		m->err.code = code;
}

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

int rd_model_previous_index(const rd_model *m)
{
	int active = rd_model_release_index(m, rd_or_empty(m->app.release)), best = -1;
	int64_t best_us = 0;

	for (size_t i = 0; i < m->releases.len; i++) {
		const rd_release *r = rd_vec_at(&m->releases, i);

		if ((int)i == active || r->promoted_us <= best_us)
			continue;
		best = (int)i;
		best_us = r->promoted_us;
	}
	if (best >= 0 || active < 0 || (size_t)active + 1 >= m->releases.len)
		return best;
	return active + 1;
}

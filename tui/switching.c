/* SPDX-License-Identifier: MIT */
/* Another app, or another rack, in the running console. */
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "tui/jobs.h"
#include "tui/settings.h"
#include "tui/shell.h"

/* As the settings say now. */
static bool is_protected(const char *rack)
{
	RD_AUTO(rd_settings_done) rd_settings settings = {.theme = NULL};
	RD_AUTOFREE char *dir = NULL;
	RD_AUTOFREE char *path = NULL;

	path = rd_xdg_config(&dir, NULL) ? NULL : rd_path_join(dir, "config.yml");
	if (path)
		rd_settings_load(path, &settings, NULL);
	return rd_settings_protect(&settings, rack);
}

static rd_code take_rack(rd_console *c, rd_rack *rack, rd_err *err)
{
	rd_rack **own = rd_vec_push(&c->own_racks);

	if (!own) {
		rd_rack_close(rack);
		return rd_err_nomem(err);
	}
	*own = rack;
	rd_console_unwatch_rack(c);
	c->rack = rack;
	c->is_protected = is_protected(rack->name);
	return rd_console_watch_rack(c, err);
}

/* Nothing is known of it yet. */
static void forget(rd_console *c)
{
	uint64_t version = c->model.version;

	rd_model_done(&c->model);
	c->model = (rd_model){.version = version + 1};
	rd_vec_init(&c->model.builds, sizeof(rd_build));
	rd_vec_init(&c->model.releases, sizeof(rd_release));
	c->target = (rd_target){0};
	c->is_zoomed = false;
	c->toast[0] = '\0';
}

rd_code rd_console_go(rd_console *c, rd_rack *rack, const char *app, rd_err *err)
{
	char *name = rd_strdup(app);
	rd_code code = name ? RD_OK : rd_err_nomem(err);

	if (!code && rd_console_jobs_running(c) > 0)
		code = rd_err_set(err, RD_EBUSY, "jobs run here: await or stop them first");
	if (code) {
		free(name);
		rd_rack_close(rack);
		return code;
	}
	while (c->n_overlays > 0)
		rd_console_close_overlay(c, c->overlays[c->n_overlays - 1]);
	while (c->n_slots > 0)
		rd_console_close_slot(c, c->slots[c->n_slots - 1]);
	free(c->app);
	c->app = name;
	forget(c);
	if (rack)
		code = take_rack(c, rack, err);
	rd_console_read(c);
	c->is_old = c->is_urgent = c->needs_layout = true;
	return code ? code : rd_console_open_dashboard(c, NULL, err);
}

void rd_console_close_racks(rd_console *c)
{
	for (size_t i = 0; i < c->own_racks.len; i++)
		rd_rack_close(*(rd_rack **)rd_vec_at(&c->own_racks, i));
	rd_vec_done(&c->own_racks);
}

void rd_console_leave_racks(rd_console *c)
{
	if (c->first_rack->leave)
		c->first_rack->leave(c->first_rack);
	for (size_t i = 0; i < c->own_racks.len; i++) {
		rd_rack *r = *(rd_rack **)rd_vec_at(&c->own_racks, i);

		if (r->leave)
			r->leave(r);
	}
}

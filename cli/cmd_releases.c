/* SPDX-License-Identifier: MIT */
/* rackdeck releases */
#include <string.h>

#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/base/clock.h"
#include "core/rack/json.h"

static rd_code print_table(rd_cli *c, const rd_vec *releases, const char *active, rd_err *err)
{
	static const char *const header[] = {"ID", "STATUS", "BUILD", "CREATED", "DESCRIPTION"};
	RD_AUTO(rd_columns_done) rd_columns table = {0};
	int64_t now_us = rd_wall_us();

	rd_columns_init(&table, RD_LEN(header), header);
	for (size_t i = 0; i < releases->len; i++) {
		const rd_release *r = rd_vec_at(releases, i);
		const char *status = strcmp(r->id, active) == 0 ? "active" : "";
		RD_STR_AUTO rd_str created = RD_STR_INIT(0);

		rd_time_ago(&created, r->created_us, now_us);
		rd_columns_row(&table, (const char *const[]){r->id, status, r->build,
					       rd_str_get(&created), r->description});
	}
	return rd_columns_print(&table, &c->out, err);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app record = {0};
	RD_AUTO(rd_releases_done) rd_vec releases = RD_VEC_INIT(rd_release);
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	const char *app;
	int limit;
	rd_code code = rd_cli_list(c, &rack, &app, &limit, err);

	if (code == RD_OK)
		code = rack->apps->get(rack, app, &record, err);
	if (code == RD_OK)
		code = rack->releases->list(rack, app, limit, NULL, &releases, err);
	if (code != RD_OK)
		return code;
	if (!rd_cli_has(c, &rd_flag_json))
		return print_table(c, &releases, record.release, err);
	return rd_cli_json(c, rd_json_releases(&releases, &json, err), &json, err);
}

const rd_command rd_cmd_releases = {
	.name = "releases",
	.words = "",
	.summary = "list the releases of an app, newest first",
	.example = "releases -a shop",
	.flags = rd_flags_list,
	.run = run,
};

/* SPDX-License-Identifier: MIT */
/* rackdeck builds */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/base/clock.h"
#include "core/rack/json.h"

static void add_row(rd_columns *table, const rd_build *b, int64_t now_us)
{
	RD_STR_AUTO rd_str started = RD_STR_INIT(0);
	RD_STR_AUTO rd_str elapsed = RD_STR_INIT(0);

	rd_time_ago(&started, b->started_us, now_us);
	rd_time_elapsed(&elapsed, b->started_us, b->ended_us);
	rd_columns_row(table, (const char *const[]){b->id, b->status, b->release,
				      rd_str_get(&started), rd_str_get(&elapsed), b->description});
}

static rd_code print_table(rd_cli *c, const rd_vec *builds, rd_err *err)
{
	static const char *const header[] = {
		"ID", "STATUS", "RELEASE", "STARTED", "ELAPSED", "DESCRIPTION"};
	RD_AUTO(rd_columns_done) rd_columns table = {0};
	int64_t now_us = rd_wall_us();

	rd_columns_init(&table, RD_LEN(header), header);
	for (size_t i = 0; i < builds->len; i++)
		add_row(&table, rd_vec_at(builds, i), now_us);
	return rd_columns_print(&table, &c->out, err);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_builds_done) rd_vec builds = RD_VEC_INIT(rd_build);
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	const char *app;
	int limit;
	rd_code code = rd_cli_list(c, &rack, &app, &limit, err);

	if (code == RD_OK)
		code = rack->builds->list(rack, app, limit, NULL, &builds, err);
	if (code != RD_OK)
		return code;
	if (!rd_cli_has(c, &rd_flag_json))
		return print_table(c, &builds, err);
	return rd_cli_json(c, rd_json_builds(&builds, &json, err), &json, err);
}

const rd_command rd_cmd_builds = {
	.name = "builds",
	.words = "",
	.summary = "list the builds of an app, newest first",
	.details = "A build whose status is 'created' waits for a free slot.",
	.example = "builds -a shop --limit 20",
	.flags = rd_flags_list,
	.run = run,
};

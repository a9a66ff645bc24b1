/* SPDX-License-Identifier: MIT */
/* rackdeck hooks */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/base/clock.h"
#include "core/rack/json.h"

static void add_row(rd_columns *table, const rd_hook *h)
{
	RD_STR_AUTO rd_str ago = RD_STR_INIT(0);

	if (h->last_us != 0)
		rd_time_ago(&ago, h->last_us, rd_wall_us());
	rd_columns_row(table, (const char *const[]){h->app, h->source, h->deploy ? "yes" : "no",
				      rd_str_get(&ago), h->last});
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_hooks_done) rd_vec hooks = RD_VEC_INIT(rd_hook);
	RD_AUTO(rd_columns_done) rd_columns table = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK && rack->hooks == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, RD_NO_HOOKS, rack->name);
	if (code == RD_OK)
		code = rack->hooks->list(rack, &hooks, err);
	if (code != RD_OK)
		return code;
	if (rd_cli_has(c, &rd_flag_json))
		return rd_cli_json(c, rd_json_hooks(&hooks, &json, err), &json, err);
	rd_columns_init(&table, 5,
		(const char *const[]){"APP", "SOURCE", "DEPLOY", "DELIVERED", "LAST"});
	for (size_t i = 0; i < hooks.len; i++)
		add_row(&table, rd_vec_at(&hooks, i));
	return rd_columns_print(&table, &c->out, err);
}

const rd_command rd_cmd_hooks = {
	.name = "hooks",
	.words = "",
	.summary = "list which pushes to a git host build which app",
	.example = "hooks",
	.flags = rd_flags_rack_json,
	.run = run,
};

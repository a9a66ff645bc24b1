/* SPDX-License-Identifier: MIT */
/* rackdeck apps */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/json.h"

static rd_code print_table(rd_cli *c, const rd_vec *apps, rd_err *err)
{
	static const char *const header[] = {"APP", "STATUS", "RELEASE"};
	RD_AUTO(rd_columns_done) rd_columns table = {0};

	rd_columns_init(&table, RD_LEN(header), header);
	for (size_t i = 0; i < apps->len; i++) {
		const rd_app *a = rd_vec_at(apps, i);

		rd_columns_row(&table, (const char *const[]){a->name, a->status, a->release});
	}
	return rd_columns_print(&table, &c->out, err);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_apps_done) rd_vec apps = RD_VEC_INIT(rd_app);
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK)
		code = rack->apps->list(rack, &apps, err);
	if (code != RD_OK)
		return code;
	if (!rd_cli_has(c, &rd_flag_json))
		return print_table(c, &apps, err);
	return rd_cli_json(c, rd_json_apps(&apps, &json, err), &json, err);
}

const rd_command rd_cmd_apps = {
	.name = "apps",
	.words = "",
	.summary = "list the apps of the rack",
	.example = "apps",
	.flags = rd_flags_rack_json,
	.run = run,
};

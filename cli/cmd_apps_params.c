/* SPDX-License-Identifier: MIT */
/* rackdeck apps params */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/json.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app record = {0};
	RD_AUTO(rd_columns_done) rd_columns table = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, rd_cli_word(c, 0), &rack, &app, err);

	if (code == RD_OK)
		code = rack->apps->get(rack, app, &record, err);
	if (code != RD_OK)
		return code;
	rd_kvs_sort(&record.parameters);
	if (rd_cli_has(c, &rd_flag_json))
		return rd_cli_json(c, rd_json_kvs(&record.parameters, &json, err), &json, err);
	rd_columns_init(&table, 2, NULL);
	for (size_t i = 0; i < record.parameters.len; i++)
		rd_columns_row(&table, (const char *const[]){record.parameters.items[i].key,
					       record.parameters.items[i].value});
	return rd_columns_print(&table, &c->out, err);
}

const rd_command rd_cmd_apps_params = {
	.name = "apps params",
	.words = "[APP]",
	.max_words = 1,
	.summary = "list the parameters of an app",
	.example = "apps params -a shop",
	.flags = rd_flags_app_json,
	.run = run,
};

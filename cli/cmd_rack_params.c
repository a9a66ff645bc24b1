/* SPDX-License-Identifier: MIT */
/* rackdeck rack params */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/json.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_system_done) rd_system s = {0};
	RD_AUTO(rd_columns_done) rd_columns table = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK)
		code = rack->system->get(rack, &s, err);
	if (code != RD_OK)
		return code;
	rd_kvs_sort(&s.parameters);
	if (rd_cli_has(c, &rd_flag_json))
		return rd_cli_json(c, rd_json_kvs(&s.parameters, &json, err), &json, err);
	rd_columns_init(&table, 2, NULL);
	for (size_t i = 0; i < s.parameters.len; i++)
		rd_columns_row(&table, (const char *const[]){s.parameters.items[i].key,
					       s.parameters.items[i].value});
	return rd_columns_print(&table, &c->out, err);
}

const rd_command rd_cmd_rack_params = {
	.name = "rack params",
	.words = "",
	.summary = "list the parameters of the rack",
	.example = "rack params",
	.flags = rd_flags_rack_json,
	.run = run,
};

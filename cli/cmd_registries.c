/* SPDX-License-Identifier: MIT */
/* rackdeck registries */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/json.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_registries_done) rd_vec registries = RD_VEC_INIT(rd_registry);
	RD_AUTO(rd_columns_done) rd_columns table = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK)
		code = rack->registries->list(rack, &registries, err);
	if (code != RD_OK)
		return code;
	if (rd_cli_has(c, &rd_flag_json))
		return rd_cli_json(c, rd_json_registries(&registries, &json, err), &json, err);
	rd_columns_init(&table, 2, (const char *const[]){"SERVER", "USERNAME"});
	for (size_t i = 0; i < registries.len; i++) {
		const rd_registry *r = rd_vec_at(&registries, i);

		rd_columns_row(&table, (const char *const[]){r->server, r->username});
	}
	return rd_columns_print(&table, &c->out, err);
}

const rd_command rd_cmd_registries = {
	.name = "registries",
	.words = "",
	.summary = "list the registries that the rack can log in to",
	.example = "registries",
	.flags = rd_flags_rack_json,
	.run = run,
};

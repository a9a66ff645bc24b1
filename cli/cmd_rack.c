/* SPDX-License-Identifier: MIT */
/* rackdeck rack */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/json.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_system_done) rd_system s = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK)
		code = rack->system->get(rack, &s, err);
	if (code != RD_OK)
		return code;
	if (rd_cli_has(c, &rd_flag_json))
		return rd_cli_json(c, rd_json_system(&s, &json, err), &json, err);
	rd_info_print(
		(const rd_info[]){
			{"Name", s.name},
			{"Provider", s.provider},
			{s.region[0] != '\0' ? "Region" : NULL, s.region},
			{s.domain[0] != '\0' ? "Router" : NULL, s.domain},
			{"Status", s.status},
			{"Version", s.version},
		},
		6, &c->out);
	return RD_OK;
}

const rd_command rd_cmd_rack = {
	.name = "rack",
	.words = "",
	.summary = "show the rack",
	.example = "rack",
	.flags = rd_flags_rack_json,
	.run = run,
};

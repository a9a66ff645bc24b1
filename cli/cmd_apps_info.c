/* SPDX-License-Identifier: MIT */
/* rackdeck apps info */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/json.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app a = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, rd_cli_word(c, 0), &rack, &app, err);

	if (code == RD_OK)
		code = rack->apps->get(rack, app, &a, err);
	if (code != RD_OK)
		return code;
	if (rd_cli_has(c, &rd_flag_json))
		return rd_cli_json(c, rd_json_app(&a, &json, err), &json, err);
	rd_info_print(
		(const rd_info[]){
			{"Name", a.name},
			{"Status", a.status},
			{"Generation", a.generation},
			{"Locked", a.locked ? "true" : "false"},
			{"Release", a.release},
		},
		5, &c->out);
	return RD_OK;
}

const rd_command rd_cmd_apps_info = {
	.name = "apps info",
	.words = "[APP]",
	.max_words = 1,
	.summary = "show an app",
	.example = "apps info shop",
	.flags = rd_flags_app_json,
	.run = run,
};

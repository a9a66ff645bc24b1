/* SPDX-License-Identifier: MIT */
/* rackdeck releases info */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/base/clock.h"
#include "core/rack/json.h"

#define US_PER_S 1000000

static void print_info(rd_cli *c, const rd_release *r)
{
	RD_STR_AUTO rd_str created = RD_STR_INIT(0);

	/* Whole seconds, as convox prints this one. */
	rd_time_format(&created, r->created_us - r->created_us % US_PER_S);
	rd_info_print(
		(const rd_info[]){
			{"Id", r->id},
			{"Build", r->build},
			{"Created", rd_str_get(&created)},
			{"Description", r->description},
			{"Env", r->env},
		},
		5, &c->out);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release r = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK)
		code = rack->releases->get(rack, app, rd_cli_word(c, 0), &r, err);
	if (code != RD_OK)
		return code;
	if (!rd_cli_has(c, &rd_flag_json)) {
		print_info(c, &r);
		return RD_OK;
	}
	return rd_cli_json(c, rd_json_release(&r, &json, err), &json, err);
}

const rd_command rd_cmd_releases_info = {
	.name = "releases info",
	.words = "ID",
	.min_words = 1,
	.max_words = 1,
	.summary = "show a release with its environment",
	.example = "releases info RABCDEFGHIJ",
	.flags = rd_flags_app_json,
	.run = run,
};

/* SPDX-License-Identifier: MIT */
/* rackdeck apps params set */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/formats/env.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	rd_rack *rack;
	const char *app;
	rd_code code = RD_OK;

	for (size_t i = 0; rd_cli_word(c, i) != NULL && code == RD_OK; i++)
		code = rd_env_pair(rd_cli_word(c, i), &params, err);
	if (code == RD_OK)
		code = rd_cli_app(c, NULL, &rack, &app, err);
	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Updating parameters");
	code = rack->apps->set_params(rack, app, &params, err);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_apps_params_set = {
	.name = "apps params set",
	.words = "NAME=VALUE...",
	.min_words = 1,
	.max_words = -1,
	.summary = "set parameters of an app; an empty value removes one",
	.details = "BuildCpu     CPU units of a build, 1024 a core (classic builder)\n"
		   "BuildMemory  MB of a build (classic builder)\n"
		   "KeepBuilds   complete builds that 'rackdeck prune' leaves\n"
		   "KeepDays     days whose builds 'rackdeck prune' leaves\n"
		   "A rack of Convox has others: 'rackdeck apps params' lists them.",
	.example = "apps params set KeepBuilds=20 -a shop",
	.flags = rd_flags_app,
	.run = run,
};

/* SPDX-License-Identifier: MIT */
/* rackdeck env */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/formats/env.h"
#include "core/rack/environment.h"
#include "core/rack/json.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK)
		code = rd_release_env(rack, app, &env, err);
	if (code != RD_OK)
		return code;
	if (rd_cli_has(c, &rd_flag_json))
		return rd_cli_json(c, rd_json_kvs(&env, &text, err), &text, err);
	rd_env_format(&env, &text);
	rd_say_lines(&c->out, rd_str_get(&text));
	return rd_str_check(&text, "the environment", err);
}

const rd_command rd_cmd_env = {
	.name = "env",
	.words = "",
	.summary = "print the environment of the newest release",
	.example = "env -a shop",
	.flags = rd_flags_app_json,
	.run = run,
};

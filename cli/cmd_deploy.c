/* SPDX-License-Identifier: MIT */
/* rackdeck deploy */
#include "cli/buildjob.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/releasing.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build build = {0};
	bool is_id_only = rd_cli_has(c, &rd_flag_id);
	rd_say *say = is_id_only ? &c->log : &c->out;
	rd_rack *rack;
	const char *app;
	rd_code code = rd_buildjob_run(c, say, &build, err);

	if (code == RD_OK)
		code = rd_cli_app(c, NULL, &rack, &app, err);
	if (code == RD_OK)
		code = rd_release_promote(rack, app, build.release,
			&(rd_promotion){.force = rd_cli_has(c, &rd_flag_force), .wait = true}, say,
			err);
	if (code == RD_OK && is_id_only)
		rd_say_text(&c->out, build.release);
	return code;
}

const rd_command rd_cmd_deploy = {
	.name = "deploy",
	.words = "[SOURCE]",
	.max_words = 1,
	.summary = "build, then promote the new release",
	.details = "SOURCE is what 'rackdeck build' takes: a folder, an archive, '-', a git URL.",
	.example = "deploy -a shop -d 'fix the cart'",
	.flags = rd_flags_deploy,
	.run = run,
};

/* SPDX-License-Identifier: MIT */
/* rackdeck builds logs */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/follow.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build build = {0};
	rd_follow *follow;
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK)
		code = rd_follow_open(rack, app, rd_cli_word(c, 0), &c->out, &follow, err);
	if (code != RD_OK)
		return code;
	code = rd_follow_run(follow, NULL, &build, err);
	if (code == RD_OK)
		code = rd_follow_check(follow, err);
	rd_follow_close(follow);
	return code;
}

static const rd_flag *const flags[] = {
	&rd_flag_app, &rd_flag_color, &rd_flag_insecure, &rd_flag_rack, NULL};

const rd_command rd_cmd_builds_logs = {
	.name = "builds logs",
	.other = "logs",
	.words = "ID",
	.min_words = 1,
	.max_words = 1,
	.summary = "print the log of a build",
	.details = "The log of a build under way is followed to its end; Ctrl-C leaves it running.",
	.example = "builds logs BABCDEFGHIJ -a shop",
	.flags = flags,
	.run = run,
};

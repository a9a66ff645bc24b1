/* SPDX-License-Identifier: MIT */
/* rackdeck build */
#include "cli/buildjob.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build build = {0};
	bool is_id_only = rd_cli_has(c, &rd_flag_id);
	rd_say *say = is_id_only ? &c->log : &c->out;
	rd_code code = rd_buildjob_run(c, say, &build, err);

	if (code != RD_OK)
		return code;
	rd_say_line(say, "Build:   ", build.id);
	if (rd_cli_has(c, &rd_flag_detach))
		return RD_OK;
	rd_say_line(say, "Release: ", build.release);
	if (is_id_only)
		rd_say_text(&c->out, build.release);
	return RD_OK;
}

const rd_command rd_cmd_build = {
	.name = "build",
	.words = "[SOURCE]",
	.max_words = 1,
	.summary = "send a source, build its images, make a release",
	.details =
		"SOURCE is a folder (the working directory unless given), a tar archive, plain or\n"
		"gzipped, '-' for one on standard input, or a git URL: https://host/path.git,\n"
		"ssh://user@host/path.git or git@host:path.git, then '#REF' for a branch, tag or\n"
		"commit, and ':FOLDER' for a folder in it. The build goes on without us: the "
		"first\n"
		"Ctrl-C asks it to cancel, a second one leaves it running.",
	.example = "build -a shop --build-args PACE=0",
	.flags = rd_flags_build,
	.run = run,
};

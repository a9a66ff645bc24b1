/* SPDX-License-Identifier: MIT */
/* What the function of a command works with. */
#include "cli/context.h"

void rd_cli_init(rd_cli *c, const rd_command *cmd, rd_args args)
{
	*c = (rd_cli){.cmd = cmd, .args = args};
	rd_say_init(&c->out, stdout);
	rd_say_init(&c->log, stderr);
}

void rd_cli_done(rd_cli *c)
{
	rd_say_done(&c->out);
	rd_say_done(&c->log);
	rd_args_done(&c->args);
}

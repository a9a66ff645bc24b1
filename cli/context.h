/* SPDX-License-Identifier: MIT */
/* rd_cli: what the function of a command works with: its arguments, where it prints, its rack. */
#ifndef RD_CLI_CONTEXT_H
#define RD_CLI_CONTEXT_H

#include "cli/args.h"
#include "cli/say.h"

struct rd_cli {
	const rd_command *cmd;
	rd_args args;
	rd_say out; /* stdout */
	rd_say log; /* stderr */
};

/* @cmd keep, @args take */
void rd_cli_init(rd_cli *c, const rd_command *cmd, rd_args args);
void rd_cli_done(rd_cli *c);

#endif

/* SPDX-License-Identifier: MIT */
/* Help, made from the tables of the commands. */
#ifndef RD_CLI_USAGE_H
#define RD_CLI_USAGE_H

#include "cli/command.h"
#include "cli/say.h"

/* All commands with their summaries. */
void rd_usage_all(rd_say *s);
/* One command: usage, flags, an example, and the commands below it. */
void rd_usage_command(rd_say *s, const rd_command *cmd);

#endif

/* SPDX-License-Identifier: MIT */
/* The entry that each cmd_*.c gives to the table in commands.c. */
#ifndef RD_CLI_ENTRIES_H
#define RD_CLI_ENTRIES_H

#include "cli/command.h"

extern const rd_command rd_cmd_help;
extern const rd_command rd_cmd_version;

#endif

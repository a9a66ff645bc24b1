/* SPDX-License-Identifier: MIT */
/* All commands there are, and how one is found. */
#ifndef RD_CLI_COMMANDS_H
#define RD_CLI_COMMANDS_H

#include "cli/command.h"

extern const rd_command *const rd_commands[]; /* NULL-terminated, in the order of the help */

/* The command whose words begin argv (the longest one). *ret_n_words: words it took.
 * @errors RD_EINVAL an unknown command, with the nearest name. */
rd_code rd_command_find(char *const *argv, const rd_command **ret_cmd, size_t *ret_n_words,
	rd_err *err);

#endif

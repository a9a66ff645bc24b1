/* SPDX-License-Identifier: MIT */
/*
 * rd_args: the arguments of one command, parsed by its table of flags.
 *
 * Flags and words may stand in any order; "--" ends the flags; -l5, -l 5, --limit=5 and --limit 5
 * are the same. A flag given twice: the last one counts, rd_args_each sees them all.
 * Life cycle: 1. rd_args_parse into a zeroed rd_args; 2. get; 3. rd_args_done. Everything is
 * borrowed from argv.
 */
#ifndef RD_CLI_ARGS_H
#define RD_CLI_ARGS_H

#include "cli/command.h"
#include "core/base/vec.h"

typedef struct rd_args {
	rd_vec given; /* struct rd_args_flag, in order */
	rd_vec words; /* char * */
} rd_args;

/* @argv NULL-terminated, without the command's own words.
 * @errors RD_EINVAL an unknown flag, a missing value, too few or too many words; with --help given
 * the words are not counted. */
rd_code rd_args_parse(const rd_command *cmd, char *const *argv, rd_args *ret_args, rd_err *err);
void rd_args_done(rd_args *a);

bool rd_args_has(const rd_args *a, const rd_flag *flag);
/* The flag's value, NULL if it was not given. */
const char *rd_args_text(const rd_args *a, const rd_flag *flag);
/* The value of its next occurrence from *pos on (start at 0), NULL after the last. */
const char *rd_args_each(const rd_args *a, const rd_flag *flag, size_t *pos);
/* Overwrites all values of the flag where they stand: process lists show them no more. They were read. */
void rd_args_hide(rd_args *a, const rd_flag *flag);
/* The i-th word, NULL beyond the last. What is secret in it may be overwritten. */
char *rd_args_word(const rd_args *a, size_t i);

#endif

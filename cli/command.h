/* SPDX-License-Identifier: MIT */
/*
 * What a subcommand is: one const entry with its name, flags, help and function. Parsing, help and
 * the lookup of commands all read these tables; nothing else knows a command's name.
 */
#ifndef RD_CLI_COMMAND_H
#define RD_CLI_COMMAND_H

#include <stdbool.h>

#include "core/base/err.h"

typedef struct rd_cli rd_cli;

typedef struct rd_flag {
	const char *name;  /* "app" for --app */
	char letter;       /* 'a' for -a, 0 if it has none */
	const char *value; /* what it takes, for people: "NAME"; NULL for a switch */
	const char *help;  /* one line, lower case */
} rd_flag;

typedef struct rd_command {
	const char *name;  /* words after the program's name: "builds logs" */
	const char *other; /* what the console calls it, as good here; NULL: as name */
	const char *words; /* arguments, for people: "ID"; "" if it takes none */
	int min_words;
	int max_words;               /* -1: any number */
	const char *summary;         /* one line, lower case */
	const char *details;         /* more, for --help; NULL if the summary says it all */
	const char *example;         /* arguments of one use: "builds logs BABCDEFGHIJ -a shop" */
	const rd_flag *const *flags; /* NULL-terminated; --help is every command's */
	bool hidden;                 /* not for people: left out of help */
	rd_code (*run)(rd_cli *c, rd_err *err);
} rd_command;

#endif

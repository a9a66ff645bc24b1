/* SPDX-License-Identifier: MIT */
/*
 * Commands as words: every action by its name, from any pane, some with an argument. The same words
 * do the same outside of the console: `rackdeck promote R…`.
 */
#ifndef RD_TUI_COMMANDLINE_H
#define RD_TUI_COMMANDLINE_H

#include "tui/app.h"

/* A command that the palette offers. */
typedef struct rd_word {
	const char *name;
	rd_action action; /* RD_ACTION_NONE: "map", which has no key */
	const char *args; /* "[RELEASE]"; "": none */
	const char *help;
} rd_word;

/* The i-th command; *ret_word is unset past the end. @returns whether there is one. */
bool rd_word_at(size_t i, rd_word *ret_word);
/* How well a word fits what was typed: its name's begin, a part of it, its letters in order, or a part
 * of its help. @returns 0: not at all. */
int rd_word_fit(const rd_word *word, const char *typed);
/* Does what a line says ("promote RXYZ"); what is wrong with it becomes a toast. */
void rd_console_command(rd_console *c, const char *line);

/* Lines that were given before, oldest first, kept in a file of the user. In the pool. */
rd_code rd_history_read(rd_strs *ret_lines, rd_err *err);
/* Adds a line behind the others; the oldest go when there are too many. */
rd_code rd_history_add(const char *line, rd_err *err);

#endif

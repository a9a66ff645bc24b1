/* SPDX-License-Identifier: MIT */
/*
 * Which theme the console shows. The file of the chosen one is watched: edited while the console
 * runs, it is read anew; broken, it is told and the last good one stays.
 */
#ifndef RD_TUI_THEMING_H
#define RD_TUI_THEMING_H

#include "tui/app.h"

/* Shows a theme (taken) from now on and remembers its name for the next runs, unless settings or
 * arguments name another. */
void rd_console_take_theme(rd_console *c, const char *name, rd_theme *theme);
/* Shows a theme (borrowed) for a look, until NULL. */
void rd_console_show_theme(rd_console *c, const rd_theme *theme);
const rd_theme *rd_console_theme(const rd_console *c);

/* Of the console's start and end: the file to watch (NULL: none). */
void rd_console_watch_theme(rd_console *c, const char *path);
void rd_console_end_theme(rd_console *c);
/* The name that was remembered. @returns false: none. */
bool rd_theme_kept(char *buf, size_t cap);

#endif

/* SPDX-License-Identifier: MIT */
/* The console's entry: what `rackdeck` without a subcommand runs. */
#ifndef RD_TUI_CONSOLE_H
#define RD_TUI_CONSOLE_H

#include "core/rack/rack.h"

typedef struct rd_console_opts {
	const char *theme; /* --theme; NULL: RACKDECK_THEME, `theme:` in config.yml, slate-dark */
	const char *dir;   /* folder that B builds; NULL: the working directory */
	bool is_plain;     /* lines instead of a screen, as where there is no usable terminal */
	bool is_read_only; /* nothing on the rack can be changed */
	const char *build; /* id of the build whose log is shown first; NULL: the newest */
} rd_console_opts;

/* Runs the console on the terminal of stdin and stdout until the user leaves; where these are no
 * terminals, or one that cannot place the cursor, as lines (tui/plain.h). Errors go to stderr.
 * @rack borrowed; used by several threads until the return. @opts NULL: defaults.
 * @returns the exit status: 0; 1 with one line on stderr if there is no usable terminal. */
int rd_console_main(rd_rack *rack, const char *app, const rd_console_opts *opts);

#endif

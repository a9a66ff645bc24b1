/* SPDX-License-Identifier: MIT */
/*
 * The console as lines, for screen readers, pipes and terminals without a cursor: what there is, then
 * each change as a line; a few words on stdin ask for more. Nothing is ever overwritten, no colours.
 */
#ifndef RD_TUI_PLAIN_H
#define RD_TUI_PLAIN_H

#include "core/rack/rack.h"

typedef struct rd_plain_opts {
	const char *build; /* whose log is printed from the start; NULL: see below */
	bool is_read_only; /* no word changes the rack */
	bool is_protected; /* to change it, the app's name is typed */
} rd_plain_opts;

/* Runs until the user leaves; where stdin is at its end, until no build is active. Where stdin is no
 * terminal, the log of the build (none given: the newest active one) is printed from the start.
 * @returns the exit status: 0; 1 with one line on stderr. */
int rd_plain_main(rd_rack *rack, const char *app, const rd_plain_opts *opts);

#endif

/* SPDX-License-Identifier: MIT */
/* The real terminal on stdin and stdout, by curses. One at a time. */
#ifndef RD_TUI_TTY_H
#define RD_TUI_TTY_H

#include "tui/terminal.h"

/* Whether stdin and stdout are a terminal that is more than a typewriter (TERM=dumb). */
bool rd_tty_is_usable(void);
/* Finds out what the terminal can do; its screen is taken by its open. While there is one thread, as the
 * environment is changed for a moment. @ret give: its close frees it.
 * @errors RD_EUNSUPPORTED: nothing is known of it. */
rd_code rd_tty_new(rd_term **ret_term, rd_err *err);

#endif

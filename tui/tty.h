/* SPDX-License-Identifier: MIT */
/* The real terminal on stdin and stdout, by curses. One at a time. */
#ifndef RD_TUI_TTY_H
#define RD_TUI_TTY_H

#include "tui/terminal.h"

/* Whether stdin and stdout are a terminal that is more than a typewriter (TERM=dumb). */
bool rd_tty_is_usable(void);
/* Makes a terminal that is not taken yet (that is its open's job). @ret give: its close frees it. */
rd_code rd_tty_new(rd_term **ret_term, rd_err *err);

#endif

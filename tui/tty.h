/* SPDX-License-Identifier: MIT */
/* The real terminal on stdin and stdout, by curses. One at a time. */
#ifndef RD_TUI_TTY_H
#define RD_TUI_TTY_H

#include "tui/terminal.h"

/* Makes a terminal that is not taken yet (that is its open's job). @ret give: its close frees it.
 * @errors RD_EUNSUPPORTED stdin or stdout is no terminal, or one that cannot place the cursor: the
 * message says what to use instead. */
rd_code rd_tty_new(rd_term **ret_term, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* What was last on the terminal: for tui/tty.c alone, while curses has the screen. */
#ifndef RD_TUI_TTY_FRAME_H
#define RD_TUI_TTY_FRAME_H

#include "core/base/vec.h"
#include "tui/surface.h"
#include "tui/theme.h"

typedef struct rd_tty_frame {
	rd_tier tier;   /* how many colours the terminal has; the owner's to set */
	rd_vec pairs;   /* of colours, that curses knows: the i-th has the number i + 1 */
	rd_cell *shown; /* the cells of the last frame; NULL: unknown */
	int cols, rows; /* of shown */
} rd_tty_frame;

void rd_tty_frame_init(rd_tty_frame *f);
void rd_tty_frame_done(rd_tty_frame *f);
/* The next frame is written whole: the terminal may show something else. */
void rd_tty_frame_forget(rd_tty_frame *f);
/* Hands what differs from the last frame to curses, for its next doupdate, and the cursor's place.
 * @returns whether the cursor is to be seen. */
bool rd_tty_frame_put(rd_tty_frame *f, const rd_surface *s, const rd_theme *theme);

#endif

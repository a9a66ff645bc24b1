/* SPDX-License-Identifier: MIT */
/* Keys as curses tells them: for tui/tty.c alone. */
#ifndef RD_TUI_TTY_KEYS_H
#define RD_TUI_TTY_KEYS_H

#include <stdbool.h>

#include "tui/key.h"

/* Codes of sequences that are no keys, beyond all of curses, which keeps 16 bits. */
enum rd_tty_code {
	RD_TTY_PASTE_BEGIN = 0x1000,
	RD_TTY_PASTE_END,
	RD_TTY_MOUSE_NEW,
	RD_TTY_MOUSE_OLD,
	RD_TTY_SYNC, /* the terminal can show a frame at once */
};

/* Makes curses read what terminals send whatever their description says. After newterm. */
void rd_tty_define_keys(void);
/* The key of a code beyond 255. @returns false if it is none that we know. */
bool rd_tty_key_of(int code, rd_key *ret_key);

#endif

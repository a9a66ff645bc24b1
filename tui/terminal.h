/* SPDX-License-Identifier: MIT */
/*
 * A terminal as the console sees it: a table with one implementation on curses (tui/tty.c) and one
 * in the golden rig that plays a script.
 */
#ifndef RD_TUI_TERMINAL_H
#define RD_TUI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "tui/key.h"
#include "tui/surface.h"
#include "tui/theme.h"

typedef struct rd_term rd_term;

/* One thing that the user did. */
typedef enum rd_input_kind {
	RD_INPUT_NONE, /* nothing more for now */
	RD_INPUT_KEY,
	RD_INPUT_PASTE, /* text, n: borrowed until the next call */
	RD_INPUT_MOUSE,
	RD_INPUT_RESIZE,
	RD_INPUT_GONE, /* the terminal is gone: leave */
} rd_input_kind;

typedef enum rd_mouse_kind {
	RD_MOUSE_PRESS, /* of the left button, as the next two */
	RD_MOUSE_DRAG,
	RD_MOUSE_RELEASE,
	RD_MOUSE_WHEEL_UP,
	RD_MOUSE_WHEEL_DOWN,
} rd_mouse_kind;

typedef struct rd_mouse {
	rd_mouse_kind kind;
	int x, y; /* cells, from 0 */
} rd_mouse;

typedef struct rd_input {
	rd_input_kind kind;
	rd_key key;
	rd_mouse mouse;
	const char *text;
	size_t n;
} rd_input;

struct rd_term_ops {
	/* Takes the terminal: from here until suspend or close, nothing else writes to it. */
	rd_code (*open)(rd_term *t, rd_err *err);
	/* Readable when read may have something. -1: never. */
	int (*fd)(const rd_term *t);
	void (*size)(const rd_term *t, int *ret_cols, int *ret_rows);
	bool (*is_ascii)(const rd_term *t);
	/* The next input; never blocks. */
	void (*read)(rd_term *t, rd_input *ret_input);
	/* Drops what was typed and not read. */
	void (*flush)(rd_term *t);
	/* Brings a surface to the screen: only what changed since the last time, in one write. */
	void (*present)(rd_term *t, const rd_surface *s, const rd_theme *theme);
	/* Forgets what the screen shows: the next present draws all. */
	void (*redraw)(rd_term *t);
	/* Whether the terminal tells of its mouse (and selects no text by itself). Off at first. */
	void (*mouse)(rd_term *t, bool is_on);
	/* Writes a sequence that shows nothing: a bell, a notification. */
	void (*signal)(rd_term *t, const char *bytes);
	/* Gives the terminal to a program until it ends, also while that is stopped and continued.
	 * *ret_status: as rd_spawn_wait. */
	rd_code (*run)(rd_term *t, const char *const *argv, int *ret_status, rd_err *err);
	/* Gives the terminal back and stops the process; returns after fg with the screen. */
	void (*suspend)(rd_term *t);
	/* The signal SIGWINCH came: takes the new size over. */
	void (*resized)(rd_term *t);
	/* Restores the terminal and frees. */
	void (*close)(rd_term *t);
};

struct rd_term {
	const struct rd_term_ops *ops;
};

#endif

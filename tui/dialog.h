/* SPDX-License-Identifier: MIT */
/*
 * A dialog: an overlay with one const table (tui/dialogs/NAME.c exports exactly one), like a pane.
 *
 * Only the topmost dialog gets keys; RD_REACT_CLOSE closes it. All dialogs get MODEL and TICK.
 * The console draws ground, border and title; the dialog draws the inside. A mutating dialog
 * ignores what was typed before it was on the screen, and keys of its first 150 ms (but not Esc); no
 * key that was typed for something else can confirm it. No action reaches a pane while a dialog is open.
 */
#ifndef RD_TUI_DIALOG_H
#define RD_TUI_DIALOG_H

#include "tui/pane.h"

typedef struct rd_dialog rd_dialog;

struct rd_dialog_ops {
	const char *kind; /* "promote" */
	bool mutates;
	bool is_window; /* what lies under it is seen as it is */
	size_t private_size;
	/* @args as in panes; types stand in dialogs/dialogs.h. */
	rd_code (*open)(rd_dialog *d, const void *args, rd_err *err);
	/* The outer size it would like on a screen of cols x rows; the console cuts and centres. */
	void (*size)(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h);
	rd_react (*event)(rd_dialog *d, const rd_event *ev);
	void (*draw)(const rd_dialog *d, const rd_area *area);
	void (*title)(const rd_dialog *d, char *buf, size_t cap);
	/* Whether letters go to a text field before the keymap; may be NULL. A form has one always; a
	 * dialog that `asks` is a question of yes or no while this says false. */
	bool (*wants_text)(const rd_dialog *d);
	bool asks;
	const char *enter, *tab; /* what these keys do, if it is no form: words for the last line */
	void (*close)(rd_dialog *d); /* may be NULL */
};

struct rd_dialog {
	const struct rd_dialog_ops *ops;
	rd_console *console;
	unsigned id; /* as of panes */
	int w, h;    /* of the inside */
	void *data;
};

#endif

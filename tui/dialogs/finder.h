/* SPDX-License-Identifier: MIT */
/*
 * rd_finder: a field, and below it those things that fit what was typed, best first.
 *
 * The things are the dialog's, which tells them as words by their index. Life cycle: 1. rd_finder_init;
 * 2. rd_finder_find, whenever the things or the text changed; events, draw; 3. rd_finder_done.
 */
#ifndef RD_TUI_DIALOGS_FINDER_H
#define RD_TUI_DIALOGS_FINDER_H

#include "core/base/vec.h"
#include "tui/commandline.h"
#include "tui/widgets/field.h"
#include "tui/widgets/list.h"

typedef struct rd_finder {
	rd_field field;
	rd_vec matches; /* of what is in the list */
	rd_list list;
	/* The i-th thing. @returns whether there is one. */
	bool (*word_at)(const rd_dialog *d, size_t i, rd_word *ret_word);
} rd_finder;

void rd_finder_init(rd_finder *f, bool (*word_at)(const rd_dialog *d, size_t i, rd_word *ret_word));
void rd_finder_done(rd_finder *f);
/* Lists the things that fit; all, in their order, if nothing was typed. The cursor goes to the first. */
void rd_finder_find(rd_finder *f, const rd_dialog *d, const char *typed);
/* The index of the thing in row i of the list. */
size_t rd_finder_at(const rd_finder *f, int i);
/* Clicks, and what changes the text (*ret_changed). @returns RD_REACT_PASS for keys that mean nothing in a field. */
rd_react rd_finder_event(rd_finder *f, const rd_event *ev, bool *ret_changed);
/* How high it is on a screen of so many rows. */
int rd_finder_height(rd_finder *f, int rows);
/* @prompt: a sign, and blanks up to the field. Without a row, why: `none`. row: as of rd_rows_draw. */
void rd_finder_draw(const rd_finder *f, const rd_dialog *d, const rd_area *a, const char *prompt,
	const char *none, void (*row)(const rd_dialog *d, const rd_area *line, int i));

#endif

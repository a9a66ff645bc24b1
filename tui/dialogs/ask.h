/* SPDX-License-Identifier: MIT */
/*
 * rd_ask: a yes or no about one change: what will happen, what is run, how to undo it. On protected
 * racks, and for what cannot be undone, a name is to be typed first.
 */
#ifndef RD_TUI_DIALOGS_ASK_H
#define RD_TUI_DIALOGS_ASK_H

#include "tui/dialogs/deed.h"
#include "tui/dialogs/confirm.h"

typedef struct rd_question {
	rd_confirm confirm; /* first: see RD_CONFIRM_DIALOG */
	char title[160];
	rd_deed *deed; /* that yes starts */
} rd_question;

/* Begins a question: to be filled, then asked. The app's name is to be typed where the rack wants it.
 * @yes, @no as in rd_confirm_init; @deed taken. */
void rd_question_init(rd_question *q, const rd_console *c, const char *yes, const char *no,
	rd_deed *deed);
/* Opens it. Takes the question, even on failure, which is a toast. */
void rd_ask(rd_console *c, rd_question *q);

#endif

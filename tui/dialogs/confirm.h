/* SPDX-License-Identifier: MIT */
/*
 * rd_confirm: the body that dialogs for changes share: what will happen (scrolls), what is run and
 * how to undo it (stays), and the two ways out. Only the key of RD_ACTION_ACCEPT says yes; Enter
 * presses the button that has the focus, and that is always Cancel. Where a name is to be typed
 * first, keys go to its field, and yes is the key of RD_ACTION_SUBMIT.
 *
 * A dialog embeds it first in its data; what is the same in all their tables stands in RD_CONFIRM_DIALOG.
 */
#ifndef RD_TUI_DIALOGS_CONFIRM_H
#define RD_TUI_DIALOGS_CONFIRM_H

#include "tui/app.h"
#include "tui/dialogs/sheet.h"
#include "tui/widgets/field.h"

typedef struct rd_confirm {
	rd_sheet body, foot;
	const char *yes; /* "promote it"; NULL: there is nothing to accept, only to read */
	const char *no;  /* "Cancel" */
	int cols;        /* of the dialog; 0: wider where there is room */
	char name[128];  /* that is to be typed before yes counts; "": none */
	rd_field typed;
} rd_confirm;

void rd_confirm_init(rd_confirm *c, const char *yes, const char *no);
void rd_confirm_done(rd_confirm *c);
/* Yes counts only once this name was typed. */
void rd_confirm_type(rd_confirm *c, const char *name);
/* The same with the app's name, if rack or app are protected. */
void rd_confirm_guard(rd_confirm *c, const rd_console *console);
/* *ret_yes: the user accepted. Else what the event leads to. */
rd_react rd_confirm_event(rd_confirm *c, const rd_dialog *d, const rd_event *ev, bool *ret_yes);

/* For RD_CONFIRM_DIALOG. */
/* As high as it needs. */
void rd_confirm_size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h);
/* Whether a name is to be typed. */
bool rd_confirm_wants_text(const rd_dialog *d);
void rd_confirm_draw(const rd_dialog *d, const rd_area *a);
/* Of a dialog that has nothing else to free. */
void rd_confirm_close(rd_dialog *d);

#define RD_CONFIRM_DIALOG(name, type) \
	.kind = (name), .private_size = sizeof(type), .size = rd_confirm_size, \
	.draw = rd_confirm_draw, .wants_text = rd_confirm_wants_text, .asks = true

#endif

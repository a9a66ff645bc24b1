/* SPDX-License-Identifier: MIT */
/*
 * rd_form: the body that dialogs with fields share. Enter goes to the next item and presses only Cancel;
 * the key of RD_ACTION_SUBMIT submits. On protected racks the app's name is one more field. A form
 * that is submitted with a mistake stays, with the mistake below its fields.
 *
 * A dialog embeds it first in its data; its table is made by RD_FORM_DIALOG, its open calls rd_form_init.
 */
#ifndef RD_TUI_DIALOGS_FORM_H
#define RD_TUI_DIALOGS_FORM_H

#include "tui/app.h"
#include "tui/widgets/field.h"

#define RD_FORM_ITEMS 12

typedef enum rd_form_kind {
	RD_FORM_TEXT,
	RD_FORM_SECRET, /* shown as stars */
	RD_FORM_CHECK,
} rd_form_kind;

typedef struct rd_form_item {
	rd_form_kind kind;
	const char *label;
	const char *hint; /* of an empty field; of a box: what it says */
} rd_form_item;

typedef struct rd_form rd_form;

typedef struct rd_form_ops {
	const char *title;  /* "Build" */
	const char *submit; /* "start the build" */
	const rd_form_item *items;
	int n; /* at most RD_FORM_ITEMS */
	/* Does it. An error stays in the form, else the dialog closes. */
	rd_code (*submit_form)(rd_dialog *d, rd_form *f, rd_err *err);
	/* The command that does the same; NULL: there is none. */
	void (*command)(const rd_dialog *d, const rd_form *f, rd_str *out);
	bool is_rack;    /* about the rack, not its app */
	bool is_guarded; /* on protected racks the app's name is to be typed */
} rd_form_ops;

struct rd_form {
	const rd_form_ops *ops;
	rd_field fields[RD_FORM_ITEMS];
	bool checks[RD_FORM_ITEMS];
	rd_field typed;  /* the app's name */
	char guard[128]; /* what is to be typed; "": nothing */
	int item;        /* that has the focus: of items, then the name, then Cancel */
	char problem[256];
};

void rd_form_init(rd_dialog *d, const rd_form_ops *ops);
const char *rd_form_text(const rd_form *f, int item);
void rd_form_set(rd_form *f, int item, const char *text);

/* For RD_FORM_DIALOG. */
void rd_form_size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h);
rd_react rd_form_event(rd_dialog *d, const rd_event *ev);
void rd_form_draw(const rd_dialog *d, const rd_area *area);
void rd_form_title(const rd_dialog *d, char *buf, size_t cap);
bool rd_form_wants_text(const rd_dialog *d);
void rd_form_close(rd_dialog *d);

#define RD_FORM_DIALOG(name, type, opens) \
	{ \
		.kind = (name), .mutates = true, .private_size = sizeof(type), .open = (opens), \
		.size = rd_form_size, .event = rd_form_event, .draw = rd_form_draw, \
		.title = rd_form_title, .wants_text = rd_form_wants_text, .close = rd_form_close, \
	}

#endif

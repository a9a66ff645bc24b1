/* SPDX-License-Identifier: MIT */
/*
 * rd_pairs: names and values that a dialog shows and changes. All changes are a draft until the dialog
 * brings them to the rack.
 *
 * A dialog embeds it first in its data. Values that are masked are shown to nobody until they are
 * revealed: one that is changed meanwhile is typed anew, as stars.
 */
#ifndef RD_TUI_DIALOGS_PAIRS_H
#define RD_TUI_DIALOGS_PAIRS_H

#include "tui/dialogs/deed.h"
#include "tui/dialogs/draft.h"
#include "tui/dialogs/rows.h"
#include "tui/dialogs/sheet.h"
#include "tui/widgets/field.h"

typedef enum rd_pairs_typing { RD_PAIRS_REST, RD_PAIRS_ADDING, RD_PAIRS_CHANGING } rd_pairs_typing;

/* Reads them, in the pool. ret_of: what they are of, where that is to be told. */
typedef rd_code rd_pairs_reader(rd_rack *rack, const char *app, rd_kvs *ret_pairs, char ret_of[32],
	rd_err *err);

typedef struct rd_pairs {
	rd_pairs_reader *reader;
	bool is_loaded, is_reading;
	bool is_made; /* the draft is on the rack: the dialog closes */
	char of[32];
	bool is_fixed; /* none is added or removed: one that is taken back has an empty value */
	bool is_masked;
	const char *why_not; /* why nothing may be changed; NULL: it may */
	rd_draft draft;
	rd_list list;
	rd_pairs_typing typing;
	rd_field field;
	char problem[256]; /* with what was typed last */
	bool is_leaving;   /* the draft is given up by the next key that closes */
} rd_pairs;

/* Begins to read them; and again whenever the rack changes, while there is no draft. @errors RD_ENOMEM. */
rd_code rd_pairs_open(rd_dialog *d, rd_pairs_reader *reader, rd_err *err);
void rd_pairs_done(rd_pairs *p);
/* The draft becomes these, sorted or not. @errors RD_ENOMEM. */
rd_code rd_pairs_replace(rd_pairs *p, const rd_kvs *now, rd_err *err);
/* How many differ from what was read. */
int rd_pairs_changes(const rd_pairs *p);
/* The row under the cursor, NULL if there is none. */
const rd_pair *rd_pairs_current(const rd_pairs *p);
/* What brings the draft to the rack, and closes the dialog then. NULL: there is none, as a toast tells. */
rd_deed *rd_pairs_deed(const rd_dialog *d, const char *name,
	rd_code (*make)(rd_deed *w, rd_rack *rack, rd_cancel *cancel, rd_err *err));
/* The differences; masked ones by name alone. */
void rd_pairs_put(const rd_pairs *p, rd_sheet *sheet);

/* For the dialog: RD_REACT_PASS for actions that are its own. */
rd_react rd_pairs_event(rd_pairs *p, rd_dialog *d, const rd_event *ev);
bool rd_pairs_wants_text(const rd_dialog *d);
void rd_pairs_size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h);
/* about: a line about what is shown, in the role. hints: of the dialog's own actions. */
void rd_pairs_draw(const rd_dialog *d, const rd_area *a, const char *about,
	const rd_key_hint *hints, size_t n);

#endif

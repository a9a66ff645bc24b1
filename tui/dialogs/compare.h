/* SPDX-License-Identifier: MIT */
/* rd_compare: two releases and their difference, read in the pool for a dialog. */
#ifndef RD_TUI_DIALOGS_COMPARE_H
#define RD_TUI_DIALOGS_COMPARE_H

#include "core/rack/commits.h"
#include "core/rack/diff.h"
#include "tui/app.h"
#include "tui/dialogs/sheet.h"

typedef struct rd_compare {
	rd_release to, from;
	bool has_from;              /* false: no release is active */
	bool is_active;             /* `from` is the active one */
	rd_build build, from_build; /* of `to` and `from`; the id is NULL if there is none */
	rd_release_diff diff;
	rd_commits commits;
	bool has_images;            /* the rack tells of images */
	rd_vec images, from_images; /* rd_image, by service */
} rd_compare;

/* How much of it is shown. */
typedef struct rd_compare_look {
	bool is_revealed;   /* values of the environment are shown */
	bool has_unchanged; /* and so is what is the same */
} rd_compare_look;

/* Called on the loop thread while the dialog is open. compare: taken; NULL if code is not RD_OK. */
typedef rd_react rd_compared_fn(rd_dialog *d, rd_compare *compare, rd_code code, const rd_err *err);

/* Reads release `to` and `from` (NULL: the active one, from the model). @errors RD_ENOMEM. */
rd_code rd_compare_later(rd_dialog *d, const char *to, const char *from, rd_compared_fn *fn,
	rd_err *err);
rd_compare *rd_compare_free(rd_compare *c); /* @returns NULL */
/* Puts what the two releases are, and how they differ, into a sheet. */
void rd_compare_put(const rd_compare *c, const rd_console *console, const rd_compare_look *look,
	rd_sheet *sheet);
/* Changes the look by an action. @returns false if it is none for that. */
bool rd_compare_act(rd_compare_look *look, rd_action action);

#endif

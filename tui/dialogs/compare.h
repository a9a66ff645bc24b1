/* SPDX-License-Identifier: MIT */
/* rd_compare: a release, the active one, and their difference, read in the pool for a dialog. */
#ifndef RD_TUI_DIALOGS_COMPARE_H
#define RD_TUI_DIALOGS_COMPARE_H

#include "core/rack/diff.h"
#include "tui/app.h"
#include "tui/dialogs/sheet.h"

typedef struct rd_compare {
	rd_release to, from;
	bool has_from;  /* a release is active */
	rd_build build; /* of `to`; its id is NULL if there is none */
	rd_release_diff diff;
} rd_compare;

/* Called on the loop thread while the dialog is open. compare: taken; NULL if code is not RD_OK. */
typedef rd_react rd_compared_fn(rd_dialog *d, rd_compare *compare, rd_code code, const rd_err *err);

/* Reads release `to` and the active one (from the model). @errors RD_ENOMEM. */
rd_code rd_compare_later(rd_dialog *d, const char *to, rd_compared_fn *fn, rd_err *err);
rd_compare *rd_compare_free(rd_compare *c); /* @returns NULL */
/* Puts what the two releases are, and how they differ, values masked, into a sheet. */
void rd_compare_put(const rd_compare *c, int64_t now_us, rd_sheet *sheet);

#endif

/* SPDX-License-Identifier: MIT */
/* rd_plain_change: what a word of the console as lines changes on the rack, asked about before. */
#ifndef RD_TUI_PLAIN_CHANGE_H
#define RD_TUI_PLAIN_CHANGE_H

#include "core/rack/rack.h"

typedef struct rd_plain_change {
	const struct rd_plain_deed *deed; /* NULL: nothing is asked */
	char id[64];
	char answer[128]; /* that is a yes */
} rd_plain_change;

/* Whether a word is one that changes the rack: promote, rollback, cancel. */
bool rd_plain_changes(const char *word);
/* Looks whether it can be done, and asks. *ret_question: one line. @is_protected the answer is the app's name.
 * @errors RD_EINVAL without an id, RD_EUNSUPPORTED, those of reading it. */
rd_code rd_plain_ask(rd_plain_change *c, rd_rack *rack, const char *app, const char *word,
	const char *id, bool is_protected, rd_str *ret_question, rd_err *err);
/* Does it if the answer is the right one. *ret_said: what was done, or that nothing was. */
rd_code rd_plain_answer(rd_plain_change *c, rd_rack *rack, const char *app, const char *answer,
	rd_str *ret_said, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * rd_deed: a change of the rack that a dialog was told to make: it is made in the pool, what came of
 * it is told in a toast, and the rack is read again.
 * Life cycle: 1. rd_deed_new; 2. fill it; 3. rd_deed_start, or rd_deed_free.
 */
#ifndef RD_TUI_DIALOGS_DEED_H
#define RD_TUI_DIALOGS_DEED_H

#include "tui/app.h"

typedef struct rd_deed rd_deed;

struct rd_deed {
	char *app;  /* of the console */
	char *name; /* of what is changed: a build, a server; "" */
	char *more; /* NULL, or what else is needed for it; wiped when it is freed, as `set` */
	rd_kvs set; /* likewise */
	rd_strs gone;
	bool flag;
	/* Makes it; `said` tells what was done. Blocks. */
	rd_code (*make)(rd_deed *w, rd_rack *rack, rd_cancel *cancel, rd_err *err);
	/* On the loop thread, once it was made; may be NULL. */
	rd_react (*made)(rd_console *c, rd_deed *w);
	char said[256];
	char label[96];           /* of the job */
	unsigned dialog;          /* for `made` */
	bool can_cancel, is_long; /* as of rd_task */
};

/* @name is copied. @errors RD_ENOMEM. */
rd_code rd_deed_new(const rd_console *c, const char *name, rd_deed **ret_deed, rd_err *err);
rd_deed *rd_deed_free(rd_deed *w); /* @returns NULL */
/* Takes the change, even on failure; what goes wrong is a toast. */
void rd_deed_start(rd_console *c, rd_deed *w);

#endif

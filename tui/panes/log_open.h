/* SPDX-License-Identifier: MIT */
/* Opening a log in the pool, for the panes that read one. */
#ifndef RD_TUI_PANES_LOG_OPEN_H
#define RD_TUI_PANES_LOG_OPEN_H

#include "core/rack/log.h"
#include "tui/app.h"

/* What was opened. The callee takes what it wants and sets it to NULL; the rest is closed. */
typedef struct rd_log_opened {
	rd_log *log; /* read up to its first megabytes, or the end of a long one, read to its end */
	rd_log *whole; /* the same from its first line on, nothing read yet; NULL: log is that */
} rd_log_opened;

/* Called on the loop thread if the pane is still there; all NULL if code is not RD_OK. */
typedef rd_react rd_log_opened_fn(rd_pane *p, const char *build, rd_log_opened *opened,
	rd_code code, const rd_err *err);

/* @from_end: of a long log its end comes first. @errors RD_ENOMEM: nothing will be called. */
rd_code rd_log_open_later(rd_pane *p, const char *build, bool from_end, rd_log_opened_fn *fn,
	rd_err *err);

#endif

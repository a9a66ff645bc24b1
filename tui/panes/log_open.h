/* SPDX-License-Identifier: MIT */
/* Opening a log in the pool, for the panes that read one. */
#ifndef RD_TUI_PANES_LOG_OPEN_H
#define RD_TUI_PANES_LOG_OPEN_H

#include "core/rack/log.h"
#include "tui/app.h"

/* Called on the loop thread if the pane is still there. *log: read up to its first megabytes; the
 * callee may take it (and sets it to NULL); NULL if code is not RD_OK. */
typedef rd_react rd_log_opened_fn(rd_pane *p, const char *build, rd_log **log, rd_code code,
	const rd_err *err);

/* @errors RD_ENOMEM: nothing will be called. */
rd_code rd_log_open_later(rd_pane *p, const char *build, rd_log_opened_fn *fn, rd_err *err);

#endif

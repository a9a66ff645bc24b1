/* SPDX-License-Identifier: MIT */
/* The panes, and what their open takes. */
#ifndef RD_TUI_PANES_PANES_H
#define RD_TUI_PANES_PANES_H

#include "core/rack/log.h"
#include "tui/pane.h"

extern const struct rd_pane_ops rd_pane_builds;   /* no args */
extern const struct rd_pane_ops rd_pane_releases; /* no args */

extern const struct rd_pane_ops rd_pane_jobs;   /* no args */
extern const struct rd_pane_ops rd_pane_cache;  /* no args */
extern const struct rd_pane_ops rd_pane_images; /* no args */

/* Args of rd_pane_log and rd_pane_steps. */
typedef struct rd_pane_log_args {
	const char *build;  /* id; NULL: the newest build, and then those that come */
	rd_log_scope scope; /* log only: what of it */
	int number;
} rd_pane_log_args;
extern const struct rd_pane_ops rd_pane_log;
extern const struct rd_pane_ops rd_pane_steps;

/* Shows a log in the first log pane (or a new one) and gives it the focus; the other log panes, if
 * they belong to a build that is shown no more, follow. */
rd_react rd_log_show(rd_console *c, const rd_pane_log_args *args);
/* Shows the logs of some builds, each whole and in a log pane of its own, and gives the first the focus. */
rd_react rd_log_show_each(rd_console *c, const rd_strs *builds);
/* "web 4/6 worker 1/3": how far the images of a build are, if a steps pane shows it; else "". */
void rd_steps_progress(const rd_console *c, const char *build, char *buf, size_t cap);
/* The same for the steps of a build. */
rd_react rd_steps_show(rd_console *c, const char *build);
/* The cursor of the list of builds goes to this one as soon as it is there. */
void rd_builds_select(rd_console *c, const char *build);
/* Log and steps show a build that was just started, and from then on the newest. */
void rd_log_follow(rd_console *c, const char *build);

#endif

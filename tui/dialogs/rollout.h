/* SPDX-License-Identifier: MIT */
/* What comes after a promotion: on a rack where that takes its time, a job that watches it. */
#ifndef RD_TUI_DIALOGS_ROLLOUT_H
#define RD_TUI_DIALOGS_ROLLOUT_H

#include "tui/app.h"

/* The rack has agreed to promote the release: where that is not all (rd_rack_releases.settle), a job waits until
 * it is active and tells what the rack says meanwhile; cancelling that job asks the rack to go back. When
 * the console ends, the rack goes on. */
void rd_rollout_later(rd_console *c, const char *app, const char *release);

#endif

/* SPDX-License-Identifier: MIT */
/* The second half of a deploy: a build that runs is promoted once it is complete. */
#ifndef RD_TUI_DIALOGS_DEPLOY_H
#define RD_TUI_DIALOGS_DEPLOY_H

#include "tui/app.h"

/* As a job; what goes wrong is told in a toast. */
void rd_deploy_later(rd_console *c, const char *app, const char *build);

#endif

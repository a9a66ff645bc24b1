/* SPDX-License-Identifier: MIT */
/*
 * What `build` and `deploy` share: take a source, send it, start the build, print its log to its end.
 */
#ifndef RD_CLI_BUILDJOB_H
#define RD_CLI_BUILDJOB_H

#include "cli/context.h"

extern const rd_flag rd_flag_detach;
extern const rd_flag rd_flag_wait;
extern const rd_flag *const rd_flags_build[];
extern const rd_flag *const rd_flags_deploy[];

/* Builds as the flags and words of the command say. *ret_build: the record of the build, complete;
 * with --detach as it was started.
 * The first Ctrl-C asks the build to cancel, the second leaves it running.
 * @errors RD_EFAILED "build failed: REASON"; RD_ECANCELED the user left; those of the rack. */
rd_code rd_buildjob_run(rd_cli *c, rd_say *say, rd_build *ret_build, rd_err *err);

#endif

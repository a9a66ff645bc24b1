/* SPDX-License-Identifier: MIT */
/*
 * rd_follow: prints the log of a build from its begin to its end, as it grows.
 *
 * Nothing is asked in turns: it sleeps until the rack says that something changed.
 * Life cycle: 1. rd_follow_open; 2. rd_follow_run, again after it was canceled; 3. rd_follow_close.
 */
#ifndef RD_CLI_FOLLOW_H
#define RD_CLI_FOLLOW_H

#include "cli/say.h"
#include "core/rack/rack.h"

typedef struct rd_follow rd_follow;

/* @rack, @app, @id, @say keep until close. @errors RD_ENOENT no such build. */
rd_code rd_follow_open(rd_rack *rack, const char *app, const char *id, rd_say *say,
	rd_follow **ret_follow, rd_err *err);
/* Prints until the build is over; *ret_build is then its record. A rack that goes away meanwhile is waited for.
 * @cancel NULL: cannot be canceled. @errors RD_ECANCELED cancel was fired. */
rd_code rd_follow_run(rd_follow *f, const rd_cancel *cancel, rd_build *ret_build, rd_err *err);
/* After the run: whether all of the log was there to be printed. @errors why not. */
rd_code rd_follow_check(rd_follow *f, rd_err *err);
rd_follow *rd_follow_close(rd_follow *f); /* @returns NULL */

#endif

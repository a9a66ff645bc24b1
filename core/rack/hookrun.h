/* SPDX-License-Identifier: MIT */
/*
 * Builds what was pushed: works on the pushes that a rack has queued, in a thread of its own.
 *
 * Of each app one build runs at a time; a newer push takes the place of one that waits. What is queued is on
 * disk and builds are processes of their own: whoever starts next goes on where this one ended, in
 * whatever way. Of several processes one works, the others wait for its end.
 * Life cycle: 1. rd_hookrun_start; 2. rd_hookrun_kick after each push; 3. rd_hookrun_stop.
 */
#ifndef RD_CORE_RACK_HOOKRUN_H
#define RD_CORE_RACK_HOOKRUN_H

#include "core/rack/rack.h"

typedef struct rd_hookrun rd_hookrun;

/* @rack has hooks. @log one line of what was done, from its thread; NULL: not told. @ret give. */
rd_code rd_hookrun_start(rd_rack *rack, void (*log)(void *arg, const char *line), void *arg,
	rd_hookrun **ret_run, rd_err *err);
/* From any thread: something was queued. */
void rd_hookrun_kick(rd_hookrun *h);
/* Ends what is being fetched or sent; builds go on. @returns NULL */
rd_hookrun *rd_hookrun_stop(rd_hookrun *h);

#endif

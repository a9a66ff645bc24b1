/* SPDX-License-Identifier: MIT */
/*
 * rd_following: a build on any rack, from now to its end: its record, and when its log has grown.
 *
 * A rack that answered before and does not now is asked again for ten minutes, for its build goes on.
 * Life cycle: 1. rd_following_open; 2. rd_following_next, and what the files hold since, until is_over: the
 * log is whole then; 3. rd_following_done. Thread rule: one thread at a time.
 */
#ifndef RD_CORE_RACK_FOLLOWING_H
#define RD_CORE_RACK_FOLLOWING_H

#include "core/rack/rack.h"

typedef struct rd_following {
	rd_rack *rack;        /* borrowed, as app and id */
	const char *app, *id; /* of the build */
	rd_log_files files;
	rd_build build; /* as it was seen last */
	bool is_over;
	int ask_ms;      /* how long to wait for news; -1 (of open): until there are some */
	int64_t seen_us; /* when the rack answered last; 0 (of open): not yet, so it is not waited for */
	bool is_due; /* the next look is at once (as of open); whoever has not read on may set it */
	bool is_away;
	rd_events *events;
} rd_following;

/* @rack, @app, @id keep until done. @errors RD_ENOENT no such build; of the rack's events and logs. */
rd_code rd_following_open(rd_rack *rack, const char *app, const char *id, rd_following *ret_f,
	rd_err *err);
/* Waits for news, unless it is due, and looks. @cancel NULL: cannot be canceled.
 * @errors RD_ECANCELED cancel was fired; of the rack. */
rd_code rd_following_next(rd_following *f, const rd_cancel *cancel, rd_err *err);
/* One that was never opened, but zeroed with files {-1, -1, NULL}, is fine. */
void rd_following_done(rd_following *f);

#endif

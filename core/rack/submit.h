/* SPDX-License-Identifier: MIT */
/*
 * Builds that nobody waits for: from a source to a started build in one call, and what has become of it.
 * Any thread.
 */
#ifndef RD_CORE_RACK_SUBMIT_H
#define RD_CORE_RACK_SUBMIT_H

#include "core/rack/upload.h"

/* Sends the source and starts a build of it; makes the app where racks make one by its first build.
 * @wish url, description and git_sha are those of the source, unless they are set. from->cancel ends it.
 * @ret_warnings (may be NULL) gets those of packing. @errors of rd_upload_open, rd_upload_send and of the rack. */
rd_code rd_submit(rd_rack *rack, const char *app, const rd_upload_opts *from,
	const rd_build_opts *wish, rd_strs *ret_warnings, rd_build *ret_build, rd_err *err);

typedef enum rd_submitted {
	RD_SUBMITTED_ACTIVE,   /* it is queued or runs */
	RD_SUBMITTED_REPLACED, /* it was queued and is asked to stop, as there is something newer */
	RD_SUBMITTED_OVER,     /* it has ended, or is gone; the record is empty then */
} rd_submitted;

/* What has become of a build. @is_newer something newer waits: a queued build gives way. */
rd_code rd_submit_look(rd_rack *rack, const char *app, const char *id, bool is_newer,
	rd_submitted *ret_state, rd_build *ret_build, rd_err *err);

/* Promotes once the app is ready and waits until it runs the release, as far as the rack has either take time.
 * @errors of promote; RD_EFAILED the app fell back to the release before; RD_ETIMEOUT; RD_ECANCELED it goes on. */
rd_code rd_submit_promote(rd_rack *rack, const char *app, const char *release, rd_cancel *cancel,
	rd_err *err);
/* The first half: waits for an app that is being changed. */
rd_code rd_submit_wait_ready(rd_rack *rack, const char *app, rd_cancel *cancel, rd_err *err);

/* A time between 80 and 120 percent of that, so that many do not ask at once. */
int64_t rd_submit_jitter(int64_t us);

#endif

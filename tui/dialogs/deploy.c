/* SPDX-License-Identifier: MIT */
/* The second half of a deploy. */
#include "tui/dialogs/deploy.h"

#include "tui/dialogs/rollout.h"

#include <poll.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/rack/submit.h"

#define ASK_MS 500                    /* how often the rack is asked for the build … */
#define FAR_ASK_MS 2000               /* … over a network */
#define AWAY_US (10 * 60 * 1000000LL) /* for a rack that does not answer: its build goes on */

struct deploy {
	char *app, *build;
	char release[32];
};

/* Waits until the build is over. */
static rd_code wait_for(const struct deploy *w, rd_rack *rack, rd_cancel *cancel,
	rd_build *ret_build, rd_err *err)
{
	struct pollfd fired = {.fd = rd_cancel_fd(cancel), .events = POLLIN};
	int64_t seen_us = rd_now_us();

	for (;;) {
		rd_code code = rack->builds->get(rack, w->app, w->build, ret_build, err);
		bool is_away = (code == RD_EUNAVAIL || code == RD_ETIMEOUT) &&
			       rd_now_us() - seen_us < AWAY_US;

		if (!is_away && (code || !rd_build_is_active(ret_build)))
			return code;
		if (!is_away)
			seen_us = rd_now_us();
		rd_build_done(ret_build);
		*ret_build = (rd_build){0};
		poll(&fired, 1, rack->pulse ? FAR_ASK_MS : ASK_MS);
		if (rd_cancel_fired(cancel))
			return rd_err_set(err, RD_ECANCELED, "canceled: the build goes on");
	}
}

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct deploy *w = arg;
	RD_AUTO(rd_build_done)
	rd_build build = {0};
	rd_code code = wait_for(w, rack, cancel, &build, err);

	if (code)
		return code;
	if (!build.release[0])
		return rd_err_set(err, RD_EFAILED, "build %s is %s: nothing is promoted", w->build,
			build.status);
	snprintf(w->release, sizeof w->release, "%s", build.release);
	code = rd_submit_wait_ready(rack, w->app, cancel, err);
	return code ? code : rack->releases->promote(rack, w->app, w->release, false, cancel, err);
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct deploy *w = arg;

	if (code)
		rd_console_toast_err(c, err);
	else if (rd_console_rack(c)->releases->settle)
		rd_rollout_later(c, w->app, w->release);
	else
		rd_console_toast(c, RD_ROLE_COMPLETE, "%s is active now", w->release);
	return RD_REACT_RELOAD;
}

static void discard(void *arg)
{
	struct deploy *w = arg;

	free(w->app);
	free(w->build);
	free(w);
}

void rd_deploy_later(rd_console *c, const char *app, const char *build)
{
	struct deploy *w = calloc(1, sizeof *w);
	char label[96];
	rd_task task = {.work = work,
		.done = done,
		.discard = discard,
		.arg = w,
		.label = label,
		.mutates = true,
		.can_cancel = true,
		.is_long = true};
	rd_err err = {0};

	snprintf(label, sizeof label, "deploying %s", build);
	if (w) {
		w->app = rd_strdup(app);
		w->build = rd_strdup(build);
	}
	if (!w || !w->app || !w->build) {
		if (w)
			discard(w);
		rd_err_nomem(&err);
	} else {
		rd_console_run(c, &task, &err);
	}
	if (err.code)
		rd_console_toast_err(c, &err);
}

/* SPDX-License-Identifier: MIT */
/* A build on any rack, from now to its end. */
#include "core/rack/following.h"

#include <errno.h>
#include <poll.h>

#include "core/base/clock.h"

#define AWAY_US (10 * 60 * 1000000LL)
#define AWAY_ASK_S 2

rd_code rd_following_open(rd_rack *rack, const char *app, const char *id, rd_following *ret_f,
	rd_err *err)
{
	RD_AUTO(rd_following_done)
	rd_following f = {.rack = rack,
		.app = app,
		.id = id,
		.files = {-1, -1, NULL},
		.ask_ms = -1,
		.is_due = true};
	rd_code rc = rack->events->open(rack, &f.events, err);

	/* Events first: what is written after the first read wakes us. */
	if (!rc)
		rc = rack->logs->open(rack, app, id, &f.files, err);
	if (rc)
		return rc;
	*ret_f = f;
	f = (rd_following){.files = {-1, -1, NULL}};
	return RD_OK;
}

void rd_following_done(rd_following *f)
{
	rd_log_files_done(&f->files);
	rd_build_done(&f->build);
	if (f->events)
		f->rack->events->close(f->events);
	f->events = NULL;
}

/* How long to wait for news. A rack that is away tells none: as it is asked by itself. */
static int wait_ms(const rd_following *f)
{
	rd_pulse pulse = {0};

	if (!f->is_away)
		return f->ask_ms;
	if (f->rack->pulse)
		f->rack->pulse(f->rack, &pulse);
	return (pulse.every_s > AWAY_ASK_S ? pulse.every_s : AWAY_ASK_S) * 1000;
}

static rd_code wait_for_news(rd_following *f, const rd_cancel *cancel, rd_err *err)
{
	struct pollfd fds[] = {
		{f->rack->events->fd(f->events), POLLIN, 0}, {rd_cancel_fd(cancel), POLLIN, 0}};
	int n = poll(fds, RD_LEN(fds), wait_ms(f));
	unsigned changes = 0;
	rd_code rc;

	if (n < 0 && errno != EINTR)
		return rd_err_os(err, errno, "waiting for build %s", f->id);
	if (rd_cancel_fired(cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	rc = f->rack->events->take(f->events, &changes, err);
	f->is_due = !n || (changes & RD_CHANGE_DATA);
	return rc;
}

static rd_code look(rd_following *f, rd_err *err)
{
	rd_build now = {0};
	rd_code rc = f->rack->builds->get(f->rack, f->app, f->id, &now, err);
	bool is_lost = (rc == RD_EUNAVAIL || rc == RD_ETIMEOUT) && f->seen_us;

	f->is_away = is_lost && rd_now_us() - f->seen_us < AWAY_US;
	if (f->is_away)
		return RD_OK;
	if (is_lost)
		rd_err_wrap(err, "no answer for ten minutes");
	if (rc)
		return rc;
	f->seen_us = rd_now_us();
	rd_build_done(&f->build);
	f->build = now;
	f->is_over = !rd_build_is_active(&now);
	return RD_OK;
}

rd_code rd_following_next(rd_following *f, const rd_cancel *cancel, rd_err *err)
{
	rd_code rc = f->is_due ? RD_OK : wait_for_news(f, cancel, err);

	if (rc || !f->is_due)
		return rc;
	f->is_due = false;
	/* The record comes before the log: of a build that is over the log is whole. */
	return look(f, err);
}

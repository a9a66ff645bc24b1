/* SPDX-License-Identifier: MIT */
/* Prints the log of a build as it grows. */
#include "cli/follow.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"

#define CHUNK_BYTES (64 * 1024)
#define AWAY_US (10 * 60 * 1000000LL) /* for a rack that does not answer: its build goes on */
#define AWAY_ASK_S 2

struct rd_follow {
	rd_rack *rack;
	const char *app;
	const char *id;
	rd_say *say;
	rd_events *events;
	rd_log_files files;
	int64_t seen_us; /* when the rack last answered; 0: not yet */
	bool is_away;
	char chunk[CHUNK_BYTES];
};

static rd_code open_sources(rd_follow *f, rd_err *err)
{
	rd_code code = f->rack->events->open(f->rack, &f->events, err);

	/* Events first: what is written after the first read wakes us. */
	if (code == RD_OK)
		code = f->rack->logs->open(f->rack, f->app, f->id, &f->files, err);
	return code;
}

rd_code rd_follow_open(rd_rack *rack, const char *app, const char *id, rd_say *say,
	rd_follow **ret_follow, rd_err *err)
{
	rd_follow *f = calloc(1, sizeof(*f));
	rd_code code;

	if (f == NULL)
		return rd_err_nomem(err);
	f->rack = rack;
	f->app = app;
	f->id = id;
	f->say = say;
	f->files.text_fd = -1;
	f->files.steps_fd = -1;
	code = open_sources(f, err);
	if (code != RD_OK) {
		rd_follow_close(f);
		return code;
	}
	*ret_follow = f;
	return RD_OK;
}

rd_follow *rd_follow_close(rd_follow *f)
{
	if (f == NULL)
		return NULL;
	rd_log_files_done(&f->files);
	if (f->events != NULL)
		f->rack->events->close(f->events);
	free(f);
	return NULL;
}

static rd_code canceled(rd_err *err)
{
	return rd_err_set(err, RD_ECANCELED, "canceled");
}

/* Prints what is new, up to the end of the file as it is now. */
static rd_code print_new(rd_follow *f, const rd_cancel *cancel, rd_err *err)
{
	for (;;) {
		ssize_t n = read(f->files.text_fd, f->chunk, sizeof(f->chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rd_err_os(err, errno, "cannot read the log of build %s", f->id);
		if (n == 0)
			return RD_OK;
		rd_say_log(f->say, f->chunk, (size_t)n);
		if (rd_cancel_fired(cancel))
			return canceled(err);
		if (f->say->os != 0)
			return rd_say_flush(f->say, err);
	}
}

/* How long to wait for news of a rack that is away, which tells none: as it is asked by itself. */
static int away_ms(const rd_follow *f)
{
	rd_pulse pulse = {0};

	if (f->rack->pulse != NULL)
		f->rack->pulse(f->rack, &pulse);
	return (pulse.every_s > AWAY_ASK_S ? pulse.every_s : AWAY_ASK_S) * 1000;
}

/* Sleeps until something changed. */
static rd_code wait_for_news(rd_follow *f, const rd_cancel *cancel, unsigned *ret_changes,
	rd_err *err)
{
	struct pollfd fds[] = {
		{.fd = f->rack->events->fd(f->events), .events = POLLIN},
		{.fd = rd_cancel_fd(cancel), .events = POLLIN},
	};

	int n = poll(fds, RD_LEN(fds), f->is_away ? away_ms(f) : -1);
	rd_code code;

	if (n < 0 && errno != EINTR)
		return rd_err_os(err, errno, "cannot wait for build %s", f->id);
	if (rd_cancel_fired(cancel))
		return canceled(err);
	code = f->rack->events->take(f->events, ret_changes, err);
	*ret_changes |= n ? 0 : RD_CHANGE_DATA;
	return code;
}

/* A rack that answered before and does not now is asked again for some minutes. */
static rd_code look(rd_follow *f, rd_build *ret_build, bool *ret_is_over, rd_err *err)
{
	rd_build now = {0};
	rd_code code = f->rack->builds->get(f->rack, f->app, f->id, &now, err);

	f->is_away = (code == RD_EUNAVAIL || code == RD_ETIMEOUT) && f->seen_us != 0 &&
		     rd_now_us() - f->seen_us < AWAY_US;
	if (code != RD_OK)
		return f->is_away ? RD_OK : code;
	f->seen_us = rd_now_us();
	rd_build_done(ret_build);
	*ret_build = now;
	*ret_is_over = !rd_build_is_active(ret_build);
	return RD_OK;
}

rd_code rd_follow_run(rd_follow *f, const rd_cancel *cancel, rd_build *ret_build, rd_err *err)
{
	unsigned changes = RD_CHANGE_DATA | RD_CHANGE_LOGS;
	bool is_over = false;
	rd_build build = {0};
	rd_code code = RD_OK;

	while (code == RD_OK) {
		/* The state comes before the log: of a build that is over the log is whole. */
		if (changes & RD_CHANGE_DATA)
			code = look(f, &build, &is_over, err);
		if (code == RD_OK)
			code = print_new(f, cancel, err);
		if (code != RD_OK || is_over)
			break;
		code = wait_for_news(f, cancel, &changes, err);
	}
	if (code != RD_OK) {
		rd_build_done(&build);
		return code;
	}
	rd_say_log_end(f->say);
	*ret_build = build;
	return RD_OK;
}

rd_code rd_follow_check(rd_follow *f, rd_err *err)
{
	const struct rd_rack_logs *logs = f->rack->logs;

	return logs->check != NULL ? logs->check(f->rack, f->app, f->id, err) : RD_OK;
}

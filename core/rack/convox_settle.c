/* SPDX-License-Identifier: MIT */
/* Waiting until a Convox rack has done with an app what a promotion asked for. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/io/websocket.h"
#include "core/rack/convox_impl.h"

/* As Convox's v3 CLI: two answers in a row, for a rack may say "running" before it has begun. */
#define POLL_MS 5000
#define IN_A_ROW 2
#define LIMIT_US (35 * 60 * 1000000LL)
#define REOPEN_MS 1000
#define LINE_MAX_BYTES ((size_t)64 << 10)

/* ---- what the rack says of the app meanwhile ---- */

typedef struct listener {
	rd_convox *convox;
	const char *app;
	void (*line)(void *arg, const char *text);
	void *arg;
	rd_cancel *done;
	rd_str part; /* a line that is not whole yet */
	rd_str last; /* the last line told: a log that is opened again repeats some */
	bool is_ended;
} listener;

/* "TIME system/… MESSAGE" of after the last one. */
static bool is_news(const listener *l, const char *line)
{
	const char *second = strchr(line, ' ');
	const char *last = rd_str_get(&l->last);

	if (!second || !rd_starts_with(second + 1, "system/"))
		return false;
	return strncmp(line, last, (size_t)(second - line)) >= 0 && strcmp(line, last) != 0;
}

static void tell(listener *l)
{
	const char *line = rd_str_get(&l->part);

	if (is_news(l, line)) {
		l->line(l->arg, line);
		rd_str_clear(&l->last);
		rd_str_put(&l->last, line);
	}
	rd_str_clear(&l->part);
}

static rd_code hear(void *arg, rd_ws_kind kind, const char *bytes, size_t n, rd_err *err RD_UNUSED)
{
	listener *l = arg;

	if (kind != RD_WS_TEXT)
		l->is_ended = true;
	for (size_t i = 0; kind == RD_WS_TEXT && i < n; i++) {
		if (bytes[i] == '\n')
			tell(l);
		else if (l->part.len < LINE_MAX_BYTES)
			rd_str_putc(&l->part, bytes[i]);
	}
	return RD_OK;
}

static bool copy_headers(const rd_convox *c, rd_strs *out)
{
	bool ok = rd_strs_add(out, "Prefix: true") && rd_strs_add(out, "Since: 5s");

	for (size_t i = 0; ok && i < c->headers.len; i++)
		ok = rd_strs_add(out, c->headers.items[i]);
	return ok;
}

static void listen_once(listener *l, const char *path, const rd_strs *headers)
{
	rd_websocket_opts opts = {
		.path = path, .headers = headers, .fn = hear, .arg = l, .cancel = l->done};
	rd_websocket *w = NULL;
	rd_http_answer answer;
	rd_code rc = rd_websocket_open(l->convox->http, &opts, &w, &answer, NULL);

	rd_http_answer_done(&answer);
	l->is_ended = false;
	while (!rc && !l->is_ended)
		rc = rd_websocket_next(w, NULL);
	rd_websocket_close(w);
}

static void *listen_all(void *arg)
{
	listener *l = arg;
	RD_AUTO(rd_strs_done) rd_strs headers = {0};
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	rd_str_put(&path, l->convox->prefix);
	rd_convox_app_path(&path, l->app);
	rd_str_put(&path, "/logs");
	if (!rd_str_ok(&path) || !copy_headers(l->convox, &headers))
		return NULL;
	do
		listen_once(l, rd_str_get(&path), &headers);
	while (rd_cancel_pause(l->done, REOPEN_MS));
	return NULL;
}

/* ---- the wait ---- */

static rd_code poll_once(rd_rack *r, const char *app, int *running, int *failed, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app a = {0};
	rd_code rc = r->apps->get(r, app, &a, err);

	if (rc) {
		*running = 0;
		return ++*failed < IN_A_ROW && rc != RD_EPERM ? RD_OK : rc;
	}
	*failed = 0;
	if (!strcmp(a.status, "rollback"))
		return rd_err_set(err, RD_EFAILED, "rollback");
	*running = strcmp(a.status, "running") ? 0 : *running + 1;
	return RD_OK;
}

static rd_code wait_running(rd_rack *r, const char *app, rd_cancel *cancel, rd_err *err)
{
	int64_t until_us = rd_now_us() + LIMIT_US;
	int running = 0, failed = 0;
	rd_code rc = RD_OK;

	while (!rc && running < IN_A_ROW) {
		if (!rd_cancel_pause(cancel ? cancel : rd_convox_of(r)->closing, POLL_MS))
			return rd_err_set(err, RD_ECANCELED, "canceled");
		rc = poll_once(r, app, &running, &failed, err);
		if (!rc && running < IN_A_ROW && rd_now_us() > until_us)
			rc = rd_err_set(err, RD_ETIMEOUT,
				"app '%s' is still not running after 35 minutes: see 'rackdeck "
				"apps "
				"info %s'",
				app, app);
	}
	return rc;
}

static rd_code wait_and_listen(rd_rack *r, const char *app, listener *l, rd_cancel *cancel,
	rd_err *err)
{
	pthread_t thread;
	bool is_listening = false;
	rd_code rc = rd_cancel_new(&l->done, err);

	if (rc)
		return rc;
	/* Without its words the wait is as good. */
	is_listening = l->line && !pthread_create(&thread, NULL, listen_all, l);
	rc = wait_running(r, app, cancel, err);
	rd_cancel_fire(l->done);
	if (is_listening)
		pthread_join(thread, NULL);
	rd_cancel_free(l->done);
	rd_str_done(&l->part);
	rd_str_done(&l->last);
	return rc;
}

static rd_code check_release(rd_rack *r, const char *app, const char *release, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app a = {0};
	rd_code rc = r->apps->get(r, app, &a, err);

	if (!rc && strcmp(a.release, release) != 0)
		rc = rd_err_set(err, RD_EFAILED, "rollback");
	return rc;
}

rd_code rd_convox_settle(rd_rack *r, const char *app, const char *release,
	void (*line)(void *arg, const char *text), void *arg, rd_cancel *cancel, rd_err *err)
{
	listener l = {.convox = rd_convox_of(r), .app = app, .line = line, .arg = arg};
	rd_code rc = RD_OK;

	/* A rack of ours has done it when it answers. */
	if (!rd_convox_is_ours(l.convox))
		rc = wait_and_listen(r, app, &l, cancel, err);
	return rc || !release ? rc : check_release(r, app, release, err);
}

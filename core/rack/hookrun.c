/* SPDX-License-Identifier: MIT */
/* Builds what was pushed. */
#include "core/rack/hookrun.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/loop.h"
#include "core/base/pool.h"
#include "core/formats/giturl.h"
#include "core/rack/submit.h"

#define FETCHES 4 /* at once */
#define S_US INT64_C(1000000)
#define RETRY_US (5 * S_US)
#define DOUBLINGS 7 /* of the time between two tries: up to ten minutes */
#define CLAIM_US (10 * S_US)

/* An app of which something was pushed. */
typedef struct task {
	char *app;
	bool is_busy; /* its source is being fetched or sent */
	int failures;
	int64_t not_before_us;
} task;

struct rd_hookrun {
	rd_rack *rack;
	void (*log)(void *arg, const char *line);
	void *arg;
	pthread_t thread;
	rd_cancel *stop;
	rd_loop *loop;
	rd_pool *pool;
	rd_events *events;
	int claim_fd;
	rd_vec tasks; /* task */
	rd_watch *timer;
	int64_t wake_us; /* when the timer ends; 0: not set */
	bool is_over;
};

/* A push on its way to a build, in the pool. */
struct sending {
	rd_hookrun *run;
	rd_pushed push;
	rd_build build;
	rd_code code;
	rd_err err;
};

static void work_on_all(void *arg);

static void say(const rd_hookrun *h, const char *app, const char *what, const char *text)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	if (!h->log)
		return;
	rd_time_format(&line, rd_wall_us());
	rd_str_printf(&line, " hook %s: %s%s%s", app, what, *text ? ": " : "", text);
	h->log(h->arg, rd_str_get(&line));
}

/* What went wrong stands in the list of hooks, too. */
static void complain(const rd_hookrun *h, const char *app, const char *what, const rd_err *why)
{
	RD_STR_AUTO rd_str said = RD_STR_INIT(0);
	char text[sizeof why->msg + sizeof why->ctx + 3];

	rd_err_text(why, text, sizeof text);
	say(h, app, what, text);
	rd_str_printf(&said, "%s: %s", what, text);
	h->rack->hooks->note(h->rack, app, rd_str_get(&said), NULL);
}

/* ---- time ---- */

static void on_timer(void *arg)
{
	rd_hookrun *h = arg;

	h->timer = NULL;
	h->wake_us = 0;
	work_on_all(h);
}

static void wake_in(rd_hookrun *h, int64_t us)
{
	int64_t at_us = rd_now_us() + us;

	if (h->wake_us && h->wake_us <= at_us)
		return;
	h->timer = rd_loop_remove(h->loop, h->timer);
	h->wake_us = rd_loop_timer(h->loop, at_us, on_timer, h, &h->timer, NULL) ? 0 : at_us;
}

static void put_off(rd_hookrun *h, task *t)
{
	int64_t us =
		rd_submit_jitter(RETRY_US << (t->failures < DOUBLINGS ? t->failures : DOUBLINGS));

	t->failures++;
	t->not_before_us = rd_now_us() + us;
	wake_in(h, us);
}

/* ---- one push ---- */

static task *task_of(rd_hookrun *h, const char *app)
{
	task *t;

	for (size_t i = 0; i < h->tasks.len; i++) {
		t = rd_vec_at(&h->tasks, i);
		if (!strcmp(t->app, app))
			return t;
	}
	t = rd_vec_push(&h->tasks);
	if (t && !(t->app = rd_strdup(app))) {
		rd_vec_remove(&h->tasks, h->tasks.len - 1);
		return NULL;
	}
	return t;
}

static void send(void *arg)
{
	struct sending *s = arg;
	rd_hookrun *h = s->run;
	const rd_upload_opts from = {.source = s->push.source,
		.allow_file = s->push.schemes & RD_GITURL_FILE,
		.allow_http = s->push.schemes & RD_GITURL_HTTP,
		.submodules = s->push.submodules,
		.cancel = h->stop};
	const rd_build_opts wish = {.trigger = s->push.trigger, .push = s->push.seq};

	s->code = rd_submit(h->rack, s->push.app, &from, &wish, NULL, &s->build, &s->err);
}

/* What no waiting mends: the commit or the folder is not there, or cannot be sent. */
static bool is_hopeless(rd_code code)
{
	return code == RD_ENOENT || code == RD_EINVAL || code == RD_EPARSE || code == RD_ELIMIT ||
	       code == RD_ECORRUPT;
}

static void judge(rd_hookrun *h, struct sending *s, task *t)
{
	const char *app = s->push.app;

	if (!s->code) {
		t->failures = 0;
		say(h, app, "build", s->build.id);
		h->rack->hooks->note(h->rack, app, s->build.id, NULL);
	} else if (is_hopeless(s->code)) {
		complain(h, app, "given up", &s->err);
		h->rack->hooks->end(h->rack, s->push.seq, NULL);
	} else if (s->code != RD_ECANCELED) {
		complain(h, app, "tried again", &s->err);
		put_off(h, t);
	}
}

static void sent(void *arg, bool was_run)
{
	struct sending *s = arg;
	rd_hookrun *h = s->run;
	task *t = task_of(h, s->push.app);

	if (t)
		t->is_busy = false;
	if (t && was_run && !h->is_over)
		judge(h, s, t);
	rd_build_done(&s->build);
	rd_pushed_done(&s->push);
	free(s);
	if (was_run && !h->is_over)
		work_on_all(h);
}

/* @p taken. */
static void begin(rd_hookrun *h, rd_pushed *p, task *t)
{
	struct sending *s = calloc(1, sizeof *s);

	if (!s) {
		put_off(h, t);
		return;
	}
	s->run = h;
	s->push = *p;
	*p = (rd_pushed){0};
	t->is_busy = true;
	if (!rd_pool_submit(h->pool, send, sent, s))
		sent(s, false);
}

static rd_code promote(rd_hookrun *h, const rd_pushed *p, const rd_build *b, rd_err *err)
{
	rd_code code = h->rack->releases->promote(h->rack, p->app, b->release, false, h->stop, err);

	if (!code)
		say(h, p->app, "promoted", b->release);
	return code;
}

/* Looks after a build. @returns whether it is over, so that the next push may be built. */
static bool attend(rd_hookrun *h, const rd_pushed *p, task *t, bool is_newer)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_submitted state = RD_SUBMITTED_ACTIVE;
	rd_err err = {0};
	rd_code code = rd_submit_look(h->rack, p->app, p->build, is_newer, &state, &b, &err);

	if (!code && state == RD_SUBMITTED_ACTIVE)
		return false;
	if (!code && state == RD_SUBMITTED_OVER && p->deploy && b.release && b.release[0])
		code = promote(h, p, &b, &err);
	if (code == RD_EBUSY || code == RD_ECANCELED || code == RD_EUNAVAIL || code == RD_EIO ||
		code == RD_ENOSPC) {
		put_off(h, t);
		return false;
	}
	if (code)
		complain(h, p->app, "not promoted", &err);
	if (h->rack->hooks->end(h->rack, p->seq, NULL)) {
		put_off(h, t);
		return false;
	}
	return true;
}

/* ---- all of them ---- */

static bool is_mine(rd_hookrun *h)
{
	if (h->claim_fd < 0 && h->rack->hooks->claim(h->rack, &h->claim_fd, NULL))
		h->claim_fd = -1;
	return h->claim_fd >= 0;
}

/* The pushes of an app: one under way, one that waits, or both in this order. */
static void work_on(rd_hookrun *h, rd_pushed *first, rd_pushed *second)
{
	task *t = task_of(h, first->app);

	if (!t || t->is_busy)
		return;
	if (first->build[0] && (!attend(h, first, t, second) || !second))
		return;
	if (t->not_before_us > rd_now_us())
		wake_in(h, t->not_before_us - rd_now_us());
	else
		begin(h, first->build[0] ? second : first, t);
}

static void work_on_all(void *arg)
{
	rd_hookrun *h = arg;
	RD_AUTO(rd_pushed_list_done) rd_vec all = RD_VEC_INIT(rd_pushed);

	if (h->is_over)
		return;
	if (h->rack->hooks->pushes(h->rack, &all, NULL)) {
		wake_in(h, RETRY_US);
		return;
	}
	if (!all.len)
		return;
	if (!is_mine(h)) {
		wake_in(h, CLAIM_US);
		return;
	}
	for (size_t i = 0; i < all.len; i++) {
		rd_pushed *p = rd_vec_at(&all, i);
		rd_pushed *next = i + 1 < all.len ? rd_vec_at(&all, i + 1) : NULL;
		bool is_pair = next && !strcmp(p->app, next->app);

		work_on(h, p, is_pair ? next : NULL);
		i += is_pair;
	}
}

static void on_rack(void *arg, int fd RD_UNUSED, uint32_t events RD_UNUSED)
{
	rd_hookrun *h = arg;
	unsigned changes = 0;

	h->rack->events->take(h->events, &changes, NULL);
	if (changes & RD_CHANGE_DATA)
		work_on_all(h);
}

static void on_stop(void *arg, int fd RD_UNUSED, uint32_t events RD_UNUSED)
{
	((rd_hookrun *)arg)->is_over = true;
}

/* ---- its life ---- */

static void *run(void *arg)
{
	rd_hookrun *h = arg;

	work_on_all(h);
	while (!h->is_over && !rd_loop_turn(h->loop, -1, NULL))
		;
	h->is_over = true;
	h->pool = rd_pool_free(h->pool);
	return NULL;
}

static rd_code set_up(rd_hookrun *h, rd_err *err)
{
	rd_watch *watch;
	rd_code code = rd_cancel_new(&h->stop, err);

	if (!code)
		code = rd_loop_new(&h->loop, err);
	if (!code)
		code = rd_pool_new(h->loop, FETCHES, &h->pool, err);
	if (!code)
		code = rd_loop_fd(h->loop, rd_cancel_fd(h->stop), EPOLLIN, on_stop, h, &watch, err);
	if (!code)
		code = h->rack->events->open(h->rack, &h->events, err);
	if (!code)
		code = rd_loop_fd(h->loop, h->rack->events->fd(h->events), EPOLLIN, on_rack, h,
			&watch, err);
	return code;
}

static void take_down(rd_hookrun *h)
{
	rd_pool_free(h->pool);
	if (h->events)
		h->rack->events->close(h->events);
	rd_loop_free(h->loop);
	rd_cancel_free(h->stop);
	if (h->claim_fd >= 0)
		close(h->claim_fd);
	for (size_t i = 0; i < h->tasks.len; i++)
		free(((task *)rd_vec_at(&h->tasks, i))->app);
	rd_vec_done(&h->tasks);
	free(h);
}

rd_code rd_hookrun_start(rd_rack *rack, void (*log)(void *arg, const char *line), void *arg,
	rd_hookrun **ret_run, rd_err *err)
{
	rd_hookrun *h = calloc(1, sizeof *h);
	rd_code code;
	int os;

	if (!h)
		return rd_err_nomem(err);
	h->rack = rack;
	h->log = log;
	h->arg = arg;
	h->claim_fd = -1;
	rd_vec_init(&h->tasks, sizeof(task));
	code = set_up(h, err);
	if (!code && (os = pthread_create(&h->thread, NULL, run, h)) != 0)
		code = rd_err_os(err, os, "starting a thread");
	if (code)
		take_down(h);
	else
		*ret_run = h;
	return code;
}

void rd_hookrun_kick(rd_hookrun *h)
{
	rd_loop_post(h->loop, work_on_all, h);
}

rd_hookrun *rd_hookrun_stop(rd_hookrun *h)
{
	if (!h)
		return NULL;
	rd_cancel_fire(h->stop);
	pthread_join(h->thread, NULL);
	take_down(h);
	return NULL;
}

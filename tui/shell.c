/* SPDX-License-Identifier: MIT */
/* The console's life: what wakes it, what a turn does, how it ends. */
#include "tui/shell.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "core/base/clock.h"
#include "tui/theming.h"
#include "tui/widgets/words.h"

#define POOL_THREADS 3
#define FIRST_LIST 100 /* builds and releases that are read at first */
#define TICK_US 1000000
#define WORK_US 3000
#define READS_PER_TURN 256   /* inputs taken in before a frame is drawn */
#define FIRST_FRAME_US 15000 /* the first frame waits that long for the first read */

/* ---- timers ---- */

static void on_tick(void *arg)
{
	rd_console *c = arg;

	c->tick_timer = NULL;
	rd_console_sample_jobs(c);
	rd_console_send_all(c, RD_EV_TICK);
	c->is_old = true;
}

static void on_frame(void *arg)
{
	rd_console *c = arg;

	c->frame_timer = NULL;
	c->is_urgent = true;
}

static void on_age(void *arg)
{
	rd_console *c = arg;

	c->age_timer = NULL;
	c->is_old = true;
}

static void arm(rd_console *c, rd_watch **timer, int64_t at_us, rd_timer_fn *fn)
{
	if (!*timer && rd_loop_timer(c->loop, at_us, fn, c, timer, NULL))
		c->is_urgent = true; /* no memory for a timer: at least the screen is right */
}

/* When nothing happens, the ages on the screen still grow: it is drawn again before the youngest is
 * far off. */
static void arm_ages(rd_console *c)
{
	const rd_build *b = c->model.builds.len ? rd_vec_at(&c->model.builds, 0) : NULL;
	const rd_release *r = c->model.releases.len ? rd_vec_at(&c->model.releases, 0) : NULL;
	int64_t newest_us = b ? b->started_us : 0;

	if (r && r->created_us > newest_us)
		newest_us = r->created_us;
	c->age_timer = rd_loop_remove(c->loop, c->age_timer);
	if (newest_us && !c->model.active)
		arm(c, &c->age_timer, rd_now_us() + rd_words_age_holds_us(newest_us, c->now_us),
			on_age);
}

/* ---- what wakes us ---- */

static void on_input(void *arg, int fd RD_UNUSED, uint32_t events)
{
	rd_console *c = arg;
	rd_input in = {.kind = RD_INPUT_NONE};

	for (int i = 0; i < READS_PER_TURN && !c->is_over; i++) {
		c->term->ops->read(c->term, &in);
		if (in.kind == RD_INPUT_NONE)
			break;
		rd_console_take_input(c, &in);
	}
	if (in.kind == RD_INPUT_NONE && (events & (EPOLLHUP | EPOLLERR)))
		c->is_over = true;
}

/* While jobs end the terminal is closed, and signals still come. */
static void on_resize(void *arg, int signo RD_UNUSED)
{
	rd_console *c = arg;
	rd_input in = {.kind = RD_INPUT_RESIZE};

	if (c->is_over)
		return;
	c->term->ops->resized(c->term);
	rd_console_take_input(c, &in);
}

static void on_end(void *arg, int signo)
{
	rd_console *c = arg;

	c->signo = signo;
	c->stops_jobs = signo != SIGHUP; /* a lost terminal does not end an export */
	c->is_over = true;
}

static void on_stop(void *arg, int signo RD_UNUSED)
{
	rd_console *c = arg;

	if (c->is_over) {
		kill(0, SIGSTOP);
		return;
	}
	c->term->ops->suspend(c->term);
	on_resize(c, 0);
}

static void on_continue(void *arg, int signo RD_UNUSED)
{
	rd_console *c = arg;

	if (c->is_over)
		return;
	c->term->ops->redraw(c->term);
	on_resize(c, 0);
}

static void on_change(void *arg, int fd RD_UNUSED, uint32_t events RD_UNUSED)
{
	rd_console *c = arg;
	unsigned changes = 0;
	rd_err err = {0};

	if (c->rack->events->take(c->events, &changes, &err)) {
		c->events_watch = rd_loop_remove(c->loop, c->events_watch);
		rd_console_toast_err(c, &err);
		return;
	}
	if (changes & RD_CHANGE_DATA)
		rd_console_react(c, RD_REACT_RELOAD, NULL, NULL);
	if (changes & RD_CHANGE_PULSE)
		c->is_old = true;
	if (changes & RD_CHANGE_LOGS)
		rd_console_send_all(c, RD_EV_LOGS);
}

/* ---- a turn ---- */

static bool wants_work(const rd_console *c)
{
	for (int i = 0; i < c->n_slots; i++)
		if (c->slots[i]->wants_work)
			return true;
	return false;
}

static void nothing(void *arg RD_UNUSED) {}

/* A slice for each pane that asked, in turn, until a key may have waited long enough; those that still
 * want more keep the loop from sleeping. */
static void do_work(rd_console *c)
{
	const rd_event ev = {.kind = RD_EV_WORK};
	int64_t stop_us = rd_now_us() + WORK_US;
	int n = c->n_slots;

	for (int i = 0; i < n && c->n_slots > 0 && rd_now_us() < stop_us; i++) {
		rd_slot *slot = c->slots[c->worked++ % (unsigned)c->n_slots];

		if (!slot->wants_work)
			continue;
		slot->wants_work = false;
		rd_console_send(c, slot, &ev);
	}
	if (wants_work(c))
		rd_loop_post(c->loop, nothing, NULL);
}

/* When the next frame may be drawn: at once after a key, else not too soon after the last one. */
static int64_t due_us(const rd_console *c)
{
	if (!c->drawn_us)
		return c->model.loaded ? 0 : c->started_us + FIRST_FRAME_US;
	return c->is_urgent ? 0 : c->drawn_us + c->frame_us;
}

static void frame_if_due(rd_console *c)
{
	int64_t due = due_us(c);

	if (c->needs_layout)
		rd_console_make_layout(c);
	if (!c->is_old)
		return;
	if (rd_now_us() < due) {
		arm(c, &c->frame_timer, due, on_frame);
		return;
	}
	c->frame_timer = rd_loop_remove(c->loop, c->frame_timer);
	c->is_old = c->is_urgent = false;
	rd_console_draw(c);
	c->drawn_us = rd_now_us();
	arm_ages(c);
}

static void reload_if_asked(rd_console *c)
{
	if (!c->needs_reload)
		return;
	c->needs_reload = false;
	rd_console_read(c);
	rd_console_send_all(c, RD_EV_RELOAD);
}

rd_code rd_console_turn(rd_console *c, int timeout_ms, bool *ret_goes_on, rd_err *err)
{
	rd_code code = RD_OK;

	c->now_us = rd_wall_us();
	reload_if_asked(c);
	do_work(c);
	rd_console_free_dead(c);
	frame_if_due(c);
	if (c->model.active > 0 || rd_console_has_progress(c))
		arm(c, &c->tick_timer, rd_now_us() + TICK_US, on_tick);
	if (!c->is_over)
		code = rd_loop_turn(c->loop, timeout_ms, err);
	*ret_goes_on = !c->is_over;
	return code;
}

bool rd_console_is_idle(const rd_console *c)
{
	struct pollfd change = {.events = POLLIN};

	if (c->is_old || c->needs_layout || c->needs_reload || wants_work(c) ||
		rd_pool_pending(c->pool) > 0)
		return false;
	change.fd = c->events ? c->rack->events->fd(c->events) : -1;
	return poll(&change, 1, 0) == 0;
}

void rd_console_react(rd_console *c, rd_react react, rd_slot *slot, rd_overlay *overlay)
{
	c->is_old = c->is_old || (react & RD_REACT_REDRAW);
	c->is_urgent = c->is_urgent || (react & RD_REACT_NOW & ~RD_REACT_REDRAW);
	c->needs_layout = c->needs_layout || (react & RD_REACT_RELAYOUT & ~RD_REACT_REDRAW);
	if (react & RD_REACT_MORE && slot)
		slot->wants_work = true;
	if (react & RD_REACT_QUIT)
		c->is_over = c->stops_jobs = true;
	if (react & RD_REACT_RELOAD & ~RD_REACT_REDRAW)
		c->needs_reload = true;
	if (react & RD_REACT_CLOSE & ~RD_REACT_RELAYOUT) {
		if (overlay)
			rd_console_close_overlay(c, overlay);
		else if (slot)
			rd_console_close_slot(c, slot);
	}
}

void rd_console_work(rd_console *c, rd_pane *p)
{
	for (int i = 0; i < c->n_slots; i++)
		c->slots[i]->wants_work |= &c->slots[i]->pane == p;
}

/* ---- begin and end ---- */

static rd_code watch_signals(rd_console *c, rd_err *err)
{
	static const struct {
		int signo;
		rd_signal_fn *fn;
	} signals[] = {{SIGWINCH, on_resize}, {SIGTSTP, on_stop}, {SIGCONT, on_continue},
		{SIGTERM, on_end}, {SIGINT, on_end}, {SIGHUP, on_end}, {SIGQUIT, on_end}};
	rd_code code = RD_OK;

	for (size_t i = 0; i < RD_LEN(signals) && !code; i++)
		code = rd_loop_signal(c->loop, signals[i].signo, signals[i].fn, c, err);
	return code;
}

rd_code rd_console_watch_rack(rd_console *c, rd_err *err)
{
	rd_code code;

	if (!c->rack->events)
		return RD_OK;
	code = c->rack->events->open(c->rack, &c->events, err);
	if (code)
		return code;
	return rd_loop_fd(c->loop, c->rack->events->fd(c->events), EPOLLIN, on_change, c,
		&c->events_watch, err);
}

void rd_console_unwatch_rack(rd_console *c)
{
	c->events_watch = rd_loop_remove(c->loop, c->events_watch);
	if (c->events)
		c->rack->events->close(c->events);
	c->events = NULL;
}

static rd_code open_screen(rd_console *c, rd_err *err)
{
	int cols = 0, rows = 0;
	rd_code code = c->term->ops->open(c->term, err);

	if (code)
		return code;
	c->term->ops->size(c->term, &cols, &rows);
	code = rd_surface_new(cols, rows, c->term->ops->is_ascii(c->term), &c->surface, err);
	if (!code && c->term->ops->fd(c->term) >= 0)
		code = rd_loop_fd(c->loop, c->term->ops->fd(c->term), EPOLLIN, on_input, c,
			&c->input, err);
	return code;
}

/* The signals come before the pool: its threads inherit that they are blocked. The first read is on
 * its way before the terminal is opened. */
static rd_code start(rd_console *c, rd_err *err)
{
	rd_code code = rd_loop_new(&c->loop, err);

	if (!code)
		code = watch_signals(c, err);
	if (!code)
		code = rd_pool_new(c->loop, POOL_THREADS, &c->pool, err);
	if (!code)
		code = rd_console_watch_rack(c, err);
	if (code)
		return code;
	rd_console_read(c);
	return open_screen(c, err);
}

rd_code rd_console_new(const rd_console_setup *setup, rd_console **ret_console, rd_err *err)
{
	rd_console *c = calloc(1, sizeof(*c));
	rd_vec highlights = setup->highlights;
	rd_code code;

	if (!c) {
		setup->term->ops->close(setup->term);
		rd_theme_free(setup->theme);
		rd_keymap_free(setup->keymap);
		rd_highlights_done(&highlights);
		return rd_err_nomem(err);
	}
	c->rack = c->first_rack = setup->rack;
	rd_vec_init(&c->own_racks, sizeof(rd_rack *));
	c->term = setup->term;
	c->theme = setup->theme;
	c->theme_fd = -1;
	c->keeps_theme = setup->keeps_theme;
	c->keymap = setup->keymap;
	c->highlights = highlights;
	c->is_read_only = setup->is_read_only;
	c->is_protected = setup->is_protected;
	c->notify = setup->notify;
	c->notify.command = rd_strdup(setup->notify.command);
	c->guard_us = setup->guard_us;
	c->double_us = setup->double_us;
	c->toast_us = setup->toast_us;
	c->frame_us = setup->frame_us;
	c->app = rd_strdup(setup->app);
	c->dir = rd_strdup(setup->dir ? setup->dir : ".");
	c->want = FIRST_LIST;
	c->is_old = c->is_urgent = c->needs_layout = true;
	c->now_us = rd_wall_us();
	c->started_us = rd_now_us();
	rd_model_init(&c->model);
	code = c->app && c->dir ? start(c, err) : rd_err_nomem(err);
	if (code) {
		rd_console_free(c);
		return code;
	}
	rd_console_watch_theme(c, setup->theme_path);
	*ret_console = c;
	return RD_OK;
}

rd_console *rd_console_free(rd_console *c)
{
	if (!c)
		return NULL;
	c->is_over = true;
	while (c->n_overlays > 0)
		rd_console_close_overlay(c, c->overlays[c->n_overlays - 1]);
	while (c->n_slots > 0)
		rd_console_close_slot(c, c->slots[c->n_slots - 1]);
	rd_console_free_dead(c);
	rd_console_end_theme(c);
	c->term->ops->close(c->term);
	rd_console_end_jobs(c);
	rd_pool_free(c->long_pool);
	/* What reads from a rack that does not answer would be waited for. */
	rd_console_leave_racks(c);
	rd_pool_free(c->pool);
	rd_console_free_jobs(c);
	rd_console_unwatch_rack(c);
	rd_console_close_racks(c);
	rd_loop_free(c->loop);
	rd_surface_free(c->surface);
	rd_model_done(&c->model);
	rd_keymap_free(c->keymap);
	rd_highlights_done(&c->highlights);
	free(c->app);
	free(c->dir);
	free(c->notify.command);
	free(c);
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/* Seeing what changes on a Convox rack, which tells nothing by itself: one polite poller. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/rack/convox_impl.h"

/*
 * DESIGN: one thread, started by the first subscription. It asks again for what was listed last, compares
 * the answers by digest and wakes the subscribers when one became another. It asks often while things
 * change and ever more rarely when nothing does or the rack is away.
 */
#define WATCHED_MAX 8
#define BUSY_US (1 * 1000000LL)
#define IDLE_MAX_US (30 * 1000000LL)
#define AWAY_MAX_US (60 * 1000000LL)

typedef struct watch {
	char *path;
	uint8_t sum[RD_SHA256_BYTES]; /* of the last answer */
	uint64_t used;                /* the higher the later it was asked for */
} watch;

struct rd_events {
	rd_convox *convox;
	int fd; /* eventfd */
	unsigned changes;
	rd_events *next;
};

/* ---- subscribers; the lock is held ---- */

static void tell(rd_convox *c, unsigned changes)
{
	for (rd_events *e = c->subscribers; e; e = e->next) {
		e->changes |= changes;
		eventfd_write(e->fd, 1);
	}
}

void rd_convox_grew(rd_convox *c)
{
	pthread_mutex_lock(&c->lock);
	tell(c, RD_CHANGE_LOGS);
	pthread_mutex_unlock(&c->lock);
}

void rd_convox_changed(rd_convox *c)
{
	pthread_mutex_lock(&c->lock);
	c->is_kicked = true;
	tell(c, RD_CHANGE_DATA);
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

/* ---- what is watched ---- */

static watch *find_watch(rd_convox *c, const char *path)
{
	for (size_t i = 0; i < c->watched.len; i++) {
		watch *w = rd_vec_at(&c->watched, i);

		if (!strcmp(w->path, path))
			return w;
	}
	return NULL;
}

static void forget_watch(rd_convox *c, size_t i)
{
	free(((watch *)rd_vec_at(&c->watched, i))->path);
	rd_vec_remove(&c->watched, i);
}

/* A new watch in the place of the one that was longest unused. NULL without memory: not watched then. */
static watch *add_watch(rd_convox *c, const char *path)
{
	watch *w;
	size_t oldest = 0;

	for (size_t i = 1; i < c->watched.len; i++)
		if (((watch *)rd_vec_at(&c->watched, i))->used <
			((watch *)rd_vec_at(&c->watched, oldest))->used)
			oldest = i;
	if (c->watched.len == WATCHED_MAX)
		forget_watch(c, oldest);
	w = rd_vec_push(&c->watched);
	if (!w)
		return NULL;
	w->path = rd_strdup(path);
	if (w->path)
		return w;
	rd_vec_remove(&c->watched, c->watched.len - 1);
	return NULL;
}

void rd_convox_watch(rd_convox *c, const char *path, const rd_str *body)
{
	watch *w;

	pthread_mutex_lock(&c->lock);
	w = find_watch(c, path);
	if (!w)
		w = add_watch(c, path);
	if (w) {
		w->used = ++c->clock;
		rd_sha256_of(rd_str_get(body), body->len, w->sum);
	}
	pthread_mutex_unlock(&c->lock);
}

void rd_convox_unwatch(rd_convox *c, const char *path)
{
	pthread_mutex_lock(&c->lock);
	for (size_t i = c->watched.len; i-- > 0;)
		if (!strcmp(((watch *)rd_vec_at(&c->watched, i))->path, path))
			forget_watch(c, i);
	pthread_mutex_unlock(&c->lock);
}

/* ---- the poller ---- */

/* Asks for one path without the lock. @returns whether its answer became another. */
static rd_code ask(rd_convox *c, const char *path, bool *ret_changed)
{
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	uint8_t sum[RD_SHA256_BYTES];
	rd_code rc = rd_convox_fetch(c, path, &body, NULL);
	watch *w;

	/* Gone is an answer, too. */
	if (rc && rc != RD_ENOENT)
		return rc;
	rd_sha256_of(rd_str_get(&body), body.len, sum);
	pthread_mutex_lock(&c->lock);
	w = find_watch(c, path);
	if (w && memcmp(w->sum, sum, sizeof(sum)) != 0) {
		memcpy(w->sum, sum, sizeof(sum));
		*ret_changed = true;
	}
	pthread_mutex_unlock(&c->lock);
	return RD_OK;
}

static bool copy_paths(rd_convox *c, rd_strs *paths)
{
	bool ok = true;

	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < c->watched.len; i++)
		ok = ok && rd_strs_add(paths, ((watch *)rd_vec_at(&c->watched, i))->path);
	pthread_mutex_unlock(&c->lock);
	return ok;
}

/* One round over all that is watched; as long as that is nothing, whether the rack is there at all.
 * @returns the first error, after which it asks no more. */
static rd_code ask_all(rd_convox *c, bool *ret_changed)
{
	rd_strs paths = {0};
	rd_code rc = copy_paths(c, &paths) ? RD_OK : RD_ENOMEM;

	if (!rc && !paths.len)
		rc = ask(c, "/system", ret_changed);
	for (size_t i = 0; !rc && i < paths.len; i++)
		rc = ask(c, paths.items[i], ret_changed);
	rd_strs_done(&paths);
	return rc;
}

/* When to ask again. The lock is held. */
static int64_t due_us(const rd_convox *c, int64_t began_us)
{
	int64_t due_us = c->is_kicked ? began_us : began_us + c->pause_us;

	return due_us > c->quiet_until_us ? due_us : c->quiet_until_us;
}

/* Sleeps without the lock for the pause, or until kicked or closed; as long as nobody listens.
 * @returns whether to go on. */
static bool doze(rd_convox *c)
{
	int64_t began_us = rd_now_us();
	bool goes_on;

	pthread_mutex_lock(&c->lock);
	while (!c->is_closing && !c->subscribers)
		pthread_cond_wait(&c->changed, &c->lock);
	while (!c->is_closing && rd_now_us() < due_us(c, began_us)) {
		int64_t until_us = due_us(c, began_us);
		struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};

		pthread_cond_timedwait(&c->changed, &c->lock, &until);
	}
	c->is_kicked = false;
	goes_on = !c->is_closing;
	pthread_mutex_unlock(&c->lock);
	return goes_on;
}

static int64_t at_most(int64_t a, int64_t max)
{
	return a < max ? a : max;
}

/* What a round brought. The lock is held. */
static void take_round(rd_convox *c, rd_code rc, bool is_changed)
{
	bool is_failing = rc != RD_OK;

	if (rc == RD_ECANCELED)
		return;
	if (rc)
		c->pause_us = at_most(2 * c->pause_us, AWAY_MAX_US);
	else
		c->pause_us =
			is_changed ? BUSY_US : at_most(c->pause_us + c->pause_us / 4, IDLE_MAX_US);
	/* Who read in vain is to read again, when that began and when it is over. */
	tell(c, is_changed || is_failing != c->is_told_failing || (!rc && c->failing_us)
			? RD_CHANGE_DATA
			: RD_CHANGE_PULSE);
	if (!rc)
		c->failing_us = 0;
	else if (!c->failing_us)
		c->failing_us = rd_wall_us();
	c->is_told_failing = is_failing;
}

static void *poll_rack(void *arg)
{
	rd_convox *c = arg;

	while (doze(c)) {
		bool is_changed = false;
		rd_code rc = ask_all(c, &is_changed);

		pthread_mutex_lock(&c->lock);
		take_round(c, rc, is_changed);
		pthread_mutex_unlock(&c->lock);
	}
	return NULL;
}

void rd_convox_note(rd_convox *c, rd_code code)
{
	bool is_failing;

	if (code == RD_ECANCELED || code == RD_ENOMEM)
		return;
	pthread_mutex_lock(&c->lock);
	is_failing = code && code != RD_ENOENT;
	if (is_failing == !c->failing_us) {
		/* It seems to be gone, or back: the poller, which alone says so, is to look soon. */
		c->pause_us = BUSY_US;
		pthread_cond_broadcast(&c->changed);
	}
	if (is_failing && !c->failing_us)
		c->failing_us = rd_wall_us();
	pthread_mutex_unlock(&c->lock);
}

void rd_convox_pulse(rd_rack *r, rd_pulse *ret_pulse)
{
	rd_convox *c = rd_convox_of(r);

	pthread_mutex_lock(&c->lock);
	ret_pulse->failing_us = c->failing_us;
	ret_pulse->every_s = (int)((c->pause_us + 999999) / 1000000);
	if (c->quiet_until_us > rd_now_us() + c->pause_us)
		ret_pulse->every_s = (int)((c->quiet_until_us - rd_now_us()) / 1000000);
	pthread_mutex_unlock(&c->lock);
}

void rd_convox_poll_init(rd_convox *c)
{
	rd_vec_init(&c->watched, sizeof(watch));
	c->pause_us = BUSY_US;
}

void rd_convox_poll_stop(rd_convox *c)
{
	pthread_mutex_lock(&c->lock);
	c->is_closing = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	if (c->is_polling)
		pthread_join(c->poller, NULL);
	while (c->watched.len)
		forget_watch(c, c->watched.len - 1);
	rd_vec_done(&c->watched);
}

/* ---- the table ---- */

static void close_events(rd_events *e)
{
	rd_convox *c = e->convox;

	pthread_mutex_lock(&c->lock);
	for (rd_events **at = &c->subscribers; *at; at = &(*at)->next)
		if (*at == e) {
			*at = e->next;
			break;
		}
	pthread_mutex_unlock(&c->lock);
	close(e->fd);
	free(e);
}

static rd_code open_events(rd_rack *r, rd_events **ret_events, rd_err *err)
{
	rd_convox *c = rd_convox_of(r);
	rd_events *e = calloc(1, sizeof(*e));
	int os = 0;

	if (!e)
		return rd_err_nomem(err);
	e->convox = c;
	e->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->fd < 0) {
		free(e);
		return rd_err_os(err, errno, "watching the rack");
	}
	pthread_mutex_lock(&c->lock);
	e->next = c->subscribers;
	c->subscribers = e;
	pthread_cond_broadcast(&c->changed);
	if (!c->is_polling)
		os = pthread_create(&c->poller, NULL, poll_rack, c);
	c->is_polling = c->is_polling || !os;
	pthread_mutex_unlock(&c->lock);
	if (os) {
		close_events(e);
		return rd_err_os(err, os, "watching the rack");
	}
	*ret_events = e;
	return RD_OK;
}

static int events_fd(rd_events *e)
{
	return e->fd;
}

static rd_code take_events(rd_events *e, unsigned *ret_changes, rd_err *err RD_UNUSED)
{
	eventfd_t n;

	pthread_mutex_lock(&e->convox->lock);
	eventfd_read(e->fd, &n);
	*ret_changes = e->changes;
	e->changes = 0;
	pthread_mutex_unlock(&e->convox->lock);
	return RD_OK;
}

const struct rd_rack_events rd_convox_events = {
	.most = WATCHED_MAX,
	.open = open_events,
	.fd = events_fd,
	.take = take_events,
	.close = close_events,
};

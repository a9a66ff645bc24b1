/* SPDX-License-Identifier: MIT */
/* Objects that say who uses a cache in S3. */
#include "core/chunks/s3_hold.h"

#include <pthread.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/ids.h"

#define ROOM "holds/"
#define SHARED "shared-"
#define ALONE "alone-"
#define AGAIN_S 60
#define DEAD_AGE_US (INT64_C(5) * 60 * 1000000)
/* Users wait for a removal, so one that was killed must be known for dead soon. */
#define ALONE_AGAIN_S 10
#define ALONE_DEAD_AGE_US (INT64_C(45) * 1000000)
#define WAIT_MS 300
#define WAIT_MAX_US \
	(INT64_C(60) * \
		1000000) /* a removal takes seconds; better no cache than a build that waits */

struct rd_s3_hold {
	rd_s3 *s3;
	char name[64];
	bool alone;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool is_over;
};

static void *keep_alive(void *arg)
{
	rd_s3_hold *h = arg;
	struct timespec until;

	pthread_mutex_lock(&h->lock);
	while (!h->is_over) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += h->alone ? ALONE_AGAIN_S : AGAIN_S;
		if (!pthread_cond_timedwait(&h->ended, &h->lock, &until) || h->is_over)
			continue;
		pthread_mutex_unlock(&h->lock);
		/* If that fails now, it has more chances before the others take us for dead. */
		rd_s3_put(h->s3, h->name, "", 0, NULL);
		pthread_mutex_lock(&h->lock);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

static void end_thread(rd_s3_hold *h)
{
	pthread_mutex_lock(&h->lock);
	h->is_over = true;
	pthread_cond_signal(&h->ended);
	pthread_mutex_unlock(&h->lock);
	if (h->has_thread)
		pthread_join(h->thread, NULL);
}

void rd_s3_hold_release(rd_s3_hold *h)
{
	if (!h)
		return;
	end_thread(h);
	rd_s3_remove(h->s3, h->name, NULL);
	pthread_cond_destroy(&h->ended);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

static bool is_dead(const rd_s3_object *o)
{
	return o->age_us >= (rd_starts_with(o->name, ALONE) ? ALONE_DEAD_AGE_US : DEAD_AGE_US);
}

/* Whether somebody is there whom we must keep away from. */
static rd_code look(const rd_s3_hold *h, bool *ret_is_busy, rd_err *err)
{
	rd_vec list = RD_VEC_INIT(rd_s3_object);
	rd_code code = rd_s3_list(h->s3, ROOM, &list, err);

	*ret_is_busy = false;
	for (size_t i = 0; i < list.len; i++) {
		const rd_s3_object *o = rd_vec_at(&list, i);
		bool is_ours = strcmp(o->name, h->name + strlen(ROOM)) == 0;

		if (!is_ours && !is_dead(o) && (h->alone || rd_starts_with(o->name, ALONE)))
			*ret_is_busy = true;
	}
	rd_s3_objects_done(&list);
	return code;
}

static rd_code wait_for_others(const rd_s3_hold *h, rd_cancel *cancel, rd_err *err)
{
	int64_t until_us = rd_now_us() + WAIT_MAX_US;

	for (;;) {
		bool is_busy;
		rd_code code = look(h, &is_busy, err);

		if (code || !is_busy)
			return code;
		if (h->alone || rd_now_us() > until_us)
			return rd_err_set(err, RD_EBUSY,
				"the cache is being used: try again later");
		if (!rd_cancel_pause(cancel, WAIT_MS))
			return rd_err_set(err, RD_ECANCELED, "canceled");
	}
}

rd_code rd_s3_hold_take(rd_s3 *s, bool alone, rd_cancel *cancel, rd_s3_hold **ret_hold, rd_err *err)
{
	rd_s3_hold *h = calloc(1, sizeof *h);
	pthread_condattr_t attr;
	char random[17];
	rd_code code;
	int os;

	if (!h)
		return rd_err_nomem(err);
	h->s3 = s;
	h->alone = alone;
	rd_random_hex(random, 8);
	snprintf(h->name, sizeof h->name, ROOM "%s%s", alone ? ALONE : SHARED, random);
	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->ended, &attr);
	pthread_condattr_destroy(&attr);
	code = rd_s3_put(s, h->name, "", 0, err);
	if (!code) {
		os = pthread_create(&h->thread, NULL, keep_alive, h);
		h->has_thread = !os;
		code = os ? rd_err_os(err, os, "starting a thread") : RD_OK;
	}
	if (!code)
		code = wait_for_others(h, cancel, err);
	if (code)
		rd_s3_hold_release(h);
	else
		*ret_hold = h;
	return code;
}

rd_code rd_s3_hold_sweep(rd_s3 *s, rd_err *err)
{
	rd_vec list = RD_VEC_INIT(rd_s3_object);
	rd_code code = rd_s3_list(s, ROOM, &list, err);

	for (size_t i = 0; i < list.len && !code; i++) {
		const rd_s3_object *o = rd_vec_at(&list, i);
		RD_STR_AUTO rd_str name = RD_STR_INIT(0);

		if (!is_dead(o))
			continue;
		rd_str_printf(&name, ROOM "%s", o->name);
		code = rd_str_check(&name, "a name", err);
		if (!code)
			code = rd_s3_remove(s, name.data, err);
	}
	rd_s3_objects_done(&list);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* The critical path of a build, and its steps in an earlier build. */
#include "tui/panes/steps_time.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void rd_steps_time_init(rd_steps_time *t)
{
	*t = (rd_steps_time){.first_us = 0};
	rd_vec_init(&t->critical, sizeof(bool));
	rd_vec_init(&t->earlier, sizeof(int));
}

void rd_steps_time_done(rd_steps_time *t)
{
	rd_vec_done(&t->critical);
	rd_vec_done(&t->earlier);
}

static int64_t end_of(const rd_step *s, int64_t now_us)
{
	if (s->ended_us)
		return s->ended_us;
	return s->state == RD_STEP_RUNNING ? now_us : s->started_us;
}

/* ---- the critical path ---- */

/* Back from the step that ended last, each time to the input that ended last. */
static void mark_critical(rd_steps_time *t, const rd_steps *m, int64_t now_us)
{
	int at = -1;

	for (size_t i = 0; i < rd_steps_count(m); i++) {
		const rd_step *s = rd_steps_at(m, i);

		if (s->started_us &&
			(at < 0 || end_of(s, now_us) >= end_of(rd_steps_at(m, (size_t)at), now_us)))
			at = (int)i;
	}
	while (at >= 0) {
		const rd_step *s = rd_steps_at(m, (size_t)at);
		int next = -1;

		*(bool *)rd_vec_at(&t->critical, (size_t)at) = true;
		for (size_t k = 0; k < s->inputs.len; k++) {
			int input = *(const int *)rd_vec_at(&s->inputs, k);

			/* inputs come earlier: the walk ends */
			if (input >= at || !rd_steps_at(m, (size_t)input)->started_us)
				continue;
			if (next < 0 || end_of(rd_steps_at(m, (size_t)input), now_us) >
						end_of(rd_steps_at(m, (size_t)next), now_us))
				next = input;
		}
		at = next;
	}
}

/* ---- the same steps in another build ---- */

struct key {
	char *text;
	size_t step;
};

/* A name without its "2/7". */
static void put_name(rd_str *out, const char *name)
{
	while (*name) {
		const char *at = name;

		while (isdigit((unsigned char)*at))
			at++;
		if (at > name && *at == '/' && isdigit((unsigned char)at[1])) {
			at++;
			while (isdigit((unsigned char)*at))
				at++;
			name = at;
			continue;
		}
		at += at == name;
		rd_str_putn(out, name, (size_t)(at - name));
		name = at;
	}
}

static char *key_of(const rd_steps *m, size_t i)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(0);
	const rd_step *s = rd_steps_at(m, i);
	const rd_step_group *g = rd_steps_group_at(m, (size_t)s->group);

	rd_str_printf(&text, "%s\n", g->kind);
	for (size_t k = 0; k < g->services.len; k++)
		rd_str_printf(&text, "%s,", g->services.items[k]);
	if (!g->services.len)
		rd_str_put(&text, g->name);
	rd_str_put(&text, "\n");
	put_name(&text, s->name);
	return rd_str_ok(&text) ? rd_str_take(&text) : NULL;
}

static int by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int c = strcmp(x->text, y->text);

	return c ? c : x->step < y->step ? -1 : x->step > y->step;
}

static void keys_done(rd_vec *keys)
{
	for (size_t i = 0; i < keys->len; i++)
		free(((struct key *)rd_vec_at(keys, i))->text);
	rd_vec_done(keys);
}

static rd_code make_keys(const rd_steps *m, rd_vec *keys, rd_err *err)
{
	for (size_t i = 0; i < rd_steps_count(m); i++) {
		struct key *k = rd_vec_push(keys);

		if (!k)
			return rd_err_nomem(err);
		*k = (struct key){key_of(m, i), i};
		if (!k->text) {
			keys->len--;
			return rd_err_nomem(err);
		}
	}
	rd_vec_sort(keys, by_key);
	return RD_OK;
}

/* Both lists are sorted: equal keys meet in their order. */
static void join(rd_steps_time *t, const rd_vec *now, const rd_vec *earlier)
{
	size_t i = 0, k = 0;

	while (i < now->len && k < earlier->len) {
		const struct key *x = rd_vec_at(now, i), *y = rd_vec_at(earlier, k);
		int c = strcmp(x->text, y->text);

		if (!c)
			*(int *)rd_vec_at(&t->earlier, x->step) = (int)y->step;
		i += c <= 0;
		k += c >= 0;
	}
}

int64_t rd_steps_grown_us(const rd_step *now, const rd_step *earlier)
{
	if (!now->ended_us || !now->started_us || !earlier->ended_us || !earlier->started_us)
		return 0;
	return (now->ended_us - now->started_us) - (earlier->ended_us - earlier->started_us);
}

bool rd_steps_lost_cache(const rd_step *now, const rd_step *earlier)
{
	return earlier->state == RD_STEP_CACHED && now->state != RD_STEP_CACHED && now->started_us;
}

static rd_code compare(rd_steps_time *t, const rd_steps *m, const rd_steps *earlier, rd_err *err)
{
	RD_AUTO(keys_done)
	rd_vec now_keys = RD_VEC_INIT(struct key);
	RD_AUTO(keys_done)
	rd_vec earlier_keys = RD_VEC_INIT(struct key);
	rd_code code = make_keys(m, &now_keys, err);

	if (!code)
		code = make_keys(earlier, &earlier_keys, err);
	if (code)
		return code;
	join(t, &now_keys, &earlier_keys);
	for (size_t i = 0; i < rd_steps_count(m); i++) {
		int at = rd_steps_time_earlier(t, i);
		const rd_step *s = rd_steps_at(m, i);
		int64_t grown_us;

		if (at < 0)
			continue;
		grown_us = rd_steps_grown_us(s, rd_steps_at(earlier, (size_t)at));
		t->grown_us += grown_us > 0 ? grown_us : 0;
		t->lost += rd_steps_lost_cache(s, rd_steps_at(earlier, (size_t)at));
	}
	return RD_OK;
}

rd_code rd_steps_time_fill(rd_steps_time *t, const rd_steps *m, const rd_steps *earlier,
	int64_t now_us, rd_err *err)
{
	rd_vec_clear(&t->critical);
	rd_vec_clear(&t->earlier);
	t->first_us = t->last_us = t->grown_us = 0;
	t->lost = 0;
	for (size_t i = 0; i < rd_steps_count(m); i++) {
		const rd_step *s = rd_steps_at(m, i);
		int64_t end_us = end_of(s, now_us);
		bool *critical = rd_vec_push(&t->critical);
		int *at = rd_vec_push(&t->earlier);

		if (!critical || !at)
			return rd_err_nomem(err);
		*at = -1;
		if (!s->started_us)
			continue;
		t->first_us =
			t->first_us && t->first_us < s->started_us ? t->first_us : s->started_us;
		t->last_us = end_us > t->last_us ? end_us : t->last_us;
	}
	mark_critical(t, m, now_us);
	return earlier ? compare(t, m, earlier, err) : RD_OK;
}

bool rd_steps_time_is_critical(const rd_steps_time *t, size_t step)
{
	return step < t->critical.len && *(const bool *)rd_vec_at(&t->critical, step);
}

int rd_steps_time_earlier(const rd_steps_time *t, size_t step)
{
	return step < t->earlier.len ? *(const int *)rd_vec_at(&t->earlier, step) : -1;
}

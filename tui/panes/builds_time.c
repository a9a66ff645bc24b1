/* SPDX-License-Identifier: MIT */
/* What the times of an app's builds tell. */
#include "tui/panes/builds_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"

#define HISTORY 9 /* builds that an expectation is made from */
#define LEVELS 8

static int64_t took_us(const rd_build *b)
{
	return !strcmp(b->status, "complete") && b->ended_us > b->started_us
		       ? b->ended_us - b->started_us
		       : 0;
}

/* Times of complete builds from index `from` on, newest first. @returns how many. */
static int collect(const rd_model *m, size_t from, int64_t *times, int max)
{
	int n = 0;

	for (size_t i = from; i < m->builds.len && n < max; i++) {
		times[n] = took_us(rd_vec_at(&m->builds, i));
		n += times[n] > 0;
	}
	return n;
}

static int rising(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t median_from(const rd_model *m, size_t from)
{
	int64_t times[HISTORY];
	int n = collect(m, from, times, HISTORY);

	if (!n)
		return 0;
	qsort(times, (size_t)n, sizeof(times[0]), rising);
	return times[n / 2];
}

int64_t rd_builds_expected_us(const rd_model *m, const rd_build *b)
{
	return median_from(m, (size_t)(rd_model_build_index(m, b->id) + 1));
}

int64_t rd_builds_median_us(const rd_model *m)
{
	return median_from(m, 0);
}

void rd_builds_left(const rd_model *m, const rd_build *b, int64_t now_us, char *buf, size_t cap)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(64);
	int64_t expected_us, left_us;

	buf[0] = '\0';
	if (strcmp(b->status, "running") != 0 || !b->started_us)
		return;
	expected_us = rd_builds_expected_us(m, b);
	if (!expected_us)
		return;
	left_us = expected_us - (now_us - b->started_us);
	rd_time_mmss(&text, llabs(left_us));
	snprintf(buf, cap, "%s %s", rd_str_get(&text), left_us < 0 ? "late" : "left");
}

void rd_builds_spark(const rd_model *m, bool ascii, rd_str *out, int *ret_n)
{
	static const char *const bars[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	int64_t times[RD_BUILDS_SPARK], longest = 0, shortest = INT64_MAX;
	int n = collect(m, 0, times, RD_BUILDS_SPARK);

	for (int i = 0; i < n; i++) {
		longest = times[i] > longest ? times[i] : longest;
		shortest = times[i] < shortest ? times[i] : shortest;
	}
	for (int i = n - 1; i >= 0; i--) {
		int level = longest == shortest ? LEVELS / 2
						: (int)((times[i] - shortest) * (LEVELS - 1) /
							  (longest - shortest));

		if (ascii)
			rd_str_printf(out, "%d", level + 1);
		else
			rd_str_put(out, bars[level]);
	}
	*ret_n = n;
}

/* SPDX-License-Identifier: MIT */
/* Clocks, and times as text. */
#include "core/base/clock.h"

#include <ctype.h>

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define WEEK_US (7 * DAY_US)
/* Convox counts in months of 30 days and years of 12 of them. */
#define MONTH_US (30 * DAY_US)
#define YEAR_US (12 * MONTH_US)
#define LONG_WHILE_US (37 * YEAR_US)

static int64_t clock_us(clockid_t id)
{
	struct timespec ts = {0};

	clock_gettime(id, &ts);
	return ts.tv_sec * SECOND_US + ts.tv_nsec / 1000;
}

int64_t rd_now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

int64_t rd_wall_us(void)
{
	const char *fixed = getenv("RACKDECK_NOW");
	int64_t us;

	if (fixed && rd_time_parse(fixed, &us, NULL) == RD_OK)
		return us;
	return clock_us(CLOCK_REALTIME);
}

void rd_time_format(rd_str *out, int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / SECOND_US);
	int micros = (int)(wall_us % SECOND_US), digits = 6;
	struct tm tm;

	if (wall_us <= 0 || !gmtime_r(&seconds, &tm)) {
		rd_str_put(out, "0001-01-01T00:00:00Z");
		return;
	}
	rd_str_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (micros) {
		for (; micros % 10 == 0; digits--)
			micros /= 10;
		rd_str_printf(out, ".%0*d", digits, micros);
	}
	rd_str_putc(out, 'Z');
}

/* Takes exactly n digits and moves on. @returns the number, -1 if they are not there. */
static int digits(const char **at, int n)
{
	int value = 0;

	for (; n; n--, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

/* Takes one of the characters and moves on. */
static bool take(const char **at, const char *one_of)
{
	if (!**at || !strchr(one_of, **at))
		return false;
	(*at)++;
	return true;
}

/* A fraction of a second of any number of digits; what is below 1 us is cut. */
static bool take_fraction(const char **at, int *ret_us)
{
	int scale = 100000, us = 0;

	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at); (*at)++) {
		us += (**at - '0') * scale;
		scale /= 10;
	}
	*ret_us = us;
	return true;
}

static bool take_offset(const char **at, int *ret_seconds)
{
	int sign = **at == '-' ? -1 : 1, hours, minutes;

	if (take(at, "Zz")) {
		*ret_seconds = 0;
		return true;
	}
	if (!take(at, "+-"))
		return false;
	hours = digits(at, 2);
	if (hours < 0 || hours > 23 || !take(at, ":"))
		return false;
	minutes = digits(at, 2);
	if (minutes < 0 || minutes > 59)
		return false;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool take_date(const char **at, struct tm *tm)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = digits(at, 4);
	bool leap = year >= 0 && ((year % 4 == 0 && year % 100) || year % 400 == 0);

	if (year < 0 || !take(at, "-"))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = digits(at, 2) - 1;
	if (tm->tm_mon < 0 || tm->tm_mon > 11 || !take(at, "-"))
		return false;
	tm->tm_mday = digits(at, 2);
	return tm->tm_mday >= 1 && tm->tm_mday <= days[tm->tm_mon] + (leap && tm->tm_mon == 1);
}

static bool take_clock(const char **at, struct tm *tm)
{
	tm->tm_hour = digits(at, 2);
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || !take(at, ":"))
		return false;
	tm->tm_min = digits(at, 2);
	if (tm->tm_min < 0 || tm->tm_min > 59 || !take(at, ":"))
		return false;
	tm->tm_sec = digits(at, 2);
	return tm->tm_sec >= 0 && tm->tm_sec <= 60; /* 60: a leap second */
}

rd_code rd_time_parse(const char *text, int64_t *ret_wall_us, rd_err *err)
{
	const char *at = text;
	struct tm tm = {0};
	int micros = 0, offset = 0;
	int64_t us;

	if (!take_date(&at, &tm) || !take(&at, "Tt ") || !take_clock(&at, &tm) ||
		(take(&at, ".") && !take_fraction(&at, &micros)) || !take_offset(&at, &offset) ||
		*at)
		return rd_err_set(err, RD_EPARSE, "'%s' is not a time like 2026-01-02T03:04:05Z",
			text);
	us = ((int64_t)timegm(&tm) - offset) * SECOND_US + micros;
	*ret_wall_us = us > 0 ? us : 0;
	return RD_OK;
}

void rd_time_ago(rd_str *out, int64_t wall_us, int64_t now_wall_us)
{
	static const struct {
		int64_t below_us; /* applies to differences below this */
		int64_t unit_us;  /* 0: the text has no number */
		const char *text;
	} words[] = {
		{SECOND_US, 0, "now"},
		{2 * SECOND_US, 0, "1 second"},
		{MINUTE_US, SECOND_US, "seconds"},
		{2 * MINUTE_US, 0, "1 minute"},
		{HOUR_US, MINUTE_US, "minutes"},
		{2 * HOUR_US, 0, "1 hour"},
		{DAY_US, HOUR_US, "hours"},
		{2 * DAY_US, 0, "1 day"},
		{WEEK_US, DAY_US, "days"},
		{2 * WEEK_US, 0, "1 week"},
		{MONTH_US, WEEK_US, "weeks"},
		{2 * MONTH_US, 0, "1 month"},
		{YEAR_US, MONTH_US, "months"},
		{18 * MONTH_US, 0, "1 year"},
		{2 * YEAR_US, 0, "2 years"},
		{LONG_WHILE_US, YEAR_US, "years"},
		{INT64_MAX, 0, "a long while"},
	};
	bool future = wall_us > now_wall_us;
	int64_t diff = future ? wall_us - now_wall_us : now_wall_us - wall_us;
	size_t i = 0;

	if (!wall_us)
		return;
	while (i + 1 < RD_LEN(words) && diff >= words[i].below_us)
		i++;
	if (words[i].unit_us)
		rd_str_printf(out, "%lld ", (long long)(diff / words[i].unit_us));
	rd_str_put(out, words[i].text);
	if (i)
		rd_str_put(out, future ? " from now" : " ago");
}

void rd_time_elapsed(rd_str *out, int64_t from_us, int64_t to_us)
{
	long long seconds = to_us > from_us ? (to_us - from_us) / SECOND_US : 0;

	if (!from_us || !to_us)
		return;
	if (seconds >= 60)
		rd_str_printf(out, "%lldm", seconds / 60);
	rd_str_printf(out, "%llds", seconds % 60);
}

void rd_time_short_ago(rd_str *out, int64_t wall_us, int64_t now_wall_us)
{
	static const struct {
		int64_t unit_us;
		char letter;
	} units[] = {{365 * DAY_US, 'y'}, {WEEK_US, 'w'}, {DAY_US, 'd'}, {HOUR_US, 'h'},
		{MINUTE_US, 'm'}, {SECOND_US, 's'}};
	int64_t diff = now_wall_us - wall_us;

	if (!wall_us)
		return;
	for (size_t i = 0; i < RD_LEN(units); i++) {
		if (diff >= units[i].unit_us) {
			rd_str_printf(out, "%lld%c", (long long)(diff / units[i].unit_us),
				units[i].letter);
			return;
		}
	}
	rd_str_put(out, "now");
}

void rd_time_mmss(rd_str *out, int64_t duration_us)
{
	long long seconds = duration_us > 0 ? duration_us / SECOND_US : 0;

	if (seconds >= 3600)
		rd_str_printf(out, "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60,
			seconds % 60);
	else
		rd_str_printf(out, "%02lld:%02lld", seconds / 60, seconds % 60);
}

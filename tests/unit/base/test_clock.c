/* SPDX-License-Identifier: MIT */
/* Times as text, and back. */
#include "tests/unit/unit.h"

#include "core/base/clock.h"

#define S INT64_C(1000000)
#define DAY (86400 * S)

static void expect_format(int64_t us, const char *want)
{
	rd_str s RD_STR_AUTO = RD_STR_INIT(0);

	rd_time_format(&s, us);
	assert_string_equal(rd_str_get(&s), want);
}

static void format__has_the_digits_that_it_needs(void **state RD_UNUSED)
{
	expect_format(0, "0001-01-01T00:00:00Z");
	expect_format(-5, "0001-01-01T00:00:00Z");
	expect_format(1767323045 * S, "2026-01-02T03:04:05Z");
	expect_format(1767323045 * S + 123456, "2026-01-02T03:04:05.123456Z");
	expect_format(1767323045 * S + 120000, "2026-01-02T03:04:05.12Z");
	expect_format(1767323045 * S + 1, "2026-01-02T03:04:05.000001Z");
}

static void expect_parse(const char *text, int64_t want)
{
	int64_t us = -1;

	assert_int_equal(rd_time_parse(text, &us, NULL), RD_OK);
	assert_true(us == want);
}

static void parse__takes_offsets_and_fractions(void **state RD_UNUSED)
{
	expect_parse("2026-01-02T03:04:05Z", 1767323045 * S);
	expect_parse("2026-01-02T04:34:05+01:30", 1767323045 * S);
	expect_parse("2026-01-01T19:04:05.5-08:00", 1767323045 * S + 500000);
	expect_parse("2026-01-02T03:04:05.123456789Z", 1767323045 * S + 123456);
	expect_parse("2024-02-29T00:00:00Z", 1709164800 * S);
	expect_parse("0001-01-01T00:00:00Z", 0);
	expect_parse("1969-12-31T23:59:59Z", 0);
	expect_parse("9999-12-31T23:59:59Z", 253402300799 * S);
}

static void parse__refuses_what_is_no_time(void **state RD_UNUSED)
{
	static const char *const bad[] = {"", "now", "2026-01-02", "2026-01-02T03:04:05",
		"2026-13-02T03:04:05Z", "2026-02-29T03:04:05Z", "2026-01-00T03:04:05Z",
		"2026-01-02T24:04:05Z", "2026-01-02T03:60:05Z", "2026-01-02T03:04:61Z",
		"2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+0100", "2026-01-02T03:04:05+24:00",
		"2026-01-02T03:04:05Zx", "2026-01-02T03:04:05-01", "-026-01-02T03:04:05Z"};
	int64_t us = 77;
	rd_err err;

	for (size_t i = 0; i < RD_LEN(bad); i++) {
		assert_int_equal(rd_time_parse(bad[i], &us, &err), RD_EPARSE);
		assert_non_null(strstr(err.msg, bad[i]));
	}
	assert_int_equal(us, 77);
}

static void expect_ago(int64_t before_us, const char *want)
{
	rd_str s RD_STR_AUTO = RD_STR_INIT(0);
	int64_t now = 2000000000 * S;

	rd_time_ago(&s, now - before_us, now);
	assert_string_equal(rd_str_get(&s), want);
}

static void ago__has_the_words_of_convox(void **state RD_UNUSED)
{
	rd_str s RD_STR_AUTO = RD_STR_INIT(0);

	expect_ago(0, "now");
	expect_ago(S - 1, "now");
	expect_ago(S, "1 second ago");
	expect_ago(2 * S, "2 seconds ago");
	expect_ago(59 * S, "59 seconds ago");
	expect_ago(60 * S, "1 minute ago");
	expect_ago(120 * S, "2 minutes ago");
	expect_ago(3600 * S, "1 hour ago");
	expect_ago(12 * 3600 * S, "12 hours ago");
	expect_ago(DAY, "1 day ago");
	expect_ago(6 * DAY, "6 days ago");
	expect_ago(7 * DAY, "1 week ago");
	expect_ago(29 * DAY, "4 weeks ago");
	expect_ago(30 * DAY, "1 month ago");
	expect_ago(359 * DAY, "11 months ago");
	expect_ago(360 * DAY, "1 year ago");
	expect_ago(540 * DAY, "2 years ago");
	expect_ago(3 * 360 * DAY, "3 years ago");
	expect_ago(37 * 360 * DAY, "a long while ago");
	expect_ago(-5 * S, "5 seconds from now");
	rd_time_ago(&s, 0, S);
	assert_string_equal(rd_str_get(&s), "");
}

static void expect_elapsed(int64_t from, int64_t to, const char *want)
{
	rd_str s RD_STR_AUTO = RD_STR_INIT(0);

	rd_time_elapsed(&s, from, to);
	assert_string_equal(rd_str_get(&s), want);
}

static void elapsed__keeps_hours_as_minutes(void **state RD_UNUSED)
{
	expect_elapsed(S, 13 * S, "12s");
	expect_elapsed(S, 66 * S, "1m5s");
	expect_elapsed(S, 61 * S, "1m0s");
	expect_elapsed(S, 7201 * S, "120m0s");
	expect_elapsed(S, 0, "");
	expect_elapsed(0, S, "");
	expect_elapsed(5 * S, S, "0s");
}

static void expect_short(int64_t before_us, const char *want)
{
	rd_str s RD_STR_AUTO = RD_STR_INIT(0);
	int64_t now = 2000000000 * S;

	rd_time_short_ago(&s, now - before_us, now);
	assert_string_equal(rd_str_get(&s), want);
}

static void short_ago__fits_a_narrow_column(void **state RD_UNUSED)
{
	expect_short(0, "now");
	expect_short(-9 * S, "now");
	expect_short(42 * S, "42s");
	expect_short(300 * S, "5m");
	expect_short(3 * 3600 * S, "3h");
	expect_short(2 * DAY, "2d");
	expect_short(42 * DAY, "6w");
	expect_short(365 * DAY, "1y");
}

static void mmss__has_hours_only_when_needed(void **state RD_UNUSED)
{
	rd_str s RD_STR_AUTO = RD_STR_INIT(0);

	rd_time_mmss(&s, 131 * S);
	rd_str_putc(&s, ' ');
	rd_time_mmss(&s, 3731 * S);
	rd_str_putc(&s, ' ');
	rd_time_mmss(&s, -1);
	assert_string_equal(rd_str_get(&s), "02:11 1:02:11 00:00");
}

static void wall__stands_still_where_it_is_told(void **state RD_UNUSED)
{
	setenv("RACKDECK_NOW", "2026-01-02T03:04:05Z", 1);
	assert_true(rd_wall_us() == 1767323045 * S);
	unsetenv("RACKDECK_NOW");
	assert_true(rd_wall_us() > 1767323045 * S);
	assert_true(rd_now_us() <= rd_now_us());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format__has_the_digits_that_it_needs),
		cmocka_unit_test(parse__takes_offsets_and_fractions),
		cmocka_unit_test(parse__refuses_what_is_no_time),
		cmocka_unit_test(ago__has_the_words_of_convox),
		cmocka_unit_test(elapsed__keeps_hours_as_minutes),
		cmocka_unit_test(short_ago__fits_a_narrow_column),
		cmocka_unit_test(mmss__has_hours_only_when_needed),
		cmocka_unit_test(wall__stands_still_where_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

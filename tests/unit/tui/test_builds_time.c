/* SPDX-License-Identifier: MIT */
/* What the times of builds tell. */
#include "tests/unit/unit.h"
#include "tui/panes/builds_time.h"

#define SECOND 1000000LL

static char complete[] = "complete", running[] = "running", failed[] = "failed";
static char ids[8][2] = {"a", "b", "c", "d", "e", "f", "g", "h"};

static void add(rd_model *m, char *status, int64_t seconds)
{
	rd_build *b = rd_vec_push(&m->builds);

	assert_non_null(b);
	b->id = ids[m->builds.len - 1];
	b->status = status;
	b->started_us = 100 * SECOND;
	b->ended_us = status == running ? 0 : (100 + seconds) * SECOND;
}

static rd_model make(void)
{
	rd_model m = {.builds = RD_VEC_INIT(rd_build)};

	add(&m, running, 0);
	add(&m, complete, 30);
	add(&m, failed, 1);
	add(&m, complete, 10);
	add(&m, complete, 80);
	return m;
}

static void expected__is_the_median_of_complete_builds(void **state RD_UNUSED)
{
	rd_model m = make();

	assert_int_equal(rd_builds_expected_us(&m, rd_vec_at(&m.builds, 0)), 30 * SECOND);
	assert_int_equal(rd_builds_expected_us(&m, rd_vec_at(&m.builds, 3)), 80 * SECOND);
	assert_int_equal(rd_builds_expected_us(&m, rd_vec_at(&m.builds, 4)), 0);
	rd_vec_done(&m.builds);
}

static void left__counts_down_and_over(void **state RD_UNUSED)
{
	rd_model m = make();
	const rd_build *b = rd_vec_at(&m.builds, 0);
	char text[32];

	rd_builds_left(&m, b, 105 * SECOND, text, sizeof text);
	assert_string_equal(text, "00:25 left");
	rd_builds_left(&m, b, 142 * SECOND, text, sizeof text);
	assert_string_equal(text, "00:12 late");
	rd_builds_left(&m, rd_vec_at(&m.builds, 1), 142 * SECOND, text, sizeof text);
	assert_string_equal(text, "");
	rd_vec_done(&m.builds);
}

static void spark__has_a_bar_for_each_complete_build(void **state RD_UNUSED)
{
	rd_model m = make();
	RD_STR_AUTO rd_str ascii = RD_STR_INIT(64);
	RD_STR_AUTO rd_str bars = RD_STR_INIT(64);
	int n = 0;

	rd_builds_spark(&m, true, &ascii, &n);
	assert_int_equal(n, 3);
	assert_string_equal(rd_str_get(&ascii), "813");
	rd_builds_spark(&m, false, &bars, &n);
	assert_string_equal(rd_str_get(&bars), "\u2588\u2581\u2583");
	rd_vec_clear(&m.builds);
	rd_builds_spark(&m, true, &ascii, &n);
	assert_int_equal(n, 0);
	rd_vec_done(&m.builds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expected__is_the_median_of_complete_builds),
		cmocka_unit_test(left__counts_down_and_over),
		cmocka_unit_test(spark__has_a_bar_for_each_complete_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

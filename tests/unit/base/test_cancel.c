/* SPDX-License-Identifier: MIT */
/* rd_cancel: fired once, seen by poll. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>

#include "core/base/cancel.h"
#include "core/base/clock.h"

static void fire__is_seen_by_flag_and_poll(void **state RD_UNUSED)
{
	rd_cancel *c = NULL;
	struct pollfd p = {.events = POLLIN};

	assert_int_equal(rd_cancel_new(&c, NULL), RD_OK);
	p.fd = rd_cancel_fd(c);
	assert_false(rd_cancel_fired(c));
	assert_int_equal(poll(&p, 1, 0), 0);
	rd_cancel_fire(c);
	rd_cancel_fire(c);
	assert_true(rd_cancel_fired(c));
	assert_int_equal(poll(&p, 1, 0), 1);
	assert_null(rd_cancel_free(c));
}

static void null__is_never_fired(void **state RD_UNUSED)
{
	rd_cancel_fire(NULL);
	assert_false(rd_cancel_fired(NULL));
	assert_int_equal(rd_cancel_fd(NULL), -1);
	assert_null(rd_cancel_free(NULL));
}

static void pause__lasts_its_time_or_until_fired(void **state RD_UNUSED)
{
	int64_t began_us = rd_now_us();
	rd_cancel *c = NULL;

	assert_int_equal(rd_cancel_new(&c, NULL), RD_OK);
	assert_true(rd_cancel_pause(c, 20));
	assert_true(rd_cancel_pause(NULL, 20));
	assert_true(rd_now_us() - began_us >= 40000);
	rd_cancel_fire(c);
	assert_false(rd_cancel_pause(c, INT64_C(1000) * 3600));
	assert_null(rd_cancel_free(c));
}

static void ignore(int number RD_UNUSED) {}

static void pause__is_not_cut_by_a_signal(void **state RD_UNUSED)
{
	const struct itimerval soon = {.it_value = {.tv_usec = 1000}};
	struct sigaction sa = {.sa_handler = ignore}, before;
	int64_t began_us = rd_now_us();

	assert_return_code(sigaction(SIGALRM, &sa, &before), errno);
	assert_return_code(setitimer(ITIMER_REAL, &soon, NULL), errno);
	assert_true(rd_cancel_pause(NULL, 50));
	assert_true(rd_now_us() - began_us >= 50000);
	assert_return_code(sigaction(SIGALRM, &before, NULL), errno);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fire__is_seen_by_flag_and_poll),
		cmocka_unit_test(null__is_never_fired),
		cmocka_unit_test(pause__lasts_its_time_or_until_fired),
		cmocka_unit_test(pause__is_not_cut_by_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

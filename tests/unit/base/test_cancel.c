/* SPDX-License-Identifier: MIT */
/* rd_cancel: fired once, seen by poll. */
#include "tests/unit/unit.h"

#include <poll.h>

#include "core/base/cancel.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fire__is_seen_by_flag_and_poll),
		cmocka_unit_test(null__is_never_fired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Bytes between two threads: order, end, cut and stop. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <string.h>

#include "core/base/conduit.h"

#define TOTAL ((size_t)1000000)

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 31 + i / 251);
}

/* Pushes in pieces of rising size. */
static void *push_all(void *arg)
{
	rd_conduit *r = arg;
	unsigned char piece[1500];
	size_t size = 1;

	for (size_t at = 0; at < TOTAL; size = size % sizeof(piece) + 1) {
		size_t n = size < TOTAL - at ? size : TOTAL - at;

		for (size_t i = 0; i < n; i++)
			piece[i] = byte_at(at + i);
		if (!rd_conduit_push(r, piece, n))
			return r;
		at += n;
	}
	rd_conduit_end(r, true);
	return NULL;
}

static void rd_conduit__gives_all_bytes_in_order(void **state RD_UNUSED)
{
	unsigned char buf[777];
	rd_conduit *r = NULL;
	pthread_t thread;
	size_t at = 0, n = 0;
	void *end;

	assert_int_equal(rd_conduit_new(1000, &r, NULL), RD_OK);
	assert_int_equal(pthread_create(&thread, NULL, push_all, r), 0);
	while (!rd_read(rd_conduit_reader(r), buf, sizeof(buf), &n, NULL) && n)
		for (size_t i = 0; i < n; i++, at++)
			assert_int_equal(buf[i], byte_at(at));
	assert_int_equal(at, TOTAL);
	assert_int_equal(pthread_join(thread, &end), 0);
	assert_null(end);
	rd_conduit_free(r);
}

static void rd_conduit_stop__wakes_who_pushes(void **state RD_UNUSED)
{
	rd_conduit *r = NULL;
	pthread_t thread;
	char byte;
	size_t n;
	void *end;

	assert_int_equal(rd_conduit_new(10, &r, NULL), RD_OK);
	assert_int_equal(pthread_create(&thread, NULL, push_all, r), 0);
	assert_int_equal(rd_read(rd_conduit_reader(r), &byte, 1, &n, NULL), RD_OK);
	rd_conduit_stop(r);
	assert_int_equal(pthread_join(thread, &end), 0);
	assert_ptr_equal(end, r);
	rd_conduit_free(r);
}

static void rd_conduit_end__tells_a_cut_from_an_end(void **state RD_UNUSED)
{
	rd_conduit *r = NULL;
	char buf[8];
	size_t n;

	assert_int_equal(rd_conduit_new(10, &r, NULL), RD_OK);
	assert_true(rd_conduit_push(r, "abc", 3));
	rd_conduit_end(r, false);
	assert_int_equal(rd_read(rd_conduit_reader(r), buf, sizeof(buf), &n, NULL), RD_OK);
	assert_int_equal(n, 3);
	assert_int_equal(rd_read(rd_conduit_reader(r), buf, sizeof(buf), &n, NULL), RD_EUNAVAIL);
	rd_conduit_free(r);
	assert_int_equal(rd_conduit_new(10, &r, NULL), RD_OK);
	rd_conduit_end(r, true);
	assert_int_equal(rd_read(rd_conduit_reader(r), buf, sizeof(buf), &n, NULL), RD_OK);
	assert_int_equal(n, 0);
	rd_conduit_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rd_conduit__gives_all_bytes_in_order),
		cmocka_unit_test(rd_conduit_stop__wakes_who_pushes),
		cmocka_unit_test(rd_conduit_end__tells_a_cut_from_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

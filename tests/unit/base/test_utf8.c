/* SPDX-License-Identifier: MIT */
/* UTF-8: decoding of anything, clusters, widths. */
#include "tests/unit/unit.h"

#include "core/base/str.h"
#include "core/base/utf8.h"

static void next__takes_invalid_bytes_one_by_one(void **state RD_UNUSED)
{
	static const char *const bad[] = {"\x80", "\xff", "\xc0\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xe2\x82", "\xc3(", "\xf0\x9f\x98"};
	uint32_t cp = 0;

	for (size_t i = 0; i < RD_LEN(bad); i++) {
		assert_int_equal(rd_utf8_next(bad[i], strlen(bad[i]), &cp), 1);
		assert_int_equal(cp, 0xFFFD);
		assert_false(rd_utf8_valid(bad[i], strlen(bad[i])));
	}
	/* a whole character of which only a part may be read */
	assert_int_equal(rd_utf8_next("\xe2\x82\xac", 2, &cp), 1);
	assert_int_equal(rd_utf8_next("\xe2\x82\xac", 3, &cp), 3);
	assert_int_equal(cp, 0x20AC);
	assert_true(rd_utf8_valid("a\xe2\x82\xac\xf0\x9f\x98\x80", 8));
	assert_true(rd_utf8_valid("", 0));
}

static void put__is_the_reverse_of_next(void **state RD_UNUSED)
{
	static const uint32_t cps[] = {0, 'a', 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF};
	char buf[4];
	uint32_t cp;

	for (size_t i = 0; i < RD_LEN(cps); i++) {
		size_t n = rd_utf8_put(cps[i], buf);

		assert_int_equal(rd_utf8_next(buf, n, &cp), n);
		assert_int_equal(cp, cps[i]);
	}
	assert_int_equal(rd_utf8_put(0xD800, buf), 3);
	rd_utf8_next(buf, 3, &cp);
	assert_int_equal(cp, 0xFFFD);
}

static void expect_cluster(const char *text, size_t bytes, int width)
{
	int w = -1;

	assert_int_equal(rd_utf8_cluster(text, strlen(text), &w), bytes);
	assert_int_equal(w, width);
}

static void cluster__holds_what_is_seen_as_one(void **state RD_UNUSED)
{
	expect_cluster("ab", 1, 1);
	expect_cluster("e\xcc\x81x", 3, 1);                       /* e and acute */
	expect_cluster("\xe6\xbc\xa2x", 3, 2);                    /* han */
	expect_cluster("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 8, 2); /* flag */
	expect_cluster("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb!", 11,
		2); /* woman ZWJ laptop */
	expect_cluster("\n\xcc\x81", 1, 0);
	expect_cluster("\xff\xff", 1, 1);
}

static void cluster__ends_at_32_bytes(void **state RD_UNUSED)
{
	rd_str s RD_STR_AUTO = RD_STR_INIT(0);
	int w;

	rd_str_putc(&s, 'e');
	for (int i = 0; i < 100; i++)
		rd_str_put(&s, "\xcc\x81");
	assert_int_equal(rd_utf8_cluster(s.data, s.len, &w), 31);
	assert_int_equal(w, 1);
}

static void cells_and_fit__count_clusters(void **state RD_UNUSED)
{
	const char *text = "a\xe6\xbc\xa2"
			   "e\xcc\x81z";

	assert_int_equal(rd_utf8_cells(text, strlen(text)), 5);
	assert_int_equal(rd_utf8_cells("", 0), 0);
	assert_int_equal(rd_utf8_fit(text, strlen(text), 0), 0);
	assert_int_equal(rd_utf8_fit(text, strlen(text), 1), 1);
	assert_int_equal(rd_utf8_fit(text, strlen(text), 2), 1); /* the wide one does not fit */
	assert_int_equal(rd_utf8_fit(text, strlen(text), 3), 4);
	assert_int_equal(rd_utf8_fit(text, strlen(text), 4), 7);
	assert_int_equal(rd_utf8_fit(text, strlen(text), 99), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next__takes_invalid_bytes_one_by_one),
		cmocka_unit_test(put__is_the_reverse_of_next),
		cmocka_unit_test(cluster__holds_what_is_seen_as_one),
		cmocka_unit_test(cluster__ends_at_32_bytes),
		cmocka_unit_test(cells_and_fit__count_clusters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

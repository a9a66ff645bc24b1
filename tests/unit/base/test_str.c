/* SPDX-License-Identifier: MIT */
/* rd_str: growth, caps, numbers. */
#include "tests/unit/unit.h"

#include "core/base/str.h"

static void putn__grows_and_terminates(void **state RD_UNUSED)
{
	rd_str s = RD_STR_INIT(0);

	for (int i = 0; i < 1000; i++)
		rd_str_printf(&s, "%d,", i % 10);
	assert_int_equal(s.len, 2000);
	assert_int_equal(strlen(rd_str_get(&s)), 2000);
	rd_str_done(&s);
}

static void put__over_the_cap_fails_and_keeps_what_was(void **state RD_UNUSED)
{
	rd_str s = RD_STR_INIT(5);
	rd_err err;

	rd_str_put(&s, "12345");
	assert_true(rd_str_ok(&s));
	rd_str_putc(&s, '6');
	assert_false(rd_str_ok(&s));
	assert_string_equal(rd_str_get(&s), "12345");
	assert_int_equal(rd_str_check(&s, "the name", &err), RD_ELIMIT);
	assert_string_equal(err.msg, "the name is larger than 5 bytes");
	rd_str_done(&s);
}

static void put_word__quotes_what_a_shell_would_read(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	rd_str_put_word(&s, "/src/web-1.0");
	rd_str_putc(&s, ' ');
	rd_str_put_word(&s, "it's $HOME");
	rd_str_putc(&s, ' ');
	rd_str_put_word(&s, "");
	assert_string_equal(rd_str_get(&s), "/src/web-1.0 'it'\\''s $HOME' ''");
}

static void drop_front__shifts(void **state RD_UNUSED)
{
	rd_str s = RD_STR_INIT(0);

	rd_str_put(&s, "abcdef");
	rd_str_drop_front(&s, 2);
	assert_string_equal(rd_str_get(&s), "cdef");
	rd_str_drop_front(&s, 9);
	assert_string_equal(rd_str_get(&s), "");
	rd_str_done(&s);
}

static void str_take__gives_nothing_of_a_text_that_is_not_whole(void **state RD_UNUSED)
{
	rd_str s = RD_STR_INIT(8);
	char *text;

	rd_str_put(&s, "a head");
	rd_str_put(&s, " and more");
	assert_null(rd_str_take(&s));
	rd_str_put(&s, "again");
	text = rd_str_take(&s);
	assert_string_equal(text, "again");
	free(text);
	text = rd_str_take(&s);
	assert_string_equal(text, "");
	free(text);
}

static void parse_u64__takes_digits_only(void **state RD_UNUSED)
{
	unsigned long long v = 7;
	rd_err err;

	assert_int_equal(rd_parse_u64("18446744073709551615", &v, &err), RD_OK);
	assert_true(v == 18446744073709551615ULL);
	assert_int_equal(rd_parse_u64("18446744073709551616", &v, &err), RD_EINVAL);
	assert_int_equal(rd_parse_u64("", &v, &err), RD_EINVAL);
	assert_int_equal(rd_parse_u64("-1", &v, &err), RD_EINVAL);
	assert_int_equal(rd_parse_u64("1 ", &v, &err), RD_EINVAL);
}

static void percent_byte__takes_two_digits_only(void **state RD_UNUSED)
{
	assert_int_equal(rd_percent_byte("%00", 3), 0);
	assert_int_equal(rd_percent_byte("%aFx", 4), 0xaf);
	assert_int_equal(rd_percent_byte("%9a", 2), -1);
	assert_int_equal(rd_percent_byte("%g0", 3), -1);
	assert_int_equal(rd_percent_byte("%0 ", 3), -1);
	assert_int_equal(rd_percent_byte("x00", 3), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(putn__grows_and_terminates),
		cmocka_unit_test(put__over_the_cap_fails_and_keeps_what_was),
		cmocka_unit_test(put_word__quotes_what_a_shell_would_read),
		cmocka_unit_test(drop_front__shifts),
		cmocka_unit_test(str_take__gives_nothing_of_a_text_that_is_not_whole),
		cmocka_unit_test(parse_u64__takes_digits_only),
		cmocka_unit_test(percent_byte__takes_two_digits_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

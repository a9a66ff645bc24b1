/* SPDX-License-Identifier: MIT */
/* Ids and names. */
#include "tests/unit/unit.h"

#include "core/base/ids.h"

static void new__has_the_form_and_differs(void **state RD_UNUSED)
{
	char a[RD_ID_SIZE], b[RD_ID_SIZE];

	for (int i = 0; i < 1000; i++) {
		rd_id_new('B', a);
		assert_true(rd_id_is('B', a));
		assert_false(rd_id_is('R', a));
	}
	rd_id_new('B', b);
	assert_string_not_equal(a, b);
}

static void is__refuses_other_forms(void **state RD_UNUSED)
{
	static const char *const bad[] = {
		"", "B", "BABCDEFGHI", "BABCDEFGHIJK", "bABCDEFGHIJ", "BABCDEFGHI1", "BABCDEFGHI/"};

	assert_true(rd_id_is('B', "BABCDEFGHIJ"));
	assert_true(rd_id_is('R', "RABCDEFGHIJ"));
	assert_false(rd_id_is('B', NULL));
	for (size_t i = 0; i < RD_LEN(bad); i++)
		assert_false(rd_id_is('B', bad[i]));
}

static void random_hex__has_twice_as_many_digits(void **state RD_UNUSED)
{
	char hex[2 * 100 + 1];

	rd_random_hex(hex, 0);
	assert_string_equal(hex, "");
	rd_random_hex(hex, 100);
	assert_int_equal(strlen(hex), 200);
	assert_int_equal(strspn(hex, "0123456789abcdef"), 200);
}

static void app_name__takes_what_an_image_name_takes(void **state RD_UNUSED)
{
	static const char *const good[] = {"a", "shop", "my-app2", "a--b", "a_b", "a__b", "0"};
	char longest[RD_APP_NAME_MAX + 2];
	rd_err err;

	for (size_t i = 0; i < RD_LEN(good); i++)
		assert_int_equal(rd_app_name_check(good[i], &err), RD_OK);
	memset(longest, 'a', sizeof longest);
	longest[RD_APP_NAME_MAX] = '\0';
	assert_int_equal(rd_app_name_check(longest, &err), RD_OK);
	longest[RD_APP_NAME_MAX] = 'a';
	longest[RD_APP_NAME_MAX + 1] = '\0';
	assert_int_equal(rd_app_name_check(longest, &err), RD_EINVAL);
}

static void app_name__refuses_with_the_words_of_convox(void **state RD_UNUSED)
{
	static const struct {
		const char *name, *message;
	} bad[] = {
		{"", "is empty"},
		{"Shop", "App name cannot contain Uppercase characters"},
		{"a b", "App name can only contain lowercase letters, numbers, hyphens and "
			"underscores"},
		{"a/b", "App name can only contain lowercase letters, numbers, hyphens and "
			"underscores"},
		{"caf\xc3\xa9", "App name can only contain lowercase letters, numbers, hyphens and "
				"underscores"},
		{"..", "App name can only contain lowercase letters, numbers, hyphens and "
		       "underscores"},
		{"-a", "must begin and end"},
		{"a_", "must begin and end"},
		{"a___b", "image's name"},
		{"a-_b", "image's name"},
		{"rack", "app name is reserved"},
		{"system", "app name is reserved"},
	};
	rd_err err;

	for (size_t i = 0; i < RD_LEN(bad); i++) {
		assert_int_equal(rd_app_name_check(bad[i].name, &err), RD_EINVAL);
		assert_non_null(strstr(err.msg, bad[i].message));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new__has_the_form_and_differs),
		cmocka_unit_test(is__refuses_other_forms),
		cmocka_unit_test(random_hex__has_twice_as_many_digits),
		cmocka_unit_test(app_name__takes_what_an_image_name_takes),
		cmocka_unit_test(app_name__refuses_with_the_words_of_convox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

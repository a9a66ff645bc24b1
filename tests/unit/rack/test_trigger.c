/* SPDX-License-Identifier: MIT */
/* Words for who or what wishes a build. */
#include "core/rack/trigger.h"

#include <string.h>

#include "core/base/str.h"
#include "tests/unit/unit.h"

static void trigger_new__joins_kind_and_details(void **state RD_UNUSED)
{
	RD_AUTOFREE char *both = rd_trigger_new("watch", "/srv/shop");
	RD_AUTOFREE char *alone = rd_trigger_new("serve", "");

	assert_string_equal(both, "watch, /srv/shop");
	assert_string_equal(alone, "serve");
}

static void trigger_new__is_one_clean_line(void **state RD_UNUSED)
{
	RD_AUTOFREE char *t = rd_trigger_new("push", "a\nb\x1b[31mred\x1b]0;title\a\r");

	assert_null(strpbrk(t, "\n\r\x1b\a"));
	assert_non_null(strstr(t, "red"));
}

static void trigger_new__is_cut_between_characters(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str long_name = RD_STR_INIT(0);

	for (int i = 0; i < 200; i++)
		rd_str_put(&long_name, "\xc3\xa9");
	for (int shift = 0; shift < 2; shift++) {
		RD_AUTOFREE char *t =
			rd_trigger_new(shift ? "push" : "watch", rd_str_get(&long_name));
		size_t n = strlen(t);

		assert_true(n <= RD_TRIGGER_MAX_BYTES && n >= RD_TRIGGER_MAX_BYTES - 1);
		assert_int_equal(memcmp(t + n - 2, "\xc3\xa9", 2), 0);
	}
}

static void trigger_by_user__names_the_user(void **state RD_UNUSED)
{
	RD_AUTOFREE char *t = rd_trigger_by_user("command");

	assert_true(rd_starts_with(t, "command, "));
	assert_true(strlen(t) > strlen("command, "));
}

static void trigger_kind__is_what_stands_first(void **state RD_UNUSED)
{
	char kind[8];

	rd_trigger_kind("push, bob to main", kind, sizeof kind);
	assert_string_equal(kind, "push");
	rd_trigger_kind("import", kind, sizeof kind);
	assert_string_equal(kind, "import");
	rd_trigger_kind("a-very-long-kind", kind, sizeof kind);
	assert_string_equal(kind, "a-very-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trigger_new__joins_kind_and_details),
		cmocka_unit_test(trigger_new__is_one_clean_line),
		cmocka_unit_test(trigger_new__is_cut_between_characters),
		cmocka_unit_test(trigger_by_user__names_the_user),
		cmocka_unit_test(trigger_kind__is_what_stands_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

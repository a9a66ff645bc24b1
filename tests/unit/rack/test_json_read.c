/* SPDX-License-Identifier: MIT */
/* Convox's JSON as records: what json.c writes is read back, and what racks of all ages send. */
#include "core/rack/json_read.h"

#include <string.h>

#include "core/rack/json.h"
#include "tests/unit/unit.h"

static rd_code read_build(const char *text, rd_build *ret_build, rd_err *err)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	rd_str_put(&s, text);
	return rd_json_read_build(&s, ret_build, err);
}

static void json_read__reads_back_what_was_written(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str first = RD_STR_INIT(0), second = RD_STR_INIT(0);
	rd_build b = {.id = (char[]){"BAAAAAAAAAA"},
		.app = (char[]){"shop"},
		.description = (char[]){"a \"b\"\n"},
		.manifest = (char[]){"services:\n  web: {}\n"},
		.release = (char[]){"RX"},
		.status = (char[]){"complete"},
		.git_sha = (char[]){"abc"},
		.trigger = (char[]){"push, bob to main"},
		.started_us = 1234567890123456,
		.ended_us = 0};
	rd_build read = {0};

	assert_true(rd_kvs_set(&b.pushed, "r.example.com/shop:web.B", "sha256:1"));
	assert_int_equal(rd_json_build(&b, &first, NULL), RD_OK);
	assert_int_equal(rd_json_read_build(&first, &read, NULL), RD_OK);
	assert_int_equal(rd_json_build(&read, &second, NULL), RD_OK);
	assert_string_equal(rd_str_get(&first), rd_str_get(&second));
	assert_int_equal(read.started_us, b.started_us);
	assert_int_equal(read.ended_us, 0);
	rd_kvs_done(&b.pushed);
	rd_build_done(&read);
}

static void json_read__takes_what_is_missing_or_odd(void **state RD_UNUSED)
{
	rd_build b = {0};

	assert_int_equal(read_build("{\"id\":\"B1\",\"status\":null,\"started\":\"\",\"ended\":7,"
				    "\"new\":{}}",
				 &b, NULL),
		RD_OK);
	assert_string_equal(b.id, "B1");
	assert_string_equal(b.status, "");
	assert_string_equal(b.app, "");
	assert_int_equal(b.started_us, 0);
	rd_build_done(&b);
}

static void json_read__says_what_is_wrong(void **state RD_UNUSED)
{
	static const char *const bad[][2] = {{"", "cut short"}, {"{\"id\":\"B1\"", "cut short"},
		{"<html>", "no JSON"}, {"[]", "not of the expected form"},
		{"\"x\"", "not of the expected form"}};

	for (size_t i = 0; i < RD_LEN(bad); i++) {
		rd_build b = {0};
		rd_err err = {0};

		assert_int_equal(read_build(bad[i][0], &b, &err), RD_EPARSE);
		if (!strstr(err.msg, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], err.msg);
	}
}

static void json_read__reads_lists(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	rd_vec v;

	rd_str_put(&s, "[{\"name\":\"b\",\"parameters\":{\"X\":\"1\",\"Y\":2}},{\"name\":\"a\","
		       "\"locked\":true}]");
	assert_int_equal(rd_json_read_apps(&s, &v, NULL), RD_OK);
	assert_int_equal(v.len, 2);
	assert_string_equal(rd_kvs_get(&((rd_app *)rd_vec_at(&v, 0))->parameters, "X"), "1");
	assert_true(((rd_app *)rd_vec_at(&v, 1))->locked);
	rd_apps_done(&v);
	rd_str_clear(&s);
	rd_str_put(&s, "null");
	assert_int_equal(rd_json_read_apps(&s, &v, NULL), RD_OK);
	assert_int_equal(v.len, 0);
	rd_apps_done(&v);
	rd_str_clear(&s);
	rd_str_put(&s, "[{\"name\":\"b\"},3]");
	assert_int_equal(rd_json_read_apps(&s, &v, NULL), RD_EPARSE);
}

static void json_read_text__finds_a_key_in_any_case(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	char *value = NULL;

	rd_str_put(&s, "{\"Url\":\"object://shop/x\"}");
	assert_int_equal(rd_json_read_text(&s, "url", &value, NULL), RD_OK);
	assert_string_equal(value, "object://shop/x");
	free(value);
	assert_int_equal(rd_json_read_text(&s, "error", &value, NULL), RD_OK);
	assert_string_equal(value, "");
	free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_read__reads_back_what_was_written),
		cmocka_unit_test(json_read__takes_what_is_missing_or_odd),
		cmocka_unit_test(json_read__says_what_is_wrong),
		cmocka_unit_test(json_read__reads_lists),
		cmocka_unit_test(json_read_text__finds_a_key_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

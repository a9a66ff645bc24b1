/* SPDX-License-Identifier: MIT */
/* rd_buildargs: one pair, several, commas within values, nonsense. */
#include "tests/unit/unit.h"

#include "core/formats/buildargs.h"

static void add__splits_where_a_name_follows(void **state RD_UNUSED)
{
	rd_kvs args = {0};

	assert_int_equal(rd_buildargs_add("A=1,2,B=x=y,,C=", &args, NULL), RD_OK);
	assert_int_equal(args.len, 3);
	assert_string_equal(rd_kvs_get(&args, "A"), "1,2");
	assert_string_equal(rd_kvs_get(&args, "B"), "x=y,");
	assert_string_equal(rd_kvs_get(&args, "C"), "");
	assert_int_equal(rd_buildargs_add("A=new", &args, NULL), RD_OK);
	assert_int_equal(args.len, 3);
	assert_string_equal(rd_kvs_get(&args, "A"), "new");
	rd_kvs_done(&args);
}

static void add__keeps_a_comma_after_a_backslash(void **state RD_UNUSED)
{
	rd_kvs args = {0};

	assert_int_equal(rd_buildargs_add("A=a\\,b=c,B=\\d\\\\,C=x\ny", &args, NULL), RD_OK);
	assert_int_equal(args.len, 2);
	assert_string_equal(rd_kvs_get(&args, "A"), "a,b=c");
	assert_string_equal(rd_kvs_get(&args, "B"), "\\d\\,C=x\ny");
	rd_kvs_done(&args);
}

static void add__wants_a_name(void **state RD_UNUSED)
{
	static const char *const bad[] = {"", "A", "=1", "1A=2", "A B=1", ",A=1"};
	rd_kvs args = {0};
	rd_err err;

	for (size_t i = 0; i < RD_LEN(bad); i++)
		assert_int_equal(rd_buildargs_add(bad[i], &args, &err), RD_EINVAL);
	assert_string_equal(err.msg, "invalid build args: ,A=1: give them as NAME=VALUE");
	assert_int_equal(args.len, 0);
	rd_kvs_done(&args);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add__splits_where_a_name_follows),
		cmocka_unit_test(add__keeps_a_comma_after_a_backslash),
		cmocka_unit_test(add__wants_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

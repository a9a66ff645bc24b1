/* SPDX-License-Identifier: MIT */
/* rd_env: parse, format, describe, pairs of a command line. */
#include "tests/unit/unit.h"

#include "core/formats/env.h"

static rd_kvs parsed(const char *text)
{
	rd_kvs env = {0};
	rd_err err;

	assert_int_equal(rd_env_parse(text, &env, &err), RD_OK);
	return env;
}

static void parse__splits_at_the_first_equals_and_trims_only_the_key(void **state RD_UNUSED)
{
	rd_kvs env = parsed("  A =b=c \nB=\n\nno pair\n=nameless\nC= x\r\nA=again");

	assert_int_equal(env.len, 3);
	assert_string_equal(rd_kvs_get(&env, "A"), "again");
	assert_string_equal(rd_kvs_get(&env, "B"), "");
	assert_string_equal(rd_kvs_get(&env, "C"), " x");
	rd_kvs_done(&env);
	env = parsed("A=b=c ");
	assert_string_equal(rd_kvs_get(&env, "A"), "b=c ");
	rd_kvs_done(&env);
	env = parsed("");
	assert_int_equal(env.len, 0);
}

static void parse__refuses_a_line_over_the_limit(void **state RD_UNUSED)
{
	rd_str text = RD_STR_INIT(0);
	rd_kvs env = {0};
	rd_err err;

	rd_str_put(&text, "A=1\nB=");
	for (int i = 0; i < 64 * 1024 - 2; i++)
		rd_str_putc(&text, 'x');
	assert_int_equal(rd_env_parse(rd_str_get(&text), &env, &err), RD_OK);
	rd_str_putc(&text, 'x');
	assert_int_equal(rd_env_parse(rd_str_get(&text), &env, &err), RD_ELIMIT);
	assert_string_equal(err.msg, "line 2 of the environment is longer than 65536 bytes");
	rd_kvs_done(&env);
	rd_str_done(&text);
}

static void read__skips_comments_and_refuses_what_is_no_pair(void **state RD_UNUSED)
{
	rd_kvs env = {0};
	rd_err err;

	assert_int_equal(rd_env_read("# a=b\n\n  A = x \r\n\t# c\nB=#1\n", &env, &err), RD_OK);
	assert_int_equal(env.len, 2);
	assert_string_equal(rd_kvs_get(&env, "A"), " x ");
	assert_string_equal(rd_kvs_get(&env, "B"), "#1");
	assert_int_equal(rd_env_read("C=1\nno pair\n", &env, &err), RD_EINVAL);
	assert_string_equal(err.msg, "line 2 is not of the form NAME=VALUE");
	assert_int_equal(rd_env_read("=1", &env, &err), RD_EINVAL);
	assert_int_equal(rd_env_read("C=1\nexport D=1", &env, &err), RD_EINVAL);
	assert_string_equal(err.msg, "'export D' is no name of a variable: a name holds no blank");
	assert_int_equal(env.len, 2);
	rd_kvs_done(&env);
}

static void parse__takes_so_many_variables(void **state RD_UNUSED)
{
	rd_str text = RD_STR_INIT(0);
	rd_kvs env = {0};
	rd_err err;

	for (int i = 0; i < 5000; i++)
		rd_str_printf(&text, "K%d=\n", i);
	rd_str_put(&text, "K0=again\n");
	assert_int_equal(rd_env_parse(rd_str_get(&text), &env, &err), RD_OK);
	assert_string_equal(rd_kvs_get(&env, "K0"), "again");
	rd_kvs_done(&env);
	rd_str_put(&text, "more=\n");
	assert_int_equal(rd_env_parse(rd_str_get(&text), &env, &err), RD_ELIMIT);
	assert_string_equal(err.msg, "the environment has more than 5000 variables");
	rd_kvs_done(&env);
	rd_str_done(&text);
}

static void format__sorts_whole_lines_without_a_last_newline(void **state RD_UNUSED)
{
	rd_kvs env = parsed("B=2\nA=9\nA1=x\nB=3");
	rd_str out = RD_STR_INIT(0);

	rd_env_format(&env, &out);
	assert_string_equal(rd_str_get(&out), "A1=x\nA=9\nB=3");
	rd_str_clear(&out);
	rd_kvs_done(&env);
	rd_env_format(&env, &out);
	assert_string_equal(rd_str_get(&out), "");
	rd_str_done(&out);
}

static void describe__lists_adds_changes_removes(void **state RD_UNUSED)
{
	rd_kvs from = parsed("GONE=1\nSAME=1\nNEW=old");
	rd_kvs to = parsed("Z=1\nA=1\nSAME=1\nNEW=new");
	rd_str out = RD_STR_INIT(0);

	rd_env_describe(&from, &to, &out);
	assert_string_equal(rd_str_get(&out), "env add:A add:Z change:NEW remove:GONE");
	rd_str_clear(&out);
	rd_env_describe(&to, &to, &out);
	assert_string_equal(rd_str_get(&out), "env ");
	rd_str_done(&out);
	rd_kvs_done(&from);
	rd_kvs_done(&to);
}

static void pair__takes_name_and_value_or_says_what_is_wrong(void **state RD_UNUSED)
{
	rd_kvs env = {0};
	rd_err err;

	assert_int_equal(rd_env_pair("A=b=c", &env, &err), RD_OK);
	assert_int_equal(rd_env_pair("B=", &env, &err), RD_OK);
	assert_string_equal(rd_kvs_get(&env, "A"), "b=c");
	assert_string_equal(rd_kvs_get(&env, "B"), "");
	assert_int_equal(rd_env_pair("C", &env, &err), RD_EINVAL);
	assert_string_equal(err.msg, "'C' is not of the form NAME=VALUE");
	assert_int_equal(rd_env_pair(" =x", &env, &err), RD_EINVAL);
	assert_int_equal(rd_env_pair("D=1\nE=2", &env, &err), RD_EINVAL);
	assert_string_equal(err.msg,
		"the value of 'D' holds a line break, which an environment cannot keep");
	assert_int_equal(rd_env_pair("D\nX=1", &env, &err), RD_EINVAL);
	assert_int_equal(env.len, 2);
	rd_kvs_done(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse__splits_at_the_first_equals_and_trims_only_the_key),
		cmocka_unit_test(parse__refuses_a_line_over_the_limit),
		cmocka_unit_test(read__skips_comments_and_refuses_what_is_no_pair),
		cmocka_unit_test(parse__takes_so_many_variables),
		cmocka_unit_test(format__sorts_whole_lines_without_a_last_newline),
		cmocka_unit_test(describe__lists_adds_changes_removes),
		cmocka_unit_test(pair__takes_name_and_value_or_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

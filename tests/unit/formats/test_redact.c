/* SPDX-License-Identifier: MIT */
/* Tests of the redactor: values whole, cut anywhere, overlapping, of several lines. */
#include "core/formats/redact.h"

#include "tests/unit/unit.h"

static rd_redact *redact_of(const char *const *values)
{
	rd_redact *r = NULL;

	assert_int_equal(rd_redact_new(&r, NULL), RD_OK);
	for (; *values; values++)
		assert_int_equal(rd_redact_add(r, *values, NULL), RD_OK);
	return r;
}

static void assert_text(const rd_redact *r, const char *in, const char *want)
{
	rd_str out = RD_STR_INIT(0);

	rd_redact_text(r, in, strlen(in), &out);
	assert_string_equal(rd_str_get(&out), want);
	rd_str_done(&out);
}

/* The same text in all pairs of cuts must give the same result. */
static void assert_stream(const rd_redact *r, const char *in, const char *want)
{
	size_t n = strlen(in);

	for (size_t a = 0; a <= n; a++)
		for (size_t b = a; b <= n; b++) {
			rd_str out = RD_STR_INIT(0);
			rd_redact_stream *s = NULL;

			assert_int_equal(rd_redact_stream_new(r, &s, NULL), RD_OK);
			rd_redact_push(s, in, a, &out);
			rd_redact_push(s, in + a, b - a, &out);
			rd_redact_push(s, in + b, n - b, &out);
			rd_redact_flush(s, &out);
			assert_string_equal(rd_str_get(&out), want);
			rd_redact_stream_free(s);
			rd_str_done(&out);
		}
}

static void redact_text__masks_every_value(void **state)
{
	rd_redact *r = redact_of((const char *[]){"hunter22", "s3cr3tvalue", NULL});

	(void)state;
	assert_text(r, "a hunter22 b s3cr3tvaluehunter22", "a **** b ********");
	assert_text(r, "hunter2 hunter", "hunter2 hunter");
	assert_text(r, "", "");
	assert_text(NULL, "hunter22", "hunter22");
	rd_redact_free(r);
}

static void redact_err__shows_no_head_of_a_value_that_was_cut(void **state)
{
	rd_redact *r = redact_of((const char *[]){"hunter22", NULL});
	rd_str out = RD_STR_INIT(0);
	rd_err err;

	(void)state;
	rd_err_set(&err, RD_EFAILED, "%1000sthe value hunter22", "");
	rd_redact_err(r, &err, &out);
	assert_null(strstr(rd_str_get(&out), "hunt"));
	rd_str_clear(&out);
	rd_err_set(&err, RD_EFAILED, "%1019shunter22", "");
	rd_redact_err(r, &err, &out);
	assert_int_equal(out.len, 1019);
	rd_str_clear(&out);
	rd_err_set(&err, RD_EFAILED, "curl -u hunter22 hunter2");
	rd_err_wrap(&err, "web");
	rd_redact_err(r, &err, &out);
	assert_string_equal(rd_str_get(&out), "web: curl -u **** hunter2");
	rd_str_done(&out);
	rd_redact_free(r);
}

static void redact_add__leaves_short_values(void **state)
{
	rd_redact *r = redact_of((const char *[]){"1", "yes", "12345", "123456", "", NULL});

	(void)state;
	assert_text(r, "1 yes 1234 12345 123456", "1 yes 1234 **** ****");
	rd_redact_free(r);
}

static void redact_push__finds_values_across_cuts(void **state)
{
	rd_redact *r = redact_of((const char *[]){"secret", "secret-longer", "aabaab", NULL});

	(void)state;
	assert_stream(r, "x secret y", "x **** y");
	assert_stream(r, "secret-longer", "****");
	assert_stream(r, "secret-longex", "****-longex");
	assert_stream(r, "secret-long", "****-long");
	assert_stream(r, "aabaaabaab", "aaba****");
	assert_stream(r, "secsecret", "sec****");
	rd_redact_free(r);
}

static void redact_push__masks_what_overlaps_as_one(void **state)
{
	rd_redact *r = redact_of((const char *[]){"alphabet", "betamax", "phab", "maximum1", NULL});

	(void)state;
	assert_stream(r, "<alphabetamax>", "<****>");
	assert_stream(r, "<alphabetamaximum1>", "<****>");
	assert_stream(r, "<alphabetamix>", "<****amix>");
	assert_stream(r, "<alphabetbetamax>", "<********>");
	assert_stream(r, "alphabetama", "****ama");
	rd_redact_free(r);
}

static void redact_push__keeps_back_only_a_possible_head(void **state)
{
	rd_redact *r = redact_of((const char *[]){"secret", NULL});
	rd_redact_stream *s = NULL;
	rd_str out = RD_STR_INIT(0);

	(void)state;
	assert_int_equal(rd_redact_stream_new(r, &s, NULL), RD_OK);
	rd_redact_push(s, "value sec", 9, &out);
	assert_string_equal(rd_str_get(&out), "value ");
	rd_redact_push(s, "tor", 3, &out);
	assert_string_equal(rd_str_get(&out), "value sector");
	rd_redact_push(s, "secret", 6, &out);
	assert_string_equal(rd_str_get(&out), "value sector****");
	rd_redact_stream_free(s);
	rd_redact_free(r);
	rd_str_done(&out);
}

static void redact_add__masks_lines_of_a_long_value(void **state)
{
	rd_redact *r =
		redact_of((const char *[]){"-----BEGIN-----\nabcdefgh\r\nxy\nijklmnop\n", NULL});

	(void)state;
	assert_stream(r, "-----BEGIN-----\nabcdefgh\r\nxy\nijklmnop\n", "****");
	assert_stream(r, "only abcdefgh here\n", "only **** here\n");
	assert_text(r, "abcdefgh\\r\\nxy", "****\\r\\nxy");
	rd_redact_free(r);
}

static void redact_add__masks_the_quoted_form(void **state)
{
	rd_redact *r = redact_of((const char *[]){"pass\"word\\1", NULL});

	(void)state;
	assert_text(r, "RUN x=\"pass\\\"word\\\\1\"", "RUN x=\"****\"");
	assert_text(r, "pass\"word\\1", "****");
	rd_redact_free(r);
}

static void redact_add_pairs__hides_what_encoders_make_of_a_secret(void **state)
{
	rd_redact *r = NULL;
	rd_kvs pairs = {0};

	(void)state;
	assert_int_equal(rd_redact_new(&r, NULL), RD_OK);
	assert_true(rd_kvs_set(&pairs, "API_TOKEN", "a/b c+d,efgh"));
	assert_true(rd_kvs_set(&pairs, "DB_PASSWORD", "pw-4"));
	assert_true(rd_kvs_set(&pairs, "KEY", "yes"));
	assert_true(rd_kvs_set(&pairs, "PIN_KEY", "1"));
	assert_true(rd_kvs_set(&pairs, "NONE_KEY", ""));
	assert_true(rd_kvs_set(&pairs, "MODE", "production"));
	assert_true(rd_kvs_set(&pairs, "URL", "redis://u:hunter22@db/1"));
	assert_int_equal(rd_redact_add_pairs(r, &pairs, NULL), RD_OK);
	assert_text(r, "?t=a%2Fb%20c%2Bd%2Cefgh&mode=production", "?t=****&mode=production");
	/* base64 of the value alone, after one byte, after two */
	assert_text(r, "YS9iIGMrZCxlZmdo", "****");
	assert_text(r, "OmEvYiBjK2QsZWZnaA==", "OmEv****aA==");
	assert_text(r, "dTphL2IgYytkLGVmZ2g=", "dTph****Z2g=");
	assert_text(r, "pw-4 hunter22", "**** ****");
	assert_text(r, "yes KEY=yes \"KEY\": \"yes\" KEY='yes'; PIN_KEY=1",
		"yes **** \"**** ****; ****");
	assert_text(r, "NONE_KEY= 1", "NONE_KEY= 1");
	rd_kvs_done(&pairs);
	rd_redact_free(r);
}

static void redact_add_env__hides_every_long_value(void **state)
{
	rd_redact *args = NULL, *env = NULL;
	rd_kvs pairs = {0};

	(void)state;
	assert_int_equal(rd_redact_new(&args, NULL), RD_OK);
	assert_int_equal(rd_redact_new(&env, NULL), RD_OK);
	assert_true(rd_kvs_set(&pairs, "PHRASE", "correct horse battery"));
	assert_true(rd_kvs_set(&pairs, "MODE", "semi-production"));
	assert_true(rd_kvs_set(&pairs, "URL", "amqp://u:pw@mq"));
	assert_int_equal(rd_redact_add_pairs(args, &pairs, NULL), RD_OK);
	assert_int_equal(rd_redact_add_env(env, &pairs, NULL), RD_OK);
	assert_text(env, "correct horse battery semi-production amqp://u:pw@mq/",
		"**** semi-production ****/");
	assert_text(args, "correct horse battery semi-production amqp://u:pw@mq/",
		"correct horse battery semi-production ****/");
	rd_kvs_done(&pairs);
	rd_redact_free(args);
	rd_redact_free(env);
}

static void redact_add_pairs__leaves_versions_images_and_paths(void **state)
{
	static const char text[] = "ruby:3.2-slim 1.24.0-rc1 /opt/python3";
	rd_redact *args = NULL, *env = NULL;
	rd_kvs pairs = {0};

	(void)state;
	assert_int_equal(rd_redact_new(&args, NULL), RD_OK);
	assert_int_equal(rd_redact_new(&env, NULL), RD_OK);
	assert_true(rd_kvs_set(&pairs, "BASE", "ruby:3.2-slim"));
	assert_true(rd_kvs_set(&pairs, "VERSION", "1.24.0-rc1"));
	assert_true(rd_kvs_set(&pairs, "DIR", "/opt/python3"));
	assert_int_equal(rd_redact_add_pairs(args, &pairs, NULL), RD_OK);
	assert_int_equal(rd_redact_add_env(env, &pairs, NULL), RD_OK);
	assert_text(args, text, text);
	assert_text(env, text, "**** **** ****");
	rd_kvs_done(&pairs);
	rd_redact_free(args);
	rd_redact_free(env);
}

static void redact_name_is_secret__knows_the_words(void **state)
{
	(void)state;
	assert_true(rd_redact_name_is_secret("NPM_TOKEN"));
	assert_true(rd_redact_name_is_secret("aws_secret_access"));
	assert_true(rd_redact_name_is_secret("DbPassword"));
	assert_true(rd_redact_name_is_secret("MASTER_KEY"));
	assert_true(rd_redact_name_is_secret("GIT_CREDENTIALS"));
	assert_true(rd_redact_name_is_secret("ROOT_PASSWD"));
	assert_true(rd_redact_name_is_secret("DB_PASS"));
	assert_true(rd_redact_name_is_secret("db_pwd"));
	assert_false(rd_redact_name_is_secret("VERSION"));
	assert_false(rd_redact_name_is_secret(""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(redact_text__masks_every_value),
		cmocka_unit_test(redact_err__shows_no_head_of_a_value_that_was_cut),
		cmocka_unit_test(redact_add__leaves_short_values),
		cmocka_unit_test(redact_push__finds_values_across_cuts),
		cmocka_unit_test(redact_push__masks_what_overlaps_as_one),
		cmocka_unit_test(redact_push__keeps_back_only_a_possible_head),
		cmocka_unit_test(redact_add__masks_lines_of_a_long_value),
		cmocka_unit_test(redact_add__masks_the_quoted_form),
		cmocka_unit_test(redact_add_pairs__hides_what_encoders_make_of_a_secret),
		cmocka_unit_test(redact_add_env__hides_every_long_value),
		cmocka_unit_test(redact_add_pairs__leaves_versions_images_and_paths),
		cmocka_unit_test(redact_name_is_secret__knows_the_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The types of a rack as Convox's JSON. */
#include "tests/unit/unit.h"

#include "core/rack/json.h"

static char name_shop[] = "shop", empty[] = "", running[] = "running", gen2[] = "2";

static void app__has_convox_keys_in_their_order(void **state RD_UNUSED)
{
	rd_app a = {.name = name_shop, .generation = gen2, .status = running, .release = empty};
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_err err;

	assert_true(rd_kvs_set(&a.parameters, "BuildMemory", "512"));
	assert_int_equal(rd_json_app(&a, &out, &err), RD_OK);
	assert_string_equal(rd_str_get(&out),
		"{\n  \"generation\": \"2\",\n  \"locked\": false,\n  \"name\": \"shop\",\n"
		"  \"release\": \"\",\n  \"router\": \"\",\n  \"status\": \"running\",\n"
		"  \"parameters\": {\n    \"BuildMemory\": \"512\"\n  }\n}\n");
	rd_kvs_done(&a.parameters);
}

static void build__fills_what_is_unset(void **state RD_UNUSED)
{
	char id[] = "BABCDEFGHIJ", failed[] = "failed";
	rd_build b = {.id = id, .app = name_shop, .status = failed, .started_us = 1767323045123456};
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_err err;

	assert_int_equal(rd_json_build(&b, &out, &err), RD_OK);
	assert_string_equal(rd_str_get(&out),
		"{\n  \"id\": \"BABCDEFGHIJ\",\n  \"app\": \"shop\",\n  \"description\": \"\",\n"
		"  \"entrypoint\": \"\",\n  \"logs\": \"\",\n  \"manifest\": \"\",\n"
		"  \"process\": \"\",\n  \"release\": \"\",\n  \"reason\": \"\",\n"
		"  \"status\": \"failed\",\n  \"wildcard-domain\": false,\n  \"git-sha\": \"\",\n"
		"  \"started\": \"2026-01-02T03:04:05.123456Z\",\n"
		"  \"ended\": \"0001-01-01T00:00:00Z\"\n}\n");
}

static void releases__of_none_is_an_empty_list(void **state RD_UNUSED)
{
	rd_vec none = RD_VEC_INIT(rd_release);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_err err;

	assert_int_equal(rd_json_releases(&none, &out, &err), RD_OK);
	assert_string_equal(rd_str_get(&out), "[]\n");
}

static void release__escapes_text_and_mends_bytes(void **state RD_UNUSED)
{
	char id[] = "RABCDEFGHIJ", env[] = "A=\"x\"\nB=\xff\xc3\xa9", manifest[] = "a:\n\tb\x01";
	rd_release r = {.id = id, .env = env, .manifest = manifest};
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_err err;

	assert_int_equal(rd_json_release(&r, &out, &err), RD_OK);
	assert_non_null(strstr(rd_str_get(&out), "\"A=\\\"x\\\"\\nB=\xef\xbf\xbd\xc3\xa9\""));
	assert_non_null(strstr(rd_str_get(&out), "\"a:\\n\\tb\\u0001\""));
}

static void checks__name_their_health(void **state RD_UNUSED)
{
	char disk[] = "disk", text[] = "1.0 GB free", mend[] = "make room";
	rd_vec checks = RD_VEC_INIT(rd_check);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_check *c = rd_vec_push(&checks);
	rd_err err;

	assert_non_null(c);
	*c = (rd_check){RD_HEALTH_WARN, disk, text, mend};
	assert_int_equal(rd_json_checks(&checks, &out, &err), RD_OK);
	assert_string_equal(rd_str_get(&out),
		"[\n  {\n    \"name\": \"disk\",\n    \"health\": \"warn\",\n"
		"    \"text\": \"1.0 GB free\",\n    \"mend\": \"make room\"\n  }\n]\n");
	rd_vec_done(&checks);
}

static void json__is_appended(void **state RD_UNUSED)
{
	rd_kvs m = {0};
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_err err;

	rd_str_put(&out, "x");
	assert_int_equal(rd_json_kvs(&m, &out, &err), RD_OK);
	assert_string_equal(rd_str_get(&out), "x{}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(app__has_convox_keys_in_their_order),
		cmocka_unit_test(build__fills_what_is_unset),
		cmocka_unit_test(releases__of_none_is_an_empty_list),
		cmocka_unit_test(release__escapes_text_and_mends_bytes),
		cmocka_unit_test(checks__name_their_health),
		cmocka_unit_test(json__is_appended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* rd_buildkey: the text that decides what is built once, with the sums that Convox gets from it. */
#include "core/base/digest.h"
#include "core/formats/buildkey.h"
#include "tests/unit/unit.h"

/* The key of the only service, and the manifest's generation. */
static void assert_key(const char *manifest, const char *id, const char *want)
{
	rd_problems problems;
	rd_manifest *m = NULL;
	rd_str key = RD_STR_INIT(0);
	rd_err err = {0};

	rd_problems_init(&problems);
	if (rd_manifest_load(manifest, strlen(manifest), NULL, &problems, &m, &err) != RD_OK)
		fail_msg("%s", err.msg);
	rd_buildkey_put(m, rd_vec_at(&m->services, 0), id, &key);
	assert_string_equal(rd_str_get(&key), want);
	rd_str_done(&key);
	rd_manifest_free(m);
	rd_problems_done(&problems);
}

static void put__has_the_sums_of_convox(void **state RD_UNUSED)
{
	static const char text[] =
		"key=\"build1\" build[path=\".\", manifest=\"Dockerfile\", args=[]] image=\"\"";
	char sha1[RD_SHA1_HEX], sha224[RD_SHA224_HEX];

	assert_key("services: {web: }\n", "build1", text);
	rd_sha1_hex(text, strlen(text), sha1);
	assert_string_equal(sha1, "049f26f1b03bfca2e3af367d481a7bf1a94564ba");
	rd_sha224_hex(text, strlen(text), sha224);
	assert_string_equal(sha224, "e00bc968ebe3f5b4c934a1f3c00fcfba74384f944f6f9fa2ba819445");
}

static void put__names_what_decides(void **state RD_UNUSED)
{
	assert_key("services: {web: {build: {path: a, manifest: D, args: [x, y z]}}}\n", "",
		"key=\"\" build[path=\"a\", manifest=\"D\", args=[x y z]] image=\"\"");
	assert_key("services: {web: {image: 'redis:7'}}\n", "B",
		"key=\"B\" build[path=\"\", manifest=\"\", args=[]] image=\"redis:7\"");
	assert_key("web: {build: {context: a, dockerfile: D, args: [Y=2, X=1]}}\n", "B",
		"a|||||D|||||X=1 Y=2");
}

static void put__quotes_as_go_does(void **state RD_UNUSED)
{
	assert_key("services: {web: {build: {path: "
		   "\"a\\t\\\"\\\\\\x01\\x7f\\u0085\\u00e9\\n\"}}}\n",
		"",
		"key=\"\" build[path=\"a\\t\\\"\\\\\\x01\\x7f\\u0085\u00e9\\n\", "
		"manifest=\"Dockerfile\", args=[]] image=\"\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put__has_the_sums_of_convox),
		cmocka_unit_test(put__names_what_decides),
		cmocka_unit_test(put__quotes_as_go_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

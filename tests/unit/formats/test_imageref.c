/* SPDX-License-Identifier: MIT */
/* rd_imageref: which references are taken apart how, and which are refused. */
#include "tests/unit/unit.h"

#include "core/formats/imageref.h"

#define SHA "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void parse__takes_references_apart(void **state RD_UNUSED)
{
	static const struct {
		const char *text, *host, *repo, *tag, *digest;
	} cases[] = {
		{"busybox", NULL, "busybox", NULL, NULL},
		{"busybox:1.36", NULL, "busybox", "1.36", NULL},
		{"library/redis:Alpine_3", NULL, "library/redis", "Alpine_3", NULL},
		{"docker.io/library/redis", NULL, "library/redis", NULL, NULL},
		{"localhost/app", "localhost", "app", NULL, NULL},
		{"localhost:5000/a/b:x", "localhost:5000", "a/b", "x", NULL},
		{"registry.example.com/a__b/c-d.e:1", "registry.example.com", "a__b/c-d.e", "1",
			NULL},
		{"HOST/app", "HOST", "app", NULL, NULL},
		{"[::1]:5000/app", "[::1]:5000", "app", NULL, NULL},
		{"a---b", NULL, "a---b", NULL, NULL},
		{"app@" SHA, NULL, "app", NULL, SHA},
		{"r.io:80/app:v1@" SHA, "r.io:80", "app", "v1", SHA},
	};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_imageref ref = {0};
		rd_err err = {0};
		rd_code code = rd_imageref_parse(cases[i].text, &ref, &err);

		if (code != RD_OK)
			fail_msg("%s: %s", cases[i].text, err.msg);
		assert_string_equal(rd_or_empty(ref.host), rd_or_empty(cases[i].host));
		assert_string_equal(ref.repo, cases[i].repo);
		assert_string_equal(rd_or_empty(ref.tag), rd_or_empty(cases[i].tag));
		assert_string_equal(rd_or_empty(ref.digest), rd_or_empty(cases[i].digest));
		rd_imageref_done(&ref);
	}
}

static void parse__refuses_what_is_no_reference(void **state RD_UNUSED)
{
	static const char *const cases[] = {"", ":tag", "@" SHA, "App", "a b", "a//b", "/a", "a/",
		"a..b", "a___b", "a._b", "-a", "a-", "_a", "a:", "a:-x", "a:x y", "a@sha256:12",
		"a@nodigest", "a.b:x/c", "a.b:/c", "-h.io/c", "h..io/c", "[::1/c", HEX64,
		"https://r.io/a", "a\nb"};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_imageref ref = {0};
		rd_err err = {0};

		if (rd_imageref_parse(cases[i], &ref, &err) != RD_EINVAL)
			fail_msg("'%s' was taken", cases[i]);
		assert_true(rd_starts_with(err.msg, "'"));
		assert_null(ref.repo);
	}
}

static void parse__keeps_the_limits_of_length(void **state RD_UNUSED)
{
	char text[400];
	rd_imageref ref = {0};
	rd_err err;

	memset(text, 'a', sizeof text);
	text[255] = 0;
	assert_int_equal(rd_imageref_parse(text, &ref, &err), RD_OK);
	rd_imageref_done(&ref);
	text[255] = 'a';
	text[256] = 0;
	assert_int_equal(rd_imageref_parse(text, &ref, &err), RD_EINVAL);
	text[1] = ':';
	text[2 + 128] = 0;
	assert_int_equal(rd_imageref_parse(text, &ref, &err), RD_OK);
	assert_int_equal(strlen(ref.tag), 128);
	rd_imageref_done(&ref);
	text[2 + 128] = 'a';
	text[2 + 129] = 0;
	assert_int_equal(rd_imageref_parse(text, &ref, &err), RD_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse__takes_references_apart),
		cmocka_unit_test(parse__refuses_what_is_no_reference),
		cmocka_unit_test(parse__keeps_the_limits_of_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

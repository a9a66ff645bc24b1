/* SPDX-License-Identifier: MIT */
/* What git hosts tell of a push. */
#include "core/formats/push.h"

#include <string.h>

#include "core/base/str.h"
#include "tests/unit/unit.h"

#define SHA "0123456789abcdef0123456789abcdef01234567"
#define ZEROS "0000000000000000000000000000000000000000"

static const char github[] =
	"{\"ref\":\"refs/heads/main\",\"before\":\"" ZEROS "\",\"after\":\"" SHA "\","
	"\"repository\":{\"name\":\"shop\",\"default_branch\":\"main\","
	"\"html_url\":\"https://github.com/acme/shop\",\"url\":\"https://github.com/acme/shop\","
	"\"git_url\":\"git://github.com/acme/shop.git\","
	"\"ssh_url\":\"git@github.com:acme/shop.git\","
	"\"clone_url\":\"https://github.com/acme/shop.git\"},"
	"\"pusher\":{\"name\":\"bob\",\"email\":\"b@x\"},\"sender\":{\"login\":\"bobby\"}}";

static const char gitlab[] =
	"{\"object_kind\":\"push\",\"ref\":\"refs/heads/dev\",\"after\":\"" SHA "\","
	"\"user_name\":\"Bob B\",\"user_username\":\"bob\","
	"\"project\":{\"default_branch\":\"main\",\"web_url\":\"https://git.x:8443/acme/shop\","
	"\"git_ssh_url\":\"ssh://git@git.x:2222/acme/shop.git\","
	"\"git_http_url\":\"https://git.x:8443/acme/shop.git\"},"
	"\"repository\":{\"url\":\"ssh://git@git.x:2222/acme/shop.git\"}}";

static rd_push parse(const char *text)
{
	rd_push p = {0};
	rd_err err = {0};

	if (rd_push_parse(text, strlen(text), false, &p, &err))
		fail_msg("%s", err.msg);
	return p;
}

static void push_parse__reads_github(void **state RD_UNUSED)
{
	rd_push p = parse(github);

	assert_string_equal(p.ref, "refs/heads/main");
	assert_string_equal(p.sha, SHA);
	assert_string_equal(p.who, "bob");
	assert_true(rd_push_is_to(&p, "main"));
	assert_true(rd_push_is_to(&p, NULL));
	assert_false(rd_push_is_to(&p, "mai"));
	rd_push_done(&p);
}

static void push_parse__reads_gitlab(void **state RD_UNUSED)
{
	rd_push p = parse(gitlab);

	assert_string_equal(p.who, "bob");
	assert_true(rd_push_is_to(&p, "refs/heads/dev"));
	assert_false(rd_push_is_to(&p, NULL));
	rd_push_done(&p);
}

static void push_parse__reads_a_form(void **state RD_UNUSED)
{
	static const char form[] =
		"payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%2C%22after%22%3A%22" SHA "%22%7D";
	rd_push p = {0};

	assert_int_equal(rd_push_parse(form, strlen(form), true, &p, NULL), RD_OK);
	assert_string_equal(p.sha, SHA);
	assert_string_equal(p.who, "");
	rd_push_done(&p);
}

static void push_parse__knows_a_deleted_branch(void **state RD_UNUSED)
{
	rd_push p = parse("{\"ref\":\"refs/heads/main\",\"after\":\"" ZEROS "\"}");

	assert_string_equal(p.sha, "");
	rd_push_done(&p);
}

static void push_parse__refuses_all_else(void **state RD_UNUSED)
{
	static const char *const bad[] = {"", "[]", "{}", "{\"ref\":\"refs/heads/main\"}",
		"{\"ref\":1,\"after\":\"" SHA "\"}", "{\"ref\":\"x\",\"after\":\"--upload-pack\"}",
		"{\"ref\":\"x\",\"after\":\"" SHA "0\"}", "{\"ref\":\"x\",\"after\":\"" SHA "\"",
		"{\"ref\":\"\xff\",\"after\":\"" SHA "\"}"};

	for (size_t i = 0; i < RD_LEN(bad); i++) {
		rd_push p = {0};

		assert_int_equal(rd_push_parse(bad[i], strlen(bad[i]), false, &p, NULL), RD_EPARSE);
	}
}

static void push_is_of__takes_all_spellings(void **state RD_UNUSED)
{
	rd_push hub = parse(github), lab = parse(gitlab);

	assert_true(rd_push_is_of(&hub, "https://github.com/acme/shop"));
	assert_true(rd_push_is_of(&hub, "https://GitHub.com/acme/shop.git/"));
	assert_true(rd_push_is_of(&hub, "git@github.com:acme/shop.git"));
	assert_true(rd_push_is_of(&hub, "ssh://git@github.com/acme/shop"));
	assert_true(rd_push_is_of(&lab, "ssh://git@git.x:2222/acme/shop.git"));
	assert_true(rd_push_is_of(&lab, "https://git.x:8443/acme/shop.git"));
	rd_push_done(&hub);
	rd_push_done(&lab);
}

/* Hosts whose names stand in a URL's scheme or login too. */
static void push_is_of__finds_the_host(void **state RD_UNUSED)
{
	static const char *const same[][2] = {{"git@git:acme/shop.git", "ssh://git@git/acme/shop"},
		{"git@git:acme/shop.git", "ssh://git/acme/shop"},
		{"git@git:acme/shop.git", "deploy@git:acme/shop"},
		{"ssh://git@git:2222/acme/shop", "ssh://deploy@git:2222/acme/shop/"},
		{"git@s:acme/shop", "ssh://git@s/acme/shop"},
		{"https://http/acme/shop", "https://me:pw@http/acme/shop.git"},
		{"https://https/acme/shop", "https://HTTPS/acme/shop"}};

	for (size_t i = 0; i < RD_LEN(same); i++) {
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);
		rd_push p;

		rd_str_printf(&text,
			"{\"ref\":\"refs/heads/main\",\"after\":\"" SHA
			"\",\"repository\":{\"url\":\"%s\"}}",
			same[i][0]);
		p = parse(rd_str_get(&text));
		if (!rd_push_is_of(&p, same[i][1]))
			fail_msg("'%s' and '%s'", same[i][0], same[i][1]);
		assert_false(rd_push_is_of(&p, "ssh://git@other/acme/shop"));
		rd_push_done(&p);
	}
}

static void push_is_of__takes_no_other(void **state RD_UNUSED)
{
	static const char *const others[] = {"https://github.com/acme/shops",
		"https://github.com/Acme/shop", "https://github.com:8443/acme/shop.git",
		"https://evil.com/acme/shop", "https://evil.com/github.com/acme/shop",
		"http://github.com/acme/shop", "file:///acme/shop", "https://github.com/acme",
		"shop"};
	rd_push hub = parse(github);

	for (size_t i = 0; i < RD_LEN(others); i++)
		assert_false(rd_push_is_of(&hub, others[i]));
	rd_push_done(&hub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(push_parse__reads_github),
		cmocka_unit_test(push_parse__reads_gitlab),
		cmocka_unit_test(push_parse__reads_a_form),
		cmocka_unit_test(push_parse__knows_a_deleted_branch),
		cmocka_unit_test(push_parse__refuses_all_else),
		cmocka_unit_test(push_is_of__takes_all_spellings),
		cmocka_unit_test(push_is_of__finds_the_host),
		cmocka_unit_test(push_is_of__takes_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Git URLs: what they are taken apart into, what is refused, what a login never gets into. */
#include "core/base/str.h"
#include "core/formats/giturl.h"
#include "tests/unit/unit.h"

#define ALL (RD_GITURL_SAFE | RD_GITURL_HTTP | RD_GITURL_FILE)

static void same(const char *got, const char *want)
{
	assert_string_equal(got ? got : "(none)", want ? want : "(none)");
}

static void giturl_is__knows_urls_from_paths(void **state RD_UNUSED)
{
	assert_true(rd_giturl_is("https://host/x.git"));
	assert_true(rd_giturl_is("ssh://host/x"));
	assert_true(rd_giturl_is("git@host:x"));
	assert_true(rd_giturl_is("ext::sh -c x"));
	assert_true(rd_giturl_is("git://host/x"));
	assert_true(rd_giturl_is("file:///x"));
	assert_false(rd_giturl_is("."));
	assert_false(rd_giturl_is("a/b"));
	assert_false(rd_giturl_is("./git@host:x"));
	assert_false(rd_giturl_is("dir/git@host:x"));
	assert_false(rd_giturl_is("app.tgz"));
	assert_false(rd_giturl_is("a:b"));
	assert_false(rd_giturl_is("-"));
}

static void giturl_parse__takes_urls_apart(void **state RD_UNUSED)
{
	static const struct {
		const char *text, *url, *host, *user, *password, *ref, *subdir;
	} cases[] = {
		{"https://h.io/a/x.git", "https://h.io/a/x.git", "h.io"},
		{"HTTPS://h.io/x", "https://h.io/x", "h.io"},
		{"https://h.io:8443/x.git#main", "https://h.io:8443/x.git", "h.io", .ref = "main"},
		{"https://[::1]:8443/x", "https://[::1]:8443/x", "[::1]"},
		{"https://u:p%40ss@h.io/x#v1:a/b", "https://h.io/x", "h.io", "u", "p@ss", "v1",
			"a/b"},
		{"https://tok@h.io/x#:sub/", "https://h.io/x", "h.io", "tok", .subdir = "sub"},
		{"https://tok:@h.io/x#", "https://h.io/x", "h.io", "tok", ""},
		{"https://h.io/x#feature/a:./a//b/../c", "https://h.io/x", "h.io",
			.ref = "feature/a", .subdir = "a/c"},
		{"https://h.io/x#main:.", "https://h.io/x", "h.io", .ref = "main"},
		{"ssh://git@h.io:22/x", "ssh://git@h.io:22/x", "h.io"},
		{"git+ssh://git@h.io/x", "ssh://git@h.io/x", "h.io"},
		{"git@h.io:a/x.git#v1", "git@h.io:a/x.git", "h.io", .ref = "v1"},
		{"file:///srv/x y.git#main", "file:///srv/x y.git", NULL, .ref = "main"},
		{"http://h.io/x", "http://h.io/x", "h.io"},
	};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_giturl u = {0};
		rd_err err = {0};

		if (rd_giturl_parse(cases[i].text, ALL, &u, &err))
			fail_msg("%s: %s", cases[i].text, err.msg);
		same(u.url, cases[i].url);
		same(u.host, cases[i].host);
		same(u.user, cases[i].user);
		same(u.password, cases[i].password);
		same(u.ref, cases[i].ref);
		same(u.subdir, cases[i].subdir);
		rd_giturl_done(&u);
	}
}

static void giturl_parse__refuses(void **state RD_UNUSED)
{
	static const char *const cases[] = {"", "-u/x", "--upload-pack=x", "ext::sh -c 'touch x'",
		"fd::3", "https::https://h/x", "git://h/x", "ftp://h/x", "https://", "https:///x",
		"https://h", "https://h/", "https://-h/x", "https://h y/x", "https://h\n/x",
		"https://h/x\r", "https://h/\033x", "https://h/x?y=1", "https://u%0a:p@h/x",
		"https://u%2:p@h/x", "https://u%00@h/x", "https://u:p/w@h/x", "https://h:x/y",
		"ssh://-oProxyCommand=x/y", "ssh://-o@h/y", "ssh://u@-h/y", "ssh://u:p@h/y",
		"-u@h:x", "@h:x", "u@:x", "u@-h:x", "u@h:", "u@h:-x", "u@h::x", "file://x/y",
		"file:x", "https://h/x#-x", "https://h/x#a..b", "https://h/x#a b", "https://h/x#+a",
		"https://h/x#a~1", "https://h/x#a^", "https://h/x#*", "https://h/x#a.lock",
		"https://h/x#a/", "https://h/x#@{-1}", "https://h/x#main:../x",
		"https://h/x#main:/x", "https://h/x#main:a/../../b"};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_giturl u = {0};
		rd_err err = {0};

		if (!rd_giturl_parse(cases[i], ALL, &u, &err))
			fail_msg("'%s' was taken", cases[i]);
		assert_int_equal(err.code, RD_EINVAL);
		assert_null(u.url);
	}
}

static void giturl_parse__takes_safe_schemes_only_unless_told(void **state RD_UNUSED)
{
	rd_giturl u = {0};
	rd_err err = {0};

	assert_int_equal(rd_giturl_parse("file:///x", RD_GITURL_SAFE, &u, &err), RD_EPERM);
	assert_non_null(strstr(err.msg, "--allow-file"));
	assert_int_equal(rd_giturl_parse("http://h/x", RD_GITURL_SAFE, &u, &err), RD_EPERM);
	assert_non_null(strstr(err.msg, "--allow-http"));
}

static void giturl_parse__repeats_no_login_in_errors(void **state RD_UNUSED)
{
	static const char *const cases[] = {"https://me:hunter22@h\n/x", "https://me:hunter22@h",
		"ftp://me:hunter22@h/x", "https://me:hunter22%zz@h/x", "http://me:hunter22@h/x",
		"ssh://me:hunter22@h/x", "https://me:hunter22@h/x#a..b", "https://me:hunter22@-h/x",
		"https://me:hunter22/x@h/x", "https://me:x@hunter22/x@h/x"};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_giturl u = {0};
		rd_err err = {0};

		assert_int_not_equal(rd_giturl_parse(cases[i], RD_GITURL_SAFE, &u, &err), RD_OK);
		assert_null(strstr(err.msg, "hunter22"));
	}
}

static void giturl_hide_login__leaves_nothing_of_it(void **state RD_UNUSED)
{
	static const struct {
		const char *text, *want;
	} cases[] = {{"https://h/x", "https://h/x"}, {"git@h:x", "git@h:x"}, {".", "."},
		{"a@b", "a@b"}, {"https://me:pw@h/x", "https://*****@h/x"},
		{"ftp://p/w@x@h/x", "ftp://*****@h/x"}, {"https://@h/x", "https://@h/x"}};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		char text[64];

		snprintf(text, sizeof text, "%s", cases[i].text);
		rd_giturl_hide_login(text);
		assert_string_equal(text, cases[i].want);
	}
}

static void sub(const char *parent, const char *text, const char *want)
{
	rd_giturl p = {0}, u = {0};

	assert_int_equal(rd_giturl_parse(parent, ALL, &p, NULL), RD_OK);
	if (!want) {
		assert_int_not_equal(rd_giturl_parse_sub(&p, text, RD_GITURL_SAFE, &u, NULL),
			RD_OK);
	} else {
		assert_int_equal(rd_giturl_parse_sub(&p, text, ALL, &u, NULL), RD_OK);
		assert_string_equal(u.url, want);
	}
	rd_giturl_done(&u);
	rd_giturl_done(&p);
}

static void giturl_parse_sub__resolves_relative_urls(void **state RD_UNUSED)
{
	sub("https://h/a/b.git", "../x.git", "https://h/a/x.git");
	sub("https://h/a/b.git/", "./x", "https://h/a/b.git/x");
	sub("https://h/a/b", "../../x", "https://h/x");
	sub("https://h/a/b", "../../../x", NULL);
	sub("git@h:b", "../x", "git@h:x");
	sub("git@h:a/b", "../x", "git@h:a/x");
	sub("file:///srv/a", "../x", "file:///srv/x");
	sub("https://h/a", "https://other/x", "https://other/x");
	sub("https://h/a", "file:///x", NULL);
	sub("https://h/a", "ext::sh", NULL);
	sub("https://h/a", "/srv/x", NULL);
	sub("https://h/a", "-u", NULL);
	sub("https://h/a", "https://h/b#main", NULL);
}

static void giturl_parse_sub__gives_a_login_to_its_origin_only(void **state RD_UNUSED)
{
	rd_giturl p = {0}, u = {0};

	assert_int_equal(rd_giturl_parse("https://me:pw@h:1/a", ALL, &p, NULL), RD_OK);
	assert_int_equal(rd_giturl_parse_sub(&p, "../b", ALL, &u, NULL), RD_OK);
	same(u.password, "pw");
	rd_giturl_done(&u);
	assert_int_equal(rd_giturl_parse_sub(&p, "https://h:2/b", ALL, &u, NULL), RD_OK);
	same(u.password, NULL);
	rd_giturl_done(&u);
	assert_int_equal(rd_giturl_parse_sub(&p, "http://h:1/b", ALL, &u, NULL), RD_OK);
	same(u.user, NULL);
	rd_giturl_done(&u);
	rd_giturl_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(giturl_is__knows_urls_from_paths),
		cmocka_unit_test(giturl_parse__takes_urls_apart),
		cmocka_unit_test(giturl_parse__refuses),
		cmocka_unit_test(giturl_parse__takes_safe_schemes_only_unless_told),
		cmocka_unit_test(giturl_parse__repeats_no_login_in_errors),
		cmocka_unit_test(giturl_hide_login__leaves_nothing_of_it),
		cmocka_unit_test(giturl_parse_sub__resolves_relative_urls),
		cmocka_unit_test(giturl_parse_sub__gives_a_login_to_its_origin_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

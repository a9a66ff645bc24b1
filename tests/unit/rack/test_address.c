/* SPDX-License-Identifier: MIT */
/* Addresses of racks. */
#include "core/rack/address.h"

#include <string.h>

#include "tests/unit/unit.h"

static void expect(const char *text, const char *base, const char *prefix, const char *user,
	const char *password)
{
	rd_address a = {0};

	assert_int_equal(rd_address_parse(text, "RACK_URL", &a, NULL), RD_OK);
	assert_string_equal(a.base, base);
	assert_string_equal(a.prefix, prefix);
	if (user)
		assert_string_equal(a.user, user);
	else
		assert_null(a.user);
	if (password)
		assert_string_equal(a.password, password);
	else
		assert_null(a.password);
	rd_address_done(&a);
}

static void address_parse__takes_it_apart(void **state RD_UNUSED)
{
	expect("https://convox:abc@rack.example.com", "https://rack.example.com", "", "convox",
		"abc");
	expect("http://127.0.0.1:5443/", "http://127.0.0.1:5443", "", NULL, NULL);
	expect("https://u@h/a/b//", "https://h", "/a/b", "u", "");
	expect("https://c:p%40s%3a%2F%25@[::1]:1/x", "https://[::1]:1", "/x", "c", "p@s:/%");
	expect("https://c:a:b@h", "https://h", "", "c", "a:b");
	expect("https://c:a@b@h", "https://h", "", "c", "a@b");
	expect("HTTPS://c:a@h:65535", "https://h:65535", "", "c", "a");
	expect("https://c:100%@h", "https://h", "", "c", "100%");
}

static void address_parse__refuses_others_without_telling_them(void **state RD_UNUSED)
{
	static const char *const bad[] = {"", "secret", "ftp://c:secret@h", "https://",
		"https://c:secret@", "https://c:secret@h:", "https://c:secret@h:x",
		"https://c:secret@h:123456", "https://c:secret@h:65536", "https://c:secret@h?x=1",
		"https://c:secret@h#x", "https://c:secret @h", "https://c:secret@h\n",
		"https://c:secret@a b", "https://c:secret%00@h", "https://c:secret@[::1",
		"https://c:secret@h;x"};

	for (size_t i = 0; i < RD_LEN(bad); i++) {
		rd_address a = {0};
		rd_err err = {0};

		assert_int_equal(rd_address_parse(bad[i], "RACK_URL", &a, &err), RD_EINVAL);
		assert_null(strstr(err.msg, "secret"));
		assert_non_null(strstr(err.msg, "RACK_URL"));
	}
}

static void address_is_local__takes_no_names_that_look_like_it(void **state RD_UNUSED)
{
	static const char *const local[] = {"localhost", "LOCALHOST:5443", "127.0.0.1",
		"127.0.0.1:1", "127.9.9.9", "::1", "[::1]", "[::1]:5443"};
	static const char *const other[] = {"", ":1", "localhost.example.com", "127.0.0.1.nip.io",
		"127.example.com:80", "128.0.0.1", "0.0.0.0", "[::1].example.com", "[::2]",
		"xlocalhost", "127.0.0.1 "};

	for (size_t i = 0; i < RD_LEN(local); i++)
		assert_true(rd_address_is_local(local[i]));
	for (size_t i = 0; i < RD_LEN(other); i++)
		assert_false(rd_address_is_local(other[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_parse__takes_it_apart),
		cmocka_unit_test(address_parse__refuses_others_without_telling_them),
		cmocka_unit_test(address_is_local__takes_no_names_that_look_like_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

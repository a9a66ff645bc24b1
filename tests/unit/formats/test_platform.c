/* SPDX-License-Identifier: MIT */
/* Names of platforms. */
#include "core/formats/platform.h"
#include "tests/unit/unit.h"

static void assert_put(const char *os, const char *arch, const char *wanted)
{
	rd_str s = RD_STR_INIT(0);

	rd_platform_put(os, arch, &s);
	assert_string_equal(rd_str_get(&s), wanted);
	rd_str_done(&s);
}

static void put__takes_the_names_of_uname(void **state RD_UNUSED)
{
	assert_put("linux", "x86_64", "linux/amd64");
	assert_put("linux", "aarch64", "linux/arm64");
	assert_put("linux", "riscv64", "linux/riscv64");
	assert_put("", "x86_64", "");
	assert_put("linux", "", "");
}

static void is__takes_short_forms_and_other_names(void **state RD_UNUSED)
{
	assert_true(rd_platform_is("linux/amd64", "linux/amd64"));
	assert_true(rd_platform_is("linux/amd64", "Linux/x86_64"));
	assert_true(rd_platform_is("linux/amd64", "amd64"));
	assert_true(rd_platform_is("linux/amd64", "linux"));
	assert_true(rd_platform_is("linux/arm64", "linux/arm64/v8"));
	assert_false(rd_platform_is("linux/amd64", "linux/arm64"));
	assert_false(rd_platform_is("linux/amd64", "arm64"));
	assert_false(rd_platform_is("linux/amd64", "windows/amd64"));
	assert_false(rd_platform_is("linux/amd64", "windows"));
	assert_false(rd_platform_is("linux/amd64", "linux/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put__takes_the_names_of_uname),
		cmocka_unit_test(is__takes_short_forms_and_other_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

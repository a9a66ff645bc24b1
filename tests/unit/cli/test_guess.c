/* SPDX-License-Identifier: MIT */
/* rd_guess: near names are found, far ones are not. */
#include "tests/unit/unit.h"

#include <string.h>

#include "cli/guess.h"
#include "core/base/macros.h"

static const char *guess(const char *typed)
{
	static const char *const names[] = {"build", "builds", "builds logs", "releases", "env"};
	rd_guess g = RD_GUESS_INIT(typed);

	for (size_t i = 0; i < RD_LEN(names); i++)
		rd_guess_try(&g, names[i]);
	return rd_guess_best(&g);
}

static void best__finds_the_nearest(void **state RD_UNUSED)
{
	assert_string_equal(guess("bilds"), "builds");
	assert_string_equal(guess("biuld"), "build");
	assert_string_equal(guess("builds lgos"), "builds logs");
	assert_string_equal(guess("realeses"), "releases");
	assert_string_equal(guess("evn"), "env");
}

static void best__leaves_other_words_alone(void **state RD_UNUSED)
{
	char longest[100];

	memset(longest, 'b', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(guess(""));
	assert_null(guess("x"));
	assert_null(guess("frobnicate"));
	assert_null(guess(longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(best__finds_the_nearest),
		cmocka_unit_test(best__leaves_other_words_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* rd_args: flags in every form, words, and what is wrong with them. */
#include "tests/unit/unit.h"

#include "cli/args.h"
#include "cli/flags.h"

static const rd_flag flag_yes = {"yes", 'y', NULL, "do not ask"};
static const rd_flag flag_arg = {"build-args", 0, "NAME=VALUE", "an argument"};
static const rd_flag *const flags[] = {
	&rd_flag_app, &rd_flag_limit, &rd_flag_promote, &flag_yes, &flag_arg, NULL};
static const rd_command cmd = {
	.name = "builds show", .words = "ID", .min_words = 1, .max_words = 2, .flags = flags};

#define PARSE(args, err, ...) rd_args_parse(&cmd, (char *const[]){__VA_ARGS__, NULL}, (args), (err))

/* argv is not const, as main's is not. */
static char word[] = "BX", app[] = "-a", shop[] = "shop", app_long[] = "--app=web";

static void parse__takes_words_and_flags_in_any_order(void **state RD_UNUSED)
{
	rd_args a;

	assert_int_equal(PARSE(&a, NULL, app, shop, word), RD_OK);
	assert_string_equal(rd_args_word(&a, 0), "BX");
	assert_null(rd_args_word(&a, 1));
	assert_string_equal(rd_args_text(&a, &rd_flag_app), "shop");
	assert_false(rd_args_has(&a, &flag_yes));
	rd_args_done(&a);
	assert_int_equal(PARSE(&a, NULL, word, app, shop), RD_OK);
	assert_string_equal(rd_args_word(&a, 0), "BX");
	assert_string_equal(rd_args_text(&a, &rd_flag_app), "shop");
	rd_args_done(&a);
}

static void parse__knows_every_form_of_a_value(void **state RD_UNUSED)
{
	static char forms[][12] = {"-l5", "-l=5", "--limit=5"};
	static char l[] = "-l", limit[] = "--limit", five[] = "5";
	rd_args a;

	for (size_t i = 0; i < RD_LEN(forms); i++) {
		assert_int_equal(PARSE(&a, NULL, word, forms[i]), RD_OK);
		assert_string_equal(rd_args_text(&a, &rd_flag_limit), "5");
		rd_args_done(&a);
	}
	assert_int_equal(PARSE(&a, NULL, word, l, five), RD_OK);
	assert_string_equal(rd_args_text(&a, &rd_flag_limit), "5");
	rd_args_done(&a);
	assert_int_equal(PARSE(&a, NULL, word, limit, five), RD_OK);
	assert_string_equal(rd_args_text(&a, &rd_flag_limit), "5");
	rd_args_done(&a);
}

static void parse__splits_letters_and_ends_flags(void **state RD_UNUSED)
{
	static char letters[] = "-pyl7", end[] = "--", dashed[] = "-x";
	rd_args a;

	assert_int_equal(PARSE(&a, NULL, letters, end, dashed), RD_OK);
	assert_true(rd_args_has(&a, &rd_flag_promote));
	assert_true(rd_args_has(&a, &flag_yes));
	assert_string_equal(rd_args_text(&a, &rd_flag_limit), "7");
	assert_string_equal(rd_args_word(&a, 0), "-x");
	rd_args_done(&a);
}

static void parse__keeps_every_value_and_the_last_one_counts(void **state RD_UNUSED)
{
	static char one[] = "--build-args=A=1", two[] = "--build-args", two_value[] = "B=2";
	size_t pos = 0;
	rd_args a;

	assert_int_equal(PARSE(&a, NULL, word, one, app, shop, app_long, two, two_value), RD_OK);
	assert_string_equal(rd_args_text(&a, &rd_flag_app), "web");
	assert_string_equal(rd_args_each(&a, &flag_arg, &pos), "A=1");
	assert_string_equal(rd_args_each(&a, &flag_arg, &pos), "B=2");
	assert_null(rd_args_each(&a, &flag_arg, &pos));
	rd_args_done(&a);
}

static void parse__names_what_is_wrong(void **state RD_UNUSED)
{
	static char typo[] = "--limti=3", unknown[] = "--colour", letter[] = "-q", l[] = "-l";
	static char yes_value[] = "--yes=1", empty[] = "";
	rd_args a;
	rd_err err;

	assert_int_equal(PARSE(&a, &err, word, typo), RD_EINVAL);
	assert_string_equal(err.msg, "unknown flag '--limti': did you mean '--limit'?");
	assert_int_equal(PARSE(&a, &err, word, unknown), RD_EINVAL);
	assert_string_equal(err.msg, "unknown flag '--colour': see 'rackdeck builds show --help'");
	assert_int_equal(PARSE(&a, &err, word, letter), RD_EINVAL);
	assert_string_equal(err.msg, "unknown flag '-q': see 'rackdeck builds show --help'");
	assert_int_equal(PARSE(&a, &err, word, l), RD_EINVAL);
	assert_string_equal(err.msg, "flag '--limit' needs a value: --limit N");
	assert_int_equal(PARSE(&a, &err, word, yes_value), RD_EINVAL);
	assert_string_equal(err.msg, "flag '--yes' takes no value");
	assert_int_equal(PARSE(&a, &err, word, empty, shop), RD_EINVAL);
	assert_string_equal(err.msg,
		"unexpected argument 'shop': see 'rackdeck builds show --help'");
	assert_int_equal(PARSE(&a, &err, app, shop), RD_EINVAL);
	assert_string_equal(err.msg, "missing argument: usage: rackdeck builds show ID");
}

static void parse__help_needs_no_words(void **state RD_UNUSED)
{
	static char help[] = "--help";
	rd_args a;

	assert_int_equal(PARSE(&a, NULL, help), RD_OK);
	assert_true(rd_args_has(&a, &rd_flag_help));
	rd_args_done(&a);
}

static void hide__overwrites_the_values_of_one_flag(void **state RD_UNUSED)
{
	char joined[] = "--build-args=A=secret", flag[] = "--build-args", apart[] = "B=secret";
	rd_args a;

	assert_int_equal(PARSE(&a, NULL, word, app, shop, joined, flag, apart), RD_OK);
	rd_args_hide(&a, &flag_arg);
	assert_string_equal(joined, "--build-args=********");
	assert_string_equal(apart, "********");
	assert_string_equal(shop, "shop");
	rd_args_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse__takes_words_and_flags_in_any_order),
		cmocka_unit_test(parse__knows_every_form_of_a_value),
		cmocka_unit_test(parse__splits_letters_and_ends_flags),
		cmocka_unit_test(parse__keeps_every_value_and_the_last_one_counts),
		cmocka_unit_test(parse__names_what_is_wrong),
		cmocka_unit_test(parse__help_needs_no_words),
		cmocka_unit_test(hide__overwrites_the_values_of_one_flag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

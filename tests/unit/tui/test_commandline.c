/* SPDX-License-Identifier: MIT */
/* Words of the palette: all actions are there, and some letters find the right one first. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "tui/commandline.h"

static bool find(const char *name, rd_word *ret_word)
{
	for (size_t i = 0; rd_word_at(i, ret_word); i++)
		if (!strcmp(ret_word->name, name))
			return true;
	return false;
}

static void words__are_all_actions_but_those_of_dialogs(void **state RD_UNUSED)
{
	static const char *const others[] = {"map", "app", "rack", "grep", "w"};
	rd_word word;
	size_t n = 0;

	while (rd_word_at(n, &word))
		n++;
	for (int a = RD_ACTION_NONE + 1; a < RD_ACTION_MAX_; a++) {
		const rd_action_info *info = rd_action_get((rd_action)a);
		bool is_word = info->scope != RD_SCOPE_DIALOG && a != RD_ACTION_PALETTE;

		assert_int_equal(find(info->name, &word), is_word);
		if (is_word)
			assert_int_equal(word.action, a);
		n -= is_word;
	}
	for (size_t i = 0; i < RD_LEN(others); i++)
		assert_true(find(others[i], &word));
	assert_int_equal(n, RD_LEN(others));
}

static void fit__begin_before_part_before_letters_before_help(void **state RD_UNUSED)
{
	rd_word promote, theme, zoom;

	assert_true(find("promote", &promote) && find("theme", &theme) && find("zoom", &zoom));
	assert_true(rd_word_fit(&promote, "promote") > rd_word_fit(&promote, "pro"));
	assert_true(rd_word_fit(&promote, "pro") > rd_word_fit(&promote, "mote"));
	assert_true(rd_word_fit(&promote, "mote") > rd_word_fit(&promote, "pmt"));
	assert_true(rd_word_fit(&promote, "pmt") > rd_word_fit(&promote, "release"));
	assert_true(rd_word_fit(&promote, "release") > 0);
	assert_true(rd_word_fit(&theme, "THM") > 0);
	assert_int_equal(rd_word_fit(&zoom, "zx"), 0);
	assert_true(rd_word_fit(&zoom, "") > 0);
}

static void history__keeps_the_newest_once(void **state RD_UNUSED)
{
	char dir[] = "/tmp/rackdeck-history-XXXXXX", line[32];
	rd_strs lines = {0};

	assert_non_null(mkdtemp(dir));
	setenv("XDG_DATA_HOME", dir, 1);
	assert_int_equal(rd_history_read(&lines, NULL), RD_OK);
	assert_int_equal(lines.len, 0);
	for (int i = 0; i < 600; i++) {
		snprintf(line, sizeof(line), "promote R%d", i);
		assert_int_equal(rd_history_add(line, NULL), RD_OK);
	}
	assert_int_equal(rd_history_add("promote R200", NULL), RD_OK);
	assert_int_equal(rd_history_read(&lines, NULL), RD_OK);
	assert_int_equal(lines.len, 499);
	assert_string_equal(lines.items[498], "promote R200");
	assert_string_equal(lines.items[497], "promote R599");
	assert_string_equal(lines.items[0], "promote R101");
	rd_strs_done(&lines);
	assert_int_equal(rd_rmtree(dir, NULL), RD_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words__are_all_actions_but_those_of_dialogs),
		cmocka_unit_test(fit__begin_before_part_before_letters_before_help),
		cmocka_unit_test(history__keeps_the_newest_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

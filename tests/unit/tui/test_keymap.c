/* SPDX-License-Identifier: MIT */
/* Keys and the keymap: spelling, conflicts, pairs, rebinding. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "tui/keymap.h"

static rd_key key(const char *text)
{
	rd_key k = {0, 0};

	assert_int_equal(rd_key_parse(text, strlen(text), &k), strlen(text));
	return k;
}

static rd_keymap *make(void)
{
	rd_keymap *m = NULL;
	rd_err err = {0};

	if (rd_keymap_new(&m, &err))
		fail_msg("%s", err.msg);
	return m;
}

static rd_action feed(const rd_keymap *m, rd_scope scope, const char *text)
{
	rd_key pending = {0, 0};

	return rd_keymap_feed(m, scope, &pending, key(text));
}

static void key__spelling_reads_back(void **state RD_UNUSED)
{
	static const char *const spellings[] = {"j", "P", "/", "$", "^D", "^W", "M-x", "Enter",
		"Esc", "Tab", "S-Tab", "Space", "Backspace", "Del", "PgUp", "F1", "F10", "F12",
		"S-Up", "^Left", "M-^Left", "é", "界", "^", "-", "M--"};
	char buf[RD_KEY_TEXT_SIZE];

	for (size_t i = 0; i < RD_LEN(spellings); i++)
		assert_string_equal(rd_key_text(key(spellings[i]), buf, sizeof(buf)), spellings[i]);
}

static void key__what_is_no_key_is_refused(void **state RD_UNUSED)
{
	rd_key k = {7, 7};

	assert_int_equal(rd_key_parse("", 0, &k), 0);
	assert_int_equal(rd_key_parse("\n", 1, &k), 0);
	assert_int_equal(rd_key_parse(" ", 1, &k), 0);
	assert_int_equal(k.code, 7);
}

static void key__text_is_what_types_a_character(void **state RD_UNUSED)
{
	assert_true(rd_key_is_text(key("a")));
	assert_true(rd_key_is_text(key("Space")));
	assert_true(rd_key_is_text(key("界")));
	assert_false(rd_key_is_text(key("Enter")));
	assert_false(rd_key_is_text(key("^A")));
	assert_false(rd_key_is_text(key("M-a")));
}

/* The defaults are bound one after the other, so a conflict among them makes new fail. */
static void defaults__have_no_conflict(void **state RD_UNUSED)
{
	rd_keymap *m = make();

	for (int a = RD_ACTION_NONE + 1; a < RD_ACTION_MAX_; a++) {
		const rd_action_info *info = rd_action_get((rd_action)a);

		assert_int_equal(rd_action_named(info->name), a);
		assert_true(info->help[0] != '\0');
	}
	rd_keymap_free(m);
}

/* A pane's scope may hide a key of RD_SCOPE_MOVE or RD_SCOPE_GLOBAL, but never one that changes the
 * rack, quits, or moves between panes. */
static void defaults__no_pane_hides_a_key_that_must_work(void **state RD_UNUSED)
{
	static const rd_action sacred[] = {RD_ACTION_QUIT, RD_ACTION_BACK, RD_ACTION_HELP,
		RD_ACTION_PANE_NEXT, RD_ACTION_SUSPEND, RD_ACTION_INTERRUPT, RD_ACTION_BUILD,
		RD_ACTION_PROMOTE, RD_ACTION_ROLLBACK, RD_ACTION_CANCEL};
	static const rd_scope panes[] = {RD_SCOPE_LIST, RD_SCOPE_LOG, RD_SCOPE_STEPS};
	rd_keymap *m = make();

	for (size_t i = 0; i < RD_LEN(sacred); i++)
		for (size_t j = 0; j < RD_LEN(panes); j++)
			assert_int_equal(feed(m, panes[j], rd_keymap_first(m, sacred[i])),
				sacred[i]);
	rd_keymap_free(m);
}

/* Capital letters change the rack; lower-case letters never do. */
static void defaults__lower_case_changes_nothing(void **state RD_UNUSED)
{
	for (int a = RD_ACTION_NONE + 1; a < RD_ACTION_MAX_; a++) {
		const rd_action_info *info = rd_action_get((rd_action)a);

		if (info->mutates && info->default_keys[0])
			assert_true(info->default_keys[0] >= 'A' && info->default_keys[0] <= 'Z');
	}
}

static void feed__the_pane_comes_before_the_rest(void **state RD_UNUSED)
{
	rd_keymap *m = make();

	assert_int_equal(feed(m, RD_SCOPE_LIST, "Enter"), RD_ACTION_OPEN);
	assert_int_equal(feed(m, RD_SCOPE_LOG, "j"), RD_ACTION_DOWN);
	assert_int_equal(feed(m, RD_SCOPE_LOG, "P"), RD_ACTION_PROMOTE);
	assert_int_equal(feed(m, RD_SCOPE_LOG, "~"), RD_ACTION_NONE);
	rd_keymap_free(m);
}

static void feed__dialogs_hide_the_globals(void **state RD_UNUSED)
{
	rd_keymap *m = make();

	assert_int_equal(feed(m, RD_SCOPE_DIALOG, "P"), RD_ACTION_NONE);
	assert_int_equal(feed(m, RD_SCOPE_DIALOG, "Q"), RD_ACTION_NONE);
	assert_int_equal(feed(m, RD_SCOPE_DIALOG, "q"), RD_ACTION_REFUSE);
	assert_int_equal(feed(m, RD_SCOPE_DIALOG, "j"), RD_ACTION_DOWN);
	rd_keymap_free(m);
}

static void feed__pairs_of_keys(void **state RD_UNUSED)
{
	rd_keymap *m = make();
	rd_key pending = {0, 0};

	assert_int_equal(rd_keymap_feed(m, RD_SCOPE_LOG, &pending, key("^W")), RD_ACTION_NONE);
	assert_true(rd_key_same(pending, key("^W")));
	assert_int_equal(rd_keymap_feed(m, RD_SCOPE_LOG, &pending, key("v")), RD_ACTION_SPLIT);
	assert_int_equal(pending.code, 0);
	assert_int_equal(rd_keymap_feed(m, RD_SCOPE_LOG, &pending, key("^W")), RD_ACTION_NONE);
	assert_int_equal(rd_keymap_feed(m, RD_SCOPE_LOG, &pending, key("P")), RD_ACTION_NONE);
	assert_int_equal(pending.code, 0);
	rd_keymap_free(m);
}

static void bind__replaces_and_reports_conflicts(void **state RD_UNUSED)
{
	rd_keymap *m = make();
	rd_err err = {0};

	assert_int_equal(rd_keymap_bind(m, RD_ACTION_PROMOTE, "p ^Wp", &err), RD_OK);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "p"), RD_ACTION_PROMOTE);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "P"), RD_ACTION_NONE);
	assert_string_equal(rd_keymap_first(m, RD_ACTION_PROMOTE), "p");
	assert_string_equal(rd_keymap_keys(m, RD_ACTION_PROMOTE), "p ^Wp");
	assert_int_equal(rd_keymap_bind(m, RD_ACTION_PROMOTE, "B", &err), RD_EEXIST);
	assert_non_null(strstr(err.msg, "'build'"));
	assert_int_equal(rd_keymap_bind(m, RD_ACTION_PROMOTE, "^W", &err), RD_EEXIST);
	assert_int_equal(rd_keymap_bind(m, RD_ACTION_PROMOTE, "abc", &err), RD_EINVAL);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "p"), RD_ACTION_PROMOTE);
	assert_int_equal(rd_keymap_bind(m, RD_ACTION_PROMOTE, "", &err), RD_OK);
	assert_string_equal(rd_keymap_first(m, RD_ACTION_PROMOTE), "");
	rd_keymap_free(m);
}

static rd_code load(rd_keymap *m, const char *text, rd_err *err)
{
	char path[] = "/tmp/rackdeck-keys-XXXXXX";
	int fd = mkstemp(path);
	rd_code code;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	code = rd_keymap_load(m, path, err);
	unlink(path);
	return code;
}

static void load__two_actions_change_their_keys(void **state RD_UNUSED)
{
	rd_keymap *m = make();
	rd_err err = {0};

	if (load(m, "build: P\npromote: [B, F8]\n", &err))
		fail_msg("%s", err.msg);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "P"), RD_ACTION_BUILD);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "B"), RD_ACTION_PROMOTE);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "F7"), RD_ACTION_NONE);
	rd_keymap_free(m);
}

/* The wrong line is named; its action keeps its keys, the lines around it count. */
static void load__conflicts_have_a_line(void **state RD_UNUSED)
{
	rd_keymap *m = make();
	rd_err err = {0};
	char text[4096];

	assert_int_equal(load(m, "# mine\nzoom: Z\npromote: B\nquit: [Z, ^Q]\nhelp: K\n", &err),
		RD_EEXIST);
	assert_non_null(strstr(rd_err_text(&err, text, sizeof(text)),
		":3: the key 'B' of 'promote' is that of 'build'"));
	assert_int_equal(feed(m, RD_SCOPE_LIST, "Z"), RD_ACTION_ZOOM);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "P"), RD_ACTION_PROMOTE);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "Q"), RD_ACTION_QUIT);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "K"), RD_ACTION_HELP);
	rd_keymap_free(m);
}

/* All that is wrong is told at once, in the order of the file. */
static void load__every_trouble_is_told(void **state RD_UNUSED)
{
	rd_keymap *m = make();
	rd_err err = {0};
	char text[4096];

	assert_int_equal(load(m, "zoom: {a: b}\nnosuch: x\nquit: Hello\ntop: ö\n", &err),
		RD_EINVAL);
	assert_non_null(strstr(rd_err_text(&err, text, sizeof(text)),
		":1: the keys of 'zoom' are a key or a list of keys; line 2: there is no action "
		"'nosuch'; line 3: cannot read the key 'Hello' of 'quit'"));
	assert_int_equal(feed(m, RD_SCOPE_LIST, "z"), RD_ACTION_ZOOM);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "ö"), RD_ACTION_TOP);
	rd_keymap_free(m);
}

/* A key that counts everywhere but where it is wanted most. */
static void load__a_key_that_panes_hide_is_told(void **state RD_UNUSED)
{
	rd_keymap *m = make();
	rd_err err = {0};
	char text[4096];

	assert_int_equal(load(m, "promote: t\n", &err), RD_EEXIST);
	assert_non_null(strstr(rd_err_text(&err, text, sizeof(text)),
		":1: in Lists the key 't' of 'promote' is that of 'steps': give 'steps' another "
		"one"));
	assert_int_equal(feed(m, RD_SCOPE_STEPS, "t"), RD_ACTION_PROMOTE);
	rd_keymap_free(m);
	m = make();
	assert_int_equal(load(m, "promote: t\nsteps: K\ntime: M-t\nexport: E\n", &err), RD_OK);
	assert_int_equal(feed(m, RD_SCOPE_LIST, "t"), RD_ACTION_PROMOTE);
	rd_keymap_free(m);
}

/* What the manual says: "name   keys", as roff writes it. */
static void put_roff(rd_str *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '-')
			rd_str_put(out, "\\-");
		else if (*text == '^')
			rd_str_put(out, "\\(ha");
		else if (*text == '\'')
			rd_str_put(out, "\\(aq");
		else
			rd_str_putc(out, *text);
	}
}

static void manual__names_every_action_with_its_keys(void **state RD_UNUSED)
{
	const char *top = getenv("top_srcdir");
	RD_STR_AUTO
	rd_str page = RD_STR_INIT(1024 * 1024);
	char path[4096];

	snprintf(path, sizeof(path), "%s/man/rackdeck-keys.5", top ? top : "..");
	assert_int_equal(rd_file_read(path, 1024 * 1024, &page, NULL), RD_OK);
	for (int a = RD_ACTION_NONE + 1; a < RD_ACTION_MAX_; a++) {
		const rd_action_info *info = rd_action_get((rd_action)a);
		RD_STR_AUTO
		rd_str line = RD_STR_INIT(1024);

		rd_str_put(&line, ".BR ");
		put_roff(&line, info->name);
		rd_str_put(&line, " \"   ");
		put_roff(&line, info->default_keys);
		rd_str_put(&line, "\"\n");
		if (!strstr(page.data, line.data))
			fail_msg("rackdeck-keys.5 has no line %s", line.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key__spelling_reads_back),
		cmocka_unit_test(key__what_is_no_key_is_refused),
		cmocka_unit_test(key__text_is_what_types_a_character),
		cmocka_unit_test(defaults__have_no_conflict),
		cmocka_unit_test(defaults__no_pane_hides_a_key_that_must_work),
		cmocka_unit_test(defaults__lower_case_changes_nothing),
		cmocka_unit_test(feed__the_pane_comes_before_the_rest),
		cmocka_unit_test(feed__dialogs_hide_the_globals),
		cmocka_unit_test(feed__pairs_of_keys),
		cmocka_unit_test(manual__names_every_action_with_its_keys),
		cmocka_unit_test(load__two_actions_change_their_keys),
		cmocka_unit_test(load__conflicts_have_a_line),
		cmocka_unit_test(load__every_trouble_is_told),
		cmocka_unit_test(load__a_key_that_panes_hide_is_told),
		cmocka_unit_test(bind__replaces_and_reports_conflicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

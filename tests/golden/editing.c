/* SPDX-License-Identifier: MIT */
/* The real binary on a pseudo-terminal: what its dialogs change is changed on the rack. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/rack/environment.h"
#include "core/rack/select.h"
#include "tests/golden/stage.h"

static char editor[300];
static rd_rack *rack;

static void start(void)
{
	const char *env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1", "VISUAL",
		editor, "RACK_URL", NULL};

	start_console(100, 30, env, "BXCVQWERTYU");
}

static void check_value(const char *name, const char *value)
{
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};

	assert_int_equal(rd_release_env(rack, "web", &env, NULL), RD_OK);
	if (value)
		assert_string_equal(rd_or_empty(rd_kvs_get(&env, name)), value);
	else
		assert_null(rd_kvs_get(&env, name));
}

static void env__is_changed_by_pasted_lines(void **state RD_UNUSED)
{
	start();
	press("v");
	wait_for("of the newest release");
	wait_for("TOKEN");
	assert_false(vt_shows(&shown, "secret1"));
	press("r");
	wait_for("secret1");
	press("a");
	wait_for("NAME=VALUE");
	press("\033[200~# two\nONE=1\n\nTWO=a=b\n\033[201~");
	wait_for("a=b");
	press("a");
	wait_for("NAME=VALUE");
	press("\033[200~no pair\nA=1\n\033[201~");
	wait_for("line 1 is not of the form NAME=VALUE");
	wait_for("take it");
	press("\033");
	wait_without("take it");
	press("\023");
	say_yes("y make the release");
	wait_for("is active once it is promoted");
	check_value("ONE", "1");
	check_value("TWO", "a=b");
	check_value("TOKEN", "secret1");
}

/* The editor's file is for the owner alone and gone after; what it cannot read is there once more. */
static void env__is_changed_in_the_editor(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str told = RD_STR_INIT(0);
	char path[200];

	start();
	press("v");
	wait_for("of the newest release");
	wait_for("TOKEN");
	press("e");
	wait_for("line 2 is not of the form NAME=VALUE");
	press("e");
	wait_for("+ EDITED");
	wait_without("is not of the form");
	snprintf(path, sizeof(path), "%s/told", seed.dir);
	assert_int_equal(rd_file_read(path, 4096, &told, NULL), RD_OK);
	assert_memory_equal(rd_str_get(&told), "600 ", 4);
	assert_null(strstr(rd_str_get(&told), "kept no\n"));
	told.data[strcspn(told.data, "\n")] = '\0';
	assert_false(rd_file_exists(told.data + 4));
	press("\023");
	say_yes("y make the release");
	wait_for("is active once it is promoted");
	check_value("EDITED", "in an editor");
	check_value("TOKEN", NULL);
}

/* The password goes to the rack, and to no screen. */
static void registries__a_password_is_never_shown(void **state RD_UNUSED)
{
	RD_AUTO(rd_registries_done) rd_vec kept = RD_VEC_INIT(rd_registry);

	start();
	press("a");
	wait_for("without a login");
	press("a");
	wait_dialog("Password");
	press("registry.example.com\tci\thunter2");
	wait_for("*******");
	press("\023");
	wait_for("the login of registry.example.com is kept");
	assert_null(strstr(rd_str_get(&shown.raw), "hunter2"));
	assert_int_equal(rack->registries->list(rack, &kept, NULL), RD_OK);
	assert_int_equal(kept.len, 1);
	assert_string_equal(((const rd_registry *)rd_vec_at(&kept, 0))->username, "ci");
}

/* Left as they came they leave no file; what is right in them counts at once, what is wrong is told. */
static void settings__count_once_they_are_edited(void **state RD_UNUSED)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/config/rackdeck/config.yml", seed.dir);
	start();
	press("\033OQ");
	wait_for("the settings are those of");
	assert_false(rd_file_exists(path));
	press("\033OQ");
	wait_for("there is no such setting");
	press("2jP");
	wait_for("protected: type web");
	press("\033");
	wait_without("protected: type web");
	press("\033OQ");
	wait_for("theme mono from now on");
}

/* First it writes a line that is no pair, then it finds that again and mends it. */
static void make_editor(void)
{
	char script[200];
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	snprintf(script, sizeof(script), "%s/editor", seed.dir);
	rd_str_printf(&text,
		"#!/bin/sh\n"
		"case $1 in */config.yml)\n"
		"\tif grep -q nope \"$1\"; then echo 'theme: mono' >\"$1\"\n"
		"\telif [ -e %s/settings ]; then printf 'confirm:\\n  local: type\\nnope: 1\\n' "
		">\"$1\"; fi\n"
		"\tgrep -q '^#theme' \"$1\" && touch %s/settings\n"
		"\texit\n"
		"esac\n"
		"if [ -e %s/told ]; then\n"
		"\tgrep -q '^no pair$' \"$1\" || echo kept no >>%s/told\n"
		"\tprintf '# mended\\nEDITED=in an editor\\n' >\"$1\"\n"
		"else\n"
		"\techo \"$(stat -c %%a \"$1\") $1\" >%s/told\n"
		"\tprintf 'A=1\\nno pair\\n' >\"$1\"\n"
		"fi\n",
		seed.dir, seed.dir, seed.dir, seed.dir, seed.dir);
	assert_int_equal(rd_file_write(script, text.data, text.len, NULL), RD_OK);
	assert_int_equal(chmod(script, 0700), 0);
	snprintf(editor, sizeof(editor), "EDITOR=%s", script);
}

static int make_all(void **state)
{
	if (stage_make(state) || rd_rack_open("local", &rack, NULL))
		return -1;
	make_editor();
	return 0;
}

static int drop_all(void **state)
{
	rd_rack_close(rack);
	return stage_drop(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(env__is_changed_by_pasted_lines, stage_end),
		cmocka_unit_test_teardown(env__is_changed_in_the_editor, stage_end),
		cmocka_unit_test_teardown(registries__a_password_is_never_shown, stage_end),
		cmocka_unit_test_teardown(settings__count_once_they_are_edited, stage_end),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}

/* SPDX-License-Identifier: MIT */
/* The real binary on a pseudo-terminal: what its dialogs change is changed on the rack. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/environment.h"
#include "core/rack/select.h"
#include "tests/golden/rig.h"
#include "tests/golden/vt.h"

static char golden_dir[400], binary[400], editor[300];
static rig_seed seed;
static rd_rack *rack;
static vt shown;

static int end_shown(void **state RD_UNUSED)
{
	if (shown.shell > 0)
		vt_end(&shown);
	return 0;
}

static void start(void)
{
	const char *argv[] = {binary, "console", "-a", "web", NULL};
	const char *env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1", "VISUAL",
		editor, "RACK_URL", NULL};

	assert_true(vt_start(&shown, 100, 30, argv, env));
	if (!vt_wait_text(&shown, "BXCVQWERTYU"))
		fail_msg("the console does not come up");
}

static void press(const char *keys)
{
	vt_type(&shown, keys, strlen(keys));
}

static void wait_for(const char *text)
{
	if (!vt_wait_text(&shown, text)) {
		RD_STR_AUTO rd_str screen = RD_STR_INIT(0);

		for (int y = 0; y < shown.rows; y++) {
			vt_row(&shown, y, &screen);
			rd_str_putc(&screen, '\n');
		}
		fprintf(stderr, "%s", rd_str_get(&screen));
		fail_msg("the console does not show '%s'", text);
	}
}

static bool shows_not(vt *v, const void *text)
{
	return !vt_shows(v, text);
}

static void wait_gone(const char *text)
{
	if (!vt_wait(&shown, shows_not, text))
		fail_msg("the console still shows '%s'", text);
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

/* Yes, once the dialog takes keys: it is deaf for its first moments. */
static bool asks_no_more(vt *v, const void *text)
{
	if (vt_shows(v, text))
		vt_type(v, "y", 1);
	return !vt_shows(v, text);
}

/* Types a letter into the first field until it is there, and takes it back. */
static bool has_letter(vt *v, const void *text)
{
	if (vt_shows(v, text))
		return true;
	vt_type(v, "\025}{", 3);
	return false;
}

static void wait_field(void)
{
	assert_true(vt_wait(&shown, has_letter, "}{"));
	press("\025");
}

static void say_yes(const char *question)
{
	wait_for(question);
	assert_true(vt_wait(&shown, asks_no_more, question));
}

static void env__is_changed_by_pasted_lines(void **state RD_UNUSED)
{
	start();
	press("v");
	wait_for("of the newest release");
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
	wait_gone("take it");
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
	press("e");
	wait_for("line 2 is not of the form NAME=VALUE");
	press("e");
	wait_for("+ EDITED");
	wait_gone("is not of the form");
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
	wait_for("Password");
	wait_field();
	press("registry.example.com\tci\thunter2");
	wait_for("*******");
	press("\023");
	wait_for("the login of registry.example.com is kept");
	assert_null(strstr(rd_str_get(&shown.raw), "hunter2"));
	assert_int_equal(rack->registries->list(rack, &kept, NULL), RD_OK);
	assert_int_equal(kept.len, 1);
	assert_string_equal(((const rd_registry *)rd_vec_at(&kept, 0))->username, "ci");
}

/* First it writes a line that is no pair, then it finds that again and mends it. */
static void make_editor(void)
{
	char script[200];
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	snprintf(script, sizeof(script), "%s/editor", seed.dir);
	rd_str_printf(&text,
		"#!/bin/sh\n"
		"if [ -e %s/told ]; then\n"
		"\tgrep -q '^no pair$' \"$1\" || echo kept no >>%s/told\n"
		"\tprintf '# mended\\nEDITED=in an editor\\n' >\"$1\"\n"
		"else\n"
		"\techo \"$(stat -c %%a \"$1\") $1\" >%s/told\n"
		"\tprintf 'A=1\\nno pair\\n' >\"$1\"\n"
		"fi\n",
		seed.dir, seed.dir, seed.dir);
	assert_int_equal(rd_file_write(script, text.data, text.len, NULL), RD_OK);
	assert_int_equal(chmod(script, 0700), 0);
	snprintf(editor, sizeof(editor), "EDITOR=%s", script);
}

static int make_seed(void **state RD_UNUSED)
{
	const char *top = getenv("top_srcdir"), *build = getenv("top_builddir");
	char themes[500];

	setlocale(LC_CTYPE, "C.UTF-8");
	snprintf(golden_dir, sizeof(golden_dir), "%s/tests/golden/play", top ? top : "..");
	snprintf(binary, sizeof(binary), "%s/rackdeck", build ? build : ".");
	snprintf(themes, sizeof(themes), "%s/themes", top ? top : "..");
	setenv("RACKDECK_THEMEDIR", themes, 1);
	if (rig_seed_make(golden_dir, &seed, NULL) || rd_rack_open("local", &rack, NULL))
		return -1;
	make_editor();
	return 0;
}

static int drop_seed(void **state RD_UNUSED)
{
	rd_rack_close(rack);
	rig_seed_done(&seed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(env__is_changed_by_pasted_lines, end_shown),
		cmocka_unit_test_teardown(env__is_changed_in_the_editor, end_shown),
		cmocka_unit_test_teardown(registries__a_password_is_never_shown, end_shown),
	};

	return cmocka_run_group_tests(tests, make_seed, drop_seed);
}

/* SPDX-License-Identifier: MIT */
/* The real binary and the user's own files: what they set, what is wrong in them, and what is kept in them. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "tests/golden/stage.h"

static void write_config(const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/config/rackdeck", seed.dir);
	assert_int_equal(rd_mkdirs(path, NULL), RD_OK);
	snprintf(path, sizeof(path), "%s/config/rackdeck/%s", seed.dir, name);
	assert_int_equal(rd_file_write(path, text, strlen(text), NULL), RD_OK);
}

static void remove_config(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/config", seed.dir);
	assert_int_equal(rd_rmtree(path, NULL), RD_OK);
}

static void check_message(const char *text)
{
	start_console(200, 40, plain_env, "BXCVQWERTYU");
	wait_for(text);
	vt_end(&shown);
	remove_config();
}

static void config__what_is_wrong_is_told_and_never_fatal(void **state RD_UNUSED)
{
	write_config("config.yml", "theme: nosuch\n");
	check_message("no theme 'nosuch': there are blue-orange, dracula, gruvbox-dark");
	write_config("config.yml", "theme: [\n");
	check_message("config.yml:");
	write_config("keys.yml", "promote: B\n");
	check_message("the key 'B' of 'promote' is that of 'build'");
	write_config("keys.yml", "nosuch: x\n");
	check_message("there is no action 'nosuch'");
}

static void config__keys_are_bound_anew(void **state RD_UNUSED)
{
	write_config("keys.yml", "down: [e, Down]\npromote: p\n");
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	wait_for("p promote");
	press("jPe");
	wait_for("> BHGTPLKMNBV");
	press("p");
	wait_for("Promote RHJKLQWERTY");
	press("\003?");
	wait_for("p            make the release the active one");
	vt_end(&shown);
	remove_config();
}

/* A colour of the screen's first cells: the header's ground. */
static bool has_header(vt *v, const void *arg)
{
	VTermScreenCell got;

	return vterm_screen_get_cell(v->screen, (VTermPos){0, 0}, &got) &&
	       VTERM_COLOR_IS_INDEXED(&got.bg) && got.bg.indexed.idx == *(const int *)arg;
}

static void check_header(int color)
{
	wait_until(has_header, &color, "the header is of another colour");
}

/* Written as editors do it: a new file takes the place of the old one. */
static void edit_theme(const char *text)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/config/rackdeck/themes", seed.dir);
	assert_int_equal(rd_mkdirs(path, NULL), RD_OK);
	write_config("themes/mine.yml", text);
}

static void config__an_edited_theme_is_read_anew(void **state RD_UNUSED)
{
	static const int first = 17, second = 22;

	write_config("config.yml", "theme: mine\n");
	edit_theme("roles:\n  header: {bg: [blue, 17, '#00005f']}\n");
	start_console(200, 30, plain_env, "BXCVQWERTYU");
	check_header(first);
	edit_theme("roles:\n  header: {bg: [green, 22, '#005f00']}\n");
	check_header(second);
	edit_theme("roles:\n  header: {bg: [green, 300, '#005f00']}\n");
	wait_for("mine.yml:2:24: roles.header.bg: the second value");
	check_header(second);
	edit_theme("roles:\n  header: {bg: [blue, 17, '#00005f']}\n");
	check_header(first);
	remove_config(); /* without its file it stays */
	press("\x0cj");
	wait_for("> BHGTPLKMNBV");
	check_header(first);
	vt_end(&shown);
}

/* One that is broken at the start is mended while the console runs. */
static void config__a_broken_theme_is_mended_live(void **state RD_UNUSED)
{
	static const int mended = 17;

	write_config("config.yml", "theme: mine\n");
	edit_theme("roles:\n  header: {bg: [\n");
	start_console(200, 30, plain_env, "BXCVQWERTYU");
	wait_for("mine.yml:");
	edit_theme("roles:\n  header: {bg: [blue, 17, '#00005f']}\n");
	check_header(mended);
	vt_end(&shown);
	remove_config();
}

/* What was taken in the picker is there the next time. */
static void config__a_chosen_theme_is_kept(void **state RD_UNUSED)
{
	static const int slate = 235, dracula = 236;
	char path[300];

	start_console(200, 30, plain_env, "BXCVQWERTYU");
	check_header(slate);
	press("T");
	wait_for("high-contrast");
	press("gj\r");
	wait_for("theme dracula, from now on");
	vt_end(&shown);
	start_console(200, 30, plain_env, "BXCVQWERTYU");
	check_header(dracula);
	vt_end(&shown);
	snprintf(path, sizeof(path), "%s/data/rackdeck/console-theme", seed.dir);
	assert_int_equal(unlink(path), 0);
}

static bool has_file(vt *v RD_UNUSED, const void *path)
{
	return rd_file_exists(path);
}

/* A long build ends: bell, OSC and command tell it; nothing in the reason is taken for more. */
static void config__the_end_of_a_long_build_is_told(void **state RD_UNUSED)
{
	static const char sql[] = "UPDATE builds SET status = 'failed', reason = 'a;\x07"
				  "b\x1b]0;x', "
				  "ended_us = started_us + 61000000 WHERE id = 'BXCVQWERTYU'";
	static const char back[] = "UPDATE builds SET status = 'running', reason = '', ended_us = "
				   "0 WHERE id = 'BXCVQWERTYU'";
	char text[1200], told[300];
	RD_STR_AUTO
	rd_str got = RD_STR_INIT(4096);

	snprintf(told, sizeof(told), "%s/told", seed.dir);
	snprintf(text, sizeof(text),
		"notify:\n  after: 60\n  bell: true\n  osc: 777\n  command: 'printf "
		"\"%%s|%%s|%%s\" "
		"\"$1\" \"$2\" \"$3\" >%s.new && mv %s.new %s'\n",
		told, told, told);
	write_config("config.yml", text);
	start_console(120, 30, plain_env, "BXCVQWERTYU");
	assert_int_equal(rig_seed_sql(&seed, sql, NULL), RD_OK);
	wait_for("build BXCVQWERTYU failed after 01:01: a;");
	wait_until(has_file, told, "the command was not run");
	wait_written("\a\033]777;notify;rackdeck;build BXCVQWERTYU failed");
	assert_null(strstr(shown.raw.data, "\033]0;x"));
	assert_int_equal(rd_file_read(told, 4096, &got, NULL), RD_OK);
	assert_true(rd_starts_with(rd_str_get(&got), "build BXCVQWERTYU failed after 01:01: a;"));
	assert_true(rd_ends_with(rd_str_get(&got), "|BXCVQWERTYU|failed"));
	assert_null(strchr(rd_str_get(&got), '\033'));
	vt_end(&shown);
	assert_int_equal(rig_seed_sql(&seed, back, NULL), RD_OK);
	assert_int_equal(unlink(told), 0);
	remove_config();
}

/* Orders, closed views and the zoom are those of the last run. */
static void layout__is_kept_between_runs(void **state RD_UNUSED)
{
	const char *argv[] = {binary, "console", "-a", "web", NULL};

	start_console(80, 24, plain_env, "BXCVQWERTYU");
	press("ss");
	wait_for("sort:time");
	press("4x1J");
	wait_for("[4]Jobs");
	press("1z");
	wait_for("[1] Builds");
	press("Q");
	check_ended(0);
	assert_true(vt_start(&shown, 80, 24, argv, plain_env));
	wait_for("[1] Builds sort:time");
	press("z");
	wait_for("4 Jobs");
	vt_end(&shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(config__what_is_wrong_is_told_and_never_fatal, stage_end),
		cmocka_unit_test_teardown(config__keys_are_bound_anew, stage_end),
		cmocka_unit_test_teardown(config__an_edited_theme_is_read_anew, stage_end),
		cmocka_unit_test_teardown(config__a_broken_theme_is_mended_live, stage_end),
		cmocka_unit_test_teardown(config__a_chosen_theme_is_kept, stage_end),
		cmocka_unit_test_teardown(config__the_end_of_a_long_build_is_told, stage_end),
		cmocka_unit_test_teardown(layout__is_kept_between_runs, stage_end),
	};

	return cmocka_run_group_tests(tests, stage_make, stage_drop);
}

/* SPDX-License-Identifier: MIT */
/* The real binary, stopped and continued in all modes, and left by its terminal. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/golden/rig.h"
#include "tests/golden/vt.h"

#define STOP_CYCLES 100

static char binary[400];
static rig_seed seed;
static vt shown;

static int end_all(void **state RD_UNUSED)
{
	if (shown.shell > 0)
		vt_end(&shown);
	return 0;
}

static void start_with(vt *v, int cols, int rows, const char *const *argv)
{
	static const char *const env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR",
		"COLORTERM", "LINES", "COLUMNS", "TMUX", "DISPLAY", "WAYLAND_DISPLAY", "RACK_URL",
		"PAGER=true", "EDITOR=true", "VISUAL=true", NULL};

	assert_true(vt_start(v, cols, rows, argv, env));
}

static void start(vt *v, int cols, int rows)
{
	const char *argv[] = {binary, "console", "-a", "web", seed.dir, NULL};
	char path[300];

	snprintf(path, sizeof(path), "%s/data/rackdeck/console-layout", seed.dir);
	unlink(path); /* what the run before left open is not for this one */
	start_with(v, cols, rows, argv);
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

static bool hides(vt *v, const void *text)
{
	return !vt_shows(v, text);
}

static void check_restored(const char *when)
{
	const char *what = vt_unrestored(&shown);

	if (what)
		fail_msg("%s: %s was not restored", when, what);
}

static void check_ended(int want_status)
{
	assert_true(vt_wait_gone(&shown));
	assert_true(WIFEXITED(shown.status) && WEXITSTATUS(shown.status) == want_status);
	check_restored("at the end");
	vt_end(&shown);
}

/* ---- stopping ---- */

/* In each mode: lists, the log, a search being typed, a dialog, a form, with the mouse on. Every other time
 * by the signal. It goes on where it was. */
static void stop__in_all_modes_a_hundred_times(void **state RD_UNUSED)
{
	static const struct {
		const char *keys, *shows, *after;
	} modes[] = {{"1", "[1]Builds", ""}, {"4", "[4]Log", ""}, {"4/err", "/err", "\003"},
		{"?", "Keys of", "\003"}, {"1B", "Full log", "\003"}, {"1%", "mouse on", "%"},
		{":", "Command (", "\003"}};

	start(&shown, 80, 24);
	wait_for("BXCVQWERTYU");
	for (int i = 0; i < STOP_CYCLES; i++) {
		size_t k = (size_t)i % RD_LEN(modes);

		press(modes[k].keys);
		wait_for(modes[k].shows);
		if (i % 2)
			kill(shown.pid, SIGTSTP);
		else
			press("\032");
		assert_true(vt_wait_stopped(&shown));
		check_restored(modes[k].shows);
		vt_continue(&shown);
		wait_for(modes[k].shows);
		assert_true(shown.is_alt);
		press(modes[k].after);
		assert_true(!modes[k].after[0] || vt_wait(&shown, hides, modes[k].shows));
	}
	press("Q");
	check_ended(0);
}

/* A job in the background may not touch the terminal: it stops again, until it is brought to the front. */
static void stop__in_the_background_waits_for_fg(void **state RD_UNUSED)
{
	start(&shown, 80, 24);
	wait_for("BXCVQWERTYU");
	press("\032");
	assert_true(vt_wait_stopped(&shown));
	vt_continue_behind(&shown);
	assert_true(vt_wait_stopped(&shown));
	check_restored("in the background");
	vt_continue(&shown);
	wait_for("BXCVQWERTYU");
	kill(shown.pid, SIGCONT); /* nobody had stopped it */
	press("j");
	wait_for("> BHGTPLKMNBV");
	press("Q");
	check_ended(0);
}

/* ---- terminals that go ---- */

/* Nobody tells a process that ignores the signal: it sees the end of its input, and neither spins nor stays. */
static void lost__a_terminal_that_says_nothing(void **state RD_UNUSED)
{
	const char *argv[] = {
		"/bin/sh", "-c", "trap '' HUP; exec \"$0\" console -a web", binary, NULL};

	start_with(&shown, 80, 24, argv);
	wait_for("BXCVQWERTYU");
	vt_hang_up(&shown);
	assert_true(vt_wait_gone(&shown));
	vt_end(&shown);
}

static void lost__no_input_at_all(void **state RD_UNUSED)
{
	const char *argv[] = {"/bin/sh", "-c", "exec \"$0\" console -a web <&-", binary, NULL};

	start_with(&shown, 100, 90, argv); /* high: nothing scrolls away */
	wait_for("app web on rack local");
	assert_null(strchr(shown.raw.data, '\033'));
	vt_end(&shown);
}

static int make_seed(void **state RD_UNUSED)
{
	const char *src = getenv("top_srcdir"), *build = getenv("top_builddir");
	const char *other = getenv("RACKDECK_BIN");
	char golden_dir[500];

	setlocale(LC_CTYPE, "C.UTF-8");
	snprintf(golden_dir, sizeof(golden_dir), "%s/tests/golden/play", src ? src : "..");
	snprintf(binary, sizeof(binary), other ? "%s" : "%s/rackdeck",
		other   ? other
		: build ? build
			: ".");
	return rig_seed_make(golden_dir, &seed, NULL);
}

static int drop_seed(void **state RD_UNUSED)
{
	rig_seed_done(&seed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(stop__in_all_modes_a_hundred_times, end_all),
		cmocka_unit_test_teardown(stop__in_the_background_waits_for_fg, end_all),
		cmocka_unit_test_teardown(lost__a_terminal_that_says_nothing, end_all),
		cmocka_unit_test_teardown(lost__no_input_at_all, end_all),
	};

	return cmocka_run_group_tests(tests, make_seed, drop_seed);
}

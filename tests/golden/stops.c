/* SPDX-License-Identifier: MIT */
/* The real binary, stopped and continued in all modes, and left by its terminal. */
#include "tests/unit/unit.h"

#include <signal.h>

#include "tests/golden/stage.h"

#define STOP_CYCLES 100

static const char *const env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR", "COLORTERM",
	"LINES", "COLUMNS", "TMUX", "DISPLAY", "WAYLAND_DISPLAY", "RACK_URL", "PAGER=true",
	"EDITOR=true", "VISUAL=true", NULL};

/* ---- stopping ---- */

/* In each mode: lists, the log, a search being typed, a dialog, a form; every other round with the mouse on.
 * Every other time by the signal. It goes on where it was. */
static void stop__in_all_modes_a_hundred_times(void **state RD_UNUSED)
{
	static const struct {
		const char *keys, *shows, *after;
	} modes[] = {{"1", "[1]Builds", ""}, {"4", "[4]Log", ""}, {"4/err", "/err", "\003"},
		{"?", "Keys of", "\003"}, {"1B", "Full log", "\003"}, {"1%", "[1]Builds", ""},
		{":", "Command (", "\003"}};

	start_console(80, 24, env, "BXCVQWERTYU");
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
		if (modes[k].after[0])
			wait_without(modes[k].shows);
	}
	press("Q");
	check_ended(0);
}

/* A job in the background may not touch the terminal: it stops again, until it is brought to the front. */
static void stop__in_the_background_waits_for_fg(void **state RD_UNUSED)
{
	start_console(80, 24, env, "BXCVQWERTYU");
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

	assert_true(vt_start(&shown, 80, 24, argv, env));
	wait_for("BXCVQWERTYU");
	vt_hang_up(&shown);
	assert_true(vt_wait_gone(&shown));
	vt_end(&shown);
}

static void lost__no_input_at_all(void **state RD_UNUSED)
{
	const char *argv[] = {"/bin/sh", "-c", "exec \"$0\" console -a web <&-", binary, NULL};

	assert_true(vt_start(&shown, 100, 90, argv, env)); /* high: nothing scrolls away */
	wait_for("app web on rack local");
	assert_null(strchr(shown.raw.data, '\033'));
	vt_end(&shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(stop__in_all_modes_a_hundred_times, stage_end),
		cmocka_unit_test_teardown(stop__in_the_background_waits_for_fg, stage_end),
		cmocka_unit_test_teardown(lost__a_terminal_that_says_nothing, stage_end),
		cmocka_unit_test_teardown(lost__no_input_at_all, stage_end),
	};

	return cmocka_run_group_tests(tests, stage_make, stage_drop);
}

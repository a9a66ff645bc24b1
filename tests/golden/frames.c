/* SPDX-License-Identifier: MIT */
/* What the real binary writes for a frame: colours as they are wished, all of it shown at once where the
 * terminal can. */
#include "tests/unit/unit.h"

#include "tests/golden/stage.h"

#define ASKED "\033[?2026$p"
#define ANSWER "\033[?2026;2$y"
#define BEGUN "\033[?2026h"
#define SHOWN "\033[?2026l"

static void start(const char *flag, const char *const *env)
{
	const char *argv[] = {binary, "console", "-a", "web", flag, NULL};

	assert_true(vt_start(&shown, 80, 24, argv, env));
	wait_for("BXCVQWERTYU");
	wait_for("q quit");
}

static size_t count(const char *what)
{
	size_t n = 0;

	for (const char *at = rd_str_get(&shown.raw); (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* All that was begun is shown, and something was. */
static bool is_all_shown(vt *v RD_UNUSED, const void *arg RD_UNUSED)
{
	return count(BEGUN) > 0 && count(BEGUN) == count(SHOWN);
}

static void color__is_as_the_flag_says(void **state RD_UNUSED)
{
	static const struct {
		const char *flag, *no_color;
		bool is_colored;
	} wishes[] = {{"--color=never", "NO_COLOR", false}, {"--color=auto", "NO_COLOR", true},
		{"--color=auto", "NO_COLOR=1", false}, {"--color=auto", "NO_COLOR=", true},
		{"--color=always", "NO_COLOR=1", true}};

	for (size_t i = 0; i < RD_LEN(wishes); i++) {
		const char *env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "COLORTERM",
			wishes[i].no_color, NULL};

		start(wishes[i].flag, env);
		assert_int_equal(count("\033[38;") > 0, wishes[i].is_colored);
		vt_end(&shown);
	}
}

static void frame__is_shown_at_once_if_the_terminal_can(void **state RD_UNUSED)
{
	static const char *const env[] = {
		"TERM=xterm-256color", "LC_ALL=C.UTF-8", "COLORTERM", "TERM_PROGRAM", NULL};

	start(NULL, env);
	assert_int_equal(count(ASKED), 1);
	assert_int_equal(count(BEGUN), 0);
	press("\x1b[?2026;0$y2"); /* it cannot: nothing changes, and no letter of it is a key */
	wait_for("[2]Releases");
	assert_int_equal(count(BEGUN), 0);
	press(ANSWER "3");
	wait_for("[3]Steps");
	wait_until(is_all_shown, NULL, "what was begun is not shown");
	press("Q");
	check_ended(0);
}

static void frame__the_answer_may_come_in_pieces(void **state RD_UNUSED)
{
	static const char *const env[] = {
		"TERM=tmux-256color", "LC_ALL=C.UTF-8", "COLORTERM", "TERM_PROGRAM=tmux", NULL};

	start(NULL, env);
	press("\033["); /* Escape alone would be a key */
	for (size_t i = 2; i < sizeof(ANSWER) - 1; i++)
		vt_type(&shown, &ANSWER[i], 1);
	press("3");
	wait_for("[3]Steps");
}

/* They would show a part of the question. */
static void frame__some_terminals_are_not_asked(void **state RD_UNUSED)
{
	static const char *const types[] = {
		"TERM=linux", "TERM=vt100", "TERM=screen-256color", "TERM=xterm-256color"};

	for (size_t i = 0; i < RD_LEN(types); i++) {
		const char *env[] = {types[i], "LC_ALL=C.UTF-8", "COLORTERM",
			"TERM_PROGRAM=Apple_Terminal", NULL};

		start(NULL, env);
		assert_int_equal(count(ASKED), 0);
		vt_end(&shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(color__is_as_the_flag_says, stage_end),
		cmocka_unit_test_teardown(frame__is_shown_at_once_if_the_terminal_can, stage_end),
		cmocka_unit_test_teardown(frame__the_answer_may_come_in_pieces, stage_end),
		cmocka_unit_test_teardown(frame__some_terminals_are_not_asked, stage_end),
	};

	return cmocka_run_group_tests(tests, stage_make, stage_drop);
}

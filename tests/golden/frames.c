/* SPDX-License-Identifier: MIT */
/* What the real binary writes for a frame: colours as they are wished, all of it shown at once where the
 * terminal can. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/golden/rig.h"
#include "tests/golden/vt.h"

#define ASKED "\033[?2026$p"
#define ANSWER "\033[?2026;2$y"
#define BEGUN "\033[?2026h"
#define SHOWN "\033[?2026l"

static char binary[400];
static rig_seed seed;
static vt shown;

static int end_shown(void **state RD_UNUSED)
{
	if (shown.shell > 0)
		vt_end(&shown);
	return 0;
}

static void start(const char *flag, const char *const *env)
{
	const char *argv[] = {binary, "console", "-a", "web", flag, NULL};

	assert_true(vt_start(&shown, 80, 24, argv, env));
	assert_true(vt_wait_text(&shown, "BXCVQWERTYU"));
	assert_true(vt_wait_text(&shown, "q quit"));
}

static void press(const char *keys)
{
	vt_type(&shown, keys, strlen(keys));
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
	assert_true(vt_wait_text(&shown, "[2]Releases"));
	assert_int_equal(count(BEGUN), 0);
	press(ANSWER "3");
	assert_true(vt_wait_text(&shown, "[3]Steps"));
	assert_true(vt_wait(&shown, is_all_shown, NULL));
	press("Q");
	assert_true(vt_wait_gone(&shown));
	assert_null(vt_unrestored(&shown));
	assert_int_equal(shown.status, 0);
}

static void frame__the_answer_may_come_in_pieces(void **state RD_UNUSED)
{
	static const char *const env[] = {
		"TERM=tmux-256color", "LC_ALL=C.UTF-8", "COLORTERM", "TERM_PROGRAM=tmux", NULL};

	start(NULL, env);
	for (size_t i = 0; i < sizeof(ANSWER) - 1; i++)
		vt_type(&shown, ANSWER + i, 1);
	press("3");
	assert_true(vt_wait_text(&shown, "[3]Steps"));
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

static int make_seed(void **state RD_UNUSED)
{
	const char *top = getenv("top_srcdir"), *build = getenv("top_builddir");
	const char *other = getenv("RACKDECK_BIN");
	char play[500], themes[500];

	setlocale(LC_CTYPE, "C.UTF-8");
	snprintf(play, sizeof(play), "%s/tests/golden/play", top ? top : "..");
	snprintf(binary, sizeof(binary), other ? "%s" : "%s/rackdeck",
		other   ? other
		: build ? build
			: ".");
	snprintf(themes, sizeof(themes), "%s/themes", top ? top : "..");
	setenv("RACKDECK_THEMEDIR", themes, 1);
	return rig_seed_make(play, &seed, NULL);
}

static int drop_seed(void **state RD_UNUSED)
{
	rig_seed_done(&seed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(color__is_as_the_flag_says, end_shown),
		cmocka_unit_test_teardown(frame__is_shown_at_once_if_the_terminal_can, end_shown),
		cmocka_unit_test_teardown(frame__the_answer_may_come_in_pieces, end_shown),
		cmocka_unit_test_teardown(frame__some_terminals_are_not_asked, end_shown),
	};

	return cmocka_run_group_tests(tests, make_seed, drop_seed);
}

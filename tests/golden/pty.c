/* SPDX-License-Identifier: MIT */
/* The real binary on a pseudo-terminal: it shows what the surface holds, and leaves the terminal as it
 * was, however it ends. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "tests/golden/stage.h"
#include "tui/theme.h"

#define SCREEN_MAX_BYTES (4 * 1024 * 1024)
#define STOP_CYCLES 20
#define REST_US 4000000 /* more than any pace of its own */

/* ---- what is seen ---- */

/* One section of a golden file, row by row without the bars. */
typedef struct golden {
	rd_str text;
	const char *rows[100], *roles[100], *grounds[100];
	int n;
} golden;

static void load_golden(const char *name, golden *g)
{
	char path[512];
	char *line, *rest = NULL;
	const char **section = g->rows;
	int n = 0;

	*g = (golden){.text = RD_STR_INIT(SCREEN_MAX_BYTES)};
	snprintf(path, sizeof(path), "%s/tests/golden/play/%s.screen", top, name);
	assert_int_equal(rd_file_read(path, SCREEN_MAX_BYTES, &g->text, NULL), RD_OK);
	for (line = strtok_r(g->text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (!strcmp(line, "roles") || !strcmp(line, "grounds")) {
			section = line[0] == 'r' ? g->roles : g->grounds;
			n = 0;
		}
		if (line[0] != '|' || n == 100)
			continue;
		line[strlen(line) - 1] = '\0';
		section[n++] = line + 1;
		g->n = n;
	}
}

typedef struct expectation {
	const golden *g;
	char difference[600];
} expectation;

/* Compares without the spaces at a row's end. */
static bool same_screen(vt *v, const void *arg)
{
	expectation *e = (expectation *)(uintptr_t)arg;

	for (int y = 0; y < e->g->n; y++) {
		RD_STR_AUTO
		rd_str row = RD_STR_INIT(0);
		size_t n = strlen(e->g->rows[y]);

		while (n > 0 && e->g->rows[y][n - 1] == ' ')
			n--;
		vt_row(v, y, &row);
		if (row.len == n && !memcmp(rd_str_get(&row), e->g->rows[y], n))
			continue;
		snprintf(e->difference, sizeof(e->difference), "row %d is '%s'", y,
			rd_str_get(&row));
		return false;
	}
	return true;
}

static void check_screen(const char *name)
{
	golden g;
	expectation e = {&g, ""};

	load_golden(name, &g);
	if (!vt_wait(&shown, same_screen, &e))
		fail_msg("%s: %s", name, e.difference);
	rd_str_done(&g.text);
}

static void screen__is_what_the_surface_holds(void **state RD_UNUSED)
{
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	check_screen("dashboard-80x24");
	vt_resize(&shown, 120, 40);
	check_screen("dashboard-120x40");
	vt_resize(&shown, 200, 60);
	check_screen("dashboard-200x60");
	vt_end(&shown);
}

static rd_role role_of(char letter)
{
	for (int i = 0; i < RD_ROLE_MAX_; i++)
		if (rd_role_letter((rd_role)i) == letter)
			return (rd_role)i;
	return RD_ROLE_TEXT;
}

static bool is_color(const VTermColor *got, int32_t want, bool is_default)
{
	if (want == RD_COLOR_DEFAULT)
		return is_default;
	if (want & RD_COLOR_RGB)
		return VTERM_COLOR_IS_RGB(got) && (got->rgb.red << 16 | got->rgb.green << 8 |
							  got->rgb.blue) == (want & 0xffffff);
	return VTERM_COLOR_IS_INDEXED(got) && got->indexed.idx == want;
}

typedef struct looks {
	const golden *g;
	const rd_theme *theme;
	rd_tier tier;
	char difference[64];
} looks;

static bool is_cell_as_themed(vt *v, const looks *l, int x, int y)
{
	const char *ground = l->g->grounds[y];
	rd_cell cell = {.role = role_of(l->g->roles[y][x]),
		.ground = (uint8_t)role_of(ground[1] ? ground[x] : ground[0]),
		.fg = RD_COLOR_DEFAULT,
		.bg = RD_COLOR_DEFAULT};
	rd_look look = rd_theme_look(l->theme, l->tier, &cell);
	VTermScreenCell got;

	if (!vterm_screen_get_cell(v->screen, (VTermPos){y, x}, &got) ||
		!is_color(&got.bg, look.bg, VTERM_COLOR_IS_DEFAULT_BG(&got.bg)))
		return false;
	return l->g->roles[y][x] == ' ' ||
	       (is_color(&got.fg, look.fg, VTERM_COLOR_IS_DEFAULT_FG(&got.fg)) &&
		       !got.attrs.bold == !(look.attrs & RD_ATTR_BOLD));
}

/* Each cell of the first rows looks as the theme says for its role and ground. */
static bool is_as_themed(vt *v, const void *arg)
{
	looks *l = (looks *)(uintptr_t)arg;

	for (int y = 0; y < 12; y++)
		for (int x = 0; x < 80; x++) {
			if (is_cell_as_themed(v, l, x, y))
				continue;
			snprintf(l->difference, sizeof(l->difference),
				"column %d of row %d is of another look", x, y);
			return false;
		}
	return true;
}

static void check_colors(const rd_theme *theme, rd_tier tier)
{
	golden g;
	looks l = {&g, theme, tier, ""};

	load_golden("dashboard-80x24", &g);
	if (!vt_wait(&shown, is_as_themed, &l))
		fail_msg("%s", l.difference);
	rd_str_done(&g.text);
}

static void screen__has_the_colours_of_the_theme(void **state RD_UNUSED)
{
	static const struct {
		const char *type, *colorterm;
		rd_tier tier;
	} terminals[] = {{"TERM=vt100", "COLORTERM", RD_TIER_MONO},
		{"TERM=xterm", "COLORTERM", RD_TIER_8},
		{"TERM=xterm-16color", "COLORTERM", RD_TIER_16},
		{"TERM=xterm-256color", "COLORTERM", RD_TIER_256},
		{"TERM=tmux-256color", "COLORTERM=", RD_TIER_256},
		{"TERM=screen-256color", "COLORTERM=truecolor", RD_TIER_256},
		{"TERM=xterm-256color", "COLORTERM=truecolor", RD_TIER_RGB},
		{"TERM=tmux-256color", "COLORTERM=24bit", RD_TIER_RGB}};
	static const char *const themes[] = {"slate-dark", "paper-light"};

	for (size_t i = 0; i < 2 * RD_LEN(terminals); i++) {
		rd_theme *theme = NULL;
		char name[64];
		const char *const env[] = {terminals[i / 2].type, terminals[i / 2].colorterm, name,
			"LC_ALL=C.UTF-8", "NO_COLOR", "TMUX", NULL};

		snprintf(name, sizeof(name), "RACKDECK_THEME=%s", themes[i % 2]);
		assert_int_equal(rd_theme_load(themes[i % 2], &theme, NULL), RD_OK);
		start_console(80, 24, env, "BXCVQWERTYU");
		check_screen("dashboard-80x24");
		check_colors(theme, terminals[i / 2].tier);
		vt_end(&shown);
		rd_theme_free(theme);
	}
}

static void screen__no_color_means_none(void **state RD_UNUSED)
{
	static const char *const env[] = {
		"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1", NULL};

	start_console(80, 24, env, "BXCVQWERTYU");
	check_screen("dashboard-80x24");
	assert_null(strstr(shown.raw.data, "\033[38;"));
	assert_null(strstr(shown.raw.data, "\033[48;"));
	assert_null(strstr(shown.raw.data, "\033[31"));
	vt_end(&shown);
}

/* A type without "rep": libvterm 0.1.4 wraps one column too soon after a repeated character. */
static void screen__without_utf8_is_ascii(void **state RD_UNUSED)
{
	static const char *const env[] = {"TERM=tmux-256color", "LC_ALL=C", "NO_COLOR", NULL};

	start_console(100, 30, env, "BXCVQWERTYU");
	check_screen("ascii-100x30");
	for (size_t i = 0; i < shown.raw.len; i++)
		assert_true((unsigned char)shown.raw.data[i] < 0x80);
	vt_end(&shown);
}

static void screen__unknown_terminals_are_taken_for_xterm(void **state RD_UNUSED)
{
	static const char *const bogus[] = {
		"TERM=no-such-terminal", "LC_ALL=C.UTF-8", "NO_COLOR", NULL};
	static const char *const unset[] = {"TERM", "LC_ALL=C.UTF-8", "NO_COLOR", NULL};
	static const char *const *const envs[] = {bogus, unset};

	for (size_t i = 0; i < RD_LEN(envs); i++) {
		start_console(80, 24, envs[i], "BXCVQWERTYU");
		check_screen("dashboard-80x24");
		press("Q");
		/* Not its status: libtinfo leaks at a type that it does not know, and LeakSanitizer says so. */
		assert_true(vt_wait_gone(&shown));
		check_restored("at the end");
		vt_end(&shown);
	}
}

static void resize__any_sizes_end_in_the_right_screen(void **state RD_UNUSED)
{
	unsigned seed_value = 7;

	start_console(99, 40, plain_env, "BXCVQWERTYU");
	claim_size(&shown, 1, 1);
	for (int i = 0; i < 60; i++) {
		seed_value = seed_value * 1103515245U + 12345U;
		claim_size(&shown, 1 + (int)(seed_value >> 16) % 99,
			1 + (int)(seed_value >> 8) % 40);
		press("\x0c");
	}
	come_to_rest(&shown);
	vt_resize(&shown, 80, 24);
	check_screen("dashboard-80x24");
	assert_false(shown.is_gone);
	vt_end(&shown);
}

/* One line of a megabyte with ten thousand tabs: it is shown, wrapped, searched and left again. */
static void screen__a_megabyte_in_one_line_is_a_line(void **state RD_UNUSED)
{
	size_t n = 1024 * 1024 - 20;
	RD_AUTOFREE char *line = malloc(n + 1);

	assert_non_null(line);
	memset(line, 'x', n);
	for (size_t i = 50; i < 10050; i++)
		line[i] = '\t';
	memcpy(line, "a long line", 11);
	memcpy(line + n - 7, "the end", 8);
	assert_int_equal(rig_seed_log(&seed, "BMNBVCXZLKJ", line, NULL), RD_OK);
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	press("jjjj\r");
	wait_for("a long line");
	press("$");
	wait_for("the end");
	press("0");
	wait_without("the end");
	press("w");
	wait_for("the end");
	press("g/the en.$\r");
	wait_for("hit 1/1");
	press("1");
	wait_for("[1]Builds");
	vt_end(&shown);
}

/* ---- what is typed ---- */

static void paste__does_nothing_but_a_message(void **state RD_UNUSED)
{
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	press("\033[200~Py\nqQ\003\003\033[201~");
	wait_for("paste ignored");
	press("j");
	check_screen("pty-second-row");
	assert_false(shown.is_gone);
	vt_end(&shown);
}

static void keys__unknown_sequences_do_nothing(void **state RD_UNUSED)
{
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	press("\033[1;9Q\033[99~\033OX\033]0;Q\007");
	press("\033[B"); /* Down, as terminals send it in their other mode */
	check_screen("pty-second-row");
	assert_false(shown.is_gone);
	vt_end(&shown);
}

/* As each of them sends Down, F1, End and F10. */
static void keys__of_each_terminal_are_known(void **state RD_UNUSED)
{
	static const struct {
		const char *type, *down, *help, *end, *quit;
	} terminals[] = {{"TERM=xterm-256color", "\033OB", "\033OP", "\033OF", "\033[21~"},
		{"TERM=tmux-256color", "\033OB", "\033OP", "\033[4~", "\033[21~"},
		{"TERM=screen-256color", "\033OB", "\033OP", "\033[4~", "\033[21~"},
		{"TERM=linux", "\033[B", "\033[[A", "\033[4~", "\033[21~"},
		{"TERM=rxvt-unicode-256color", "\033[B", "\033[11~", "\033[8~", "\033[21~"},
		{"TERM=putty", "\033OB", "\033[11~", "\033[4~", "\033[21~"}};

	for (size_t i = 0; i < RD_LEN(terminals); i++) {
		const char *const env[] = {
			terminals[i].type, "LC_ALL=C.UTF-8", "NO_COLOR", "COLORTERM", "TMUX", NULL};

		start_console(80, 24, env, "BXCVQWERTYU");
		press(terminals[i].down);
		wait_for("> BHGTPLKMNBV");
		press(terminals[i].end);
		wait_for("> BQWERTZUIOP");
		press(terminals[i].help);
		wait_for("Keys of Lists");
		press("\003");
		press(terminals[i].quit);
		check_ended(0);
	}
}

/* "Py" in one go: the y was typed before the dialog was there. */
static void keys__typed_ahead_never_confirm(void **state RD_UNUSED)
{
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	press("jPyyy");
	wait_for("y promote it");
	press("\033");
	check_screen("pty-second-row");
	assert_true(vt_shows(&shown, "active RKQZMWNBVCX"));
	vt_end(&shown);
}

/* Clicks work beyond column 223, and only while the mouse is on; the terminal gets its mouse back. */
static void mouse__clicks_while_it_is_on(void **state RD_UNUSED)
{
	start_console(240, 40, plain_env, "BXCVQWERTYU");
	press("\033[<0;3;5M\033[<0;3;5m\033[M !#");
	press("%");
	wait_for("mouse on");
	wait_for("> BXCVQWERTYU");
	wait_written("\033[?1006h");
	press("\033[<0;3;5M\033[<0;3;5m");
	wait_for("> BHGTPLKMNBV");
	press("\033[<0;239;40M\033[<0;239;40m"); /* "quit", the last hint */
	wait_written("\033[?1002l");
	check_ended(0);
}

/* ---- how it ends ---- */

static bool is_taken(vt *v, const void *arg RD_UNUSED)
{
	return v->is_alt && !v->is_cursor_shown;
}

static void quit__restores_the_terminal(void **state RD_UNUSED)
{
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	wait_until(is_taken, NULL, "the console does not take the screen");
	press("q");
	check_ended(0);
}

static void signal__restores_the_terminal(void **state RD_UNUSED)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};

	for (size_t i = 0; i < RD_LEN(signals); i++) {
		start_console(80, 24, plain_env, "BXCVQWERTYU");
		kill(shown.pid, signals[i]);
		check_ended(128 + signals[i]);
	}
}

static void crash__restores_the_terminal(void **state RD_UNUSED)
{
	static const int signals[] = {SIGSEGV, SIGABRT};

	for (size_t i = 0; i < RD_LEN(signals); i++) {
		start_console(80, 24, plain_env, "BXCVQWERTYU");
		kill(shown.pid, signals[i]);
		assert_true(vt_wait_gone(&shown));
		assert_false(WIFEXITED(shown.status) && WEXITSTATUS(shown.status) == 0);
		check_restored("at the end");
		vt_end(&shown);
	}
}

static void suspend__gives_the_terminal_back_and_takes_it_again(void **state RD_UNUSED)
{
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	for (int i = 0; i < STOP_CYCLES; i++) {
		check_screen("dashboard-80x24");
		if (i % 2)
			press("\032");
		else
			kill(shown.pid, SIGTSTP);
		assert_true(vt_wait_stopped(&shown));
		check_restored("at the end");
		vt_continue(&shown);
	}
	check_screen("dashboard-80x24");
	assert_true(shown.is_alt);
	press("q");
	check_ended(0);
}

/* Stopped by others, it could not clean up; but it draws anew when it goes on. */
static void suspend__stopped_by_force_comes_back(void **state RD_UNUSED)
{
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	kill(shown.pid, SIGSTOP);
	assert_true(vt_wait_stopped(&shown));
	vterm_screen_reset(shown.screen, 1);
	vt_continue(&shown);
	check_screen("dashboard-80x24");
	vt_end(&shown);
}

static void hang_up__ends_the_console(void **state RD_UNUSED)
{
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	vt_hang_up(&shown);
	assert_true(vt_wait_gone(&shown));
	vt_end(&shown);
}

/* ---- nothing happens ---- */

/* How often the console's thread went to sleep. */
static long switches(pid_t pid)
{
	char path[64], line[256];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

typedef struct rest {
	long switches;
	int64_t since_us;
} rest;

static bool is_at_rest(vt *v, const void *arg)
{
	rest *r = (rest *)(uintptr_t)arg;
	long n = switches(v->pid);

	if (n != r->switches)
		*r = (rest){n, rd_now_us()};
	return n > 0 && rd_now_us() - r->since_us > REST_US;
}

/* With no build running, an idle console is not woken: its thread does not sleep anew. */
static void idle__nothing_wakes_the_console(void **state RD_UNUSED)
{
	rest r = {0};

	assert_int_equal(rig_seed_sql(&seed,
				 "UPDATE builds SET status = 'complete' WHERE status = 'running'",
				 NULL),
		RD_OK);
	start_console(80, 24, plain_env, "BXCVQWERTYU");
	press("j");
	check_screen("pty-idle");
	wait_until(is_at_rest, &r, "the console is woken again and again");
	vt_end(&shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(screen__is_what_the_surface_holds, stage_end),
		cmocka_unit_test_teardown(screen__has_the_colours_of_the_theme, stage_end),
		cmocka_unit_test_teardown(screen__no_color_means_none, stage_end),
		cmocka_unit_test_teardown(screen__without_utf8_is_ascii, stage_end),
		cmocka_unit_test_teardown(screen__unknown_terminals_are_taken_for_xterm, stage_end),
		cmocka_unit_test_teardown(resize__any_sizes_end_in_the_right_screen, stage_end),
		cmocka_unit_test_teardown(screen__a_megabyte_in_one_line_is_a_line, stage_end),
		cmocka_unit_test_teardown(paste__does_nothing_but_a_message, stage_end),
		cmocka_unit_test_teardown(keys__unknown_sequences_do_nothing, stage_end),
		cmocka_unit_test_teardown(keys__of_each_terminal_are_known, stage_end),
		cmocka_unit_test_teardown(keys__typed_ahead_never_confirm, stage_end),
		cmocka_unit_test_teardown(mouse__clicks_while_it_is_on, stage_end),
		cmocka_unit_test_teardown(quit__restores_the_terminal, stage_end),
		cmocka_unit_test_teardown(signal__restores_the_terminal, stage_end),
		cmocka_unit_test_teardown(crash__restores_the_terminal, stage_end),
		cmocka_unit_test_teardown(suspend__gives_the_terminal_back_and_takes_it_again,
			stage_end),
		cmocka_unit_test_teardown(suspend__stopped_by_force_comes_back, stage_end),
		cmocka_unit_test_teardown(hang_up__ends_the_console, stage_end),
		cmocka_unit_test_teardown(idle__nothing_wakes_the_console, stage_end),
	};

	return cmocka_run_group_tests(tests, stage_make, stage_drop);
}

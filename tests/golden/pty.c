/* SPDX-License-Identifier: MIT */
/* The real binary on a pseudo-terminal: it shows what the surface holds, and leaves the terminal as it
 * was, however it ends. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "tests/golden/rig.h"
#include "tests/golden/vt.h"
#include "tui/theme.h"

#define SCREEN_MAX_BYTES (4 * 1024 * 1024)
#define STOP_CYCLES 20

static char golden_dir[400];
static char binary[400];
static rig_seed seed;
static vt shown; /* of the test that runs: ended by its teardown if the test fails */

static const char *const plain_env[] = {
	"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR", "COLORTERM", "LINES", "COLUMNS", NULL};

static int end_shown(void **state RD_UNUSED)
{
	if (shown.shell > 0)
		vt_end(&shown);
	return 0;
}

/* What the test before left open is not for this one. */
static void forget_layout(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/rackdeck/console-layout", getenv("XDG_DATA_HOME"));
	unlink(path);
}

static void start(vt *v, int cols, int rows, const char *const *env)
{
	const char *argv[] = {binary, "console", "-a", "web", NULL};

	forget_layout();
	assert_true(vt_start(v, cols, rows, argv, env));
	if (!vt_wait_text(v, "BXCVQWERTYU"))
		fail_msg("the console does not come up");
}

static void press(vt *v, const char *keys)
{
	vt_type(v, keys, strlen(keys));
}

static void check_restored(vt *v)
{
	const char *what = vt_unrestored(v);

	if (what)
		fail_msg("%s was not restored", what);
}

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
	snprintf(path, sizeof(path), "%s/%s.screen", golden_dir, name);
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

static void check_screen(vt *v, const char *name)
{
	golden g;
	expectation e = {&g, ""};

	load_golden(name, &g);
	if (!vt_wait(v, same_screen, &e))
		fail_msg("%s: %s", name, e.difference);
	rd_str_done(&g.text);
}

static void screen__is_what_the_surface_holds(void **state RD_UNUSED)
{
	start(&shown, 80, 24, plain_env);
	check_screen(&shown, "dashboard-80x24");
	vt_resize(&shown, 120, 40);
	check_screen(&shown, "dashboard-120x40");
	vt_resize(&shown, 200, 60);
	check_screen(&shown, "dashboard-200x60");
	vt_end(&shown);
}

static rd_role role_of(char letter)
{
	for (int i = 0; i < RD_ROLE_MAX_; i++)
		if (rd_role_letter((rd_role)i) == letter)
			return (rd_role)i;
	return RD_ROLE_TEXT;
}

static void check_color(const VTermColor *got, int32_t want, bool is_default)
{
	if (want == RD_COLOR_DEFAULT)
		assert_true(is_default);
	else if (want & RD_COLOR_RGB)
		assert_true(VTERM_COLOR_IS_RGB(got) && (got->rgb.red << 16 | got->rgb.green << 8 |
							       got->rgb.blue) == (want & 0xffffff));
	else
		assert_true(VTERM_COLOR_IS_INDEXED(got) && got->indexed.idx == want);
}

/* Each cell of the first rows looks as the theme says for its role and ground. */
static void check_colors(vt *v, const rd_theme *theme, rd_tier tier)
{
	golden g;

	load_golden("dashboard-80x24", &g);
	for (int y = 0; y < 12; y++)
		for (int x = 0; x < 80; x++) {
			const char *ground = g.grounds[y];
			rd_cell cell = {.role = role_of(g.roles[y][x]),
				.ground = (uint8_t)role_of(ground[1] ? ground[x] : ground[0]),
				.fg = RD_COLOR_DEFAULT,
				.bg = RD_COLOR_DEFAULT};
			rd_look look = rd_theme_look(theme, tier, &cell);
			VTermScreenCell got;

			assert_true(vterm_screen_get_cell(v->screen, (VTermPos){y, x}, &got));
			check_color(&got.bg, look.bg, VTERM_COLOR_IS_DEFAULT_BG(&got.bg));
			if (g.roles[y][x] == ' ')
				continue;
			check_color(&got.fg, look.fg, VTERM_COLOR_IS_DEFAULT_FG(&got.fg));
			assert_int_equal(got.attrs.bold, (look.attrs & RD_ATTR_BOLD) != 0);
		}
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
		start(&shown, 80, 24, env);
		check_screen(&shown, "dashboard-80x24");
		check_colors(&shown, theme, terminals[i / 2].tier);
		vt_end(&shown);
		rd_theme_free(theme);
	}
}

static void screen__no_color_means_none(void **state RD_UNUSED)
{
	static const char *const env[] = {
		"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1", NULL};

	start(&shown, 80, 24, env);
	check_screen(&shown, "dashboard-80x24");
	assert_null(strstr(shown.raw.data, "\033[38;"));
	assert_null(strstr(shown.raw.data, "\033[48;"));
	assert_null(strstr(shown.raw.data, "\033[31"));
	vt_end(&shown);
}

/* A type without "rep": libvterm 0.1.4 wraps one column too soon after a repeated character. */
static void screen__without_utf8_is_ascii(void **state RD_UNUSED)
{
	static const char *const env[] = {"TERM=tmux-256color", "LC_ALL=C", "NO_COLOR", NULL};

	start(&shown, 100, 30, env);
	check_screen(&shown, "ascii-100x30");
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
		start(&shown, 80, 24, envs[i]);
		check_screen(&shown, "dashboard-80x24");
		press(&shown, "Q");
		assert_true(vt_wait_gone(&shown));
		check_restored(&shown);
		vt_end(&shown);
	}
}

static void resize__any_sizes_end_in_the_right_screen(void **state RD_UNUSED)
{
	unsigned seed_value = 7;

	start(&shown, 80, 24, plain_env);
	check_screen(&shown, "dashboard-80x24");
	vt_resize(&shown, 1, 1);
	for (int i = 0; i < 60; i++) {
		seed_value = seed_value * 1103515245U + 12345U;
		vt_resize(&shown, 1 + (int)(seed_value >> 16) % 99,
			1 + (int)(seed_value >> 8) % 40);
		press(&shown, "\x0c");
	}
	vt_resize(&shown, 80, 24);
	check_screen(&shown, "dashboard-80x24");
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
	start(&shown, 80, 24, plain_env);
	press(&shown, "jjjj\r");
	assert_true(vt_wait_text(&shown, "a long line"));
	press(&shown, "$");
	assert_true(vt_wait_text(&shown, "the end"));
	press(&shown, "0w");
	assert_true(vt_wait_text(&shown, "the end"));
	press(&shown, "g/the en.$\r");
	assert_true(vt_wait_text(&shown, "hit 1/1"));
	press(&shown, "1");
	assert_true(vt_wait_text(&shown, "[1]Builds"));
	vt_end(&shown);
}

/* ---- the user's own files ---- */

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
	start(&shown, 200, 40, plain_env);
	if (!vt_wait_text(&shown, text))
		fail_msg("the console does not say '%s'", text);
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
	start(&shown, 80, 24, plain_env);
	assert_true(vt_wait_text(&shown, "p promote"));
	press(&shown, "jPe");
	assert_true(vt_wait_text(&shown, "> BHGTPLKMNBV"));
	press(&shown, "p");
	assert_true(vt_wait_text(&shown, "Promote RHJKLQWERTY"));
	press(&shown, "\003?");
	assert_true(vt_wait_text(&shown, "p            make the release the active one"));
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
	start(&shown, 200, 30, plain_env);
	assert_true(vt_wait(&shown, has_header, &first));
	edit_theme("roles:\n  header: {bg: [green, 22, '#005f00']}\n");
	assert_true(vt_wait(&shown, has_header, &second));
	edit_theme("roles:\n  header: {bg: [green, 300, '#005f00']}\n");
	assert_true(vt_wait_text(&shown, "mine.yml:2:24: roles.header.bg: the second value"));
	assert_true(has_header(&shown, &second));
	edit_theme("roles:\n  header: {bg: [blue, 17, '#00005f']}\n");
	assert_true(vt_wait(&shown, has_header, &first));
	remove_config(); /* without its file it stays */
	press(&shown, "\x0cj");
	assert_true(vt_wait_text(&shown, "> BHGTPLKMNBV"));
	assert_true(has_header(&shown, &first));
	vt_end(&shown);
}

/* One that is broken at the start is mended while the console runs. */
static void config__a_broken_theme_is_mended_live(void **state RD_UNUSED)
{
	static const int mended = 17;

	write_config("config.yml", "theme: mine\n");
	edit_theme("roles:\n  header: {bg: [\n");
	start(&shown, 200, 30, plain_env);
	assert_true(vt_wait_text(&shown, "mine.yml:"));
	edit_theme("roles:\n  header: {bg: [blue, 17, '#00005f']}\n");
	assert_true(vt_wait(&shown, has_header, &mended));
	vt_end(&shown);
	remove_config();
}

/* What was taken in the picker is there the next time. */
static void config__a_chosen_theme_is_kept(void **state RD_UNUSED)
{
	static const int slate = 235, dracula = 236;
	char path[300];

	start(&shown, 200, 30, plain_env);
	assert_true(vt_wait(&shown, has_header, &slate));
	press(&shown, "T");
	assert_true(vt_wait_text(&shown, "high-contrast"));
	press(&shown, "gj\r");
	assert_true(vt_wait_text(&shown, "theme dracula, from now on"));
	vt_end(&shown);
	start(&shown, 200, 30, plain_env);
	assert_true(vt_wait(&shown, has_header, &dracula));
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
	start(&shown, 120, 30, plain_env);
	assert_int_equal(rig_seed_sql(&seed, sql, NULL), RD_OK);
	assert_true(vt_wait_text(&shown, "build BXCVQWERTYU failed after 01:01: a;"));
	assert_true(vt_wait(&shown, has_file, told));
	assert_non_null(strstr(shown.raw.data,
		"\a\033]777;notify;rackdeck;build BXCVQWERTYU failed"));
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

/* ---- what is typed ---- */

static void paste__does_nothing_but_a_message(void **state RD_UNUSED)
{
	start(&shown, 80, 24, plain_env);
	press(&shown, "\033[200~Py\nqQ\003\003\033[201~");
	assert_true(vt_wait_text(&shown, "paste ignored"));
	press(&shown, "j");
	check_screen(&shown, "pty-second-row");
	assert_false(shown.is_gone);
	vt_end(&shown);
}

static void keys__unknown_sequences_do_nothing(void **state RD_UNUSED)
{
	start(&shown, 80, 24, plain_env);
	press(&shown, "\033[1;9Q\033[99~\033OX\033]0;Q\007");
	press(&shown, "\033[B"); /* Down, as terminals send it in their other mode */
	check_screen(&shown, "pty-second-row");
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

		start(&shown, 80, 24, env);
		press(&shown, terminals[i].down);
		assert_true(vt_wait_text(&shown, "> BHGTPLKMNBV"));
		press(&shown, terminals[i].end);
		assert_true(vt_wait_text(&shown, "> BQWERTZUIOP"));
		press(&shown, terminals[i].help);
		assert_true(vt_wait_text(&shown, "Keys of Lists"));
		press(&shown, "\003");
		press(&shown, terminals[i].quit);
		assert_true(vt_wait_gone(&shown));
		check_restored(&shown);
		vt_end(&shown);
	}
}

/* "Py" in one go: the y was typed before the dialog was there. */
static void keys__typed_ahead_never_confirm(void **state RD_UNUSED)
{
	start(&shown, 80, 24, plain_env);
	press(&shown, "jPyyy");
	assert_true(vt_wait_text(&shown, "y promote it"));
	press(&shown, "\033");
	check_screen(&shown, "pty-second-row");
	assert_true(vt_shows(&shown, "active RKQZMWNBVCX"));
	vt_end(&shown);
}

/* Clicks work beyond column 223, and only while the mouse is on; the terminal gets its mouse back. */
static void mouse__clicks_while_it_is_on(void **state RD_UNUSED)
{
	start(&shown, 240, 40, plain_env);
	press(&shown, "\033[<0;3;5M\033[<0;3;5m\033[M !#");
	press(&shown, "%");
	assert_true(vt_wait_text(&shown, "mouse on"));
	assert_true(vt_shows(&shown, "> BXCVQWERTYU"));
	assert_non_null(strstr(shown.raw.data, "\033[?1006h"));
	press(&shown, "\033[<0;3;5M\033[<0;3;5m");
	assert_true(vt_wait_text(&shown, "> BHGTPLKMNBV"));
	press(&shown, "\033[<0;239;40M\033[<0;239;40m"); /* "quit", the last hint */
	assert_true(vt_wait_gone(&shown));
	check_restored(&shown);
	assert_non_null(strstr(shown.raw.data, "\033[?1002l"));
	vt_end(&shown);
}

/* ---- how it ends ---- */

static bool is_taken(vt *v, const void *arg RD_UNUSED)
{
	return v->is_alt && !v->is_cursor_shown;
}

/* Orders, closed views and the zoom are those of the last run. */
static void layout__is_kept_between_runs(void **state RD_UNUSED)
{
	const char *argv[] = {binary, "console", "-a", "web", NULL};

	start(&shown, 80, 24, plain_env);
	press(&shown, "ss");
	assert_true(vt_wait_text(&shown, "sort:time"));
	press(&shown, "4x1J");
	assert_true(vt_wait_text(&shown, "[4]Jobs"));
	press(&shown, "1z");
	assert_true(vt_wait_text(&shown, "[1] Builds"));
	press(&shown, "Q");
	assert_true(vt_wait_gone(&shown));
	vt_end(&shown);
	assert_true(vt_start(&shown, 80, 24, argv, plain_env));
	assert_true(vt_wait_text(&shown, "[1] Builds sort:time"));
	press(&shown, "z");
	assert_true(vt_wait_text(&shown, "4 Jobs"));
	vt_end(&shown);
}

static void quit__restores_the_terminal(void **state RD_UNUSED)
{
	start(&shown, 80, 24, plain_env);
	assert_true(vt_wait(&shown, is_taken, NULL));
	press(&shown, "q");
	assert_true(vt_wait_gone(&shown));
	assert_true(WIFEXITED(shown.status) && WEXITSTATUS(shown.status) == 0);
	check_restored(&shown);
	vt_end(&shown);
}

static void signal__restores_the_terminal(void **state RD_UNUSED)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};

	for (size_t i = 0; i < RD_LEN(signals); i++) {
		start(&shown, 80, 24, plain_env);
		kill(shown.pid, signals[i]);
		assert_true(vt_wait_gone(&shown));
		assert_true(WIFEXITED(shown.status) &&
			    WEXITSTATUS(shown.status) == 128 + signals[i]);
		check_restored(&shown);
		vt_end(&shown);
	}
}

static void crash__restores_the_terminal(void **state RD_UNUSED)
{
	static const int signals[] = {SIGSEGV, SIGABRT};

	for (size_t i = 0; i < RD_LEN(signals); i++) {
		start(&shown, 80, 24, plain_env);
		kill(shown.pid, signals[i]);
		assert_true(vt_wait_gone(&shown));
		assert_false(WIFEXITED(shown.status) && WEXITSTATUS(shown.status) == 0);
		check_restored(&shown);
		vt_end(&shown);
	}
}

static void suspend__gives_the_terminal_back_and_takes_it_again(void **state RD_UNUSED)
{
	start(&shown, 80, 24, plain_env);
	for (int i = 0; i < STOP_CYCLES; i++) {
		check_screen(&shown, "dashboard-80x24");
		if (i % 2)
			press(&shown, "\032");
		else
			kill(shown.pid, SIGTSTP);
		assert_true(vt_wait_stopped(&shown));
		check_restored(&shown);
		vt_continue(&shown);
	}
	check_screen(&shown, "dashboard-80x24");
	assert_true(shown.is_alt);
	press(&shown, "q");
	assert_true(vt_wait_gone(&shown));
	check_restored(&shown);
	vt_end(&shown);
}

/* Stopped by others, it could not clean up; but it draws anew when it goes on. */
static void suspend__stopped_by_force_comes_back(void **state RD_UNUSED)
{
	start(&shown, 80, 24, plain_env);
	kill(shown.pid, SIGSTOP);
	assert_true(vt_wait_stopped(&shown));
	vterm_screen_reset(shown.screen, 1);
	vt_continue(&shown);
	check_screen(&shown, "dashboard-80x24");
	vt_end(&shown);
}

static void hang_up__ends_the_console(void **state RD_UNUSED)
{
	start(&shown, 80, 24, plain_env);
	vt_hang_up(&shown);
	assert_true(vt_wait_gone(&shown));
	vt_end(&shown);
}

/* ---- nothing happens ---- */

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

/* With no build running, an idle console is never woken: its thread does not sleep anew. */
static void idle__nothing_wakes_the_console(void **state RD_UNUSED)
{
	static const struct timespec pause_time = {2, 0};
	long before;

	assert_int_equal(rig_seed_sql(&seed,
				 "UPDATE builds SET status = 'complete' WHERE status = 'running'",
				 NULL),
		RD_OK);
	start(&shown, 80, 24, plain_env);
	press(&shown, "j");
	check_screen(&shown, "pty-idle");
	nanosleep(&pause_time, NULL);
	before = switches(shown.pid);
	assert_true(before > 0);
	nanosleep(&pause_time, NULL);
	assert_int_equal(switches(shown.pid), before);
	vt_end(&shown);
}

static int make_seed(void **state RD_UNUSED)
{
	const char *top = getenv("top_srcdir"), *build = getenv("top_builddir");
	const char *other = getenv("RACKDECK_BIN");
	char themes[500];

	setlocale(LC_CTYPE, "C.UTF-8");
	snprintf(golden_dir, sizeof(golden_dir), "%s/tests/golden/play", top ? top : "..");
	snprintf(binary, sizeof(binary), other ? "%s" : "%s/rackdeck",
		other   ? other
		: build ? build
			: ".");
	snprintf(themes, sizeof(themes), "%s/themes", top ? top : "..");
	setenv("RACKDECK_THEMEDIR", themes, 1);
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
		cmocka_unit_test_teardown(screen__is_what_the_surface_holds, end_shown),
		cmocka_unit_test_teardown(screen__has_the_colours_of_the_theme, end_shown),
		cmocka_unit_test_teardown(screen__no_color_means_none, end_shown),
		cmocka_unit_test_teardown(screen__without_utf8_is_ascii, end_shown),
		cmocka_unit_test_teardown(screen__unknown_terminals_are_taken_for_xterm, end_shown),
		cmocka_unit_test_teardown(resize__any_sizes_end_in_the_right_screen, end_shown),
		cmocka_unit_test_teardown(screen__a_megabyte_in_one_line_is_a_line, end_shown),
		cmocka_unit_test_teardown(config__what_is_wrong_is_told_and_never_fatal, end_shown),
		cmocka_unit_test_teardown(config__keys_are_bound_anew, end_shown),
		cmocka_unit_test_teardown(config__an_edited_theme_is_read_anew, end_shown),
		cmocka_unit_test_teardown(config__a_broken_theme_is_mended_live, end_shown),
		cmocka_unit_test_teardown(config__a_chosen_theme_is_kept, end_shown),
		cmocka_unit_test_teardown(config__the_end_of_a_long_build_is_told, end_shown),
		cmocka_unit_test_teardown(paste__does_nothing_but_a_message, end_shown),
		cmocka_unit_test_teardown(keys__unknown_sequences_do_nothing, end_shown),
		cmocka_unit_test_teardown(keys__of_each_terminal_are_known, end_shown),
		cmocka_unit_test_teardown(keys__typed_ahead_never_confirm, end_shown),
		cmocka_unit_test_teardown(mouse__clicks_while_it_is_on, end_shown),
		cmocka_unit_test_teardown(layout__is_kept_between_runs, end_shown),
		cmocka_unit_test_teardown(quit__restores_the_terminal, end_shown),
		cmocka_unit_test_teardown(signal__restores_the_terminal, end_shown),
		cmocka_unit_test_teardown(crash__restores_the_terminal, end_shown),
		cmocka_unit_test_teardown(suspend__gives_the_terminal_back_and_takes_it_again,
			end_shown),
		cmocka_unit_test_teardown(suspend__stopped_by_force_comes_back, end_shown),
		cmocka_unit_test_teardown(hang_up__ends_the_console, end_shown),
		cmocka_unit_test_teardown(idle__nothing_wakes_the_console, end_shown),
	};

	return cmocka_run_group_tests(tests, make_seed, drop_seed);
}

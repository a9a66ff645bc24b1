/* SPDX-License-Identifier: MIT */
/*
 * The terminal by curses: beside tty_keys.c the one file that includes it.
 *
 * DESIGN: a frame is compared with the cells of the last one; what differs is handed to curses, which
 * finds the shortest way to write it, once a frame. Curses reads keys through a pad, as reading from
 * a window would refresh it. Signals are the console's business (shell.c, rescue.c).
 */
#include "tui/tty.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "core/base/clock.h"
#include "core/base/spawn.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"
#include "tui/decode.h"
#include "tui/direct.h"
#include "tui/rescue.h"
#include "tui/tty_keys.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l"
#define SYNC_ON "\033[?2026h"
#define SYNC_OFF "\033[?2026l"
#define SYNC_ASK "\033[?2026$p"
#define ESC_DELAY_MS 25

typedef struct pair {
	int32_t fg, bg;
} pair;

typedef struct tty {
	rd_term term;
	SCREEN *screen;
	WINDOW *pad; /* keys are read through it */
	rd_tier tier;
	bool is_ascii;
	bool has_mouse;
	bool has_sync;  /* it said that it can show a frame at once */
	rd_vec pairs;   /* pair: the i-th has the number i + 1 */
	rd_cell *shown; /* what the last frame was; NULL: unknown */
	int cols, rows; /* of shown */
	rd_decoder decoder;
} tty;

/* A string of the terminal's description, "" if it has none. */
static const char *capability(const char *name)
{
	char copy[16];
	const char *value;

	snprintf(copy, sizeof(copy), "%s", name);
	value = tigetstr(copy);
	return value == (const char *)-1 ? "" : rd_or_empty(value);
}

/* ---- taking and giving back ---- */

static void put_raw(const char *bytes)
{
	ssize_t written = write(STDOUT_FILENO, bytes, strlen(bytes));

	(void)written; /* a terminal that is gone is noticed by the next read */
}

static void sync_size(tty *t)
{
	struct winsize size = {0, 0, 0, 0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resize_term(size.ws_row, size.ws_col);
	free(t->shown);
	t->shown = NULL;
}

static rd_tier find_tier(void)
{
	const char *no_color = getenv("NO_COLOR");
	char rgb[] = "RGB";

	if ((no_color && *no_color) || !has_colors() || start_color() == ERR)
		return RD_TIER_MONO;
	use_default_colors();
	if (tigetflag(rgb) > 0 && COLORS >= 1 << 24)
		return RD_TIER_RGB;
	return COLORS >= 256  ? RD_TIER_256
	       : COLORS >= 16 ? RD_TIER_16
	       : COLORS >= 8  ? RD_TIER_8
			      : RD_TIER_MONO;
}

/* The description with direct colours for a terminal that says that it has them; NULL: none. GNU screen
 * has not, but hands on what the terminal around it says. */
static const char *direct_description(const char **ret_type)
{
	const char *colors = rd_or_empty(getenv("COLORTERM")), *type = rd_or_empty(getenv("TERM"));
	const char *no_color = getenv("NO_COLOR"), *in_tmux = getenv("TMUX");

	if ((strcmp(colors, "truecolor") != 0 && strcmp(colors, "24bit") != 0) ||
		(no_color && *no_color))
		return NULL;
	if (rd_starts_with(type, "tmux") ||
		(rd_starts_with(type, "screen") && in_tmux && *in_tmux)) {
		*ret_type = "rackdeck-tmux";
		return direct_tmux;
	}
	*ret_type = "rackdeck-xterm";
	return rd_starts_with(type, "xterm") ? direct_xterm : NULL;
}

/* Curses takes a description only from where TERMINFO says. */
static SCREEN *take_direct_screen(void)
{
	const char *type = NULL, *description = direct_description(&type);
	RD_AUTOFREE char *before = rd_strdup(getenv("TERMINFO"));
	SCREEN *screen;

	if (!description || setenv("TERMINFO", description, 1))
		return NULL;
	screen = newterm(type, stdout, stdin);
	if (before)
		setenv("TERMINFO", before, 1);
	else
		unsetenv("TERMINFO");
	return screen;
}

/* The user's terminal type, and if nothing is known of it, those that most terminals speak. */
static SCREEN *take_screen(void)
{
	const char *types[] = {getenv("TERM"), "xterm-256color", "xterm"};
	SCREEN *direct = take_direct_screen();

	if (direct)
		return direct;
	for (size_t i = 0; i < RD_LEN(types); i++) {
		SCREEN *screen = types[i] && *types[i] ? newterm(types[i], stdout, stdin) : NULL;

		if (screen)
			return screen;
	}
	return NULL;
}

/* Whether a question may be put to it: others print what they do not understand. */
static bool may_ask(void)
{
	static const char *const types[] = {
		"xterm", "tmux", "alacritty", "foot", "kitty", "wezterm", "contour", "rio"};
	const char *type = rd_or_empty(getenv("TERM"));

	if (!strcmp(rd_or_empty(getenv("TERM_PROGRAM")), "Apple_Terminal"))
		return false;
	for (size_t i = 0; i < RD_LEN(types); i++)
		if (rd_starts_with(type, types[i]))
			return true;
	return false;
}

static void arm_rescue(void)
{
	static const char *const names[] = {"sgr0", "rmkx", "rmcup", "cnorm"};

	rd_rescue_add(PASTE_OFF);
	rd_rescue_add(MOUSE_OFF);
	rd_rescue_add(SYNC_OFF);
	for (size_t i = 0; i < RD_LEN(names); i++)
		rd_rescue_add(capability(names[i]));
	rd_rescue_arm();
}

static void nothing(int signo RD_UNUSED) {}

/* Where SIGTSTP has a handler already, curses leaves it alone; else it ignores the signal while it
 * writes, and one that waits for the console's loop would be lost. */
static void keep_stop_signal(void)
{
	const struct sigaction action = {.sa_handler = nothing};

	sigaction(SIGTSTP, &action, NULL);
}

static rd_code open_tty(rd_term *term, rd_err *err)
{
	tty *t = (tty *)term;

	t->pad = newpad(1, 1);
	if (!t->pad)
		return rd_err_nomem(err);
	arm_rescue();
	set_escdelay(ESC_DELAY_MS);
	raw();
	noecho();
	nonl();
	typeahead(-1);
	keypad(stdscr, TRUE);
	keypad(t->pad, TRUE);
	nodelay(t->pad, TRUE);
	rd_tty_define_keys();
	t->tier = find_tier();
	put_raw(PASTE_ON);
	if (may_ask())
		put_raw(SYNC_ASK);
	sync_size(t);
	return RD_OK;
}

/* Some terminals keep the cursor's look with each of their screens: it is shown on both. */
static void leave_screen(const tty *t)
{
	put_raw(PASTE_OFF);
	if (t->has_mouse)
		put_raw(MOUSE_OFF);
	curs_set(1);
	endwin();
	put_raw(capability("cnorm"));
}

static void close_tty(rd_term *term)
{
	tty *t = (tty *)term;

	if (t->screen) {
		leave_screen(t);
		if (t->pad)
			delwin(t->pad);
		delscreen(t->screen);
		rd_rescue_disarm();
	}
	rd_vec_done(&t->pairs);
	rd_decode_done(&t->decoder);
	free(t->shown);
	free(t);
}

static void redraw_tty(rd_term *term)
{
	tty *t = (tty *)term;

	free(t->shown);
	t->shown = NULL;
	reset_prog_mode();
	put_raw(PASTE_ON);
	if (t->has_mouse)
		put_raw(MOUSE_ON);
	clearok(curscr, TRUE);
}

static void mouse_tty(rd_term *term, bool is_on)
{
	((tty *)term)->has_mouse = is_on;
	put_raw(is_on ? MOUSE_ON : MOUSE_OFF);
}

static void signal_tty(rd_term *term RD_UNUSED, const char *bytes)
{
	put_raw(bytes);
}

/* The program has our signals of the keyboard: what it was told to is nothing to us, and it stops with us. */
static rd_code run_tty(rd_term *term, const char *const *argv, int *ret_status, rd_err *err)
{
	static const rd_spawn_fd ours[] = {
		{STDIN_FILENO, 0}, {STDOUT_FILENO, 1}, {STDERR_FILENO, 2}};
	const rd_spawn_opts opts = {.argv = argv, .fds = ours, .n_fds = RD_LEN(ours)};
	const struct sigaction stop = {.sa_handler = SIG_DFL};
	const struct timespec at_once = {0, 0};
	struct sigaction before;
	sigset_t stops, told;
	rd_code code;
	pid_t pid;

	leave_screen((tty *)term);
	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	sigaction(SIGTSTP, &stop, &before);
	pthread_sigmask(SIG_UNBLOCK, &stops, NULL);
	code = rd_spawn(&opts, &pid, err);
	if (!code)
		code = rd_spawn_wait(pid, ret_status, err);
	pthread_sigmask(SIG_BLOCK, &stops, NULL);
	sigaction(SIGTSTP, &before, NULL);
	sigemptyset(&told);
	sigaddset(&told, SIGINT);
	sigaddset(&told, SIGQUIT);
	while (sigtimedwait(&told, NULL, &at_once) > 0)
		;
	redraw_tty(term);
	sync_size((tty *)term);
	return code;
}

/* Stops the whole job, as the terminal itself would do on ^Z: a shell script that started us waits
 * for nobody then. Where nobody could continue us, the system ignores the signal. */
static void suspend_tty(rd_term *term)
{
	const struct sigaction stop = {.sa_handler = SIG_DFL};
	struct sigaction before;
	sigset_t set;

	leave_screen((tty *)term);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigaction(SIGTSTP, &stop, &before);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	kill(0, SIGTSTP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGTSTP, &before, NULL);
	redraw_tty(term);
	sync_size((tty *)term);
}

static void resized_tty(rd_term *term)
{
	sync_size((tty *)term);
	clearok(curscr, TRUE);
}

static int fd_of(const rd_term *term RD_UNUSED)
{
	return STDIN_FILENO;
}

static void size_of(const rd_term *term RD_UNUSED, int *ret_cols, int *ret_rows)
{
	*ret_cols = COLS;
	*ret_rows = LINES;
}

static bool is_ascii(const rd_term *term)
{
	return ((const tty *)term)->is_ascii;
}

/* ---- keys ---- */

/* What one code of curses makes. @returns whether it made something. */
static bool take_code(tty *t, int code, rd_input *ret_input)
{
	rd_key key = {0, 0};

	t->decoder.last_us = rd_now_us();
	if (code == RD_TTY_PASTE_BEGIN) {
		rd_decode_paste_begin(&t->decoder, rd_now_us());
		return false;
	}
	if (code == RD_TTY_PASTE_END)
		return rd_decode_paste_end(&t->decoder, ret_input);
	if (code == RD_TTY_SYNC) {
		t->has_sync = true;
		return false;
	}
	if (code == RD_TTY_MOUSE_NEW || code == RD_TTY_MOUSE_OLD) {
		rd_decode_mouse_begin(&t->decoder, code == RD_TTY_MOUSE_OLD);
		return false;
	}
	if (code < 256)
		return rd_decode_byte(&t->decoder, (unsigned char)code, ret_input);
	return rd_tty_key_of(code, &key) && rd_decode_key(&t->decoder, key, ret_input);
}

static void read_tty(rd_term *term, rd_input *ret_input)
{
	tty *t = (tty *)term;
	int code;

	*ret_input = (rd_input){.kind = RD_INPUT_NONE};
	if (rd_decode_is_lost(&t->decoder, rd_now_us()))
		rd_decode_reset(&t->decoder);
	while ((code = wgetch(t->pad)) != ERR)
		if (take_code(t, code, ret_input))
			return;
	rd_decode_idle(&t->decoder, ret_input);
}

static void flush_tty(rd_term *term)
{
	flushinp();
	rd_decode_reset(&((tty *)term)->decoder);
}

/* ---- frames ---- */

static int pair_of(tty *t, const rd_look *look)
{
	pair *p;

	if (t->tier == RD_TIER_MONO ||
		(look->fg == RD_COLOR_DEFAULT && look->bg == RD_COLOR_DEFAULT))
		return 0;
	for (size_t i = 0; i < t->pairs.len; i++) {
		p = rd_vec_at(&t->pairs, i);
		if (p->fg == look->fg && p->bg == look->bg)
			return (int)i + 1;
	}
	if ((int)t->pairs.len + 1 >= COLOR_PAIRS)
		return 0;
	p = rd_vec_push(&t->pairs);
	if (!p)
		return 0;
	*p = (pair){look->fg, look->bg};
	init_extended_pair((int)t->pairs.len,
		look->fg == RD_COLOR_DEFAULT ? -1 : look->fg & 0xffffff,
		look->bg == RD_COLOR_DEFAULT ? -1 : look->bg & 0xffffff);
	return (int)t->pairs.len;
}

static attr_t attrs_of(uint32_t attrs)
{
	return (attrs & RD_ATTR_BOLD ? A_BOLD : 0) | (attrs & RD_ATTR_DIM ? A_DIM : 0) |
	       (attrs & RD_ATTR_ITALIC ? A_ITALIC : 0) |
	       (attrs & RD_ATTR_UNDERLINE ? A_UNDERLINE : 0) |
	       (attrs & RD_ATTR_REVERSE ? A_REVERSE : 0);
}

/* The next characters of a cell that curses and the terminal count alike: one with a width and marks on it.
 * Variation selectors are left out, as terminals differ on the width that they make; so is all behind a
 * joiner. @returns the width in curses' eyes; 0: there are no more. */
static int characters(const rd_cell *cell, size_t *at, wchar_t out[CCHARW_MAX + 1])
{
	int n = 0, width = 0;

	while (*at < cell->n && n < CCHARW_MAX) {
		uint32_t cp = 0;
		size_t used = rd_utf8_next(cell->text + *at, cell->n - *at, &cp);
		int w = wcwidth((wchar_t)cp);

		if (n > 0 && w > 0)
			break;
		if (cp == 0x200d || w < 0 || (n == 0 && w == 0)) {
			*at = cell->n;
			break;
		}
		*at += used;
		if (cp == 0xfe0e || cp == 0xfe0f)
			continue;
		out[n++] = (wchar_t)cp;
		width += w;
	}
	out[n] = 0;
	return width;
}

/* A cluster may be several characters that have a width: letters and vowels, or the two of a flag. */
static void put_cell(tty *t, const rd_cell *cell, int x, int y, const rd_theme *theme)
{
	rd_look look = rd_theme_look(theme, t->tier, cell);
	int number = pair_of(t, &look), used = 0, width;
	attr_t attrs = attrs_of(look.attrs);
	wchar_t text[CCHARW_MAX + 1];
	size_t at = 0;
	cchar_t cc;

	while ((width = characters(cell, &at, text)) > 0 && used + width <= cell->width) {
		setcchar(&cc, text, attrs, 0, &number);
		mvadd_wch(y, x + used, &cc);
		used += width;
	}
	for (; used < cell->width; used++) {
		setcchar(&cc, used ? L" " : L"?", attrs, 0, &number);
		mvadd_wch(y, x + used, &cc);
	}
}

/* Makes room to remember a frame. @returns whether it is the size of the last one, so that what is
 * remembered counts. */
static bool remember(tty *t, int cols, int rows)
{
	if (t->shown && t->cols == cols && t->rows == rows)
		return true;
	free(t->shown);
	t->shown = calloc((size_t)cols * (size_t)rows, sizeof(*t->shown));
	t->cols = cols;
	t->rows = rows;
	if (t->shown)
		erase();
	return t->shown != NULL; /* zeroed cells differ from all that can be drawn */
}

static void present(rd_term *term, const rd_surface *s, const rd_theme *theme)
{
	tty *t = (tty *)term;
	int cols = rd_surface_cols(s), rows = rd_surface_rows(s), x, y;
	bool is_known = remember(t, cols, rows), is_visible;

	for (y = 0; y < rows && y < LINES; y++)
		for (x = 0; x < cols && x < COLS; x++) {
			const rd_cell *cell = rd_surface_cell(s, x, y);
			rd_cell *old =
				is_known ? &t->shown[(size_t)y * (size_t)cols + (size_t)x] : NULL;

			if (old && !memcmp(old, cell, sizeof(*cell)))
				continue;
			if (old)
				*old = *cell;
			if (cell->width > 0)
				put_cell(t, cell, x, y, theme);
		}
	rd_surface_cursor(s, &x, &y, &is_visible);
	move(y, x);
	wnoutrefresh(stdscr);
	if (t->has_sync)
		put_raw(SYNC_ON);
	doupdate();
	curs_set(
		is_visible); /* after the alternate screen was entered, which may save the cursor */
	if (t->has_sync)
		put_raw(SYNC_OFF);
}

static const struct rd_term_ops tty_ops = {
	.open = open_tty,
	.fd = fd_of,
	.size = size_of,
	.is_ascii = is_ascii,
	.read = read_tty,
	.flush = flush_tty,
	.present = present,
	.redraw = redraw_tty,
	.mouse = mouse_tty,
	.signal = signal_tty,
	.run = run_tty,
	.suspend = suspend_tty,
	.resized = resized_tty,
	.close = close_tty,
};

bool rd_tty_is_usable(void)
{
	const char *type = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	       (!type || strcmp(type, "dumb") != 0);
}

rd_code rd_tty_new(rd_term **ret_term, rd_err *err)
{
	tty *t;

	t = calloc(1, sizeof(*t));
	if (!t)
		return rd_err_nomem(err);
	t->term.ops = &tty_ops;
	t->is_ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	rd_vec_init(&t->pairs, sizeof(pair));
	keep_stop_signal();
	rd_rescue_begin();
	t->screen = take_screen();
	if (!t->screen) {
		close_tty(&t->term);
		return rd_err_set(err, RD_EUNSUPPORTED,
			"the terminal type '%s' is not known here: set TERM=xterm, or use "
			"--plain",
			rd_or_empty(getenv("TERM")));
	}
	*ret_term = &t->term;
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/*
 * The terminal by curses: taken and given back, its keys read. Curses stays in this file and in the two
 * that are parts of it, tty_frame.c and tty_keys.c: it has one screen a process, and names that are ours too.
 *
 * DESIGN: curses reads keys through a pad, as reading from a window would refresh it. Signals are the
 * console's business (shell.c, rescue.c).
 */
#include "tui/tty.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "core/base/clock.h"
#include "core/base/spawn.h"
#include "tui/decode.h"
#include "tui/direct.h"
#include "tui/rescue.h"
#include "tui/tty_frame.h"
#include "tui/tty_keys.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l"
#define SYNC_ON "\033[?2026h"
#define SYNC_OFF "\033[?2026l"
#define SYNC_ASK "\033[?2026$p"
#define ESC_DELAY_MS 25

typedef struct tty {
	rd_term term;
	SCREEN *screen;
	WINDOW *pad; /* keys are read through it */
	bool is_ascii;
	bool has_mouse;
	bool has_sync; /* it said that it can show a frame at once */
	rd_tty_frame frame;
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
	rd_tty_frame_forget(&t->frame);
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
	t->frame.tier = find_tier();
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
	rd_tty_frame_done(&t->frame);
	rd_decode_done(&t->decoder);
	free(t);
}

static void redraw_tty(rd_term *term)
{
	tty *t = (tty *)term;

	rd_tty_frame_forget(&t->frame);
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

static void present(rd_term *term, const rd_surface *s, const rd_theme *theme)
{
	tty *t = (tty *)term;
	bool is_visible = rd_tty_frame_put(&t->frame, s, theme);

	if (t->has_sync)
		put_raw(SYNC_ON);
	doupdate();
	/* after the alternate screen was entered, which may save the cursor */
	curs_set(is_visible);
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
	rd_tty_frame_init(&t->frame);
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

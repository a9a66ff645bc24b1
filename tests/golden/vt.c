/* SPDX-License-Identifier: MIT */
/* A terminal for a program under test. */
#include "tests/golden/vt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"

#define DEADLINE_US 60000000

/* ---- the little shell: runs in the child, tells 's' stopped, 'x' and the status when gone ---- */

static void tell(int fd, const void *bytes, size_t n)
{
	if (write(fd, bytes, n) != (ssize_t)n)
		_exit(3);
}

static void put_env(const char *const *env)
{
	for (size_t i = 0; env[i]; i++) {
		char name[64];
		const char *equals = strchr(env[i], '=');

		if (!equals) {
			unsetenv(env[i]);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(equals - env[i]), env[i]);
		setenv(name, equals + 1, 1);
	}
}

static void run_program(const char *const *argv, const char *const *env)
{
	sigset_t none;

	setpgid(0, 0);
	tcsetpgrp(STDIN_FILENO, getpid()); /* SIGTTOU is ignored until the next line */
	signal(SIGTTOU, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGTSTP, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	put_env(env);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void be_shell(int events, int orders, const char *const *argv, const char *const *env)
{
	pid_t pid;
	int status;
	char order;

	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		close(events);
		close(orders);
		run_program(argv, env);
	}
	setpgid(pid, pid);
	tell(events, &pid, sizeof(pid));
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
		tcsetpgrp(STDIN_FILENO, getpid());
		tell(events, "s", 1);
		if (read(orders, &order, 1) != 1)
			break;
		if (order == 'f')
			tcsetpgrp(STDIN_FILENO, pid);
		kill(-pid, SIGCONT);
	}
	tell(events, "x", 1);
	tell(events, &status, sizeof(status));
	pause(); /* the terminal stays as it is until the test has looked */
	_exit(0);
}

/* ---- the test's side ---- */

static int on_prop(VTermProp prop, VTermValue *value, void *arg)
{
	vt *v = arg;

	if (prop == VTERM_PROP_ALTSCREEN)
		v->is_alt = value->boolean;
	else if (prop == VTERM_PROP_CURSORVISIBLE)
		v->is_cursor_shown = value->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_prop};

static void open_vterm(vt *v)
{
	v->term = vterm_new(v->rows, v->cols);
	vterm_set_utf8(v->term, 1);
	v->screen = vterm_obtain_screen(v->term);
	vterm_screen_enable_altscreen(v->screen, 1);
	vterm_screen_set_callbacks(v->screen, &callbacks, v);
	vterm_screen_reset(v->screen, 1);
	v->is_cursor_shown = true;
}

bool vt_start(vt *v, int cols, int rows, const char *const *argv, const char *const *env)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	int events[2], orders[2], slave;

	*v = (vt){.cols = cols, .rows = rows, .raw = RD_STR_INIT(64 * 1024 * 1024)};
	if (pipe2(events, O_CLOEXEC) || pipe2(orders, O_CLOEXEC) ||
		openpty(&v->fd, &slave, NULL, NULL, &size) || tcgetattr(slave, &v->before))
		return false;
	v->shell = fork();
	if (v->shell == 0) {
		close(v->fd);
		login_tty(slave);
		be_shell(events[1], orders[0], argv, env);
	}
	close(slave);
	close(events[1]);
	close(orders[0]);
	v->events = events[0];
	v->orders = orders[1];
	fcntl(v->fd, F_SETFL, O_NONBLOCK);
	open_vterm(v);
	return v->shell > 0 && read(v->events, &v->pid, sizeof(v->pid)) == sizeof(v->pid);
}

static void take_output(vt *v)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(v->fd, buf, sizeof(buf))) > 0) {
		vterm_input_write(v->term, buf, (size_t)n);
		rd_str_putn(&v->raw, buf, (size_t)n);
	}
}

static void take_event(vt *v)
{
	char what;

	if (read(v->events, &what, 1) != 1)
		return;
	v->is_stopped = what == 's';
	if (what == 'x')
		v->is_gone = read(v->events, &v->status, sizeof(v->status)) == sizeof(v->status);
}

static void look(vt *v, int timeout_ms)
{
	struct pollfd fds[2] = {{v->fd, POLLIN, 0}, {v->is_gone ? -1 : v->events, POLLIN, 0}};

	poll(fds, 2, timeout_ms);
	if (fds[1].revents & POLLIN)
		take_event(v);
	take_output(v);
}

void vt_look(vt *v)
{
	look(v, 0);
}

bool vt_wait(vt *v, bool (*is_so)(vt *v, const void *arg), const void *arg)
{
	int64_t deadline = rd_now_us() + DEADLINE_US;

	while (!is_so(v, arg)) {
		if (rd_now_us() > deadline)
			return false;
		look(v, 100);
	}
	return true;
}

void vt_row(const vt *v, int row, rd_str *out)
{
	size_t start = out->len;

	for (int col = 0; col < v->cols; col++) {
		VTermScreenCell cell;
		char utf8[4];

		if (!vterm_screen_get_cell(v->screen, (VTermPos){row, col}, &cell))
			continue;
		if (cell.chars[0] == 0)
			rd_str_putc(out, ' ');
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
			rd_str_putn(out, utf8, rd_utf8_put(cell.chars[i], utf8));
		if (cell.width == 2)
			col++;
	}
	while (out->len > start && out->data[out->len - 1] == ' ')
		rd_str_cut(out, out->len - 1);
}

bool vt_shows(vt *v, const void *text)
{
	RD_STR_AUTO
	rd_str all = RD_STR_INIT(0);

	for (int y = 0; y < v->rows; y++) {
		vt_row(v, y, &all);
		rd_str_putc(&all, '\n');
	}
	return strstr(rd_str_get(&all), text) != NULL;
}

bool vt_wait_text(vt *v, const char *text)
{
	return vt_wait(v, vt_shows, text);
}

static bool is_gone(vt *v, const void *arg RD_UNUSED)
{
	return v->is_gone;
}

static bool is_stopped(vt *v, const void *arg RD_UNUSED)
{
	return v->is_stopped;
}

bool vt_wait_gone(vt *v)
{
	return vt_wait(v, is_gone, NULL);
}

bool vt_wait_stopped(vt *v)
{
	return vt_wait(v, is_stopped, NULL);
}

void vt_type(vt *v, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t written = write(v->fd, bytes, n);

		if (written < 0 && errno != EAGAIN)
			return;
		if (written > 0) {
			bytes += written;
			n -= (size_t)written;
		}
		take_output(v);
	}
}

void vt_resize(vt *v, int cols, int rows)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	v->cols = cols;
	v->rows = rows;
	vterm_set_size(v->term, rows, cols);
	ioctl(v->fd, TIOCSWINSZ, &size);
}

static void order(vt *v, const char *what)
{
	v->is_stopped = false;
	if (write(v->orders, what, 1) != 1)
		v->is_gone = true;
}

void vt_continue(vt *v)
{
	order(v, "f");
}

void vt_continue_behind(vt *v)
{
	order(v, "b");
}

/* Whether the last of the two sequences in the output is the one that switches off. */
static bool is_off(const rd_str *raw, const char *on, const char *off)
{
	const char *last_on = NULL, *last_off = NULL;

	for (const char *at = raw->data; at && (at = strstr(at, on)); at++)
		last_on = at;
	for (const char *at = raw->data; at && (at = strstr(at, off)); at++)
		last_off = at;
	return !last_on || last_off > last_on;
}

static const char *unrestored(const vt *v)
{
	struct termios now;

	if (tcgetattr(v->fd, &now))
		return "the modes cannot be read";
	if (now.c_iflag != v->before.c_iflag || now.c_oflag != v->before.c_oflag ||
		now.c_lflag != v->before.c_lflag || now.c_cflag != v->before.c_cflag)
		return "the terminal's modes";
	if (memcmp(now.c_cc, v->before.c_cc, sizeof(now.c_cc)) != 0)
		return "the terminal's characters";
	if (v->is_alt)
		return "the alternate screen";
	if (!v->is_cursor_shown)
		return "the cursor";
	return is_off(&v->raw, "\033[?2004h", "\033[?2004l") ? NULL : "bracketed paste";
}

static bool is_restored(vt *v, const void *arg RD_UNUSED)
{
	return !unrestored(v);
}

/* What a process wrote before it ended or stopped may come to us after that. */
const char *vt_unrestored(vt *v)
{
	vt_wait(v, is_restored, NULL);
	return unrestored(v);
}

void vt_hang_up(vt *v)
{
	close(v->fd);
	v->fd = -1;
}

void vt_end(vt *v)
{
	if (!v->is_gone && v->pid > 0)
		kill(v->pid, SIGKILL);
	kill(v->shell, SIGKILL);
	waitpid(v->shell, NULL, 0);
	if (v->fd >= 0)
		close(v->fd);
	close(v->events);
	close(v->orders);
	vterm_free(v->term);
	rd_str_done(&v->raw);
	v->shell = 0;
}

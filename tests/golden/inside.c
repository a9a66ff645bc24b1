/* SPDX-License-Identifier: MIT */
/* The real binary in tmux and behind ssh: what is seen is what a bare terminal shows. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/base/spawn.h"
#include "core/base/utf8.h"
#include "tests/golden/stage.h"

#define MIN_COLS 60 /* of a screen with hints */

static char script[3000];
static vt bare;

static const char *const env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR", "COLORTERM",
	"LINES", "COLUMNS", "TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY", "RACK_URL", "PAGER=true",
	NULL};

/* All but the first line, which says how fast the rack answers. The sizes are below those at which a second
 * log is opened. */
static bool is_as_bare(vt *v, const void *arg RD_UNUSED)
{
	vt_look(&bare);
	for (int y = 1; y < v->rows; y++) {
		RD_STR_AUTO rd_str a = RD_STR_INIT(0);
		RD_STR_AUTO rd_str b = RD_STR_INIT(0);

		vt_row(v, y, &a);
		vt_row(&bare, y, &b);
		if (strcmp(rd_str_get(&a), rd_str_get(&b)) != 0)
			return false;
	}
	return true;
}

/* The hints end at the right edge of a screen that was drawn for its size, not cut or grown to it. */
static bool is_drawn(vt *v, const void *arg RD_UNUSED)
{
	RD_STR_AUTO rd_str hints = RD_STR_INIT(0);

	kill(v->pid, SIGWINCH);
	vt_row(v, v->rows - 1, &hints);
	return rd_ends_with(rd_str_get(&hints), "q quit") &&
	       (int)rd_utf8_cells(rd_str_get(&hints), hints.len) >= v->cols - 1;
}

static void check_as_bare(void)
{
	wait_until(is_as_bare, NULL, "another screen than in a bare terminal");
}

static bool is_gone(vt *v RD_UNUSED, const void *pid)
{
	return kill(*(const pid_t *)pid, 0) && errno == ESRCH;
}

/* The process of the console, which says its number. 0: there is none. */
static pid_t console_pid(void)
{
	char path[300];
	RD_STR_AUTO rd_str text = RD_STR_INIT(64);

	snprintf(path, sizeof(path), "%s/pid", seed.dir);
	return rd_file_read(path, 64, &text, NULL) ? 0 : (pid_t)strtol(rd_str_get(&text), NULL, 10);
}

/* What holds a console that failed goes with it. */
static int end_all(void **state)
{
	if (shown.shell > 0 && console_pid() > 0)
		kill(console_pid(), SIGKILL);
	if (bare.shell > 0)
		vt_end(&bare);
	return stage_end(state);
}

static int run_shell(const char *line)
{
	const char *argv[] = {"/bin/sh", "-c", line, NULL};
	const rd_spawn_opts opts = {.argv = argv};
	int status = -1;
	pid_t pid;

	assert_int_equal(rd_spawn(&opts, &pid, NULL), RD_OK);
	assert_int_equal(rd_spawn_wait(pid, &status, NULL), RD_OK);
	return status;
}

/* Starts the console inside of what the script runs, and one in a bare terminal beside it. In the script,
 * $0 is a command that is the console, and the working folder is the seed's. */
static void start_inside(const char *inside)
{
	char path[300], text[1200];
	const char *argv[] = {"/bin/sh", "-c", script, path, NULL};
	const char *plain[] = {binary, "console", "-a", "web", NULL};

	snprintf(path, sizeof(path), "%s/console", seed.dir);
	snprintf(text, sizeof(text),
		"#!/bin/sh\necho $$ >%s/pid\nexport HOME=%s XDG_DATA_HOME=%s/data "
		"XDG_CONFIG_HOME=%s/config XDG_RUNTIME_DIR=%s/run RACKDECK_NOW=%s TZ=UTC "
		"LC_ALL=C.UTF-8\nexec %s console -a web\n",
		seed.dir, seed.dir, seed.dir, seed.dir, seed.dir, getenv("RACKDECK_NOW"), binary);
	assert_int_equal(rd_file_write(path, text, strlen(text), NULL), RD_OK);
	assert_int_equal(chmod(path, 0755), 0);
	snprintf(script, sizeof(script), "cd '%s' && %s", seed.dir, inside);
	forget_layout();
	assert_true(vt_start(&shown, 80, 24, argv, env));
	wait_for("rack +ok");
	forget_layout();
	assert_true(vt_start(&bare, 80, 24, plain, env));
	if (!vt_wait_text(&bare, "rack +ok"))
		fail_msg("no console in the bare terminal");
}

/* What all of them must do. */
static void check_inside(void)
{
	static const int sizes[][2] = {{99, 40}, {61, 16}, {20, 6}, {80, 24}};

	check_as_bare();
	for (size_t i = 0; i < RD_LEN(sizes); i++) {
		vt_resize(&shown, sizes[i][0], sizes[i][1]);
		/* A size that changed back before ssh looked is no change: each has to arrive. */
		if (sizes[i][0] >= MIN_COLS)
			wait_until(is_drawn, NULL, "not drawn for its size");
	}
	press("\033[B"); /* arrows and F1 as xterm sends them */
	wait_for("> BHGTPLKMNBV");
	press("\033OA");
	wait_for("> BXCVQWERTYU");
	press("\033OP");
	wait_for("Keys of Lists");
	press("\033"); /* alone: what comes too soon after it belongs to it */
	wait_without("Keys of Lists");
	press("\033[200~Py\nq\033[201~");
	wait_for("paste ignored");
}

static void quit(void)
{
	press("Q");
	check_ended(0);
}

/* ---- tmux ---- */

#define TMUX \
	"printf 'set -g status off\nset -g default-terminal tmux-256color\n' >tmux.conf && " \
	"TMUX_TMPDIR=$PWD exec tmux -f tmux.conf new-session \"$0\""

/* Nobody could continue what is stopped there; so it does not stop. */
static void tmux__shows_and_copies(void **state RD_UNUSED)
{
	char show[300], path[300];
	RD_STR_AUTO rd_str got = RD_STR_INIT(4096);

	start_inside(TMUX);
	check_inside();
	press("\032");
	wait_for("[1]Builds");
	press("4gy");
	wait_for("1 line copied (tmux");
	snprintf(path, sizeof(path), "%s/copied", seed.dir);
	snprintf(show, sizeof(show), "TMUX_TMPDIR=%s tmux show-buffer >%s/copied", seed.dir,
		seed.dir);
	assert_int_equal(run_shell(show), 0);
	assert_int_equal(rd_file_read(path, 4096, &got, NULL), RD_OK);
	assert_string_equal(rd_str_get(&got),
		"web    | #1 [internal] load build definition from Dockerfile");
	quit();
}

static void tmux__killed_ends_the_console(void **state RD_UNUSED)
{
	char kill_it[300];
	pid_t pid;

	start_inside(TMUX);
	pid = console_pid();
	snprintf(kill_it, sizeof(kill_it), "TMUX_TMPDIR=%s tmux kill-server", seed.dir);
	assert_int_equal(run_shell(kill_it), 0);
	assert_true(pid > 0 && vt_wait(&shown, is_gone, &pid));
	vt_end(&shown);
}

/* ---- ssh ---- */

/* The daemon talks over the pipe of its client: no port is needed. */
#define SSH \
	"mkdir -p /run/sshd && rm -f me me.pub && ssh-keygen -q -t ed25519 -N '' -f me && " \
	"printf 'HostKey %s/me\nAuthorizedKeysFile %s/me.pub\nStrictModes no\nUsePAM no\n" \
	"PermitRootLogin yes\nPasswordAuthentication no\nPidFile none\nPrintMotd no\n' $PWD $PWD " \
	">sshd.conf && exec ssh -F none -tt -e none -i me -o IdentitiesOnly=yes -o " \
	"StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o " \
	"ProxyCommand=\"/usr/sbin/sshd -i -f $PWD/sshd.conf\" \"$(id -un)@none\" \"$0\""

static void ssh__shows(void **state RD_UNUSED)
{
	start_inside(SSH);
	check_inside();
	quit();
}

static void ssh__lost_ends_the_console(void **state RD_UNUSED)
{
	pid_t pid;

	start_inside(SSH);
	pid = console_pid();
	kill(shown.pid, SIGKILL);
	assert_true(pid > 0 && vt_wait(&shown, is_gone, &pid));
	vt_end(&shown);
}

/* Clusters that terminals, tmux and others count in ways of their own. */
static void add_wide_lines(void)
{
	static const char *const lines[] = {"wide \xe5\xae\xbd\xe5\xad\x97 and narrow |",
		"family \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 "
		"joined |",
		"heart \xe2\x9d\xa4\xef\xb8\x8f warn \xe2\x9a\xa0\xef\xb8\x8f selected |",
		"flag \xf0\x9f\x87\xa8\xf0\x9f\x87\xad, skin \xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd |",
		"marks e\xcc\x81\xcc\xa7 a\xcc\x8a, thai \xe0\xb8\x81\xe0\xb8\xb3 |",
		"hebrew \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d, arabic \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85 "
		"|",
		"half \xef\xbd\xb6\xef\xbe\x9e full \xef\xbc\xa1 unicode |"};

	for (size_t i = 0; i < RD_LEN(lines); i++)
		assert_int_equal(rig_seed_log(&seed, "BXCVQWERTYU", lines[i], NULL), RD_OK);
}

static int make_all(void **state)
{
	int code = stage_make(state);

	if (!code)
		add_wide_lines();
	return code;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(tmux__shows_and_copies, end_all),
		cmocka_unit_test_teardown(tmux__killed_ends_the_console, end_all),
		cmocka_unit_test_teardown(ssh__shows, end_all),
		cmocka_unit_test_teardown(ssh__lost_ends_the_console, end_all),
	};

	return cmocka_run_group_tests(tests, make_all, stage_drop);
}

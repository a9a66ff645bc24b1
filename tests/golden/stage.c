/* SPDX-License-Identifier: MIT */
/* What the tests of the real binary share. */
#include "tests/unit/unit.h"

#include "tests/golden/stage.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"

#define GUARD_US 200000 /* in which a dialog that changes something is deaf, and a little more */

char top[400], binary[400];
rig_seed seed;
vt shown;
const char *const plain_env[] = {
	"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR", "COLORTERM", "LINES", "COLUMNS", NULL};

/* ---- before and after ---- */

static bool make_absolute(const char *path, char *out, size_t cap)
{
	RD_AUTOFREE char *whole = realpath(path, NULL);

	return whole && (size_t)snprintf(out, cap, "%s", whole) < cap;
}

int stage_make(void **state RD_UNUSED)
{
	const char *src = getenv("top_srcdir"), *build = getenv("top_builddir");
	const char *other = getenv("RACKDECK_BIN");
	char path[500];

	setlocale(LC_CTYPE, "C.UTF-8");
	snprintf(path, sizeof(path), "%s/rackdeck", build ? build : ".");
	if (!make_absolute(other ? other : path, binary, sizeof(binary)) ||
		!make_absolute(src ? src : "..", top, sizeof(top)))
		return -1;
	snprintf(path, sizeof(path), "%s/themes", top);
	setenv("RACKDECK_THEMEDIR", path, 1);
	snprintf(path, sizeof(path), "%s/tests/golden/play", top);
	return rig_seed_make(path, &seed, NULL);
}

int stage_drop(void **state RD_UNUSED)
{
	rig_seed_done(&seed);
	return 0;
}

int stage_end(void **state RD_UNUSED)
{
	if (shown.shell > 0)
		vt_end(&shown);
	return 0;
}

void forget_layout(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/data/rackdeck/console-layout", seed.dir);
	unlink(path);
}

void start_console(int cols, int rows, const char *const *env, const char *text)
{
	const char *argv[] = {binary, "console", "-a", "web", NULL};

	forget_layout();
	assert_true(vt_start(&shown, cols, rows, argv, env));
	wait_for(text);
}

/* ---- what is seen ---- */

void show_screen(const vt *v)
{
	RD_STR_AUTO rd_str screen = RD_STR_INIT(0);

	for (int y = 0; y < v->rows; y++) {
		vt_row(v, y, &screen);
		rd_str_putc(&screen, '\n');
	}
	fprintf(stderr, "%d columns, %d rows, %s\n%s", v->cols, v->rows,
		v->is_gone ? "gone" : "there", rd_str_get(&screen));
}

void fail_with_screen(const char *why)
{
	show_screen(&shown);
	fail_msg("%s", why);
}

void press(const char *keys)
{
	vt_type(&shown, keys, strlen(keys));
}

void wait_until(bool (*is_so)(vt *v, const void *arg), const void *arg, const char *otherwise)
{
	if (!vt_wait(&shown, is_so, arg))
		fail_with_screen(otherwise);
}

static void wait_text(bool (*is_so)(vt *v, const void *arg), const char *text,
	const char *otherwise)
{
	char why[300];

	snprintf(why, sizeof(why), "the console %s '%s'", otherwise, text);
	wait_until(is_so, text, why);
}

void wait_for(const char *text)
{
	wait_text(vt_shows, text, "does not show");
}

static bool shows_not(vt *v, const void *text)
{
	return !vt_shows(v, text);
}

void wait_without(const char *text)
{
	wait_text(shows_not, text, "still shows");
}

static bool has_written(vt *v, const void *bytes)
{
	return v->raw.len > 0 && strstr(v->raw.data, bytes);
}

void wait_written(const char *bytes)
{
	wait_text(has_written, bytes, "does not write");
}

static bool is_past(vt *v RD_UNUSED, const void *time_us)
{
	return rd_now_us() >= *(const int64_t *)time_us;
}

/* By the clock, as the console itself does it: a key that is pressed once more in case that the first one was not
 * heard would now and then be one for what lies behind the dialog. */
void wait_dialog(const char *text)
{
	int64_t until_us;

	wait_for(text);
	until_us = rd_now_us() + GUARD_US;
	wait_until(is_past, &until_us, "the clock stands");
}

void say_yes(const char *question)
{
	wait_dialog(question);
	press("y");
	wait_without(question);
}

/* ---- how it ends ---- */

void check_restored(const char *when)
{
	const char *what = vt_unrestored(&shown);

	if (what)
		fail_msg("%s: %s was not restored", when, what);
}

void check_ended(int want_status)
{
	if (!vt_wait_gone(&shown))
		fail_with_screen("the console does not end");
	check_restored("at the end");
	if (!WIFEXITED(shown.status) || WEXITSTATUS(shown.status) != want_status) {
		show_screen(&shown);
		fail_msg("the console ends with %#x as of wait, not with exit status %d",
			(unsigned)shown.status, want_status);
	}
	vt_end(&shown);
}

/* ---- sizes ---- */

void claim_size(vt *v, int cols, int rows)
{
	const struct winsize size = {
		.ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows};

	ioctl(v->fd, TIOCSWINSZ, &size);
}

void come_to_rest(vt *v)
{
	claim_size(v, v->cols, v->rows);
	vt_type(v, ":", 1);
	assert_true(vt_wait_text(v, "Command ("));
	vt_type(v, "\x03", 1);
	assert_true(vt_wait(v, shows_not, "Command ("));
}

/* SPDX-License-Identifier: MIT */
/*
 * The real binary in a storm of resizes and of keys: no fault, no stall, the terminal restored.
 *
 * STORM_RESIZES and STORM_KEYS say how many (500 and 10000 are a full storm), STORM_SEED which ones; the seed is
 * printed. With --enable-sanitizers what they find fails the test too. Keys never hold a '/': whatever is
 * typed into whatever field, no file outside of the test's folder is named.
 */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/utf8.h"
#include "tests/golden/stage.h"

#define RAW_MAX_BYTES (8 * 1024 * 1024)
#define TAIL_BYTES 600
#define ASK_AGAIN_US 300000
#define COLS 250
#define ROWS 80
#define SANITIZER_STATUS 99

static char reports[128];
static vt fresh;       /* ended by the teardown if the test fails */
static int slave = -1; /* the program's side of the terminal of the one that is shown */
static unsigned long long rolled;

static const char *const env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "PAGER=true",
	"VISUAL=true", "EDITOR=true", "DOCKER_HOST=unix:///nonexistent/engine.sock", "NO_COLOR",
	"COLORTERM", "LINES", "COLUMNS", "TMUX", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION",
	NULL};

static long setting(const char *name, long otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtol(value, NULL, 10) : otherwise;
}

/* 0 to n - 1. */
static int roll(int n)
{
	rolled ^= rolled << 13;
	rolled ^= rolled >> 7;
	rolled ^= rolled << 17;
	return (int)(rolled % (unsigned)n);
}

static void begin(const char *what, long n)
{
	long from = setting("STORM_SEED", 20261121);

	rolled = (unsigned long long)from * 2654435761U + 1;
	print_message("# %ld %s, STORM_SEED=%ld\n", n, what, from);
}

static int end_all(void **state)
{
	if (slave >= 0)
		close(slave);
	slave = -1;
	if (fresh.shell > 0)
		vt_end(&fresh);
	return stage_end(state);
}

static void start(vt *v, bool is_read_only)
{
	const char *argv[] = {
		binary, "console", "-a", "web", is_read_only ? "--read-only" : NULL, NULL};

	forget_layout();
	assert_true(vt_start(v, COLS, ROWS, argv, env));
	if (vt_wait_text(v, "local"))
		return;
	show_screen(v);
	fail_msg("the console does not come up");
}

static void watch_input(void)
{
	if (slave >= 0)
		close(slave);
	slave = open(ptsname(shown.fd), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(slave >= 0);
}

/* Whether the console has read all keys; a stopped one is continued. */
static bool has_read_all(vt *v, const void *arg RD_UNUSED)
{
	int waiting = 0;

	if (v->is_stopped)
		vt_continue(v);
	return v->is_gone || (!ioctl(slave, FIONREAD, &waiting) && !waiting);
}

static void settle(void)
{
	wait_until(has_read_all, NULL, "the console does not read keys any more");
	if (shown.raw.len > RAW_MAX_BYTES) {
		rd_str_clear(&shown.raw);
		rd_str_put(&shown.raw, "\033[?2004h"); /* as it was switched on */
	}
}

static void grow_log(void)
{
	char line[128];

	snprintf(line, sizeof(line), "\033[3%dm#5 %d.%03d adding package number %d\033[0m", roll(8),
		roll(900), roll(1000), roll(1 << 20));
	assert_int_equal(rig_seed_log(&seed, "BXCVQWERTYU", line, NULL), RD_OK);
}

/* What the sanitizers found in any process is in a file of its own. */
static void check_reports(void)
{
	DIR *dir = opendir(reports);
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		RD_AUTOFREE char *path = rd_path_join(reports, entry->d_name);
		RD_STR_AUTO rd_str text = RD_STR_INIT(RAW_MAX_BYTES);

		if (entry->d_name[0] != '.' && !rd_file_read(path, RAW_MAX_BYTES, &text, NULL))
			fail_msg("%s", rd_str_get(&text));
	}
	closedir(dir);
}

/* The console has ended: of its own will, without a fault, and with the terminal as it was. */
static void check_end(int signo)
{
	size_t tail = shown.raw.len < TAIL_BYTES ? shown.raw.len : TAIL_BYTES;

	check_reports();
	/* ^C and ^\ are signals while the terminal is another program's */
	if (WIFSIGNALED(shown.status) && WTERMSIG(shown.status) != SIGINT &&
		WTERMSIG(shown.status) != SIGQUIT)
		assert_int_equal(WTERMSIG(shown.status), signo);
	else if (WEXITSTATUS(shown.status) == SANITIZER_STATUS)
		fail_msg("a sanitizer ended it: %s", shown.raw.data + shown.raw.len - tail);
	check_restored("at the end");
}

static bool has_ended(vt *v, const void *arg RD_UNUSED)
{
	if (v->is_stopped)
		vt_continue(v);
	return v->is_gone;
}

static void end(void)
{
	kill(shown.pid, SIGTERM);
	wait_until(has_ended, NULL, "the console does not end");
	check_end(SIGTERM);
}

/* ---- resizes ---- */

static void resize(void)
{
	static const int sizes[][2] = {{0, 0}, {1, 1}, {2, 60}, {COLS, 1}, {60, 15}, {80, 24}};
	int odd = roll(3 * (int)RD_LEN(sizes));

	if (odd < (int)RD_LEN(sizes))
		claim_size(&shown, sizes[odd][0], sizes[odd][1]);
	else
		claim_size(&shown, 1 + roll(COLS), 1 + roll(ROWS));
}

static bool is_same(vt *v, const void *other)
{
	vt *o = (vt *)(uintptr_t)other;
	bool same = true;

	vt_look(o);
	for (int y = 0; y < v->rows && same; y++) {
		RD_STR_AUTO rd_str a = RD_STR_INIT(0);
		RD_STR_AUTO rd_str b = RD_STR_INIT(0);

		vt_row(v, y, &a);
		vt_row(o, y, &b);
		same = a.len == b.len && !strcmp(rd_str_get(&a), rd_str_get(&b));
	}
	return same;
}

static void resizes__end_in_the_screen_of_a_fresh_start(void **state RD_UNUSED)
{
	long n = setting("STORM_RESIZES", 60);

	begin("resizes", n);
	start(&shown, false);
	watch_input();
	for (long i = 0; i < n; i++) {
		resize();
		if (!roll(3))
			grow_log();
		vt_type(&shown, "\x0c", !roll(4));
		settle();
	}
	come_to_rest(&shown);
	start(&fresh, false);
	come_to_rest(&fresh);
	vt_resize(&fresh, 120, 40);
	vt_resize(&shown, 120, 40);
	if (!vt_wait(&shown, is_same, &fresh)) {
		show_screen(&fresh);
		fail_with_screen("the screen is not that of a fresh start");
	}
	end();
}

/* ---- keys ---- */

static void put_random(rd_str *out, int n, int from, int below)
{
	while (n-- > 0) {
		char c = (char)(from + roll(below - from));

		rd_str_putc(out, c == '/' ? '?' : c);
	}
}

static void put_mouse(rd_str *out)
{
	static const int buttons[] = {0, 0, 0, 2, 32, 64, 65, 35, 99};

	rd_str_printf(out, "\033[<%d;%d;%d%c", buttons[roll((int)RD_LEN(buttons))], 1 + roll(260),
		1 + roll(90), roll(3) ? 'M' : 'm');
}

static void put_key(rd_str *out)
{
	static const char *const named[] = {"\033[A", "\033[B", "\033[C", "\033[D", "\033OA",
		"\033OB", "\033[5~", "\033[6~", "\033[H", "\033[F", "\033[3~", "\033[Z", "\033OP",
		"\033OQ", "\033OR", "\033OS", "\033[15~", "\033[17~", "\033[18~", "\033[19~",
		"\033[20~", "\033[21~", "\033[24~", "\033[1;5D", "\033[1;2A", "\r", "\r", "\t",
		"\t", " ", "\033", "\033", "\x7f"};
	static const char *const odd[] = {"\033[", "\033[<", "\033[200~", "\033[201~", "\033]0;x\a",
		"\033P+q\033\\", "\xff\xfe", "\xe7\x95", "\xe7\x95\x8c", "\xf0\x9f\x9a\x80",
		"e\xcc\x81", "\x9b", "\033[999;999;999~", "\033[I", "\033[O", "\xe2\x80\xae"};

	switch (roll(10)) {
	case 0:
	case 1:
	case 2:
		rd_str_put(out, named[roll((int)RD_LEN(named))]);
		break;
	case 3:
		put_random(out, 1, 1, 26); /* control characters up to ^Y */
		break;
	case 4:
		if (roll(3))
			put_mouse(out);
		else
			rd_str_put(out, odd[roll((int)RD_LEN(odd))]);
		break;
	case 5:
		rd_str_put(out, "\033[200~");
		put_random(out, roll(40), 8, 127);
		rd_str_put(out, "\033[201~");
		break;
	default:
		put_random(out, 1, 32, 127);
	}
}

/* Until then it is asked again: what was typed before may have taken the key. */
static bool is_suspended(vt *v, const void *asked_us)
{
	int64_t *last_us = (int64_t *)(uintptr_t)asked_us;

	if (v->is_stopped || v->is_gone)
		return true;
	if (rd_now_us() < *last_us + ASK_AGAIN_US)
		return false;
	vt_type(v, "\033[201~\x1a", 7);
	*last_us = rd_now_us();
	return false;
}

/* ^Z works whatever is open. */
static void suspend(void)
{
	int64_t asked_us = 0;

	wait_until(is_suspended, &asked_us, "the console does not take ^Z");
	if (shown.is_stopped)
		vt_continue(&shown);
}

static void storm_keys(long n, bool is_read_only)
{
	long done = 0;

	start(&shown, is_read_only);
	watch_input();
	while (done < n) {
		RD_STR_AUTO rd_str keys = RD_STR_INIT(0);

		for (int burst = 1 + roll(16); burst > 0 && done < n; burst--, done++)
			put_key(&keys);
		if (!roll(12))
			resize();
		if (!roll(12))
			grow_log();
		vt_type(&shown, rd_str_get(&keys), keys.len);
		settle();
		if (!shown.is_gone && !roll(60))
			suspend();
		if (!shown.is_gone)
			continue;
		check_end(0);
		vt_end(&shown);
		start(&shown, is_read_only);
		watch_input();
	}
	end();
	vt_end(&shown);
}

static void keys__of_all_kinds_do_no_harm(void **state RD_UNUSED)
{
	long n = setting("STORM_KEYS", 600);

	begin("keys", n);
	storm_keys(n / 2, false);
	storm_keys(n - n / 2, true);
}

/* ---- all ---- */

static int make_all(void **state)
{
	const char *asan = getenv("ASAN_OPTIONS");
	char path[500], options[900];

	if (stage_make(state))
		return -1;
	snprintf(reports, sizeof(reports), "%s/reports", seed.dir);
	snprintf(options, sizeof(options), "%s:log_path=%s/of:exitcode=%d", asan ? asan : "",
		reports, SANITIZER_STATUS);
	setenv("ASAN_OPTIONS", options, 1);
	setenv("UBSAN_OPTIONS", options, 1);
	snprintf(path, sizeof(path), "%s/work", seed.dir);
	return rd_mkdirs(reports, NULL) || rd_mkdirs(path, NULL) || chdir(path) ? -1 : 0;
}

static int drop_all(void **state)
{
	return chdir("/") || stage_drop(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(resizes__end_in_the_screen_of_a_fresh_start, end_all),
		cmocka_unit_test_teardown(keys__of_all_kinds_do_no_harm, end_all),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}

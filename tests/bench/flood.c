/* SPDX-License-Identifier: MIT */
/*
 * Eight running builds write LINES lines a second each, for SECONDS, while a program shows their logs.
 *   flood LINES SECONDS RACK COMMAND…    RACK: the rack's folder, with builds BFLOODAAAAA to BFLOODAAAAH
 * With "console" as the first word of the command it opens a pane for each log, presses a key every 30 ms and
 * times its answer, and waits until each log has all lines; else until the last line is seen.
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/store/locks.h"
#include "tests/bench/proc.h"
#include "tests/golden/vt.h"

#define LOGS 8
#define COLS 250
#define ROWS 80
#define TICK_US 10000
#define KEY_EVERY_US 30000
#define KEYS_MAX 10000
#define LAST "the last line of this flood"

static vt v;
static const char *rack;
static long lines_a_second, seconds;
static double answered_ms[KEYS_MAX];
static int n_keys, cursor_row;

static void path_of(char path[512], const char *folder, int i, const char *suffix)
{
	snprintf(path, 512, "%s/%s/BFLOODAAAA%c.%s", rack, folder, 'A' + i, suffix);
}

static bool hold_locks(void)
{
	for (int i = 0; i < LOGS; i++) {
		char path[512];
		int fd;

		path_of(path, "run", i, "lock");
		if (rd_lock_take(path, &fd, NULL))
			return false;
		path_of(path, "logs", i, "log");
		if (rd_file_write(path, "it begins\n", 10, NULL))
			return false;
	}
	return true;
}

/* ---- the writer: a process of its own ---- */

static void put_lines(int fd, long from, long n, bool is_last)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	for (long k = 0; k < n; k++)
		rd_str_printf(&text,
			"#5 %ld.%03ld \033[36mline %ld\033[0m of a step that tells all it does to "
			"whom "
			"it may concern, and more\n",
			from / 1000, k % 1000, from + k);
	if (is_last)
		rd_str_put(&text, LAST "\n");
	if (rd_write_all(fd, rd_str_get(&text), text.len, NULL))
		_exit(1);
}

static void write_logs(void)
{
	long ticks = seconds * 1000000 / TICK_US, n = lines_a_second * TICK_US / 1000000;
	int64_t began_us = rd_now_us();
	int fds[LOGS];

	for (int i = 0; i < LOGS; i++) {
		char path[512];

		path_of(path, "logs", i, "log");
		fds[i] = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	}
	for (long tick = 0; tick < ticks; tick++) {
		int64_t wait_us = began_us + tick * TICK_US - rd_now_us();

		for (int i = 0; i < LOGS; i++)
			put_lines(fds[i], tick * n, n, tick + 1 == ticks);
		if (wait_us > 0)
			usleep((useconds_t)wait_us);
	}
	_exit(0);
}

/* ---- what is seen ---- */

static bool is_later(vt *t RD_UNUSED, const void *until_us)
{
	return rd_now_us() > *(const int64_t *)until_us;
}

static int find_cursor(void)
{
	for (int y = 0; y < v.rows; y++) {
		VTermScreenCell cell;

		if (vterm_screen_get_cell(v.screen, (VTermPos){y, 0}, &cell) &&
			cell.chars[0] == '>')
			return y;
	}
	return -1;
}

static bool has_moved(vt *t RD_UNUSED, const void *arg RD_UNUSED)
{
	int row = find_cursor();

	return row >= 0 && row != cursor_row;
}

static int count_shown(const char *text)
{
	int n = 0;

	for (int y = 0; y < v.rows; y++) {
		RD_STR_AUTO rd_str row = RD_STR_INIT(0);

		vt_row(&v, y, &row);
		for (const char *at = rd_str_get(&row); (at = strstr(at, text)); at++)
			n++;
	}
	return n;
}

/* Whether the titles of all panes tell that all lines have come. */
static bool has_all(vt *t RD_UNUSED, const void *arg RD_UNUSED)
{
	long all = lines_a_second * seconds + 2;
	char want[32];

	snprintf(want, sizeof(want), " %ld,%03ld lines", all / 1000, all % 1000);
	return count_shown(want) == count_shown(" log BFLOOD");
}

/* ---- keys ---- */

/* A pane for each log but that of the newest build, which comes up by itself; the steps make room. */
static bool open_panes(void)
{
	char keys[] = "1gjjjjjjj";

	vt_type(&v, "3x", 2);
	for (int i = 1; i < LOGS; i++) {
		char name[32];

		vt_type(&v, keys, (size_t)i + 2);
		vt_type(&v, "|", 1);
		snprintf(name, sizeof(name), "log BFLOODAAAA%c", 'H' - i);
		if (!vt_wait_text(&v, name))
			return false;
	}
	vt_type(&v, "1g", 2);
	return true;
}

static bool press_key(void)
{
	int64_t from_us = rd_now_us();

	cursor_row = find_cursor();
	vt_type(&v, n_keys % 2 ? "k" : "j", 1);
	if (!vt_wait(&v, has_moved, NULL))
		return false;
	if (n_keys < KEYS_MAX)
		answered_ms[n_keys++] = (double)(rd_now_us() - from_us) / 1e3;
	return true;
}

static int rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* ---- all ---- */

static bool flood(bool is_ours)
{
	int64_t began_us = rd_now_us(), half_us = began_us + seconds * 500000, next_us = began_us;
	size_t bytes = v.raw.len;
	double cpu = proc_cpu_ms(v.pid);
	long before_kb = proc_status(v.pid, "VmRSS:"), half_kb = 0;
	pid_t writer = fork();
	bool is_good = true;

	if (!writer)
		write_logs();
	while (is_good && !waitpid(writer, NULL, WNOHANG)) {
		next_us += KEY_EVERY_US;
		if (is_ours)
			is_good = press_key();
		vt_wait(&v, is_later, &next_us);
		if (!half_kb && rd_now_us() > half_us)
			half_kb = proc_status(v.pid, "VmRSS:");
	}
	began_us = rd_now_us();
	is_good = is_good && (is_ours ? vt_wait(&v, has_all, NULL) : vt_wait_text(&v, LAST));
	if (is_ours)
		printf("%d panes  ", count_shown(" log BFLOOD"));
	printf("behind %.0f ms  cpu %.2f s  %zu kB to the screen  rss %ld, %ld, %ld kB",
		(double)(rd_now_us() - began_us) / 1e3, (proc_cpu_ms(v.pid) - cpu) / 1e3,
		(v.raw.len - bytes) / 1000, before_kb, half_kb, proc_status(v.pid, "VmRSS:"));
	return is_good;
}

int main(int argc, char **argv)
{
	const char *const env[] = {"NO_COLOR", NULL};
	bool is_ours = argc > 5 && !strcmp(argv[5], "console"), is_good;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc < 5) {
		fprintf(stderr, "usage: flood LINES SECONDS RACK COMMAND…\n");
		return 2;
	}
	lines_a_second = strtol(argv[1], NULL, 10);
	seconds = strtol(argv[2], NULL, 10);
	rack = argv[3];
	is_good = hold_locks() && vt_start(&v, COLS, ROWS, (const char *const *)argv + 4, env) &&
		  vt_wait_text(&v, "it begins") && (!is_ours || open_panes()) && flood(is_ours);
	if (is_good && n_keys) {
		qsort(answered_ms, (size_t)n_keys, sizeof(answered_ms[0]), rising);
		printf("  %d keys: median %.1f ms, p99 %.1f ms, last %.1f ms", n_keys,
			answered_ms[n_keys / 2], answered_ms[n_keys * 99 / 100],
			answered_ms[n_keys - 1]);
	}
	printf("\n");
	if (!is_good)
		for (int y = 0; y < v.rows; y++) {
			RD_STR_AUTO rd_str row = RD_STR_INIT(0);

			vt_row(&v, y, &row);
			fprintf(stderr, "|%s\n", rd_str_get(&row));
		}
	vt_end(&v);
	return !is_good;
}

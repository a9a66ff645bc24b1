/* SPDX-License-Identifier: MIT */
/*
 * Plays a script to a full-screen program on a pseudo-terminal and times what it shows.
 *   ptyplay COLSxROWS COMMAND… <SCRIPT    prints a line "NAME_ms=… NAME_bytes=… … rss_kb=… anon_kb=… cpu_ms=…"
 * Each line of the script is NAME, KEYS and TEXT, with tabs between them: KEYS (\r, \e) are typed, then TEXT is
 * waited for. Without a TEXT: for silence, and the time is that of the last byte. The name "idle" waits for KEYS
 * seconds; its ms are how often the program was woken. The last figures are as of the script's end.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "tests/bench/proc.h"
#include "tests/golden/vt.h"

#define SILENCE_US 300000
#define PATIENCE 5 /* minutes */

static vt v;
static int64_t last_us, silence_us;
static size_t seen;

/* Whether nothing has come for so long. */
static bool is_silent(vt *t, const void *arg RD_UNUSED)
{
	int64_t now_us = rd_now_us();

	if (t->raw.len != seen) {
		seen = t->raw.len;
		last_us = now_us;
	}
	return now_us - last_us > silence_us;
}

static void wait_for_silence(int64_t us)
{
	silence_us = us;
	last_us = rd_now_us();
	seen = v.raw.len;
	if (!vt_wait(&v, is_silent, NULL))
		fprintf(stderr, "ptyplay: it never falls silent\n");
}

static bool never(vt *t RD_UNUSED, const void *until_us)
{
	return rd_now_us() > *(const int64_t *)until_us;
}

static void stay_idle(long seconds)
{
	int64_t until_us;
	size_t bytes;
	long woken;

	wait_for_silence(SILENCE_US);
	bytes = v.raw.len;
	woken = proc_wakeups(v.pid);
	until_us = rd_now_us() + seconds * 1000000;
	vt_wait(&v, never, &until_us);
	printf("idle_ms=%ld idle_bytes=%zu ", proc_wakeups(v.pid) - woken, v.raw.len - bytes);
}

static void type(const char *keys)
{
	for (; *keys; keys++) {
		char c = *keys;

		if (c == '\\' && keys[1])
			c = *++keys == 'r' ? '\r' : *keys == 'e' ? '\033' : *keys;
		vt_type(&v, &c, 1);
	}
}

/* @returns false: it never came. */
static bool play(const char *name, const char *keys, const char *text, int64_t from_us)
{
	size_t bytes = v.raw.len;
	bool is_there = false;

	type(keys);
	if (!*text) {
		wait_for_silence(SILENCE_US);
		printf("%s_ms=%.1f %s_bytes=%zu ", name, (double)(last_us - from_us) / 1e3, name,
			v.raw.len - bytes);
		return true;
	}
	for (int i = 0; i < PATIENCE && !is_there; i++)
		is_there = vt_wait_text(&v, text);
	if (!is_there) {
		fprintf(stderr, "ptyplay: '%s' never came\n", text);
		return false;
	}
	printf("%s_ms=%.1f %s_bytes=%zu ", name, (double)(rd_now_us() - from_us) / 1e3, name,
		v.raw.len - bytes);
	return true;
}

int main(int argc, char **argv)
{
	int64_t from_us = rd_now_us();
	int cols, rows;
	const char *const env[] = {"NO_COLOR", NULL};
	char line[1024];
	bool is_good = true;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc < 3 || sscanf(argv[1], "%dx%d", &cols, &rows) != 2) {
		fprintf(stderr, "usage: ptyplay COLSxROWS COMMAND… <SCRIPT\n");
		return 2;
	}
	if (!vt_start(&v, cols, rows, (const char *const *)argv + 2, env))
		return 1;
	while (is_good && fgets(line, sizeof(line), stdin)) {
		char *rest = line, *name, *keys, *text;

		line[strcspn(line, "\n")] = '\0';
		name = strsep(&rest, "\t");
		keys = strsep(&rest, "\t");
		text = rest ? rest : line + strlen(line);
		if (!keys)
			return 2;
		if (!strcmp(name, "idle"))
			stay_idle(strtol(keys, NULL, 10));
		else
			is_good = play(name, keys, text, from_us);
		from_us = rd_now_us();
	}
	printf("rss_kb=%ld anon_kb=%ld cpu_ms=%.0f\n", proc_status(v.pid, "VmHWM:"),
		proc_status(v.pid, "RssAnon:"), proc_cpu_ms(v.pid));
	vt_end(&v);
	return !is_good;
}

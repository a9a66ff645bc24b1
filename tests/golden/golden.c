/* SPDX-License-Identifier: MIT */
/* Plays the scripts of tests/golden/play and compares screens; prints TAP. See rig.h. */
#include <dirent.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/utf8.h"
#include "core/rack/select.h"
#include "tests/golden/rig.h"
#include "tui/jobs.h"
#include "tui/shell.h"

#define DEADLINE_US 60000000
#define SCREEN_MAX_BYTES (4 * 1024 * 1024)

/* A terminal that has a size and nothing else; the script hands inputs to the console. */
typedef struct script_term {
	rd_term term;
	int cols, rows;
	bool is_ascii;
} script_term;

typedef struct player {
	const char *golden_dir;
	const char *script; /* name, for messages */
	rig_seed seed;
	script_term *term;
	bool is_ascii, is_read_only, is_protected;
	char settings[256];
	int cols, rows;
	rd_rack *rack;
	rd_console *console;
	bool goes_on;
	int cases, failures;
} player;

/* ---- the terminal ---- */

static rd_code open_term(rd_term *t RD_UNUSED, rd_err *err RD_UNUSED)
{
	return RD_OK;
}

static int fd_of(const rd_term *t RD_UNUSED)
{
	return -1;
}

static void size_of(const rd_term *t, int *ret_cols, int *ret_rows)
{
	*ret_cols = ((const script_term *)t)->cols;
	*ret_rows = ((const script_term *)t)->rows;
}

static bool is_ascii(const rd_term *t)
{
	return ((const script_term *)t)->is_ascii;
}

static void read_nothing(rd_term *t RD_UNUSED, rd_input *ret_input)
{
	ret_input->kind = RD_INPUT_NONE;
}

static void present(rd_term *t RD_UNUSED, const rd_surface *s RD_UNUSED,
	const rd_theme *th RD_UNUSED)
{
}

static void ignore(rd_term *t RD_UNUSED) {}

static void ignore_bytes(rd_term *t RD_UNUSED, const char *bytes RD_UNUSED) {}

static void ignore_mouse(rd_term *t RD_UNUSED, bool is_on RD_UNUSED) {}

static void close_term(rd_term *t)
{
	free(t);
}

static rd_code run_nothing(rd_term *t RD_UNUSED, const char *const *argv RD_UNUSED, int *ret_status,
	rd_err *err RD_UNUSED)
{
	*ret_status = 0;
	return RD_OK;
}

static const struct rd_term_ops script_ops = {
	.open = open_term,
	.fd = fd_of,
	.size = size_of,
	.is_ascii = is_ascii,
	.read = read_nothing,
	.flush = ignore,
	.present = present,
	.redraw = ignore,
	.mouse = ignore_mouse,
	.signal = ignore_bytes,
	.run = run_nothing,
	.suspend = ignore,
	.resized = ignore,
	.close = close_term,
};

/* ---- running ---- */

static void die(const player *p, const char *what, const rd_err *err)
{
	char text[2048];

	printf("Bail out! %s: %s: %s\n", p->script, what,
		err ? rd_err_text(err, text, sizeof(text)) : "");
	exit(1);
}

static void turn(player *p)
{
	rd_err err = {0};

	if (rd_console_turn(p->console, 20, &p->goes_on, &err))
		die(p, "turn", &err);
}

/* Turns until nothing is under way. */
static void settle(player *p)
{
	int64_t deadline = rd_now_us() + DEADLINE_US;

	do {
		turn(p);
		if (rd_now_us() > deadline)
			die(p, "the console does not come to rest", NULL);
	} while (p->goes_on && !rd_console_is_idle(p->console));
}

/* The settings that count for logs. */
static void load_settings(player *p, rd_console_setup *setup)
{
	char path[96];
	rd_settings settings;
	rd_err err = {0};

	snprintf(path, sizeof(path), "%s/config.yml", p->seed.dir);
	if (rd_file_write(path, p->settings, strlen(p->settings), &err) ||
		rd_settings_load(path, &settings, &err))
		die(p, "settings", &err);
	setup->highlights = settings.highlights;
	rd_vec_init(&settings.highlights, sizeof(rd_highlight));
	rd_settings_done(&settings);
}

static void start(player *p)
{
	rd_console_setup setup = {.app = "web", .dir = "/src/web"};
	rd_err err = {0};

	if (p->console)
		return;
	p->term = calloc(1, sizeof(*p->term));
	if (!p->term)
		die(p, "memory", NULL);
	*p->term = (script_term){{&script_ops}, p->cols, p->rows, p->is_ascii};
	if (rig_seed_make(p->golden_dir, &p->seed, &err) || rd_rack_open("local", &p->rack, &err))
		die(p, "seed", &err);
	load_settings(p, &setup);
	setup.rack = p->rack;
	setup.keeps_theme = true;
	setup.double_us = DEADLINE_US;
	setup.is_read_only = p->is_read_only;
	setup.is_protected = p->is_protected;
	setup.term = &p->term->term;
	if (rd_theme_new(&setup.theme, &err) || rd_keymap_new(&setup.keymap, &err) ||
		rd_console_new(&setup, &p->console, &err) ||
		rd_console_open_dashboard(p->console, NULL, &err))
		die(p, "start", &err);
	p->goes_on = true;
	settle(p);
}

static void stop(player *p)
{
	rd_console_free(p->console);
	rd_rack_close(p->rack);
	rig_seed_done(&p->seed);
	p->console = NULL;
	p->rack = NULL;
}

static void report(player *p, bool is_ok, const char *name)
{
	p->cases++;
	p->failures += !is_ok;
	printf("%sok %d - %s %s\n", is_ok ? "" : "not ", p->cases, p->script, name);
}

/* ---- screens ---- */

static void show_difference(const char *want, const char *got)
{
	while (*want || *got) {
		size_t w = strcspn(want, "\n"), g = strcspn(got, "\n");

		if (w != g || memcmp(want, got, w))
			printf("# want %.*s\n# got  %.*s\n", (int)w, want, (int)g, got);
		want += w + (want[w] == '\n');
		got += g + (got[g] == '\n');
	}
}

static void check_file(player *p, const char *file, const char *name, const rd_str *got)
{
	RD_STR_AUTO
	rd_str want = RD_STR_INIT(SCREEN_MAX_BYTES);
	rd_err err = {0};
	char text[2048];

	if (getenv("UPDATE")) {
		if (rd_file_write(file, got->data, got->len, &err))
			die(p, "update", &err);
		report(p, true, name);
		return;
	}
	if (rd_file_read(file, SCREEN_MAX_BYTES, &want, &err))
		printf("# %s\n", rd_err_text(&err, text, sizeof(text)));
	report(p, !strcmp(rd_str_get(&want), got->data), name);
	if (strcmp(rd_str_get(&want), got->data))
		show_difference(rd_str_get(&want), got->data);
}

static void check_screen(player *p, const char *name)
{
	char file[512];
	RD_STR_AUTO
	rd_str got = RD_STR_INIT(SCREEN_MAX_BYTES);

	snprintf(file, sizeof(file), "%s/%s.screen", p->golden_dir, name);
	rig_dump(p->console->surface, &got);
	check_file(p, file, name, &got);
}

/* "NAME THEME" */
static void check_picture(player *p, const char *text)
{
	char file[512], name[64] = "", theme_name[64] = "";
	RD_STR_AUTO
	rd_str got = RD_STR_INIT(SCREEN_MAX_BYTES);
	rd_theme *theme = NULL;
	rd_err err = {0};
	int failures = p->failures;

	if (sscanf(text, "%63s %63s", name, theme_name) != 2 ||
		rd_theme_load(theme_name, &theme, &err))
		die(p, text, &err);
	snprintf(file, sizeof(file), "%s/../../../docs/%s.svg", p->golden_dir, name);
	rig_picture(p->console->surface, theme, &got);
	check_file(p, file, name, &got);
	if (p->failures > failures)
		printf("# docs/%s.svg: made anew by dev/shots\n", name);
	rd_theme_free(theme);
}

static bool shows(const rd_surface *s, const char *text)
{
	RD_STR_AUTO
	rd_str all = RD_STR_INIT(SCREEN_MAX_BYTES);

	rig_dump(s, &all);
	return strstr(rd_str_get(&all), text) != NULL;
}

static void wait_for(player *p, const char *text)
{
	int64_t deadline = rd_now_us() + DEADLINE_US;

	while (!shows(p->console->surface, text)) {
		turn(p);
		if (rd_now_us() < deadline && p->goes_on)
			continue;
		report(p, false, text);
		printf("# the screen does not show it\n");
		return;
	}
	settle(p);
}

/* ---- commands ---- */

static void give(player *p, const rd_input *in)
{
	if (!p->goes_on)
		die(p, "the console has ended before the script", NULL);
	rd_console_take_input(p->console, in);
	settle(p);
}

static void give_keys(player *p, const char *keys)
{
	while (*keys) {
		size_t n = strcspn(keys, " ");

		for (size_t at = 0, used; at < n; at += used) {
			rd_input in = {.kind = RD_INPUT_KEY};

			used = rd_key_parse(keys + at, n - at, &in.key);
			if (used == 0)
				die(p, keys, NULL);
			give(p, &in);
		}
		keys += n;
		keys += strspn(keys, " ");
	}
}

static void type_text(player *p, const char *text)
{
	for (size_t at = 0, n = strlen(text); at < n;) {
		rd_input in = {.kind = RD_INPUT_KEY};

		at += rd_utf8_next(text + at, n - at, &in.key.code);
		give(p, &in);
	}
}

static void set_size(player *p, const char *text)
{
	const rd_input in = {.kind = RD_INPUT_RESIZE};

	if (sscanf(text, "%dx%d", &p->cols, &p->rows) != 2)
		die(p, text, NULL);
	if (!p->console)
		return;
	p->term->cols = p->cols;
	p->term->rows = p->rows;
	give(p, &in);
}

static void give_mouse(player *p, rd_mouse_kind kind, int x, int y)
{
	const rd_input in = {.kind = RD_INPUT_MOUSE, .mouse = {kind, x, y}};

	give(p, &in);
}

static void click(player *p, const char *at)
{
	int x = 0, y = 0;

	if (sscanf(at, "%d %d", &x, &y) != 2)
		die(p, at, NULL);
	give_mouse(p, RD_MOUSE_PRESS, x, y);
	give_mouse(p, RD_MOUSE_RELEASE, x, y);
}

static void drag(player *p, const char *way)
{
	int x = 0, y = 0, to_x = 0, to_y = 0;

	if (sscanf(way, "%d %d %d %d", &x, &y, &to_x, &to_y) != 4)
		die(p, way, NULL);
	give_mouse(p, RD_MOUSE_PRESS, x, y);
	give_mouse(p, RD_MOUSE_DRAG, to_x, to_y);
	give_mouse(p, RD_MOUSE_RELEASE, to_x, to_y);
}

static void turn_wheel(player *p, const char *way)
{
	int x = 0, y = 0;
	char word[8];

	if (sscanf(way, "%7s %d %d", word, &x, &y) != 3)
		die(p, way, NULL);
	give_mouse(p, word[0] == 'u' ? RD_MOUSE_WHEEL_UP : RD_MOUSE_WHEEL_DOWN, x, y);
}

static void append_log(player *p, const char *text)
{
	char id[16] = "";
	rd_err err = {0};

	if (sscanf(text, "%11s", id) != 1 || strlen(text) < strlen(id) + 1 ||
		rig_seed_log(&p->seed, id, text + strlen(id) + 1, &err))
		die(p, text, &err);
	settle(p);
}

static void append_lines(player *p, const char *text)
{
	RD_STR_AUTO
	rd_str lines = RD_STR_INIT(0);
	char id[16] = "";
	rd_err err = {0};
	int n = 0;

	if (sscanf(text, "%11s %d", id, &n) != 2)
		die(p, text, NULL);
	for (int i = 0; i < n; i++)
		rd_str_printf(&lines, "%sline number %d of many, as long as lines of logs are",
			i ? "\n" : "", i + 1);
	if (rd_str_check(&lines, "lines", &err) || rig_seed_log(&p->seed, id, lines.data, &err))
		die(p, text, &err);
	settle(p);
}

/* ---- a job that runs until it is cancelled ---- */

struct endless {
	unsigned long long current, total;
};

static rd_code wait_for_cancel(void *arg RD_UNUSED, rd_rack *rack RD_UNUSED, rd_cancel *cancel,
	rd_err *err)
{
	struct pollfd fired = {.fd = rd_cancel_fd(cancel), .events = POLLIN};

	while (!rd_cancel_fired(cancel))
		poll(&fired, 1, -1);
	return rd_err_set(err, RD_ECANCELED, "canceled");
}

static void tell_endless(const void *arg, rd_progress *ret_progress)
{
	const struct endless *e = arg;

	*ret_progress = (rd_progress){e->current, e->total};
}

/* "CURRENT TOTAL LABEL" */
static void start_job(player *p, const char *text)
{
	struct endless *e = calloc(1, sizeof(*e));
	char label[64] = "";
	rd_job_info info;
	rd_task task = {.work = wait_for_cancel,
		.discard = free,
		.arg = e,
		.label = label,
		.progress = tell_endless,
		.mutates = true,
		.can_cancel = true,
		.is_long = true};
	rd_err err = {0};

	if (!e || sscanf(text, "%llu %llu %63[^\n]", &e->current, &e->total, label) != 3 ||
		rd_console_run(p->console, &task, &err))
		die(p, text, &err);
	rd_console_sample_jobs(p->console);
	do {
		settle(p);
		rd_console_job_at(p->console, 0, &info);
	} while (info.state != RD_JOB_RUNNING);
	p->console->is_old = true;
	settle(p);
}

static void change_rack(player *p, const char *sql)
{
	rd_err err = {0};

	if (rig_seed_sql(&p->seed, sql, &err))
		die(p, sql, &err);
	settle(p);
}

/* "APP SERVICE BYTES" */
static void keep_cache(player *p, const char *text)
{
	char app[32] = "", service[32] = "";
	size_t n = 0;
	rd_err err = {0};

	if (sscanf(text, "%31s %31s %zu", app, service, &n) != 3 ||
		rig_seed_cache(&p->seed, app, service, n, &err))
		die(p, text, &err);
}

static void do_command(player *p, const char *word, const char *rest)
{
	const rd_input paste = {.kind = RD_INPUT_PASTE, .text = rest, .n = strlen(rest)};

	if (!strcmp(word, "size")) {
		set_size(p, rest);
		return;
	}
	if (!strcmp(word, "settings")) {
		snprintf(p->settings, sizeof(p->settings), "%s", rest);
		return;
	}
	p->is_ascii |= !strcmp(word, "ascii");
	p->is_read_only |= !strcmp(word, "read-only");
	p->is_protected |= !strcmp(word, "protected");
	if (!strcmp(word, "ascii") || !strcmp(word, "read-only") || !strcmp(word, "protected"))
		return;
	start(p);
	if (!strcmp(word, "keys"))
		give_keys(p, rest);
	else if (!strcmp(word, "type"))
		type_text(p, rest);
	else if (!strcmp(word, "paste"))
		give(p, &paste);
	else if (!strcmp(word, "click"))
		click(p, rest);
	else if (!strcmp(word, "drag"))
		drag(p, rest);
	else if (!strcmp(word, "wheel"))
		turn_wheel(p, rest);
	else if (!strcmp(word, "log"))
		append_log(p, rest);
	else if (!strcmp(word, "lines"))
		append_lines(p, rest);
	else if (!strcmp(word, "job"))
		start_job(p, rest);
	else if (!strcmp(word, "cache"))
		keep_cache(p, rest);
	else if (!strcmp(word, "sql"))
		change_rack(p, rest);
	else if (!strcmp(word, "wait"))
		wait_for(p, rest);
	else if (!strcmp(word, "screen"))
		check_screen(p, rest);
	else if (!strcmp(word, "picture"))
		check_picture(p, rest);
	else if (!strcmp(word, "ended"))
		report(p, !p->goes_on, "ended");
	else
		die(p, word, NULL);
}

static void play(player *p, const char *path)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(SCREEN_MAX_BYTES);
	rd_err err = {0};
	char *line, *rest = NULL;

	p->script = rd_path_base(path);
	p->cols = 80;
	p->rows = 24;
	p->is_ascii = p->is_read_only = p->is_protected = false;
	p->settings[0] = '\0';
	if (rd_file_read(path, SCREEN_MAX_BYTES, &text, &err))
		die(p, "script", &err);
	for (line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t n = strcspn(line, " ");
		const char *arg = line[n] ? line + n + 1 : "";

		if (line[0] == '#' || line[0] == '\0')
			continue;
		line[n] = '\0';
		do_command(p, line, arg);
	}
	if (p->console)
		stop(p);
	fflush(stdout);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_script(const struct dirent *entry)
{
	return rd_ends_with(entry->d_name, ".t");
}

/* Arguments: names of scripts; none: all. */
int main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	char golden_dir[400], path[700];
	player p = {.golden_dir = golden_dir};
	struct dirent **entries = NULL;
	int n;

	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	unsetenv("TMUX");
	snprintf(golden_dir, sizeof(golden_dir), "%s/tests/golden/play", top ? top : "..");
	snprintf(path, sizeof(path), "%s/themes", top ? top : "..");
	setenv("RACKDECK_THEMEDIR", path, 1);
	for (int i = 1; i < argc; i++) {
		snprintf(path, sizeof(path), "%s/%s.t", golden_dir, argv[i]);
		play(&p, path);
	}
	n = argc > 1 ? 0 : scandir(golden_dir, &entries, is_script, by_name);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", golden_dir, entries[i]->d_name);
		play(&p, path);
		free(entries[i]);
	}
	free(entries);
	printf("1..%d\n", p.cases);
	return p.failures > 0;
}

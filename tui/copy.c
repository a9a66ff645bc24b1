/* SPDX-License-Identifier: MIT */
/*
 * The way to the clipboard: wl-copy, xclip or xsel where there is a display; else tmux, which hands it on
 * to its terminal; else the terminal itself (OSC 52); else, or if that is too much for a terminal, a file.
 * The message names the way: only the user sees whether it led anywhere.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/sigpipe.h"
#include "core/base/spawn.h"
#include "tui/shell.h"

#define TERMINAL_MAX_BYTES 56000 /* xterm takes 75,000 bytes of base64 */
#define COPY_FILE "copied.txt"

struct copying {
	rd_str text;
	char what[64];
	const char *way; /* NULL: by the terminal */
	char *file;
};

static const struct {
	const char *variable; /* there is such a clipboard if it is set */
	const char *const argv[8];
} tools[] = {
	{"WAYLAND_DISPLAY", {"wl-copy", NULL}},
	{"DISPLAY", {"xclip", "-selection", "clipboard", NULL}},
	{"DISPLAY", {"xsel", "--clipboard", "--input", NULL}},
	{"TMUX", {"tmux", "load-buffer", "-w", "-", NULL}},
};

/* Gives the text to a program. @returns whether it took it. */
static bool give(const char *const *argv, const rd_str *text)
{
	int status = 1, ends[2];
	rd_spawn_fd input = {.child = 0};
	const rd_spawn_opts opts = {.argv = argv, .fds = &input, .n_fds = 1};
	rd_sigpipe held;
	rd_code code;
	rd_err err;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	input.parent = ends[0];
	code = rd_spawn(&opts, &pid, &err);
	close(ends[0]); /* so that a program that is gone breaks the pipe */
	if (!code) {
		rd_sigpipe_hold(&held);
		rd_write_all(ends[1], rd_str_get(text), text->len, &err);
		rd_sigpipe_release(&held);
	}
	close(ends[1]);
	return !code && !rd_spawn_wait(pid, &status, &err) && !status;
}

static rd_code put_file(struct copying *w, rd_err *err)
{
	char *dir = NULL;
	rd_code code = rd_xdg_cache(&dir, err);

	if (!code)
		code = rd_mkdirs(dir, err);
	if (!code)
		w->file = rd_path_join(dir, COPY_FILE);
	free(dir);
	if (!code && !w->file)
		code = rd_err_nomem(err);
	return code ? code : rd_file_write(w->file, rd_str_get(&w->text), w->text.len, err);
}

static rd_code work(void *arg, rd_rack *rack RD_UNUSED, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	struct copying *w = arg;

	for (size_t i = 0; i < RD_LEN(tools) && !w->way; i++) {
		const char *variable = getenv(tools[i].variable);

		if (variable && *variable && give(tools[i].argv, &w->text))
			w->way = tools[i].argv[0];
	}
	if (w->way || w->text.len <= TERMINAL_MAX_BYTES)
		return RD_OK;
	return put_file(w, err);
}

/* ESC ] 52 ; c ; BASE64 BEL */
static void give_terminal(rd_console *c, const rd_str *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)rd_str_get(text);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);

	rd_str_put(&out, "\033]52;c;");
	for (size_t i = 0; i < text->len; i += 3) {
		size_t left = text->len - i;
		unsigned three = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) |
				 (left > 2 ? p[i + 2] : 0);

		for (size_t k = 0; k < 4; k++)
			rd_str_putc(&out, k <= left ? digits[three >> (18 - 6 * k) & 63] : '=');
	}
	rd_str_putc(&out, '\a');
	if (rd_str_ok(&out))
		c->term->ops->signal(c->term, rd_str_get(&out));
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	struct copying *w = arg;

	if (code) {
		rd_console_toast_err(c, err);
	} else if (w->file) {
		rd_console_toast(c, RD_ROLE_WARN, "%s: too long for the clipboard, it is in %s",
			w->what, w->file);
	} else if (w->way) {
		rd_console_toast(c, RD_ROLE_TEXT, "%s copied (%s)", w->what, w->way);
	} else {
		give_terminal(c, &w->text);
		rd_console_toast(c, RD_ROLE_TEXT, "%s copied (by the terminal, OSC 52)", w->what);
	}
	return RD_REACT_REDRAW;
}

static void discard(void *arg)
{
	struct copying *w = arg;

	rd_str_done(&w->text);
	free(w->file);
	free(w);
}

void rd_console_copy(rd_console *c, const char *text, size_t n, const char *what)
{
	struct copying *w = calloc(1, sizeof(*w));
	const rd_task task = {.work = work, .done = done, .discard = discard, .arg = w};

	if (!w)
		return;
	snprintf(w->what, sizeof(w->what), "%s", what);
	rd_str_putn(&w->text, text, n);
	if (rd_str_ok(&w->text))
		rd_console_run(c, &task, NULL);
	else
		discard(w);
}

/* SPDX-License-Identifier: MIT */
/*
 * The end of a build is told: by a toast, and if it took long and the user wishes, by the terminal's
 * bell, by a notification of the terminal (OSC 9: iTerm2, Windows Terminal, kitty; OSC 777: urxvt, foot)
 * or by a command.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/sanitize.h"
#include "core/base/spawn.h"
#include "tui/shell.h"
#include "tui/widgets/words.h"

#define TEXT_BYTES 256

/* ---- the command, in the pool ---- */

struct telling {
	char *command;
	char text[TEXT_BYTES];
	char build[32], status[32];
};

/* What is told are arguments, never a part of the command. */
static rd_code work(void *arg, rd_rack *rack RD_UNUSED, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	const struct telling *w = arg;
	const char *const argv[] = {
		"/bin/sh", "-c", w->command, "rackdeck", w->text, w->build, w->status, NULL};
	const rd_spawn_opts opts = {.argv = argv, .new_session = true};

	return rd_spawn_detached(&opts, err);
}

static rd_react done(rd_console *c, void *arg RD_UNUSED, rd_code code, const rd_err *err)
{
	if (code)
		rd_console_toast_err(c, err);
	return RD_REACT_NONE;
}

static void discard(void *arg)
{
	free(((struct telling *)arg)->command);
	free(arg);
}

static void run_command(rd_console *c, const rd_build *b, const char *text)
{
	struct telling *w = calloc(1, sizeof(*w));
	const rd_task task = {.work = work, .done = done, .discard = discard, .arg = w};

	if (!w)
		return;
	w->command = rd_strdup(c->notify.command);
	snprintf(w->text, sizeof(w->text), "%s", text);
	snprintf(w->build, sizeof(w->build), "%s", b->id);
	snprintf(w->status, sizeof(w->status), "%s", b->status);
	if (w->command)
		rd_console_run(c, &task, NULL);
	else
		discard(w);
}

/* ---- the terminal ---- */

/* Inside of tmux the sequence is wrapped, so that tmux hands it on if it may (allow-passthrough). */
static void notify_terminal(rd_console *c, const char *text)
{
	const char *in_tmux = getenv("TMUX");
	bool is_wrapped = in_tmux && *in_tmux;
	char bytes[TEXT_BYTES + 64];

	snprintf(bytes, sizeof(bytes), "%s\033]%s%s\a%s", is_wrapped ? "\033Ptmux;\033" : "",
		c->notify.osc == 9 ? "9;" : "777;notify;rackdeck;", text,
		is_wrapped ? "\033\\" : "");
	c->term->ops->signal(c->term, bytes);
}

/* ---- what is told ---- */

static void put_text(const rd_console *c, const rd_build *b, rd_str *out)
{
	char took[32];

	rd_words_took(b, c->now_us, took, sizeof(took));
	rd_str_printf(out, "build %s %s after %s", b->id, b->status, took[0] ? took : "00:00");
	if (b->reason && b->reason[0])
		rd_str_printf(out, ": %s", b->reason);
	else if (b->release && b->release[0])
		rd_str_printf(out, ": release %s", b->release);
}

static void tell(rd_console *c, const rd_build *b)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(0);
	RD_STR_AUTO
	rd_str safe = RD_STR_INIT(0);
	bool is_good = !strcmp(b->status, "complete");
	bool is_next = is_good && b->release && b->release[0] && !c->is_read_only &&
		       !strcmp(c->target.build, b->id);
	char line[TEXT_BYTES];

	if (!is_good && strcmp(rd_or_empty(b->reason), "canceled") != 0) {
		rd_err_set(&c->last_error, RD_EFAILED, "%s", rd_or_empty(b->reason));
		rd_err_wrap(&c->last_error, "build %s failed", b->id);
	}
	put_text(c, b, &text);
	rd_sani_text(&safe, rd_str_get(&text), text.len);
	snprintf(line, sizeof(line), "%s", rd_str_get(&safe));
	rd_console_toast(c, is_good ? RD_ROLE_COMPLETE : RD_ROLE_FAILED, "%s%s%s%s", line,
		is_next ? " (" : "", is_next ? rd_keymap_first(c->keymap, RD_ACTION_PROMOTE) : "",
		is_next ? " promotes it)" : "");
	if (b->ended_us - b->started_us < c->notify.after_us)
		return;
	if (c->notify.bell)
		c->term->ops->signal(c->term, "\a");
	if (c->notify.osc)
		notify_terminal(c, line);
	if (c->notify.command)
		run_command(c, b, line);
}

void rd_console_tell_ended(rd_console *c, const rd_model *before)
{
	for (size_t i = 0; i < before->builds.len; i++) {
		const rd_build *old = rd_vec_at(&before->builds, i);
		const rd_build *b = rd_model_build(&c->model, old->id);

		if (rd_build_is_active(old) && b && !rd_build_is_active(b))
			tell(c, b);
	}
}

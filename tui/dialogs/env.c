/* SPDX-License-Identifier: MIT */
/*
 * The environment of the app, to look at and to change. What is changed makes a release.
 *
 * DESIGN: for $EDITOR the draft is written into a file for the owner alone, below XDG_RUNTIME_DIR, which
 * is no disk, where there is one; it is gone when the editor has ended. What cannot be read of it is kept
 * for the next try.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/formats/env.h"
#include "core/rack/environment.h"
#include "tui/dialogs/ask.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/pairs.h"

#define TEXT_MAX_BYTES (16 * 1024 * 1024)

typedef struct env {
	rd_pairs pairs;  /* first: see rd_pairs_draw */
	rd_str rejected; /* what was edited and could not be read */
} env;

/* ---- reading ---- */

static rd_code read_env(rd_rack *rack, const char *app, rd_kvs *ret_env, char ret_of[32],
	rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release latest = {0};
	rd_code code = rd_release_latest(rack, app, &latest, err);

	snprintf(ret_of, 32, "%s", rd_or_empty(latest.id));
	return code ? code : rd_env_parse(rd_or_empty(latest.env), ret_env, err);
}

/* ---- in $EDITOR ---- */

/* @ret heap: of the file, which is open at *ret_fd. */
static rd_code make_file(char **ret_path, int *ret_fd, rd_err *err)
{
	const char *dirs[] = {getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp"};

	for (size_t i = 0; i < RD_LEN(dirs); i++) {
		char *path = dirs[i] && dirs[i][0] == '/'
				     ? rd_path_join(dirs[i], "rackdeck-env-XXXXXX")
				     : NULL;
		int fd = path ? mkostemp(path, O_CLOEXEC) : -1;

		if (fd >= 0) {
			*ret_path = path;
			*ret_fd = fd;
			return RD_OK;
		}
		free(path);
	}
	return rd_err_set(err, RD_EIO, "no file can be made in /tmp for the editor");
}

static rd_code write_draft(const env *e, int fd, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code;

	if (e->rejected.len)
		return rd_write_all(fd, e->rejected.data, e->rejected.len, err);
	rd_str_printf(&text, "# NAME=VALUE, one a line. What you save is asked about once more "
			     "before a release\n"
			     "# is made of it.\n");
	rd_env_format(&e->pairs.draft.now, &text);
	rd_str_putc(&text, '\n');
	code = rd_str_check(&text, "the environment", err);
	if (!code)
		code = rd_write_all(fd, text.data, text.len, err);
	if (text.data)
		explicit_bzero(text.data, text.len);
	return code;
}

static rd_code take_draft(env *e, const char *path, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs fresh = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(TEXT_MAX_BYTES);
	rd_code code = rd_file_read(path, TEXT_MAX_BYTES, &text, err);

	rd_str_clear(&e->rejected);
	if (code)
		return code;
	code = rd_env_read(rd_str_get(&text), &fresh, err);
	if (code) {
		rd_str_putn(&e->rejected, text.data, text.len);
		return code;
	}
	return rd_pairs_replace(&e->pairs, &fresh, err);
}

static rd_react edit(rd_dialog *d)
{
	env *e = d->data;
	RD_AUTOFREE char *path = NULL;
	int fd = -1;
	rd_err err = {0};
	rd_code code;

	if (e->pairs.why_not || !e->pairs.is_loaded) {
		rd_console_toast(d->console, RD_ROLE_WARN, "%s",
			e->pairs.why_not ? e->pairs.why_not : "the environment is not read yet");
		return RD_REACT_REDRAW;
	}
	code = make_file(&path, &fd, &err);
	if (!code) {
		code = write_draft(e, fd, &err);
		close(fd);
	}
	if (!code) {
		rd_console_give_terminal(d->console, rd_console_editor(), 0, path);
		code = take_draft(e, path, &err);
	}
	if (path)
		unlink(path);
	if (code)
		rd_err_text(&err, e->pairs.problem, sizeof(e->pairs.problem));
	return RD_REACT_REDRAW;
}

/* ---- making the release ---- */

static rd_code make_release(rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release fresh = {0};
	rd_code code = rd_release_env_change(rack, w->app, &w->set, &w->gone, &fresh, err);

	if (!code)
		snprintf(w->said, sizeof(w->said),
			"release %s has the new environment: it is active once it is promoted",
			fresh.id);
	return code;
}

static rd_react ask(rd_dialog *d)
{
	const env *e = d->data;
	const char *app = rd_console_app(d->console), *rack = rd_console_rack(d->console)->name;
	rd_deed *w = rd_pairs_deed(d, "", make_release);
	rd_question q;

	if (!w)
		return RD_REACT_REDRAW;
	snprintf(w->label, sizeof(w->label), "changing the environment");
	rd_question_init(&q, d->console, "make the release", "Cancel", w);
	snprintf(q.title, sizeof(q.title), "Change the environment of %s / %s", rack, app);
	rd_pairs_put(&e->pairs, &q.confirm.body);
	rd_sheet_put(&q.confirm.body, RD_ROLE_DIM, NULL,
		"A new release with this is made. It is active once it is promoted.");
	rd_sheet_put(&q.confirm.foot, RD_ROLE_TEXT, "runs", "rackdeck env %s -a %s -r %s",
		w->set.len ? "set NAME=VALUE ..." : "unset NAME ...", app, rack);
	rd_ask(d->console, &q);
	return RD_REACT_REDRAW;
}

/* ---- the dialog ---- */

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	((env *)d->data)->pairs.is_masked = true;
	return rd_pairs_open(d, read_env, err);
}

static void close_dialog(rd_dialog *d)
{
	env *e = d->data;

	rd_pairs_done(&e->pairs);
	if (e->rejected.data)
		explicit_bzero(e->rejected.data, e->rejected.len);
	rd_str_done(&e->rejected);
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	env *e = d->data;
	rd_react react = rd_pairs_event(&e->pairs, d, ev);

	if (!(react & RD_REACT_PASS) || ev->kind != RD_EV_ACTION)
		return react;
	switch (ev->action) {
	case RD_ACTION_REVEAL:
		e->pairs.is_masked = !e->pairs.is_masked;
		return RD_REACT_REDRAW;
	case RD_ACTION_ITEM_EDIT:
		return edit(d);
	case RD_ACTION_SUBMIT:
		return ask(d);
	default:
		return RD_REACT_NONE;
	}
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	const env *e = d->data;
	int n = rd_pairs_changes(&e->pairs);
	char about[128] = "";
	const rd_key_hint hints[] = {{RD_ACTION_SUBMIT, "make a release"},
		{RD_ACTION_PRESS, "change"}, {RD_ACTION_ITEM_ADD, "add"},
		{RD_ACTION_ITEM_REMOVE, "remove"},
		{RD_ACTION_REVEAL, e->pairs.is_masked ? "show" : "hide"},
		{RD_ACTION_ITEM_EDIT, "$EDITOR"}};
	size_t first = e->pairs.why_not ? 4 : 0, end = e->pairs.why_not ? 5 : RD_LEN(hints);

	if (e->pairs.why_not)
		snprintf(about, sizeof(about), "%s", e->pairs.why_not);
	else if (n)
		snprintf(about, sizeof(about), "%d of %d changed: a release is made of it", n,
			(int)e->pairs.draft.rows.len);
	else if (e->pairs.of[0])
		snprintf(about, sizeof(about), "of the newest release, %s", e->pairs.of);
	rd_pairs_draw(d, area, about, hints + first, end - first);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "Environment of %s / %s", rd_console_rack(d->console)->name,
		rd_console_app(d->console));
}

const struct rd_dialog_ops rd_dialog_env = {
	.kind = "env",
	.private_size = sizeof(env),
	.open = open_dialog,
	.size = rd_pairs_size,
	.event = event,
	.draw = draw,
	.title = title,
	.wants_text = rd_pairs_wants_text,
	.enter = "change",
	.asks = true,
	.close = close_dialog,
};

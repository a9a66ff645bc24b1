/* SPDX-License-Identifier: MIT */
/* All that is known of the build and the release of a row; or their manifest, whole. To read. */
#include "core/base/clock.h"
#include "tui/dialogs/confirm.h"
#include "tui/dialogs/dialogs.h"
#include "tui/widgets/words.h"

#define WRAP_COLS 62 /* of a line beside the labels, where the screen is narrow */

/* What is read of the rack. */
typedef struct record {
	rd_build build;     /* id NULL: there is none */
	rd_release release; /* likewise */
	rd_vec images;
} record;

typedef struct info {
	rd_confirm confirm;
	rd_target target;
	bool is_manifest;
} info;

static void done_record(record *r)
{
	rd_build_done(&r->build);
	rd_release_done(&r->release);
	rd_images_done(&r->images);
}

/* ---- reading, in the pool ---- */

struct reading {
	unsigned dialog;
	char *app;
	rd_target target;
	record record;
};

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct reading *w = arg;
	record *r = &w->record;
	rd_code code = RD_OK;

	if (w->target.build[0])
		code = rack->builds->get(rack, w->app, w->target.build, &r->build, err);
	if (!code && w->target.release[0])
		code = rack->releases->get(rack, w->app, w->target.release, &r->release, err);
	if (!code && rack->images && r->build.id)
		code = rack->images->list(rack, w->app, r->build.id, cancel, &r->images, err);
	return code;
}

/* ---- the rows ---- */

static void put_time(rd_sheet *s, const char *label, int64_t at_us, int64_t now_us)
{
	RD_STR_AUTO
	rd_str at = RD_STR_INIT(64);
	RD_STR_AUTO
	rd_str ago = RD_STR_INIT(64);

	if (!at_us)
		return;
	rd_time_format(&at, at_us / 1000000 * 1000000);
	rd_time_ago(&ago, at_us, now_us);
	rd_sheet_put(s, RD_ROLE_TEXT, label, "%s  %s", rd_str_get(&at), rd_str_get(&ago));
}

static void put_text(rd_sheet *s, const char *label, const char *text)
{
	if (rd_or_empty(text)[0])
		rd_sheet_put(s, RD_ROLE_TEXT, label, "%s", text);
}

static void put_images(rd_sheet *s, const record *r)
{
	char size[32];

	for (size_t i = 0; i < r->images.len; i++) {
		const rd_image *image = rd_vec_at(&r->images, i);

		if (image->bytes >= 0)
			rd_words_bytes((uint64_t)image->bytes, size, sizeof size);
		else
			snprintf(size, sizeof size, "size unknown");
		rd_sheet_put(s, image->is_gone ? RD_ROLE_WARN : RD_ROLE_TEXT, i ? "" : "images",
			"%s  %s  %s", image->service, image->is_gone ? "gone" : size, image->tag);
	}
	for (size_t i = 0; i < r->build.pushed.len; i++)
		rd_sheet_put(s, RD_ROLE_TEXT, i ? "" : "pushed", "%s@%s",
			r->build.pushed.items[i].key, r->build.pushed.items[i].value);
}

static void put_build(rd_sheet *s, const record *r, int64_t now_us)
{
	const rd_build *b = &r->build;
	char word[64], took[32];
	rd_role role;

	rd_words_build(b, word, sizeof word, &role);
	rd_words_took(b, now_us, took, sizeof took);
	rd_sheet_put(s, RD_ROLE_STRONG, "build", "%s", b->id);
	rd_sheet_put(s, role, "status", "%s%s%s", word,
		!took[0]                ? ""
		: rd_build_is_active(b) ? " for "
					: " after ",
		took);
	if (rd_or_empty(b->reason)[0]) {
		rd_sheet_put(s, RD_ROLE_TEXT, "reason", "%s", "");
		rd_sheet_wrap(s, RD_ROLE_ERROR, b->reason, WRAP_COLS + RD_SHEET_LABEL);
	}
	put_text(s, "about", b->description);
	put_text(s, "by", b->trigger);
	put_text(s, "commit", b->git_sha);
	put_time(s, "begun", b->started_us, now_us);
	put_time(s, "ended", b->ended_us, now_us);
	put_images(s, r);
}

static void put_release(rd_sheet *s, const rd_console *c, const rd_release *r, int64_t now_us)
{
	const rd_model *m = rd_console_model(c);
	bool is_active = !strcmp(r->id, rd_or_empty(m->app.release));

	rd_sheet_put(s, RD_ROLE_STRONG, "release", "%s", r->id);
	if (is_active)
		rd_sheet_put(s, RD_ROLE_ACTIVE, "state", "@active");
	put_text(s, "about", r->description);
	put_time(s, "made", r->created_us, now_us);
	put_time(s, is_active ? "since" : "active", r->promoted_us, now_us);
}

static void put_info(rd_sheet *s, const rd_console *c, const record *r)
{
	int64_t now_us = rd_console_now_us(c);

	if (r->build.id)
		put_build(s, r, now_us);
	if (r->build.id && r->release.id)
		rd_sheet_put(s, RD_ROLE_TEXT, NULL, "%s", "");
	if (r->release.id)
		put_release(s, c, &r->release, now_us);
}

/* The release's, if there is one: what would run. */
static void put_manifest(rd_sheet *s, const record *r)
{
	const char *text = rd_or_empty(r->release.manifest);

	if (!text[0])
		text = rd_or_empty(r->build.manifest);
	if (text[0])
		rd_sheet_put(s, RD_ROLE_TEXT, NULL, "%s", text);
	else
		rd_sheet_put(s, RD_ROLE_DIM, NULL,
			"no manifest: the build ended before it was read");
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct reading *w = arg;
	rd_dialog *d = rd_console_dialog(c, w->dialog);
	info *i = d ? d->data : NULL;

	if (!i)
		return RD_REACT_NONE;
	rd_sheet_clear(&i->confirm.body);
	if (code)
		rd_sheet_put(&i->confirm.body, RD_ROLE_ERROR, NULL, "%s", err->msg);
	else if (i->is_manifest)
		put_manifest(&i->confirm.body, &w->record);
	else
		put_info(&i->confirm.body, c, &w->record);
	return RD_REACT_REDRAW;
}

static void discard(void *arg)
{
	struct reading *w = arg;

	done_record(&w->record);
	free(w->app);
	free(w);
}

/* ---- the dialog ---- */

static rd_code read_later(rd_dialog *d, rd_err *err)
{
	const info *i = d->data;
	struct reading *w = calloc(1, sizeof *w);
	rd_task task = {.work = work, .done = done, .discard = discard, .arg = w};

	if (!w)
		return rd_err_nomem(err);
	w->dialog = d->id;
	w->target = i->target;
	rd_vec_init(&w->record.images, sizeof(rd_image));
	w->app = rd_strdup(rd_console_app(d->console));
	if (!w->app) {
		discard(w);
		return rd_err_nomem(err);
	}
	return rd_console_run(d->console, &task, err);
}

static rd_code open_any(rd_dialog *d, const void *args, bool is_manifest, rd_err *err)
{
	info *i = d->data;
	rd_code code;

	i->target = *(const rd_target *)args;
	i->is_manifest = is_manifest;
	if (!i->target.build[0] && !i->target.release[0])
		return rd_err_set(err, RD_ENOENT, "no build and no release is selected");
	rd_confirm_init(&i->confirm, NULL, "Close");
	rd_sheet_put(&i->confirm.body, RD_ROLE_DIM, NULL, "reading");
	code = read_later(d, err);
	if (code)
		rd_confirm_done(&i->confirm);
	return code;
}

static rd_code open_info(rd_dialog *d, const void *args, rd_err *err)
{
	return open_any(d, args, false, err);
}

static rd_code open_manifest(rd_dialog *d, const void *args, rd_err *err)
{
	return open_any(d, args, true, err);
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	info *i = d->data;
	bool yes;

	return rd_confirm_event(&i->confirm, d, ev, &yes);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	const info *i = d->data;

	const char *build = i->target.build, *release = i->target.release;

	if (i->is_manifest)
		snprintf(buf, cap, "Manifest of %s", release[0] ? release : build);
	else
		snprintf(buf, cap, "%s%s%s%s", build[0] ? "Build " : "", build,
			build[0] && release[0] ? ", release "
			: release[0]           ? "Release "
					       : "",
			release);
}

const struct rd_dialog_ops rd_dialog_info = {
	RD_CONFIRM_DIALOG("info", info),
	.open = open_info,
	.event = event,
	.title = title,
	.close = rd_confirm_close,
};

const struct rd_dialog_ops rd_dialog_manifest = {
	RD_CONFIRM_DIALOG("manifest", info),
	.open = open_manifest,
	.event = event,
	.title = title,
	.close = rd_confirm_close,
};

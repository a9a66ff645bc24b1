/* SPDX-License-Identifier: MIT */
/* Removing what is of no use: old builds and what nothing refers to, and caches. What goes is shown first. */
#include "tui/dialogs/ask.h"
#include "tui/dialogs/dialogs.h"
#include "tui/widgets/words.h"

/* "3 builds with 6 images, 12.3 MB" */
static void put_sum(rd_str *out, const rd_prune_report *report)
{
	char size[32];

	if (report->builds > 0)
		rd_str_printf(out, "%d build%s with %d image%s, ", report->builds,
			report->builds == 1 ? "" : "s", report->images,
			report->images == 1 ? "" : "s");
	rd_words_bytes((uint64_t)report->bytes, size, sizeof(size));
	rd_str_put(out, size);
}

/* ---- the removal ---- */

/* What goes is decided again: the rules were agreed to, not the list. */
static rd_code remove_all(rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	RD_AUTO(rd_prune_report_done) rd_prune_report report = {0};
	RD_STR_AUTO rd_str sum = RD_STR_INIT(0);
	rd_code code = rack->care->prune(rack, &(rd_prune_opts){0}, &report, err);

	put_sum(&sum, &report);
	snprintf(w->said, sizeof(w->said), "removed %s", rd_str_get(&sum));
	return code;
}

static rd_react start(rd_dialog *d)
{
	rd_deed *w = NULL;
	rd_err err = {0};

	if (rd_deed_new(d->console, "", &w, &err)) {
		rd_console_toast_err(d->console, &err);
		return RD_REACT_CLOSE;
	}
	w->make = remove_all;
	w->is_long = true;
	snprintf(w->label, sizeof(w->label), "removing what is of no use");
	rd_deed_start(d->console, w);
	return RD_REACT_CLOSE;
}

/* ---- the preview ---- */

struct looking {
	unsigned dialog;
	rd_prune_report report;
};

static rd_code look(void *arg, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	struct looking *w = arg;

	return rack->care->prune(rack, &(rd_prune_opts){.dry_run = true}, &w->report, err);
}

static void put_item(rd_sheet *sheet, const rd_prune_item *item)
{
	char size[32] = "-", images[32] = "";

	if (item->bytes > 0)
		rd_words_bytes((uint64_t)item->bytes, size, sizeof(size));
	if (item->images)
		snprintf(images, sizeof(images), ", %d image%s", item->images,
			item->images == 1 ? "" : "s");
	rd_sheet_put(sheet, RD_ROLE_REMOVE, item->kind, "%-12s %-10s %9s  %s%s", item->name,
		item->app, size, item->why, images);
}

static void fill(rd_dialog *d, const rd_prune_report *report)
{
	rd_confirm *c = d->data;
	RD_STR_AUTO rd_str sum = RD_STR_INIT(0);

	rd_sheet_clear(&c->body);
	if (!report->items.len) {
		rd_sheet_put(&c->body, RD_ROLE_TEXT, NULL, "There is nothing to remove.");
		rd_sheet_put(&c->body, RD_ROLE_DIM, NULL,
			"Apps keep all their builds unless the parameters KeepBuilds or KeepDays\n"
			"say otherwise.");
		c->no = "Close";
		return;
	}
	put_sum(&sum, report);
	rd_sheet_put(&c->body, RD_ROLE_STRONG, NULL, "%s", rd_str_get(&sum));
	for (size_t i = 0; i < report->items.len; i++)
		put_item(&c->body, rd_vec_at(&report->items, i));
	rd_sheet_put(&c->foot, RD_ROLE_TEXT, "runs", "rackdeck prune -r %s",
		rd_console_rack(d->console)->name);
	rd_sheet_put(&c->foot, RD_ROLE_DIM, "undo", "none: export a build first to keep it");
	c->yes = "remove them";
}

static rd_react looked(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct looking *w = arg;
	rd_dialog *d = rd_console_dialog(c, w->dialog);
	rd_confirm *confirm = d ? d->data : NULL;

	if (!confirm)
		return RD_REACT_NONE;
	if (code) {
		rd_sheet_clear(&confirm->body);
		rd_sheet_put(&confirm->body, RD_ROLE_ERROR, NULL, "%s", err->msg);
	} else {
		fill(d, &w->report);
	}
	return RD_REACT_REDRAW;
}

static void discard(void *arg)
{
	struct looking *w = arg;

	rd_prune_report_done(&w->report);
	free(w);
}

/* ---- the dialog ---- */

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	rd_confirm *c = d->data;
	struct looking *w = calloc(1, sizeof(*w));
	const rd_task task = {
		.work = look, .done = looked, .discard = discard, .arg = w, .is_long = true};
	rd_code code = w ? rd_console_can(d->console, RD_ACTION_PRUNE, err) : rd_err_nomem(err);

	if (code) {
		free(w);
		return code;
	}
	w->dialog = d->id;
	code = rd_console_run(d->console, &task, err);
	if (code)
		return code;
	rd_confirm_init(c, NULL, "Cancel");
	if (rd_console_is_protected(d->console))
		rd_confirm_type(c, rd_console_rack(d->console)->name);
	rd_sheet_put(&c->body, RD_ROLE_DIM, NULL, "looking for what is of no use");
	return RD_OK;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	bool yes;
	rd_react react = rd_confirm_event(d->data, d, ev, &yes);

	return yes ? start(d) : react;
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "Remove what is of no use -> %s", rd_console_rack(d->console)->name);
}

const struct rd_dialog_ops rd_dialog_prune = {
	RD_CONFIRM_DIALOG("prune", rd_confirm),
	.mutates = true,
	.open = open_dialog,
	.event = event,
	.title = title,
	.close = rd_confirm_close,
};

/* ---- caches ---- */

static rd_code clear(rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	uint64_t freed = 0;
	char size[32];
	rd_code code = rack->cache->clear(rack, w->name, &freed, err);

	rd_words_bytes(freed, size, sizeof(size));
	snprintf(w->said, sizeof(w->said), "the cache of %s is cleared: %s freed", w->name, size);
	return code;
}

void rd_cache_clear_open(rd_console *c, const char *app)
{
	const char *rack = rd_console_rack(c)->name;
	rd_deed *w = NULL;
	rd_question q;
	rd_err err = {0};

	if (rd_console_can(c, RD_ACTION_CACHE_CLEAR, &err) || rd_deed_new(c, app, &w, &err)) {
		rd_console_toast_err(c, &err);
		return;
	}
	w->make = clear;
	w->is_long = true;
	snprintf(w->label, sizeof(w->label), "clearing a cache");
	rd_question_init(&q, c, "clear it", "Cancel", w);
	if (rd_console_is_protected(c))
		rd_confirm_type(&q.confirm, app);
	snprintf(q.title, sizeof(q.title), "Clear the cache -> %s / %s", rack, app);
	rd_sheet_put(&q.confirm.body, RD_ROLE_TEXT, NULL,
		"What builds of %s left in /var/cache/build is forgotten, of all services.", app);
	rd_sheet_put(&q.confirm.body, RD_ROLE_DIM, NULL,
		"The next build begins without it, and takes longer.");
	rd_sheet_put(&q.confirm.foot, RD_ROLE_TEXT, "runs", "rackdeck cache clear -a %s -r %s", app,
		rack);
	rd_ask(c, &q);
}

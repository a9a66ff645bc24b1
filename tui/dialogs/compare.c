/* SPDX-License-Identifier: MIT */
/* A release against the active one. */
#include "tui/dialogs/compare.h"

#include "core/base/clock.h"
#include "tui/widgets/words.h"

#define CONTEXT_LINES 2 /* of a manifest, around what changed */
#define MASK "******"

struct comparing {
	unsigned dialog;
	rd_compared_fn *fn;
	char *app, *to, *from;
	rd_compare *result;
};

rd_compare *rd_compare_free(rd_compare *c)
{
	if (!c)
		return NULL;
	rd_release_done(&c->to);
	rd_release_done(&c->from);
	rd_build_done(&c->build);
	rd_release_diff_done(&c->diff);
	free(c);
	return NULL;
}

/* A build that is gone leaves the release as it is. */
static rd_code read_build(const struct comparing *w, rd_rack *rack, rd_err *err)
{
	rd_compare *c = w->result;
	rd_code code;

	if (!c->to.build || !c->to.build[0])
		return RD_OK;
	code = rack->builds->get(rack, w->app, c->to.build, &c->build, err);
	return code == RD_ENOENT ? RD_OK : code;
}

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	struct comparing *w = arg;
	rd_code code;

	w->result = calloc(1, sizeof *w->result);
	if (!w->result)
		return rd_err_nomem(err);
	code = rack->releases->get(rack, w->app, w->to, &w->result->to, err);
	if (!code && w->from[0]) {
		code = rack->releases->get(rack, w->app, w->from, &w->result->from, err);
		w->result->has_from = !code;
	}
	if (!code)
		code = read_build(w, rack, err);
	if (!code)
		code = rd_release_diff_make(w->result->has_from ? &w->result->from : NULL,
			&w->result->to, &w->result->diff, err);
	return code;
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	struct comparing *w = arg;
	rd_dialog *d = rd_console_dialog(c, w->dialog);

	if (!d)
		return RD_REACT_NONE;
	return w->fn(d, code ? NULL : RD_TAKE(w->result), code, err);
}

static void discard(void *arg)
{
	struct comparing *w = arg;

	rd_compare_free(w->result);
	free(w->app);
	free(w->to);
	free(w->from);
	free(w);
}

rd_code rd_compare_later(rd_dialog *d, const char *to, rd_compared_fn *fn, rd_err *err)
{
	const rd_model *m = rd_console_model(d->console);
	struct comparing *w = calloc(1, sizeof *w);
	rd_task task = {.work = work, .done = done, .discard = discard, .arg = w};

	if (!w)
		return rd_err_nomem(err);
	w->dialog = d->id;
	w->fn = fn;
	w->app = rd_strdup(rd_console_app(d->console));
	w->to = rd_strdup(to);
	w->from = rd_strdup(rd_or_empty(m->app.release));
	if (!w->app || !w->to || !w->from) {
		discard(w);
		return rd_err_nomem(err);
	}
	return rd_console_run(d->console, &task, err);
}

/* ---- in words ---- */

static void put_release(rd_sheet *sheet, const char *label, const rd_release *r, int64_t now_us)
{
	RD_STR_AUTO
	rd_str age = RD_STR_INIT(64);

	rd_time_ago(&age, r->created_us, now_us);
	rd_sheet_put(sheet, RD_ROLE_STRONG, label, "%s  %s  %s", r->id, rd_str_get(&age),
		rd_or_empty(r->description));
}

static void put_build(rd_sheet *sheet, const rd_build *b, int64_t now_us)
{
	char word[64], took[32];
	rd_role role;

	rd_words_build(b, word, sizeof word, &role);
	rd_words_took(b, now_us, took, sizeof took);
	rd_sheet_put(sheet, RD_ROLE_TEXT, "build", "%s  %s in %s  %s", b->id, word, took,
		b->description);
}

static void put_env(rd_sheet *sheet, const rd_release_diff *diff)
{
	if (!diff->env_added && !diff->env_changed && !diff->env_removed)
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Environment  unchanged (%d)",
			diff->env_same);
	else
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Environment  +%d ~%d -%d, %d unchanged",
			diff->env_added, diff->env_changed, diff->env_removed, diff->env_same);
	for (size_t i = 0; i < diff->env.len; i++) {
		const rd_diff_line *l = rd_vec_at(&diff->env, i);

		if (l->op == RD_DIFF_ADD)
			rd_sheet_put(sheet, RD_ROLE_ADD, NULL, "  + %s  " MASK, l->text);
		else if (l->op == RD_DIFF_REMOVE)
			rd_sheet_put(sheet, RD_ROLE_REMOVE, NULL, "  - %s  " MASK, l->text);
		else if (l->op == RD_DIFF_CHANGE)
			rd_sheet_put(sheet, RD_ROLE_CHANGE, NULL, "  ~ %s  " MASK " -> " MASK,
				l->text);
	}
}

static bool is_near_change(const rd_vec *lines, size_t i)
{
	size_t from = i > CONTEXT_LINES ? i - CONTEXT_LINES : 0;

	for (size_t k = from; k < lines->len && k <= i + CONTEXT_LINES; k++)
		if (((const rd_diff_line *)rd_vec_at(lines, k))->op != RD_DIFF_SAME)
			return true;
	return false;
}

static void put_manifest(rd_sheet *sheet, const rd_release_diff *diff)
{
	bool was_left_out = false;

	if (!diff->manifest_added && !diff->manifest_removed)
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Manifest  unchanged");
	else
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Manifest  +%d -%d", diff->manifest_added,
			diff->manifest_removed);
	for (size_t i = 0; i < diff->manifest.len; i++) {
		const rd_diff_line *l = rd_vec_at(&diff->manifest, i);

		if (!is_near_change(&diff->manifest, i)) {
			was_left_out = true;
			continue;
		}
		if (was_left_out && i)
			rd_sheet_put(sheet, RD_ROLE_DIM, NULL, "  ...");
		was_left_out = false;
		if (l->op == RD_DIFF_ADD)
			rd_sheet_put(sheet, RD_ROLE_ADD, NULL, "  + %s", l->text);
		else if (l->op == RD_DIFF_REMOVE)
			rd_sheet_put(sheet, RD_ROLE_REMOVE, NULL, "  - %s", l->text);
		else
			rd_sheet_put(sheet, RD_ROLE_DIM, NULL, "    %s", l->text);
	}
}

void rd_compare_put(const rd_compare *c, int64_t now_us, rd_sheet *sheet)
{
	put_release(sheet, "release", &c->to, now_us);
	if (c->build.id)
		put_build(sheet, &c->build, now_us);
	if (c->has_from)
		put_release(sheet, "active", &c->from, now_us);
	else
		rd_sheet_put(sheet, RD_ROLE_DIM, "active", "none: this is the first one");
	rd_sheet_put(sheet, RD_ROLE_TEXT, NULL, "%s", "");
	put_env(sheet, &c->diff);
	put_manifest(sheet, &c->diff);
}

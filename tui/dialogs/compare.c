/* SPDX-License-Identifier: MIT */
/* A release against another one. */
#include "tui/dialogs/compare.h"

#include "core/base/clock.h"
#include "tui/widgets/words.h"

#define CONTEXT_LINES 2 /* of a manifest, around what changed */
#define MASK "******"

struct comparing {
	unsigned dialog;
	rd_compared_fn *fn;
	char *app, *to, *from, *dir;
	rd_compare *result;
};

rd_compare *rd_compare_free(rd_compare *c)
{
	if (!c)
		return NULL;
	rd_release_done(&c->to);
	rd_release_done(&c->from);
	rd_build_done(&c->build);
	rd_build_done(&c->from_build);
	rd_release_diff_done(&c->diff);
	rd_commits_done(&c->commits);
	rd_images_done(&c->images);
	rd_images_done(&c->from_images);
	free(c);
	return NULL;
}

/* ---- reading ---- */

/* A build that is gone leaves the release as it is. */
static rd_code read_build(const struct comparing *w, rd_rack *rack, const rd_release *r,
	rd_build *ret_build, rd_err *err)
{
	rd_code code;

	if (!r->build || !r->build[0])
		return RD_OK;
	code = rack->builds->get(rack, w->app, r->build, ret_build, err);
	return code == RD_ENOENT ? RD_OK : code;
}

static rd_code read_images(const struct comparing *w, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	rd_compare *c = w->result;
	rd_code code = RD_OK;

	c->has_images = rack->images && c->has_from && c->build.id && c->from_build.id;
	if (!c->has_images)
		return RD_OK;
	code = rack->images->list(rack, w->app, c->build.id, cancel, &c->images, err);
	if (!code)
		code = rack->images->list(rack, w->app, c->from_build.id, cancel, &c->from_images,
			err);
	return code;
}

static rd_code read_from(const struct comparing *w, rd_rack *rack, rd_err *err)
{
	rd_compare *c = w->result;
	rd_code code;

	if (!w->from[0])
		return RD_OK;
	code = rack->releases->get(rack, w->app, w->from, &c->from, err);
	c->has_from = !code;
	return code ? code : read_build(w, rack, &c->from, &c->from_build, err);
}

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct comparing *w = arg;
	rd_compare *c = w->result;
	rd_code code = rack->releases->get(rack, w->app, w->to, &c->to, err);

	if (!code)
		code = read_build(w, rack, &c->to, &c->build, err);
	if (!code)
		code = read_from(w, rack, err);
	if (!code)
		code = rd_release_diff_make(c->has_from ? &c->from : NULL, &c->to, &c->diff, err);
	if (!code)
		code = rd_commits_read(w->dir, rd_or_empty(c->from_build.git_sha),
			rd_or_empty(c->build.git_sha), &c->commits, err);
	return code ? code : read_images(w, rack, cancel, err);
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
	free(w->dir);
	free(w);
}

static rd_compare *new_compare(bool is_active)
{
	rd_compare *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->is_active = is_active;
	rd_vec_init(&c->images, sizeof(rd_image));
	rd_vec_init(&c->from_images, sizeof(rd_image));
	return c;
}

rd_code rd_compare_later(rd_dialog *d, const char *to, const char *from, rd_compared_fn *fn,
	rd_err *err)
{
	const char *active = rd_or_empty(rd_console_model(d->console)->app.release);
	struct comparing *w = calloc(1, sizeof *w);
	rd_task task = {.work = work, .done = done, .discard = discard, .arg = w};

	if (!w)
		return rd_err_nomem(err);
	w->dialog = d->id;
	w->fn = fn;
	w->app = rd_strdup(rd_console_app(d->console));
	w->dir = rd_strdup(rd_console_dir(d->console));
	w->to = rd_strdup(to);
	w->from = rd_strdup(from ? from : active);
	w->result = new_compare(!from || !strcmp(from, active));
	if (!w->app || !w->dir || !w->to || !w->from || !w->result) {
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

/* "postgres://db", or "******" until the user wants to see it. */
static const char *value_of(const char *value, const rd_compare_look *look)
{
	return look->is_revealed ? rd_or_empty(value) : MASK;
}

static void put_variable(rd_sheet *sheet, const rd_diff_line *l, const rd_compare_look *look)
{
	switch (l->op) {
	case RD_DIFF_ADD:
		rd_sheet_put(sheet, RD_ROLE_ADD, NULL, "  + %s  %s", l->text,
			value_of(l->to, look));
		break;
	case RD_DIFF_REMOVE:
		rd_sheet_put(sheet, RD_ROLE_REMOVE, NULL, "  - %s  %s", l->text,
			value_of(l->from, look));
		break;
	case RD_DIFF_CHANGE:
		rd_sheet_put(sheet, RD_ROLE_CHANGE, NULL, "  ~ %s  %s -> %s", l->text,
			value_of(l->from, look), value_of(l->to, look));
		break;
	default:
		if (look->has_unchanged)
			rd_sheet_put(sheet, RD_ROLE_DIM, NULL, "  = %s  %s", l->text,
				value_of(l->to, look));
		break;
	}
}

static void put_env(rd_sheet *sheet, const rd_release_diff *diff, const rd_compare_look *look)
{
	if (!diff->env.len)
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Environment  empty");
	else if (!diff->env_added && !diff->env_changed && !diff->env_removed)
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Environment  unchanged (%d)",
			diff->env_same);
	else
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Environment  +%d ~%d -%d, %d unchanged",
			diff->env_added, diff->env_changed, diff->env_removed, diff->env_same);
	for (size_t i = 0; i < diff->env.len; i++)
		put_variable(sheet, rd_vec_at(&diff->env, i), look);
}

static bool is_near_change(const rd_vec *lines, size_t i)
{
	size_t from = i > CONTEXT_LINES ? i - CONTEXT_LINES : 0;

	for (size_t k = from; k < lines->len && k <= i + CONTEXT_LINES; k++)
		if (((const rd_diff_line *)rd_vec_at(lines, k))->op != RD_DIFF_SAME)
			return true;
	return false;
}

static void put_manifest(rd_sheet *sheet, const rd_release_diff *diff, const rd_compare_look *look)
{
	bool was_left_out = false;

	if (!diff->manifest_added && !diff->manifest_removed)
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Manifest  unchanged");
	else
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Manifest  +%d -%d", diff->manifest_added,
			diff->manifest_removed);
	for (size_t i = 0; i < diff->manifest.len; i++) {
		const rd_diff_line *l = rd_vec_at(&diff->manifest, i);

		if (!look->has_unchanged && !is_near_change(&diff->manifest, i)) {
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

/* ---- commits ---- */

static void put_lines(rd_sheet *sheet, rd_role role, char sign, const rd_strs *lines, size_t n)
{
	for (size_t i = 0; i < lines->len; i++)
		rd_sheet_put(sheet, role, NULL, "  %c %s", sign, lines->items[i]);
	if (n > lines->len)
		rd_sheet_put(sheet, RD_ROLE_DIM, NULL, "    and %zu more", n - lines->len);
}

/* Where no repository tells the commits, the releases between the two do. */
static void put_between(rd_sheet *sheet, const rd_compare *c, const rd_model *m)
{
	int to = rd_model_release_index(m, c->to.id), from = rd_model_release_index(m, c->from.id);
	int last = to > from ? to : from, n = 0;

	for (int i = (to < from ? to : from) + 1; to >= 0 && from >= 0 && i < last; i++) {
		const rd_release *r = rd_vec_at(&m->releases, (size_t)i);

		if (!n++)
			rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Releases between  %d", last - i);
		rd_sheet_put(sheet, RD_ROLE_DIM, NULL, "    %s  %s", r->id, r->description);
	}
}

static void put_commits(rd_sheet *sheet, const rd_compare *c, const rd_model *m)
{
	const char *to = rd_or_empty(c->build.git_sha), *from = rd_or_empty(c->from_build.git_sha);

	if (c->commits.is_known && !c->commits.n_added && !c->commits.n_removed) {
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Commits  the same");
	} else if (c->commits.is_known) {
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Commits  +%zu -%zu", c->commits.n_added,
			c->commits.n_removed);
		put_lines(sheet, RD_ROLE_ADD, '+', &c->commits.added, c->commits.n_added);
		put_lines(sheet, RD_ROLE_REMOVE, '-', &c->commits.removed, c->commits.n_removed);
		return;
	} else if (to[0] && from[0]) {
		rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL,
			"Commits  %.10s -> %.10s: start the console in the repository to see them",
			from, to);
	}
	put_between(sheet, c, m);
}

/* ---- images ---- */

static const rd_image *image_of(const rd_vec *images, const char *service)
{
	for (size_t i = 0; i < images->len; i++)
		if (!strcmp(((const rd_image *)rd_vec_at(images, i))->service, service))
			return rd_vec_at(images, i);
	return NULL;
}

static void size_of(const rd_image *i, char *buf, size_t cap)
{
	if (i->is_gone)
		snprintf(buf, cap, "gone");
	else if (i->bytes < 0)
		snprintf(buf, cap, "unknown");
	else
		rd_words_bytes((uint64_t)i->bytes, buf, cap);
}

static void put_changed(rd_sheet *sheet, const rd_image *from, const rd_image *to,
	const rd_compare_look *look)
{
	char old[32], now[32], more[32] = "";
	int64_t grown = to->bytes - from->bytes;

	size_of(from, old, sizeof old);
	size_of(to, now, sizeof now);
	if (!strcmp(from->id, to->id)) {
		if (look->has_unchanged)
			rd_sheet_put(sheet, RD_ROLE_DIM, NULL, "  = %s  %s", to->service, now);
		return;
	}
	if (from->bytes >= 0 && to->bytes >= 0)
		rd_words_bytes((uint64_t)llabs(grown), more, sizeof more);
	if (from->bytes >= 0 && !grown) {
		rd_sheet_put(sheet, RD_ROLE_CHANGE, NULL, "  ~ %s  %s, another of the same size",
			to->service, now);
		return;
	}
	rd_sheet_put(sheet, RD_ROLE_CHANGE, NULL, "  ~ %s  %s -> %s%s%s%s", to->service, old, now,
		!more[0]    ? ""
		: grown < 0 ? "  (-"
			    : "  (+",
		more, more[0] ? ")" : "");
}

/* -1: of none it is known. */
static int64_t sum_of(const rd_vec *images)
{
	int64_t sum = images->len ? -1 : 0;

	for (size_t i = 0; i < images->len; i++) {
		const rd_image *image = rd_vec_at(images, i);

		if (image->bytes > 0)
			sum = (sum > 0 ? sum : 0) + image->bytes;
	}
	return sum;
}

static void put_images(rd_sheet *sheet, const rd_compare *c, const rd_compare_look *look)
{
	char old[32], now[32];

	if (!c->has_images || (!c->images.len && !c->from_images.len))
		return;
	size_of(&(rd_image){.bytes = sum_of(&c->from_images)}, old, sizeof old);
	size_of(&(rd_image){.bytes = sum_of(&c->images)}, now, sizeof now);
	rd_sheet_put(sheet, RD_ROLE_COLUMN, NULL, "Images  %s -> %s", old, now);
	for (size_t i = 0; i < c->images.len; i++) {
		const rd_image *to = rd_vec_at(&c->images, i);
		const rd_image *from = image_of(&c->from_images, to->service);

		size_of(to, now, sizeof now);
		if (from)
			put_changed(sheet, from, to, look);
		else
			rd_sheet_put(sheet, RD_ROLE_ADD, NULL, "  + %s  %s", to->service, now);
	}
	for (size_t i = 0; i < c->from_images.len; i++) {
		const rd_image *from = rd_vec_at(&c->from_images, i);

		size_of(from, old, sizeof old);
		if (!image_of(&c->images, from->service))
			rd_sheet_put(sheet, RD_ROLE_REMOVE, NULL, "  - %s  %s", from->service, old);
	}
}

void rd_compare_put(const rd_compare *c, const rd_console *console, const rd_compare_look *look,
	rd_sheet *sheet)
{
	int64_t now_us = rd_console_now_us(console);

	put_release(sheet, "release", &c->to, now_us);
	if (c->build.id)
		put_build(sheet, &c->build, now_us);
	if (c->has_from)
		put_release(sheet, c->is_active ? "active" : "against", &c->from, now_us);
	else
		rd_sheet_put(sheet, RD_ROLE_DIM, "active", "none: this is the first one");
	if (c->from_build.id && !c->is_active)
		put_build(sheet, &c->from_build, now_us);
	rd_sheet_put(sheet, RD_ROLE_TEXT, NULL, "%s", "");
	put_env(sheet, &c->diff, look);
	put_manifest(sheet, &c->diff, look);
	if (!c->has_from)
		return;
	put_commits(sheet, c, rd_console_model(console));
	put_images(sheet, c, look);
}

bool rd_compare_act(rd_compare_look *look, rd_action action)
{
	if (action == RD_ACTION_REVEAL)
		look->is_revealed = !look->is_revealed;
	else if (action == RD_ACTION_UNCHANGED)
		look->has_unchanged = !look->has_unchanged;
	else
		return false;
	return true;
}

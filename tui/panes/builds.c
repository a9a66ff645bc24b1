/* SPDX-License-Identifier: MIT */
/* The list of builds. */
#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "tui/dialogs/dialogs.h"
#include "core/rack/trigger.h"
#include "tui/panes/builds_time.h"
#include "tui/panes/panes.h"
#include "tui/panes/table.h"
#include "tui/widgets/words.h"

typedef struct builds {
	rd_table table;
} builds;

static const rd_build *build_at(const rd_pane *p, size_t i)
{
	return rd_vec_at(&rd_console_model(p->console)->builds, i);
}

static size_t count(const rd_pane *p)
{
	return rd_console_model(p->console)->builds.len;
}

static const char *id_of(const rd_pane *p, size_t i)
{
	return build_at(p, i)->id;
}

static bool holds(const rd_pane *p, size_t i, const char *part)
{
	const rd_build *b = build_at(p, i);
	char word[32];
	rd_role role;

	rd_words_build(b, word, sizeof word, &role);
	return rd_words_hold(b->id, part) || rd_words_hold(word, part) ||
	       rd_words_hold(b->release, part) || rd_words_hold(b->description, part) ||
	       rd_words_hold(b->trigger, part);
}

static bool is_all(const rd_pane *p)
{
	return rd_console_model(p->console)->all_builds;
}

static int64_t took_us(const rd_pane *p, const rd_build *b)
{
	int64_t end_us = b->ended_us ? b->ended_us : rd_console_now_us(p->console);

	return b->started_us ? end_us - b->started_us : 0;
}

enum order { ORDER_AGE, ORDER_STATUS, ORDER_TIME, ORDER_TEXT };

static int compare(const rd_pane *p, int order, size_t i, size_t k)
{
	const rd_build *a = build_at(p, i), *b = build_at(p, k);
	int64_t x, y;

	switch (order) {
	case ORDER_STATUS:
		return strcmp(a->status, b->status);
	case ORDER_TIME: /* the longest first */
		x = took_us(p, a);
		y = took_us(p, b);
		return x > y ? -1 : x < y;
	default:
		return strcmp(a->description, b->description);
	}
}

static rd_code open_pane(rd_pane *p, const void *args RD_UNUSED, rd_err *err RD_UNUSED)
{
	static const char *const orders[] = {"age", "status", "time", "description", NULL};
	static const rd_table_rows rows = {.count = count,
		.id = id_of,
		.holds = holds,
		.is_all = is_all,
		.orders = orders,
		.compare = compare,
		.has_marks = true};
	builds *b = p->data;

	rd_table_init(&b->table, &rows, 1);
	return RD_OK;
}

static const rd_build *current(const rd_pane *p)
{
	int i = rd_table_current(&((const builds *)p->data)->table);

	return i < 0 ? NULL : build_at(p, (size_t)i);
}

/* The releases of the marked builds with each other; else that of the row with the active one. */
static rd_react open_diff(const rd_pane *p)
{
	const rd_strs *marks = &((const builds *)p->data)->table.marks;
	const rd_model *m = rd_console_model(p->console);
	const char *releases[3] = {NULL};

	for (size_t i = 0; i < marks->len && i < RD_LEN(releases); i++) {
		const rd_build *b = rd_model_build(m, marks->items[i]);

		if (!b || !b->release[0]) {
			rd_console_toast(p->console, RD_ROLE_WARN,
				"build %s has no release to be compared", marks->items[i]);
			return RD_REACT_REDRAW;
		}
		releases[i] = b->release;
	}
	if (!current(p)->release[0] && marks->len != 2)
		return RD_REACT_PASS;
	rd_diff_open(p->console, current(p)->release, releases, marks->len);
	return RD_REACT_REDRAW;
}

static rd_react event(rd_pane *p, const rd_event *ev)
{
	builds *b = p->data;
	rd_react react = rd_table_event(&b->table, p, ev);

	if (!(react & RD_REACT_PASS))
		return react;
	if (ev->kind == RD_EV_TICK || ev->kind == RD_EV_FOCUS)
		return RD_REACT_REDRAW;
	if (ev->kind != RD_EV_ACTION || !current(p))
		return RD_REACT_PASS;
	if (ev->action == RD_ACTION_OPEN && b->table.marks.len > 1)
		return rd_log_show_each(p->console, &b->table.marks);
	if (ev->action == RD_ACTION_OPEN)
		return rd_log_show(p->console,
			&(rd_pane_log_args){.build = current(p)->id, .scope = RD_LOG_ALL});
	if (ev->action == RD_ACTION_DIFF)
		return open_diff(p);
	if (ev->action == RD_ACTION_EXPORT && b->table.marks.len) {
		rd_console_open_dialog(p->console, &rd_dialog_export, &b->table.marks, NULL);
		return RD_REACT_REDRAW;
	}
	if (ev->action == RD_ACTION_STEPS)
		return rd_steps_show(p->console, current(p)->id);
	return RD_REACT_PASS;
}

static void target(const rd_pane *p, rd_target *ret_target)
{
	const rd_build *b = current(p);

	if (!b)
		return;
	snprintf(ret_target->build, sizeof ret_target->build, "%s", b->id);
	snprintf(ret_target->release, sizeof ret_target->release, "%s", b->release);
}

static void title(const rd_pane *p, rd_title *ret_title)
{
	rd_table_title(p, ret_title);
	if (!rd_console_model(p->console)->loaded)
		ret_title->right[0] = '\0';
}

/* "02:29 left  web 4/6  worker 1/3" of a build that runs, as far as that is known. */
static void tell_progress(const rd_pane *p, const rd_build *b, char *buf, size_t cap)
{
	char steps[96] = "", left[32];

	rd_steps_progress(p->console, b->id, steps, sizeof steps);
	rd_builds_left(rd_console_model(p->console), b, rd_console_now_us(p->console), left,
		sizeof left);
	snprintf(buf, cap, "%s%s%s", left, steps[0] && left[0] ? "  " : "", steps);
}

static void status(const rd_pane *p, char *buf, size_t cap)
{
	const rd_build *b = current(p);
	const char *text = b ? b->reason[0] ? b->reason : b->description : "";
	char how[160] = "";

	if (b && rd_build_is_active(b))
		tell_progress(p, b, how, sizeof how);
	if (how[0])
		snprintf(buf, cap, "%s: %s  %s", b->id, how, text);
	else if (text[0] && b->trigger[0])
		snprintf(buf, cap, "%s: %s  by %s", b->id, text, b->trigger);
	else if (b && (text[0] || b->trigger[0]))
		snprintf(buf, cap, "%s: %s%s", b->id, text[0] ? "" : "by ",
			text[0] ? text : b->trigger);
}

/* ---- drawing ---- */

#define TRIGGER_COLS 7 /* the longest kinds */

/* Where the columns begin; -1: there is no room for one. */
struct columns {
	int id, status, release, age, took, trigger, description;
};

static bool has_triggers(const rd_pane *p)
{
	for (size_t i = 0; i < count(p); i++)
		if (build_at(p, i)->trigger[0])
			return true;
	return false;
}

static struct columns columns_of(const rd_pane *p, int w)
{
	struct columns c = {.id = 2,
		.status = 14,
		.release = 25,
		.age = w >= 42 ? 37 : -1,
		.took = w >= 50 ? 43 : -1,
		.trigger = w >= 76 && has_triggers(p) ? 51 : -1,
		.description = w >= 64 ? 51 : -1};

	if (c.trigger >= 0)
		c.description += TRIGGER_COLS + 1;
	return c;
}

static void draw_head(const rd_area *a, const struct columns *c)
{
	rd_style style = rd_style_of(RD_ROLE_COLUMN);

	rd_draw_text(a, c->id, 0, style, "ID");
	rd_draw_text(a, c->status + 1, 0, style, "STATUS");
	rd_draw_text(a, c->release + 1, 0, style, "RELEASE");
	if (c->age >= 0)
		rd_draw_column_right(a, c->age, 0, 5, style, "AGE");
	if (c->took >= 0)
		rd_draw_column_right(a, c->took, 0, 7, style, "TIME");
	if (c->trigger >= 0)
		rd_draw_text(a, c->trigger, 0, style, "BY");
	if (c->description >= 0)
		rd_draw_text(a, c->description, 0, style, "DESCRIPTION");
}

/* The release that it made; or the active one, if that was made of this build later (by a rollback, or
 * by a change of the environment). */
static const char *release_of(const rd_model *m, const rd_build *b)
{
	const rd_release *active = rd_model_release(m, rd_or_empty(m->app.release));

	return active && active->build && !strcmp(active->build, b->id) ? active->id : b->release;
}

static void draw_row(const rd_pane *p, const rd_area *a, size_t i)
{
	const rd_build *b = build_at(p, i);
	const rd_model *m = rd_console_model(p->console);
	struct columns c = columns_of(p, a->r.w);
	int64_t now_us = rd_console_now_us(p->console);
	const char *release = release_of(m, b);
	bool is_active = release[0] && !strcmp(release, rd_or_empty(m->app.release));
	rd_role role;
	char word[64];

	rd_draw_column(a, c.id, 0, 11, rd_style_of(RD_ROLE_STRONG), b->id);
	rd_words_build(b, word, sizeof word, &role);
	rd_draw_column(a, c.status, 0, 10, rd_style_of(role), word);
	snprintf(word, sizeof word, "%c%s", is_active ? '@' : ' ', release[0] ? release : "-");
	role = is_active ? RD_ROLE_ACTIVE : RD_ROLE_TEXT;
	rd_draw_column(a, c.release, 0, 12, rd_style_of(role), word);
	if (c.age >= 0) {
		rd_words_age(b->started_us, now_us, word, sizeof word);
		rd_draw_column_right(a, c.age, 0, 5, rd_style_of(RD_ROLE_DIM), word);
	}
	if (c.took >= 0) {
		rd_words_took(b, now_us, word, sizeof word);
		rd_draw_column_right(a, c.took, 0, 7, rd_style_of(RD_ROLE_TEXT), word);
	}
	if (c.trigger >= 0) {
		rd_trigger_kind(b->trigger, word, sizeof word);
		rd_draw_column(a, c.trigger, 0, TRIGGER_COLS, rd_style_of(RD_ROLE_DIM), word);
	}
	if (c.description < 0)
		return;
	if (rd_build_is_active(b)) {
		tell_progress(p, b, word, sizeof word);
		if (rd_utf8_cells(word, strlen(word)) + 4 > a->r.w - c.description) {
			rd_draw_column(a, c.description, 0, a->r.w - c.description,
				rd_style_of(RD_ROLE_RUNNING), word);
			return;
		}
		c.description =
			rd_draw_text(a, c.description, 0, rd_style_of(RD_ROLE_RUNNING), word);
		c.description += word[0] ? 2 : 0;
	}
	if (b->description[0])
		rd_draw_column(a, c.description, 0, a->r.w - c.description,
			rd_style_of(RD_ROLE_TEXT), b->description);
	else
		rd_draw_column_ends(a, c.description, 0, a->r.w - c.description,
			rd_style_of(RD_ROLE_DIM), b->reason);
}

static void draw_empty(const rd_pane *p, const rd_area *a)
{
	const rd_model *m = rd_console_model(p->console);

	if (!m->loaded)
		rd_draw_text(a, 2, 1, rd_style_of(RD_ROLE_DIM), "reading the builds");
	else if (m->builds.len)
		rd_console_draw_no_match(p->console, a, 2, 1, "no build holds this text");
	else
		rd_console_draw_none(p->console, a, 2, 1, "no builds yet");
}

/* Below the rows, where there is room: how long the last builds took. */
static void draw_times(const rd_pane *p, const rd_area *a)
{
	const rd_model *m = rd_console_model(p->console);
	RD_STR_AUTO
	rd_str bars = RD_STR_INIT(256);
	RD_STR_AUTO
	rd_str last = RD_STR_INIT(64);
	int n = 0, x;

	rd_builds_spark(m, rd_surface_is_ascii(a->s), &bars, &n);
	if (n < 2)
		return;
	x = rd_draw_printf(a, 2, a->r.h - 1, rd_style_of(RD_ROLE_DIM), "last %d complete ", n);
	x = rd_draw_text(a, x, a->r.h - 1, rd_style_of(RD_ROLE_BAR), rd_str_get(&bars));
	rd_time_mmss(&last, rd_builds_median_us(m));
	rd_draw_printf(a, x, a->r.h - 1, rd_style_of(RD_ROLE_DIM), "  median %s",
		rd_str_get(&last));
}

static void draw(const rd_pane *p, const rd_area *area)
{
	const rd_table *t = &((const builds *)p->data)->table;
	struct columns c = columns_of(p, area->r.w);

	draw_head(area, &c);
	if (!t->list.count)
		draw_empty(p, area);
	rd_table_draw(t, p, area, draw_row);
	if (!rd_table_is_filtered(t) && t->list.count + 1 < t->list.rows)
		draw_times(p, area);
}

void rd_builds_select(rd_console *c, const char *build)
{
	for (int i = 0; rd_console_pane_at(c, i); i++) {
		rd_pane *p = rd_console_pane_at(c, i);
		builds *b = p->data;

		if (p->ops == &rd_pane_builds)
			snprintf(b->table.wish, sizeof b->table.wish, "%s", build);
	}
}

const struct rd_pane_ops rd_pane_builds = {
	RD_TABLE_PANE("builds", "Builds", builds),
	.place = RD_PLACE_LIST,
	.open = open_pane,
	.event = event,
	.draw = draw,
	.title = title,
	.status = status,
	.target = target,
	.close = rd_table_close,
};

/* SPDX-License-Identifier: MIT */
/* The list of releases. */
#include "tui/dialogs/dialogs.h"
#include "tui/panes/panes.h"
#include "tui/panes/table.h"
#include "tui/widgets/words.h"

typedef struct releases {
	rd_table table;
} releases;

static const rd_release *release_at(const rd_pane *p, size_t i)
{
	return rd_vec_at(&rd_console_model(p->console)->releases, i);
}

static size_t count(const rd_pane *p)
{
	return rd_console_model(p->console)->releases.len;
}

static const char *id_of(const rd_pane *p, size_t i)
{
	return release_at(p, i)->id;
}

static bool holds(const rd_pane *p, size_t i, const char *part)
{
	const rd_release *r = release_at(p, i);

	return rd_words_hold(r->id, part) || rd_words_hold(r->build, part) ||
	       rd_words_hold(r->description, part);
}

static bool is_all(const rd_pane *p)
{
	return rd_console_model(p->console)->all_releases;
}

enum order { ORDER_AGE, ORDER_BUILD, ORDER_TEXT };

static int compare(const rd_pane *p, int order, size_t i, size_t k)
{
	const rd_release *a = release_at(p, i), *b = release_at(p, k);

	return order == ORDER_BUILD ? strcmp(a->build, b->build)
				    : strcmp(a->description, b->description);
}

static rd_code open_pane(rd_pane *p, const void *args RD_UNUSED, rd_err *err RD_UNUSED)
{
	static const char *const orders[] = {"age", "build", "description", NULL};
	static const rd_table_rows rows = {.count = count,
		.id = id_of,
		.holds = holds,
		.is_all = is_all,
		.orders = orders,
		.compare = compare,
		.has_marks = true};
	releases *r = p->data;

	rd_table_init(&r->table, &rows, 1);
	return RD_OK;
}

static const rd_release *current(const rd_pane *p)
{
	int i = rd_table_current(&((const releases *)p->data)->table);

	return i < 0 ? NULL : release_at(p, (size_t)i);
}

/* Two that are marked with each other; else the row with the active one. */
static rd_react open_diff(const rd_pane *p)
{
	const rd_strs *marks = &((const releases *)p->data)->table.marks;

	rd_diff_open(p->console, current(p)->id, (const char *const *)marks->items, marks->len);
	return RD_REACT_REDRAW;
}

static rd_react event(rd_pane *p, const rd_event *ev)
{
	releases *r = p->data;
	rd_react react = rd_table_event(&r->table, p, ev);

	if (!(react & RD_REACT_PASS))
		return react;
	if (ev->kind == RD_EV_FOCUS)
		return RD_REACT_REDRAW;
	if (ev->kind != RD_EV_ACTION || !current(p))
		return RD_REACT_PASS;
	if (ev->action == RD_ACTION_DIFF)
		return open_diff(p);
	if (!current(p)->build[0])
		return RD_REACT_PASS;
	if (ev->action == RD_ACTION_OPEN)
		return rd_log_show(p->console,
			&(rd_pane_log_args){.build = current(p)->build, .scope = RD_LOG_ALL});
	if (ev->action == RD_ACTION_STEPS)
		return rd_steps_show(p->console, current(p)->build);
	return RD_REACT_PASS;
}

static void target(const rd_pane *p, rd_target *ret_target)
{
	const rd_release *r = current(p);

	if (!r)
		return;
	snprintf(ret_target->build, sizeof ret_target->build, "%s", r->build);
	snprintf(ret_target->release, sizeof ret_target->release, "%s", r->id);
}

static void title(const rd_pane *p, rd_title *ret_title)
{
	rd_table_title(p, ret_title);
	if (!rd_console_model(p->console)->loaded)
		ret_title->right[0] = '\0';
}

static void status(const rd_pane *p, char *buf, size_t cap)
{
	const rd_release *r = current(p);

	if (r && r->description[0])
		snprintf(buf, cap, "%s: %s", r->id, r->description);
}

/* ---- drawing ---- */

/* Where the columns begin; -1: there is no room for one. */
struct columns {
	int id, build, state, age, description;
};

static struct columns columns_of(int w)
{
	return (struct columns){2, 14, 26, w >= 42 ? 37 : -1, w >= 56 ? 44 : -1};
}

static void draw_head(const rd_area *a, const struct columns *c)
{
	rd_style style = rd_style_of(RD_ROLE_COLUMN);

	rd_draw_text(a, c->id, 0, style, "ID");
	rd_draw_text(a, c->build, 0, style, "BUILD");
	rd_draw_text(a, c->state + 1, 0, style, "STATE");
	if (c->age >= 0)
		rd_draw_column_right(a, c->age, 0, 5, style, "AGE");
	if (c->description >= 0)
		rd_draw_text(a, c->description, 0, style, "DESCRIPTION");
}

/* Newer than the active release: may be promoted. Without one, all may; those that were read may if
 * the active one is older than all of them. Of the older ones, which were active once: R goes back there. */
static const char *state_of(const rd_pane *p, size_t i, rd_role *ret_role)
{
	const rd_model *m = rd_console_model(p->console);
	int active = rd_model_release_index(m, rd_or_empty(m->app.release));

	*ret_role = RD_ROLE_DIM;
	if (active == (int)i) {
		*ret_role = RD_ROLE_ACTIVE;
		return "@active";
	}
	if (active < 0 || (int)i < active)
		return " candidate";
	return release_at(p, i)->promoted_us ? " was active" : " older";
}

static void draw_row(const rd_pane *p, const rd_area *a, size_t i)
{
	const rd_release *r = release_at(p, i);
	struct columns c = columns_of(a->r.w);
	const char *state;
	rd_role role;
	char word[64];

	rd_draw_column(a, c.id, 0, 11, rd_style_of(RD_ROLE_STRONG), r->id);
	rd_draw_column(a, c.build, 0, 11, rd_style_of(RD_ROLE_TEXT), r->build[0] ? r->build : "-");
	state = state_of(p, i, &role);
	rd_draw_column(a, c.state, 0, 11, rd_style_of(role), state);
	if (c.age >= 0) {
		rd_words_age(r->created_us, rd_console_now_us(p->console), word, sizeof word);
		rd_draw_column_right(a, c.age, 0, 5, rd_style_of(RD_ROLE_DIM), word);
	}
	if (c.description >= 0)
		rd_draw_column(a, c.description, 0, a->r.w - c.description,
			rd_style_of(RD_ROLE_TEXT), r->description);
}

static void draw_empty(const rd_pane *p, const rd_area *a)
{
	const rd_model *m = rd_console_model(p->console);

	if (!m->loaded)
		rd_draw_text(a, 2, 1, rd_style_of(RD_ROLE_DIM), "reading the releases");
	else if (m->releases.len)
		rd_console_draw_no_match(p->console, a, 2, 1, "no release holds this text");
	else
		rd_console_draw_none(p->console, a, 2, 1, "no releases yet");
}

static void draw(const rd_pane *p, const rd_area *area)
{
	const rd_table *t = &((const releases *)p->data)->table;
	struct columns c = columns_of(area->r.w);

	draw_head(area, &c);
	if (!t->list.count)
		draw_empty(p, area);
	rd_table_draw(t, p, area, draw_row);
}

const struct rd_pane_ops rd_pane_releases = {
	RD_TABLE_PANE("releases", "Releases", releases),
	.place = RD_PLACE_LIST,
	.open = open_pane,
	.event = event,
	.draw = draw,
	.title = title,
	.status = status,
	.target = target,
	.close = rd_table_close,
};

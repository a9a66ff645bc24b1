/* SPDX-License-Identifier: MIT */
/*
 * Log panes side by side: one for each service of a build, while there is room.
 *
 * DESIGN: the first log pane leads (slot 0): it opens the others (slots 1, 2, …) and they show the
 * build that it shows. Each one works out by itself, from the groups of its own log, which service
 * is its own; with more images to build than panes the last pane shows the whole log. Panes that the user
 * opened (RD_LOG_SLOT_OWN) are left alone; if they take its room, the set gives up panes. Several builds
 * opened at once are a set too, each pane with a build of its own. Nothing is remembered about other
 * panes but by asking the console.
 */
#include "tui/panes/log_pane.h"

#define EACH_MAX 6 /* builds that are opened at once: what the largest screens show */

/* ---- services ---- */

static bool is_of(const rd_step_group *g, const char *kind)
{
	return g->services.len && !strcmp(g->kind, kind);
}

static int count_kind(const rd_steps *m, const char *kind)
{
	int n = 0;

	for (size_t i = 0; i < rd_steps_groups(m); i++)
		n += is_of(rd_steps_group_at(m, i), kind);
	return n;
}

int rd_log_groups(const rd_steps *m)
{
	return count_kind(m, "build") + count_kind(m, "pull");
}

const rd_step_group *rd_log_group_at(const rd_steps *m, int i)
{
	static const char *const kinds[] = {"build", "pull"};

	for (size_t kind = 0; kind < RD_LEN(kinds); kind++)
		for (size_t k = 0; k < rd_steps_groups(m); k++)
			if (is_of(rd_steps_group_at(m, k), kinds[kind]) && !i--)
				return rd_steps_group_at(m, k);
	return NULL;
}

void rd_log_group_name(const rd_steps *m, int number, char *buf, size_t cap)
{
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < rd_steps_groups(m); i++) {
		const rd_step_group *g = rd_steps_group_at(m, i);

		for (size_t k = 0; g->number == number && k < g->services.len && at < cap; k++)
			at += (size_t)snprintf(buf + at, cap - at, "%s%s", k ? "," : "",
				g->services.items[k]);
	}
}

/* ---- the set ---- */

static rd_pane *log_pane_at(rd_console *c, int i)
{
	rd_pane *p = rd_console_pane_at(c, i);

	return p && p->ops == &rd_pane_log ? p : NULL;
}

static rd_pane *in_slot(rd_console *c, int slot)
{
	for (int i = 0; i < RD_LAYOUT_PANES; i++) {
		rd_pane *p = log_pane_at(c, i);

		if (p && ((rd_log_pane *)p->data)->slot == slot)
			return p;
	}
	return NULL;
}

/* Views that a screen of this size shows at once. */
static int views_on(int cols, int rows)
{
	rd_layout_in in = {.cols = cols, .rows = rows, .n = RD_LAYOUT_PANES, .focus = -1};
	rd_layout l;
	int n = 0;

	for (int i = 0; i < RD_LAYOUT_PANES; i++)
		in.place[i] = i < 2 ? RD_PLACE_LIST : RD_PLACE_VIEW;
	rd_layout_make(&in, &l);
	for (int i = 2; i < RD_LAYOUT_PANES; i++)
		n += l.pane[i].w > 0;
	return n;
}

/* Log panes of the set that the screen has room for. */
static int room(rd_console *c)
{
	int cols, rows, others = 0, n;

	rd_console_size(c, &cols, &rows);
	for (int i = 0; i < RD_LAYOUT_PANES; i++) {
		const rd_pane *p = rd_console_pane_at(c, i);

		others += p && p->ops->place == RD_PLACE_VIEW &&
			  (p->ops != &rd_pane_log ||
				  ((const rd_log_pane *)p->data)->slot == RD_LOG_SLOT_OWN);
	}
	n = views_on(cols, rows) - others;
	return n < 1 ? 1 : n;
}

/* How many panes the set has. Images that are only pulled have little to say: if not all images fit,
 * those that are built come first. */
static int panes_for(const rd_log_pane *lead, const rd_steps *m, int space)
{
	int groups = rd_log_groups(m), built = count_kind(m, "build");

	if (lead->is_single || groups < 2)
		return 1;
	if (groups <= space)
		return groups;
	return built > 1 && built <= space ? built : space;
}

/* Gives a pane of the set what is its own to show. */
static void take_part(rd_pane *p, const rd_steps *m, int n)
{
	rd_log_pane *l = p->data;
	rd_pane_log_args args = {l->build, RD_LOG_ALL, 0};
	const rd_step_group *g;

	if (l->has_scope || l->slot < 0)
		return;
	if (n > 1 && !(l->slot == n - 1 && count_kind(m, "build") > n)) {
		g = rd_log_group_at(m, l->slot);
		args.scope = RD_LOG_GROUP;
		args.number = g ? g->number : 0;
	}
	if (args.scope != l->scope || args.number != l->number)
		rd_log_pane_show(p, &args);
}

/* Opens a pane and leaves the focus where it is. */
static rd_pane *open_beside(rd_console *c, const rd_pane_log_args *args)
{
	rd_pane *focus = NULL, *p = NULL;
	rd_err err;

	for (int i = 0; i < RD_LAYOUT_PANES; i++)
		if (rd_console_pane_at(c, i) && rd_console_pane_at(c, i)->focused)
			focus = rd_console_pane_at(c, i);
	if (rd_console_open(c, &rd_pane_log, args, &p, &err))
		return NULL;
	if (focus)
		rd_console_focus(c, focus);
	return p;
}

static void close_later(rd_pane *p)
{
	((rd_log_pane *)p->data)->slot = RD_LOG_SLOT_LEAVING;
	rd_console_work(p->console, p);
}

/* Closes panes of the set that have no room because of those that the user opened. @returns how many. */
static int give_room(rd_console *c, int n)
{
	int closed = 0;

	if (!in_slot(c, RD_LOG_SLOT_OWN))
		return 0;
	for (int slot = n; slot < RD_LAYOUT_PANES; slot++) {
		rd_pane *p = in_slot(c, slot);

		if (!p || p->focused || ((rd_log_pane *)p->data)->is_own)
			continue;
		close_later(p);
		closed++;
	}
	return closed;
}

static rd_react lead(rd_pane *p, const rd_steps *m)
{
	rd_log_pane *l = p->data;
	int have = 0, n;
	rd_react react = RD_REACT_NONE;

	for (int slot = 1; slot < RD_LAYOUT_PANES; slot++)
		have += in_slot(p->console, slot) != NULL;
	l->is_single |= have < l->opened;
	n = panes_for(l, m, room(p->console));
	for (int slot = 1; slot < n; slot++) {
		rd_pane *other = in_slot(p->console, slot);

		if (other)
			continue;
		/* what the one pane was turned to becomes one of several */
		l->has_scope &= l->scope == RD_LOG_STEP;
		other = open_beside(p->console, &(rd_pane_log_args){l->build, RD_LOG_ALL, 0});
		if (!other)
			break;
		((rd_log_pane *)other->data)->slot = slot;
		have++;
		react = RD_REACT_RELAYOUT;
	}
	l->opened = have - give_room(p->console, n);
	take_part(p, m, n);
	return react;
}

static rd_react accompany(rd_pane *p, const rd_steps *m)
{
	rd_log_pane *l = p->data;
	rd_pane *first = in_slot(p->console, 0);
	const rd_build *b = rd_model_build(rd_console_model(p->console), l->build);
	int n;

	if (!first) {
		l->slot = 0;
		l->is_single = l->is_own;
		l->is_own = false;
		return lead(p, m);
	}
	if (l->is_own)
		return RD_REACT_NONE;
	n = panes_for(first->data, m, room(p->console));
	if (b && !rd_build_is_active(b) && l->slot >= rd_log_groups(m)) {
		((rd_log_pane *)first->data)->opened--;
		return RD_REACT_CLOSE;
	}
	take_part(p, m, n);
	return RD_REACT_NONE;
}

rd_react rd_log_pane_arrange(rd_pane *p)
{
	rd_log_pane *l = p->data;

	if (l->slot == RD_LOG_SLOT_LEAVING)
		return RD_REACT_CLOSE;
	if (!l->log || l->is_opening || l->slot < 0)
		return RD_REACT_NONE;
	return l->slot ? accompany(p, rd_log_steps(l->log)) : lead(p, rd_log_steps(l->log));
}

void rd_log_pane_led(rd_pane *p)
{
	rd_log_pane *l = p->data;

	if (l->slot)
		return;
	l->is_single = false;
	for (int slot = 1; slot < RD_LAYOUT_PANES; slot++) {
		rd_pane *other = in_slot(p->console, slot);

		if (!other)
			continue;
		((rd_log_pane *)other->data)->has_scope = false;
		((rd_log_pane *)other->data)->is_own = false;
		rd_log_pane_show(other, &(rd_pane_log_args){l->build, RD_LOG_GROUP, 0});
	}
}

void rd_log_pane_join(rd_pane *p)
{
	rd_log_pane *l = p->data;

	rd_pane *first = in_slot(p->console, 0);

	/* a pane that is not yet in the console's list does not find itself */
	l->slot = first ? RD_LOG_SLOT_OWN : 0;
	if (first) /* it may have to give room */
		rd_console_work(p->console, first);
}

bool rd_log_goes_on(const rd_model *m, const char *shown, char known[32])
{
	const rd_build *newest = m->builds.len ? rd_vec_at(&m->builds, 0) : NULL;
	const rd_build *b = rd_model_build(m, shown);
	bool has_come = newest && strcmp(newest->id, known) != 0;

	if (has_come)
		snprintf(known, 32, "%s", newest->id);
	return has_come && strcmp(newest->id, shown) != 0 && !(b && rd_build_is_active(b));
}

/* The pane that leads; if it was closed, the next of the set does. NULL: there is none. */
static rd_pane *leading(rd_console *c)
{
	rd_pane *p = in_slot(c, 0);
	rd_log_pane *l;

	for (int slot = 1; !p && slot < RD_LAYOUT_PANES; slot++)
		p = in_slot(c, slot);
	if (!p)
		return NULL;
	l = p->data;
	l->slot = 0;
	l->is_own = false;
	return p;
}

void rd_log_follow(rd_console *c, const char *build)
{
	rd_pane *p = leading(c);
	rd_log_pane *l = p ? p->data : NULL;

	rd_steps_follow(c, build, true);
	if (!l)
		return;
	rd_log_find_clear(&l->find);
	l->has_scope = false;
	rd_log_pane_show(p, &(rd_pane_log_args){build, RD_LOG_ALL, 0});
	l->is_newest = l->is_following = true;
}

/* The panes that show builds of their own go: the first one stands for one build again. */
static void disband(rd_console *c)
{
	for (int slot = 1; slot < RD_LAYOUT_PANES; slot++) {
		rd_pane *p = in_slot(c, slot);

		if (!p || !((rd_log_pane *)p->data)->is_own)
			continue;
		close_later(p);
		((rd_log_pane *)in_slot(c, 0)->data)->is_single = false;
		((rd_log_pane *)in_slot(c, 0)->data)->opened = 0;
	}
}

rd_react rd_log_show(rd_console *c, const rd_pane_log_args *args)
{
	rd_pane *p = leading(c);
	rd_log_pane *l;
	rd_err err;

	rd_steps_follow(c, args->build, false);
	if (!p) {
		rd_console_open(c, &rd_pane_log, args, NULL, &err);
		return RD_REACT_RELAYOUT;
	}
	l = p->data;
	l->has_scope = args->scope != RD_LOG_ALL;
	rd_log_pane_show(p, args);
	disband(c);
	rd_console_focus(c, p);
	return RD_REACT_RELAYOUT | rd_log_pane_arrange(p);
}

/* The pane of the set in that slot shows that build, whatever the others show. */
static void show_own(rd_console *c, int slot, const char *build)
{
	const rd_pane_log_args args = {build, RD_LOG_ALL, 0};
	rd_pane *p = in_slot(c, slot);
	rd_log_pane *l;

	if (!p)
		p = open_beside(c, &args);
	if (!p)
		return;
	l = p->data;
	l->slot = slot;
	l->is_own = l->has_scope = true;
	rd_log_pane_show(p, &args);
}

rd_react rd_log_show_each(rd_console *c, const rd_strs *builds)
{
	size_t n = builds->len < EACH_MAX ? builds->len : EACH_MAX;
	const rd_pane_log_args args = {builds->items[0], RD_LOG_ALL, 0};
	rd_react react = rd_log_show(c, &args);
	rd_pane *first = in_slot(c, 0);

	if (!first)
		return react;
	rd_log_pane_show(first, &args);
	((rd_log_pane *)first->data)->is_single = ((rd_log_pane *)first->data)->has_scope = true;
	for (size_t i = 1; i < n; i++)
		show_own(c, (int)i, builds->items[i]);
	for (int slot = (int)n; slot < RD_LAYOUT_PANES; slot++)
		if (in_slot(c, slot))
			close_later(in_slot(c, slot));
	rd_console_toast(c, RD_ROLE_TEXT,
		n < builds->len ? "logs of the first %zu of %zu marked builds"
				: "logs of %zu builds, each in its pane",
		n, builds->len);
	return react | RD_REACT_RELAYOUT;
}

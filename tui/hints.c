/* SPDX-License-Identifier: MIT */
/* The first and the last line of the screen: where we are, and what the keys do here. */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "tui/shell.h"

#define SELDOM_S 5
#define AGE_COLS 60 /* of the header's left part: from here with the active release's age */
#define DAY_US (24LL * 3600 * 1000000)

/* ---- the header ---- */

static int failed_today(const rd_model *m, int64_t now_us)
{
	int n = 0;

	for (size_t i = 0; i < m->builds.len; i++) {
		const rd_build *b = rd_vec_at(&m->builds, i);

		n += !strcmp(b->status, "failed") && strcmp(b->reason, "canceled") != 0 &&
		     now_us - b->ended_us < DAY_US;
	}
	return n;
}

static int draw_active(const rd_console *c, const rd_area *a, int x)
{
	const rd_release *r = rd_model_release(&c->model, rd_or_empty(c->model.app.release));
	RD_STR_AUTO
	rd_str age = RD_STR_INIT(32);

	if (!c->model.has_app || !c->model.app.release || !c->model.app.release[0])
		return rd_draw_text(a, x, 0, rd_style_of(RD_ROLE_DIM),
			!c->model.loaded    ? "reading"
			: c->model.err.code ? "not read yet"
			: !c->model.has_app ? "no such app yet: B builds it"
					    : "nothing promoted yet");
	x = rd_draw_text(a, x, 0, rd_style_of(RD_ROLE_DIM), "active ");
	x = rd_draw_text(a, x, 0, rd_style_of(RD_ROLE_ACTIVE), c->model.app.release);
	if (r && a->r.w >= AGE_COLS) {
		rd_time_short_ago(&age, r->created_us, c->now_us);
		x = rd_draw_printf(a, x, 0, rd_style_of(RD_ROLE_DIM), " (%s)", rd_str_get(&age));
	}
	return x;
}

/* Whole, or not at all. */
static int draw_count(const rd_area *a, int x, int n, rd_role role, const char *what)
{
	char text[32];

	snprintf(text, sizeof(text), "   %d %s", n, what);
	if (n < 1 || x + (int)strlen(text) > a->r.w)
		return x;
	return rd_draw_text(a, x, 0, rd_style_of(role), text);
}

/* How the rack is, flush right. @returns where it began. */
static int draw_health(const rd_console *c, const rd_area *a)
{
	char text[64];

	char every[32] = "";
	rd_pulse pulse = {0};
	rd_code code = c->model.err.code;

	if (c->rack->pulse)
		c->rack->pulse(c->rack, &pulse);
	/* How often it is asked is worth a word when that is not at once. */
	if (pulse.every_s >= SELDOM_S && a->r.w >= 80)
		snprintf(every, sizeof(every), ", asked every %ds", pulse.every_s);
	if (code) {
		snprintf(text, sizeof(text), "rack %s%s",
			code == RD_EUNAVAIL || code == RD_ETIMEOUT ? "xaway" : "xfails", every);
		return rd_draw_right(a, a->r.w - 1, 0, rd_style_of(RD_ROLE_ERROR), text);
	}
	if (!c->model.loaded)
		return a->r.w;
	snprintf(text, sizeof(text), "rack +ok %lldms%s", (long long)(c->model.read_us / 1000),
		every);
	return rd_draw_right(a, a->r.w - 1, 0, rd_style_of(RD_ROLE_DIM), text);
}

/* Where builds run, if that is not the rack itself: "ssh://me@host" without its scheme. */
static void draw_place(const rd_console *c, const rd_area *a, int x)
{
	const char *place = c->model.builds_on;
	const char *host = place ? strstr(place, "://") : NULL;

	if (place)
		rd_draw_printf(a, x, 0, rd_style_of(RD_ROLE_DIM), "   %son %s",
			a->r.w >= 80 ? "builds " : "", host ? host + 3 : place);
}

void rd_console_draw_header(const rd_console *c, const rd_area *area)
{
	rd_area a = rd_area_on(area, RD_ROLE_HEADER);
	rd_area left;
	char label[128];
	int x, jobs = 0;

	rd_draw_clear(&a);
	left = rd_area_sub(&a, 0, 0, draw_health(c, &a) - 1, 1);
	x = rd_draw_text(&left, 1, 0, rd_style_of(RD_ROLE_DIM), c->rack->name);
	x = rd_draw_printf(&left, x, 0, rd_style_of(RD_ROLE_DIM), " %s ",
		rd_area_glyph(&a, RD_GLYPH_ARROW));
	x = rd_draw_text(&left, x, 0, rd_style_of(RD_ROLE_ACCENT), c->app);
	if (c->is_read_only)
		x = rd_draw_text(&left, x, 0, rd_style_of(RD_ROLE_WARN), "   read-only");
	/* Where there is no room the list of jobs says so. */
	if (a.r.w >= 100 && rd_console_is_watching(c))
		x = rd_draw_text(&left, x, 0, rd_style_of(RD_ROLE_RUNNING), "   watched");
	x = draw_active(c, &left, x + 3);
	rd_console_job_label(c, label, sizeof(label), &jobs);
	x = draw_count(&left, x, c->model.active, RD_ROLE_RUNNING, "running");
	if (a.r.w >= 100)
		x = draw_count(&left, x, failed_today(&c->model, c->now_us), RD_ROLE_FAILED,
			"failed today");
	x = draw_count(&left, x, jobs, RD_ROLE_TEXT, jobs == 1 ? "job" : "jobs");
	draw_place(c, &left, x);
}

/* ---- the keys ---- */

static bool is_form(const rd_overlay *o)
{
	const struct rd_dialog_ops *ops = o ? o->dialog.ops : NULL;

	return ops && ops->wants_text && (!ops->asks || ops->wants_text(&o->dialog));
}

static bool is_question(const rd_overlay *o)
{
	return o && o->dialog.ops->mutates && !is_form(o);
}

static bool is_hinted(const rd_console *c, rd_scope shown, rd_action action)
{
	const rd_action_info *info = rd_action_get(action);
	const rd_overlay *top = rd_console_top(c);

	if (info->mutates && c->is_read_only)
		return false;
	if (!info->hint[0] || !rd_keymap_first(c->keymap, action)[0])
		return false;
	if (action == RD_ACTION_ACCEPT)
		return is_question(top);
	if (action == RD_ACTION_SUBMIT || action == RD_ACTION_ITEM_NEXT)
		return is_form(top) && !top->dialog.ops->enter &&
		       (action == RD_ACTION_SUBMIT || !top->dialog.ops->asks);
	/* a list of what is no build has no steps, no difference */
	if (info->scope == RD_SCOPE_LIST && !rd_console_focused(c)->pane.ops->target &&
		action != RD_ACTION_OPEN && action != RD_ACTION_FILTER)
		return false;
	return info->scope == shown || (info->scope == RD_SCOPE_GLOBAL && shown != RD_SCOPE_DIALOG);
}

struct hint {
	char key[RD_KEY_TEXT_SIZE];
	const char *text;
	bool is_grey; /* the rack cannot do it */
};

/* The first key of an action; but letters answer questions only: a form takes them as text, and "n"
 * for "close" puzzles. */
static struct hint hint_of(const rd_console *c, rd_action action)
{
	const rd_overlay *top = rd_console_top(c);
	const char *keys = rd_keymap_keys(c->keymap, action);
	size_t n = strcspn(keys, " ");
	struct hint hint = {.text = rd_action_get(action)->hint};

	while (top && !is_question(top) && rd_utf8_cells(keys, n) == 1 && keys[n]) {
		keys += n + 1;
		n = strcspn(keys, " ");
	}
	snprintf(hint.key, sizeof(hint.key), "%.*s", (int)n, keys);
	if (action == RD_ACTION_OPEN && rd_console_focused(c)->pane.ops->enter)
		hint.text = rd_console_focused(c)->pane.ops->enter;
	hint.is_grey = rd_console_can(c, action, NULL) != RD_OK;
	if (action == RD_ACTION_REFUSE && !is_form(top))
		hint.text = is_question(top) ? "no" : "close";
	return hint;
}

static int hint_cells(const struct hint *hint)
{
	return rd_utf8_cells(hint->key, strlen(hint->key)) + 1 + (int)strlen(hint->text);
}

static int draw_hint(const rd_area *a, int x, const struct hint *hint)
{
	x = rd_draw_text(a, x, 0, rd_style_of(hint->is_grey ? RD_ROLE_DIM : RD_ROLE_KEY),
		hint->key);
	return rd_draw_text(a, x + 1, 0, rd_style_of(hint->is_grey ? RD_ROLE_DIM : RD_ROLE_HINT),
		hint->text);
}

/* What Enter and Tab do where the hints of actions do not say it: a list with a field, or text that is typed
 * in a pane. @returns the x after it. */
static int draw_own(rd_console *c, const rd_area *a, int gap)
{
	const rd_overlay *top = rd_console_top(c);
	struct hint hint = {.key = "Enter", .text = top ? top->dialog.ops->enter : "done"};
	int x = 1;

	if (!hint.text)
		return x;
	if (top)
		rd_console_add_spot(c, a, x, hint_cells(&hint), RD_ACTION_PRESS);
	x = draw_hint(a, x, &hint) + gap;
	if (!top || !top->dialog.ops->tab)
		return x;
	hint = (struct hint){.key = "Tab", .text = top->dialog.ops->tab};
	rd_console_add_spot(c, a, x, hint_cells(&hint), RD_ACTION_ITEM_NEXT);
	return draw_hint(a, x, &hint) + gap;
}

static bool is_typing(const rd_console *c)
{
	const rd_slot *slot = rd_console_focused(c);

	return !rd_console_top(c) && slot && slot->pane.ops->wants_text &&
	       slot->pane.ops->wants_text(&slot->pane);
}

void rd_console_draw_hints(rd_console *c, const rd_area *area)
{
	rd_area a = rd_area_on(area, RD_ROLE_STATUS);
	rd_scope scope = c->n_overlays > 0 ? RD_SCOPE_DIALOG : rd_console_scope(c);
	rd_action last = c->n_overlays > 0 ? RD_ACTION_REFUSE : RD_ACTION_BACK;
	struct hint hint = hint_of(c, last);
	int gap = a.r.w < 100 ? 1 : 2, x = 1, end;

	if (is_typing(c))
		hint = (struct hint){.key = "Esc", .text = "cancel"};
	end = a.r.w - 1 - hint_cells(&hint);
	rd_draw_clear(&a);
	draw_hint(&a, end, &hint);
	rd_console_add_spot(c, &a, end, hint_cells(&hint), last);
	if (is_typing(c) || rd_console_top(c))
		x = draw_own(c, &a, gap);
	for (int i = RD_ACTION_NONE + 1; i < RD_ACTION_MAX_ && !is_typing(c); i++) {
		rd_action action = (rd_action)i;

		if (action == last || !is_hinted(c, scope, action))
			continue;
		hint = hint_of(c, action);
		if (x + hint_cells(&hint) + gap > end)
			continue;
		rd_console_add_spot(c, &a, x, hint_cells(&hint), action);
		x = draw_hint(&a, x, &hint) + gap;
	}
}

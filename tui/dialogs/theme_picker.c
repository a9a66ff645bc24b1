/* SPDX-License-Identifier: MIT */
/*
 * Choose a theme: the one under the cursor is what all of the screen looks like.
 *
 * DESIGN: all themes are read in the pool as the dialog opens, so moving is free of waits. Enter takes
 * the theme; the others, and all of them on any other way out, go with the dialog.
 */
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/rows.h"
#include "tui/theming.h"
#include "tui/widgets/list.h"

#define COLS 90
#define NAME_COLS 18
#define CONTRAST_COLS 9
#define FRAME_ROWS 2
#define SAMPLE_ROWS 5 /* with the free line above */
#define LEAST_ROWS 3  /* of the list */

/* A theme that there is; broken ones have no theme, but a message. */
typedef struct choice {
	char *name;
	rd_theme *theme;
	rd_err err;
} choice;

typedef struct picker {
	rd_vec choices;
	rd_list list;
} picker;

static void done_choices(rd_vec *choices)
{
	for (size_t i = 0; i < choices->len; i++) {
		choice *c = rd_vec_at(choices, i);

		free(c->name);
		rd_theme_free(c->theme);
	}
	rd_vec_done(choices);
}

static const choice *current(const picker *p)
{
	return p->choices.len ? rd_vec_at(&p->choices, (size_t)p->list.cursor) : NULL;
}

/* ---- reading, in the pool ---- */

struct reading {
	unsigned dialog;
	rd_vec choices;
};

static rd_code work(void *arg, rd_rack *rack RD_UNUSED, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	struct reading *w = arg;
	RD_AUTO(rd_strs_done)
	rd_strs names = {0};
	rd_code code = rd_theme_list(&names, err);

	for (size_t i = 0; i < names.len && !code; i++) {
		choice *c = rd_vec_push(&w->choices);

		if (!c)
			return rd_err_nomem(err);
		*c = (choice){.name = rd_strdup(names.items[i])};
		if (!c->name)
			return rd_err_nomem(err);
		rd_theme_load(c->name, &c->theme, &c->err);
	}
	return code;
}

static rd_react done(rd_console *console, void *arg, rd_code code, const rd_err *err)
{
	struct reading *w = arg;
	rd_dialog *d = rd_console_dialog(console, w->dialog);
	picker *p = d ? d->data : NULL;
	rd_vec none = RD_VEC_INIT(choice);
	int at = 0;

	if (code)
		rd_console_toast_err(console, err);
	if (code || !p)
		return RD_REACT_REDRAW;
	p->choices = w->choices;
	w->choices = none;
	for (size_t i = 0; i < p->choices.len; i++) {
		const choice *c = rd_vec_at(&p->choices, i);

		if (c->theme &&
			!strcmp(rd_theme_name(c->theme), rd_theme_name(rd_console_theme(console))))
			at = (int)i;
	}
	rd_list_set(&p->list, (int)p->choices.len, p->list.rows, at);
	return RD_REACT_REDRAW;
}

static void discard(void *arg)
{
	struct reading *w = arg;

	done_choices(&w->choices);
	free(w);
}

/* ---- the dialog ---- */

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	picker *p = d->data;
	struct reading *w = calloc(1, sizeof(*w));
	const rd_task task = {.work = work, .done = done, .discard = discard, .arg = w};

	if (!w)
		return rd_err_nomem(err);
	w->dialog = d->id;
	rd_vec_init(&w->choices, sizeof(choice));
	rd_vec_init(&p->choices, sizeof(choice));
	return rd_console_run(d->console, &task, err);
}

static void close_dialog(rd_dialog *d)
{
	rd_console_show_theme(d->console, NULL);
	done_choices(&((picker *)d->data)->choices);
}

static rd_react take(rd_dialog *d)
{
	picker *p = d->data;
	choice *c = (choice *)(uintptr_t)current(p);

	if (!c)
		return RD_REACT_CLOSE;
	if (!c->theme) {
		rd_console_toast_err(d->console, &c->err);
		return RD_REACT_REDRAW;
	}
	rd_console_take_theme(d->console, c->name, RD_TAKE(c->theme));
	return RD_REACT_CLOSE;
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	picker *p = d->data;

	if (ev->kind != RD_EV_ACTION && ev->kind != RD_EV_CLICK)
		return RD_REACT_NONE;
	if (ev->kind == RD_EV_CLICK ? rd_list_click(&p->list, ev->y)
				    : rd_list_act(&p->list, ev->action)) {
		const choice *c = current(p);

		rd_console_show_theme(d->console, c ? c->theme : NULL);
		return RD_REACT_REDRAW;
	}
	switch (ev->action) {
	case RD_ACTION_PRESS:
	case RD_ACTION_SUBMIT:
	case RD_ACTION_ACCEPT:
		return take(d);
	case RD_ACTION_REFUSE:
		return RD_REACT_CLOSE;
	default:
		return RD_REACT_NONE;
	}
}

static int list_rows(int h)
{
	return h >= SAMPLE_ROWS + LEAST_ROWS ? h - SAMPLE_ROWS : h;
}

static void size(const rd_dialog *d, int cols, int rows, int *ret_w, int *ret_h)
{
	picker *p = d->data;
	int n = p->choices.len ? (int)p->choices.len : LEAST_ROWS, h;

	h = n + SAMPLE_ROWS + FRAME_ROWS;
	*ret_w = cols - 2 < COLS ? cols - 2 : COLS;
	*ret_h = h < rows - 3 ? h : rows - 3;
	rd_list_set(&p->list, (int)p->choices.len, list_rows(*ret_h - FRAME_ROWS), p->list.cursor);
}

static void draw_choice(const rd_dialog *d, const rd_area *line, int i)
{
	const choice *c = rd_vec_at(&((const picker *)d->data)->choices, (size_t)i);
	char contrast[16] = "";
	double least;
	int x = rd_draw_column(line, 2, 0, NAME_COLS, rd_style_of(RD_ROLE_STRONG), c->name);

	if (!c->theme) {
		rd_draw_column(line, x, 0, line->r.w - x, rd_style_of(RD_ROLE_ERROR),
			"xbroken, Enter says how");
		return;
	}
	least = rd_theme_contrast(c->theme, RD_TIER_RGB).least;
	if (least < RD_CONTRAST_BEST)
		snprintf(contrast, sizeof(contrast), "%.1f:1", least);
	x = rd_draw_column(line, x, 0, CONTRAST_COLS, rd_style_of(RD_ROLE_DIM), contrast);
	rd_draw_column(line, x, 0, line->r.w - x, rd_style_of(RD_ROLE_TEXT),
		rd_theme_about(c->theme));
}

/* Words in roles, from role to role. */
static void draw_words(const rd_area *a, int y, const rd_role *roles, size_t n)
{
	int x = 2;

	for (size_t i = 0; i < n; i++)
		x = rd_draw_text(a, x, y, rd_style_of(roles[i]), rd_role_name(roles[i])) + 2;
}

static void draw_sample(const rd_area *a)
{
	static const rd_role states[] = {RD_ROLE_RUNNING, RD_ROLE_COMPLETE, RD_ROLE_FAILED,
		RD_ROLE_ACTIVE, RD_ROLE_CACHED, RD_ROLE_QUEUED, RD_ROLE_CANCELED};
	static const rd_role words[] = {RD_ROLE_WARN, RD_ROLE_ERROR, RD_ROLE_ADD, RD_ROLE_REMOVE,
		RD_ROLE_CHANGE, RD_ROLE_HIT, RD_ROLE_HIT_CURRENT, RD_ROLE_TIME};
	static const rd_role services[] = {RD_ROLE_SERVICE1, RD_ROLE_SERVICE2, RD_ROLE_SERVICE3,
		RD_ROLE_SERVICE4, RD_ROLE_SERVICE5, RD_ROLE_SERVICE6};
	rd_area log = rd_area_on(a, RD_ROLE_TEXT);

	rd_draw_clear(&log);
	draw_words(&log, 0, states, RD_LEN(states));
	draw_words(&log, 1, words, RD_LEN(words));
	draw_words(&log, 2, services, RD_LEN(services));
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	const picker *p = d->data;
	const rd_list *l = &p->list;
	rd_area sample;

	if (!p->choices.len)
		rd_draw_text(area, 2, 0, rd_style_of(RD_ROLE_DIM), "reading the themes");
	rd_rows_draw(l, d, area, 0, draw_choice);
	if (l->rows == area->r.h)
		return;
	sample = rd_area_sub(area, 0, l->rows + 1, area->r.w, SAMPLE_ROWS - 2);
	draw_sample(&sample);
	rd_draw_text(area, 0, area->r.h - 1, rd_style_of(RD_ROLE_KEY), "Enter");
	rd_draw_text(area, 6, area->r.h - 1, rd_style_of(RD_ROLE_HINT), "take it");
}

static void title(const rd_dialog *d RD_UNUSED, char *buf, size_t cap)
{
	snprintf(buf, cap, "Theme");
}

const struct rd_dialog_ops rd_dialog_theme = {
	.kind = "theme",
	.is_window = true,
	.private_size = sizeof(picker),
	.open = open_dialog,
	.size = size,
	.event = event,
	.draw = draw,
	.title = title,
	.close = close_dialog,
};

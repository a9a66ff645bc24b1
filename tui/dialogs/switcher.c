/* SPDX-License-Identifier: MIT */
/*
 * Go to another app of this rack, or to another rack, found by some letters of its name.
 *
 * DESIGN: apps and racks are read in the pool, each as they come. A rack is opened there too, before
 * anything on the screen goes: one that does not answer leaves all as it is. Nobody can be asked about
 * keys here, so a rack that is met for the first time says how to meet it.
 */
#include "core/rack/known.h"
#include "core/rack/select.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/finder.h"

#define COLS 78
#define KIND_COLS 6
#define NAME_COLS 30

typedef struct place {
	char *name;
	char *about;
	bool is_rack, is_here;
} place;

typedef struct switcher {
	rd_finder finder;
	rd_vec places; /* apps, then racks */
	int to_come;   /* readings */
	bool is_early; /* Enter was pressed before what it goes to had come */
} switcher;

static void done_places(rd_vec *places)
{
	for (size_t i = 0; i < places->len; i++) {
		place *p = rd_vec_at(places, i);

		free(p->name);
		free(p->about);
	}
	rd_vec_done(places);
}

static bool word_at(const rd_dialog *d, size_t i, rd_word *ret_word)
{
	const rd_vec *places = &((const switcher *)d->data)->places;
	const place *p = i < places->len ? rd_vec_at(places, i) : NULL;

	if (p)
		*ret_word = (rd_word){.name = p->name, .args = "", .help = p->about};
	return p != NULL;
}

static void find(rd_dialog *d)
{
	rd_finder *f = &((switcher *)d->data)->finder;

	rd_finder_find(f, d, rd_field_get(&f->field));
}

/* In row i of the list. */
static const place *place_at(const switcher *s, int i)
{
	return rd_vec_at(&s->places, rd_finder_at(&s->finder, i));
}

/* ---- reading, in the pool ---- */

struct reading {
	unsigned dialog;
	char *here;
	rd_vec places;
	rd_strs missed;
};

static rd_code add(struct reading *w, const char *name, const char *about, bool is_rack,
	rd_err *err)
{
	place *p = rd_vec_push(&w->places);

	if (!p)
		return rd_err_nomem(err);
	*p = (place){.name = rd_strdup(name),
		.about = rd_strdup(about),
		.is_rack = is_rack,
		.is_here = !strcmp(name, w->here)};
	return p->name && p->about ? RD_OK : rd_err_nomem(err);
}

static rd_code read_apps(void *arg, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	struct reading *w = arg;
	RD_AUTO(rd_apps_done) rd_vec apps = RD_VEC_INIT(rd_app);
	rd_code code = rack->apps->list(rack, &apps, err);

	for (size_t i = 0; i < apps.len && !code; i++) {
		const rd_app *a = rd_vec_at(&apps, i);
		char about[200];

		snprintf(about, sizeof(about), "%s %s", a->status, rd_or_empty(a->release));
		code = add(w, a->name, about, false, err);
	}
	return code;
}

static rd_code read_racks(void *arg, rd_rack *rack RD_UNUSED, rd_cancel *cancel RD_UNUSED,
	rd_err *err)
{
	struct reading *w = arg;
	RD_AUTO(rd_known_done) rd_vec known = RD_VEC_INIT(rd_known);
	rd_code code = rd_known_list(NULL, &known, &w->missed, err);

	for (size_t i = 0; i < known.len && !code; i++) {
		const rd_known *k = rd_vec_at(&known, i);

		code = add(w, k->name, k->login ? k->place : "on this machine", true, err);
	}
	return code;
}

/* Apps come first, whichever came sooner. */
static bool join(switcher *s, rd_vec *fresh)
{
	bool fresh_is_racks = fresh->len && ((place *)rd_vec_at(fresh, 0))->is_rack;
	rd_vec *both[2] = {
		fresh_is_racks ? &s->places : fresh, fresh_is_racks ? fresh : &s->places};
	rd_vec all = RD_VEC_INIT(place);

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < both[k]->len; i++) {
			place *p = rd_vec_push(&all);

			if (!p) {
				rd_vec_done(&all);
				return false;
			}
			*p = *(place *)rd_vec_at(both[k], i);
		}
	rd_vec_done(&s->places);
	rd_vec_done(fresh);
	s->places = all;
	return true;
}

static bool is_exact(const switcher *s)
{
	return !strcmp(place_at(s, 0)->name, rd_field_get(&s->finder.field));
}

static rd_react go(rd_dialog *d);

static rd_react have_read(rd_console *console, void *arg, rd_code code, const rd_err *err)
{
	struct reading *w = arg;
	rd_dialog *d = rd_console_dialog(console, w->dialog);
	switcher *s = d ? d->data : NULL;

	if (!s)
		return RD_REACT_NONE;
	s->to_come--;
	if (code)
		rd_console_toast_err(console, err);
	else if (w->missed.len)
		rd_console_toast(console, RD_ROLE_WARN, "%s", w->missed.items[0]);
	if (!code && join(s, &w->places))
		find(d);
	if (s->is_early && s->finder.list.count && (!s->to_come || is_exact(s))) {
		s->is_early = false;
		go(d);
	}
	return RD_REACT_REDRAW;
}

static void discard_reading(void *arg)
{
	struct reading *w = arg;

	done_places(&w->places);
	rd_strs_done(&w->missed);
	free(w->here);
	free(w);
}

static rd_code start_reading(rd_dialog *d, const char *here,
	rd_code (*work)(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err), rd_err *err)
{
	struct reading *w = calloc(1, sizeof(*w));
	const rd_task task = {
		.work = work, .done = have_read, .discard = discard_reading, .arg = w};

	if (!w)
		return rd_err_nomem(err);
	w->dialog = d->id;
	rd_vec_init(&w->places, sizeof(place));
	w->here = rd_strdup(here);
	if (!w->here) {
		discard_reading(w);
		return rd_err_nomem(err);
	}
	return rd_console_run(d->console, &task, err);
}

/* ---- going, in the pool ---- */

struct going {
	unsigned dialog;
	char *name, *app;
	rd_rack *rack;
};

/* Keeps the app if the rack has it, else takes its first one. */
static rd_code open_rack(void *arg, rd_rack *rack RD_UNUSED, rd_cancel *cancel RD_UNUSED,
	rd_err *err)
{
	struct going *w = arg;
	RD_AUTO(rd_apps_done) rd_vec apps = RD_VEC_INIT(rd_app);
	rd_code code = rd_rack_open(w->name, &w->rack, err);

	if (!code)
		code = w->rack->apps->list(w->rack, &apps, err);
	if (code || !apps.len)
		return code;
	for (size_t i = 0; i < apps.len; i++)
		if (!strcmp(((rd_app *)rd_vec_at(&apps, i))->name, w->app))
			return RD_OK;
	return rd_str_replace(&w->app, ((rd_app *)rd_vec_at(&apps, 0))->name) ? RD_OK
									      : rd_err_nomem(err);
}

static rd_react have_opened(rd_console *console, void *arg, rd_code code, const rd_err *err)
{
	struct going *w = arg;
	rd_err why = {0};

	if (code)
		rd_console_toast_err(console, err);
	else if (rd_console_dialog(console, w->dialog) &&
		 rd_console_go(console, RD_TAKE(w->rack), w->app, &why))
		rd_console_toast_err(console, &why);
	return RD_REACT_REDRAW;
}

static void discard_going(void *arg)
{
	struct going *w = arg;

	rd_rack_close(w->rack);
	free(w->name);
	free(w->app);
	free(w);
}

static rd_react go_to_rack(rd_dialog *d, const place *p)
{
	struct going *w = calloc(1, sizeof(*w));
	const rd_task task = {
		.work = open_rack, .done = have_opened, .discard = discard_going, .arg = w};
	rd_err err = {0};

	if (!w)
		return RD_REACT_NONE;
	w->dialog = d->id;
	w->name = rd_strdup(p->name);
	w->app = rd_strdup(rd_console_app(d->console));
	if (!w->name || !w->app) {
		discard_going(w);
		return RD_REACT_NONE;
	}
	if (rd_console_run(d->console, &task, &err))
		rd_console_toast_err(d->console, &err);
	else
		rd_console_toast(d->console, RD_ROLE_TEXT, "asking rack '%s'", p->name);
	return RD_REACT_REDRAW;
}

static rd_react go(rd_dialog *d)
{
	switcher *s = d->data;
	const place *p;
	rd_err err = {0};

	if (!s->finder.list.count) {
		s->is_early = s->to_come > 0;
		return RD_REACT_NONE;
	}
	p = place_at(s, s->finder.list.cursor);
	if (p->is_here)
		return RD_REACT_CLOSE;
	if (p->is_rack)
		return go_to_rack(d, p);
	if (rd_console_go(d->console, NULL, p->name, &err))
		rd_console_toast_err(d->console, &err);
	return RD_REACT_REDRAW;
}

/* ---- the dialog ---- */

static rd_code open_dialog(rd_dialog *d, const void *args, rd_err *err)
{
	const rd_dialog_switcher_args *a = args;
	bool is_app = a && a->is_app, is_rack = a && a->is_rack;
	switcher *s = d->data;
	rd_code code = RD_OK;

	rd_vec_init(&s->places, sizeof(place));
	rd_finder_init(&s->finder, word_at);
	if (a)
		rd_field_set(&s->finder.field, a->name);
	s->is_early = a != NULL;
	s->to_come = is_app || is_rack ? 1 : 2;
	if (!is_rack)
		code = start_reading(d, rd_console_app(d->console), read_apps, err);
	return code || is_app
		       ? code
		       : start_reading(d, rd_console_rack(d->console)->name, read_racks, err);
}

static void close_dialog(rd_dialog *d)
{
	switcher *s = d->data;

	rd_finder_done(&s->finder);
	done_places(&s->places);
}

static rd_react act(rd_dialog *d, rd_action action)
{
	switcher *s = d->data;

	if (rd_list_act(&s->finder.list, action))
		return RD_REACT_REDRAW;
	switch (action) {
	case RD_ACTION_PRESS:
	case RD_ACTION_SUBMIT:
		return go(d);
	case RD_ACTION_REFUSE:
		return RD_REACT_CLOSE;
	default:
		return RD_REACT_NONE;
	}
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	switcher *s = d->data;
	bool has_changed;
	rd_react react;

	if (ev->kind == RD_EV_ACTION)
		return act(d, ev->action);
	react = rd_finder_event(&s->finder, ev, &has_changed);
	if (has_changed) {
		s->is_early = false;
		find(d);
	}
	return react;
}

static bool wants_text(const rd_dialog *d RD_UNUSED)
{
	return true;
}

static void size(const rd_dialog *d, int cols RD_UNUSED, int rows, int *ret_w, int *ret_h)
{
	*ret_w = COLS;
	*ret_h = rd_finder_height(&((switcher *)d->data)->finder, rows);
}

static void draw_place(const rd_dialog *d, const rd_area *line, int i)
{
	const place *p = place_at(d->data, i);
	int x = rd_draw_column(line, 2, 0, KIND_COLS - 1, rd_style_of(RD_ROLE_DIM),
		p->is_rack ? "rack" : "app");

	if (p->is_here)
		rd_draw_text(line, x, 0, rd_style_of(RD_ROLE_ACTIVE), "@");
	x = rd_draw_column(line, 2 + KIND_COLS, 0, NAME_COLS - 1, rd_style_of(RD_ROLE_STRONG),
		p->name);
	rd_draw_column(line, x + 1, 0, line->r.w - x - 1, rd_style_of(RD_ROLE_DIM), p->about);
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	const switcher *s = d->data;

	rd_finder_draw(&s->finder, d, area, "> ",
		s->to_come ? "reading" : "no app and no rack has these letters", draw_place);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "Go to (%d)", ((const switcher *)d->data)->finder.list.count);
}

const struct rd_dialog_ops rd_dialog_switcher = {
	.kind = "switch",
	.private_size = sizeof(switcher),
	.open = open_dialog,
	.size = size,
	.event = event,
	.draw = draw,
	.title = title,
	.wants_text = wants_text,
	.enter = "go there",
	.close = close_dialog,
};

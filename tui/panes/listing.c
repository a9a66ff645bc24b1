/* SPDX-License-Identifier: MIT */
/* A pane of rows that it reads itself. */
#include "tui/panes/listing.h"

struct reading {
	unsigned pane;
	const rd_listing_kind *kind;
	rd_vec rows;
};

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct reading *w = arg;

	return w->kind->read(rack, cancel, &w->rows, err);
}

static void start(rd_pane *p);

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	struct reading *w = arg;
	rd_pane *p = rd_console_pane(c, w->pane);
	rd_listing *l = p ? p->data : NULL;
	const rd_event filled = {.kind = RD_EV_MODEL};

	if (!l)
		return RD_REACT_NONE;
	l->is_reading = false;
	l->is_loaded = true;
	l->err = code ? *err : (rd_err){0};
	if (!code) {
		l->kind->done(&l->rows);
		l->rows = rd_vec_take(&w->rows);
		if (l->kind->loaded)
			l->kind->loaded(p);
	}
	if (l->read_again)
		start(p);
	return rd_table_event(&l->table, p, &filled);
}

static void discard(void *arg)
{
	struct reading *w = arg;

	w->kind->done(&w->rows);
	free(w);
}

static rd_code start_reading(rd_pane *p, rd_err *err)
{
	rd_listing *l = p->data;
	struct reading *w = calloc(1, sizeof(*w));
	const rd_task task = {
		.work = work, .done = done, .discard = discard, .arg = w, .is_long = true};

	if (!w)
		return rd_err_nomem(err);
	w->pane = p->id;
	w->kind = l->kind;
	rd_vec_init(&w->rows, w->kind->size);
	l->is_reading = true;
	l->read_again = false;
	return rd_console_run(p->console, &task, err);
}

static void start(rd_pane *p)
{
	rd_listing *l = p->data;

	l->is_reading = !start_reading(p, &l->err);
}

rd_code rd_listing_open(rd_pane *p, const rd_listing_kind *kind, rd_err *err)
{
	rd_listing *l = p->data;
	rd_code code = rd_console_can(p->console, kind->action, err);

	if (code)
		return code;
	l->kind = kind;
	rd_vec_init(&l->rows, kind->size);
	rd_table_init(&l->table, &kind->rows, 1);
	return start_reading(p, err);
}

void rd_listing_close(rd_pane *p)
{
	rd_listing *l = p->data;

	l->kind->done(&l->rows);
	rd_table_close(p);
}

rd_react rd_listing_event(rd_pane *p, const rd_event *ev)
{
	rd_listing *l = p->data;

	switch (ev->kind) {
	case RD_EV_RELOAD:
		if (l->is_reading)
			l->read_again = true;
		else
			start(p);
		return RD_REACT_NONE;
	case RD_EV_MODEL: /* its rows are not in there */
	case RD_EV_FOCUS:
		return RD_REACT_REDRAW;
	default:
		return rd_table_event(&l->table, p, ev);
	}
}

size_t rd_listing_count(const rd_pane *p)
{
	return ((const rd_listing *)p->data)->rows.len;
}

const void *rd_listing_at(const rd_pane *p, size_t i)
{
	return rd_vec_at(&((const rd_listing *)p->data)->rows, i);
}

const void *rd_listing_current(const rd_pane *p)
{
	int i = rd_table_current(p->data);

	return i < 0 ? NULL : rd_listing_at(p, (size_t)i);
}

void rd_listing_draw(const rd_pane *p, const rd_area *a, const char *none,
	void (*row)(const rd_pane *p, const rd_area *line, size_t i))
{
	const rd_listing *l = p->data;
	rd_style dim = rd_style_of(RD_ROLE_DIM);

	if (l->err.code)
		rd_draw_column_ends(a, 2, a->r.h - 1, a->r.w - 2, rd_style_of(RD_ROLE_ERROR),
			l->err.msg);
	if (!l->is_loaded)
		rd_draw_text(a, 2, 1, dim, "reading");
	else if (l->rows.len && !l->table.list.count)
		rd_draw_text(a, 2, 1, dim, "no row holds this text");
	else if (!l->rows.len && !l->err.code)
		rd_draw_text(a, 2, 1, dim, none);
	rd_table_draw(&l->table, p, a, row);
}

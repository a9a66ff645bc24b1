/* SPDX-License-Identifier: MIT */
/* What dialogs share in which something is found by some of its letters. */
#include "tui/dialogs/finder.h"

#include "core/base/utf8.h"
#include "tui/dialogs/rows.h"

#define HEAD_ROWS 2 /* the field and a free line */
#define FRAME_ROWS 2

struct match {
	size_t at;
	int fit;
};

void rd_finder_init(rd_finder *f, bool (*word_at)(const rd_dialog *d, size_t i, rd_word *ret_word))
{
	rd_vec_init(&f->matches, sizeof(struct match));
	f->word_at = word_at;
}

void rd_finder_done(rd_finder *f)
{
	rd_field_done(&f->field);
	rd_vec_done(&f->matches);
}

static int best_first(const void *a, const void *b)
{
	const struct match *x = a, *y = b;

	if (x->fit != y->fit)
		return y->fit - x->fit;
	return x->at < y->at ? -1 : x->at > y->at; /* equals stay in their order */
}

void rd_finder_find(rd_finder *f, const rd_dialog *d, const char *typed)
{
	rd_word word;

	rd_vec_clear(&f->matches);
	for (size_t i = 0; f->word_at(d, i, &word); i++) {
		int fit = rd_word_fit(&word, typed);
		struct match *m = fit > 0 ? rd_vec_push(&f->matches) : NULL;

		if (m)
			*m = (struct match){i, fit};
	}
	if (typed[0])
		rd_vec_sort(&f->matches, best_first);
	rd_list_set(&f->list, (int)f->matches.len, f->list.rows, 0);
}

size_t rd_finder_at(const rd_finder *f, int i)
{
	return ((const struct match *)rd_vec_at(&f->matches, (size_t)i))->at;
}

rd_react rd_finder_event(rd_finder *f, const rd_event *ev, bool *ret_changed)
{
	*ret_changed = false;
	if (ev->kind == RD_EV_CLICK)
		return rd_list_click(&f->list, ev->y - HEAD_ROWS) ? RD_REACT_REDRAW : RD_REACT_NONE;
	if (ev->kind == RD_EV_PASTE)
		rd_field_paste(&f->field, ev->text, ev->n);
	else if (ev->kind != RD_EV_KEY)
		return RD_REACT_NONE;
	else if (!rd_field_key(&f->field, ev->key))
		return RD_REACT_PASS;
	*ret_changed = true;
	return RD_REACT_REDRAW;
}

int rd_finder_height(rd_finder *f, int rows)
{
	int h = rows * 3 / 4;

	rd_list_set(&f->list, f->list.count, h - HEAD_ROWS - FRAME_ROWS, f->list.cursor);
	return h;
}

void rd_finder_draw(const rd_finder *f, const rd_dialog *d, const rd_area *a, const char *prompt,
	const char *none, void (*row)(const rd_dialog *d, const rd_area *line, int i))
{
	int x = (int)strlen(prompt);

	rd_draw_printf(a, 0, 0, rd_style_of(RD_ROLE_KEY), "%.1s", prompt);
	if (!f->list.count)
		rd_draw_text(a, 2, HEAD_ROWS, rd_style_of(RD_ROLE_DIM), none);
	rd_rows_draw(&f->list, d, a, HEAD_ROWS, row);
	rd_field_draw(&f->field, a, x, 0, a->r.w - x, a->focused);
}

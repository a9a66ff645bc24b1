/* SPDX-License-Identifier: MIT */
/*
 * Frames of cells to curses.
 *
 * DESIGN: a frame is compared with the cells of the last one; what differs is handed to curses, which
 * finds the shortest way to write it, once a frame.
 */
#include "tui/tty_frame.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "core/base/utf8.h"

typedef struct pair {
	int32_t fg, bg;
} pair;

void rd_tty_frame_init(rd_tty_frame *f)
{
	*f = (rd_tty_frame){.tier = RD_TIER_MONO};
	rd_vec_init(&f->pairs, sizeof(pair));
}

void rd_tty_frame_forget(rd_tty_frame *f)
{
	free(f->shown);
	f->shown = NULL;
}

void rd_tty_frame_done(rd_tty_frame *f)
{
	rd_tty_frame_forget(f);
	rd_vec_done(&f->pairs);
}

static int pair_of(rd_tty_frame *f, const rd_look *look)
{
	pair *p;

	if (f->tier == RD_TIER_MONO ||
		(look->fg == RD_COLOR_DEFAULT && look->bg == RD_COLOR_DEFAULT))
		return 0;
	for (size_t i = 0; i < f->pairs.len; i++) {
		p = rd_vec_at(&f->pairs, i);
		if (p->fg == look->fg && p->bg == look->bg)
			return (int)i + 1;
	}
	if ((int)f->pairs.len + 1 >= COLOR_PAIRS)
		return 0;
	p = rd_vec_push(&f->pairs);
	if (!p)
		return 0;
	*p = (pair){look->fg, look->bg};
	init_extended_pair((int)f->pairs.len,
		look->fg == RD_COLOR_DEFAULT ? -1 : look->fg & 0xffffff,
		look->bg == RD_COLOR_DEFAULT ? -1 : look->bg & 0xffffff);
	return (int)f->pairs.len;
}

static attr_t attrs_of(uint32_t attrs)
{
	return (attrs & RD_ATTR_BOLD ? A_BOLD : 0) | (attrs & RD_ATTR_DIM ? A_DIM : 0) |
	       (attrs & RD_ATTR_ITALIC ? A_ITALIC : 0) |
	       (attrs & RD_ATTR_UNDERLINE ? A_UNDERLINE : 0) |
	       (attrs & RD_ATTR_REVERSE ? A_REVERSE : 0);
}

/* The next characters of a cell that curses and the terminal count alike: one with a width and marks on it.
 * Variation selectors are left out, as terminals differ on the width that they make; so is all behind a
 * joiner. @returns the width in curses' eyes; 0: there are no more. */
static int characters(const rd_cell *cell, size_t *at, wchar_t out[CCHARW_MAX + 1])
{
	int n = 0, width = 0;

	while (*at < cell->n && n < CCHARW_MAX) {
		uint32_t cp = 0;
		size_t used = rd_utf8_next(cell->text + *at, cell->n - *at, &cp);
		int w = wcwidth((wchar_t)cp);

		if (n > 0 && w > 0)
			break;
		if (cp == 0x200d || w < 0 || (n == 0 && w == 0)) {
			*at = cell->n;
			break;
		}
		*at += used;
		if (cp == 0xfe0e || cp == 0xfe0f)
			continue;
		out[n++] = (wchar_t)cp;
		width += w;
	}
	out[n] = 0;
	return width;
}

/* A cluster may be several characters that have a width: letters and vowels, or the two of a flag. */
static void put_cell(rd_tty_frame *f, const rd_cell *cell, int x, int y, const rd_theme *theme)
{
	rd_look look = rd_theme_look(theme, f->tier, cell);
	int number = pair_of(f, &look), used = 0, width;
	attr_t attrs = attrs_of(look.attrs);
	wchar_t text[CCHARW_MAX + 1];
	size_t at = 0;
	cchar_t cc;

	while ((width = characters(cell, &at, text)) > 0 && used + width <= cell->width) {
		setcchar(&cc, text, attrs, 0, &number);
		mvadd_wch(y, x + used, &cc);
		used += width;
	}
	for (; used < cell->width; used++) {
		setcchar(&cc, used ? L" " : L"?", attrs, 0, &number);
		mvadd_wch(y, x + used, &cc);
	}
}

/* Makes room to remember a frame. @returns whether it is the size of the last one, so that what is
 * remembered counts. */
static bool remember(rd_tty_frame *f, int cols, int rows)
{
	if (f->shown && f->cols == cols && f->rows == rows)
		return true;
	free(f->shown);
	f->shown = calloc((size_t)cols * (size_t)rows, sizeof(*f->shown));
	f->cols = cols;
	f->rows = rows;
	if (f->shown)
		erase();
	return f->shown != NULL; /* zeroed cells differ from all that can be drawn */
}

bool rd_tty_frame_put(rd_tty_frame *f, const rd_surface *s, const rd_theme *theme)
{
	int cols = rd_surface_cols(s), rows = rd_surface_rows(s), x, y;
	bool is_known = remember(f, cols, rows), is_visible;

	for (y = 0; y < rows && y < LINES; y++)
		for (x = 0; x < cols && x < COLS; x++) {
			const rd_cell *cell = rd_surface_cell(s, x, y);
			rd_cell *old =
				is_known ? &f->shown[(size_t)y * (size_t)cols + (size_t)x] : NULL;

			if (old && !memcmp(old, cell, sizeof(*cell)))
				continue;
			if (old)
				*old = *cell;
			if (cell->width > 0)
				put_cell(f, cell, x, y, theme);
		}
	rd_surface_cursor(s, &x, &y, &is_visible);
	move(y, x);
	wnoutrefresh(stdscr);
	return is_visible;
}

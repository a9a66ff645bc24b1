/* SPDX-License-Identifier: MIT */
/* The grid of cells and its areas; what is drawn into them stands in draw.c. */
#include "tui/surface.h"

#include "tui/cells.h"

_Static_assert(sizeof(rd_cell) == RD_CELL_BYTES + 16, "cells are compared as bytes: no padding");

static void blank(rd_cell *cell, rd_role ground)
{
	*cell = (rd_cell){.n = 1, .width = 1, .fg = RD_COLOR_DEFAULT, .bg = RD_COLOR_DEFAULT};
	cell->text[0] = ' ';
	cell->ground = (uint8_t)ground;
	cell->role = RD_ROLE_TEXT;
}

rd_code rd_surface_new(int cols, int rows, bool ascii, rd_surface **ret_surface, rd_err *err)
{
	rd_surface *s = calloc(1, sizeof(*s));

	if (!s)
		return rd_err_nomem(err);
	s->ascii = ascii;
	if (rd_surface_resize(s, cols, rows, err)) {
		rd_surface_free(s);
		return RD_ENOMEM;
	}
	*ret_surface = s;
	return RD_OK;
}

rd_surface *rd_surface_free(rd_surface *s)
{
	if (s)
		free(s->cells);
	free(s);
	return NULL;
}

rd_code rd_surface_resize(rd_surface *s, int cols, int rows, rd_err *err)
{
	rd_cell *cells;

	cols = cols < 1 ? 1 : cols > RD_SURFACE_MAX ? RD_SURFACE_MAX : cols;
	rows = rows < 1 ? 1 : rows > RD_SURFACE_MAX ? RD_SURFACE_MAX : rows;
	if (!s->cells || cols != s->cols || rows != s->rows) {
		cells = calloc((size_t)cols * (size_t)rows, sizeof(*cells));
		if (!cells)
			return rd_err_nomem(err);
		free(s->cells);
		s->cells = cells;
		s->cols = cols;
		s->rows = rows;
	}
	rd_surface_clear(s);
	return RD_OK;
}

void rd_surface_clear(rd_surface *s)
{
	size_t n = (size_t)s->cols * (size_t)s->rows;

	for (size_t i = 0; i < n; i++)
		blank(&s->cells[i], RD_ROLE_TEXT);
	s->cursor_x = 0;
	s->cursor_y = s->rows - 1;
	s->cursor_visible = false;
}

int rd_surface_cols(const rd_surface *s)
{
	return s->cols;
}

int rd_surface_rows(const rd_surface *s)
{
	return s->rows;
}

bool rd_surface_is_ascii(const rd_surface *s)
{
	return s->ascii;
}

const rd_cell *rd_surface_cell(const rd_surface *s, int x, int y)
{
	return &s->cells[(size_t)y * (size_t)s->cols + (size_t)x];
}

void rd_surface_cursor(const rd_surface *s, int *ret_x, int *ret_y, bool *ret_visible)
{
	*ret_x = s->cursor_x;
	*ret_y = s->cursor_y;
	*ret_visible = s->cursor_visible;
}

static int at_least_0(int v)
{
	return v < 0 ? 0 : v;
}

static rd_rect common(rd_rect a, rd_rect b)
{
	int left = a.x > b.x ? a.x : b.x, top = a.y > b.y ? a.y : b.y;
	int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
	int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;

	return (rd_rect){left, top, at_least_0(right - left), at_least_0(bottom - top)};
}

rd_area rd_surface_area(rd_surface *s)
{
	rd_rect all = {0, 0, s->cols, s->rows};

	return (rd_area){.s = s, .r = all, .clip = all, .ground = RD_ROLE_TEXT, .focused = false};
}

rd_area rd_area_sub(const rd_area *a, int x, int y, int w, int h)
{
	rd_area sub = *a;

	sub.r = (rd_rect){a->r.x + x, a->r.y + y, at_least_0(w), at_least_0(h)};
	sub.clip = common(a->clip, sub.r);
	return sub;
}

rd_area rd_area_on(const rd_area *a, rd_role ground)
{
	rd_area on = *a;

	on.ground = ground;
	return on;
}

rd_cell *rd_area_cell(const rd_area *a, int x, int y)
{
	int sx = a->r.x + x, sy = a->r.y + y;

	if (sx < a->clip.x || sx >= a->clip.x + a->clip.w || sy < a->clip.y ||
		sy >= a->clip.y + a->clip.h)
		return NULL;
	return &a->s->cells[(size_t)sy * (size_t)a->s->cols + (size_t)sx];
}

void rd_cell_part(rd_surface *s, rd_cell *cell)
{
	size_t column = (size_t)(cell - s->cells) % (size_t)s->cols;
	rd_cell *other = NULL;

	if (cell->width == 0 && column > 0)
		other = cell - 1;
	else if (cell->width == 2 && column + 1 < (size_t)s->cols)
		other = cell + 1;
	if (other)
		blank(other, (rd_role)other->ground);
	blank(cell, (rd_role)cell->ground);
}

/* ---- the table of roles ---- */

static const struct {
	const char *name;
	char letter;
} roles[RD_ROLE_MAX_] = {
#define RD_ROLE_X(id, name, letter, meaning) [RD_ROLE_##id] = {name, letter},
#include "tui/roles.def"
#undef RD_ROLE_X
};

const char *rd_role_name(rd_role role)
{
	return roles[role].name;
}

char rd_role_letter(rd_role role)
{
	return roles[role].letter;
}

/* SPDX-License-Identifier: MIT */
/* A surface as a picture (SVG): cells of 8 by 18 pixels in the true colours of a theme. */
#include <string.h>

#include "tests/golden/rig.h"
#include "tui/theme_spec.h"

#define CELL_W 8
#define CELL_H 18
#define EDGE 8      /* around the screen */
#define BASELINE 13 /* of a row's text */
#define RADIUS 4    /* of a rounded corner */

typedef struct picture {
	const rd_surface *s;
	const rd_theme *theme;
	int32_t fg, bg; /* of the terminal, where a cell has no colour of its own */
	rd_str *out;
} picture;

/* What fills a run of cells. */
typedef enum fill { FILL_BLANK, FILL_TEXT, FILL_SHAPE } fill;

static int left(int x)
{
	return EDGE + x * CELL_W;
}

static int top(int y)
{
	return EDGE + y * CELL_H;
}

static rd_look look_of(const picture *p, int x, int y)
{
	rd_look look = rd_theme_look(p->theme, RD_TIER_RGB, rd_surface_cell(p->s, x, y));

	look.fg = look.fg == RD_COLOR_DEFAULT ? p->fg : rd_color_rgb(look.fg);
	look.bg = look.bg == RD_COLOR_DEFAULT ? p->bg : rd_color_rgb(look.bg);
	if (look.attrs & RD_ATTR_REVERSE) {
		int32_t fg = look.fg;

		look.fg = look.bg;
		look.bg = fg;
		look.attrs &= ~(uint32_t)RD_ATTR_REVERSE;
	}
	return look;
}

static void put_rect(const picture *p, double x, double y, double w, double h, int32_t color)
{
	rd_str_printf(p->out, "<rect x='%g' y='%g' width='%g' height='%g' fill='#%06x'/>\n", x, y,
		w, h, (unsigned)color);
}

static void put_grounds(const picture *p, int y)
{
	int cols = rd_surface_cols(p->s);

	for (int x = 0, end; x < cols; x = end) {
		int32_t bg = look_of(p, x, y).bg;

		for (end = x + 1; end < cols && look_of(p, end, y).bg == bg; end++)
			;
		if (bg != p->bg)
			put_rect(p, left(x), top(y), (end - x) * CELL_W, CELL_H, bg);
	}
}

/* ---- lines and blocks: drawn, so that they meet whatever the font ---- */

/* A corner of a frame: a way of it and where that begins and ends, from the middle of the cell. */
static const struct corner {
	const char *text;
	int dx, dy; /* towards the line that goes sideways, and the one that goes up or down */
} corners[] = {{"╭", 1, 1}, {"╮", -1, 1}, {"╰", 1, -1}, {"╯", -1, -1}};

/* Parts of a cell, in eighths. */
static const struct shape {
	const char *text;
	int x, y, w, h;
	bool is_thin; /* one pixel wide or high */
} shapes[] = {
	{"─", 0, 4, 8, 0, true},
	{"│", 4, 0, 0, 8, true},
	{"┃", 3, 0, 2, 8, false},
	{"━", 0, 3, 8, 1, false},
	{"╸", 0, 3, 4, 1, false},
	{"▁", 0, 7, 8, 1, false},
	{"▂", 0, 6, 8, 2, false},
	{"▃", 0, 5, 8, 3, false},
	{"▄", 0, 4, 8, 4, false},
	{"▅", 0, 3, 8, 5, false},
	{"▆", 0, 2, 8, 6, false},
	{"▇", 0, 1, 8, 7, false},
	{"█", 0, 0, 8, 8, false},
};

static bool is_text(const rd_cell *cell, const char *text)
{
	return cell->n == strlen(text) && !memcmp(cell->text, text, cell->n);
}

static const struct corner *corner_of(const rd_cell *cell)
{
	for (size_t i = 0; i < RD_LEN(corners); i++)
		if (is_text(cell, corners[i].text))
			return &corners[i];
	return NULL;
}

static const struct shape *shape_of(const rd_cell *cell)
{
	for (size_t i = 0; i < RD_LEN(shapes); i++)
		if (is_text(cell, shapes[i].text))
			return &shapes[i];
	return NULL;
}

static void put_corner(const picture *p, const struct corner *c, int x, int y)
{
	double cx = left(x) + CELL_W / 2.0 + 0.5, cy = top(y) + CELL_H / 2.0 + 0.5;

	rd_str_printf(p->out, "<path d='M%g %gV%gQ%g %g %g %gH%g' fill='none' stroke='#%06x'/>\n",
		cx, cy + c->dy * CELL_H / 2.0 - 0.5, cy + c->dy * RADIUS, cx, cy,
		cx + c->dx * RADIUS, cy, cx + c->dx * CELL_W / 2.0 - 0.5,
		(unsigned)look_of(p, x, y).fg);
}

static void put_shape(const picture *p, const struct shape *s, int x, int y, int cells)
{
	double w = s->x == 0 && s->w == 8 ? cells * CELL_W : s->w * CELL_W / 8.0;
	double h = s->h * CELL_H / 8.0;

	put_rect(p, left(x) + s->x * CELL_W / 8.0, top(y) + s->y * CELL_H / 8.0,
		s->is_thin && s->w == 0 ? 1 : w, s->is_thin && s->h == 0 ? 1 : h,
		look_of(p, x, y).fg);
}

/* ---- runs of cells of one look ---- */

static fill fill_of(const picture *p, int x, int y)
{
	const rd_cell *cell = rd_surface_cell(p->s, x, y);

	if (corner_of(cell) || shape_of(cell))
		return FILL_SHAPE;
	return cell->n == 0 || is_text(cell, " ") ? FILL_BLANK : FILL_TEXT;
}

static bool is_plain(const rd_cell *cell)
{
	return cell->n == 1 && cell->text[0] >= ' ' && cell->text[0] <= '~';
}

static bool has_look(const picture *p, int x, int y, const rd_look *look)
{
	rd_look other = look_of(p, x, y);

	return other.fg == look->fg && other.attrs == look->attrs;
}

/* Where the run that begins at x ends: words of one look, with single spaces between; or one cluster
 * that not every font has, or as many lines of one kind. */
static int end_of_run(const picture *p, int x, int y)
{
	const rd_cell *cell = rd_surface_cell(p->s, x, y);
	rd_look look = look_of(p, x, y);
	int cols = rd_surface_cols(p->s), end = x + 1;

	if (fill_of(p, x, y) == FILL_SHAPE) {
		while (end < cols && rd_surface_cell(p->s, end, y)->n == cell->n &&
			!memcmp(rd_surface_cell(p->s, end, y)->text, cell->text, cell->n) &&
			has_look(p, end, y, &look))
			end++;
		return shape_of(cell) && shape_of(cell)->w == 8 ? end : x + 1;
	}
	if (!is_plain(cell))
		return x + cell->width;
	for (int at = end; at < cols; at++) {
		const rd_cell *next = rd_surface_cell(p->s, at, y);

		if (!is_plain(next) || (next->text[0] == ' ' && at > end))
			break;
		if (next->text[0] == ' ')
			continue;
		if (!has_look(p, at, y, &look))
			break;
		end = at + 1;
	}
	return end;
}

static void put_escaped(const picture *p, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] == '<' || text[i] == '>' || text[i] == '&')
			rd_str_put(p->out, text[i] == '<'   ? "&lt;"
					   : text[i] == '>' ? "&gt;"
							    : "&amp;");
		else
			rd_str_putc(p->out, text[i]);
}

static void put_text(const picture *p, int x, int end, int y)
{
	rd_look look = look_of(p, x, y);

	rd_str_printf(p->out, "<text x='%d' y='%d' textLength='%d' fill='#%06x'", left(x),
		top(y) + BASELINE, (end - x) * CELL_W, (unsigned)look.fg);
	if (look.attrs & RD_ATTR_BOLD)
		rd_str_put(p->out, " font-weight='bold'");
	if (look.attrs & RD_ATTR_DIM)
		rd_str_put(p->out, " opacity='0.6'");
	if (look.attrs & RD_ATTR_ITALIC)
		rd_str_put(p->out, " font-style='italic'");
	if (look.attrs & (RD_ATTR_UNDERLINE | RD_ATTR_STRIKE))
		rd_str_printf(p->out, " text-decoration='%s'",
			look.attrs & RD_ATTR_UNDERLINE ? "underline" : "line-through");
	rd_str_putc(p->out, '>');
	for (int at = x; at < end; at++)
		put_escaped(p, rd_surface_cell(p->s, at, y)->text, rd_surface_cell(p->s, at, y)->n);
	rd_str_put(p->out, "</text>\n");
}

static void put_row(const picture *p, int y)
{
	int cols = rd_surface_cols(p->s);

	put_grounds(p, y);
	for (int x = 0, end; x < cols; x = end) {
		const rd_cell *cell = rd_surface_cell(p->s, x, y);

		end = fill_of(p, x, y) == FILL_BLANK ? x + 1 : end_of_run(p, x, y);
		if (fill_of(p, x, y) == FILL_TEXT)
			put_text(p, x, end, y);
		else if (corner_of(cell))
			put_corner(p, corner_of(cell), x, y);
		else if (shape_of(cell))
			put_shape(p, shape_of(cell), x, y, end - x);
	}
}

void rig_picture(const rd_surface *s, const rd_theme *theme, rd_str *out)
{
	picture p = {s, theme, 0xd0d4dc, 0x1e222a, out};
	int w = 2 * EDGE + CELL_W * rd_surface_cols(s), h = 2 * EDGE + CELL_H * rd_surface_rows(s);

	if (theme->backgrounds[1] != RD_COLOR_UNSET)
		p.bg = rd_color_rgb(theme->backgrounds[1]);
	/* what a terminal of that background has for text */
	if ((p.bg & 0xff) > 0x80)
		p.fg = 0x202428;
	rd_str_printf(out,
		"<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d "
		"%d' "
		"font-size='13.3' font-family='\"DejaVu Sans Mono\", Menlo, Consolas, "
		"\"Liberation Mono\", monospace'>\n<!-- made by dev/shots -->\n"
		"<rect width='%d' height='%d' rx='6' fill='#%06x'/>\n",
		w, h, w, h, w, h, (unsigned)p.bg);
	for (int y = 0; y < rd_surface_rows(s); y++)
		put_row(&p, y);
	rd_str_put(out, "</svg>\n");
}

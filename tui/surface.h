/* SPDX-License-Identifier: MIT */
/*
 * rd_surface: the screen as data, a grid of cells; rd_area: a window into it to draw in.
 *
 * Everything is drawn here; only tui/tty.c brings a surface to a terminal. A cell holds one
 * grapheme cluster, its width and its style. A style names roles, never colours: the theme turns
 * (role, ground) into colours, and colours that a log brought along (fg, bg, attrs) go on top.
 * Invariants: a cell of width 2 is followed by one of width 0 in the same row; a wide cluster that
 * does not fit at an edge becomes a space; no cell ever holds a control, bidi or invalid character
 * (such bytes are drawn as U+FFFD; run text through core/base/sanitize.h first to show them well).
 * Where the surface is ASCII, lines are "+-|" and other characters '?'.
 * Drawing outside of an area is clipped, negative coordinates included; sizes of 0 are fine; no
 * draw function fails or allocates.
 * Life cycle: 1. rd_surface_new; 2. rd_surface_resize, rd_surface_area, draw; 3. rd_surface_free.
 */
#ifndef RD_TUI_SURFACE_H
#define RD_TUI_SURFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/sanitize.h"

typedef enum rd_role {
#define RD_ROLE_X(id, name, letter, meaning) RD_ROLE_##id,
#include "tui/roles.def"
#undef RD_ROLE_X
	RD_ROLE_MAX_
} rd_role;

typedef struct rd_style {
	rd_role role;
	int32_t fg, bg; /* from a log's own colours: RD_COLOR_DEFAULT (the theme's), 0-255 or RGB */
	uint32_t attrs; /* rd_attr bits on top of the theme's */
} rd_style;

/* The style of a role alone. */
static inline rd_style rd_style_of(rd_role role)
{
	return (rd_style){role, RD_COLOR_DEFAULT, RD_COLOR_DEFAULT, 0};
}

#define RD_CELL_BYTES 32 /* of one cluster; rd_utf8_cluster never gives more */

typedef struct rd_cell {
	char text[RD_CELL_BYTES]; /* not terminated */
	uint8_t n;                /* bytes; 0 in the second half of a wide cluster */
	uint8_t width;            /* 1, 2; 0 in the second half */
	uint8_t ground;           /* rd_role */
	uint8_t attrs;
	uint32_t role;
	int32_t fg, bg;
} rd_cell; /* no padding: cells are compared as bytes */

typedef struct rd_rect {
	int x, y, w, h;
} rd_rect;

typedef struct rd_surface rd_surface;

rd_code rd_surface_new(int cols, int rows, bool ascii, rd_surface **ret_surface, rd_err *err);
rd_surface *rd_surface_free(rd_surface *s); /* @returns NULL */
/* Changes the size; the content is cleared. Sizes below 1 count as 1. */
rd_code rd_surface_resize(rd_surface *s, int cols, int rows, rd_err *err);
/* Makes all of it spaces on the ordinary ground and parks the cursor at the bottom left. */
void rd_surface_clear(rd_surface *s);
int rd_surface_cols(const rd_surface *s);
int rd_surface_rows(const rd_surface *s);
bool rd_surface_is_ascii(const rd_surface *s);
/* The cell at x, y (inside the grid), borrowed until the next resize. */
const rd_cell *rd_surface_cell(const rd_surface *s, int x, int y);
/* Where the terminal's cursor goes. */
void rd_surface_cursor(const rd_surface *s, int *ret_x, int *ret_y, bool *ret_visible);

/* ---- areas ---- */

/* A window with coordinates of its own (0, 0 is its top left). A plain value: copy it freely.
 * All that is drawn lies on `ground`. */
typedef struct rd_area {
	rd_surface *s;
	rd_rect r;    /* on the surface; may reach beyond the clip */
	rd_rect clip; /* on the surface */
	rd_role ground;
	bool focused; /* the pane or dialog that is drawn has the focus */
} rd_area;

rd_area rd_surface_area(rd_surface *s);
/* A window of an area, clipped to it. */
rd_area rd_area_sub(const rd_area *a, int x, int y, int w, int h);
/* The same area on another ground. */
rd_area rd_area_on(const rd_area *a, rd_role ground);

/* ---- drawing; each @returns the x after what was drawn. At the right end of the clip drawing stops:
 * what lies beyond is not looked at, however long it is. ---- */

/* Fills the whole area with spaces on its ground. */
void rd_draw_clear(const rd_area *a);
/* A text on one line from x, y. NULL draws nothing. */
int rd_draw_text(const rd_area *a, int x, int y, rd_style style, const char *text);
/* n bytes of text. */
int rd_draw_bytes(const rd_area *a, int x, int y, rd_style style, const char *bytes, size_t n);
/* Formatted; cut at 1023 bytes. */
int rd_draw_printf(const rd_area *a, int x, int y, rd_style style, const char *fmt, ...)
	RD_PRINTF(5, 6);
/* A text in a column of w cells: padded with spaces, or cut with an ellipsis. @returns x + w. */
int rd_draw_column(const rd_area *a, int x, int y, int w, rd_style style, const char *text);
/* The same, but cut in the middle: an error tells what failed first, and why last. */
int rd_draw_column_ends(const rd_area *a, int x, int y, int w, rd_style style, const char *text);
/* The same as rd_draw_column, flush right. */
int rd_draw_column_right(const rd_area *a, int x, int y, int w, rd_style style, const char *text);
/* Text that ends before x_end. @returns where it began. */
int rd_draw_right(const rd_area *a, int x_end, int y, rd_style style, const char *text);
/* n times the same cluster. */
int rd_draw_repeat(const rd_area *a, int x, int y, int n, rd_style style, const char *cluster);
void rd_draw_hline(const rd_area *a, int x, int y, int w, rd_style style);
void rd_draw_vline(const rd_area *a, int x, int y, int h, rd_style style);
/* A frame around the area with a title (NULL: none) in its upper line. */
void rd_draw_box(const rd_area *a, rd_style line, rd_style title_style, const char *title);
/* Lays w cells from x, y that are drawn already on another ground: the row under the cursor. */
void rd_draw_ground(const rd_area *a, int x, int y, int w, rd_role ground);
/* Gives w cells from x, y that are drawn already another role and no colours of their own: a search
 * hit. */
void rd_draw_role(const rd_area *a, int x, int y, int w, rd_role role);
/* Puts the terminal's cursor; visible in text fields, else parked there for screen readers. */
void rd_draw_cursor(const rd_area *a, int x, int y, bool visible);

/* Glyphs with an ASCII form, chosen by the surface. */
typedef enum rd_glyph {
	RD_GLYPH_HLINE,
	RD_GLYPH_VLINE,
	RD_GLYPH_ELLIPSIS,
	RD_GLYPH_BAR,      /* a filled part of a bar */
	RD_GLYPH_BAR_END,  /* its tip */
	RD_GLYPH_BAR_REST, /* the part that is left */
	RD_GLYPH_ARROW,
	RD_GLYPH_DOWN, /* sorted falling, more below */
	RD_GLYPH_UP,
	RD_GLYPH_THUMB, /* of a scroll bar */
	RD_GLYPH_TRACK,
	RD_GLYPH_MAX_
} rd_glyph;
const char *rd_area_glyph(const rd_area *a, rd_glyph g);

/* The role's name in theme files, its letter in golden screens. */
const char *rd_role_name(rd_role role);
char rd_role_letter(rd_role role);

#endif

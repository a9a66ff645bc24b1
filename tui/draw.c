/* SPDX-License-Identifier: MIT */
/* Drawing into areas: text, columns, lines, boxes, always clipped and never a control character. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/cells.h"

#define PRINTF_MAX 1024

/* Characters that would act on a terminal instead of being shown. */
static bool acts(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x061c || cp == 0x200e ||
	       cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) ||
	       (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe007f);
}

static bool is_shown(const char *bytes, size_t n)
{
	uint32_t cp = 0;

	for (size_t i = 0; i < n;) {
		i += rd_utf8_next(bytes + i, n - i, &cp);
		if (acts(cp) || cp == 0xfffd)
			return false;
	}
	return true;
}

static bool is_plain(const char *bytes, size_t n)
{
	return bytes[0] >= 0x20 && bytes[0] < 0x7f && (n == 1 || (unsigned char)bytes[1] < 0x80);
}

static void fill(const rd_area *a, int x, int y, const rd_style *style, const char *text, size_t n,
	int width)
{
	rd_cell *cell = rd_area_cell(a, x, y);

	if (!cell)
		return;
	if (cell->width != 1)
		rd_cell_part(a->s, cell);
	memset(cell->text, 0, sizeof(cell->text));
	memcpy(cell->text, text, n);
	cell->n = (uint8_t)n;
	cell->width = (uint8_t)width;
	cell->role = style->role;
	cell->ground = (uint8_t)a->ground;
	cell->attrs = (uint8_t)style->attrs;
	cell->fg = style->fg;
	cell->bg = style->bg;
}

/* One cluster of `width` cells (1 or 2); where half of it is clipped, the other half is a space. */
static void put(const rd_area *a, int x, int y, const rd_style *style, const char *text, size_t n,
	int width)
{
	bool both = width == 2 && rd_area_cell(a, x, y) && rd_area_cell(a, x + 1, y);

	if (width == 1) {
		fill(a, x, y, style, text, n, 1);
		return;
	}
	fill(a, x, y, style, " ", 1, 1);
	fill(a, x + 1, y, style, " ", 1, 1);
	if (both) {
		fill(a, x, y, style, text, n, 2);
		fill(a, x + 1, y, style, "", 0, 0);
	}
}

/* Puts the cluster at the start of n bytes. @returns its bytes; *x moves on. */
static size_t put_next(const rd_area *a, int *x, int y, const rd_style *style, const char *bytes,
	size_t n)
{
	int width = 1;
	size_t used;

	if (is_plain(bytes, n)) {
		put(a, *x, y, style, bytes, 1, 1);
		(*x)++;
		return 1;
	}
	used = rd_utf8_cluster(bytes, n, &width);
	if (!is_shown(bytes, used)) {
		put(a, *x, y, style, a->s->ascii ? "?" : "\xef\xbf\xbd", a->s->ascii ? 1 : 3, 1);
		width = 1;
	} else if (width > 0 && a->s->ascii && !is_plain(bytes, 1)) {
		for (int i = 0; i < width; i++)
			put(a, *x + i, y, style, "?", 1, 1);
	} else if (width > 0) {
		put(a, *x, y, style, bytes, used > RD_CELL_BYTES ? RD_CELL_BYTES : used, width);
	}
	*x += width;
	return used;
}

int rd_draw_bytes(const rd_area *a, int x, int y, rd_style style, const char *bytes, size_t n)
{
	int end = a->clip.x + a->clip.w - a->r.x;
	size_t at = 0;

	while (at < n && x < end)
		at += put_next(a, &x, y, &style, bytes + at, n - at);
	return x;
}

int rd_draw_text(const rd_area *a, int x, int y, rd_style style, const char *text)
{
	return text ? rd_draw_bytes(a, x, y, style, text, strlen(text)) : x;
}

int rd_draw_printf(const rd_area *a, int x, int y, rd_style style, const char *fmt, ...)
{
	char buf[PRINTF_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n < 0)
		return x;
	if ((size_t)n >= sizeof(buf)) {
		n = (int)sizeof(buf) - 1;
		while (n > 0 && ((unsigned char)buf[n - 1] & 0xc0) == 0x80)
			n--;
		n -= n > 0 && ((unsigned char)buf[n - 1] & 0x80);
	}
	return rd_draw_bytes(a, x, y, style, buf, (size_t)n);
}

int rd_draw_repeat(const rd_area *a, int x, int y, int n, rd_style style, const char *cluster)
{
	for (int i = 0; i < n; i++)
		x = rd_draw_text(a, x, y, style, cluster);
	return x;
}

/* The bytes of text to draw in w cells, and the cells they take with the ellipsis, if cut. */
static size_t fitting(const char *text, int w, int *ret_cells, bool *ret_cut)
{
	size_t n = strlen(text);
	size_t head;

	*ret_cells = rd_utf8_cells(text, n);
	*ret_cut = *ret_cells > w;
	if (!*ret_cut)
		return n;
	head = w > 1 ? rd_utf8_fit(text, n, w - 1) : 0;
	*ret_cells = rd_utf8_cells(text, head) + 1;
	return head;
}

static void column(const rd_area *a, int w, rd_style style, const char *text, bool is_right)
{
	int cells = 0, x = 0;
	bool is_cut = false;
	size_t n = fitting(text, w, &cells, &is_cut);

	if (is_right)
		x = rd_draw_repeat(a, x, 0, w - cells, style, " ");
	x = rd_draw_bytes(a, x, 0, style, text, n);
	if (is_cut)
		x = rd_draw_text(a, x, 0, style, rd_area_glyph(a, RD_GLYPH_ELLIPSIS));
	rd_draw_repeat(a, x, 0, w - x, style, " ");
}

int rd_draw_column(const rd_area *a, int x, int y, int w, rd_style style, const char *text)
{
	rd_area own = rd_area_sub(a, x, y, w, 1);

	column(&own, own.r.w, style, text ? text : "", false);
	return x + own.r.w;
}

int rd_draw_column_right(const rd_area *a, int x, int y, int w, rd_style style, const char *text)
{
	rd_area own = rd_area_sub(a, x, y, w, 1);

	column(&own, own.r.w, style, text ? text : "", true);
	return x + own.r.w;
}

int rd_draw_column_ends(const rd_area *a, int x, int y, int w, rd_style style, const char *text)
{
	rd_area own = rd_area_sub(a, x, y, w, 1);
	size_t n = strlen(text), head, tail;
	int cells = rd_utf8_cells(text, n), rest = (own.r.w - 1) / 2, at;

	if (cells <= own.r.w || own.r.w < 3)
		return rd_draw_column(a, x, y, w, style, text);
	head = rd_utf8_fit(text, n, own.r.w - 1 - rest);
	tail = rd_utf8_fit(text, n, cells - rest);
	if (rd_utf8_cells(text + tail, n - tail) > rest) /* half of a wide character is left out */
		tail = rd_utf8_fit(text, n, cells - rest + 1);
	rd_draw_clear(&own);
	at = rd_draw_bytes(&own, 0, 0, style, text, head);
	at = rd_draw_text(&own, at, 0, style, rd_area_glyph(a, RD_GLYPH_ELLIPSIS));
	rd_draw_bytes(&own, at, 0, style, text + tail, n - tail);
	return x + own.r.w;
}

int rd_draw_right(const rd_area *a, int x_end, int y, rd_style style, const char *text)
{
	int x = x_end - rd_utf8_cells(text, strlen(text));

	rd_draw_text(a, x, y, style, text);
	return x;
}

void rd_draw_clear(const rd_area *a)
{
	for (int y = 0; y < a->r.h; y++)
		rd_draw_repeat(a, 0, y, a->r.w, rd_style_of(RD_ROLE_TEXT), " ");
}

void rd_draw_hline(const rd_area *a, int x, int y, int w, rd_style style)
{
	rd_draw_repeat(a, x, y, w, style, rd_area_glyph(a, RD_GLYPH_HLINE));
}

void rd_draw_vline(const rd_area *a, int x, int y, int h, rd_style style)
{
	for (int i = 0; i < h; i++)
		rd_draw_text(a, x, y + i, style, rd_area_glyph(a, RD_GLYPH_VLINE));
}

void rd_draw_box(const rd_area *a, rd_style line, rd_style title_style, const char *title)
{
	static const char *const corners[2][4] = {{"╭", "╮", "╰", "╯"}, {"+", "+", "+", "+"}};
	const char *const *c = corners[a->s->ascii];
	int right = a->r.w - 1, bottom = a->r.h - 1;

	rd_draw_hline(a, 1, 0, right - 1, line);
	rd_draw_hline(a, 1, bottom, right - 1, line);
	rd_draw_vline(a, 0, 1, bottom - 1, line);
	rd_draw_vline(a, right, 1, bottom - 1, line);
	rd_draw_text(a, 0, 0, line, c[0]);
	rd_draw_text(a, right, 0, line, c[1]);
	rd_draw_text(a, 0, bottom, line, c[2]);
	rd_draw_text(a, right, bottom, line, c[3]);
	if (title && *title && a->r.w > 6) {
		rd_area inner = rd_area_sub(a, 2, 0, a->r.w - 4, 1);
		int x = rd_draw_text(&inner, 0, 0, title_style, " ");

		x = rd_draw_text(&inner, x, 0, title_style, title);
		rd_draw_text(&inner, x, 0, title_style, " ");
	}
}

void rd_draw_ground(const rd_area *a, int x, int y, int w, rd_role ground)
{
	for (int i = 0; i < w; i++) {
		rd_cell *cell = rd_area_cell(a, x + i, y);

		if (cell)
			cell->ground = (uint8_t)ground;
	}
}

void rd_draw_role(const rd_area *a, int x, int y, int w, rd_role role)
{
	for (int i = 0; i < w; i++) {
		rd_cell *cell = rd_area_cell(a, x + i, y);

		if (!cell)
			continue;
		cell->role = role;
		cell->fg = cell->bg = RD_COLOR_DEFAULT;
	}
}

void rd_draw_cursor(const rd_area *a, int x, int y, bool visible)
{
	if (!rd_area_cell(a, x, y))
		return;
	a->s->cursor_x = a->r.x + x;
	a->s->cursor_y = a->r.y + y;
	a->s->cursor_visible = visible;
}

const char *rd_area_glyph(const rd_area *a, rd_glyph g)
{
	static const char *const glyphs[RD_GLYPH_MAX_][2] = {
		[RD_GLYPH_HLINE] = {"─", "-"},
		[RD_GLYPH_VLINE] = {"│", "|"},
		[RD_GLYPH_ELLIPSIS] = {"…", ">"},
		[RD_GLYPH_BAR] = {"━", "="},
		[RD_GLYPH_BAR_END] = {"╸", ">"},
		[RD_GLYPH_BAR_REST] = {"─", "."},
		[RD_GLYPH_ARROW] = {"→", ">"},
		[RD_GLYPH_DOWN] = {"▾", "v"},
		[RD_GLYPH_UP] = {"▴", "^"},
		[RD_GLYPH_THUMB] = {"┃", "#"},
		[RD_GLYPH_TRACK] = {"│", "|"},
	};

	return glyphs[g][a->s->ascii];
}

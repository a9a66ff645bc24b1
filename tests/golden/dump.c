/* SPDX-License-Identifier: MIT */
/* A surface as text that people can read and diff. */
#include <string.h>

#include "tests/golden/rig.h"

static void put_text(const rd_surface *s, rd_str *out)
{
	for (int y = 0; y < rd_surface_rows(s); y++) {
		rd_str_putc(out, '|');
		for (int x = 0; x < rd_surface_cols(s); x++) {
			const rd_cell *cell = rd_surface_cell(s, x, y);

			rd_str_putn(out, cell->text, cell->n);
		}
		rd_str_put(out, "|\n");
	}
}

static char letter_of(const rd_cell *cell, bool is_ground)
{
	if (is_ground)
		return rd_role_letter((rd_role)cell->ground);
	return cell->text[0] == ' ' && cell->n == 1 && cell->role == RD_ROLE_TEXT
		       ? ' '
		       : rd_role_letter(cell->role);
}

static void put_letters(const rd_surface *s, bool is_ground, rd_str *out)
{
	for (int y = 0; y < rd_surface_rows(s); y++) {
		size_t line = out->len;

		rd_str_putc(out, '|');
		for (int x = 0; x < rd_surface_cols(s); x++)
			rd_str_putc(out, letter_of(rd_surface_cell(s, x, y), is_ground));
		/* rows on one ground are told by their first letter */
		if (is_ground && strspn(out->data + line + 1, (char[2]){out->data[line + 1], 0}) ==
					 (size_t)rd_surface_cols(s))
			rd_str_cut(out, line + 2);
		rd_str_put(out, "|\n");
	}
}

static bool has_sgr(const rd_cell *cell)
{
	return cell->fg != RD_COLOR_DEFAULT || cell->bg != RD_COLOR_DEFAULT || cell->attrs;
}

static void put_color(const char *name, int32_t color, rd_str *out)
{
	if (color == RD_COLOR_DEFAULT)
		return;
	if (color & RD_COLOR_RGB)
		rd_str_printf(out, " %s #%06x", name, (unsigned)color & 0xffffffU);
	else
		rd_str_printf(out, " %s %d", name, color);
}

static void put_sgr(const rd_surface *s, rd_str *out)
{
	for (int y = 0; y < rd_surface_rows(s); y++)
		for (int x = 0, end; x < rd_surface_cols(s); x = end) {
			const rd_cell *cell = rd_surface_cell(s, x, y);

			for (end = x + 1; end < rd_surface_cols(s); end++) {
				const rd_cell *next = rd_surface_cell(s, end, y);

				if (next->fg != cell->fg || next->bg != cell->bg ||
					next->attrs != cell->attrs)
					break;
			}
			if (!has_sgr(cell))
				continue;
			rd_str_printf(out, "row %d columns %d-%d", y, x, end - 1);
			put_color("fg", cell->fg, out);
			put_color("bg", cell->bg, out);
			if (cell->attrs)
				rd_str_printf(out, " attrs %u", cell->attrs);
			rd_str_putc(out, '\n');
		}
}

void rig_dump(const rd_surface *s, rd_str *out)
{
	int x, y;
	bool is_visible;

	rd_surface_cursor(s, &x, &y, &is_visible);
	rd_str_printf(out, "size %dx%d cursor %d,%d %s\n", rd_surface_cols(s), rd_surface_rows(s),
		x, y, is_visible ? "shown" : "parked");
	put_text(s, out);
	rd_str_put(out, "roles\n");
	put_letters(s, false, out);
	rd_str_put(out, "grounds\n");
	put_letters(s, true, out);
	rd_str_put(out, "colours of the log\n");
	put_sgr(s, out);
}

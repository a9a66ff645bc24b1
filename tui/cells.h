/* SPDX-License-Identifier: MIT */
/* The inside of a surface, for surface.c and draw.c alone. */
#ifndef RD_TUI_CELLS_H
#define RD_TUI_CELLS_H

#include "tui/surface.h"

#define RD_SURFACE_MAX 4096 /* columns and rows: a terminal may claim anything */

struct rd_surface {
	rd_cell *cells; /* row by row */
	int cols, rows;
	bool ascii;
	int cursor_x, cursor_y;
	bool cursor_visible;
};

/* The cell at x, y of the area; NULL if it is clipped. */
rd_cell *rd_area_cell(const rd_area *a, int x, int y);
/* Makes a cell a space on its ground, and the other half of a wide cluster with it. */
void rd_cell_part(rd_surface *s, rd_cell *cell);

#endif

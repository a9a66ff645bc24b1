/* SPDX-License-Identifier: MIT */
/* What stands beside the lines of a log: left their numbers, signs and times, right the map of all of it. */
#ifndef RD_TUI_PANES_LOG_GUTTER_H
#define RD_TUI_PANES_LOG_GUTTER_H

#include "tui/panes/log_pane.h"

/* Whether lines have numbers. */
bool rd_log_gutter_has_numbers(const rd_pane *p);
/* Cells that the gutter takes at the left, and the map at the right (0, 1). */
int rd_log_gutter_width(const rd_pane *p);
int rd_log_map_width(const rd_pane *p);
/* Draw into the whole area of the rows. */
void rd_log_gutter_draw(const rd_pane *p, const rd_area *a);
void rd_log_map_draw(const rd_pane *p, const rd_area *a);

#endif

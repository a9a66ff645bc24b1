/* SPDX-License-Identifier: MIT */
/*
 * One line of cells that can be overwritten: for log lines that go back (CR, BS, erase).
 * For the sanitiser. Life cycle: 1. rd_grid_init; 2. writes; 3. rd_grid_emit; 4. rd_grid_done.
 * Writes return nothing; the first that finds no memory (or exceeds 1 GiB) is told by rd_grid_emit.
 */
#ifndef RD_CORE_BASE_SANI_GRID_H
#define RD_CORE_BASE_SANI_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/sanitize.h"
#include "core/base/vec.h"

typedef struct rd_grid {
	rd_vec cells;
	rd_vec styles; /* of rd_sgr; the first is RD_SGR_NONE */
	rd_str text;   /* what cells point into */
	size_t style;  /* current */
	bool failed;
} rd_grid;

void rd_grid_init(rd_grid *g);
void rd_grid_done(rd_grid *g);
/* The attributes of what is written from now on. */
void rd_grid_style(rd_grid *g, const rd_sgr *sgr);
/* Writes one cluster of width 1 or 2 (n <= 255 bytes) at a column; the gap before it is blank. A wide
 * one of which a half is overwritten loses the other half. */
void rd_grid_put(rd_grid *g, size_t col, const char *text, size_t n, int width);
/* Makes the line at least that long, with spaces. */
void rd_grid_pad(rd_grid *g, size_t cols);
/* Erases: 0 from col to the end, 1 from the start to col, 2 all. */
void rd_grid_erase(rd_grid *g, size_t col, int what);
/* Gives the runs of equal attributes in order. @errors RD_ENOMEM, RD_ELIMIT. */
rd_code rd_grid_emit(const rd_grid *g, rd_span_fn *fn, void *arg, rd_err *err);

#endif

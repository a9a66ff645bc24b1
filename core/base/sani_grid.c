/* SPDX-License-Identifier: MIT */
/* A line of cells. */
#include "core/base/sani_grid.h"

#define TEXT_MAX ((size_t)1 << 30)

struct cell {
	uint32_t at; /* in the text */
	uint32_t style;
	uint8_t n;
	uint8_t width; /* 0: right half of the one before */
};

/* The text begins with a space, which all blank cells share. */
static const struct cell blank = {.at = 0, .style = 0, .n = 1, .width = 1};

void rd_grid_init(rd_grid *g)
{
	rd_sgr *none;

	*g = (rd_grid){.text = RD_STR_INIT(TEXT_MAX)};
	rd_vec_init(&g->cells, sizeof(struct cell));
	rd_vec_init(&g->styles, sizeof(rd_sgr));
	rd_str_putc(&g->text, ' ');
	none = rd_vec_push(&g->styles);
	if (none)
		*none = RD_SGR_NONE;
	else
		g->failed = true;
}

void rd_grid_done(rd_grid *g)
{
	rd_vec_done(&g->cells);
	rd_vec_done(&g->styles);
	rd_str_done(&g->text);
}

void rd_grid_style(rd_grid *g, const rd_sgr *sgr)
{
	rd_sgr *fresh;

	if (g->failed || !memcmp(rd_vec_at(&g->styles, g->style), sgr, sizeof *sgr))
		return;
	fresh = rd_vec_push(&g->styles);
	if (!fresh) {
		g->failed = true;
		return;
	}
	*fresh = *sgr;
	g->style = g->styles.len - 1;
}

static struct cell *cell_at(const rd_grid *g, size_t col)
{
	return rd_vec_at(&g->cells, col);
}

/* @returns whether the line has that many cells now; new ones are like fill. */
static bool extend(rd_grid *g, size_t cols, struct cell fill)
{
	while (!g->failed && g->cells.len < cols) {
		struct cell *c = rd_vec_push(&g->cells);

		if (c)
			*c = fill;
		else
			g->failed = true;
	}
	return !g->failed;
}

/* Makes the cell one that can go alone: its other half, if any, becomes a space. */
static void part(rd_grid *g, size_t col)
{
	size_t other = col;
	struct cell *c = cell_at(g, col);

	if (c->width == 0)
		other = col - 1;
	else if (c->width == 2)
		other = col + 1;
	else
		return;
	cell_at(g, other)->at = blank.at;
	cell_at(g, other)->n = blank.n;
	cell_at(g, other)->width = blank.width;
}

void rd_grid_put(rd_grid *g, size_t col, const char *text, size_t n, int width)
{
	struct cell fresh = {.at = (uint32_t)g->text.len,
		.style = (uint32_t)g->style,
		.n = (uint8_t)n,
		.width = (uint8_t)width};

	rd_str_putn(&g->text, text, n);
	if (!rd_str_ok(&g->text) || !extend(g, col + (size_t)width, blank))
		return;
	part(g, col);
	*cell_at(g, col) = fresh;
	if (width == 2) {
		part(g, col + 1);
		fresh.n = 0;
		fresh.width = 0;
		*cell_at(g, col + 1) = fresh;
	}
}

void rd_grid_pad(rd_grid *g, size_t cols)
{
	struct cell fill = blank;

	fill.style = (uint32_t)g->style;
	extend(g, cols, fill);
}

void rd_grid_erase(rd_grid *g, size_t col, int what)
{
	if (what == 2)
		g->cells.len = 0;
	if (col >= g->cells.len) {
		if (what == 1)
			g->cells.len = 0;
		return;
	}
	part(g, col);
	if (what == 0)
		g->cells.len = col;
	for (size_t i = 0; what == 1 && i <= col; i++)
		*cell_at(g, i) = blank;
}

rd_code rd_grid_emit(const rd_grid *g, rd_span_fn *fn, void *arg, rd_err *err)
{
	rd_str run RD_STR_AUTO = RD_STR_INIT(0);
	const rd_sgr *styles = g->styles.data;

	if (g->failed)
		return rd_err_nomem(err);
	if (!rd_str_ok(&g->text))
		return rd_str_check(&g->text, "a line", err);
	for (size_t i = 0; i < g->cells.len; i++) {
		const struct cell *c = cell_at(g, i);
		const rd_sgr *sgr = &styles[c->style];
		bool is_last = i + 1 == g->cells.len;

		rd_str_putn(&run, g->text.data + c->at, c->n);
		if (is_last || memcmp(sgr, &styles[cell_at(g, i + 1)->style], sizeof *sgr) != 0) {
			if (!rd_str_ok(&run))
				return rd_err_nomem(err);
			fn(arg, rd_str_get(&run), run.len, sgr);
			rd_str_clear(&run);
		}
	}
	return RD_OK;
}

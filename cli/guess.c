/* SPDX-License-Identifier: MIT */
/* The nearest of some names to a mistyped one. */
#include "cli/guess.h"

#include <string.h>

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t min = a < b ? a : b;

	return min < c ? min : c;
}

/* Edits (insert, remove, replace, swap of neighbours) from a to b, both at most RD_GUESS_MAX_BYTES. */
static size_t edits(const char *a, size_t n_a, const char *b, size_t n_b)
{
	size_t rows[3][RD_GUESS_MAX_BYTES + 1];

	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *row = rows[i % 3];
		const size_t *up = rows[(i + 2) % 3];
		const size_t *upup = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			row[j] =
				min3(up[j] + 1, row[j - 1] + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				upup[j - 2] + 1 < row[j])
				row[j] = upup[j - 2] + 1;
		}
	}
	return rows[n_a % 3][n_b];
}

void rd_guess_try(rd_guess *g, const char *candidate)
{
	size_t n = strlen(g->name);
	size_t n_candidate = strlen(candidate);
	size_t distance;

	if (n == 0 || n > RD_GUESS_MAX_BYTES || n_candidate > RD_GUESS_MAX_BYTES)
		return;
	distance = edits(g->name, n, candidate, n_candidate);
	/* A third of the letters wrong is another word. */
	if (distance * 3 > n_candidate)
		return;
	if (g->best == NULL || distance < g->distance) {
		g->best = candidate;
		g->distance = distance;
	}
}

const char *rd_guess_best(const rd_guess *g)
{
	return g->best;
}

/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 from outside: decoding that survives anything, clusters and their width in cells.
 * Widths come from utf8proc, with a width of at least 0 and at most 2. Any thread, no state.
 */
#ifndef RD_CORE_BASE_UTF8_H
#define RD_CORE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

/* Decodes one code point of n > 0 bytes. @returns bytes used (>= 1); an invalid byte is one U+FFFD. */
size_t rd_utf8_next(const char *bytes, size_t n, uint32_t *ret_cp);
/* Encodes. @returns bytes written (1-4). */
size_t rd_utf8_put(uint32_t cp, char out[4]);
/* Cells of one code point. */
int rd_utf8_width(uint32_t cp);
/* One user-perceived character (grapheme cluster) of n > 0 bytes; at most 32 bytes count as one.
 * @returns its bytes; *ret_width its cells (0-2). */
size_t rd_utf8_cluster(const char *bytes, size_t n, int *ret_width);
/* Cells of a whole text. */
int rd_utf8_cells(const char *text, size_t n);
/* Bytes of the longest head that fits into `cells` cells. */
size_t rd_utf8_fit(const char *text, size_t n, int cells);
bool rd_utf8_valid(const char *bytes, size_t n);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The one gate between text from outside and any screen: what comes out holds no control byte.
 *
 * SGR colours are parsed into attributes; all other escape sequences (CSI, OSC, DCS, APC, PM, SOS,
 * C1 forms) vanish whole; other control bytes, also the beginning of a sequence that is cut, become
 * visible tokens (U+241B-style pictures, <9B>); bidi controls, tags and other unseen characters
 * become tokens (<U+202E>); tabs become spaces to the next multiple of 8; CR and "to column 1" go
 * back to the line's start and BS one cell, and "erase in line" erases, as in a terminal, so that
 * progress bars show their last state; of more than 4 combining marks on a cell the rest is dropped.
 * Invalid UTF-8 is U+FFFD, byte by byte; so is a character that is in no table.
 * Any thread, no global state.
 */
#ifndef RD_CORE_BASE_SANITIZE_H
#define RD_CORE_BASE_SANITIZE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

#define RD_COLOR_DEFAULT (-1)
#define RD_COLOR_RGB 0x1000000 /* bit that marks 0xRRGGBB; below: palette 0-255 */

enum rd_attr {
	RD_ATTR_BOLD = 1,
	RD_ATTR_DIM = 2,
	RD_ATTR_ITALIC = 4,
	RD_ATTR_UNDERLINE = 8,
	RD_ATTR_REVERSE = 16,
	RD_ATTR_STRIKE = 32,
};

typedef struct rd_sgr {
	int32_t fg; /* RD_COLOR_DEFAULT, palette index, or RD_COLOR_RGB | 0xRRGGBB */
	int32_t bg;
	uint32_t attrs;
} rd_sgr;

/* A run of equal attributes of a line, n > 0 bytes, whole clusters: valid UTF-8 without control bytes.
 * The next run may have the same attributes. */
typedef void rd_span_fn(void *arg, const char *text, size_t n, const rd_sgr *sgr);

/* Parses one line of a log (without its newline) and gives its runs in order.
 * @sgr the state at the line's start, and after the call at its end; callers that reset at each line
 *      pass a fresh RD_SGR_NONE.
 * @errors RD_ENOMEM; RD_ELIMIT for a line beyond 1 GiB. */
rd_code rd_sani_line(const char *bytes, size_t n, rd_sgr *sgr, rd_span_fn *fn, void *arg,
	rd_err *err);
#define RD_SGR_NONE ((rd_sgr){RD_COLOR_DEFAULT, RD_COLOR_DEFAULT, 0})

/* Plain form for names, ids, messages: no colours, one line (newline, CR and BS become tokens, so that
 * nothing is overwritten). Appends. */
void rd_sani_text(rd_str *out, const char *bytes, size_t n);
/* For printing log lines to a terminal: like rd_sani_line, with SGR written again from the parsed
 * attributes and reset at the line's end; with colour = false without any escape. Appends. */
void rd_sani_ansi(rd_str *out, const char *bytes, size_t n, bool colour);

#endif

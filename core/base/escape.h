/* SPDX-License-Identifier: MIT */
/*
 * Escape sequences of terminals: where they end, and what the few that we read mean.
 * For the sanitiser. Any thread, no state. Source: ECMA-48, and xterm's "Control Sequences".
 */
#ifndef RD_CORE_BASE_ESCAPE_H
#define RD_CORE_BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/sanitize.h"

typedef enum rd_escape_kind {
	RD_ESCAPE_OTHER, /* to be dropped */
	RD_ESCAPE_SGR,   /* colours and attributes */
	RD_ESCAPE_ERASE, /* in the line: param 0 to its end, 1 from its start, 2 all */
	RD_ESCAPE_HOME,  /* to column 1, as a CR */
} rd_escape_kind;

typedef struct rd_escape {
	rd_escape_kind kind;
	int param;
	const char *params; /* of an SGR, borrowed from the input */
	size_t n_params;    /* bytes of it */
} rd_escape;

/* Whether bytes begin with ESC or the two-byte form of a C1 control. */
bool rd_escape_begins(const char *bytes, size_t n);
/* Recognises a whole sequence at the start of bytes (which begin with ESC or C1). Strings (OSC, DCS,
 * APC, PM, SOS) end at ST, OSC also at BEL.
 * @returns its bytes; 0 if it is malformed or not complete: then nothing may be hidden. */
size_t rd_escape_scan(const char *bytes, size_t n, rd_escape *ret_escape);
/* Applies the parameters of an SGR: at most 16, with ';' and ':' forms; what is unknown is skipped. */
void rd_escape_sgr(rd_sgr *sgr, const char *params, size_t n);

#endif

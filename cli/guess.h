/* SPDX-License-Identifier: MIT */
/* The nearest of some names to a mistyped one. */
#ifndef RD_CLI_GUESS_H
#define RD_CLI_GUESS_H

#include <stddef.h>

/* Names and candidates longer than this are not looked at. */
#define RD_GUESS_MAX_BYTES 40

typedef struct rd_guess {
	const char *name; /* what was typed, borrowed */
	const char *best;
	size_t distance;
} rd_guess;

#define RD_GUESS_INIT(typed) \
	{ \
		(typed), NULL, 0 \
	}

/* Looks at one candidate. @candidate keep until rd_guess_best. */
void rd_guess_try(rd_guess *g, const char *candidate);
/* The nearest candidate, NULL if none is near enough to be meant. */
const char *rd_guess_best(const rd_guess *g);

#endif

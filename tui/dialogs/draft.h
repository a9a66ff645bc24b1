/* SPDX-License-Identifier: MIT */
/*
 * rd_draft: names and values as they were read, and as they shall be. They may be secrets, so they are wiped.
 * Life cycle: 1. rd_draft_init; 2. begin, then changes; 3. rd_draft_done. Every change invalidates the rows.
 */
#ifndef RD_TUI_DIALOGS_DRAFT_H
#define RD_TUI_DIALOGS_DRAFT_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/vec.h"

typedef struct rd_pair {
	const char *name;
	const char *before, *now; /* NULL: there is none */
} rd_pair;

typedef struct rd_draft {
	rd_kvs before, now; /* sorted by name */
	rd_vec rows;        /* rd_pair, one for each name of both */
} rd_draft;

void rd_draft_init(rd_draft *d);
void rd_draft_done(rd_draft *d);
/* It begins with what was read, which is taken. @returns false: out of memory. */
bool rd_draft_begin(rd_draft *d, rd_kvs *pairs);
/* It becomes these, sorted or not. @errors RD_ENOMEM. */
rd_code rd_draft_replace(rd_draft *d, const rd_kvs *now, rd_err *err);
/* Adds or changes these. @returns false: out of memory. */
bool rd_draft_set(rd_draft *d, const rd_kvs *fresh);
/* Makes a row what it was; one that is as it was goes, or if it @stays gets an empty value. @returns false:
 * out of memory. */
bool rd_draft_take_back(rd_draft *d, const rd_pair *row, bool stays);
const rd_pair *rd_draft_at(const rd_draft *d, size_t i);
/* How many rows are not as they were. */
int rd_draft_changes(const rd_draft *d);
/* '+', '~', '-', or ' ' for one that is as it was. */
char rd_pair_sign(const rd_pair *row);
/* Frees names and values that may be secrets. */
void rd_draft_wipe(rd_kvs *kvs);

#endif

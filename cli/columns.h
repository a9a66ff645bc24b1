/* SPDX-License-Identifier: MIT */
/*
 * Tables and labelled lists in the form of convox: each column as wide as its widest cell, two spaces
 * between, the last column not padded.
 */
#ifndef RD_CLI_COLUMNS_H
#define RD_CLI_COLUMNS_H

#include "cli/say.h"
#include "core/base/vec.h"

#define RD_COLUMNS_MAX 8

/* A table. Life cycle: 1. rd_columns_init; 2. rd_columns_row; 3. rd_columns_print; 4. done. */
typedef struct rd_columns {
	size_t n;
	rd_strs cells; /* row by row, made safe for terminals; NULL members where memory ran out */
	bool failed;
} rd_columns;

/* @header n titles, at most RD_COLUMNS_MAX; NULL: the table has none. */
void rd_columns_init(rd_columns *t, size_t n, const char *const *header);
/* Adds a row of n cells. */
void rd_columns_row(rd_columns *t, const char *const *cells);
/* @errors RD_ENOMEM. */
rd_code rd_columns_print(const rd_columns *t, rd_say *s, rd_err *err);
void rd_columns_done(rd_columns *t);

/* One labelled value; of a value of several lines the others stand below the first. */
typedef struct rd_info {
	const char *label; /* NULL: left out */
	const char *value;
} rd_info;

void rd_info_print(const rd_info *rows, size_t n, rd_say *s);

#endif

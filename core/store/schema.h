/* SPDX-License-Identifier: MIT */
/*
 * The schema of a rack's database, as numbered steps. A step that was released is never edited: what
 * changes later is a new step at the end. The number of steps done is the database's user_version.
 */
#ifndef RD_CORE_STORE_SCHEMA_H
#define RD_CORE_STORE_SCHEMA_H

#include <stddef.h>

/* rd_schema_steps[i] leads from version i to version i + 1. */
extern const char *const rd_schema_steps[];
extern const size_t rd_schema_count;

#endif

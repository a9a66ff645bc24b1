/* SPDX-License-Identifier: MIT */
/* What the times of an app's builds tell: how long the next one takes, and how they went. Pure. */
#ifndef RD_TUI_PANES_BUILDS_TIME_H
#define RD_TUI_PANES_BUILDS_TIME_H

#include "core/base/str.h"
#include "tui/model.h"

#define RD_BUILDS_SPARK 24 /* builds in a line of bars, at most */

/* How long a build is expected to take: the median of the last complete builds before it; 0: there is
 * none. */
int64_t rd_builds_expected_us(const rd_model *m, const rd_build *b);
/* The same for a build that is started now. */
int64_t rd_builds_median_us(const rd_model *m);
/* "02:29 left", "00:12 late"; "" if the build does not run or nothing is known. */
void rd_builds_left(const rd_model *m, const rd_build *b, int64_t now_us, char *buf, size_t cap);
/* A bar for each of the last complete builds, oldest first, from the shortest to the longest time of them;
 * @ascii: digits 1-8. *ret_n: how many. */
void rd_builds_spark(const rd_model *m, bool ascii, rd_str *out, int *ret_n);

#endif

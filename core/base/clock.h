/* SPDX-License-Identifier: MIT */
/*
 * Time: microseconds in int64_t. Durations come from the monotonic clock, stamps from the wall
 * clock (UTC since 1970); 0 as a stamp means "not set". All functions from any thread.
 */
#ifndef RD_CORE_BASE_CLOCK_H
#define RD_CORE_BASE_CLOCK_H

#include <stdint.h>

#include "core/base/str.h"

int64_t rd_now_us(void); /* monotonic */
/* Wall clock; RACKDECK_NOW (RFC 3339), if set, stands still there: for tests. */
int64_t rd_wall_us(void);

/* RFC 3339 in UTC with as many fraction digits as needed ("2026-01-02T03:04:05.123456Z");
 * 0 gives Convox's unset time "0001-01-01T00:00:00Z". */
void rd_time_format(rd_str *out, int64_t wall_us);
/* The reverse; any offset and fraction. Years before 1970 give 0. @errors RD_EPARSE. */
rd_code rd_time_parse(const char *text, int64_t *ret_wall_us, rd_err *err);
/* "now", "1 second ago", "5 minutes ago", "3 weeks ago", …: the words of convox. */
void rd_time_ago(rd_str *out, int64_t wall_us, int64_t now_wall_us);
/* "1m5s" or "12s" as convox prints it; nothing if either is 0. */
void rd_time_elapsed(rd_str *out, int64_t from_us, int64_t to_us);
/* Short age for narrow columns: "now", "42s", "5m", "3h", "2d", "6w", "2y". */
void rd_time_short_ago(rd_str *out, int64_t wall_us, int64_t now_wall_us);
/* "02:11", "1:02:11" for running times. */
void rd_time_mmss(rd_str *out, int64_t duration_us);

#endif

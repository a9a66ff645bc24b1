/* SPDX-License-Identifier: MIT */
/*
 * rd_steps_time: what the steps of a build mean in time: the chain of steps that the end waited for (the
 * critical path), and the same steps in an earlier build.
 *
 * Steps of two builds are the same if image and name are, but for "2/7" in the name; several of one name
 * go in their order. Filled in events, read while drawing; indexes are those of the steps.
 */
#ifndef RD_TUI_PANES_STEPS_TIME_H
#define RD_TUI_PANES_STEPS_TIME_H

#include "core/formats/steps.h"

typedef struct rd_steps_time {
	rd_vec critical;           /* bool, by step */
	rd_vec earlier;            /* int, by step: index in the earlier build, -1: it has none */
	int64_t first_us, last_us; /* of all steps that have begun or ended; 0: none has */
	int lost;         /* steps that were cached in the earlier build and were run now */
	int64_t grown_us; /* what took longer than before, in sum; what took less does not count */
} rd_steps_time;

void rd_steps_time_init(rd_steps_time *t);
void rd_steps_time_done(rd_steps_time *t);
/* @earlier NULL: nothing to compare with. now_us: the end of steps that run. @errors RD_ENOMEM. */
rd_code rd_steps_time_fill(rd_steps_time *t, const rd_steps *m, const rd_steps *earlier,
	int64_t now_us, rd_err *err);
bool rd_steps_time_is_critical(const rd_steps_time *t, size_t step);
/* -1: the earlier build has no such step. */
int rd_steps_time_earlier(const rd_steps_time *t, size_t step);
/* How much longer a step took than the earlier one (negative: less); 0 if either has not ended. */
int64_t rd_steps_grown_us(const rd_step *now, const rd_step *earlier);
bool rd_steps_lost_cache(const rd_step *now, const rd_step *earlier);

#endif

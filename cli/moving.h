/* SPDX-License-Identifier: MIT */
/* How far an export or import is and how fast, on a terminal. */
#ifndef RD_CLI_MOVING_H
#define RD_CLI_MOVING_H

#include "cli/say.h"

typedef struct rd_moving {
	rd_say *say;
	int64_t start_us, shown_us;
} rd_moving;

void rd_moving_begin(rd_moving *m);
/* For whoever tells of progress. Cheap to call often. */
void rd_moving_show(void *moving, uint64_t bytes);

#endif

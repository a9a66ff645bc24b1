/* SPDX-License-Identifier: MIT */
/* How far an export or import is. */
#include "cli/moving.h"

#include "core/base/clock.h"

#define EVERY_US 200000

void rd_moving_begin(rd_moving *m)
{
	m->start_us = rd_now_us();
	m->shown_us = m->start_us;
}

void rd_moving_show(void *moving, uint64_t bytes)
{
	rd_moving *m = moving;
	int64_t now_us;
	char text[64];

	if (!m->say->is_tty)
		return;
	now_us = rd_now_us();
	if (now_us - m->shown_us < EVERY_US)
		return;
	m->shown_us = now_us;
	snprintf(text, sizeof(text), "%.1f MB, %.1f MB/s", (double)bytes / 1e6,
		(double)bytes / (double)(now_us - m->start_us));
	rd_say_note(m->say, text);
}

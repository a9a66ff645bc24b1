/* SPDX-License-Identifier: MIT */
/*
 * The terminal's way back when the process dies at once (SEGV, BUS, ABRT, FPE, ILL) or some library
 * calls exit: only write and tcsetattr, on what was prepared before.
 * Life cycle: 1. rd_rescue_begin, before the terminal is changed; 2. rd_rescue_add; 3. rd_rescue_arm;
 * 4. rd_rescue_disarm, once the terminal is as it was. One terminal a process: stdin and stdout.
 */
#ifndef RD_TUI_RESCUE_H
#define RD_TUI_RESCUE_H

/* Remembers the terminal's modes. */
void rd_rescue_begin(void);
/* Adds a sequence that is to be written, up to its padding ("$<…>"). */
void rd_rescue_add(const char *sequence);
void rd_rescue_arm(void);
void rd_rescue_disarm(void);

#endif

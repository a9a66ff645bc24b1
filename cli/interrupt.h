/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C as two flags: the first press fires one, the second press the other.
 *
 * Life cycle: 1. rd_interrupt_open; 2. hand first and second to what blocks; 3. rd_interrupt_close,
 * which gives Ctrl-C its old meaning back. One at a time in a process. Where Ctrl-C was ignored
 * (nohup, a background job) it stays so.
 */
#ifndef RD_CLI_INTERRUPT_H
#define RD_CLI_INTERRUPT_H

#include "core/base/cancel.h"

typedef struct rd_interrupt {
	rd_cancel *first;
	rd_cancel *second;
} rd_interrupt;

rd_code rd_interrupt_open(rd_interrupt *ret_interrupt, rd_err *err);
/* From now on SIGTERM counts as Ctrl-C, for what runs as a service. */
void rd_interrupt_by_term(void);
void rd_interrupt_close(rd_interrupt *i);

#endif

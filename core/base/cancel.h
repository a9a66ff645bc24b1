/* SPDX-License-Identifier: MIT */
/*
 * rd_cancel: a one-way flag that ends a blocking operation from another thread.
 *
 * Life cycle: 1. rd_cancel_new; 2. hand it to the operation, fire it from anywhere; 3. free it when
 * no operation uses it. Operations return RD_ECANCELED soon after. All take NULL: never fired.
 * Thread rule: fire and fired from any thread and from a signal handler.
 */
#ifndef RD_CORE_BASE_CANCEL_H
#define RD_CORE_BASE_CANCEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

typedef struct rd_cancel rd_cancel;

rd_code rd_cancel_new(rd_cancel **ret_cancel, rd_err *err);
/* @returns NULL. */
rd_cancel *rd_cancel_free(rd_cancel *c);
void rd_cancel_fire(rd_cancel *c);
bool rd_cancel_fired(const rd_cancel *c);
/* Sleeps that long. @returns false once fired, which ends it. */
bool rd_cancel_pause(const rd_cancel *c, int64_t ms);
/* A descriptor that is readable once fired (for poll); -1 for NULL. Borrowed. */
int rd_cancel_fd(const rd_cancel *c);

#endif

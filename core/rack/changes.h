/* SPDX-License-Identifier: MIT */
/*
 * What changed on a rack, thing by thing: apps, builds and releases as they come, change and go.
 *
 * rack->events says only that something changed; this lists again and compares.
 * Life cycle: 1. rd_changes_open, which takes what is there as known; 2. poll rd_changes_fd, at most
 * rd_changes_wait_ms; 3. rd_changes_take; 4. close. Thread rule: one thread.
 */
#ifndef RD_CORE_RACK_CHANGES_H
#define RD_CORE_RACK_CHANGES_H

#include "core/rack/rack.h"

typedef struct rd_changes rd_changes;

/* @app NULL: of all apps. It need not be there. @ret give. */
rd_code rd_changes_open(rd_rack *rack, const char *app, rd_changes **ret_changes, rd_err *err);
rd_changes *rd_changes_close(rd_changes *c); /* @returns NULL */
/* Readable when something may have changed. Borrowed. */
int rd_changes_fd(const rd_changes *c);
/* When to take at the latest: a rack far away does not tell of all that it has, and one that is away of
 * nothing. -1: there is no need. */
int rd_changes_wait_ms(const rd_changes *c);
/* Adds what changed since to *out, older things first: {"time", "rack", "type", "action", "app", "id",
 * "data": the thing as it is now, without what is large or secret}, one line each. A rack that cannot be asked is a line, too, and another when it
 * is back. @errors RD_ENOMEM, RD_EIO of the subscription. */
rd_code rd_changes_take(rd_changes *c, rd_str *out, rd_err *err);

#endif

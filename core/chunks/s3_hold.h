/* SPDX-License-Identifier: MIT */
/*
 * Keeps removals and users of a cache in S3 apart, by objects that say "I am here": whoever comes puts one,
 * then looks for those of the others. So of two that come at once at least one sees the other: a removal
 * then gives way, a user waits. A thread puts the object again now and then; one that is older than
 * that takes, by the server's clock, was left by a process that was killed: 45 s for a removal, five minutes for a
 * user. Should one be taken for dead that only slept, a pack may go that is in use: that costs a build its cache.
 * Thread rule: any thread.
 */
#ifndef RD_CORE_CHUNKS_S3_HOLD_H
#define RD_CORE_CHUNKS_S3_HOLD_H

#include <stdbool.h>

#include "core/chunks/s3.h"

typedef struct rd_s3_hold rd_s3_hold;

/* @s kept until release. @errors RD_EBUSY for alone, and after a minute of waiting; RD_ECANCELED; those of S3.
 * @ret give. */
rd_code rd_s3_hold_take(rd_s3 *s, bool alone, rd_cancel *cancel, rd_s3_hold **ret_hold,
	rd_err *err);
void rd_s3_hold_release(rd_s3_hold *h);
/* Removes what killed ones left. */
rd_code rd_s3_hold_sweep(rd_s3 *s, rd_err *err);

#endif

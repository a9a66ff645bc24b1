/* SPDX-License-Identifier: MIT */
/*
 * Where a cache's objects are kept: one small table, with a folder and S3 behind it.
 *
 * An object is there whole or not at all. Its name is "ROOM/NAME"; a room is listed at once. Packs and
 * their indexes are put once and never change, so a copy of them stays good.
 * Thread rule: any thread, any number of calls at once.
 */
#ifndef RD_CORE_CHUNKS_BLOBS_H
#define RD_CORE_CHUNKS_BLOBS_H

#include <stdint.h>

#include "core/base/cancel.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/chunks/s3.h"

typedef struct rd_blobs rd_blobs;

typedef struct rd_blob {
	char *name; /* without its room; on the heap */
	uint64_t bytes;
} rd_blob;
void rd_blob_list_done(rd_vec *list); /* of rd_blob */

typedef struct rd_blobs_ops {
	/* Puts or replaces. @errors RD_ENOSPC, RD_EIO, RD_EPERM, RD_EUNAVAIL. */
	rd_code (*put)(rd_blobs *b, const char *name, const void *bytes, size_t n, rd_err *err);
	/* Appends the whole. @errors RD_ENOENT, RD_ELIMIT over max_bytes, and those of put. */
	rd_code (*get)(rd_blobs *b, const char *name, size_t max_bytes, rd_str *out, rd_err *err);
	/* A part of a pack. @errors RD_ENOENT; RD_ECORRUPT it is shorter. */
	rd_code (*read)(rd_blobs *b, const char *name, uint64_t at, void *buf, size_t n,
		rd_err *err);
	/* Drops a copy that proved bad. @returns whether to read again: the original may be good. */
	bool (*drop_copy)(rd_blobs *b, const char *name);
	/* *ret_list of rd_blob, in no order. */
	rd_code (*list)(rd_blobs *b, const char *room, rd_vec *ret_list, rd_err *err);
	/* A missing one is fine. */
	rd_code (*remove)(rd_blobs *b, const char *name, rd_err *err);
	/* Keeps removals away (shared: saves and restores; it waits for a removal to end), or everyone
	 * else (alone; it does not wait). Ends with release, and soon after the death of the process.
	 * @errors RD_EBUSY for alone, RD_ECANCELED. */
	rd_code (*hold)(rd_blobs *b, bool alone, rd_cancel *cancel, void **ret_hold, rd_err *err);
	void (*release)(rd_blobs *b, void *hold);
	/* Called alone: what killed ones left half, and copies of what is not there any more. Adds their
	 * size; @dry_run: no more than that. */
	rd_code (*sweep)(rd_blobs *b, bool dry_run, uint64_t *bytes, rd_err *err);
	void (*moved)(const rd_blobs *b, uint64_t *ret_sent, uint64_t *ret_got);
	void (*close)(rd_blobs *b);
} rd_blobs_ops;

struct rd_blobs {
	const rd_blobs_ops *ops;
};

/* A folder, made if missing. @ret give. */
rd_code rd_blobs_dir(const char *dir, rd_blobs **ret_blobs, rd_err *err);

/* S3, with a folder for copies of packs and indexes. @place copied. @cancel kept. @ret give. */
rd_code rd_blobs_s3(const rd_s3_place *place, const char *dir, rd_cancel *cancel,
	rd_blobs **ret_blobs, rd_err *err);

#define RD_BLOBS_PACKS "packs"
#define RD_BLOBS_INDEX "index"
#define RD_BLOBS_SNAPSHOTS "snapshots"
#define RD_BLOBS_USED "used"

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Reads the chunks of a snapshot, each checked by its SHA-256. What is damaged is read once more where
 * there is a better copy, and else dropped from the store, unless that is not wished.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_CHUNKS_FETCH_H
#define RD_CORE_CHUNKS_FETCH_H

#include "core/chunks/blobs.h"
#include "core/chunks/snapshot.h"

typedef struct rd_fetch rd_fetch;

/* @packs of rd_snapshot_pack; it and b are kept until free. @keep_bad: nothing is dropped. @ret give. */
rd_code rd_fetch_new(rd_blobs *b, const rd_vec *packs, bool keep_bad, rd_fetch **ret_fetch,
	rd_err *err);
rd_fetch *rd_fetch_free(rd_fetch *f); /* @returns NULL */
/* A chunk, borrowed until the next call. @errors RD_ECORRUPT damaged or missing, those of the store. */
rd_code rd_fetch_chunk(rd_fetch *f, rd_chunk_ref ref, const void **ret_bytes, size_t *ret_n,
	rd_err *err);
/* Its size, by the index alone. @errors as rd_fetch_chunk. */
rd_code rd_fetch_size(rd_fetch *f, rd_chunk_ref ref, size_t *ret_n, rd_err *err);
/* Forgets what was read of a pack, copies too. @returns whether reading it again may help. */
bool rd_fetch_forget(rd_fetch *f, uint32_t slot);
/* All of a block of the tree, from *at on, appended; *at goes behind it. */
rd_code rd_fetch_block(rd_fetch *f, const rd_vec *tree, size_t *at, rd_str *out, rd_err *err);

#endif

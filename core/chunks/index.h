/* SPDX-License-Identifier: MIT */
/*
 * What a save knows to be stored: chunks by SHA-256, with their packs; and the slots that packs get in the
 * snapshot that is being made.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_CHUNKS_INDEX_H
#define RD_CORE_CHUNKS_INDEX_H

#include "core/chunks/cache_impl.h"

typedef struct rd_known_pack {
	rd_snapshot_pack p; /* live_bytes: of the snapshot being made */
	int64_t slot;       /* -1: none yet */
} rd_known_pack;

typedef struct rd_known_chunk {
	rd_pack_id sum;
	uint32_t pack, chunk, bytes;
	bool is_used; /* by the snapshot being made */
} rd_known_chunk;

typedef struct rd_index {
	rd_vec packs;    /* rd_known_pack */
	rd_vec chunks;   /* rd_known_chunk */
	uint32_t *table; /* numbers of chunks + 1, by their sums; 0: free */
	size_t table_size;
	rd_vec slots; /* bool: taken, by the snapshot before or by this one */
} rd_index;

void rd_index_init(rd_index *x);
void rd_index_done(rd_index *x);
/* Reads the indexes of all packs that are worth to be built upon: most of the content of the others has
 * no use any more, or they are many and small; what is needed of them is stored again, and they go.
 * @snapshots all there are; @old the one that is to be replaced, NULL without one. */
rd_code rd_index_load(rd_index *x, rd_blobs *b, const rd_vec *snapshots, const rd_snapshot *old,
	rd_err *err);
/* The number of a chunk, -1 if it is not known. */
int64_t rd_index_find(const rd_index *x, const rd_pack_id *sum);
rd_code rd_index_add(rd_index *x, const rd_known_chunk *chunk, rd_err *err);
/* Says that the snapshot uses a chunk: gives its ref. @errors RD_ELIMIT too many packs. */
rd_code rd_index_use(rd_index *x, size_t chunk, rd_chunk_ref *ret_ref, rd_err *err);
/* The table of packs for the snapshot. */
rd_code rd_index_table(const rd_index *x, rd_vec *ret_packs, rd_err *err);

#endif

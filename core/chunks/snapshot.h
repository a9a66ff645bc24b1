/* SPDX-License-Identifier: MIT */
/*
 * The head of a snapshot: what it is of, the packs it needs, where its tree stands. One small object, put
 * in one step; all else that it needs is named in it by digest, and its own stands at its end.
 *
 * The table of packs has slots: one without a pack keeps its number free, so that those of other packs stay
 * as they were in the snapshot before, and with them the blocks of the tree.
 * Thread rule: one thread a snapshot.
 */
#ifndef RD_CORE_CHUNKS_SNAPSHOT_H
#define RD_CORE_CHUNKS_SNAPSHOT_H

#include "core/chunks/cache.h"
#include "core/chunks/packs.h"
#include "core/chunks/tree.h"

#define RD_SNAPSHOT_MAX_BYTES ((size_t)64 << 20)
#define RD_CACHE_NAME_MAX 100

typedef struct rd_snapshot_pack {
	rd_pack_id id;
	uint64_t bytes;      /* of the pack */
	uint64_t raw_bytes;  /* of all its chunks */
	uint64_t live_bytes; /* raw, of the chunks that this snapshot uses; 0: a free slot */
} rd_snapshot_pack;

typedef struct rd_snapshot_piece {
	rd_chunk_ref ref;
	bool is_last; /* of its block */
} rd_snapshot_piece;

typedef struct rd_snapshot {
	rd_cache_info info; /* without used_us and hits */
	rd_vec packs;       /* rd_snapshot_pack */
	rd_vec tree;        /* rd_snapshot_piece */
} rd_snapshot;

void rd_snapshot_init(rd_snapshot *s);
void rd_snapshot_done(rd_snapshot *s);
rd_code rd_snapshot_put(const rd_snapshot *s, rd_str *out, rd_err *err);
/* Reads untrusted bytes. @ret_snapshot to be done. @errors RD_ECORRUPT. */
rd_code rd_snapshot_parse(const void *bytes, size_t n, rd_snapshot *ret_snapshot, rd_err *err);

/* Restores of a snapshot, kept beside it: text of a few bytes. */
void rd_snapshot_put_use(uint64_t hits, int64_t used_us, rd_str *out);
/* Anything else gives zeros: it only orders removals. */
void rd_snapshot_parse_use(const void *bytes, size_t n, uint64_t *ret_hits, int64_t *ret_used_us);

#endif

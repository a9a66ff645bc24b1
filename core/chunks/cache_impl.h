/* SPDX-License-Identifier: MIT */
/* What the files of the cache share. Nobody else includes this, but tests. */
#ifndef RD_CORE_CHUNKS_CACHE_IMPL_H
#define RD_CORE_CHUNKS_CACHE_IMPL_H

#include "core/chunks/blobs.h"
#include "core/chunks/cache.h"
#include "core/chunks/snapshot.h"

struct rd_cache {
	rd_blobs *blobs;
	uint64_t budget_bytes;
};

/* "snapshots/APP:SERVICE", appended. @errors RD_EINVAL. */
rd_code rd_cache_name(const char *room, const char *app, const char *service, rd_str *out,
	rd_err *err);
/* "packs/HEX". */
void rd_cache_pack_name(const char *room, const rd_pack_id *id, rd_str *out);
/* The snapshot of an app and service, without its uses. @errors RD_ENOENT, RD_ECORRUPT. */
rd_code rd_cache_load(rd_cache *c, const char *app, const char *service, rd_snapshot *ret_snapshot,
	rd_err *err);
/* All of them, as rd_snapshot, without their uses; NULL or the names of those that are damaged. */
rd_code rd_cache_load_all(rd_cache *c, rd_vec *ret_snapshots, rd_strs *ret_bad, rd_err *err);
void rd_snapshots_done(rd_vec *snapshots);
/* Reads hits and last use into s->info. */
void rd_cache_load_use(rd_cache *c, rd_snapshot *s);
/* Counts a restore. What fails is not told. */
void rd_cache_count_use(rd_cache *c, const rd_snapshot *s);
/* Removes a snapshot with the count of its uses. */
rd_code rd_cache_drop(rd_cache *c, const char *app, const char *service, rd_err *err);
/* The index of a pack, checked. @errors RD_ENOENT, RD_ECORRUPT. */
rd_code rd_cache_pack_index(rd_blobs *b, const rd_pack_id *id, rd_pack_index *ret_index,
	rd_err *err);
/* Drops a pack, its index first, so that no save builds upon it. */
rd_code rd_cache_drop_pack(rd_blobs *b, const rd_pack_id *id, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A pack: chunks one behind the other in zstd frames, and beside it its index.
 *
 * Small chunks share a frame, so that they are compressed well and that thousands of small files are a
 * few objects. The index lists the frames and the SHA-256 of every chunk; its own SHA-256 is the name of
 * both. So whoever has the name can check all that is read. A chunk is known by the pack and its number
 * in it.
 * Index: magic, number of frames; for each its compressed size, its number of chunks, and for each of
 * those size and SHA-256.
 * Thread rule: one thread a packer; an index, once read, any.
 */
#ifndef RD_CORE_CHUNKS_PACKS_H
#define RD_CORE_CHUNKS_PACKS_H

#include <stdint.h>

#include "core/base/digest.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/chunks/chunker.h"

/* A frame is closed when it holds as much, a pack likewise (compressed). */
#define RD_PACK_FRAME_BYTES ((size_t)256 << 10)
#define RD_PACK_FRAME_MAX_BYTES (RD_PACK_FRAME_BYTES + RD_CHUNK_MAX_BYTES)
#define RD_PACK_BYTES ((size_t)8 << 20)
#define RD_PACK_INDEX_MAX_BYTES ((size_t)16 << 20)
#define RD_PACK_MAX_CHUNKS (1 << 18)

typedef struct rd_pack_id {
	uint8_t sum[RD_SHA256_BYTES];
} rd_pack_id;

typedef struct rd_packer rd_packer;

/* @level of zstd. @ret give. */
rd_code rd_packer_new(int level, rd_packer **ret_packer, rd_err *err);
rd_packer *rd_packer_free(rd_packer *p); /* @returns NULL */
/* Adds a chunk of 1 … RD_CHUNK_MAX_BYTES; *ret_chunk is its number in the pack. */
rd_code rd_packer_add(rd_packer *p, const void *bytes, size_t n, const rd_pack_id *sum,
	uint32_t *ret_chunk, rd_err *err);
/* Whether the pack should be ended before more is added. */
bool rd_packer_is_full(const rd_packer *p);
/* Closes the pack: its name, bytes and index, borrowed until the next add, which starts another. */
rd_code rd_packer_end(rd_packer *p, rd_pack_id *ret_id, const rd_str **ret_pack,
	const rd_str **ret_index, rd_err *err);

typedef struct rd_pack_frame {
	uint64_t at;    /* in the pack */
	uint32_t bytes; /* compressed */
	uint32_t raw_bytes;
} rd_pack_frame;

typedef struct rd_pack_chunk {
	rd_pack_id sum;
	uint32_t frame;
	uint32_t at, bytes; /* in the raw frame */
} rd_pack_chunk;

typedef struct rd_pack_index {
	rd_vec frames; /* rd_pack_frame */
	rd_vec chunks; /* rd_pack_chunk */
	uint64_t bytes, raw_bytes;
} rd_pack_index;

/* Reads an index of untrusted bytes. @ret_index rd_pack_index_done frees it. @errors RD_ECORRUPT. */
rd_code rd_pack_index_parse(const void *bytes, size_t n, rd_pack_index *ret_index, rd_err *err);
void rd_pack_index_done(rd_pack_index *x);

typedef struct rd_unpacker rd_unpacker; /* decompresses frames */
rd_code rd_unpacker_new(rd_unpacker **ret_unpacker, rd_err *err);
rd_unpacker *rd_unpacker_free(rd_unpacker *u); /* @returns NULL */
/* out holds exactly the frame's raw bytes after it. @errors RD_ECORRUPT. */
rd_code rd_unpacker_frame(rd_unpacker *u, const rd_pack_frame *f, const void *bytes, void *out,
	rd_err *err);

#endif

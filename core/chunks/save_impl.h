/* SPDX-License-Identifier: MIT */
/*
 * A save has two threads: one reads the tar and cuts content into chunks (cut.c), the other sums, looks up,
 * compresses and stores them (save.c). Batches of both chunks and entries go from the first to the second.
 */
#ifndef RD_CORE_CHUNKS_SAVE_IMPL_H
#define RD_CORE_CHUNKS_SAVE_IMPL_H

#include "core/chunks/cache_impl.h"
#include "core/chunks/ring.h"

#define RD_BATCH_BYTES ((size_t)1 << 20)

typedef struct rd_batch_item {
	bool is_chunk;
	uint32_t bytes;     /* of a chunk */
	rd_tar_entry entry; /* path and link in text, see below */
	size_t path, link;  /* places in text; link SIZE_MAX: none */
} rd_batch_item;

typedef struct rd_batch {
	rd_str data; /* the chunks */
	rd_str text; /* paths and links, terminated */
	rd_vec items;
} rd_batch;

typedef struct rd_cut {
	const rd_cache_save_opts *o;
	rd_ring *full, *spare; /* batches to the store, and back */
	uint64_t files, bytes, skipped;
} rd_cut;

/* Reads the tar to its end and puts batches. @returns RD_ECANCELED also when the other side left. */
rd_code rd_cut_tar(rd_cut *c, rd_err *err);

#endif

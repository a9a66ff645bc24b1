/* SPDX-License-Identifier: MIT */
/*
 * The tree of a snapshot: its entries in the order of the tar, written in blocks that stand alone.
 *
 * A block is stored as one chunk (more, if a file has very many). Where one ends depends on a path, so that an unchanged part of a tree
 * gives the blocks that are there. In a block names and times tell only what differs from the entry
 * before; chunks are told as runs that follow one another in a pack.
 * Thread rule: one thread a writer or reader.
 */
#ifndef RD_CORE_CHUNKS_TREE_H
#define RD_CORE_CHUNKS_TREE_H

#include "core/base/vec.h"
#include "core/chunks/wire.h"
#include "core/io/tar.h"

#define RD_TREE_BLOCK_MAX_BYTES ((size_t)128 << 10)
#define RD_TREE_PATH_MAX 4096
#define RD_TREE_SLOTS_MAX 65536

/* A chunk: its pack's slot in the table of the snapshot, its number in the pack. */
typedef struct rd_chunk_ref {
	uint32_t slot, chunk;
} rd_chunk_ref;

/* Path and link target are clean and relative to the root, whose path is ""; only a symlink's target is any
 * text. type is not RD_TAR_OTHER. */
typedef struct rd_tree_writer {
	rd_str block;
	char path[RD_TREE_PATH_MAX + 1]; /* of the entry before; the same in the reader */
	int64_t mtime_us;
	rd_chunk_ref next;
} rd_tree_writer;

/* Appends an entry with the chunks of its content. */
void rd_tree_put(rd_tree_writer *w, const rd_tar_entry *e, const rd_chunk_ref *refs, size_t n);
/* Whether the block should end here. */
bool rd_tree_is_full(const rd_tree_writer *w);
/* Starts another block. */
void rd_tree_clear(rd_tree_writer *w);
void rd_tree_done(rd_tree_writer *w);

typedef struct rd_tree_reader {
	rd_wire in;
	char path[RD_TREE_PATH_MAX + 1], link[RD_TREE_PATH_MAX + 1];
	int64_t mtime_us;
	rd_chunk_ref next;
	rd_tar_entry entry;
	uint64_t refs_left, run_left; /* of entry, and of chunks in a row, not yet read */
} rd_tree_reader;

/* @bytes a block of untrusted bytes; borrow, until the last call. */
void rd_tree_open(rd_tree_reader *r, const void *bytes, size_t n);
/* The next entry, borrowed until the next call; NULL at the end. Refs not read are passed over.
 * @errors RD_ECORRUPT. */
rd_code rd_tree_next(rd_tree_reader *r, const rd_tar_entry **ret_entry, rd_err *err);
/* The next chunk of the entry; *ret_is false behind the last one. @errors RD_ECORRUPT. */
rd_code rd_tree_ref(rd_tree_reader *r, rd_chunk_ref *ret_ref, bool *ret_is, rd_err *err);

/* "./a//b" to "a/b" below a root, whose own name gives "". root "": no root.
 * @errors RD_EPARSE it leads out of the root, or is too long. */
rd_code rd_tree_clean(const char *name, const char *root, char ret_path[RD_TREE_PATH_MAX + 1],
	rd_err *err);

#endif

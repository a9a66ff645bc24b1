/* SPDX-License-Identifier: MIT */
/*
 * What the source_*.c files share: the index of a stored source in memory and on disk, and the layout
 * of the file. Nobody else includes this, but the tests of caps and of damaged indexes.
 *
 * File: zstd frames of the tar; then one skippable frame that holds the packed index and the foot.
 */
#ifndef RD_CORE_STORE_SOURCE_INDEX_H
#define RD_CORE_STORE_SOURCE_INDEX_H

#include "core/base/str.h"
#include "core/store/source.h"

typedef struct rd_source_item {
	rd_source_entry e;
	uint64_t at; /* raw place in the tar where its header ends and its content begins */
} rd_source_item;

struct rd_source {
	int fd;
	rd_vec frames; /* rd_zframe */
	rd_vec items;  /* rd_source_item, sorted by path, bytewise */
	rd_str raw;    /* the unpacked index: holds the strings of items */
};

/* The caps of rd_source_store, for tests that want smaller ones. */
typedef struct rd_source_caps {
	uint64_t gzip_bytes;
	uint64_t ratio, ratio_after;
	uint64_t bytes;
	uint64_t entries;
	uint64_t names_bytes; /* of all names and link targets: they are held in memory */
} rd_source_caps;
rd_code rd_source_store_capped(const char *objects_dir, rd_reader *tar, const rd_source_caps *caps,
	rd_cancel *cancel, char ret_digest[RD_SHA256_HEX], rd_err *err);

/* Adds to a sum what counts of one entry: all but its time and place. */
void rd_source_sum_entry(rd_sha256 *h, const rd_source_entry *e, const char *path,
	const char *link);
/* The digest of a whole source; items sorted. */
rd_code rd_source_sum(const rd_vec *items, uint8_t ret_sum[RD_SHA256_BYTES], rd_err *err);

/* The first item whose path is not less than that. */
size_t rd_source_lower_bound(const rd_vec *items, const char *path);
/* The item of that path, borrowed; NULL if there is none. */
const rd_source_item *rd_source_item_find(const rd_vec *items, const char *path);
/* Whether it is a relative, clean path within the caps. */
bool rd_source_path_ok(const char *path);

/* Where a path leads when symlinks are followed: the clean path, "" for the root, whether something is
 * there or not. @errors RD_ENOENT it leads out of the source, or in circles. */
rd_code rd_source_resolve(const rd_source *s, const char *path, rd_str *out, rd_err *err);

/* The index as rd_source_index_decode reads it. */
void rd_source_index_put_raw(const rd_vec *items, const rd_vec *frames, rd_str *out);
/* The index in its form on disk, and the foot of the file, from the skippable frame's header on. */
rd_code rd_source_index_put(const rd_vec *items, const rd_vec *frames, rd_str *out, rd_err *err);
/* Reads an index of untrusted bytes: frames and items of s; s->raw is taken from raw. frames_bytes: of
 * the file before the index. @errors RD_ECORRUPT. */
rd_code rd_source_index_decode(rd_str *raw, uint64_t frames_bytes, rd_source *s, rd_err *err);
/* Finds, unpacks and decodes the index of the file s->fd. @errors RD_ECORRUPT, RD_EIO. */
rd_code rd_source_index_load(rd_source *s, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Stored sources: one file a source, named by its content, holding a tar in zstd frames of about
 * 1 MiB and, as a skippable last frame, an index (entry to frame and offset, mode, size, link,
 * digest). `zstd -d` gives the tar. A build's context is cut from it as a stream, never unpacked.
 *
 * File: OBJECTS/ab/cdef….src, the digest being SHA-256 over the sorted index (paths, types, modes,
 * links, content; not times), so that the same tree is stored once, with the times it had last.
 *
 * What is read is not trusted. Names are made relative and clean ("./a//b/" is "a/b"); refused are
 * absolute names and those with "..", devices and fifos, hard links to what does not stand before
 * them, entries below something that is no folder, and a name that comes twice (a folder may: its last
 * entry holds). Symlinks are kept as they are, wherever they point, as in a build context of docker;
 * they are followed only by rd_source_read_file and for `root`, and never out of the source.
 * Owners, extended attributes and fractions of seconds in the tar are not kept.
 * Thread rule: an rd_source is read only after open and may be used by several threads at once.
 */
#ifndef RD_CORE_STORE_SOURCE_H
#define RD_CORE_STORE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/cancel.h"
#include "core/base/digest.h"
#include "core/base/stream.h"
#include "core/base/vec.h"
#include "core/formats/dockerignore.h"

typedef enum rd_source_type {
	RD_SOURCE_FILE,
	RD_SOURCE_DIR,
	RD_SOURCE_SYMLINK,
	RD_SOURCE_HARDLINK,
} rd_source_type;

typedef struct rd_source_entry {
	const char *path; /* relative, cleaned, no trailing '/' */
	rd_source_type type;
	uint32_t mode; /* permission bits */
	int64_t mtime_us;
	uint64_t size;
	const char *link;                /* target of links, else NULL */
	uint8_t digest[RD_SHA256_BYTES]; /* of a file's content */
} rd_source_entry;

typedef struct rd_source rd_source;

/* Caps on what is stored. */
#define RD_SOURCE_MAX_GZIP_BYTES (UINT64_C(10) << 30) /* of a gzip that arrives */
#define RD_SOURCE_MAX_BYTES (UINT64_C(10) << 30)      /* of the content of all files */
#define RD_SOURCE_MAX_ENTRIES 1000000
#define RD_SOURCE_MAX_NAMES_BYTES (UINT64_C(256) << 20) /* of all names and link targets */
#define RD_SOURCE_MAX_RATIO 200                         /* of a gzip, after its first 64 MiB */
#define RD_SOURCE_MAX_PATH 4096
#define RD_SOURCE_MAX_NAME 255
#define RD_SOURCE_MAX_DEPTH 128

/* Reads a tar (plain or gzip, told by its first bytes) to its end and stores it under objects_dir,
 * which is made if need be. Nothing half-written stays.
 * @tar borrow. @ret_digest hex of the content's digest.
 * @errors RD_EPARSE damaged, cut short or refused (with the entry's name), RD_ELIMIT (which cap),
 * RD_ENOSPC, RD_EPERM, RD_ECANCELED, and the errors of tar. */
rd_code rd_source_store(const char *objects_dir, rd_reader *tar, rd_cancel *cancel,
	char ret_digest[RD_SHA256_HEX], rd_err *err);
/* Remembers that the stored source came of the pack with this key (core/io/pack.h) and how the file looks; the last few hundred are remembered, in OBJECTS/known.
 * @errors RD_ENOENT no such source, RD_ENOSPC, RD_EPERM. */
rd_code rd_source_remember(const char *objects_dir, const uint8_t key[RD_SHA256_BYTES],
	const char *digest, rd_err *err);
/* Whether a source stored of such a pack is still there, as it was written then. */
bool rd_source_known(const char *objects_dir, const uint8_t key[RD_SHA256_BYTES],
	char ret_digest[RD_SHA256_HEX]);
/* The file that holds a source, whether it is there or not. @ret heap.
 * @errors RD_EINVAL digest is no digest. */
rd_code rd_source_path(const char *objects_dir, const char *digest, char **ret_path, rd_err *err);
/* @errors RD_ENOENT no such source, RD_ECORRUPT. @ret give. */
rd_code rd_source_open(const char *objects_dir, const char *digest, rd_source **ret_source,
	rd_err *err);
rd_source *rd_source_close(rd_source *s); /* @returns NULL */

size_t rd_source_count(const rd_source *s);
const rd_source_entry *rd_source_at(const rd_source *s, size_t i);
/* The entry of that path, borrowed; NULL if there is none. */
const rd_source_entry *rd_source_find(const rd_source *s, const char *path);
/* A whole file of at most max bytes; links within the source are followed.
 * @errors RD_ENOENT also for a link that leads out, RD_EINVAL a folder, RD_ELIMIT, RD_ECORRUPT. */
rd_code rd_source_read_file(const rd_source *s, const char *path, size_t max_bytes, rd_str *out,
	rd_err *err);
/* The context of a build: the entries below `root` ("." for all) that `ignore` leaves, with paths
 * relative to root, as a tar stream. `keep`: paths relative to root that stay in any case. A hard link
 * whose file is not among them becomes a file. @s, borrowed until the reader is closed. @ret give.
 * @errors RD_ENOENT no such folder in the source; reads give RD_ECORRUPT, RD_EIO. */
rd_code rd_source_context(const rd_source *s, const char *root, const rd_dockerignore *ignore,
	const rd_strs *keep, rd_reader **ret_tar, rd_err *err);
/* In a context just opened, the bytes of a file from `at` on are given as `text`, which replaces as many;
 * links are followed. @context of rd_source_context on s, nothing read yet. @text at most
 * RD_SOURCE_PATCH_MAX bytes. @errors RD_ENOENT no such file, RD_EINVAL beyond its end or too long. */
#define RD_SOURCE_PATCH_MAX 16
rd_code rd_source_context_patch(const rd_source *s, rd_reader *context, const char *path,
	uint64_t at, const char *text, rd_err *err);
/* In a context just opened, entries at `replaced` or below it are left out, and those of `tail` follow what is
 * left: the rest of a tar, with its end mark. @context as above. @tail taken, also on failure. */
rd_code rd_source_context_extend(rd_reader *context, const char *replaced, rd_reader *tail,
	rd_err *err);
/* SHA-256 over what rd_source_context would send (paths, types, modes, links, content), without
 * reading content. */
rd_code rd_source_context_digest(const rd_source *s, const char *root,
	const rd_dockerignore *ignore, const rd_strs *keep, uint8_t ret_digest[RD_SHA256_BYTES],
	rd_err *err);

#endif

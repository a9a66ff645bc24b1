/* SPDX-License-Identifier: MIT */
/*
 * Packs a folder into a tar stream: what .dockerignore leaves, names relative to the folder, sorted,
 * with links, modes and times; memory flat at any size.
 *
 * Names that must be there (the manifest, .dockerignore, Dockerfiles in use) are kept even when a
 * pattern matches, with a warning. Sockets, fifos and devices are skipped; a file that shrinks while it is read is
 * filled with zeros to the size in its header, one that cannot be read is an error. What was odd is told as warnings.
 * Life cycle: 1. rd_pack_open gives a reader; 2. rd_read to the end; 3. rd_pack_warnings; 4. close.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_IO_PACK_H
#define RD_CORE_IO_PACK_H

#include "core/base/digest.h"
#include "core/base/stream.h"
#include "core/base/vec.h"

/* Said of what a pattern leaves out, but the build needs. */
#define RD_PACK_KEPT "is needed by the build: sent although .dockerignore names it"

typedef struct rd_pack_opts {
	const char *dir;     /* the folder */
	const rd_strs *keep; /* relative paths kept in any case, NULL: none */
	/* Ignore files that some builds of the whole folder read instead of .dockerignore: what one of
	 * them leaves is packed. Those that are not there do not count. NULL: none. */
	const rd_strs *own_ignores;
	/* Who gets it drops links: a further name of a file is the file once more, and that there are symlinks is told
	 * as a warning. */
	bool drops_links;
} rd_pack_opts;

/* A key stands for all that a pack gives: names, modes, links, times, and of each file device, inode, size and
 * the times of its last changes. Two packs with the same key are the same, byte by byte. */

/* @errors RD_ENOENT no such folder, RD_EPERM unreadable, RD_EPARSE in .dockerignore. @ret give. */
rd_code rd_pack_open(const rd_pack_opts *opts, rd_reader **ret_reader, rd_err *err);
/* One line each ("'x.sock' is a socket: left out"). Borrowed until close. */
const rd_strs *rd_pack_warnings(const rd_reader *pack);
/* The key of what was read, to its end. @returns false if nothing may be remembered by it: a file changed
 * meanwhile, or so shortly before that another change would not show in its times. */
bool rd_pack_key(const rd_reader *pack, uint8_t ret_key[RD_SHA256_BYTES]);
/* The key of what would be read now; no file is opened but those that may be told as secrets. @ret_warnings
 * those that reading would give; the caller's. @errors of rd_pack_open and of walking. */
rd_code rd_pack_look(const rd_pack_opts *opts, uint8_t ret_key[RD_SHA256_BYTES],
	rd_strs *ret_warnings, rd_err *err);

/* The same folder as gzip, for links that are slower than packing: members of about 256 KiB, each a run of
 * entries or a piece of a large file, made on all cores: by ISA-L, and by libdeflate while whoever reads is so slow that there is time to make
 * them smaller. Where runs end is told by the names in them,
 * and members are kept in the folder `cache` (NULL: in none) while all files in them are unchanged, by the
 * same keys: packing again costs what changed. The folder is made if need be; it keeps the pieces used last
 * (1 GiB) and may be removed at any time; where it cannot be written nothing is kept.
 * @errors as rd_pack_open; reads also RD_EBUSY. @ret give. */
rd_code rd_pack_gzip_open(const rd_pack_opts *opts, const char *cache, rd_reader **ret_reader,
	rd_err *err);
const rd_strs *rd_pack_gzip_warnings(const rd_reader *pack);

#endif

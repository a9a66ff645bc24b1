/* SPDX-License-Identifier: MIT */
/*
 * Walks a folder: what .dockerignore leaves, sorted, one entry at a time; nothing but links is read. What
 * packs a folder (core/io/pack.h) or watches one (core/io/treewatch.h) is built on it; nobody else
 * includes this.
 *
 * Life cycle: 1. rd_walk_open; 2. rd_walk_next until it gives NULL; 3. rd_walk_close.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_IO_WALK_H
#define RD_CORE_IO_WALK_H

#include <sys/stat.h>

#include "core/base/vec.h"
#include "core/io/pack.h"
#include "core/io/tar.h"

typedef struct rd_walk rd_walk;

typedef struct rd_walk_entry {
	const char *path; /* relative to the folder */
	const char *name; /* its last part, in … */
	int dir_fd;       /* … the folder that it lies in */
	rd_tar_type type;
	const char *link; /* a symlink's target, a hard link's first name, else NULL */
	struct stat st;
} rd_walk_entry;

/* @opts borrowed for the call. @errors RD_ENOENT no such folder, RD_EPERM, RD_EPARSE in .dockerignore. @ret give. */
rd_code rd_walk_open(const rd_pack_opts *opts, rd_walk **ret_walk, rd_err *err);
rd_walk *rd_walk_close(rd_walk *w); /* @returns NULL */
/* *ret_entry is borrowed until the next call; NULL at the end. Sockets, fifos and devices are told as
 * warnings and left out. */
rd_code rd_walk_next(rd_walk *w, const rd_walk_entry **ret_entry, rd_err *err);
/* A file turned out to be gone: another name of it is no link to this one. */
void rd_walk_forget(rd_walk *w, const rd_walk_entry *e);
/* Adds "'PATH' WHAT" to the warnings (there is a cap). */
void rd_walk_warn(rd_walk *w, const char *path, const char *what);
const rd_strs *rd_walk_warnings(const rd_walk *w);
/* The warnings so far become the caller's. */
rd_strs rd_walk_take_warnings(rd_walk *w);

/* Calls fn with the path of each folder below the root that the walk enters, before it is listed; also of
 * those that are entered only for what is taken back in them. */
void rd_walk_on_folder(rd_walk *w, void (*fn)(void *arg, const char *path), void *arg);
/* Whether the walk passes over what lies, or lay, there: it and all below. A folder's parents count. */
bool rd_walk_passes(const rd_walk *w, const char *path);

/* Appends the tar header of an entry. */
void rd_walk_put_head(const rd_walk_entry *e, rd_str *out);
/* Appends what, if it is the same again, says that header and content are the same again. */
void rd_walk_put_key(const rd_walk_entry *e, rd_str *out);
/* Whether a file, looked at now, can no longer change without its times telling. */
bool rd_walk_settled(const struct stat *st, const struct timespec *now);

#endif

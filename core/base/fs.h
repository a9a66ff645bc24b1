/* SPDX-License-Identifier: MIT */
/*
 * Files and folders: whole-file reads and atomic writes, folders, free space, XDG places.
 *
 * What is created is for the owner alone (0600, 0700). All descriptors are close-on-exec.
 * Any thread.
 */
#ifndef RD_CORE_BASE_FS_H
#define RD_CORE_BASE_FS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

/* Reads a whole file of at most max bytes. Appends; on failure out is as before. @errors RD_ENOENT, RD_EPERM,
 * RD_ELIMIT, RD_EIO; RD_EINVAL if it is no regular file. */
rd_code rd_file_read(const char *path, size_t max_bytes, rd_str *out, rd_err *err);
/* Reads a descriptor to its end, at most max_bytes; name is for messages. Appends; on failure out is
 * as before. @errors RD_ELIMIT, RD_EIO. */
rd_code rd_read_all(int fd, const char *name, size_t max_bytes, rd_str *out, rd_err *err);
/* Reads n bytes at a place of a file, or up to its end: *ret_n tells how many. The descriptor's own place
 * stays. @errors RD_EIO. */
rd_code rd_read_at(int fd, uint64_t at, void *buf, size_t n, size_t *ret_n, rd_err *err);
/* Writes beside, fsyncs, renames over: readers see the old or the new file, never half. */
rd_code rd_file_write(const char *path, const void *bytes, size_t n, rd_err *err);
/* Writes all n bytes at the descriptor's place. @errors RD_ENOSPC, RD_EIO. */
rd_code rd_write_all(int fd, const void *bytes, size_t n, rd_err *err);
/* Makes a folder and its parents (0700). */
rd_code rd_mkdirs(const char *path, rd_err *err);
/* Removes a folder with all below, following no link; a missing one is fine. */
rd_code rd_rmtree(const char *path, rd_err *err);
/* Bytes free for us on the file system of path. */
rd_code rd_fs_free(const char *path, uint64_t *ret_bytes, rd_err *err);
bool rd_file_exists(const char *path);

/* "a/b" from parts; the heap string is the caller's, NULL if out of memory. */
char *rd_path_join(const char *a, const char *b);
/* The part after the last '/', borrowed from path. */
const char *rd_path_base(const char *path);
/* Cleans "a//./b/../c" to "a/c" without looking at the disk; "." if empty. @ret heap, NULL if out of
 * memory. A path that climbs above its start keeps its leading "..". */
char *rd_path_clean(const char *path);

/* $XDG_DATA_HOME/rackdeck, $XDG_CONFIG_HOME/rackdeck, $XDG_CACHE_HOME/rackdeck with the usual defaults. @ret heap. @errors RD_EINVAL without HOME. */
rd_code rd_xdg_data(char **ret_path, rd_err *err);
rd_code rd_xdg_config(char **ret_path, rd_err *err);
rd_code rd_xdg_cache(char **ret_path, rd_err *err);

#endif

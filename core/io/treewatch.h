/* SPDX-License-Identifier: MIT */
/*
 * Watches a folder for changes of what would be packed (core/io/pack.h).
 *
 * inotify says that something happened; whether it counts is found by looking: a walk by the packer's own
 * rules, which also brings new and renamed folders under watch, and mends what a full queue lost. Times
 * and sizes of files are compared, no content; of folders only names and modes. The repository in
 * ".git" does not count: git writes there when it is only asked something; nor do the swap files, locks and backups
 * that editors lay beside a file, though they are packed.
 * Life cycle: 1. rd_treewatch_open; 2. rd_treewatch_look; 3. poll the descriptor and take; when that was
 * true, and all is quiet, look again; 4. close. Thread rule: one thread at a time.
 */
#ifndef RD_CORE_IO_TREEWATCH_H
#define RD_CORE_IO_TREEWATCH_H

#include <stdbool.h>

#include "core/base/str.h"
#include "core/io/pack.h"

typedef struct rd_treewatch rd_treewatch;

/* The folder need not be there. @errors RD_ELIMIT too many watchers. @ret give. */
rd_code rd_treewatch_open(const char *dir, rd_treewatch **ret_watch, rd_err *err);
rd_treewatch *rd_treewatch_close(rd_treewatch *t); /* @returns NULL */
/* Readable when something happened. Borrowed. */
int rd_treewatch_fd(const rd_treewatch *t);
/* Reads what happened. @ret_path (may be NULL): the last thing that counted, if it has a name; what was there
 * rather than what went away.
 * @returns whether a look is due. */
bool rd_treewatch_take(rd_treewatch *t, rd_str *ret_path);
/* Walks. *ret_changed: it is not what it was at the last look; true at the first. @opts borrow; dir is that
 * of open. @errors as rd_pack_look; then the last good look counts on. */
rd_code rd_treewatch_look(rd_treewatch *t, const rd_pack_opts *opts, bool *ret_changed,
	rd_err *err);
/* Whether the system's limit left folders without a watch: the caller has to look from time to time. */
bool rd_treewatch_is_partial(const rd_treewatch *t);

#endif

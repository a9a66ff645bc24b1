/* SPDX-License-Identifier: MIT */
/*
 * What git says of a folder: the commit, and the description of a build from a clean tree.
 *
 * Read by libgit2 from the repository alone: no configuration of the user or the system, no program,
 * no network. Any thread.
 * Source: Convox describes a build as `git log -n 1 --pretty="%h %s" --abbrev=10` prints the commit,
 * and only where `git diff --quiet` finds no change.
 */
#ifndef RD_CORE_IO_GIT_H
#define RD_CORE_IO_GIT_H

#include "core/base/err.h"
#include "core/base/vec.h"

typedef struct rd_git_info {
	char *sha;         /* of HEAD, 40 digits; NULL: no repository or no commit yet */
	char *description; /* "build 1a2b3c4d5e fix cart"; NULL: tracked files differ from the index, or
			    * it would take more than two seconds to know */
} rd_git_info;

/* A folder that is in no repository, or in one that cannot be read, gives NULLs.
 * @errors RD_ENOMEM. */
rd_code rd_git_look(const char *dir, rd_git_info *ret_info, rd_err *err);
void rd_git_info_done(rd_git_info *info);

/* The commits that lead to `to` and not to `from` (40 digits each), newest first: "1a2b3c4d5e fix cart",
 * at most `max` of them, added to `lines`. *ret_count: of all (10,000 at most).
 * @errors RD_ENOENT dir is in no repository that has both, RD_EUNAVAIL, RD_ENOMEM. */
rd_code rd_git_log(const char *dir, const char *from, const char *to, size_t max, rd_strs *lines,
	size_t *ret_count, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* The commits between two builds, as a folder's repository knows them. Any thread. */
#ifndef RD_CORE_RACK_COMMITS_H
#define RD_CORE_RACK_COMMITS_H

#include <stdbool.h>

#include "core/rack/types.h"

#define RD_COMMITS_LINES 50 /* of each list, at most */

typedef struct rd_commits {
	bool is_known; /* the folder's repository has both */
	rd_strs added,
		removed; /* "1a2b3c4d5e fix cart", newest first: only `to` has it, only `from` */
	size_t n_added, n_removed;
} rd_commits;

/* @from, to: 40 digits, "" if a build has none. @errors RD_ENOMEM. */
rd_code rd_commits_read(const char *dir, const char *from, const char *to, rd_commits *ret_commits,
	rd_err *err);
void rd_commits_done(rd_commits *c);

#endif

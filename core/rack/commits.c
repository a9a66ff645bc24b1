/* SPDX-License-Identifier: MIT */
/* The commits between two builds. */
#include "core/rack/commits.h"

#include "core/io/git.h"

void rd_commits_done(rd_commits *c)
{
	rd_strs_done(&c->added);
	rd_strs_done(&c->removed);
}

rd_code rd_commits_read(const char *dir, const char *from, const char *to, rd_commits *ret_commits,
	rd_err *err)
{
	rd_commits c = {.is_known = false};
	rd_err why = {0};
	rd_code code = RD_ENOENT;

	if (from[0] && to[0])
		code = rd_git_log(dir, from, to, RD_COMMITS_LINES, &c.added, &c.n_added, &why);
	if (!code)
		code = rd_git_log(dir, to, from, RD_COMMITS_LINES, &c.removed, &c.n_removed, &why);
	c.is_known = !code;
	if (code == RD_ENOMEM) {
		rd_commits_done(&c);
		return rd_err_nomem(err);
	}
	*ret_commits = c;
	return RD_OK;
}

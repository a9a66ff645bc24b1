/* SPDX-License-Identifier: MIT */
/* Commits that one commit has and another one has not. */
#include "core/base/str.h"
#include "core/io/git_impl.h"

#define ABBREV 10
#define WALK_MAX 10000 /* commits that are counted, at most */

static rd_code add_line(git_repository *repo, const git_oid *id, rd_strs *lines, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	git_commit *commit = NULL;
	char hex[ABBREV + 1];

	if (git_commit_lookup(&commit, repo, id) < 0)
		return RD_OK;
	rd_str_printf(&text, "%s %s", git_oid_tostr(hex, sizeof hex, id),
		rd_or_empty(git_commit_summary(commit)));
	git_commit_free(commit);
	return rd_strs_add(lines, rd_str_get(&text)) ? RD_OK : rd_err_nomem(err);
}

static rd_code walk(git_repository *repo, git_revwalk *w, size_t max, rd_strs *lines,
	size_t *ret_count, rd_err *err)
{
	rd_code code = RD_OK;
	size_t n = 0;
	git_oid id;

	while (!code && n < WALK_MAX && git_revwalk_next(&id, w) == 0)
		if (n++ < max)
			code = add_line(repo, &id, lines, err);
	*ret_count = n;
	return code;
}

rd_code rd_git_log(const char *dir, const char *from, const char *to, size_t max, rd_strs *lines,
	size_t *ret_count, rd_err *err)
{
	git_repository *repo = NULL;
	git_revwalk *w = NULL;
	git_oid from_id, to_id;
	rd_code code = rd_git_start(err);
	bool is_known = !code && git_oid_fromstr(&from_id, from) == 0 &&
			git_oid_fromstr(&to_id, to) == 0 &&
			git_repository_open_ext(&repo, dir, 0, NULL) == 0 &&
			git_revwalk_new(&w, repo) == 0 && git_revwalk_push(w, &to_id) == 0 &&
			git_revwalk_hide(w, &from_id) == 0;

	if (is_known)
		code = walk(repo, w, max, lines, ret_count, err);
	else if (!code)
		code = rd_err_set(err, RD_ENOENT, "'%s' has not both commits", dir);
	git_revwalk_free(w);
	git_repository_free(repo);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* A fetched commit: its folder, its files by name, its description. */
#include "core/io/git_source.h"

#include "core/base/fs.h"
#include "core/io/git_impl.h"

/* The commit in which a path lies, the top's or that of a submodule. @ret_rest the path within it. */
static const rd_git_commit *commit_of(const rd_git_source *s, const char *path,
	const char **ret_rest)
{
	const rd_git_commit *at = &s->top;
	size_t longest = 0;

	*ret_rest = path;
	for (size_t i = 0; i < s->subs.len; i++) {
		const rd_git_sub *sub = rd_vec_at(&s->subs, i);
		size_t n = strlen(sub->path);

		if (n <= longest || !rd_starts_with(path, sub->path) || (path[n] && path[n] != '/'))
			continue;
		longest = n;
		at = &sub->at;
		*ret_rest = path + n + (path[n] == '/');
	}
	return at;
}

static rd_code no_folder(const rd_giturl *url, bool is_submodule, rd_err *err)
{
	return rd_err_set(err, RD_ENOENT, "there is no folder '%s' in '%s' at '%s'%s", url->subdir,
		url->url, url->ref ? url->ref : "HEAD",
		is_submodule ? ": it is a submodule, have those fetched with --submodules" : "");
}

static rd_code find_root(rd_git_source *s, const rd_giturl *url, rd_err *err)
{
	git_tree *tree = NULL;
	git_tree_entry *e = NULL;
	const char *rest;
	rd_code code = RD_OK;

	if (url->subdir && !rd_str_replace(&s->subdir, url->subdir))
		return rd_err_nomem(err);
	s->root_at = commit_of(s, rd_or_empty(url->subdir), &rest);
	if (git_commit_tree(&tree, s->root_at->commit) < 0)
		return rd_err_set(err, RD_ECORRUPT, "the tree of '%s' cannot be read", url->url);
	if (!*rest) {
		s->root = tree;
		return RD_OK;
	}
	if (git_tree_entry_bypath(&e, tree, rest) < 0 ||
		git_tree_entry_type(e) != GIT_OBJECT_TREE ||
		git_tree_lookup(&s->root, s->root_at->repo, git_tree_entry_id(e)) < 0)
		code = no_folder(url, e && git_tree_entry_filemode(e) == GIT_FILEMODE_COMMIT, err);
	git_tree_entry_free(e);
	git_tree_free(tree);
	return code;
}

rd_code rd_git_source_open(const rd_git_source_opts *opts, rd_git_source **ret_source, rd_err *err)
{
	rd_git_source *s = calloc(1, sizeof *s);
	rd_code code;

	if (!s)
		return rd_err_nomem(err);
	rd_vec_init(&s->subs, sizeof(rd_git_sub));
	code = rd_git_fetch(opts, opts->url, &s->top, err);
	if (!code)
		code = rd_git_describe(s->top.repo, s->top.commit, &s->info, err);
	if (!code && opts->submodules)
		code = rd_git_fetch_subs(opts, opts->url, &s->top, "", &s->subs, err);
	if (!code)
		code = find_root(s, opts->url, err);
	if (code)
		rd_git_source_close(s);
	else
		*ret_source = s;
	return code;
}

rd_git_source *rd_git_source_close(rd_git_source *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->subs.len; i++) {
		rd_git_sub *sub = rd_vec_at(&s->subs, i);

		free(sub->path);
		rd_git_commit_done(&sub->at);
	}
	rd_vec_done(&s->subs);
	git_tree_free(s->root);
	rd_git_commit_done(&s->top);
	rd_git_info_done(&s->info);
	free(s->subdir);
	free(s);
	return NULL;
}

const rd_git_info *rd_git_source_info(const rd_git_source *s)
{
	return &s->info;
}

rd_code rd_git_source_file(rd_git_source *s, const char *path, size_t max_bytes, rd_str *out,
	rd_err *err)
{
	RD_AUTOFREE char *clean = rd_path_clean(path);
	RD_STR_AUTO rd_str whole = RD_STR_INIT(0);
	const rd_git_commit *at;
	const char *rest;
	git_tree *tree = NULL;
	git_tree_entry *e = NULL;
	git_blob *blob = NULL;
	rd_code code = RD_OK;

	rd_str_printf(&whole, "%s%s%s", rd_or_empty(s->subdir), s->subdir ? "/" : "",
		rd_or_empty(clean));
	if (!clean || !rd_str_ok(&whole))
		return rd_err_nomem(err);
	at = commit_of(s, rd_str_get(&whole), &rest);
	if (git_commit_tree(&tree, at->commit) < 0 || git_tree_entry_bypath(&e, tree, rest) < 0 ||
		git_tree_entry_type(e) != GIT_OBJECT_BLOB ||
		git_tree_entry_filemode(e) == GIT_FILEMODE_LINK ||
		git_blob_lookup(&blob, at->repo, git_tree_entry_id(e)) < 0)
		code = rd_err_set(err, RD_ENOENT, "there is no file '%s' in the repository", path);
	else if ((uint64_t)git_blob_rawsize(blob) > max_bytes)
		code = rd_err_set(err, RD_ELIMIT, "'%s' has more than %zu bytes", path, max_bytes);
	else
		rd_str_putn(out, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
	git_blob_free(blob);
	git_tree_entry_free(e);
	git_tree_free(tree);
	return code ? code : rd_str_check(out, path, err);
}

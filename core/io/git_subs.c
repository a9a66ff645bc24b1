/* SPDX-License-Identifier: MIT */
/* Submodules: each is fetched by the commit that the tree names, under the rules of the top URL. */
#include "core/base/fs.h"
#include "core/io/git_impl.h"

#define GITMODULES_MAX_BYTES (256 * 1024)

/* A commit whose submodules are to be found. */
struct level {
	const rd_git_source_opts *opts;
	const rd_giturl *url;
	const rd_git_commit *at;
	const char *prefix;
	git_tree *tree;
	rd_vec *subs;
};

/* The settings of .gitmodules as git reads them, "key\nvalue\0" each; nothing that it names is read. */
static rd_code list_settings(const struct level *l, rd_str *out, rd_err *err)
{
	RD_STR_AUTO rd_str blob = RD_STR_INIT(0);
	const char *args[] = {"config", NULL, "--no-includes", "--null", "--list", NULL};
	const rd_git_run run = {
		l->opts, l->url, git_repository_path(l->at->repo), (const char *const *)args};
	git_tree_entry *e = NULL;
	bool is_blob;

	if (git_tree_entry_bypath(&e, l->tree, ".gitmodules") < 0)
		return RD_OK;
	is_blob = git_tree_entry_type(e) == GIT_OBJECT_BLOB &&
		  git_tree_entry_filemode(e) != GIT_FILEMODE_LINK;
	rd_str_printf(&blob, "--blob=%s", git_oid_tostr_s(git_tree_entry_id(e)));
	git_tree_entry_free(e);
	if (!is_blob)
		return RD_OK;
	args[1] = rd_str_get(&blob);
	return rd_git_run_output(&run, GITMODULES_MAX_BYTES, out, err);
}

/* "submodule.NAME.path" and "submodule.NAME.url": into two maps by NAME. */
static bool sort_settings(const rd_str *text, rd_kvs *paths, rd_kvs *urls)
{
	bool ok = true;

	for (size_t i = 0; ok && i < text->len; i += strlen(text->data + i) + 1) {
		const char *key = text->data + i;
		const char *value = strchr(key, '\n');
		RD_STR_AUTO rd_str name = RD_STR_INIT(0);

		if (!value || !rd_starts_with(key, "submodule."))
			continue;
		rd_str_putn(&name, key, (size_t)(value - key));
		if (rd_ends_with(rd_str_get(&name), ".path")) {
			rd_str_cut(&name, name.len - strlen(".path"));
			ok = rd_kvs_set(paths, rd_str_get(&name), value + 1);
		} else if (rd_ends_with(rd_str_get(&name), ".url")) {
			rd_str_cut(&name, name.len - strlen(".url"));
			ok = rd_kvs_set(urls, rd_str_get(&name), value + 1);
		}
	}
	return ok;
}

/* The commit that the tree has at a path; "" if there is no submodule. */
static void commit_at(const struct level *l, const char *path, char ret_hex[GIT_OID_HEXSZ + 1])
{
	git_tree_entry *e = NULL;

	ret_hex[0] = '\0';
	if (git_tree_entry_bypath(&e, l->tree, path) < 0)
		return;
	if (git_tree_entry_filemode(e) == GIT_FILEMODE_COMMIT)
		git_oid_tostr(ret_hex, GIT_OID_HEXSZ + 1, git_tree_entry_id(e));
	git_tree_entry_free(e);
}

static size_t depth_of(const struct level *l)
{
	size_t depth = 0;

	/* Each fetched submodule that the prefix leads through is one level. */
	for (size_t i = 0; i < l->subs->len; i++) {
		const rd_git_sub *s = rd_vec_at(l->subs, i);

		depth += rd_starts_with(l->prefix, s->path) && l->prefix[strlen(s->path)] == '/';
	}
	return depth;
}

static rd_code fetch_sub(const struct level *l, const char *path, const char *text, rd_err *err)
{
	RD_AUTO(rd_giturl_done) rd_giturl url = {0};
	RD_STR_AUTO rd_str prefix = RD_STR_INIT(0);
	char hex[GIT_OID_HEXSZ + 1];
	rd_git_commit at = {0};
	rd_git_sub *sub;
	rd_code code;

	commit_at(l, path, hex);
	if (!hex[0])
		return RD_OK;
	if (l->subs->len >= RD_GIT_SUBMODULES_MAX || depth_of(l) >= RD_GIT_SUBMODULE_DEPTH_MAX)
		return rd_err_set(err, RD_ELIMIT,
			"the repository has more than %d submodules, or deeper than %d",
			RD_GIT_SUBMODULES_MAX, RD_GIT_SUBMODULE_DEPTH_MAX);
	code = rd_giturl_parse_sub(l->url, text, l->opts->schemes, &url, err);
	if (!code && !rd_str_replace(&url.ref, hex))
		code = rd_err_nomem(err);
	if (!code)
		code = rd_git_fetch(l->opts, &url, &at, err);
	if (code)
		return rd_err_wrap(err, "submodule '%s%s'", l->prefix, path);
	rd_str_printf(&prefix, "%s%s", l->prefix, path);
	sub = rd_vec_push(l->subs);
	if (!sub) {
		rd_git_commit_done(&at);
		return rd_err_nomem(err);
	}
	sub->at = at;
	sub->path = rd_strdup(rd_str_get(&prefix));
	rd_str_putc(&prefix, '/');
	if (!sub->path || !rd_str_ok(&prefix))
		return rd_err_nomem(err);
	return rd_git_fetch_subs(l->opts, &url, &at, rd_str_get(&prefix), l->subs, err);
}

rd_code rd_git_fetch_subs(const rd_git_source_opts *opts, const rd_giturl *url,
	const rd_git_commit *at, const char *prefix, rd_vec *subs, rd_err *err)
{
	struct level l = {opts, url, at, prefix, NULL, subs};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTO(rd_kvs_done) rd_kvs paths = {0};
	RD_AUTO(rd_kvs_done) rd_kvs urls = {0};
	rd_code code;

	if (git_commit_tree(&l.tree, at->commit) < 0)
		return rd_err_set(err, RD_ECORRUPT, "the tree of '%s' cannot be read", url->url);
	code = list_settings(&l, &text, err);
	if (!code && !sort_settings(&text, &paths, &urls))
		code = rd_err_nomem(err);
	for (size_t i = 0; !code && i < paths.len; i++) {
		const char *sub_url = rd_kvs_get(&urls, paths.items[i].key);

		if (sub_url)
			code = fetch_sub(&l, paths.items[i].value, sub_url, err);
	}
	git_tree_free(l.tree);
	return code;
}

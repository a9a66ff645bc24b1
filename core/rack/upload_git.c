/* SPDX-License-Identifier: MIT */
/* Git URLs as sources. */
#include "core/formats/manifest.h"
#include "core/rack/upload_impl.h"

unsigned rd_upload_schemes(const rd_upload_opts *opts)
{
	return RD_GITURL_SAFE | (opts->allow_file ? RD_GITURL_FILE : 0) |
	       (opts->allow_http ? RD_GITURL_HTTP : 0);
}

static rd_code fetch(rd_upload *u, const rd_upload_opts *opts, rd_err *err)
{
	RD_AUTO(rd_giturl_done) rd_giturl url = {0};
	rd_git_source_opts o = {.url = &url,
		.schemes = rd_upload_schemes(opts),
		.submodules = opts->submodules,
		.cancel = opts->cancel,
		.note = opts->note,
		.arg = opts->arg};
	rd_code code = rd_giturl_parse(opts->source, o.schemes, &url, err);

	return code ? code : rd_git_source_open(&o, &u->repository, err);
}

/* As in a folder (rd_upload_manifest). *ret_found: text holds it. */
static const char *find_manifest(rd_upload *u, const char *named, rd_str *text, bool *ret_found)
{
	static const char *const usual[] = {RD_MANIFEST_NAME, RD_MANIFEST_NAME_COMPOSE};
	const char *const *names = named ? &named : usual;
	size_t n = named ? 1 : RD_LEN(usual);

	for (size_t i = 0; i < n; i++) {
		*ret_found = rd_git_source_file(u->repository, names[i], RD_MANIFEST_MAX_BYTES,
				     text, NULL) == RD_OK;
		if (*ret_found)
			return names[i];
	}
	return names[0];
}

static rd_code pack(rd_upload *u, const char *named, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTO(rd_strs_done) rd_strs keep = {0};
	RD_AUTO(rd_strs_done) rd_strs own_ignores = {0};
	bool found = false;
	const char *manifest = find_manifest(u, named, &text, &found);
	rd_code code = rd_upload_keep(manifest, found ? rd_str_get(&text) : NULL, text.len, &keep,
		&own_ignores, err);

	return code ? code
		    : rd_git_source_pack(u->repository, &keep, &own_ignores, &u->reader, err);
}

rd_code rd_upload_git(const rd_upload_opts *opts, rd_upload **ret_upload, rd_err *err)
{
	rd_upload *u = calloc(1, sizeof *u);
	const rd_git_info *info;
	rd_code code;

	if (!u)
		return rd_err_nomem(err);
	u->warnings = rd_git_source_warnings;
	code = fetch(u, opts, err);
	if (!code)
		code = pack(u, opts->manifest, err);
	if (!code) {
		info = rd_git_source_info(u->repository);
		u->git.sha = rd_strdup(info->sha);
		u->git.description = rd_strdup(info->description);
		if (!u->git.sha || !u->git.description)
			code = rd_err_nomem(err);
	}
	if (code)
		rd_upload_close(u);
	else
		*ret_upload = u;
	return code;
}

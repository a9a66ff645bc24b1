/* SPDX-License-Identifier: MIT */
/* Commit and cleanness of a folder, by libgit2. */
#include "core/io/git.h"

#include <pthread.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/io/git_impl.h"

#define ABBREV 10
/* Comparing hashes every file whose times differ from the index: all of them after a plain copy. */
#define LOOK_MAX_US (2 * 1000 * 1000)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool usable;

static void start_library(void)
{
	static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
		GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};

	usable = git_libgit2_init() >= 0;
	for (size_t i = 0; usable && i < RD_LEN(levels); i++)
		usable = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") == 0;
}

/* One difference settles it. */
static int stop_at_first(const git_diff *diff RD_UNUSED, const git_diff_delta *delta RD_UNUSED,
	const char *path RD_UNUSED, void *payload RD_UNUSED)
{
	return -1;
}

static int stop_when_late(const git_diff *diff RD_UNUSED, const char *old_path RD_UNUSED,
	const char *new_path RD_UNUSED, void *payload)
{
	const int64_t *end_us = payload;

	return rd_now_us() > *end_us ? -1 : 0;
}

static bool is_clean(git_repository *repo)
{
	git_diff_options opts = GIT_DIFF_OPTIONS_INIT;
	int64_t end_us = rd_now_us() + LOOK_MAX_US;
	git_diff *diff = NULL;
	bool clean;

	opts.flags = GIT_DIFF_SKIP_BINARY_CHECK;
	opts.notify_cb = stop_at_first;
	opts.progress_cb = stop_when_late;
	opts.payload = &end_us;
	clean = git_diff_index_to_workdir(&diff, repo, NULL, &opts) == 0 &&
		git_diff_num_deltas(diff) == 0;
	git_diff_free(diff);
	return clean;
}

/* The shortest prefix of at least ABBREV digits that names one object only. */
static size_t abbreviation(git_repository *repo, const git_oid *id)
{
	git_odb *odb = NULL;
	size_t n = ABBREV;

	if (git_repository_odb(&odb, repo) < 0)
		return GIT_OID_HEXSZ;
	while (n < GIT_OID_HEXSZ) {
		git_oid found;

		if (git_odb_exists_prefix(&found, odb, id, n) != GIT_EAMBIGUOUS)
			break;
		n++;
	}
	git_odb_free(odb);
	return n;
}

static rd_code describe(git_repository *repo, git_commit *commit, rd_git_info *info, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	const char *subject = git_commit_summary(commit);
	rd_code code;

	rd_str_put(&text, "build ");
	rd_str_putn(&text, info->sha, abbreviation(repo, git_commit_id(commit)));
	rd_str_printf(&text, " %s", rd_or_empty(subject));
	code = rd_str_check(&text, "a description", err);
	if (!code)
		info->description = rd_str_take(&text);
	return code;
}

static rd_code set_sha(git_commit *commit, rd_git_info *info, rd_err *err)
{
	char hex[GIT_OID_HEXSZ + 1];

	info->sha = rd_strdup(git_oid_tostr(hex, sizeof hex, git_commit_id(commit)));
	return info->sha ? RD_OK : rd_err_nomem(err);
}

rd_code rd_git_describe(git_repository *repo, git_commit *commit, rd_git_info *info, rd_err *err)
{
	rd_code code = set_sha(commit, info, err);

	return code ? code : describe(repo, commit, info, err);
}

static rd_code look(git_repository *repo, rd_git_info *info, rd_err *err)
{
	git_commit *commit = NULL;
	rd_code code;
	git_oid id;

	if (git_reference_name_to_id(&id, repo, "HEAD") < 0 ||
		git_commit_lookup(&commit, repo, &id) < 0)
		return RD_OK;
	code = set_sha(commit, info, err);
	if (!code && !git_repository_is_bare(repo) && is_clean(repo))
		code = describe(repo, commit, info, err);
	git_commit_free(commit);
	return code;
}

rd_code rd_git_start(rd_err *err)
{
	pthread_once(&once, start_library);
	return usable ? RD_OK : rd_err_set(err, RD_EUNAVAIL, "libgit2 cannot be started");
}

rd_code rd_git_look(const char *dir, rd_git_info *ret_info, rd_err *err)
{
	rd_git_info info = {NULL, NULL};
	git_repository *repo = NULL;
	rd_code code = RD_OK;

	if (!rd_git_start(NULL) && git_repository_open_ext(&repo, dir, 0, NULL) == 0)
		code = look(repo, &info, err);
	git_repository_free(repo);
	if (code)
		rd_git_info_done(&info);
	else
		*ret_info = info;
	return code;
}

void rd_git_info_done(rd_git_info *info)
{
	free(info->sha);
	free(info->description);
	info->sha = NULL;
	info->description = NULL;
}

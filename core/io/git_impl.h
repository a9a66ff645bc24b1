/* SPDX-License-Identifier: MIT */
/* What the parts of git sources share. Nobody but core/io/git*.c includes this. */
#ifndef RD_CORE_IO_GIT_IMPL_H
#define RD_CORE_IO_GIT_IMPL_H

#include <git2.h>

#include "core/io/git_source.h"

/* Starts libgit2 once, without any configuration. @errors RD_EUNAVAIL. */
rd_code rd_git_start(rd_err *err);
/* Sets sha and description from a commit. */
rd_code rd_git_describe(git_repository *repo, git_commit *commit, rd_git_info *info, rd_err *err);

/* One run of the git program. */
typedef struct rd_git_run {
	const rd_git_source_opts *opts; /* cancel, note, schemes */
	const rd_giturl *url;           /* whose login is offered */
	const char *git_dir;
	const char *const *args; /* NULL-terminated */
} rd_git_run;

/* Runs git to its end. *ret_ok: exit status 0; @said gets what it wrote on stderr, progress left out.
 * @errors RD_EUNAVAIL no git program, RD_ETIMEOUT, RD_ECANCELED. */
rd_code rd_git_run_wait(const rd_git_run *run, bool *ret_ok, rd_str *said, rd_err *err);
/* The same, and collects stdout. */
rd_code rd_git_run_ask(const rd_git_run *run, size_t max_bytes, rd_str *out, bool *ret_ok,
	rd_str *said, rd_err *err);
/* Runs git and collects stdout; any failure of git is an error. */
rd_code rd_git_run_output(const rd_git_run *run, size_t max_bytes, rd_str *out, rd_err *err);

/* A commit in a cache. */
typedef struct rd_git_commit {
	git_repository *repo;
	git_commit *commit;
	int use_fd; /* its lock keeps the cache from being removed */
} rd_git_commit;

/* Fetches what is missing. @errors as rd_git_source_open. */
rd_code rd_git_fetch(const rd_git_source_opts *opts, const rd_giturl *url,
	rd_git_commit *ret_commit, rd_err *err);
void rd_git_commit_done(rd_git_commit *c);

/* Removes caches below the folder that nobody uses, the longest not used first, until the rest holds no more than
 * $RACKDECK_GIT_CACHE_MB (4096). Best effort. */
void rd_git_trim(const char *git);

/* A submodule that was fetched, and where it lies, from the repository's root. */
typedef struct rd_git_sub {
	char *path;
	rd_git_commit at;
} rd_git_sub;

struct rd_git_source {
	rd_git_commit top;
	const rd_git_commit *root_at; /* the subdir's: top, or that of a submodule */
	git_tree *root;               /* of the subdir */
	char *subdir;                 /* NULL: all */
	rd_vec subs;                  /* rd_git_sub */
	rd_git_info info;
};

/* Fetches the submodules of a commit that lies at @prefix ("" or "path/"), and theirs. */
rd_code rd_git_fetch_subs(const rd_git_source_opts *opts, const rd_giturl *url,
	const rd_git_commit *at, const char *prefix, rd_vec *subs, rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A commit of a remote repository as a source.
 *
 * The git program brings it (with its credential helpers, proxies, ssh and known hosts) into a bare
 * cache below $XDG_CACHE_HOME/rackdeck/git; libgit2 reads the cache. Nothing is checked out, so no
 * filter, hook or attribute of a repository runs; git itself runs without a shell, a terminal or a
 * prompt, in a session and with limits of its own, and speaks the allowed transports only.
 * A login in the URL reaches git's credential protocol through an inherited descriptor: it stands in no
 * argument, environment, file or message, and git offers it to the URL's own host alone.
 * Life cycle: 1. rd_git_source_open fetches; 2. file, info, pack as needed; 3. close, after the readers.
 * Thread rule: one thread at a time. Processes wait for each other's fetches of one URL.
 */
#ifndef RD_CORE_IO_GIT_SOURCE_H
#define RD_CORE_IO_GIT_SOURCE_H

#include <stdbool.h>

#include "core/base/cancel.h"
#include "core/base/str.h"
#include "core/base/stream.h"
#include "core/base/vec.h"
#include "core/formats/giturl.h"
#include "core/io/git.h"

#define RD_GIT_SUBMODULES_MAX 50
#define RD_GIT_SUBMODULE_DEPTH_MAX 3
#define RD_GIT_SHA_SIZE 41 /* digits and NUL */

typedef struct rd_git_source rd_git_source;

typedef struct rd_git_source_opts {
	const rd_giturl *url;
	unsigned schemes; /* rd_giturl_scheme: of submodules, too */
	bool submodules;
	rd_cancel *cancel;
	/* How far git is, one line; NULL: not told. Text from outside. */
	void (*note)(void *arg, const char *line);
	void *arg;
} rd_git_source_opts;

/* Fetches what is new of the ref. @opts borrow for the call. @ret give.
 * $RACKDECK_GIT_CACHE_MB: what all caches may hold (4096); those not used for longest go, and none in use.
 * $RACKDECK_GIT_TIMEOUT: seconds without a sign of life after which git is ended (60).
 * @errors RD_EUNAVAIL no git, no such host, not reached; RD_EPERM a login is wanted, an ssh host key is
 * not known; RD_ENOENT no such repository, ref or subdir; RD_ENOSPC; RD_ETIMEOUT; RD_ECANCELED; RD_ELIMIT;
 * RD_EREMOTE git says what we do not know. */
rd_code rd_git_source_open(const rd_git_source_opts *opts, rd_git_source **ret_source, rd_err *err);
/* The commit (40 digits) that the ref leads to now, or the object of a tag; asked for, with nothing fetched.
 * @opts submodules is not looked at. @errors as rd_git_source_open; RD_EINVAL the ref is a commit's id. */
rd_code rd_git_source_tip(const rd_git_source_opts *opts, char ret_sha[RD_GIT_SHA_SIZE],
	rd_err *err);
rd_git_source *rd_git_source_close(rd_git_source *s); /* @returns NULL */
/* The commit, and its description. Borrowed. */
const rd_git_info *rd_git_source_info(const rd_git_source *s);
/* Reads a file below the subdir; appends. @errors RD_ENOENT, RD_ELIMIT. */
rd_code rd_git_source_file(rd_git_source *s, const char *path, size_t max_bytes, rd_str *out,
	rd_err *err);
/* A tar of all below the subdir that its .dockerignore leaves; @keep paths kept in any case, @own_ignores as those of
 * rd_pack_opts. Times are
 * that of the commit, so that one commit gives one tar. @s borrow until close. @ret give.
 * @errors RD_EPARSE in .dockerignore; reading: RD_EPARSE a hostile tree, RD_ELIMIT, RD_ECORRUPT. */
rd_code rd_git_source_pack(rd_git_source *s, const rd_strs *keep, const rd_strs *own_ignores,
	rd_reader **ret_reader, rd_err *err);
/* Of a reader of rd_git_source_pack. Borrowed until close. */
const rd_strs *rd_git_source_warnings(const rd_reader *pack);

#endif

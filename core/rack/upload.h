/* SPDX-License-Identifier: MIT */
/*
 * Sources for builds: what a user names (a folder, an archive, "-" for standard input, a git URL)
 * becomes a stream that a rack stores, with the description that git gives.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_RACK_UPLOAD_H
#define RD_CORE_RACK_UPLOAD_H

#include "core/rack/rack.h"

typedef struct rd_upload rd_upload;

typedef struct rd_upload_opts {
	const char *source;   /* a folder, an archive, "-", or a git URL (core/formats/giturl.h) */
	const char *manifest; /* its name in the source, NULL: the usual one (kept in any case) */
	bool allow_file;      /* take git URLs that begin with file:// … */
	bool allow_http;      /* … or http:// */
	bool submodules;      /* of a git URL: bring its submodules */
	bool no_pack_cache;   /* read a folder even if the rack knows it unchanged */
	rd_cancel *cancel;    /* ends waiting, also while it is sent; NULL: never */
	/* How far fetching is, one line from outside; NULL: not told. Only during open. */
	void (*note)(void *arg, const char *line);
	/* How many bytes rd_submit has sent; NULL: not told. */
	void (*sent)(void *arg, uint64_t bytes);
	void *arg;
} rd_upload_opts;

/* Whether the source is a folder on this machine (or would be one, if it were there). */
bool rd_upload_is_dir(const char *source);
/* Whether it is a git URL, good or bad. */
bool rd_upload_is_git(const char *source);
/* Which git URLs may be taken, of rd_giturl_scheme. */
unsigned rd_upload_schemes(const rd_upload_opts *opts);
/* Prepares any source; a git URL is fetched. @opts borrow for the call, the cancel token until close.
 * @ret give.
 * @errors RD_ENOENT no such file or folder, RD_EINVAL neither; those of rd_upload_dir and
 * rd_giturl_parse; RD_EUNAVAIL, RD_EPERM, RD_ETIMEOUT, RD_ECANCELED of fetching. No error repeats a
 * login. */
rd_code rd_upload_open(const rd_upload_opts *opts, rd_upload **ret_upload, rd_err *err);
/* The manifest that a build of a folder takes: the one given, else convox.yml, or docker-compose.yml
 * where only that is there. Borrowed. */
const char *rd_upload_manifest(const char *dir, const char *manifest);
/* What a folder is packed by (core/io/pack.h): appends to both lists. A manifest that is missing or broken
 * adds nothing. */
rd_code rd_upload_rules(const char *dir, const char *manifest, rd_strs *keep, rd_strs *own_ignores,
	rd_err *err);
/* Prepares a folder. @manifest NULL: the usual one (kept in any case). @ret give.
 * @errors RD_ENOENT no such folder, RD_EPARSE in .dockerignore. */
rd_code rd_upload_dir(const char *dir, const char *manifest, rd_upload **ret_upload, rd_err *err);
rd_upload *rd_upload_close(rd_upload *u); /* @returns NULL */
/* "build 1a2b3c4d5e fix cart" if the source is a clean git tree, else NULL. Borrowed. */
const char *rd_upload_description(const rd_upload *u);
/* The full commit id of HEAD, NULL if not in git. Borrowed. */
const char *rd_upload_git_sha(const rd_upload *u);
/* Sends it to the rack (once; a folder that is cut on its way over a network, three times). A folder that is unchanged since it was sent last is only looked at, where
 * the rack remembers that. *ret_url heap. */
rd_code rd_upload_send(rd_upload *u, rd_rack *rack, const char *app,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, char **ret_url,
	rd_err *err);
/* Warnings of packing, one line each. Borrowed; complete after send. */
const rd_strs *rd_upload_warnings(const rd_upload *u);

#endif

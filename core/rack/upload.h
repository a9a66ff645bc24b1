/* SPDX-License-Identifier: MIT */
/*
 * Sources for builds: what a user names ('.', a folder) becomes a stream that a rack stores, with the
 * description that git gives.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_RACK_UPLOAD_H
#define RD_CORE_RACK_UPLOAD_H

#include "core/rack/rack.h"

typedef struct rd_upload rd_upload;

/* Prepares a folder. @manifest NULL: convox.yml (kept in any case). @ret give.
 * @errors RD_ENOENT no such folder, RD_EPARSE in .dockerignore. */
rd_code rd_upload_dir(const char *dir, const char *manifest, rd_upload **ret_upload, rd_err *err);
rd_upload *rd_upload_close(rd_upload *u); /* @returns NULL */
/* "build 1a2b3c4d5e fix cart" if the folder is a clean git tree, else NULL. Borrowed. */
const char *rd_upload_description(const rd_upload *u);
/* The full commit id of HEAD, NULL if not in git. Borrowed. */
const char *rd_upload_git_sha(const rd_upload *u);
/* Sends it to the rack (once). *ret_url heap. */
rd_code rd_upload_send(rd_upload *u, rd_rack *rack, const char *app,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, char **ret_url,
	rd_err *err);
/* Warnings of packing, one line each. Borrowed; complete after send. */
const rd_strs *rd_upload_warnings(const rd_upload *u);

#endif

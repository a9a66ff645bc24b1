/* SPDX-License-Identifier: MIT */
/* What the kinds of sources share. Nobody but core/rack/upload*.c includes this. */
#ifndef RD_CORE_RACK_UPLOAD_IMPL_H
#define RD_CORE_RACK_UPLOAD_IMPL_H

#include "core/io/git_source.h"
#include "core/rack/upload.h"

struct rd_upload {
	rd_reader *reader; /* a tar, plain or gzipped */
	/* Of the reader, complete at its end. */
	const rd_strs *(*warnings)(const rd_reader *reader);
	char *name; /* of the source, for errors; NULL: they name it themselves */
	rd_git_info git;
	char *dir;                 /* a folder that the reader packs, else NULL; what it … */
	rd_strs keep, own_ignores; /* … is packed with, as in rd_pack_opts */
	bool anew;                 /* read it even if the rack knows it */
	bool known;                /* the rack knew it … */
	rd_strs told;              /* … and these are its warnings */
	rd_git_source *repository; /* that the reader reads, else NULL */
	bool sent;
};

/* Paths that no pattern may leave out: the manifest, its Dockerfiles, their ignore files; and those of them
 * that builds of the whole source read instead of .dockerignore.
 * @text of the manifest, NULL if there is none. */
rd_code rd_upload_keep(const char *manifest, const char *text, size_t n, rd_strs *keep,
	rd_strs *own_ignores, rd_err *err);
/* The kinds: an archive ("-": stdin), a git URL. @ret give. */
rd_code rd_upload_archive(const rd_upload_opts *opts, rd_upload **ret_upload, rd_err *err);
rd_code rd_upload_git(const rd_upload_opts *opts, rd_upload **ret_upload, rd_err *err);

#endif

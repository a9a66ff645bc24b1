/* SPDX-License-Identifier: MIT */
/* What the files of the import share; nobody else includes this. */
#ifndef RD_CORE_BUILD_IMPORT_IMPL_H
#define RD_CORE_BUILD_IMPORT_IMPL_H

#include <jansson.h>

#include "core/base/digest.h"
#include "core/build/import.h"
#include "core/io/tar.h"

/* One tar of images: a reader of the tar that the engine gets, which is written while the other is read. */
typedef struct rd_image_tar rd_image_tar;

typedef struct rd_image_tar_opts {
	const rd_import *import;
	const char *name; /* of the tar: "web.BX.tar" tells a service where no tag does */
	rd_kvs *images;   /* service -> id: the tar's are added */
} rd_image_tar_opts;

struct rd_image_tar {
	rd_reader base;
	rd_image_tar_opts o;
	rd_tar *in;
	rd_sha256 *sha;
	rd_kvs sums;  /* file -> hex digest */
	rd_kvs texts; /* file -> what may be JSON */
	rd_kvs links; /* symlink -> the file it means */
	size_t text_bytes;
	rd_str out;  /* what is to be given next */
	size_t at;   /* so much of it was given */
	rd_str text; /* of the entry under way */
	char *path;  /* of the entry under way; NULL: none */
	uint64_t size;
	bool is_kept;
	bool is_begun; /* bytes of the entry under way were seen */
	bool has_zstd; /* a file is compressed so */
	bool ended;
};

/* @in borrow, until close. @ret give. */
rd_code rd_image_tar_open(const rd_image_tar_opts *opts, rd_reader *in, rd_reader **ret_tar,
	rd_err *err);
/* Whether it came to its good end. */
bool rd_image_tar_ended(const rd_reader *tar);
/* Whether a file in it, a layer then, was compressed with zstd. */
bool rd_image_tar_has_zstd(const rd_reader *tar);
/* An error that says what is wrong with the tar, and with which of its files. */
rd_code rd_image_tar_refuse(const rd_image_tar *t, const char *what, const char *path, rd_err *err);

/* Parses JSON from outside: of at most some 10 MB once it is parsed. @returns NULL if it is none, or more. */
json_t *rd_import_json(const char *text);

/* ---- import_list.c ---- */

/* Checks all images of a tar that was read, and gives docker's list of them under our tags. */
rd_code rd_image_tar_list(rd_image_tar *t, json_t *list, rd_err *err);

#endif

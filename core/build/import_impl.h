/* SPDX-License-Identifier: MIT */
/* What the files of the import share; nobody else includes this. */
#ifndef RD_CORE_BUILD_IMPORT_IMPL_H
#define RD_CORE_BUILD_IMPORT_IMPL_H

#include "core/build/import.h"

/* One tar of images: a reader of the tar that the engine gets, which is written while the other is read. */
typedef struct rd_image_tar rd_image_tar;

typedef struct rd_image_tar_opts {
	const rd_import *import;
	const char *name; /* of the tar: "web.BX.tar" tells a service where no tag does */
	rd_kvs *images;   /* service -> id: the tar's are added */
} rd_image_tar_opts;

/* @in borrow, until close. @ret give. */
rd_code rd_image_tar_open(const rd_image_tar_opts *opts, rd_reader *in, rd_reader **ret_tar,
	rd_err *err);
/* Whether it came to its good end. */
bool rd_image_tar_ended(const rd_reader *tar);

#endif

/* SPDX-License-Identifier: MIT */
/* References to images: "[host[:port]/]path[:tag][@digest]", by the grammar of the OCI distribution
 * reference. Any thread. */
#ifndef RD_CORE_FORMATS_IMAGEREF_H
#define RD_CORE_FORMATS_IMAGEREF_H

#include "core/base/str.h"

typedef struct rd_imageref {
	char *host;   /* NULL: Docker Hub */
	char *repo;   /* path without host */
	char *tag;    /* NULL if not given */
	char *digest; /* "sha256:…", NULL if not given */
} rd_imageref;

/* @errors RD_EINVAL "'X' is not an image reference: …". */
rd_code rd_imageref_parse(const char *text, rd_imageref *ret_ref, rd_err *err);
void rd_imageref_done(rd_imageref *r);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * rd_outfile: a file that gets its name, or replaces the one of that name, once all of it is written.
 * Until then it has no name where the file system can do that: the kernel frees it however we end.
 * Life cycle: 1. rd_outfile_open; 2. write to fd; 3. rd_outfile_keep; 4. rd_outfile_done.
 */
#ifndef RD_CORE_BASE_OUTFILE_H
#define RD_CORE_BASE_OUTFILE_H

#include "core/base/str.h"

typedef struct rd_outfile {
	int fd; /* -1: not open */
	char *path;
	rd_str beside; /* its name so far; empty: none */
} rd_outfile;

/* For the owner's eyes only (0600). @errors RD_EIO and others of the system. */
rd_code rd_outfile_open(const char *path, rd_outfile *ret_file, rd_err *err);
rd_code rd_outfile_keep(rd_outfile *f, rd_err *err);
/* What was not kept goes. A zeroed one with fd -1 is fine. */
void rd_outfile_done(rd_outfile *f);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Tar, both ways: headers that we write, and a reader over libarchive for what comes from outside.
 *
 * Written is ustar, with a pax header where ustar has no room: names over its 100 + 155 bytes, link
 * targets over 100 bytes, files of 8 GiB and more. Names are bytes. Times are whole seconds, unless more is
 * asked for; owner is 0.
 * Read is tar only (ustar, pax, GNU, old), not compressed; every header is checked by libarchive, and
 * an archive that ends before its end mark is an error. Names come as they stand there: the caller
 * judges them.
 * Thread rule: an rd_tar belongs to one thread at a time.
 */
#ifndef RD_CORE_IO_TAR_H
#define RD_CORE_IO_TAR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/stream.h"

#define RD_TAR_BLOCK 512

typedef enum rd_tar_type {
	RD_TAR_FILE,
	RD_TAR_DIR,
	RD_TAR_SYMLINK,
	RD_TAR_HARDLINK,
	RD_TAR_OTHER, /* devices, fifos and what else there is: only read */
} rd_tar_type;

typedef struct rd_tar_entry {
	const char *path;
	rd_tar_type type;
	uint32_t mode; /* permission bits, with set-id and sticky */
	int64_t mtime_us;
	uint64_t size;    /* of a file's content, else 0 */
	const char *link; /* target of links, else NULL */
	bool exact_mtime; /* to be written with its microseconds; only written */
} rd_tar_entry;

/* Appends the header blocks of an entry; content and rd_tar_pad(size) zeros follow it. A folder's path
 * gets its '/' here. */
void rd_tar_put_head(rd_str *out, const rd_tar_entry *e);
/* Appends the end mark. */
void rd_tar_put_end(rd_str *out);
/* Zeros that follow a content of that size. */
size_t rd_tar_pad(uint64_t size);

typedef struct rd_tar rd_tar;

/* Starts to read. @in borrow. @ret give. @errors RD_EPARSE no tar, and the errors of in. */
rd_code rd_tar_open(rd_reader *in, rd_tar **ret_tar, rd_err *err);
rd_tar *rd_tar_close(rd_tar *t); /* @returns NULL */
/* Passes over the content of the current entry, of which nothing was read: by rd_skip of in, so that content
 * is not looked at but proved as in proves it. */
rd_code rd_tar_pass(rd_tar *t, rd_err *err);
/* Goes to the next entry (what was not read of the last one is passed over). *ret_entry is borrowed
 * until the next call, NULL at the end; in was then read to its end.
 * @errors RD_EPARSE damaged or cut short. */
rd_code rd_tar_next(rd_tar *t, const rd_tar_entry **ret_entry, rd_err *err);
/* Reads content of the current entry; holes of a sparse file are zeros. *ret_n 0: the end, and then
 * exactly the entry's size was given. */
rd_code rd_tar_data(rd_tar *t, void *buf, size_t cap, size_t *ret_n, rd_err *err);
/* Whether all entries so far held more content than there was of the tar: only holes can do that. */
bool rd_tar_is_inflated(const rd_tar *t);

#endif

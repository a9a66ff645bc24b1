/* SPDX-License-Identifier: MIT */
/*
 * A stream kept as zstd frames of RD_ZFRAME_RAW_BYTES each, so that a part can be read without what is
 * before it. Every frame carries its size and a checksum. The table of frames is the caller's to keep.
 * A writer compresses in a thread of its own, once there is more than one frame.
 * Thread rule: a writer or cursor belongs to one thread; many cursors may read one file at once.
 */
#ifndef RD_CORE_IO_ZFRAMES_H
#define RD_CORE_IO_ZFRAMES_H

#include <stdint.h>

#include "core/base/str.h"
#include "core/base/vec.h"

#define RD_ZFRAME_RAW_BYTES (1024 * 1024)

/* One frame; all but the last of a stream hold RD_ZFRAME_RAW_BYTES. */
typedef struct rd_zframe {
	uint64_t at;        /* in the file */
	uint32_t bytes;     /* compressed */
	uint32_t raw_bytes; /* 1 … RD_ZFRAME_RAW_BYTES */
} rd_zframe;

typedef struct rd_zwriter rd_zwriter;

/* Writes frames at the place of fd, which counts as 0. @fd borrow. @ret give. */
rd_code rd_zwriter_new(int fd, rd_zwriter **ret_writer, rd_err *err);
rd_zwriter *rd_zwriter_free(rd_zwriter *w); /* @returns NULL */
/* What fails in writing may be told by a later put, or by the end. @errors RD_ENOSPC, RD_EIO. */
rd_code rd_zwriter_put(rd_zwriter *w, const void *bytes, size_t n, rd_err *err);
/* Closes the last frame and waits until all is written; nothing is put after. */
rd_code rd_zwriter_end(rd_zwriter *w, rd_err *err);
/* Raw bytes put so far. */
uint64_t rd_zwriter_raw_bytes(const rd_zwriter *w);
/* The frames (rd_zframe), borrowed; after the end. */
const rd_vec *rd_zwriter_frames(const rd_zwriter *w);

typedef struct rd_zcursor rd_zcursor;

/* Reads from frames of fd. @fd, @frames borrow, until free. @ret give. */
rd_code rd_zcursor_new(int fd, const rd_zframe *frames, size_t n, rd_zcursor **ret_cursor,
	rd_err *err);
rd_zcursor *rd_zcursor_free(rd_zcursor *c); /* @returns NULL */
/* Up to cap raw bytes from raw place `at`; *ret_n 0 behind the last one. The frame that was
 * decompressed last is kept. @errors RD_ECORRUPT, RD_EIO. */
rd_code rd_zcursor_read(rd_zcursor *c, uint64_t at, void *buf, size_t cap, size_t *ret_n,
	rd_err *err);

/* One block as a zstd frame, appended. */
rd_code rd_zstd_pack(const void *bytes, size_t n, rd_str *out, rd_err *err);
/* The reverse; raw_bytes is what must come out. @errors RD_ECORRUPT. */
rd_code rd_zstd_unpack(const void *bytes, size_t n, size_t raw_bytes, rd_str *out, rd_err *err);

#endif

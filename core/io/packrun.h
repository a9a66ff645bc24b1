/* SPDX-License-Identifier: MIT */
/*
 * A run of entries of a pack, or a piece of one large file, as one gzip member. Nobody but core/io/pack*.c
 * includes this. Thread rule: one thread at a time has a run in hand.
 */
#ifndef RD_CORE_IO_PACKRUN_H
#define RD_CORE_IO_PACKRUN_H

#include "core/base/digest.h"
#include "core/io/walk.h"

/* A file too large for one run: opened once, for all its pieces. */
typedef struct rd_packbig {
	int fd;
	int refs; /* under the lock of the pack */
} rd_packbig;

typedef struct rd_packrun {
	rd_vec items;    /* rd_walk_entry whose strings are on the heap */
	uint64_t raw;    /* bytes of tar, about */
	rd_packbig *big; /* NULL: whole entries */
	uint64_t at, n;  /* of the piece in the large file */
	bool is_last;    /* the end mark follows */
	bool is_done;    /* under the lock of the pack */
	bool is_small;   /* take more time for fewer bytes */
	rd_str out;      /* the member */
	rd_strs told;    /* paths and what is said of them, in turn */
	bool is_safe;    /* out may be kept under the run's key */
	rd_code code;
	rd_err err;
} rd_packrun;

void rd_packrun_init(rd_packrun *r);
void rd_packrun_done(rd_packrun *r);
/* Copies an entry to the end. */
rd_code rd_packrun_add(rd_packrun *r, const rd_walk_entry *e, rd_err *err);
/* What stands for the bytes of the member. */
rd_code rd_packrun_key(const rd_packrun *r, uint8_t ret_key[RD_SHA256_BYTES], rd_err *err);
/* Reads the files below root_fd and makes the member.
 * @errors RD_EPERM a file that may not be read, RD_EBUSY one that vanished while it has other names. */
rd_code rd_packrun_make(rd_packrun *r, int root_fd, rd_err *err);

#endif

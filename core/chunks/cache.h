/* SPDX-License-Identifier: MIT */
/*
 * The artifact cache: what builds of an app and service left in /var/cache/build, kept for the next one.
 *
 * A snapshot is the tree of files of one app and service, with the ids of the layers it was read from.
 * Content is cut where it says so itself (chunker.h), named by its SHA-256, kept once for the whole
 * cache in packs (packs.h), and checked on every read: what is damaged or missing is an error, never a
 * wrong byte. A cache is only a hint: whoever gets an error from here builds without it and says so.
 *
 * A cache lives in a folder, or in S3 with copies in the folder of what went through here: only what is new
 * since moves. What is stored is never changed; a save puts packs first and the snapshot, in one step, last. So a killed save leaves the
 * snapshot before it, two saves of one service leave that of the later one, and packs that nothing refers
 * to go with the next removal. Removals keep away from running saves and restores, and those from them.
 *
 * Life cycle: 1. rd_cache_open; 2. find, save, restore, … in any order; 3. close the readers that restore
 * gave; 4. rd_cache_close.
 * Thread rule: any number of operations at once on one rd_cache, and by other processes and machines. A
 * reader belongs to one thread at a time.
 */
#ifndef RD_CORE_CHUNKS_CACHE_H
#define RD_CORE_CHUNKS_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/cancel.h"
#include "core/base/stream.h"
#include "core/base/vec.h"
#include "core/chunks/s3.h"

typedef struct rd_cache rd_cache;

typedef struct rd_cache_opts {
	const char *dir;       /* made if missing; of this rack alone */
	const rd_s3_place *s3; /* NULL: the folder is the cache. Copied */
	uint64_t budget_bytes; /* of all that is stored; 0: none */
	rd_cancel *cancel; /* ends calls to S3 that are under way; NULL: never. Kept until close */
} rd_cache_opts;

/* Does not connect. @errors RD_EINVAL, and those of making the folder. @ret give. */
rd_code rd_cache_open(const rd_cache_opts *opts, rd_cache **ret_cache, rd_err *err);
rd_cache *rd_cache_close(rd_cache *c); /* @returns NULL */

/* What is known of a snapshot without reading it. rd_cache_info_done frees it. */
typedef struct rd_cache_info {
	char *app, *service;
	rd_strs layers;   /* as save got them */
	int64_t saved_us; /* stamp */
	int64_t used_us;  /* stamp of the last restore, or of the save */
	uint64_t hits;    /* restores; a few may be lost when many happen at once */
	uint64_t files;   /* entries that are no folders */
	uint64_t bytes;   /* of their content */
	uint64_t
		stored_bytes; /* its share of what is stored: compressed, chunks that it has twice once */
} rd_cache_info;
void rd_cache_info_done(rd_cache_info *i);

/* @app, @service name a snapshot: letters, digits, '.', '_', '-' (RD_EINVAL otherwise).
 * @errors RD_ENOENT none is kept; RD_ECORRUPT it is damaged; RD_EUNAVAIL, RD_ETIMEOUT, RD_EPERM, RD_EREMOTE of
 * S3. */
rd_code rd_cache_find(rd_cache *c, const char *app, const char *service, rd_cache_info *ret_info,
	rd_err *err);

typedef struct rd_cache_save {
	const char *app, *service;
	const rd_strs *layers; /* NULL: none */
	rd_reader *tar;        /* not compressed; read to its end. borrow */
	/* The folder in the tar that is the tree's root, as an engine names it ("build" for
	 * /var/cache/build); all entries must be it or below it. NULL or "": the tar's root. */
	const char *root;
	rd_cancel *cancel; /* NULL: never */
} rd_cache_save_opts;

typedef struct rd_cache_saved {
	uint64_t files, bytes;   /* of the tree */
	uint64_t new_bytes;      /* of content that was not stored before */
	uint64_t stored_bytes;   /* added to the store, all told */
	uint64_t skipped;        /* devices, fifos and sockets: they are not kept */
	uint64_t removed_bytes;  /* freed: packs without use, and caches over the budget */
	uint64_t removed_caches; /* of others that went, for the budget */
} rd_cache_saved;

/* Replaces the snapshot of an app and service by a tar's tree; then removes what has no use any more and,
 * the longest not used first, what is over the budget. Owners and extended attributes are not kept.
 * @ret_saved may be NULL. @errors RD_EPARSE the tar is damaged or leads out of its root; RD_ELIMIT it
 * alone is over the budget; RD_ECANCELED; RD_EBUSY a removal in S3 does not end; RD_ENOSPC, RD_EIO,
 * RD_EUNAVAIL, RD_EPERM, RD_EREMOTE of the store, those of tar. After an error the snapshot before it
 * stands. */
rd_code rd_cache_save(rd_cache *c, const rd_cache_save_opts *o, rd_cache_saved *ret_saved,
	rd_err *err);

typedef struct rd_cache_restore {
	const char *app, *service;
	const char *prefix; /* where the tree's root stands in the tar: ".cache/build" */
	bool without_end;   /* no end mark, so that more can follow */
	bool uncounted;     /* no hit: what is read goes to no build */
	rd_cancel *cancel;  /* NULL: never; kept until the reader is closed */
} rd_cache_restore_opts;

/* Gives a snapshot as a tar: the tree's root as folder `prefix`, all below it; links, modes and times as
 * they were saved. There are no entries for the folders above prefix. A thread of the reader decodes ahead,
 * a few MiB at most. @c kept until the reader is closed. @ret_info may be NULL.
 * @errors those of find; RD_EBUSY a removal in S3 does not end. The reader's: those of find without
 * RD_ENOENT, RD_ECANCELED; bytes given before are good, but not the whole. What is found damaged is no
 * longer built upon by later saves. @ret give. */
rd_code rd_cache_restore(rd_cache *c, const rd_cache_restore_opts *o, rd_cache_info *ret_info,
	rd_reader **ret_tar, rd_err *err);

/* All snapshots, by app and service: *ret_list of rd_cache_info, each to be done. Damaged ones are left
 * out. */
rd_code rd_cache_list(rd_cache *c, rd_vec *ret_list, rd_err *err);

typedef struct rd_cache_removed {
	uint64_t snapshots, bytes;
} rd_cache_removed;

/* Forgets the snapshots of an app (NULL: all), and frees what only they used, if no save or restore runs
 * just now (else the next removal does). @returns RD_OK also when there was none. */
rd_code rd_cache_clear(rd_cache *c, const char *app, rd_cache_removed *ret_removed, rd_err *err);

/* Removes what nothing refers to, and what is over the budget. save and clear do it themselves. @dry_run:
 * only counts. @ret_removed may be NULL.
 * @errors RD_EBUSY a save or restore runs; those of the store. */
rd_code rd_cache_gc(rd_cache *c, bool dry_run, rd_cache_removed *ret_removed, rd_err *err);

typedef struct rd_cache_checked {
	uint64_t snapshots, chunks, bytes; /* read */
	rd_strs problems;                  /* a line each: what was bad, and dropped */
} rd_cache_checked;

/* Reads all that is stored and drops what is bad, with the snapshots that refer to it (@dry_run: only names
 * it).
 * @ret_checked to be freed with rd_strs_done of its problems, also after an error. @errors RD_ECANCELED,
 * those of the store; a bad chunk is none. */
rd_code rd_cache_verify(rd_cache *c, bool dry_run, rd_cancel *cancel, rd_cache_checked *ret_checked,
	rd_err *err);

/* Bytes that went over the network for this rd_cache so far: to S3, from S3. */
void rd_cache_moved(const rd_cache *c, uint64_t *ret_sent, uint64_t *ret_got);

#endif

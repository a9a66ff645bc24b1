/* SPDX-License-Identifier: MIT */
/*
 * What builds leave outside of the database: logs, sources, images. It is collected in the transaction
 * that removes their rows and cleared after its commit; what cannot be cleared then is found by the next
 * prune. Only files of the local rack include this. One thread at a time.
 */
#ifndef RD_CORE_RACK_LEFTOVERS_H
#define RD_CORE_RACK_LEFTOVERS_H

#include "core/rack/local_impl.h"

typedef struct rd_leftovers {
	rd_strs builds;  /* ids: logs, steps, files in run/ */
	rd_strs sources; /* digests, of which some may still be in use */
	rd_str sweep;    /* tags in engines, as a note (sweep.h) */
} rd_leftovers;

void rd_leftovers_done(rd_leftovers *left);
/* Adds what a build leaves; to be called while its rows are there. */
rd_code rd_leftovers_add(rd_tx *tx, const char *build, rd_leftovers *left, rd_err *err);
/* Removes files and unused sources and starts the removal of tags in engines. Best effort. */
void rd_leftovers_clear(const char *dir, rd_db *db, const rd_leftovers *left);
/* Bytes of the logs of a build. */
int64_t rd_leftovers_log_bytes(const char *dir, const char *build);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The database of a local rack: SQLite, opened the way that was proven, behind a small statement
 * interface, so that SQL stands with the code that means it and SQLite stays in this folder.
 *
 * rd_db is a set of connections: each rd_db_begin / rd_db_query takes a free one, so that any number
 * of threads may use an rd_db at once; a transaction or statement belongs to one thread.
 * Pragmas on each connection: WAL, synchronous FULL, foreign keys, busy timeout 5 s, untrusted schema,
 * cell size check. Writes are BEGIN IMMEDIATE.
 * Life cycle: 1. rd_db_open (migrates); 2. transactions and queries; 3. rd_db_close.
 */
#ifndef RD_CORE_STORE_DB_H
#define RD_CORE_STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

typedef struct rd_db rd_db;
typedef struct rd_tx rd_tx;     /* one connection in use */
typedef struct rd_stmt rd_stmt; /* one statement of an rd_tx */

/* Opens or makes the database and brings its schema up to date.
 * @errors RD_EPERM, RD_ENOSPC, RD_ECORRUPT, RD_EUNSUPPORTED made by a newer rackdeck. @ret give. */
rd_code rd_db_open(const char *path, rd_db **ret_db, rd_err *err);
rd_db *rd_db_close(rd_db *db); /* @returns NULL */

/* A read (deferred) or write (immediate) transaction. @ret give: end it with commit or rollback. */
rd_code rd_db_begin(rd_db *db, bool write, rd_tx **ret_tx, rd_err *err);
/* Takes tx, also on failure (rolled back then). Who watches the database's folder by inotify gets an
 * IN_ATTRIB of the database's file when others can see what was written. */
rd_code rd_tx_commit(rd_tx *tx, rd_err *err);
void rd_tx_rollback(rd_tx *tx);   /* takes tx; NULL is fine */
void rd_tx_rollbackp(rd_tx **tx); /* for RD_AUTO */

/* Prepares (and keeps for reuse) one statement. @ret give back with rd_stmt_done. One that is still out
 * at the end of its transaction is reset then, and takes no call but rd_stmt_done.
 * @errors RD_EBUG wrong SQL, or a write in a read transaction. */
rd_code rd_tx_prepare(rd_tx *tx, const char *sql, rd_stmt **ret_stmt, rd_err *err);
void rd_stmt_done(rd_stmt *s);   /* NULL is fine */
void rd_stmt_donep(rd_stmt **s); /* for RD_AUTO */
/* Parameters from 1. NULL text binds NULL. Text is copied. What fails is told by the next step.
 * Binding after a step starts the statement again; unbound parameters keep their value. */
void rd_stmt_text(rd_stmt *s, int i, const char *text);
void rd_stmt_int(rd_stmt *s, int i, int64_t value);
/* *ret_row false: no (more) rows. @errors RD_EBUSY, RD_ENOSPC, RD_EEXIST (unique), RD_EINVAL (foreign
 * key) or a check, RD_ECORRUPT, RD_EIO. ret_row may be NULL. */
rd_code rd_stmt_step(rd_stmt *s, bool *ret_row, rd_err *err);
/* Columns from 0 of the current row. Text is borrowed until the next step, "" for NULL. */
const char *rd_stmt_col(rd_stmt *s, int i);
int64_t rd_stmt_col_int(rd_stmt *s, int i);
/* Rows changed by the last write of this statement. */
int rd_stmt_changes(rd_stmt *s);

/* A number that changes when another connection or process has committed (PRAGMA data_version on a
 * connection that stays open). */
rd_code rd_db_version(rd_db *db, int64_t *ret_version, rd_err *err);

#endif

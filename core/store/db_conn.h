/* SPDX-License-Identifier: MIT */
/*
 * What db.c and db_stmt.c share: one SQLite connection with its prepared statements. Nobody else
 * includes this. A connection belongs to one thread at a time.
 */
#ifndef RD_CORE_STORE_DB_CONN_H
#define RD_CORE_STORE_DB_CONN_H

#include <sqlite3.h>

#include "core/store/db.h"

/* Prepared statements that a connection keeps for reuse. */
#define RD_DB_CACHE_MAX 64

struct rd_db_conn {
	sqlite3 *sq;
	struct rd_db_conn *next;
	sqlite3_stmt *cache[RD_DB_CACHE_MAX]; /* idle, the most recently used last */
	int cached;
};

struct rd_tx {
	rd_db *db;
	struct rd_db_conn *conn;
	rd_stmt *out; /* statements not given back yet */
	bool write;
};

/* Finalizes the kept statements and closes; NULL is fine. */
void rd_db_conn_close(struct rd_db_conn *c);
/* Resets all statements of tx that are still out and takes them from their holders. */
void rd_db_release_stmts(rd_tx *tx);
/* A statement that stays in the cache while it is used: for one step by db.c itself. Borrowed. */
rd_code rd_db_cached_stmt(struct rd_db_conn *c, const char *sql, sqlite3_stmt **ret_stmt,
	rd_err *err);
/* Translates SQLite's result. @returns the code, never RD_OK. */
rd_code rd_db_error(sqlite3 *sq, int rc, rd_err *err);

#endif

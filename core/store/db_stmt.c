/* SPDX-License-Identifier: MIT */
/* Statements of a transaction, and SQLite's results in our words. */
#include <errno.h>

#include "core/store/db_conn.h"

struct rd_stmt {
	rd_tx *tx;       /* NULL once the transaction has ended */
	sqlite3_stmt *s; /* likewise */
	rd_stmt *next;   /* in tx->out */
	int bind_rc;     /* first failure of a bind */
	bool stepped;    /* must be reset before it is bound again */
	int changes;
};

static bool is_full(int os)
{
	return os == ENOSPC || os == EDQUOT || os == EFBIG;
}

static rd_code code_of(sqlite3 *sq, int rc)
{
	int last = errno, os = sq ? sqlite3_system_errno(sq) : 0;

	/* A commit that fails does not keep the number; a quota is told from other errors only by it. */
	if (!os)
		os = last;
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return RD_EBUSY;
	case SQLITE_FULL:
		return RD_ENOSPC;
	case SQLITE_NOMEM:
		return RD_ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return RD_ECORRUPT;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return RD_EPERM;
	case SQLITE_CANTOPEN:
		return os == ENOENT ? RD_ENOENT : is_full(os) ? RD_ENOSPC : RD_EPERM;
	case SQLITE_IOERR:
		return is_full(os) ? RD_ENOSPC : RD_EIO;
	case SQLITE_CONSTRAINT:
		return rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY
			       ? RD_EEXIST
			       : RD_EINVAL;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		return RD_EBUG;
	default:
		return RD_EIO;
	}
}

rd_code rd_db_error(sqlite3 *sq, int rc, rd_err *err)
{
	rd_code code = code_of(sq, rc);

	if (code == RD_EBUSY)
		rd_err_set(err, code,
			"the rack's database is in use by another process: try again");
	else if (code == RD_ENOSPC)
		rd_err_set(err, code, "the disk of the rack's database is full: free some space");
	else if (code == RD_ECORRUPT)
		rd_err_set(err, code, "the rack's database is damaged (%s): restore a backup of it",
			sqlite3_errstr(rc));
	else
		rd_err_set(err, code, "%s", sq ? sqlite3_errmsg(sq) : sqlite3_errstr(rc));
	if (err)
		err->os = rc;
	return code;
}

void rd_db_conn_close(struct rd_db_conn *c)
{
	if (!c)
		return;
	for (int i = 0; i < c->cached; i++)
		sqlite3_finalize(c->cache[i]);
	sqlite3_close(c->sq);
	free(c);
}

static rd_code prepare(struct rd_db_conn *c, const char *sql, sqlite3_stmt **ret_stmt, rd_err *err)
{
	int rc = sqlite3_prepare_v3(c->sq, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_stmt, NULL);

	return rc == SQLITE_OK ? RD_OK : rd_db_error(c->sq, rc, err);
}

static int cache_find(const struct rd_db_conn *c, const char *sql)
{
	for (int i = c->cached - 1; i >= 0; i--)
		if (strcmp(sqlite3_sql(c->cache[i]), sql) == 0)
			return i;
	return -1;
}

static sqlite3_stmt *cache_take(struct rd_db_conn *c, int i)
{
	sqlite3_stmt *s = c->cache[i];

	c->cached--;
	memmove(&c->cache[i], &c->cache[i + 1], (size_t)(c->cached - i) * sizeof s);
	return s;
}

static void cache_put(struct rd_db_conn *c, sqlite3_stmt *s)
{
	if (c->cached == RD_DB_CACHE_MAX)
		sqlite3_finalize(cache_take(c, 0));
	c->cache[c->cached++] = s;
}

rd_code rd_db_cached_stmt(struct rd_db_conn *c, const char *sql, sqlite3_stmt **ret_stmt,
	rd_err *err)
{
	int i = cache_find(c, sql);
	sqlite3_stmt *s;
	rd_code code;

	if (i >= 0) {
		*ret_stmt = c->cache[i];
		return RD_OK;
	}
	code = prepare(c, sql, &s, err);
	if (code)
		return code;
	cache_put(c, s);
	*ret_stmt = s;
	return RD_OK;
}

rd_code rd_tx_prepare(rd_tx *tx, const char *sql, rd_stmt **ret_stmt, rd_err *err)
{
	rd_stmt *out = calloc(1, sizeof *out);
	int i = cache_find(tx->conn, sql);
	rd_code code = RD_OK;

	if (!out)
		return rd_err_nomem(err);
	if (i >= 0)
		out->s = cache_take(tx->conn, i);
	else
		code = prepare(tx->conn, sql, &out->s, err);
	if (!code && !tx->write && !sqlite3_stmt_readonly(out->s))
		code = rd_err_set(err, RD_EBUG, "a write in a read transaction: %s", sql);
	if (code) {
		sqlite3_finalize(out->s);
		free(out);
		return code;
	}
	out->tx = tx;
	out->next = tx->out;
	tx->out = out;
	*ret_stmt = out;
	return RD_OK;
}

/* Back into the cache; the holder's rd_stmt stays until rd_stmt_done. */
static void detach(rd_stmt *s)
{
	sqlite3_reset(s->s);
	sqlite3_clear_bindings(s->s);
	cache_put(s->tx->conn, s->s);
	s->s = NULL;
	s->tx = NULL;
}

void rd_db_release_stmts(rd_tx *tx)
{
	while (tx->out) {
		rd_stmt *s = tx->out;

		tx->out = s->next;
		detach(s);
	}
}

void rd_stmt_done(rd_stmt *s)
{
	if (!s)
		return;
	if (s->tx) {
		rd_stmt **at = &s->tx->out;

		while (*at != s)
			at = &(*at)->next;
		*at = s->next;
		detach(s);
	}
	free(s);
}

void rd_stmt_donep(rd_stmt **s)
{
	rd_stmt_done(*s);
}

static bool ready_to_bind(rd_stmt *s)
{
	if (!s->s)
		return false;
	if (s->stepped)
		sqlite3_reset(s->s);
	s->stepped = false;
	return true;
}

void rd_stmt_text(rd_stmt *s, int i, const char *text)
{
	int rc;

	if (!ready_to_bind(s))
		return;
	rc = text ? sqlite3_bind_text(s->s, i, text, -1, SQLITE_TRANSIENT)
		  : sqlite3_bind_null(s->s, i);
	if (!s->bind_rc)
		s->bind_rc = rc;
}

void rd_stmt_int(rd_stmt *s, int i, int64_t value)
{
	int rc;

	if (!ready_to_bind(s))
		return;
	rc = sqlite3_bind_int64(s->s, i, value);
	if (!s->bind_rc)
		s->bind_rc = rc;
}

rd_code rd_stmt_step(rd_stmt *s, bool *ret_row, rd_err *err)
{
	int rc;

	if (!s->s)
		return rd_err_set(err, RD_EBUG, "a statement was used after its transaction");
	if (s->bind_rc)
		return rd_db_error(sqlite3_db_handle(s->s), s->bind_rc, err);
	s->stepped = true;
	rc = sqlite3_step(s->s);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return rd_db_error(sqlite3_db_handle(s->s), rc, err);
	if (rc == SQLITE_DONE)
		s->changes = sqlite3_changes(sqlite3_db_handle(s->s));
	if (ret_row)
		*ret_row = rc == SQLITE_ROW;
	return RD_OK;
}

const char *rd_stmt_col(rd_stmt *s, int i)
{
	const unsigned char *text = s->s ? sqlite3_column_text(s->s, i) : NULL;

	return text ? (const char *)text : "";
}

int64_t rd_stmt_col_int(rd_stmt *s, int i)
{
	return s->s ? sqlite3_column_int64(s->s, i) : 0;
}

int rd_stmt_changes(rd_stmt *s)
{
	return s->changes;
}

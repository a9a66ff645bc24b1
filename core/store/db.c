/* SPDX-License-Identifier: MIT */
/* The connections of a rack's database: opening, transactions. Statements are in db_stmt.c. */
#include "core/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/store/db_conn.h"
#include "core/store/schema.h"

#define BUSY_MS 5000
#define IDLE_MAX 4 /* connections kept open while nobody uses them */

struct rd_db {
	pthread_mutex_t lock; /* guards all below */
	struct rd_db_conn *idle;
	int idle_count;
	struct rd_db_conn *watch; /* for data_version: never writes */
	char *path;
};

/*
 * Opening is serial within a process. A new file is made with open(2) for its mode, and closing that
 * descriptor would drop the locks that a connection of another thread holds on the file by then.
 */
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;

static rd_code make_file(const char *path, rd_err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		return rd_err_os(err, errno, "making database '%s'", path);
	return RD_OK;
}

static int configure(sqlite3 *sq)
{
	int on = SQLITE_OK;

	sqlite3_extended_result_codes(sq, 1);
	sqlite3_busy_timeout(sq, BUSY_MS);
	on |= sqlite3_db_config(sq, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	on |= sqlite3_db_config(sq, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	on |= sqlite3_db_config(sq, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	if (on != SQLITE_OK)
		return SQLITE_ERROR;
	return sqlite3_exec(sq,
		"PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
		"PRAGMA foreign_keys=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"PRAGMA journal_size_limit=16777216;",
		NULL, NULL, NULL);
}

/* Switching to WAL, and recovery after a crash, can answer "busy" without asking the busy handler. */
static int configure_patiently(sqlite3 *sq)
{
	const struct timespec pause = {0, 5 * 1000 * 1000};
	int64_t end_us = rd_now_us() + BUSY_MS * 1000LL;
	int rc;

	while (((rc = configure(sq)) & 0xff) == SQLITE_BUSY && rd_now_us() < end_us)
		nanosleep(&pause, NULL);
	return rc;
}

static rd_code conn_open(const char *path, struct rd_db_conn **ret_conn, rd_err *err)
{
	struct rd_db_conn *c = calloc(1, sizeof *c);
	rd_code code;
	int rc;

	if (!c)
		return rd_err_nomem(err);
	rc = sqlite3_open_v2(path, &c->sq, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = configure_patiently(c->sq);
	if (rc != SQLITE_OK) {
		code = rd_db_error(c->sq, rc, err);
		rd_err_wrap(err, "opening database '%s'", path);
		rd_db_conn_close(c);
		return code;
	}
	*ret_conn = c;
	return RD_OK;
}

static rd_code user_version(sqlite3 *sq, size_t *ret_version, rd_err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(sq, "PRAGMA user_version", -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*ret_version = (size_t)sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW ? RD_OK : rd_db_error(sq, rc, err);
}

/* The steps and their number are one transaction: a crash leaves the old version or the new one. */
static rd_code migrate_in_tx(sqlite3 *sq, rd_err *err)
{
	size_t version;
	char pragma[64];
	rd_code code = user_version(sq, &version, err);
	int rc = SQLITE_OK;

	if (code)
		return code;
	for (; rc == SQLITE_OK && version < rd_schema_count; version++)
		rc = sqlite3_exec(sq, rd_schema_steps[version], NULL, NULL, NULL);
	snprintf(pragma, sizeof pragma, "PRAGMA user_version=%zu", version);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(sq, pragma, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(sq, "COMMIT", NULL, NULL, NULL);
	return rc == SQLITE_OK ? RD_OK : rd_db_error(sq, rc, err);
}

static rd_code migrate(sqlite3 *sq, rd_err *err)
{
	size_t version;
	rd_code code = user_version(sq, &version, err);
	int rc;

	if (code)
		return code;
	if (version == rd_schema_count)
		return RD_OK;
	if (version > rd_schema_count)
		return rd_err_set(err, RD_EUNSUPPORTED,
			"it was made by a newer rackdeck (schema %zu, this one knows %zu): update "
			"rackdeck",
			version, rd_schema_count);
	rc = sqlite3_exec(sq, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return rd_db_error(sq, rc, err);
	code = migrate_in_tx(sq, err);
	if (!sqlite3_get_autocommit(sq))
		sqlite3_exec(sq, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

static rd_code open_locked(rd_db *db, const char *path, rd_err *err)
{
	rd_code code = make_file(path, err);

	if (!code)
		code = conn_open(path, &db->idle, err);
	if (code)
		return code;
	db->idle_count = 1;
	/* Absolute, so that connections opened later find it after a chdir. */
	db->path = rd_strdup(sqlite3_db_filename(db->idle->sq, "main"));
	if (!db->path)
		return rd_err_nomem(err);
	code = migrate(db->idle->sq, err);
	if (code)
		rd_err_wrap(err, "database '%s'", path);
	return code;
}

rd_code rd_db_open(const char *path, rd_db **ret_db, rd_err *err)
{
	rd_db *db = calloc(1, sizeof *db);
	rd_code code;

	if (!db)
		return rd_err_nomem(err);
	pthread_mutex_init(&db->lock, NULL);
	pthread_mutex_lock(&open_lock);
	code = open_locked(db, path, err);
	pthread_mutex_unlock(&open_lock);
	if (code)
		rd_db_close(db);
	else
		*ret_db = db;
	return code;
}

rd_db *rd_db_close(rd_db *db)
{
	if (!db)
		return NULL;
	while (db->idle) {
		struct rd_db_conn *c = db->idle;

		db->idle = c->next;
		rd_db_conn_close(c);
	}
	rd_db_conn_close(db->watch);
	pthread_mutex_destroy(&db->lock);
	free(db->path);
	free(db);
	return NULL;
}

static rd_code conn_get(rd_db *db, struct rd_db_conn **ret_conn, rd_err *err)
{
	struct rd_db_conn *c;

	pthread_mutex_lock(&db->lock);
	c = db->idle;
	if (c) {
		db->idle = c->next;
		db->idle_count--;
	}
	pthread_mutex_unlock(&db->lock);
	if (!c)
		return conn_open(db->path, ret_conn, err);
	c->next = NULL;
	*ret_conn = c;
	return RD_OK;
}

static void conn_put(rd_db *db, struct rd_db_conn *c)
{
	bool keep;

	pthread_mutex_lock(&db->lock);
	keep = db->idle_count < IDLE_MAX;
	if (keep) {
		c->next = db->idle;
		db->idle = c;
		db->idle_count++;
	}
	pthread_mutex_unlock(&db->lock);
	if (!keep)
		rd_db_conn_close(c);
}

rd_code rd_db_begin(rd_db *db, bool write, rd_tx **ret_tx, rd_err *err)
{
	rd_tx *tx = calloc(1, sizeof *tx);
	rd_code code;
	int rc;

	if (!tx)
		return rd_err_nomem(err);
	tx->db = db;
	tx->write = write;
	code = conn_get(db, &tx->conn, err);
	if (code) {
		free(tx);
		return code;
	}
	rc = sqlite3_exec(tx->conn->sq, write ? "BEGIN IMMEDIATE" : "BEGIN", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		code = rd_db_error(tx->conn->sq, rc, err);
		rd_tx_rollback(tx);
		return code;
	}
	*ret_tx = tx;
	return RD_OK;
}

/* Gives the connection back; statements that are still out lose their hold on it. */
static void tx_end(rd_tx *tx)
{
	rd_db_release_stmts(tx);
	if (!sqlite3_get_autocommit(tx->conn->sq))
		sqlite3_exec(tx->conn->sq, "ROLLBACK", NULL, NULL, NULL);
	if (sqlite3_get_autocommit(tx->conn->sq))
		conn_put(tx->db, tx->conn);
	else
		rd_db_conn_close(tx->conn);
	free(tx);
}

/* The log is written, and inotify says so, long before a commit can be seen: the disk is waited for
 * in between. A new time on the file, set without opening it, says that now it can. */
static void tell_commit(const rd_db *db)
{
	utimensat(AT_FDCWD, db->path, NULL, 0);
}

rd_code rd_tx_commit(rd_tx *tx, rd_err *err)
{
	rd_code code = RD_OK;
	int rc;

	rd_db_release_stmts(tx);
	/* Some errors (a full disk) end the transaction by themselves: then nothing is left to commit. */
	if (sqlite3_get_autocommit(tx->conn->sq))
		code = rd_err_set(err, RD_EIO, "the database had given up the transaction");
	else if ((rc = sqlite3_exec(tx->conn->sq, "COMMIT", NULL, NULL, NULL)) != SQLITE_OK)
		code = rd_db_error(tx->conn->sq, rc, err);
	else if (tx->write)
		tell_commit(tx->db);
	tx_end(tx);
	return code;
}

void rd_tx_rollback(rd_tx *tx)
{
	if (tx)
		tx_end(tx);
}

void rd_tx_rollbackp(rd_tx **tx)
{
	rd_tx_rollback(*tx);
}

static rd_code data_version(rd_db *db, int64_t *ret_version, rd_err *err)
{
	sqlite3_stmt *s;
	rd_code code = RD_OK;

	if (!db->watch)
		code = conn_open(db->path, &db->watch, err);
	if (!code)
		code = rd_db_cached_stmt(db->watch, "PRAGMA data_version", &s, err);
	if (code)
		return code;
	if (sqlite3_step(s) == SQLITE_ROW)
		*ret_version = sqlite3_column_int64(s, 0);
	else
		code = rd_db_error(db->watch->sq, sqlite3_errcode(db->watch->sq), err);
	sqlite3_reset(s);
	return code;
}

rd_code rd_db_version(rd_db *db, int64_t *ret_version, rd_err *err)
{
	rd_code code;

	pthread_mutex_lock(&db->lock);
	code = data_version(db, ret_version, err);
	pthread_mutex_unlock(&db->lock);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* The database: pragmas, migrations, two processes at once, kills, error mapping, change counter. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "core/store/db.h"
#include "core/store/schema.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/rd-test-db-XXXXXX";
static char path[sizeof dir + 16];

static int make_dir(void **state RD_UNUSED)
{
	memset(dir + sizeof dir - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/rack.db", dir);
	return 0;
}

static int remove_dir(void **state RD_UNUSED)
{
	static const char *const names[] = {
		"rack.db", "rack.db-wal", "rack.db-shm", "rack.db-journal"};

	for (size_t i = 0; i < RD_LEN(names); i++) {
		char name[sizeof dir + 32];

		snprintf(name, sizeof name, "%s/%s", dir, names[i]);
		unlink(name);
	}
	return rmdir(dir);
}

static rd_db *open_db(void)
{
	rd_db *db = NULL;
	rd_err err = {0};

	if (rd_db_open(path, &db, &err))
		fail_msg("%s: %s", err.ctx, err.msg);
	return db;
}

/* One write in one transaction. */
static rd_code run_code(rd_db *db, const char *sql, const char *text, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	rd_code code = rd_db_begin(db, true, &tx, err);

	if (!code)
		code = rd_tx_prepare(tx, sql, &s, err);
	if (code)
		return code;
	if (text)
		rd_stmt_text(s, 1, text);
	code = rd_stmt_step(s, NULL, err);
	/* s is still out here: commit must cope. */
	return code ? code : rd_tx_commit(RD_TAKE(tx), err);
}

static void run(rd_db *db, const char *sql, const char *text)
{
	rd_err err = {0};

	if (run_code(db, sql, text, &err))
		fail_msg("%s: %s", sql, err.msg);
}

static int64_t number(rd_db *db, const char *sql)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	bool row = false;

	assert_int_equal(rd_db_begin(db, false, &tx, NULL), RD_OK);
	assert_int_equal(rd_tx_prepare(tx, sql, &s, NULL), RD_OK);
	assert_int_equal(rd_stmt_step(s, &row, NULL), RD_OK);
	assert_true(row);
	return rd_stmt_col_int(s, 0);
}

static void db_open__makes_private_file_with_proven_pragmas(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(number(db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(number(db, "PRAGMA synchronous"), 2);
	assert_int_equal(number(db, "PRAGMA busy_timeout"), 5000);
	assert_int_equal(number(db, "PRAGMA trusted_schema"), 0);
	assert_int_equal(number(db, "PRAGMA cell_size_check"), 1);
	assert_int_equal(number(db,
				 "SELECT 'wal' = (SELECT journal_mode FROM pragma_journal_mode)"),
		1);
	assert_int_equal(number(db, "PRAGMA user_version"), rd_schema_count);
	rd_db_close(db);
}

static void db_open__survives_change_of_directory(void **state RD_UNUSED)
{
	char *old = getcwd(NULL, 0);
	rd_db *db = NULL;
	rd_tx *a, *b;

	assert_int_equal(chdir(dir), 0);
	assert_int_equal(rd_db_open("rack.db", &db, NULL), RD_OK);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rd_db_begin(db, false, &a, NULL), RD_OK);
	assert_int_equal(rd_db_begin(db, false, &b, NULL), RD_OK);
	rd_tx_rollback(a);
	rd_tx_rollback(b);
	rd_db_close(db);
	assert_int_equal(chdir(old), 0);
	free(old);
}

static void db_open__refuses_newer_schema(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	rd_err err = {0};

	run(db, "PRAGMA user_version=1000", NULL);
	rd_db_close(db);
	db = NULL;
	assert_int_equal(rd_db_open(path, &db, &err), RD_EUNSUPPORTED);
	assert_null(db);
	assert_non_null(strstr(err.msg, "newer rackdeck (schema 1000"));
	assert_non_null(strstr(err.ctx, "rack.db"));
}

/* A rack of that version with something in every table that it had. */
static void make_old(size_t version)
{
	static const char *const rows[] = {
		"INSERT INTO apps (name, release) VALUES ('shop', 'RAAAAAAAAAA');"
		"INSERT INTO builds (id, app, status, source, opts, created_us) VALUES "
		"('BAAAAAAAAAA', 'shop', 'complete', 'd1', '{\"args\":[\"A\"]}', 5),"
		"('BAAAAAAAAAB', 'shop', 'failed', 'd1', '{}', 6);"
		"INSERT INTO releases (id, app, build, env) VALUES "
		"('RAAAAAAAAAA', 'shop', 'BAAAAAAAAAA', 'A=1');"
		"INSERT INTO params VALUES ('', 'BuildConcurrency', '2');"
		"INSERT INTO images (build, service, tag, image_id) VALUES "
		"('BAAAAAAAAAA', 'web', 'local/shop:web.BAAAAAAAAAA', 'sha256:1');"
		"INSERT INTO objects (app, key, digest) VALUES ('shop', 'k', 'd1');",
		"INSERT INTO registries VALUES ('r.example.com', 'me', 'word');"};
	char pragma[64];
	sqlite3 *sq = NULL;

	assert_int_equal(sqlite3_open(path, &sq), SQLITE_OK);
	for (size_t i = 0; i < version; i++) {
		assert_int_equal(sqlite3_exec(sq, rd_schema_steps[i], NULL, NULL, NULL), SQLITE_OK);
		if (i < RD_LEN(rows))
			assert_int_equal(sqlite3_exec(sq, rows[i], NULL, NULL, NULL), SQLITE_OK);
	}
	snprintf(pragma, sizeof pragma, "PRAGMA user_version=%zu", version);
	assert_int_equal(sqlite3_exec(sq, pragma, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(sq), SQLITE_OK);
}

static void db_open__brings_racks_of_all_versions_along(void **state RD_UNUSED)
{
	for (size_t version = 1; version < rd_schema_count; version++) {
		rd_db *db;

		unlink(path);
		make_old(version);
		db = open_db();
		assert_int_equal(number(db, "PRAGMA user_version"), rd_schema_count);
		assert_int_equal(number(db, "SELECT count(*) FROM builds JOIN apps ON app = name"),
			2);
		assert_int_equal(number(db, "SELECT max(seq) FROM builds"), 2);
		assert_int_equal(number(db, "SELECT count(*) FROM images WHERE image_id = "
					    "'sha256:1' AND inputs = '' AND remote = '' AND "
					    "digest = ''"),
			1);
		assert_int_equal(number(db, "SELECT count(*) FROM releases WHERE env = 'A=1'"), 1);
		assert_int_equal(number(db, "SELECT value FROM params"), 2);
		assert_int_equal(number(db, "SELECT count(*) FROM registries"), version >= 2);
		assert_int_equal(number(db, "SELECT length(value) FROM keys"), 64);
		rd_db_close(db);
	}
}

static void db_open__refuses_what_is_no_database(void **state RD_UNUSED)
{
	char junk[4096];
	rd_db *db = NULL;
	rd_err err = {0};
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	memset(junk, 'j', sizeof junk);
	assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
	close(fd);
	assert_int_equal(rd_db_open(path, &db, &err), RD_ECORRUPT);
	assert_null(db);
}

static void db_open__names_missing_folder(void **state RD_UNUSED)
{
	rd_db *db = NULL;
	rd_err err = {0};

	assert_int_equal(rd_db_open("/nonexistent/rack.db", &db, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "/nonexistent/rack.db"));
}

static void stmt_step__maps_constraints(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	rd_err err = {0};

	run(db, "INSERT INTO apps (name) VALUES (?)", "shop");
	assert_int_equal(run_code(db, "INSERT INTO apps (name) VALUES (?)", "shop", &err),
		RD_EEXIST);
	run(db, "INSERT INTO builds (id, app) VALUES (?, 'shop')", "BAAAAAAAAAA");
	assert_int_equal(run_code(db, "INSERT INTO builds (id, app) VALUES (?, 'shop')",
				 "BAAAAAAAAAA", &err),
		RD_EEXIST);
	assert_int_equal(run_code(db, "INSERT INTO builds (id, app) VALUES (?, 'no')", "BB", &err),
		RD_EINVAL);
	assert_int_equal(run_code(db, "INSERT INTO apps (name) VALUES (?)", "", &err), RD_EINVAL);
	assert_int_equal(run_code(db, "INSERT INTO apps (name, locked) VALUES (?, 7)", "x", &err),
		RD_EINVAL);
	assert_int_equal(run_code(db, "NO SUCH SQL", NULL, &err), RD_EBUG);
	rd_db_close(db);
}

static void schema__removes_what_hangs_on_an_app(void **state RD_UNUSED)
{
	rd_db *db = open_db();

	run(db, "INSERT INTO apps (name) VALUES ('shop')", NULL);
	run(db, "INSERT INTO builds (id, app) VALUES ('B1', 'shop')", NULL);
	run(db, "INSERT INTO images (build, service) VALUES ('B1', 'web')", NULL);
	run(db, "INSERT INTO releases (id, app) VALUES ('R1', 'shop')", NULL);
	run(db, "DELETE FROM apps WHERE name = ?", "shop");
	assert_int_equal(number(db, "SELECT (SELECT count(*) FROM builds) + (SELECT count(*) FROM "
				    "images) + (SELECT count(*) FROM releases)"),
		0);
	rd_db_close(db);
}

static void tx_prepare__refuses_write_in_read(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	rd_tx *tx = NULL;
	rd_stmt *s = NULL;
	rd_err err = {0};

	assert_int_equal(rd_db_begin(db, false, &tx, &err), RD_OK);
	assert_int_equal(rd_tx_prepare(tx, "DELETE FROM apps", &s, &err), RD_EBUG);
	assert_null(s);
	rd_tx_rollback(tx);
	rd_db_close(db);
}

static void tx_rollback__undoes(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	rd_tx *tx = NULL;
	rd_stmt *s = NULL;

	assert_int_equal(rd_db_begin(db, true, &tx, NULL), RD_OK);
	assert_int_equal(rd_tx_prepare(tx, "INSERT INTO apps (name) VALUES (?)", &s, NULL), RD_OK);
	for (int i = 0; i < 3; i++) {
		char name[2] = {(char)('a' + i), '\0'};

		rd_stmt_text(s, 1, name);
		assert_int_equal(rd_stmt_step(s, NULL, NULL), RD_OK);
		assert_int_equal(rd_stmt_changes(s), 1);
	}
	rd_tx_rollback(tx);
	assert_int_equal(rd_stmt_step(s, NULL, NULL), RD_EBUG);
	rd_stmt_done(s);
	assert_int_equal(number(db, "SELECT count(*) FROM apps"), 0);
	rd_db_close(db);
}

static void stmt_col__gives_text_numbers_and_null(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	rd_tx *tx = NULL;
	rd_stmt *s = NULL;
	bool row = false;

	assert_int_equal(rd_db_begin(db, false, &tx, NULL), RD_OK);
	assert_int_equal(rd_tx_prepare(tx, "SELECT ?1, ?2, NULL", &s, NULL), RD_OK);
	rd_stmt_text(s, 1, "it's");
	rd_stmt_int(s, 2, INT64_MIN);
	assert_int_equal(rd_stmt_step(s, &row, NULL), RD_OK);
	assert_true(row);
	assert_string_equal(rd_stmt_col(s, 0), "it's");
	assert_true(rd_stmt_col_int(s, 1) == INT64_MIN);
	assert_string_equal(rd_stmt_col(s, 2), "");
	assert_int_equal(rd_stmt_step(s, &row, NULL), RD_OK);
	assert_false(row);
	rd_stmt_done(s);
	rd_tx_rollback(tx);
	rd_db_close(db);
}

#define WRITES 150

/* Adds WRITES releases, each in a transaction that reads first. Exit status: failures. */
static void write_many(char who)
{
	rd_db *db = NULL;
	rd_err err = {0};
	int failures = rd_db_open(path, &db, &err) ? 100 : 0;

	for (int i = 0; !failures && i < WRITES; i++) {
		char id[16];

		snprintf(id, sizeof id, "R%c%d", who, i);
		if (run_code(db,
			    "INSERT INTO releases (id, app, env) VALUES (?1, 'shop', "
			    "(SELECT count(*) FROM releases))",
			    id, &err)) {
			fprintf(stderr, "%c %d: %s\n", who, i, err.msg);
			failures++;
		}
	}
	rd_db_close(db);
	_exit(failures);
}

static int wait_for(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void db_begin__two_processes_write_without_busy(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	pid_t a, b;

	run(db, "INSERT INTO apps (name) VALUES ('shop')", NULL);
	rd_db_close(db);
	a = fork();
	if (a == 0)
		write_many('A');
	b = fork();
	if (b == 0)
		write_many('B');
	assert_int_equal(wait_for(a), 0);
	assert_int_equal(wait_for(b), 0);
	db = open_db();
	assert_int_equal(number(db, "SELECT count(*) FROM releases"), 2 * WRITES);
	/* Each transaction saw all those before it: no two counted the same. */
	assert_int_equal(number(db, "SELECT count(DISTINCT env) FROM releases"), 2 * WRITES);
	rd_db_close(db);
}

static void db_open__two_processes_make_it_at_once(void **state RD_UNUSED)
{
	pid_t pids[4];
	rd_db *db;

	for (size_t i = 0; i < RD_LEN(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			rd_db *mine = NULL;
			rd_err err = {0};
			rd_code code = rd_db_open(path, &mine, &err);

			if (code)
				fprintf(stderr, "%s: %s\n", err.ctx, err.msg);
			rd_db_close(mine);
			_exit(code ? 1 : 0);
		}
	}
	for (size_t i = 0; i < RD_LEN(pids); i++)
		assert_int_equal(wait_for(pids[i]), 0);
	db = open_db();
	assert_int_equal(number(db, "SELECT count(*) FROM apps"), 0);
	rd_db_close(db);
}

static void db_open__after_kill_in_transaction(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	int pipe_fds[2];
	char c;
	pid_t pid;

	run(db, "INSERT INTO apps (name) VALUES ('kept')", NULL);
	rd_db_close(db);
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		rd_tx *tx = NULL;
		rd_stmt *s = NULL;
		rd_db *mine = NULL;

		if (rd_db_open(path, &mine, NULL) || rd_db_begin(mine, true, &tx, NULL) ||
			rd_tx_prepare(tx, "INSERT INTO apps (name) VALUES ('lost')", &s, NULL) ||
			rd_stmt_step(s, NULL, NULL) || write(pipe_fds[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(pipe_fds[1]);
	assert_int_equal(read(pipe_fds[0], &c, 1), 1);
	close(pipe_fds[0]);
	kill(pid, SIGKILL);
	assert_true(WIFSIGNALED(wait_for(pid)));
	db = open_db();
	assert_int_equal(number(db, "SELECT count(*) FROM apps"), 1);
	run(db, "INSERT INTO apps (name) VALUES ('lost')", NULL);
	assert_int_equal(number(db, "SELECT count(*) FROM apps"), 2);
	assert_int_equal(number(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
		1);
	rd_db_close(db);
}

static void db_version__changes_with_other_process(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	int64_t before = 0, after = 0;
	pid_t pid;

	assert_int_equal(rd_db_version(db, &before, NULL), RD_OK);
	assert_int_equal(rd_db_version(db, &after, NULL), RD_OK);
	assert_true(before == after);
	pid = fork();
	if (pid == 0) {
		rd_db *mine = NULL;

		_exit(rd_db_open(path, &mine, NULL) ||
			run_code(mine, "INSERT INTO apps (name) VALUES ('x')", NULL, NULL));
	}
	assert_int_equal(wait_for(pid), 0);
	assert_int_equal(rd_db_version(db, &after, NULL), RD_OK);
	assert_true(before != after);
	before = after;
	run(db, "INSERT INTO apps (name) VALUES ('own')", NULL);
	assert_int_equal(rd_db_version(db, &after, NULL), RD_OK);
	assert_true(before != after);
	rd_db_close(db);
}

static void *write_in_thread(void *arg)
{
	rd_err err = {0};
	size_t failures = 0;

	for (int i = 0; i < 40; i++)
		if (run_code(arg,
			    "INSERT INTO releases (id, app) VALUES (hex(randomblob(8)), 'shop')",
			    NULL, &err))
			failures++;
	return (void *)failures;
}

static void db_begin__threads_share_one_set(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	pthread_t threads[6];

	run(db, "INSERT INTO apps (name) VALUES ('shop')", NULL);
	for (size_t i = 0; i < RD_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_in_thread, db), 0);
	for (size_t i = 0; i < RD_LEN(threads); i++) {
		void *failures = NULL;

		pthread_join(threads[i], &failures);
		assert_null(failures);
	}
	assert_int_equal(number(db, "SELECT count(*) FROM releases"), 240);
	rd_db_close(db);
}

#define BUILDS 10000

static void fill_builds(rd_db *db)
{
	rd_tx *tx = NULL;
	rd_stmt *s = NULL;

	assert_int_equal(rd_db_begin(db, true, &tx, NULL), RD_OK);
	assert_int_equal(rd_tx_prepare(tx,
				 "INSERT INTO builds (id, app, status) VALUES (?, 'shop', ?)", &s,
				 NULL),
		RD_OK);
	for (int i = 0; i < BUILDS; i++) {
		char id[16];

		snprintf(id, sizeof id, "B%010d", i);
		rd_stmt_text(s, 1, id);
		rd_stmt_text(s, 2, i % 1000 ? "complete" : "running");
		assert_int_equal(rd_stmt_step(s, NULL, NULL), RD_OK);
	}
	rd_stmt_done(s);
	assert_int_equal(rd_tx_commit(tx, NULL), RD_OK);
}

/* Whether the plan of a query walks an index, without a sort of its own. */
static bool plan_is_indexed(rd_tx *tx, const char *sql)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	char explain[256];
	bool row = true, indexed = true;

	snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", sql);
	assert_int_equal(rd_tx_prepare(tx, explain, &s, NULL), RD_OK);
	while (!rd_stmt_step(s, &row, NULL) && row)
		if (strstr(rd_stmt_col(s, 3), "TEMP B-TREE") || !strstr(rd_stmt_col(s, 3), "INDEX"))
			indexed = false;
	return indexed;
}

static void schema__pages_through_builds_by_index(void **state RD_UNUSED)
{
	static const char page[] = "SELECT seq, id FROM builds WHERE app = ?1 AND seq < ?2 "
				   "ORDER BY seq DESC LIMIT 100";
	rd_db *db = open_db();
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	rd_tx *tx = NULL;
	int64_t before = INT64_MAX;
	int seen = 0, pages = 0;

	run(db, "INSERT INTO apps (name) VALUES ('shop')", NULL);
	fill_builds(db);
	assert_int_equal(rd_db_begin(db, false, &tx, NULL), RD_OK);
	assert_true(plan_is_indexed(tx, page));
	assert_true(plan_is_indexed(tx,
		"SELECT id FROM builds WHERE status IN ('created', 'running') ORDER BY seq"));
	assert_int_equal(rd_tx_prepare(tx, page, &s, NULL), RD_OK);
	for (bool row = true; row; pages++) {
		int rows = 0;

		rd_stmt_text(s, 1, "shop");
		rd_stmt_int(s, 2, before);
		while (!rd_stmt_step(s, &row, NULL) && row) {
			assert_true(rd_stmt_col_int(s, 0) < before);
			before = rd_stmt_col_int(s, 0);
			rows++;
		}
		seen += rows;
		row = rows > 0;
	}
	assert_int_equal(seen, BUILDS);
	assert_int_equal(pages, BUILDS / 100 + 1);
	rd_tx_rollback(tx);
	rd_db_close(db);
}

static void tx_prepare__keeps_many_statements(void **state RD_UNUSED)
{
	rd_db *db = open_db();
	rd_tx *tx = NULL;

	assert_int_equal(rd_db_begin(db, false, &tx, NULL), RD_OK);
	for (int i = 0; i < 300; i++) {
		RD_AUTO(rd_stmt_donep) rd_stmt *a = NULL;
		RD_AUTO(rd_stmt_donep) rd_stmt *b = NULL;
		char sql[32];
		bool row;

		/* The same text twice at once: two statements. */
		snprintf(sql, sizeof sql, "SELECT %d", i % 150);
		assert_int_equal(rd_tx_prepare(tx, sql, &a, NULL), RD_OK);
		assert_int_equal(rd_tx_prepare(tx, sql, &b, NULL), RD_OK);
		assert_int_equal(rd_stmt_step(a, &row, NULL), RD_OK);
		assert_int_equal(rd_stmt_step(b, &row, NULL), RD_OK);
		assert_int_equal(rd_stmt_col_int(a, 0), i % 150);
		assert_int_equal(rd_stmt_col_int(b, 0), i % 150);
	}
	rd_tx_rollback(tx);
	rd_db_close(db);
}

/* Writes until the file may not grow. Exit status 0: the error was "no space", and reading goes on. */
static void fill_disk(void)
{
	const struct rlimit limit = {200000, 200000};
	RD_AUTOFREE char *text = malloc(20001);
	rd_code code = RD_OK;
	rd_err err = {0};
	rd_db *db = NULL;

	memset(text, 't', 20000);
	text[20000] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) || rd_db_open(path, &db, &err))
		_exit(1);
	for (int i = 0; !code && i < 100; i++)
		code = run_code(db,
			"INSERT INTO params (scope, name, value) VALUES ('', hex(randomblob(8)), "
			"?)",
			text, &err);
	if (code != RD_ENOSPC)
		fprintf(stderr, "%d: %s\n", code, err.msg);
	if (code != RD_ENOSPC || number(db, "SELECT count(*) FROM params") < 1)
		_exit(1);
	rd_db_close(db);
	_exit(0);
}

static void tx_commit__tells_full_disk_and_keeps_the_rest(void **state RD_UNUSED)
{
	pid_t pid = fork();
	rd_db *db;

	if (pid == 0)
		fill_disk();
	assert_int_equal(wait_for(pid), 0);
	db = open_db();
	assert_true(number(db, "SELECT count(*) FROM params") >= 1);
	run(db, "INSERT INTO params (scope, name, value) VALUES ('', 'after', ?)", "x");
	assert_int_equal(number(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
		1);
	rd_db_close(db);
}

#define DB_TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(db_open__makes_private_file_with_proven_pragmas),
		DB_TEST(db_open__survives_change_of_directory),
		DB_TEST(db_open__refuses_newer_schema),
		DB_TEST(db_open__brings_racks_of_all_versions_along),
		DB_TEST(db_open__refuses_what_is_no_database),
		DB_TEST(db_open__names_missing_folder),
		DB_TEST(stmt_step__maps_constraints),
		DB_TEST(schema__removes_what_hangs_on_an_app),
		DB_TEST(tx_prepare__refuses_write_in_read),
		DB_TEST(tx_rollback__undoes),
		DB_TEST(stmt_col__gives_text_numbers_and_null),
		DB_TEST(db_begin__two_processes_write_without_busy),
		DB_TEST(db_open__two_processes_make_it_at_once),
		DB_TEST(db_open__after_kill_in_transaction),
		DB_TEST(db_version__changes_with_other_process),
		DB_TEST(db_begin__threads_share_one_set),
		DB_TEST(schema__pages_through_builds_by_index),
		DB_TEST(tx_prepare__keeps_many_statements),
		DB_TEST(tx_commit__tells_full_disk_and_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

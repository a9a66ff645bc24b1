/* SPDX-License-Identifier: MIT */
/* A local rack with content that never changes. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/chunks/cache.h"
#include "core/rack/select.h"
#include "core/store/db.h"
#include "core/store/locks.h"
#include "tests/golden/rig.h"
#include "tests/unit/chunks/trees.h"

#define SEED_MAX_BYTES (8 * 1024 * 1024)

static rd_code rack_path(const rig_seed *s, const char *name, char path[512], rd_err *err)
{
	int n = snprintf(path, 512, "%s/data/rackdeck/racks/local/%s", s->dir, name);

	return n > 0 && n < 512 ? RD_OK : rd_err_set(err, RD_EINVAL, "path too long");
}

static rd_code run_one(rd_db *db, const char *sql, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp)
	rd_tx *tx = NULL;
	RD_AUTO(rd_stmt_donep)
	rd_stmt *stmt = NULL;
	rd_code code = rd_db_begin(db, true, &tx, err);

	if (!code)
		code = rd_tx_prepare(tx, sql, &stmt, err);
	if (!code)
		code = rd_stmt_step(stmt, NULL, err);
	if (code)
		return rd_err_wrap(err, "%.40s", sql);
	rd_stmt_done(RD_TAKE(stmt));
	return rd_tx_commit(RD_TAKE(tx), err);
}

static rd_code run_all(rd_db *db, char *sql, rd_err *err)
{
	rd_code code = RD_OK;

	for (char *at = sql, *end; !code && (end = strstr(at, ";\n")); at = end + 2) {
		*end = '\0';
		code = run_one(db, at, err);
	}
	return code;
}

static rd_code with_db(const rig_seed *s, char *sql, rd_err *err)
{
	char path[512];
	rd_db *db = NULL;
	rd_code code = rack_path(s, "rack.db", path, err);

	if (!code)
		code = rd_db_open(path, &db, err);
	if (!code)
		code = run_all(db, sql, err);
	rd_db_close(db);
	return code;
}

rd_code rig_seed_sql(const rig_seed *s, const char *sql, rd_err *err)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(SEED_MAX_BYTES);

	rd_str_printf(&text, "%s;\n", sql);
	return with_db(s, text.data, err);
}

static rd_code append(const char *path, const void *bytes, size_t n, rd_err *err)
{
	RD_AUTOCLOSE
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	return fd < 0 ? rd_err_set(err, RD_EIO, "cannot open '%s'", path)
		      : rd_write_all(fd, bytes, n, err);
}

rd_code rig_seed_log(const rig_seed *s, const char *id, const char *line, rd_err *err)
{
	char name[64], path[512];
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(SEED_MAX_BYTES);
	rd_code code;

	snprintf(name, sizeof(name), "logs/%s.log", id);
	rd_str_printf(&text, "%s\n", line);
	code = rack_path(s, name, path, err);
	return code ? code : append(path, text.data, text.len, err);
}

rd_code rig_seed_cache(const rig_seed *s, const char *app, const char *service, size_t n,
	rd_err *err)
{
	RD_AUTO(rd_reader_closep) rd_reader *in = NULL;
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	char path[512];
	rd_cache_opts opts = {.dir = path};
	rd_cache_save_opts save = {.app = app, .service = service, .root = "build"};
	rd_cache *cache = NULL;
	rd_code code = rack_path(s, "cache", path, err);

	put_noise_file(&tar, "build/file", n, (uint32_t)n);
	rd_tar_put_end(&tar);
	if (!code)
		code = rd_reader_mem(rd_str_get(&tar), tar.len, &in, err);
	if (!code)
		code = rd_cache_open(&opts, &cache, err);
	save.tar = in;
	if (!code)
		code = rd_cache_save(cache, &save, NULL, err);
	rd_cache_close(cache);
	return code;
}

/* All files of play/logs become the rack's logs. */
static rd_code copy_logs(const rig_seed *s, const char *golden_dir, rd_err *err)
{
	RD_AUTOFREE
	char *from = rd_path_join(golden_dir, "logs");
	DIR *dir = opendir(from);
	const struct dirent *entry;
	rd_code code = RD_OK;

	while (dir && !code && (entry = readdir(dir))) {
		RD_AUTOFREE
		char *source = rd_path_join(from, entry->d_name);
		RD_STR_AUTO
		rd_str text = RD_STR_INIT(SEED_MAX_BYTES);
		char name[300], path[512];

		if (entry->d_name[0] == '.')
			continue;
		/* ID.text becomes ID.log: git ignores *.log */
		snprintf(name, sizeof(name), "logs/%.11s%s", entry->d_name,
			rd_ends_with(entry->d_name, ".text") ? ".log" : ".steps");
		code = rd_file_read(source, SEED_MAX_BYTES, &text, err);
		if (!code)
			code = rack_path(s, name, path, err);
		if (!code)
			code = append(path, text.data, text.len, err);
	}
	if (dir)
		closedir(dir);
	return code;
}

/* The lock says that the build of that id is alive. */
static rd_code hold_lock(rig_seed *s, const char *id, rd_err *err)
{
	char name[64], path[512];
	rd_code code;

	snprintf(name, sizeof(name), "run/%s.lock", id);
	code = rack_path(s, name, path, err);
	if (!code)
		code = rd_lock_take(path, &s->locks[s->n_locks], err);
	s->n_locks += !code;
	return code;
}

static rd_code make_rack(rd_err *err)
{
	rd_rack *rack = NULL;
	rd_code code = rd_rack_open("local", &rack, err);

	rd_rack_close(rack);
	return code;
}

static void set_environment(const rig_seed *s)
{
	static const char *const unset[] = {"RACK_URL", "CONVOX_RACK", "RACKDECK_THEME", "NO_COLOR",
		"SSH_CONNECTION", "COLORFGBG", "DOCKER_HOST"};
	char path[128];

	for (size_t i = 0; i < RD_LEN(unset); i++)
		unsetenv(unset[i]);
	setenv("HOME", s->dir, 1);
	snprintf(path, sizeof(path), "%s/data", s->dir);
	setenv("XDG_DATA_HOME", path, 1);
	snprintf(path, sizeof(path), "%s/config", s->dir);
	setenv("XDG_CONFIG_HOME", path, 1);
	snprintf(path, sizeof(path), "%s/run", s->dir);
	setenv("XDG_RUNTIME_DIR", path, 1);
	setenv("RACKDECK_NOW", "2026-03-01T12:00:00Z", 1);
	setenv("TZ", "UTC", 1);
}

/* The builds remember the engine, whose place is another one each time. */
static rd_code name_engine(const rig_seed *s, const char *socket_path, rd_err *err)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
		"UPDATE builds SET opts = '{\"engine\":{\"endpoint\":\"unix://%s\"}}'",
		socket_path);
	return rig_seed_sql(s, sql, err);
}

rd_code rig_seed_make(const char *golden_dir, rig_seed *ret_seed, rd_err *err)
{
	RD_AUTOFREE
	char *seed_path = rd_path_join(golden_dir, "seed.sql");
	RD_STR_AUTO
	rd_str sql = RD_STR_INIT(SEED_MAX_BYTES);
	char socket_path[96];
	rd_code code;

	*ret_seed = (rig_seed){.dir = "/tmp/rackdeck-golden.XXXXXX"};
	if (!mkdtemp(ret_seed->dir))
		return rd_err_set(err, RD_EIO, "no temporary folder");
	set_environment(ret_seed);
	snprintf(socket_path, sizeof(socket_path), "%s/engine.sock", ret_seed->dir);
	code = rd_file_read(seed_path, SEED_MAX_BYTES, &sql, err);
	if (!code)
		code = rig_engine_start(socket_path, err);
	if (!code)
		code = make_rack(err);
	if (!code)
		code = hold_lock(ret_seed, "BXCVQWERTYU", err);
	if (!code)
		code = hold_lock(ret_seed, "BRNWTQPXZKL", err); /* of play/shots.t */
	if (!code)
		code = copy_logs(ret_seed, golden_dir, err);
	if (!code)
		code = with_db(ret_seed, sql.data, err);
	if (!code)
		code = name_engine(ret_seed, socket_path, err);
	return code;
}

void rig_seed_done(rig_seed *s)
{
	while (s->n_locks > 0)
		close(s->locks[--s->n_locks]);
	rig_engine_stop();
	rd_rmtree(s->dir, NULL);
}

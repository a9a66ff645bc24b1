/* SPDX-License-Identifier: MIT */
/* Logs and sources of the local rack. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/io/gzip.h"
#include "core/rack/local_build.h"
#include "core/rack/local_impl.h"
#include "core/store/source.h"

/* ---- logs ---- */

/* A file that somebody removed is an empty one again. */
static rd_code open_log(rd_local *l, const char *id, const char *ending, int *ret_fd,
	char **ret_path, rd_err *err)
{
	RD_AUTOFREE char *path = rd_local_path(l->dir, "logs", id, ending);

	if (!path)
		return rd_err_nomem(err);
	*ret_fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*ret_fd < 0)
		return rd_err_os(err, errno, "opening log '%s'", path);
	if (ret_path)
		*ret_path = RD_TAKE(path);
	return RD_OK;
}

static rd_code open_logs(rd_rack *r, const char *app, const char *id, rd_log_files *ret_files,
	rd_err *err)
{
	rd_local *l = rd_local_of(r);
	RD_AUTO(rd_log_files_done) rd_log_files f = {-1, -1, NULL};
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	/* The record is what makes the id safe as a file name. */
	if (!rc)
		rc = rd_local_build_get(tx, app, id, &b, err);
	if (!rc)
		rc = open_log(l, id, ".log", &f.text_fd, &f.text_path, err);
	if (!rc)
		rc = open_log(l, id, ".steps", &f.steps_fd, NULL, err);
	if (rc)
		return rc;
	*ret_files = f;
	f = (rd_log_files){-1, -1, NULL};
	return RD_OK;
}

const struct rd_rack_logs rd_local_logs = {.open = open_logs};

/* ---- sources ---- */

static rd_code insert_object(rd_local *l, const char *app, const char *digest, uint64_t bytes,
	rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *objects = rd_path_join(l->dir, "objects");
	RD_AUTOFREE char *path = NULL;
	rd_code rc = objects ? rd_source_path(objects, digest, &path, err) : rd_err_nomem(err);

	if (!rc)
		rc = rd_db_begin(l->db, true, &tx, err);
	/* An app with the same source may have been removed just now (local_apps.c). */
	if (!rc && !rd_file_exists(path))
		rc = rd_err_set(err, RD_EBUSY, "the source was removed meanwhile: try again");
	if (!rc)
		rc = rd_local_exec(tx, NULL, err,
			"INSERT INTO objects (app, key, digest, bytes, created_us) "
			"VALUES (?, ?, ?, ?, ?) ON CONFLICT (app, key) DO UPDATE SET "
			"created_us = excluded.created_us",
			"tttii", app, digest, digest, (int64_t)bytes, rd_wall_us());
	return rc ? rc : rd_tx_commit(RD_TAKE(tx), err);
}

static rd_code make_url(const char *app, const char *digest, char **ret_url, rd_err *err)
{
	RD_STR_AUTO rd_str url = RD_STR_INIT(0);

	rd_str_printf(&url, "object://%s/%s", app, digest);
	*ret_url = rd_str_take(&url);
	return *ret_url ? RD_OK : rd_err_nomem(err);
}

static rd_code put(rd_rack *r, const char *app, rd_reader *tar,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, char **ret_url,
	rd_err *err)
{
	rd_local *l = rd_local_of(r);
	RD_AUTOFREE char *objects = rd_path_join(l->dir, "objects");
	rd_meter meter;
	char digest[RD_SHA256_HEX];
	rd_code rc;

	rd_meter_init(&meter, tar);
	meter.progress = progress;
	meter.arg = arg;
	rc = objects ? rd_source_store(objects, &meter.base, cancel, digest, err)
		     : rd_err_nomem(err);
	if (!rc)
		rc = insert_object(l, app, digest, meter.bytes, err);
	return rc ? rc : make_url(app, digest, ret_url, err);
}

/* Unchanged trees are known without a byte being read. */
static rd_code find(rd_rack *r, const char *app, const uint8_t key[RD_SHA256_BYTES], char **ret_url,
	rd_err *err)
{
	rd_local *l = rd_local_of(r);
	RD_AUTOFREE char *objects = rd_path_join(l->dir, "objects");
	char digest[RD_SHA256_HEX];
	rd_code rc;

	*ret_url = NULL;
	if (!objects)
		return rd_err_nomem(err);
	if (!rd_source_known(objects, key, digest))
		return RD_OK;
	rc = insert_object(l, app, digest, 0, err);
	/* It was pruned just now. */
	if (rc == RD_EBUSY)
		return RD_OK;
	return rc ? rc : make_url(app, digest, ret_url, err);
}

static rd_code remember(rd_rack *r, const char *url, const uint8_t key[RD_SHA256_BYTES],
	rd_err *err)
{
	RD_AUTOFREE char *objects = rd_path_join(rd_local_of(r)->dir, "objects");

	if (!objects)
		return rd_err_nomem(err);
	return rd_source_remember(objects, key, rd_path_base(url), err);
}

/* A stored source on its way out, and what it is made of. */
typedef struct leaving {
	rd_reader base; /* first */
	rd_source *source;
	rd_reader *tar, *gzip;
} leaving;

static rd_code read_leaving(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	return rd_read(((leaving *)r)->gzip, buf, cap, ret_n, err);
}

static void close_leaving(rd_reader *r)
{
	leaving *l = (leaving *)r;

	rd_reader_close(l->gzip);
	rd_reader_close(l->tar);
	rd_source_close(l->source);
	free(l);
}

static rd_code find_object(rd_local *l, const char *app, const char *key, char **ret_digest,
	rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	bool found = false;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	if (!rc)
		rc = rd_local_require_app(tx, app, err);
	if (!rc)
		rc = rd_local_text(tx, &found, ret_digest, err,
			"SELECT digest FROM objects WHERE app = ? AND key = ?", "tt", app, key);
	if (!rc && !found)
		rc = rd_err_set(err, RD_ENOENT, "object not found: %s", key);
	return rc;
}

static rd_code get(rd_rack *r, const char *app, const char *key, rd_reader **ret_gzip, rd_err *err)
{
	static const struct rd_reader_ops ops = {read_leaving, close_leaving, NULL};
	rd_local *l = rd_local_of(r);
	RD_AUTOFREE char *objects = rd_path_join(l->dir, "objects");
	RD_AUTOFREE char *digest = NULL;
	leaving *out = calloc(1, sizeof(*out));
	rd_code rc = objects && out ? find_object(l, app, key, &digest, err) : rd_err_nomem(err);

	if (!rc)
		rc = rd_source_open(objects, digest, &out->source, err);
	if (!rc)
		rc = rd_source_context(out->source, ".", NULL, NULL, &out->tar, err);
	if (!rc)
		rc = rd_gzip_open(out->tar, &out->gzip, err);
	if (rc) {
		if (out)
			close_leaving(&out->base);
		return rc;
	}
	out->base.ops = &ops;
	*ret_gzip = &out->base;
	return RD_OK;
}

const struct rd_rack_objects rd_local_objects = {
	.put = put, .find = find, .remember = remember, .get = get};

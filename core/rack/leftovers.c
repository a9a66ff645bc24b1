/* SPDX-License-Identifier: MIT */
/* What builds leave outside of the database. */
#include "core/rack/leftovers.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/sweep.h"
#include "core/store/source.h"

static const char *const places[][2] = {{"logs", ".log"}, {"logs", ".steps"}, {"run", ".lock"},
	{"run", ".cancel"}, {"run", ".spare"}};

void rd_leftovers_done(rd_leftovers *left)
{
	rd_strs_done(&left->builds);
	rd_strs_done(&left->sources);
	rd_str_done(&left->sweep);
}

static rd_code put_tag(rd_stmt *s, void *sweep, rd_err *err)
{
	return rd_sweep_put(sweep, rd_stmt_col(s, 0), NULL, rd_stmt_col(s, 1), err);
}

static rd_code add_tags(rd_tx *tx, const char *build, rd_str *sweep, rd_err *err)
{
	return rd_local_each(tx, put_tag, sweep, err,
		"SELECT b.opts, i.tag FROM builds b JOIN (SELECT build, tag FROM images "
		"UNION SELECT build, remote FROM images) i ON i.build = b.id "
		"WHERE b.id = ? AND i.tag <> ''",
		"t", build);
}

rd_code rd_leftovers_add(rd_tx *tx, const char *build, rd_leftovers *left, rd_err *err)
{
	rd_code rc = rd_strs_add(&left->builds, build) ? RD_OK : rd_err_nomem(err);

	if (!rc)
		rc = rd_local_each(tx, rd_local_put_text, &left->sources, err,
			"SELECT source FROM builds WHERE id = ? AND source <> ''", "t", build);
	return rc ? rc : add_tags(tx, build, &left->sweep, err);
}

static void clear_files(const char *dir, const char *build)
{
	for (size_t i = 0; i < RD_LEN(places); i++) {
		RD_AUTOFREE char *path = rd_local_path(dir, places[i][0], build, places[i][1]);

		if (path)
			unlink(path);
	}
}

/* Removes the sources that no row names any more, under the write lock: who stores the same source
 * again is ordered before (and keeps it) or after (and sees that it is gone). */
static void clear_sources(const char *dir, rd_db *db, const rd_strs *digests)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *objects = rd_path_join(dir, "objects");
	rd_code rc = objects ? rd_db_begin(db, true, &tx, NULL) : RD_ENOMEM;

	for (size_t i = 0; !rc && i < digests->len; i++) {
		RD_AUTOFREE char *path = NULL;
		bool is_used;

		rc = rd_local_source_used(tx, digests->items[i], &is_used, NULL);
		if (!rc && !is_used && !rd_source_path(objects, digests->items[i], &path, NULL))
			unlink(path);
	}
}

rd_code rd_local_source_used(rd_tx *tx, const char *digest, bool *ret_used, rd_err *err)
{
	RD_AUTOFREE char *found = NULL;

	return rd_local_text(tx, ret_used, &found, err,
		"SELECT source FROM builds WHERE source = ?1 UNION "
		"SELECT digest FROM objects WHERE digest = ?1",
		"t", digest);
}

void rd_leftovers_clear(const char *dir, rd_db *db, const rd_leftovers *left)
{
	for (size_t i = 0; i < left->builds.len; i++)
		clear_files(dir, left->builds.items[i]);
	if (left->sources.len)
		clear_sources(dir, db, &left->sources);
	if (left->sweep.len && !rd_sweep_note(dir, &left->sweep, false, NULL))
		rd_sweep_start(dir);
}

int64_t rd_leftovers_log_bytes(const char *dir, const char *build)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < RD_LEN(places); i++) {
		RD_AUTOFREE char *path = rd_local_path(dir, places[i][0], build, places[i][1]);
		struct stat st;

		if (path && !stat(path, &st))
			bytes += st.st_size;
	}
	return bytes;
}

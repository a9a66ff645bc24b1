/* SPDX-License-Identifier: MIT */
/* Retention of builds and the removal of what nothing refers to. */
#include "core/rack/prune.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/rack/leftovers.h"
#include "core/store/source.h"

/*
 * DESIGN: one write transaction decides and removes the rows; a dry run does the same and rolls back, so
 * that it tells exactly what a real one does. Files go after the commit. What nothing refers to is left
 * alone while it is young: an upload is there before its build is, a source before its upload's row.
 */
#define YOUNG_US (60 * 60 * 1000000LL)
#define DAY_US (24 * 60 * 60 * 1000000LL)
#define SHORT_DIGEST 12

typedef struct pruner {
	const char *dir;
	const rd_prune_opts *opts;
	rd_tx *tx;
	int64_t now_us;
	rd_leftovers left;
	rd_strs files; /* paths of orphans */
	rd_prune_report report;
} pruner;

static void pruner_done(pruner *p)
{
	rd_tx_rollback(p->tx);
	rd_leftovers_done(&p->left);
	rd_strs_done(&p->files);
	rd_prune_report_done(&p->report);
}

/* An rd_prune_item of borrowed texts. */
typedef struct fact {
	const char *kind, *name, *app, *why;
	int64_t bytes;
	int images;
} fact;

static rd_code report(pruner *p, const fact *what, rd_err *err)
{
	rd_prune_item *item = rd_vec_push(&p->report.items);

	if (!item)
		return rd_err_nomem(err);
	*item = (rd_prune_item){rd_strdup(what->kind), rd_strdup(what->name),
		rd_strdup(rd_or_empty(what->app)), rd_strdup(what->why), what->bytes, what->images};
	if (!item->kind || !item->name || !item->app || !item->why)
		return rd_err_nomem(err);
	p->report.bytes += what->bytes;
	p->report.builds += !strcmp(what->kind, "build");
	p->report.images += what->images;
	return RD_OK;
}

/* ---- retention ---- */

/* What is kept of one app; 0: that rule is not set. With both, a build goes if neither keeps it. */
typedef struct rule {
	int64_t builds, days;
	rd_strs kept; /* ids that stay in any case */
} rule;

static rd_code load_rule(pruner *p, const char *app, rule *ret, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	RD_STR_AUTO rd_str scope = RD_STR_INIT(0);
	rd_code rc;

	rd_str_printf(&scope, "app/%s", app);
	rc = rd_local_params(p->tx, rd_str_get(&scope), &params, err);
	if (rc)
		return rc;
	ret->builds = p->opts->keep_builds;
	ret->days = p->opts->keep_days;
	if (!ret->builds && !ret->days) {
		ret->builds = rd_local_param_number(&params, "KeepBuilds", 0);
		ret->days = rd_local_param_number(&params, "KeepDays", 0);
	}
	/* The latest release is what the next change of the environment begins from; the one that was
	 * active before is what a rollback goes to. */
	return rd_local_each(p->tx, rd_local_put_text, &ret->kept, err,
		"SELECT build FROM releases WHERE id = (SELECT release FROM apps WHERE name = ?1) "
		"UNION SELECT build FROM (SELECT build FROM releases WHERE app = ?1 "
		"ORDER BY seq DESC LIMIT 1) "
		"UNION SELECT build FROM (SELECT build FROM releases WHERE app = ?1 AND "
		"promoted_us > 0 ORDER BY promoted_us DESC LIMIT 2)",
		"t", app);
}

/* Why a build goes; an empty text: it stays. @n_good complete builds that are as new or newer. */
static void judge(const pruner *p, const rule *r, int64_t n_good, bool is_good, int64_t made_us,
	rd_str *why)
{
	bool by_count = r->builds && (is_good ? n_good > r->builds : n_good >= r->builds);
	bool by_age = r->days && (p->now_us - made_us) / DAY_US >= r->days;

	if ((!r->builds && !r->days) || (r->builds && !by_count) || (r->days && !by_age))
		return;
	if (by_count)
		rd_str_printf(why, "older than the newest %lld", (long long)r->builds);
	if (by_age)
		rd_str_printf(why, "%solder than %lld days", by_count ? ", " : "",
			(long long)r->days);
}

static rd_code remove_build(pruner *p, const char *app, const char *id, const char *why,
	rd_err *err)
{
	int64_t images = 0;
	bool found;
	rd_code rc = rd_local_number(p->tx, &found, &images, err,
		"SELECT count(*) FROM images WHERE build = ? AND tag <> ''", "t", id);

	if (!rc)
		rc = report(p,
			&(fact){"build", id, app, why, rd_leftovers_log_bytes(p->dir, id),
				(int)images},
			err);
	if (!rc)
		rc = rd_leftovers_add(p->tx, id, &p->left, err);
	/* An upload that came after the build may be waiting for a build of its own. */
	if (!rc)
		rc = rd_local_exec(p->tx, NULL, err,
			"DELETE FROM objects WHERE (app, digest) = (SELECT app, source FROM builds "
			"WHERE id = ?1) AND created_us <= (SELECT created_us FROM builds WHERE id "
			"= ?1)",
			"t", id);
	if (!rc)
		rc = rd_local_exec(p->tx, NULL, err, "DELETE FROM releases WHERE build = ?", "t",
			id);
	return rc ? rc
		  : rd_local_exec(p->tx, NULL, err, "DELETE FROM builds WHERE id = ?", "t", id);
}

/* The builds of an app that go: id, then why. */
static rd_code choose_builds(pruner *p, const char *app, const rule *r, rd_strs *out, rd_err *err)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	int64_t n_good = 0;
	rd_code rc = rd_local_query(p->tx, &s, err,
		"SELECT id, status, max(created_us, ended_us) FROM builds WHERE app = ? "
		"ORDER BY seq DESC",
		"t", app);
	bool row;

	while (!rc && !(rc = rd_stmt_step(s, &row, err)) && row) {
		const char *id = rd_stmt_col(s, 0), *status = rd_stmt_col(s, 1);
		bool is_good = !strcmp(status, "complete");
		RD_STR_AUTO rd_str why = RD_STR_INIT(0);

		n_good += is_good;
		if (!is_good && strcmp(status, "failed") != 0)
			continue;
		judge(p, r, n_good, is_good, rd_stmt_col_int(s, 2), &why);
		if (why.len && !rd_strs_has(&r->kept, id) &&
			(!rd_strs_add(out, id) || !rd_strs_add(out, rd_str_get(&why))))
			rc = rd_err_nomem(err);
	}
	return rc;
}

static rd_code prune_app(pruner *p, const char *app, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs builds = {0};
	rule r = {0};
	rd_code rc = load_rule(p, app, &r, err);

	if (!rc)
		rc = choose_builds(p, app, &r, &builds, err);
	for (size_t i = 0; !rc && i < builds.len; i += 2)
		rc = remove_build(p, app, builds.items[i], builds.items[i + 1], err);
	rd_strs_done(&r.kept);
	return rc;
}

static rd_code prune_apps(pruner *p, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs apps = {0};
	rd_code rc;

	if (p->opts->app) {
		rc = rd_local_require_app(p->tx, p->opts->app, err);
		return rc ? rc : prune_app(p, p->opts->app, err);
	}
	rc = rd_local_each(p->tx, rd_local_put_text, &apps, err,
		"SELECT name FROM apps ORDER BY name", "");
	for (size_t i = 0; !rc && i < apps.len; i++)
		rc = prune_app(p, apps.items[i], err);
	return rc;
}

/* ---- what nothing refers to ---- */

/* Uploads of which no build was made. */
static rd_code prune_uploads(pruner *p, rd_err *err)
{
	static const char where[] =
		" FROM objects WHERE created_us < ? AND (? = '' OR app = ?) AND digest NOT IN "
		"(SELECT source FROM builds)";
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	RD_STR_AUTO rd_str sql = RD_STR_INIT(0);
	const char *app = rd_or_empty(p->opts->app);
	int64_t before_us = p->now_us - YOUNG_US;
	rd_code rc;
	bool row;

	rd_str_printf(&sql, "SELECT app, digest%s ORDER BY created_us DESC", where);
	rc = rd_local_query(p->tx, &s, err, rd_str_get(&sql), "itt", before_us, app, app);
	while (!rc && !(rc = rd_stmt_step(s, &row, err)) && row) {
		char name[SHORT_DIGEST + 1];

		snprintf(name, sizeof(name), "%s", rd_stmt_col(s, 1));
		if (!rd_strs_add(&p->left.sources, rd_stmt_col(s, 1)))
			return rd_err_nomem(err);
		rc = report(p,
			&(fact){"upload", name, rd_stmt_col(s, 0), "no build was made of it", 0, 0},
			err);
	}
	rd_str_clear(&sql);
	rd_str_printf(&sql, "DELETE%s", where);
	return rc ? rc
		  : rd_local_exec(p->tx, NULL, err, rd_str_get(&sql), "itt", before_us, app, app);
}

/* A file below objects/; its bytes count when nothing refers to it after the rows went. */
static rd_code judge_source(pruner *p, const char *path, const char *digest, rd_err *err)
{
	bool is_ours = rd_strs_has(&p->left.sources, digest), is_used = true;
	char name[SHORT_DIGEST + 1];
	struct stat st;
	rd_code rc = rd_local_source_used(p->tx, digest, &is_used, err);

	if (rc || is_used || lstat(path, &st))
		return rc;
	if (!is_ours && (p->opts->app || p->now_us - st.st_mtim.tv_sec * 1000000LL < YOUNG_US))
		return RD_OK;
	if (!rd_strs_add(&p->left.sources, digest))
		return rd_err_nomem(err);
	snprintf(name, sizeof(name), "%s", digest);
	return report(p, &(fact){"source", name, NULL, "nothing refers to it", st.st_size, 0}, err);
}

/* Calls fn for each name in a folder that ends so; a folder that is not there has none. */
static rd_code each_file(pruner *p, const char *folder, const char *ending,
	rd_code (*fn)(pruner *p, const char *path, const char *stem, rd_err *err), rd_err *err)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	rd_code rc = RD_OK;

	while (d && !rc && (e = readdir(d))) {
		RD_AUTOFREE char *path = NULL;
		RD_STR_AUTO rd_str stem = RD_STR_INIT(0);

		if (!rd_ends_with(e->d_name, ending))
			continue;
		path = rd_path_join(folder, e->d_name);
		rd_str_putn(&stem, e->d_name, strlen(e->d_name) - strlen(ending));
		rc = path ? fn(p, path, rd_str_get(&stem), err) : rd_err_nomem(err);
	}
	if (d)
		closedir(d);
	return rc;
}

static rd_code judge_source_file(pruner *p, const char *path, const char *stem, rd_err *err)
{
	const char *folder = path + strlen(path) - strlen(stem) - strlen("xx/") - strlen(".src");
	RD_STR_AUTO rd_str digest = RD_STR_INIT(0);

	/* objects/ab/cdef….src */
	rd_str_printf(&digest, "%.2s%s", folder, stem);
	return digest.len == RD_SHA256_HEX - 1 ? judge_source(p, path, rd_str_get(&digest), err)
					       : RD_OK;
}

static rd_code prune_sources(pruner *p, rd_err *err)
{
	RD_AUTOFREE char *objects = rd_path_join(p->dir, "objects");
	rd_code rc = objects ? RD_OK : rd_err_nomem(err);

	for (int i = 0; !rc && i < 256; i++) {
		RD_STR_AUTO rd_str folder = RD_STR_INIT(0);

		rd_str_printf(&folder, "%s/%02x", objects, (unsigned)i);
		rc = each_file(p, rd_str_get(&folder), ".src", judge_source_file, err);
	}
	return rc;
}

/* A log of a build that no row names. */
static rd_code judge_log(pruner *p, const char *path, const char *stem, rd_err *err)
{
	RD_AUTOFREE char *id = NULL;
	bool is_known = true;
	struct stat st;
	rd_code rc = rd_local_text(p->tx, &is_known, &id, err, "SELECT id FROM builds WHERE id = ?",
		"t", stem);

	if (rc || is_known || !rd_id_is('B', stem) || rd_strs_has(&p->left.builds, stem) ||
		lstat(path, &st) || p->now_us - st.st_mtim.tv_sec * 1000000LL < YOUNG_US)
		return rc;
	if (!rd_strs_add(&p->files, path))
		return rd_err_nomem(err);
	return report(p, &(fact){"log", stem, NULL, "its build is not there", st.st_size, 0}, err);
}

static rd_code prune_logs(pruner *p, rd_err *err)
{
	RD_AUTOFREE char *logs = rd_path_join(p->dir, "logs");
	rd_code rc = logs ? each_file(p, logs, ".log", judge_log, err) : rd_err_nomem(err);

	return rc ? rc : each_file(p, logs, ".steps", judge_log, err);
}

/* ---- all of it ---- */

static rd_code decide(pruner *p, rd_err *err)
{
	rd_code rc = prune_apps(p, err);

	if (!rc)
		rc = prune_uploads(p, err);
	if (!rc)
		rc = prune_sources(p, err);
	if (!rc && !p->opts->app)
		rc = prune_logs(p, err);
	return rc;
}

rd_code rd_prune_run(const char *dir, rd_db *db, const rd_prune_opts *opts,
	rd_prune_report *ret_report, rd_err *err)
{
	RD_AUTO(pruner_done) pruner p = {.dir = dir, .opts = opts, .now_us = rd_wall_us()};
	rd_code rc = rd_db_begin(db, true, &p.tx, err);

	rd_vec_init(&p.report.items, sizeof(rd_prune_item));
	if (!rc)
		rc = decide(&p, err);
	if (!rc && !opts->dry_run)
		rc = rd_tx_commit(RD_TAKE(p.tx), err);
	if (rc)
		return rc;
	if (!opts->dry_run) {
		rd_leftovers_clear(dir, db, &p.left);
		for (size_t i = 0; i < p.files.len; i++)
			unlink(p.files.items[i]);
	}
	*ret_report = p.report;
	rd_vec_init(&p.report.items, sizeof(rd_prune_item));
	return RD_OK;
}

void rd_prune_after_build(const char *dir, rd_db *db, const char *app)
{
	RD_AUTO(pruner_done)
	pruner p = {.dir = dir, .opts = &(rd_prune_opts){.app = app}, .now_us = rd_wall_us()};

	rd_vec_init(&p.report.items, sizeof(rd_prune_item));
	if (rd_db_begin(db, true, &p.tx, NULL) || prune_app(&p, app, NULL) || !p.left.builds.len ||
		rd_tx_commit(RD_TAKE(p.tx), NULL))
		return;
	rd_leftovers_clear(dir, db, &p.left);
}

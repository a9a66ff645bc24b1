/* SPDX-License-Identifier: MIT */
/* Checking a local rack and mending what can be mended. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/leftovers.h"
#include "core/rack/local_cache.h"
#include "core/rack/local_images.h"
#include "core/rack/prune.h"
#include "core/store/source.h"

#define READ_BYTES ((size_t)256 << 10)

typedef struct checker {
	rd_local *local;
	bool deep, dry_run;
	rd_cancel *cancel;
	rd_vec checks; /* rd_check */
	size_t n_seen; /* of the kind that is being looked at */
	size_t n_bad;
} checker;

/* @text printed; mend: what was or is to be done. */
static rd_code find(checker *c, rd_health health, const char *name, const rd_str *text,
	const char *mend, rd_err *err)
{
	rd_check *check = rd_vec_push(&c->checks);

	c->n_bad++;
	if (!check)
		return rd_err_nomem(err);
	*check = (rd_check){health, rd_strdup(name), rd_strdup(rd_str_get(text)), rd_strdup(mend)};
	return check->name && check->text && check->mend ? RD_OK : rd_err_nomem(err);
}

/* Ends the look at one kind of thing: if nothing was found, that is a line, too. */
static rd_code all_well(checker *c, const char *name, const char *things, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code rc = RD_OK;

	rd_str_printf(&text, "%zu %s", c->n_seen, things);
	if (!c->n_bad)
		rc = find(c, RD_HEALTH_OK, name, &text, "", err);
	c->n_seen = c->n_bad = 0;
	return rc;
}

/* ---- database ---- */

static rd_code check_database(checker *c, rd_tx *tx, rd_err *err)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	rd_code rc = rd_local_query(tx, &s, err, "PRAGMA integrity_check(20)", "");
	bool row;

	while (!rc && !(rc = rd_stmt_step(s, &row, err)) && row) {
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);

		c->n_seen++;
		rd_str_put(&text, rd_stmt_col(s, 0));
		if (strcmp(rd_stmt_col(s, 0), "ok") != 0)
			rc = find(c, RD_HEALTH_BAD, "database", &text,
				"save a copy of rack.db, then try sqlite3's .recover on it", err);
	}
	return rc ? rc : all_well(c, "database", "integrity check is good", err);
}

/* A query of ids that refer to what is not there, and the statement that ends that. */
typedef struct dangling {
	const char *name, *find_sql, *mend_sql, *text;
} dangling;

static const dangling danglings[] = {
	{"app",
		"SELECT name FROM apps WHERE release <> '' AND release NOT IN (SELECT id FROM "
		"releases)",
		"UPDATE apps SET release = '' WHERE name = ?", "its active release is not there"},
	{"build",
		"SELECT id FROM builds WHERE release <> '' AND release NOT IN (SELECT id FROM "
		"releases)",
		"UPDATE builds SET release = '' WHERE id = ?", "its release is not there"},
	{"release",
		"SELECT id FROM releases WHERE build <> '' AND build NOT IN (SELECT id FROM "
		"builds)",
		"UPDATE releases SET build = '' WHERE id = ?", "its build is not there"},
};

static rd_code check_dangling(checker *c, rd_tx *tx, const dangling *d, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs ids = {0};
	rd_code rc = rd_local_each(tx, rd_local_put_text, &ids, err, d->find_sql, "");

	for (size_t i = 0; !rc && i < ids.len; i++) {
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);

		rd_str_printf(&text, "%s: %s", ids.items[i], d->text);
		rc = find(c, RD_HEALTH_WARN, d->name, &text,
			c->dry_run ? "the reference would be cleared" : "the reference was cleared",
			err);
		if (!rc && !c->dry_run)
			rc = rd_local_exec(tx, NULL, err, d->mend_sql, "t", ids.items[i]);
	}
	return rc;
}

static rd_code check_rows(checker *c, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(c->local->db, !c->dry_run, &tx, err);

	if (!rc)
		rc = check_database(c, tx, err);
	for (size_t i = 0; !rc && i < RD_LEN(danglings); i++)
		rc = check_dangling(c, tx, &danglings[i], err);
	c->n_bad = 0;
	if (!rc && !c->dry_run)
		rc = rd_tx_commit(RD_TAKE(tx), err);
	return rc;
}

/* ---- sources ---- */

/* Reads all of it: every frame's sum is looked at. */
static rd_code read_source(checker *c, const rd_source *s, rd_err *err)
{
	RD_AUTO(rd_reader_closep) rd_reader *tar = NULL;
	RD_AUTOFREE char *buf = malloc(READ_BYTES);
	rd_code rc = buf ? rd_source_context(s, ".", NULL, NULL, &tar, err) : rd_err_nomem(err);
	size_t n = 1;

	while (!rc && n) {
		rc = rd_read(tar, buf, READ_BYTES, &n, err);
		if (!rc && rd_cancel_fired(c->cancel))
			rc = rd_err_set(err, RD_ECANCELED, "canceled");
	}
	return rc;
}

/* @ret_why what is wrong with it, untouched if nothing is. */
static rd_code try_source(checker *c, const char *objects, const char *digest, rd_err *ret_why,
	rd_err *err)
{
	rd_source *s = NULL;
	rd_err why = {0};
	rd_code rc = rd_source_open(objects, digest, &s, &why);

	if (!rc && c->deep)
		rc = read_source(c, s, &why);
	rd_source_close(s);
	if (rc == RD_ENOMEM || rc == RD_ECANCELED) {
		if (err)
			*err = why;
		return rc;
	}
	*ret_why = why;
	return RD_OK;
}

static rd_code check_source(checker *c, const char *objects, const char *digest, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTOFREE char *path = NULL;
	const char *mend = "builds made of it stay; build again to have it back";
	rd_err why = {0};
	char words[sizeof(why.msg) + sizeof(why.ctx) + 3];
	rd_code rc = try_source(c, objects, digest, &why, err);

	c->n_seen++;
	if (rc || !why.code)
		return rc;
	rd_str_printf(&text, "source %.12s: %s", digest,
		why.code == RD_ENOENT ? "it is not there"
				      : rd_err_text(&why, words, sizeof(words)));
	if (why.code == RD_ENOENT)
		return find(c, RD_HEALTH_WARN, "source", &text, mend, err);
	/* A damaged file would stand in the way of the same source when it is sent again. */
	rc = rd_source_path(objects, digest, &path, err);
	if (!rc && !c->dry_run && unlink(path))
		return find(c, RD_HEALTH_BAD, "source", &text, "it could not be removed", err);
	if (rc)
		return rc;
	return find(c, RD_HEALTH_WARN, "source", &text,
		c->dry_run ? "it would be removed; builds made of it stay"
			   : "it was removed; builds made of it stay",
		err);
}

static rd_code check_sources(checker *c, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs digests = {0};
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *objects = rd_path_join(c->local->dir, "objects");
	rd_code rc = objects ? rd_db_begin(c->local->db, false, &tx, err) : rd_err_nomem(err);

	if (!rc)
		rc = rd_local_each(tx, rd_local_put_text, &digests, err,
			"SELECT source FROM builds WHERE source <> '' UNION "
			"SELECT digest FROM objects WHERE digest <> ''",
			"");
	rd_tx_rollback(RD_TAKE(tx));
	for (size_t i = 0; !rc && i < digests.len; i++)
		rc = check_source(c, objects, digests.items[i], err);
	return rc ? rc : all_well(c, "sources", c->deep ? "read" : "there", err);
}

/* ---- logs ---- */

static rd_code check_logs(checker *c, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs ids = {0};
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(c->local->db, false, &tx, err);

	if (!rc)
		rc = rd_local_each(tx, rd_local_put_text, &ids, err,
			"SELECT id FROM builds WHERE status = 'complete' ORDER BY seq", "");
	for (size_t i = 0; !rc && i < ids.len; i++) {
		RD_AUTOFREE char *path = rd_local_path(c->local->dir, "logs", ids.items[i], ".log");
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);

		c->n_seen++;
		if (path && rd_file_exists(path))
			continue;
		rd_str_printf(&text, "the log of build %s is not there", ids.items[i]);
		rc = path ? find(c, RD_HEALTH_WARN, "log", &text, "nothing can bring it back", err)
			  : rd_err_nomem(err);
	}
	return rc ? rc : all_well(c, "logs", "there", err);
}

/* ---- who may read it ---- */

static rd_code check_mode(checker *c, const char *name, mode_t want, rd_err *err)
{
	RD_AUTOFREE char *path =
		*name ? rd_path_join(c->local->dir, name) : rd_strdup(c->local->dir);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	struct stat st;
	bool is_mended;

	if (!path)
		return rd_err_nomem(err);
	if (stat(path, &st))
		return RD_OK;
	c->n_seen++;
	if (!(st.st_mode & 077))
		return RD_OK;
	is_mended = !c->dry_run && !chmod(path, want);
	rd_str_printf(&text, "'%s' is open to others (mode %03o)", path,
		(unsigned)(st.st_mode & 0777));
	return find(c, is_mended || c->dry_run ? RD_HEALTH_WARN : RD_HEALTH_BAD, "mode", &text,
		c->dry_run  ? "it would be closed to them"
		: is_mended ? "it was closed to them"
			    : "it could not be closed",
		err);
}

static rd_code check_modes(checker *c, rd_err *err)
{
	rd_code rc = check_mode(c, "", 0700, err);

	if (!rc)
		rc = check_mode(c, "rack.db", 0600, err);
	if (!rc)
		rc = check_mode(c, "objects", 0700, err);
	if (!rc)
		rc = check_mode(c, "logs", 0700, err);
	if (!rc)
		rc = check_mode(c, "run", 0700, err);
	return rc ? rc : all_well(c, "modes", "closed to others", err);
}

/* ---- images ---- */

/* One row of images: is it in the engine, under its tag? */
static rd_code check_image(checker *c, rd_engine *e, const char *tag, const char *id, rd_err *err)
{
	RD_AUTO(rd_engine_image_done) rd_engine_image image = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_err why = {0};
	rd_code rc = e->ops->inspect(e, id, &image, &why);
	bool is_tagged = !rc && rd_strs_has(&image.tags, tag);

	c->n_seen++;
	if (rc && rc != RD_ENOENT) {
		*err = why;
		return rc;
	}
	if (is_tagged)
		return RD_OK;
	if (rc) {
		rd_str_printf(&text, "%s is not in the engine", tag);
		return find(c, RD_HEALTH_WARN, "image", &text,
			"build again, or prune its build; what runs from it elsewhere is not "
			"touched",
			err);
	}
	rd_str_printf(&text, "%s has lost its tag", tag);
	rc = c->dry_run ? RD_OK : e->ops->tag(e, id, tag, err);
	return rc ? rc
		  : find(c, RD_HEALTH_WARN, "image", &text,
			    c->dry_run ? "it would be tagged again" : "it was tagged again", err);
}

/* Rows of one engine: tag, image id, tag, … */
static rd_code check_engine(checker *c, const char *opts, const rd_strs *images, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_engine *e = NULL;
	rd_err why = {0};
	rd_code rc = rd_local_open_engine(opts, c->cancel, &e, err);

	for (size_t i = 0; !rc && e && !why.code && i + 1 < images->len; i += 2)
		if (check_image(c, e, images->items[i], images->items[i + 1], &why) == RD_ENOMEM)
			rc = rd_err_nomem(err);
	if (!rc && why.code) {
		char words[sizeof(why.msg) + sizeof(why.ctx) + 3];

		rd_str_printf(&text, "not looked at: %s", rd_err_text(&why, words, sizeof(words)));
		rc = find(c, RD_HEALTH_WARN, "images", &text, "start the engine and run it again",
			err);
	}
	rd_engine_close(e);
	return rc;
}

static rd_code check_images(checker *c, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs engines = {0};
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(c->local->db, false, &tx, err);

	if (!rc)
		rc = rd_local_each(tx, rd_local_put_text, &engines, err,
			"SELECT DISTINCT " RD_LOCAL_ENGINE_OF
			" FROM builds b WHERE b.status = 'complete'",
			"");
	for (size_t i = 0; !rc && i < engines.len; i++) {
		RD_AUTO(rd_strs_done) rd_strs images = {0};

		rc = rd_local_each(tx, rd_local_put_text, &images, err,
			"SELECT CASE k.n WHEN 0 THEN i.tag ELSE i.image_id END FROM images i "
			"JOIN builds b ON b.id = i.build, (SELECT 0 AS n UNION SELECT 1) k "
			"WHERE i.tag <> '' AND i.image_id <> '' AND b.status = 'complete' "
			"AND " RD_LOCAL_ENGINE_OF " = ? ORDER BY b.seq, i.service, k.n",
			"t", engines.items[i]);
		if (!rc)
			rc = check_engine(c, engines.items[i], &images, err);
	}
	return rc ? rc : all_well(c, "images", "in their engines", err);
}

/* ---- the artifact cache ---- */

static rd_code check_cache(checker *c, rd_err *err)
{
	rd_err why = {0};
	char words[sizeof(why.msg) + sizeof(why.ctx) + 3];
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code rc =
		c->deep ? rd_local_cache_fsck(c->local, c->dry_run, c->cancel, &c->checks, &why)
			: RD_OK;

	if (rc == RD_ENOMEM || rc == RD_ECANCELED) {
		if (err)
			*err = why;
		return rc;
	}
	if (!rc)
		return RD_OK;
	rd_str_printf(&text, "not looked at: %s", rd_err_text(&why, words, sizeof(words)));
	rc = find(c, RD_HEALTH_WARN, "cache", &text, "see the parameter Cache", err);
	c->n_bad = 0;
	return rc;
}

/* ---- what nothing refers to ---- */

/* As prune does, with the cache where all apps are meant. */
static rd_code prune_all(rd_local *l, const rd_prune_opts *opts, rd_prune_report *ret_report,
	rd_err *err)
{
	RD_AUTO(rd_prune_report_done) rd_prune_report report = {0};
	rd_code rc = rd_prune_run(l->dir, l->db, opts, &report, err);

	if (!rc && !opts->app)
		rc = rd_local_cache_prune(l, opts->dry_run, &report, err);
	if (rc)
		return rc;
	*ret_report = report;
	rd_vec_init(&report.items, sizeof(rd_prune_item));
	return RD_OK;
}

static rd_code check_orphans(checker *c, rd_err *err)
{
	/* Retention is not asked for: so many builds and days that all stay. */
	rd_prune_opts opts = {
		.dry_run = c->dry_run, .keep_builds = INT32_MAX, .keep_days = INT32_MAX};
	RD_AUTO(rd_prune_report_done) rd_prune_report report = {0};
	rd_code rc = prune_all(c->local, &opts, &report, err);

	for (size_t i = 0; !rc && i < report.items.len; i++) {
		const rd_prune_item *item = rd_vec_at(&report.items, i);
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);

		rd_str_printf(&text, "%s %s: %s", item->kind, item->name, item->why);
		rc = find(c, RD_HEALTH_WARN, "orphan", &text,
			!item->bytes && !*item->name ? "run it again later"
			: c->dry_run                 ? "it would be removed"
						     : "it was removed",
			err);
	}
	return rc ? rc : all_well(c, "orphans", "found", err);
}

/* ---- the table ---- */

static rd_code fsck(rd_rack *r, bool deep, bool dry_run, rd_cancel *cancel, rd_vec *ret_checks,
	rd_err *err)
{
	static rd_code (*const looks[])(checker * c, rd_err * err) = {check_rows, check_modes,
		check_sources, check_logs, check_images, check_cache, check_orphans};
	checker c = {.local = rd_local_of(r), .deep = deep, .dry_run = dry_run, .cancel = cancel};
	rd_code rc = RD_OK;

	rd_vec_init(&c.checks, sizeof(rd_check));
	for (size_t i = 0; !rc && i < RD_LEN(looks); i++)
		rc = rd_cancel_fired(cancel) ? rd_err_set(err, RD_ECANCELED, "canceled")
					     : looks[i](&c, err);
	if (rc) {
		rd_checks_done(&c.checks);
		return rc;
	}
	*ret_checks = c.checks;
	return RD_OK;
}

static rd_code prune(rd_rack *r, const rd_prune_opts *opts, rd_prune_report *ret_report,
	rd_err *err)
{
	return prune_all(rd_local_of(r), opts, ret_report, err);
}

const struct rd_rack_care rd_local_care = {prune, fsck};

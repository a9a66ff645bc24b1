/* SPDX-License-Identifier: MIT */
/* The images of a local rack: what the database knows of them, with sizes from their engines. */
#include "core/rack/local_images.h"

#include <stdlib.h>

#include "core/rack/local_impl.h"
#include "core/rack/places.h"

#define PATIENCE_MS 5000

rd_code rd_local_open_engine(const char *json, rd_cancel *cancel, rd_engine **ret_engine,
	rd_err *err)
{
	rd_engine *e = NULL;
	rd_code rc = rd_place_open(json, "engine", &e, err);

	if (e) {
		e->cancel = cancel;
		e->patience_ms = PATIENCE_MS;
	}
	if (rc && rc != RD_ENOENT)
		return rc;
	*ret_engine = e;
	return RD_OK;
}

/* A row of the query, with the engine to ask. */
struct row {
	rd_image image;
	char *engine;
};

static void rows_done(rd_vec *rows)
{
	for (size_t i = 0; i < rows->len; i++) {
		struct row *r = rd_vec_at(rows, i);

		rd_image_done(&r->image);
		free(r->engine);
	}
	rd_vec_done(rows);
}

static bool split(char *words, rd_strs *out)
{
	char *rest = NULL;

	for (char *w = strtok_r(words, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		if (!rd_strs_add(out, w))
			return false;
	return true;
}

static rd_code read_row(rd_stmt *s, void *rows, rd_err *err)
{
	struct row *r = rd_vec_push(rows);
	RD_AUTOFREE char *releases = NULL;

	if (!r)
		return rd_err_nomem(err);
	*r = (struct row){.image = {.bytes = -1}};
	if (!rd_local_col(s, 0, &r->image.app) || !rd_local_col(s, 1, &r->image.build) ||
		!rd_local_col(s, 2, &r->image.service) || !rd_local_col(s, 3, &r->image.tag) ||
		!rd_local_col(s, 4, &r->image.id) || !rd_local_col(s, 5, &r->image.remote) ||
		!rd_local_col(s, 6, &releases) || !rd_local_col(s, 7, &r->engine) ||
		!split(releases, &r->image.releases))
		return rd_err_nomem(err);
	r->image.is_active = rd_stmt_col_int(s, 8) > 0;
	return RD_OK;
}

static rd_code read_rows(rd_local *l, const char *app, const char *build, rd_vec *rows, rd_err *err)
{
	static const char sql[] =
		"SELECT b.app, i.build, i.service, i.tag, i.image_id, i.remote,"
		" coalesce((SELECT group_concat(id, ' ') FROM (SELECT r.id FROM releases r"
		"  WHERE r.build = b.id ORDER BY r.seq DESC)), ''), " RD_LOCAL_ENGINE_OF ","
		" (SELECT count(*) FROM apps a JOIN releases r ON r.id = a.release"
		"  WHERE a.name = b.app AND r.build = b.id)"
		" FROM images i JOIN builds b ON b.id = i.build"
		" WHERE b.status = 'complete' AND (?1 = '' OR b.app = ?1) AND (?2 = '' OR b.id = "
		"?2)"
		" ORDER BY b.app, b.seq DESC, i.service";
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	return rc ? rc
		  : rd_local_each(tx, read_row, rows, err, sql, "tt", rd_or_empty(app),
			    rd_or_empty(build));
}

/* Images that are the same one, of several services or builds, are asked for once. */
static const rd_image *find_same(const rd_vec *rows, size_t before)
{
	const struct row *r = rd_vec_at(rows, before);

	for (size_t i = before; i-- > 0;) {
		const struct row *o = rd_vec_at(rows, i);

		if (!strcmp(o->image.id, r->image.id) && !strcmp(o->engine, r->engine))
			return &o->image;
	}
	return NULL;
}

/* Those of one engine. An engine that does not answer leaves sizes unknown. */
static rd_code measure_engine(rd_vec *rows, size_t first, rd_cancel *cancel, rd_err *err)
{
	const char *engine = ((struct row *)rd_vec_at(rows, first))->engine;
	rd_engine *e = NULL;
	rd_err why = {0};
	rd_code rc = rd_local_open_engine(engine, cancel, &e, &why);

	for (size_t i = first; e && i < rows->len && (!rc || rc == RD_ENOENT); i++) {
		struct row *r = rd_vec_at(rows, i);
		const rd_image *same = find_same(rows, i);
		RD_AUTO(rd_engine_image_done) rd_engine_image image = {0};

		if (strcmp(r->engine, engine) != 0 || !r->image.id[0])
			continue;
		if (same) {
			r->image.bytes = same->bytes;
			r->image.is_gone = same->is_gone;
			continue;
		}
		rc = e->ops->inspect(e, r->image.id, &image, &why);
		r->image.bytes = rc ? -1 : image.size_bytes;
		r->image.is_gone = rc == RD_ENOENT;
	}
	rd_engine_close(e);
	if (rc == RD_ECANCELED || rc == RD_ENOMEM)
		return rd_err_set(err, rc, "%s", why.msg);
	return RD_OK;
}

static bool is_first_of_engine(const rd_vec *rows, size_t at)
{
	const struct row *r = rd_vec_at(rows, at);

	for (size_t i = 0; i < at; i++)
		if (!strcmp(((struct row *)rd_vec_at(rows, i))->engine, r->engine))
			return false;
	return true;
}

static rd_code list(rd_rack *r, const char *app, const char *build, rd_cancel *cancel,
	rd_vec *ret_images, rd_err *err)
{
	RD_AUTO(rows_done) rd_vec rows = RD_VEC_INIT(struct row);
	RD_AUTO(rd_images_done) rd_vec images = RD_VEC_INIT(rd_image);
	rd_code rc = read_rows(rd_local_of(r), app, build, &rows, err);

	for (size_t i = 0; !rc && i < rows.len; i++)
		if (is_first_of_engine(&rows, i))
			rc = measure_engine(&rows, i, cancel, err);
	for (size_t i = 0; !rc && i < rows.len; i++) {
		rd_image *to = rd_vec_push(&images);
		struct row *from = rd_vec_at(&rows, i);

		if (!to)
			return rd_err_nomem(err);
		*to = from->image;
		from->image = (rd_image){0};
	}
	if (rc)
		return rc;
	*ret_images = rd_vec_take(&images);
	return RD_OK;
}

const struct rd_rack_images rd_local_images = {list};

/* SPDX-License-Identifier: MIT */
/* Objects in S3. Packs and their indexes never change: a folder keeps copies of those that went through here. */
#include "core/base/fs.h"
#include "core/chunks/blobs.h"
#include "core/chunks/s3_hold.h"

/* No object is larger: a pack with its last frame. */
#define OBJECT_MAX_BYTES ((size_t)64 << 20)

typedef struct store_s3 {
	rd_blobs base;
	rd_s3 *s3;
	rd_blobs *copies;
} store_s3;

static store_s3 *of(const rd_blobs *b)
{
	return (store_s3 *)(uintptr_t)b;
}

static bool is_copied(const char *name)
{
	return rd_starts_with(name, RD_BLOBS_PACKS "/") || rd_starts_with(name, RD_BLOBS_INDEX "/");
}

/* A copy that cannot be kept is made up for by asking again. */
static void keep_copy(store_s3 *s, const char *name, const void *bytes, size_t n)
{
	s->copies->ops->put(s->copies, name, bytes, n, NULL);
}

static rd_code s3_put(rd_blobs *b, const char *name, const void *bytes, size_t n, rd_err *err)
{
	store_s3 *s = of(b);
	rd_code code = rd_s3_put(s->s3, name, bytes, n, err);

	if (!code && is_copied(name))
		keep_copy(s, name, bytes, n);
	return code;
}

static rd_code s3_get(rd_blobs *b, const char *name, size_t max_bytes, rd_str *out, rd_err *err)
{
	store_s3 *s = of(b);
	size_t before = out->len;
	rd_code code;

	if (is_copied(name) && !s->copies->ops->get(s->copies, name, max_bytes, out, NULL))
		return RD_OK;
	code = rd_s3_get(s->s3, name, max_bytes, out, err);
	if (!code && is_copied(name))
		keep_copy(s, name, rd_str_get(out) + before, out->len - before);
	return code;
}

/* The whole is fetched once; all later parts come from the copy. */
static rd_code s3_read(rd_blobs *b, const char *name, uint64_t at, void *buf, size_t n, rd_err *err)
{
	store_s3 *s = of(b);
	RD_STR_AUTO rd_str whole = RD_STR_INIT(0);
	rd_code code = s->copies->ops->read(s->copies, name, at, buf, n, err);

	if (code != RD_ENOENT)
		return code;
	code = s3_get(b, name, OBJECT_MAX_BYTES, &whole, err);
	if (code)
		return code == RD_ELIMIT ? RD_ECORRUPT : code;
	if (at > whole.len || n > whole.len - at)
		return rd_err_set(err, RD_ECORRUPT, "'%s' is cut short", name);
	memcpy(buf, whole.data + at, n);
	return RD_OK;
}

static bool s3_drop_copy(rd_blobs *b, const char *name)
{
	store_s3 *s = of(b);

	return !s->copies->ops->remove(s->copies, name, NULL);
}

static rd_code s3_list(rd_blobs *b, const char *room, rd_vec *ret_list, rd_err *err)
{
	RD_STR_AUTO rd_str prefix = RD_STR_INIT(0);
	rd_vec objects = RD_VEC_INIT(rd_s3_object);
	rd_vec list = RD_VEC_INIT(rd_blob);
	rd_code code;

	rd_str_printf(&prefix, "%s/", room);
	code = rd_str_check(&prefix, "a name", err);
	if (!code)
		code = rd_s3_list(of(b)->s3, prefix.data, &objects, err);
	for (size_t i = 0; i < objects.len && !code; i++) {
		rd_s3_object *o = rd_vec_at(&objects, i);
		rd_blob *blob = rd_vec_push(&list);

		if (!blob)
			code = rd_err_nomem(err);
		else
			*blob = (rd_blob){RD_TAKE(o->name), o->bytes};
	}
	rd_s3_objects_done(&objects);
	if (code)
		rd_blob_list_done(&list);
	else
		*ret_list = list;
	return code;
}

static rd_code s3_remove(rd_blobs *b, const char *name, rd_err *err)
{
	store_s3 *s = of(b);

	if (is_copied(name))
		s->copies->ops->remove(s->copies, name, NULL);
	return rd_s3_remove(s->s3, name, err);
}

static rd_code s3_hold(rd_blobs *b, bool alone, rd_cancel *cancel, void **ret_hold, rd_err *err)
{
	rd_s3_hold *h = NULL;
	rd_code code = rd_s3_hold_take(of(b)->s3, alone, cancel, &h, err);

	if (!code)
		*ret_hold = h;
	return code;
}

static void s3_release(rd_blobs *b RD_UNUSED, void *hold)
{
	rd_s3_hold_release(hold);
}

static bool has(const rd_vec *list, const char *name)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(((rd_blob *)rd_vec_at(list, i))->name, name) == 0)
			return true;
	return false;
}

/* Copies of what another rack removed. */
static rd_code sweep_room(store_s3 *s, const char *room, bool dry_run, uint64_t *bytes, rd_err *err)
{
	rd_vec there = RD_VEC_INIT(rd_blob);
	rd_vec here = RD_VEC_INIT(rd_blob);
	rd_code code = s->copies->ops->list(s->copies, room, &here, err);

	if (!code && here.len)
		code = s3_list(&s->base, room, &there, err);
	for (size_t i = 0; i < here.len && !code; i++) {
		const rd_blob *copy = rd_vec_at(&here, i);
		RD_STR_AUTO rd_str path = RD_STR_INIT(0);

		if (has(&there, copy->name))
			continue;
		*bytes += copy->bytes;
		rd_str_printf(&path, "%s/%s", room, copy->name);
		code = rd_str_check(&path, "a name", err);
		if (!code && !dry_run)
			code = s->copies->ops->remove(s->copies, path.data, err);
	}
	rd_blob_list_done(&here);
	rd_blob_list_done(&there);
	return code;
}

static rd_code s3_sweep(rd_blobs *b, bool dry_run, uint64_t *bytes, rd_err *err)
{
	store_s3 *s = of(b);
	rd_code code = sweep_room(s, RD_BLOBS_INDEX, dry_run, bytes, err);

	if (!code)
		code = sweep_room(s, RD_BLOBS_PACKS, dry_run, bytes, err);
	if (!code && !dry_run)
		code = rd_s3_hold_sweep(s->s3, err);
	return code ? code : s->copies->ops->sweep(s->copies, dry_run, bytes, err);
}

static void s3_moved(const rd_blobs *b, uint64_t *ret_sent, uint64_t *ret_got)
{
	rd_s3_moved(of(b)->s3, ret_sent, ret_got);
}

static void s3_close(rd_blobs *b)
{
	store_s3 *s = of(b);

	rd_s3_close(s->s3);
	if (s->copies)
		s->copies->ops->close(s->copies);
	free(s);
}

static const rd_blobs_ops ops = {s3_put, s3_get, s3_read, s3_drop_copy, s3_list, s3_remove, s3_hold,
	s3_release, s3_sweep, s3_moved, s3_close};

rd_code rd_blobs_s3(const rd_s3_place *place, const char *dir, rd_cancel *cancel,
	rd_blobs **ret_blobs, rd_err *err)
{
	store_s3 *s = calloc(1, sizeof *s);
	char *copies RD_AUTOFREE = rd_path_join(dir, "copies");
	rd_code code;

	if (!s || !copies) {
		free(s);
		return rd_err_nomem(err);
	}
	s->base.ops = &ops;
	/* Apart from what a cache in the folder itself keeps. */
	code = rd_blobs_dir(copies, &s->copies, err);
	if (!code)
		code = rd_s3_open(place, cancel, &s->s3, err);
	if (code)
		s3_close(&s->base);
	else
		*ret_blobs = &s->base;
	return code;
}

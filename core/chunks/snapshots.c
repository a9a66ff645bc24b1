/* SPDX-License-Identifier: MIT */
/* A cache's snapshots: open, find, list, the count of uses; names of objects. */
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/chunks/cache_impl.h"

#define USE_MAX_BYTES 64

rd_code rd_cache_open(const rd_cache_opts *opts, rd_cache **ret_cache, rd_err *err)
{
	rd_cache *c = calloc(1, sizeof *c);
	rd_code code;

	if (!c)
		return rd_err_nomem(err);
	c->budget_bytes = opts->budget_bytes;
	if (opts->s3)
		code = rd_blobs_s3(opts->s3, opts->dir, opts->cancel, &c->blobs, err);
	else
		code = rd_blobs_dir(opts->dir, &c->blobs, err);
	if (code)
		free(c);
	else
		*ret_cache = c;
	return code;
}

rd_cache *rd_cache_close(rd_cache *c)
{
	if (c)
		c->blobs->ops->close(c->blobs);
	free(c);
	return NULL;
}

void rd_cache_moved(const rd_cache *c, uint64_t *ret_sent, uint64_t *ret_got)
{
	c->blobs->ops->moved(c->blobs, ret_sent, ret_got);
}

/* ---- names ---- */

static bool name_ok(const char *name)
{
	size_t n =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n && n <= RD_CACHE_NAME_MAX && !name[n] && name[0] != '.';
}

rd_code rd_cache_name(const char *room, const char *app, const char *service, rd_str *out,
	rd_err *err)
{
	if (!name_ok(app) || !name_ok(service))
		return rd_err_set(err, RD_EINVAL,
			"'%.100s:%.100s' names no cache: letters, digits, '.', '_' and '-' do", app,
			service);
	rd_str_printf(out, "%s/%s:%s", room, app, service);
	return rd_str_check(out, "a name", err);
}

void rd_cache_pack_name(const char *room, const rd_pack_id *id, rd_str *out)
{
	char hex[2 * RD_SHA256_BYTES + 1];

	rd_hex(id->sum, RD_SHA256_BYTES, hex);
	rd_str_printf(out, "%s/%s", room, hex);
}

/* ---- uses ---- */

void rd_cache_load_use(rd_cache *c, rd_snapshot *s)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	RD_STR_AUTO rd_str bytes = RD_STR_INIT(0);

	if (!rd_cache_name(RD_BLOBS_USED, s->info.app, s->info.service, &name, NULL))
		c->blobs->ops->get(c->blobs, name.data, USE_MAX_BYTES, &bytes, NULL);
	rd_snapshot_parse_use(rd_str_get(&bytes), bytes.len, &s->info.hits, &s->info.used_us);
	if (s->info.used_us < s->info.saved_us)
		s->info.used_us = s->info.saved_us;
}

void rd_cache_count_use(rd_cache *c, const rd_snapshot *s)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	RD_STR_AUTO rd_str bytes = RD_STR_INIT(0);

	rd_snapshot_put_use(s->info.hits + 1, rd_wall_us(), &bytes);
	if (rd_str_ok(&bytes) &&
		!rd_cache_name(RD_BLOBS_USED, s->info.app, s->info.service, &name, NULL))
		c->blobs->ops->put(c->blobs, name.data, bytes.data, bytes.len, NULL);
}

/* ---- snapshots ---- */

static rd_code load(rd_cache *c, const char *name, rd_snapshot *ret_snapshot, rd_err *err)
{
	RD_STR_AUTO rd_str bytes = RD_STR_INIT(0);
	RD_STR_AUTO rd_str own = RD_STR_INIT(0);
	rd_code code = c->blobs->ops->get(c->blobs, name, RD_SNAPSHOT_MAX_BYTES, &bytes, err);
	rd_snapshot s;

	if (!code)
		code = rd_snapshot_parse(rd_str_get(&bytes), bytes.len, &s, err);
	if (code)
		return code == RD_ELIMIT ? rd_err_set(err, RD_ECORRUPT, "the snapshot is damaged")
					 : code;
	/* Whole, but another's? */
	code = rd_cache_name(RD_BLOBS_SNAPSHOTS, s.info.app, s.info.service, &own, err);
	if (!code && strcmp(own.data, name) != 0)
		code = rd_err_set(err, RD_ECORRUPT, "the snapshot is that of '%s'", own.data);
	if (code) {
		rd_snapshot_done(&s);
		return code == RD_EINVAL ? RD_ECORRUPT : code;
	}
	*ret_snapshot = s;
	return RD_OK;
}

rd_code rd_cache_load(rd_cache *c, const char *app, const char *service, rd_snapshot *ret_snapshot,
	rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_code code = rd_cache_name(RD_BLOBS_SNAPSHOTS, app, service, &name, err);

	if (!code)
		code = load(c, name.data, ret_snapshot, err);
	if (code == RD_ENOENT)
		return rd_err_set(err, code, "nothing is cached for '%s' of app '%s'", service,
			app);
	if (code == RD_ECORRUPT)
		rd_err_wrap(err, "cache of '%s' of app '%s'", service, app);
	return code;
}

void rd_snapshots_done(rd_vec *snapshots)
{
	for (size_t i = 0; i < snapshots->len; i++)
		rd_snapshot_done(rd_vec_at(snapshots, i));
	rd_vec_done(snapshots);
}

static rd_code load_named(rd_cache *c, const char *name, rd_vec *snapshots, rd_strs *bad,
	rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_snapshot s, *slot;
	rd_code code;

	rd_str_printf(&path, RD_BLOBS_SNAPSHOTS "/%s", name);
	code = rd_str_check(&path, "a name", err);
	if (!code)
		code = load(c, path.data, &s, err);
	if (code == RD_ENOENT)
		return RD_OK;
	if (code == RD_ECORRUPT)
		return !bad || rd_strs_add(bad, name) ? RD_OK : rd_err_nomem(err);
	if (code)
		return code;
	slot = rd_vec_push(snapshots);
	if (!slot) {
		rd_snapshot_done(&s);
		return rd_err_nomem(err);
	}
	*slot = s;
	return RD_OK;
}

rd_code rd_cache_load_all(rd_cache *c, rd_vec *ret_snapshots, rd_strs *ret_bad, rd_err *err)
{
	rd_vec list = RD_VEC_INIT(rd_blob);
	rd_vec snapshots = RD_VEC_INIT(rd_snapshot);
	rd_code code = c->blobs->ops->list(c->blobs, RD_BLOBS_SNAPSHOTS, &list, err);

	for (size_t i = 0; i < list.len && !code; i++)
		code = load_named(c, ((rd_blob *)rd_vec_at(&list, i))->name, &snapshots, ret_bad,
			err);
	rd_blob_list_done(&list);
	if (code)
		rd_snapshots_done(&snapshots);
	else
		*ret_snapshots = snapshots;
	return code;
}

rd_code rd_cache_find(rd_cache *c, const char *app, const char *service, rd_cache_info *ret_info,
	rd_err *err)
{
	rd_snapshot s;
	rd_code code = rd_cache_load(c, app, service, &s, err);

	if (code)
		return code;
	rd_cache_load_use(c, &s);
	*ret_info = s.info;
	s.info = (rd_cache_info){0};
	rd_snapshot_done(&s);
	return RD_OK;
}

static int by_name(const void *a, const void *b)
{
	const rd_cache_info *x = a, *y = b;
	int order = strcmp(x->app, y->app);

	return order ? order : strcmp(x->service, y->service);
}

rd_code rd_cache_list(rd_cache *c, rd_vec *ret_list, rd_err *err)
{
	rd_vec all = RD_VEC_INIT(rd_snapshot);
	rd_vec list = RD_VEC_INIT(rd_cache_info);
	rd_code code = rd_cache_load_all(c, &all, NULL, err);

	for (size_t i = 0; i < all.len && !code; i++) {
		rd_cache_info *info = rd_vec_push(&list),
			      *own = &((rd_snapshot *)rd_vec_at(&all, i))->info;

		rd_cache_load_use(c, rd_vec_at(&all, i));
		if (!info) {
			code = rd_err_nomem(err);
			break;
		}
		*info = *own;
		*own = (rd_cache_info){0};
	}
	rd_snapshots_done(&all);
	if (code) {
		for (size_t i = 0; i < list.len; i++)
			rd_cache_info_done(rd_vec_at(&list, i));
		rd_vec_done(&list);
		return code;
	}
	rd_vec_sort(&list, by_name);
	*ret_list = list;
	return RD_OK;
}

rd_code rd_cache_drop(rd_cache *c, const char *app, const char *service, rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	RD_STR_AUTO rd_str used = RD_STR_INIT(0);
	rd_code code = rd_cache_name(RD_BLOBS_SNAPSHOTS, app, service, &name, err);

	if (!code)
		code = rd_cache_name(RD_BLOBS_USED, app, service, &used, err);
	if (!code)
		code = c->blobs->ops->remove(c->blobs, name.data, err);
	return code ? code : c->blobs->ops->remove(c->blobs, used.data, err);
}

/* ---- packs ---- */

rd_code rd_cache_pack_index(rd_blobs *b, const rd_pack_id *id, rd_pack_index *ret_index,
	rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	RD_STR_AUTO rd_str bytes = RD_STR_INIT(0);
	rd_pack_id sum;
	rd_code code;

	rd_cache_pack_name(RD_BLOBS_INDEX, id, &name);
	code = rd_str_check(&name, "a name", err);
	if (!code)
		code = b->ops->get(b, name.data, RD_PACK_INDEX_MAX_BYTES, &bytes, err);
	if (code == RD_ELIMIT)
		return rd_err_set(err, RD_ECORRUPT, "the index of a pack is damaged");
	if (code)
		return code;
	rd_sha256_of(rd_str_get(&bytes), bytes.len, sum.sum);
	if (memcmp(&sum, id, sizeof sum) != 0)
		return rd_err_set(err, RD_ECORRUPT, "the index of a pack is damaged");
	return rd_pack_index_parse(bytes.data, bytes.len, ret_index, err);
}

rd_code rd_cache_drop_pack(rd_blobs *b, const rd_pack_id *id, rd_err *err)
{
	RD_STR_AUTO rd_str index = RD_STR_INIT(0);
	RD_STR_AUTO rd_str pack = RD_STR_INIT(0);
	rd_code code;

	rd_cache_pack_name(RD_BLOBS_INDEX, id, &index);
	rd_cache_pack_name(RD_BLOBS_PACKS, id, &pack);
	if (!rd_str_ok(&index) || !rd_str_ok(&pack))
		return rd_err_nomem(err);
	code = b->ops->remove(b, index.data, err);
	return code ? code : b->ops->remove(b, pack.data, err);
}

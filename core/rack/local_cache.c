/* SPDX-License-Identifier: MIT */
/* The artifact cache of a local rack. */
#include "core/rack/local_cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/rack/local_impl.h"

#define OFF "off"
#define SIZE_MB 10240
#define MB ((uint64_t)1000 * 1000)

static bool is_s3(const char *value)
{
	return rd_starts_with(value, "s3://");
}

rd_code rd_local_cache_check(const char *value, rd_err *err)
{
	RD_AUTO(rd_s3_place_done) rd_s3_place place = {0};

	if (is_s3(value))
		return rd_s3_parse(value, &place, err);
	if (*value == '/' || !strcmp(value, OFF))
		return RD_OK;
	return rd_err_set(err, RD_EINVAL,
		"parameter Cache is '%s': s3://BUCKET/PREFIX, an absolute folder or 'off' is "
		"expected",
		value);
}

/* ---- the place ---- */

static bool put_s3(const rd_s3_place *s3, rd_kvs *place)
{
	return rd_kvs_set(place, "bucket", s3->bucket) && rd_kvs_set(place, "prefix", s3->prefix) &&
	       rd_kvs_set(place, "endpoint", s3->endpoint) &&
	       rd_kvs_set(place, "region", s3->region) && rd_kvs_set(place, "key_id", s3->key_id) &&
	       rd_kvs_set(place, "secret_key", s3->secret) &&
	       (!s3->token || rd_kvs_set(place, "session_token", s3->token));
}

rd_code rd_local_cache_place(const rd_kvs *params, const char *rack_dir, rd_kvs *place, rd_err *err)
{
	RD_AUTO(rd_s3_place_done) rd_s3_place s3 = {0};
	RD_AUTOFREE char *own = rd_path_join(rack_dir, "cache");
	const char *value = rd_or_empty(rd_kvs_get(params, "Cache"));
	char budget[24], text[sizeof(err->msg) + sizeof(err->ctx) + 3];
	rd_err why = {0};
	bool ok = own;

	snprintf(budget, sizeof(budget), "%llu",
		(unsigned long long)(MB * (uint64_t)rd_local_param_number(params, "CacheSize",
						  SIZE_MB)));
	if (!strcmp(value, OFF))
		return RD_OK;
	ok = ok && rd_kvs_set(place, "dir", *value == '/' ? value : own) &&
	     rd_kvs_set(place, "budget", budget);
	if (ok && is_s3(value) && rd_s3_resolve(value, &s3, &why))
		ok = rd_kvs_set(place, "problem", rd_err_text(&why, text, sizeof(text)));
	else if (ok && is_s3(value))
		ok = put_s3(&s3, place);
	return ok ? RD_OK : rd_err_nomem(err);
}

/* Borrows all of the place. */
static rd_s3_place s3_of(const rd_kvs *place)
{
	const char *const keys[] = {
		"bucket", "prefix", "endpoint", "region", "key_id", "secret_key", "session_token"};
	char *v[RD_LEN(keys)];

	for (size_t i = 0; i < RD_LEN(keys); i++)
		v[i] = (char *)(uintptr_t)rd_kvs_get(place, keys[i]);
	return (rd_s3_place){v[0], v[1], v[2], v[3], v[4], v[5], v[6]};
}

rd_code rd_local_cache_open(const rd_kvs *place, rd_cancel *cancel, rd_cache **ret_cache,
	rd_err *err)
{
	rd_s3_place s3 = s3_of(place);
	const char *problem = rd_kvs_get(place, "problem");
	unsigned long long budget = 0;
	rd_cache_opts opts = {
		.dir = rd_kvs_get(place, "dir"), .cancel = cancel, .s3 = s3.bucket ? &s3 : NULL};

	*ret_cache = NULL;
	if (problem)
		return rd_err_set(err, RD_EUNAVAIL, "%s", problem);
	if (!opts.dir)
		return RD_OK;
	if (!rd_parse_u64(rd_or_empty(rd_kvs_get(place, "budget")), &budget, NULL))
		opts.budget_bytes = budget;
	return rd_cache_open(&opts, ret_cache, err);
}

/* ---- the table ---- */

static void close_cachep(rd_cache **c)
{
	rd_cache_close(*c);
}

/* *ret_cache NULL: it is off. */
static rd_code open_of(rd_local *l, rd_cancel *cancel, rd_cache **ret_cache, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	RD_AUTO(rd_kvs_done) rd_kvs place = {0};
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	if (!rc)
		rc = rd_local_params(tx, "", &params, err);
	rd_tx_rollback(RD_TAKE(tx));
	if (!rc)
		rc = rd_local_cache_place(&params, l->dir, &place, err);
	return rc ? rc : rd_local_cache_open(&place, cancel, ret_cache, err);
}

static rd_code add_cached(const rd_cache_info *info, rd_vec *out, rd_err *err)
{
	rd_cached *c = rd_vec_push(out);

	if (!c)
		return rd_err_nomem(err);
	*c = (rd_cached){rd_strdup(info->app), rd_strdup(info->service), info->saved_us,
		info->used_us, info->hits, info->files, info->bytes, info->stored_bytes};
	return c->app && c->service ? RD_OK : rd_err_nomem(err);
}

static rd_code list(rd_rack *r, rd_cancel *cancel, rd_vec *ret_cached, rd_err *err)
{
	RD_AUTO(close_cachep) rd_cache *cache = NULL;
	RD_AUTO(rd_cached_list_done) rd_vec cached = RD_VEC_INIT(rd_cached);
	rd_vec infos = RD_VEC_INIT(rd_cache_info);
	rd_code rc = open_of(rd_local_of(r), cancel, &cache, err);

	if (!rc && cache)
		rc = rd_cache_list(cache, &infos, err);
	for (size_t i = 0; !rc && i < infos.len; i++)
		rc = add_cached(rd_vec_at(&infos, i), &cached, err);
	for (size_t i = 0; i < infos.len; i++)
		rd_cache_info_done(rd_vec_at(&infos, i));
	rd_vec_done(&infos);
	if (rc)
		return rc;
	*ret_cached = rd_vec_take(&cached);
	return RD_OK;
}

static rd_code require_app(const rd_local *l, const char *app, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	rd_code rc = rd_db_begin(l->db, false, &tx, err);

	return rc ? rc : rd_local_require_app(tx, app, err);
}

static rd_code clear(rd_rack *r, const char *app, uint64_t *ret_freed, rd_err *err)
{
	RD_AUTO(close_cachep) rd_cache *cache = NULL;
	rd_cache_removed removed = {0};
	rd_code rc = open_of(rd_local_of(r), NULL, &cache, err);

	if (!rc && cache)
		rc = rd_cache_clear(cache, app, &removed, err);
	if (!rc && app && !removed.snapshots)
		rc = require_app(rd_local_of(r), app, err);
	if (!rc)
		*ret_freed = removed.bytes;
	return rc;
}

static rd_code add_check(rd_vec *checks, rd_health health, const char *text, const char *mend,
	rd_err *err)
{
	rd_check *c = rd_vec_push(checks);

	if (!c)
		return rd_err_nomem(err);
	*c = (rd_check){health, rd_strdup("cache"), rd_strdup(text), rd_strdup(mend)};
	return c->name && c->text && c->mend ? RD_OK : rd_err_nomem(err);
}

static rd_code tell(const rd_cache_checked *checked, bool dry_run, rd_vec *checks, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code rc;

	rd_str_printf(&text, "%llu caches read, %.1f MB in %llu chunks",
		(unsigned long long)checked->snapshots, (double)checked->bytes / 1e6,
		(unsigned long long)checked->chunks);
	rc = add_check(checks, RD_HEALTH_OK, rd_str_get(&text), "", err);
	for (size_t i = 0; !rc && i < checked->problems.len; i++)
		rc = add_check(checks, RD_HEALTH_WARN, checked->problems.items[i],
			dry_run ? "it would be dropped"
				: "it was dropped; the next build fills it again",
			err);
	return rc;
}

rd_code rd_local_cache_fsck(rd_local *l, bool dry_run, rd_cancel *cancel, rd_vec *checks,
	rd_err *err)
{
	RD_AUTO(close_cachep) rd_cache *cache = NULL;
	rd_cache_checked checked = {0};
	rd_code rc = open_of(l, cancel, &cache, err);

	if (!rc && cache)
		rc = rd_cache_verify(cache, dry_run, cancel, &checked, err);
	if (!rc)
		rc = tell(&checked, dry_run, checks, err);
	rd_strs_done(&checked.problems);
	return rc;
}

static rd_code verify(rd_rack *r, rd_cancel *cancel, rd_vec *ret_checks, rd_err *err)
{
	RD_AUTO(rd_checks_done) rd_vec checks = RD_VEC_INIT(rd_check);
	rd_code rc = rd_local_cache_fsck(rd_local_of(r), false, cancel, &checks, err);

	if (rc)
		return rc;
	*ret_checks = rd_vec_take(&checks);
	return RD_OK;
}

static rd_code report(rd_prune_report *report, const char *name, const char *why, uint64_t bytes,
	rd_err *err)
{
	rd_prune_item *item = rd_vec_push(&report->items);

	if (!item)
		return rd_err_nomem(err);
	*item = (rd_prune_item){rd_strdup("cache"), rd_strdup(name), rd_strdup(""), rd_strdup(why),
		(int64_t)bytes, 0};
	if (!item->kind || !item->name || !item->app || !item->why)
		return rd_err_nomem(err);
	report->bytes += item->bytes;
	return RD_OK;
}

rd_code rd_local_cache_prune(rd_local *l, bool dry_run, rd_prune_report *ret, rd_err *err)
{
	RD_AUTO(close_cachep) rd_cache *cache = NULL;
	rd_cache_removed removed = {0};
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_err why = {0};
	char words[sizeof(why.msg) + sizeof(why.ctx) + 3];
	rd_code rc = open_of(l, NULL, &cache, &why);

	if (!rc && cache)
		rc = rd_cache_gc(cache, dry_run, &removed, &why);
	if (rc == RD_ENOMEM)
		return rd_err_nomem(err);
	if (rc) {
		/* It is only a cache: nothing else waits for it. */
		rd_str_printf(&text, "not looked at: %s", rd_err_text(&why, words, sizeof(words)));
		return report(ret, "", rd_str_get(&text), 0, err);
	}
	rd_str_put(&text, "nothing refers to them");
	if (removed.snapshots)
		rd_str_printf(&text, ", and %llu caches are over CacheSize",
			(unsigned long long)removed.snapshots);
	if (!removed.bytes && !removed.snapshots)
		return RD_OK;
	return report(ret, "chunks", rd_str_get(&text), removed.bytes, err);
}

const struct rd_rack_cache rd_local_cache = {list, clear, verify};

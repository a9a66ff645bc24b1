/* SPDX-License-Identifier: MIT */
/* Removes what has no use, and what is over the budget. */
#include "core/chunks/cache_impl.h"

typedef struct removal {
	rd_cache *cache;
	bool dry_run;
	rd_vec snapshots; /* rd_snapshot */
	rd_vec live;      /* rd_snapshot_pack: of all snapshots, each once, sorted by id */
	rd_cache_removed removed;
} removal;

static int by_use(const void *a, const void *b)
{
	const rd_snapshot *x = a, *y = b;

	return x->info.used_us < y->info.used_us ? 1 : x->info.used_us > y->info.used_us ? -1 : 0;
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(rd_pack_id));
}

/* Collects the packs of the first n snapshots. @ret_bytes what they are together. */
static rd_code collect(removal *r, size_t n, uint64_t *ret_bytes, rd_err *err)
{
	size_t kept = 0;

	rd_vec_clear(&r->live);
	for (size_t i = 0; i < n; i++) {
		const rd_snapshot *s = rd_vec_at(&r->snapshots, i);

		for (size_t k = 0; k < s->packs.len; k++) {
			const rd_snapshot_pack *p = rd_vec_at(&s->packs, k);
			rd_snapshot_pack *own = p->live_bytes ? rd_vec_push(&r->live) : NULL;

			if (p->live_bytes && !own)
				return rd_err_nomem(err);
			if (own)
				*own = *p;
		}
	}
	rd_vec_sort(&r->live, by_id);
	*ret_bytes = 0;
	for (size_t i = 0; i < r->live.len; i++) {
		rd_snapshot_pack *p = rd_vec_at(&r->live, i);

		if (kept && by_id(p, rd_vec_at(&r->live, kept - 1)) == 0)
			continue;
		*ret_bytes += p->bytes;
		*(rd_snapshot_pack *)rd_vec_at(&r->live, kept++) = *p;
	}
	r->live.len = kept;
	return RD_OK;
}

static rd_code drop(removal *r, const rd_snapshot *s, rd_err *err)
{
	r->removed.snapshots++;
	if (r->dry_run)
		return RD_OK;
	return rd_cache_drop(r->cache, s->info.app, s->info.service, err);
}

/* Drops snapshots, the longest not used first, until the rest is within the budget. */
static rd_code drop_over_budget(removal *r, rd_err *err)
{
	size_t n = r->snapshots.len;
	uint64_t bytes;
	rd_code code = collect(r, n, &bytes, err);

	if (code || !r->cache->budget_bytes || bytes <= r->cache->budget_bytes)
		return code;
	for (size_t i = 0; i < n; i++)
		rd_cache_load_use(r->cache, rd_vec_at(&r->snapshots, i));
	rd_vec_sort(&r->snapshots, by_use);
	while (!code && n && bytes > r->cache->budget_bytes) {
		const rd_snapshot *s = rd_vec_at(&r->snapshots, --n);

		code = drop(r, s, err);
		if (!code)
			code = collect(r, n, &bytes, err);
	}
	return code;
}

static bool is_live(const removal *r, const char *hex)
{
	size_t from = 0, to = r->live.len;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		char own[2 * RD_SHA256_BYTES + 1];
		int order;

		rd_hex(((rd_snapshot_pack *)rd_vec_at(&r->live, mid))->id.sum, RD_SHA256_BYTES,
			own);
		order = strcmp(own, hex);
		if (!order)
			return true;
		if (order < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return false;
}

static rd_code sweep_room(removal *r, const char *room, rd_err *err)
{
	rd_vec list = RD_VEC_INIT(rd_blob);
	rd_blobs *b = r->cache->blobs;
	rd_code code = b->ops->list(b, room, &list, err);

	for (size_t i = 0; i < list.len && !code; i++) {
		const rd_blob *blob = rd_vec_at(&list, i);
		RD_STR_AUTO rd_str name = RD_STR_INIT(0);

		if (is_live(r, blob->name))
			continue;
		rd_str_printf(&name, "%s/%s", room, blob->name);
		code = rd_str_check(&name, "a name", err);
		if (!code && !r->dry_run)
			code = b->ops->remove(b, name.data, err);
		r->removed.bytes += blob->bytes;
	}
	rd_blob_list_done(&list);
	return code;
}

/* A snapshot that cannot be read holds nothing; whether it was of use nobody can say. */
static rd_code drop_bad(removal *r, const rd_strs *bad, rd_err *err)
{
	rd_code code = RD_OK;

	for (size_t i = 0; i < bad->len && !code; i++) {
		RD_STR_AUTO rd_str name = RD_STR_INIT(0);
		RD_STR_AUTO rd_str used = RD_STR_INIT(0);

		rd_str_printf(&name, RD_BLOBS_SNAPSHOTS "/%s", bad->items[i]);
		rd_str_printf(&used, RD_BLOBS_USED "/%s", bad->items[i]);
		if (!rd_str_ok(&name) || !rd_str_ok(&used))
			return rd_err_nomem(err);
		code = r->cache->blobs->ops->remove(r->cache->blobs, name.data, err);
		if (!code)
			code = r->cache->blobs->ops->remove(r->cache->blobs, used.data, err);
	}
	return code;
}

static rd_code remove_all(removal *r, rd_err *err)
{
	rd_strs bad = {0};
	rd_code code = rd_cache_load_all(r->cache, &r->snapshots, &bad, err);

	if (!code && !r->dry_run)
		code = drop_bad(r, &bad, err);
	if (!code)
		code = drop_over_budget(r, err);
	/* The index first: a pack without one is unknown, an index without its pack would mislead. */
	if (!code)
		code = sweep_room(r, RD_BLOBS_INDEX, err);
	if (!code)
		code = sweep_room(r, RD_BLOBS_PACKS, err);
	if (!code)
		code = r->cache->blobs->ops->sweep(r->cache->blobs, r->dry_run, &r->removed.bytes,
			err);
	rd_strs_done(&bad);
	return code;
}

rd_code rd_cache_gc(rd_cache *c, bool dry_run, rd_cache_removed *ret_removed, rd_err *err)
{
	removal r = {.cache = c,
		.dry_run = dry_run,
		.snapshots = RD_VEC_INIT(rd_snapshot),
		.live = RD_VEC_INIT(rd_snapshot_pack)};
	void *hold = NULL;
	rd_code code = c->blobs->ops->hold(c->blobs, true, NULL, &hold, err);

	if (code)
		return code;
	code = remove_all(&r, err);
	c->blobs->ops->release(c->blobs, hold);
	rd_snapshots_done(&r.snapshots);
	rd_vec_done(&r.live);
	if (ret_removed)
		*ret_removed = r.removed;
	return code;
}

rd_code rd_cache_clear(rd_cache *c, const char *app, rd_cache_removed *ret_removed, rd_err *err)
{
	rd_vec all = RD_VEC_INIT(rd_snapshot);
	rd_cache_removed removed = {0};
	uint64_t dropped = 0;
	rd_code code = rd_cache_load_all(c, &all, NULL, err);

	for (size_t i = 0; i < all.len && !code; i++) {
		const rd_cache_info *info = &((rd_snapshot *)rd_vec_at(&all, i))->info;

		if (app && strcmp(info->app, app) != 0)
			continue;
		code = rd_cache_drop(c, info->app, info->service, err);
		dropped++;
	}
	rd_snapshots_done(&all);
	if (!code)
		code = rd_cache_gc(c, false, &removed, err);
	if (code == RD_EBUSY)
		code = RD_OK;
	removed.snapshots += dropped;
	if (!code && ret_removed)
		*ret_removed = removed;
	return code;
}

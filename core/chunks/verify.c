/* SPDX-License-Identifier: MIT */
/* Reads all that a cache holds, and drops what is bad. */
#include "core/chunks/cache_impl.h"
#include "core/chunks/fetch.h"

typedef struct check {
	rd_cache *cache;
	bool dry_run;
	rd_cancel *cancel;
	rd_cache_checked *out;
	rd_vec seen; /* rd_pack_id: packs read and found good */
} check;

/* Whether a pack is among those read. */
static bool is_seen(const check *k, const rd_pack_id *id)
{
	for (size_t i = 0; i < k->seen.len; i++)
		if (memcmp(rd_vec_at(&k->seen, i), id, sizeof *id) == 0)
			return true;
	return false;
}

/* Every chunk of a pack. */
static rd_code check_pack(check *k, rd_fetch *f, uint32_t slot, const rd_snapshot_pack *p,
	rd_err *err)
{
	rd_chunk_ref ref = {slot, 0};
	uint64_t bytes = 0;
	rd_pack_id *id;

	if (!p->live_bytes || is_seen(k, &p->id))
		return RD_OK;
	rd_fetch_forget(f, slot);
	for (; bytes < p->raw_bytes; ref.chunk++) {
		const void *chunk;
		size_t n;
		rd_code code = rd_fetch_chunk(f, ref, &chunk, &n, err);

		if (!code && rd_cancel_fired(k->cancel))
			code = rd_err_set(err, RD_ECANCELED, "canceled");
		if (code)
			return code;
		bytes += n;
		k->out->chunks++;
	}
	k->out->bytes += bytes;
	id = rd_vec_push(&k->seen);
	if (!id)
		return rd_err_nomem(err);
	*id = p->id;
	return RD_OK;
}

/* That every entry names chunks that are there, and of its size. */
static rd_code check_entries(rd_fetch *f, const rd_str *block, rd_err *err)
{
	rd_tree_reader *tree = malloc(sizeof *tree);
	const rd_tar_entry *e = NULL;
	rd_code code = tree ? RD_OK : rd_err_nomem(err);

	if (!code)
		rd_tree_open(tree, rd_str_get(block), block->len);
	while (!code) {
		uint64_t size = 0;
		bool is = true;

		code = rd_tree_next(tree, &e, err);
		if (code || !e)
			break;
		while (!code && is) {
			rd_chunk_ref ref;
			size_t n = 0;

			code = rd_tree_ref(tree, &ref, &is, err);
			if (!code && is)
				code = rd_fetch_size(f, ref, &n, err);
			size += n;
		}
		if (!code && size != e->size)
			code = rd_err_set(err, RD_ECORRUPT, "a tree and its chunks disagree");
	}
	free(tree);
	return code;
}

static rd_code check_snapshot(check *k, const rd_snapshot *s, rd_err *err)
{
	RD_STR_AUTO rd_str block = RD_STR_INIT(0);
	rd_fetch *f = NULL;
	rd_code code = rd_fetch_new(k->cache->blobs, &s->packs, k->dry_run, &f, err);

	for (size_t i = 0; i < s->packs.len && !code; i++)
		code = check_pack(k, f, (uint32_t)i, rd_vec_at(&s->packs, i), err);
	for (size_t at = 0; at < s->tree.len && !code;) {
		rd_str_clear(&block);
		code = rd_fetch_block(f, &s->tree, &at, &block, err);
		if (!code)
			code = check_entries(f, &block, err);
	}
	rd_fetch_free(f);
	k->out->snapshots++;
	return code;
}

static rd_code report(check *k, const char *name, const char *why, rd_err *err)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	rd_str_printf(&line, "%s: %s", name, why);
	if (!rd_str_ok(&line) || !rd_strs_add(&k->out->problems, line.data))
		return rd_err_nomem(err);
	return RD_OK;
}

static rd_code check_and_drop(check *k, const rd_snapshot *s, rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_err own = {0};
	char why[sizeof own.msg + sizeof own.ctx];
	rd_code code = check_snapshot(k, s, &own);

	if (code != RD_ECORRUPT) {
		if (code && err)
			*err = own;
		return code;
	}
	rd_str_printf(&name, "%s:%s", s->info.app, s->info.service);
	code = report(k, rd_str_get(&name), rd_err_text(&own, why, sizeof why), err);
	if (code || k->dry_run)
		return code;
	return rd_cache_drop(k->cache, s->info.app, s->info.service, err);
}

static rd_code check_all(check *k, rd_err *err)
{
	rd_vec all = RD_VEC_INIT(rd_snapshot);
	rd_strs bad = {0};
	rd_code code = rd_cache_load_all(k->cache, &all, &bad, err);

	for (size_t i = 0; i < bad.len && !code; i++)
		code = report(k, bad.items[i], "the snapshot is damaged", err);
	for (size_t i = 0; i < all.len && !code; i++)
		code = check_and_drop(k, rd_vec_at(&all, i), err);
	rd_snapshots_done(&all);
	rd_strs_done(&bad);
	return code;
}

rd_code rd_cache_verify(rd_cache *c, bool dry_run, rd_cancel *cancel, rd_cache_checked *ret_checked,
	rd_err *err)
{
	check k = {c, dry_run, cancel, ret_checked, RD_VEC_INIT(rd_pack_id)};
	void *hold = NULL;
	rd_code code;

	*ret_checked = (rd_cache_checked){0};
	code = c->blobs->ops->hold(c->blobs, false, cancel, &hold, err);
	if (code)
		return code;
	code = check_all(&k, err);
	c->blobs->ops->release(c->blobs, hold);
	rd_vec_done(&k.seen);
	/* Damaged snapshots and what nothing refers to any more. */
	if (!code && !dry_run)
		code = rd_cache_gc(c, false, NULL, err);
	return code == RD_EBUSY ? RD_OK : code;
}

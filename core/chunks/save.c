/* SPDX-License-Identifier: MIT */
/* Saves a snapshot: the storing side, and the whole of it. */
#include "core/base/clock.h"
#include "core/chunks/index.h"
#include "core/chunks/save_impl.h"

/* Content is compressed fast; the tree is small, and every save writes some of it. */
#define CONTENT_LEVEL 3
#define TREE_LEVEL 9
#define BATCHES 3

/* Packs of one kind: the tree's die sooner than those of content. */
typedef struct packing {
	rd_packer *packer;
	int64_t pack; /* number in the index of the open one, -1: none is open */
} packing;

typedef struct saver {
	rd_cache *cache;
	const rd_cache_save_opts *o;
	rd_index index;
	packing content, tree;
	rd_tree_writer writer;
	rd_vec pieces; /* rd_snapshot_piece */
	bool has_entry;
	rd_tar_entry entry; /* waits for its chunks */
	char path[RD_TREE_PATH_MAX + 1], link[RD_TREE_PATH_MAX + 1];
	rd_vec refs; /* rd_chunk_ref, of entry */
	uint64_t new_bytes, stored_bytes;
	rd_ring full, spare;
	rd_batch batches[BATCHES];
	rd_code code; /* of the storing thread */
	rd_err err;
} saver;

/* ---- packs ---- */

static rd_code put_object(saver *s, const char *room, const rd_pack_id *id, const rd_str *bytes,
	rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_code code;

	rd_cache_pack_name(room, id, &name);
	code = rd_str_check(&name, "a name", err);
	if (code)
		return code;
	s->stored_bytes += bytes->len;
	return s->cache->blobs->ops->put(s->cache->blobs, name.data, bytes->data, bytes->len, err);
}

static rd_code check_budget(const saver *s, uint64_t bytes, rd_err *err)
{
	uint64_t budget = s->cache->budget_bytes;

	if (!budget || bytes <= budget)
		return RD_OK;
	return rd_err_set(err, RD_ELIMIT,
		"what '%s' of app '%s' keeps in the cache is over its budget of %llu bytes: raise "
		"it, or "
		"leave less in /var/cache/build",
		s->o->service, s->o->app, (unsigned long long)budget);
}

/* The pack first, then the index that makes it known. */
static rd_code end_pack(saver *s, packing *k, rd_err *err)
{
	const rd_str *pack, *index;
	rd_known_pack *known;
	rd_code code;

	if (k->pack < 0)
		return RD_OK;
	known = rd_vec_at(&s->index.packs, (size_t)k->pack);
	k->pack = -1;
	code = rd_packer_end(k->packer, &known->p.id, &pack, &index, err);
	if (code)
		return code;
	known->p.bytes = pack->len;
	code = put_object(s, RD_BLOBS_PACKS, &known->p.id, pack, err);
	if (!code)
		code = put_object(s, RD_BLOBS_INDEX, &known->p.id, index, err);
	return code ? code : check_budget(s, s->stored_bytes, err);
}

static rd_code open_pack(saver *s, packing *k, rd_err *err)
{
	rd_known_pack *known = rd_vec_push(&s->index.packs);

	if (!known)
		return rd_err_nomem(err);
	known->slot = -1;
	k->pack = (int64_t)s->index.packs.len - 1;
	return RD_OK;
}

/* Stores a chunk that is not known yet. */
static rd_code add_chunk(saver *s, packing *k, const void *bytes, size_t n, rd_known_chunk *chunk,
	rd_err *err)
{
	rd_code code = RD_OK;

	if (k->pack < 0)
		code = open_pack(s, k, err);
	if (!code)
		code = rd_packer_add(k->packer, bytes, n, &chunk->sum, &chunk->chunk, err);
	if (code)
		return code;
	chunk->pack = (uint32_t)k->pack;
	chunk->bytes = (uint32_t)n;
	((rd_known_pack *)rd_vec_at(&s->index.packs, chunk->pack))->p.raw_bytes += n;
	s->new_bytes += n;
	return rd_index_add(&s->index, chunk, err);
}

static rd_code store_chunk(saver *s, packing *k, const void *bytes, size_t n, rd_chunk_ref *ret_ref,
	rd_err *err)
{
	rd_known_chunk chunk = {.chunk = 0};
	rd_code code = RD_OK;
	int64_t number;

	rd_sha256_of(bytes, n, chunk.sum.sum);
	number = rd_index_find(&s->index, &chunk.sum);
	if (number < 0) {
		code = add_chunk(s, k, bytes, n, &chunk, err);
		number = (int64_t)s->index.chunks.len - 1;
	}
	if (!code)
		code = rd_index_use(&s->index, (size_t)number, ret_ref, err);
	if (!code && k->pack >= 0 && rd_packer_is_full(k->packer))
		code = end_pack(s, k, err);
	return code;
}

/* ---- the tree ---- */

static rd_code end_block(saver *s, rd_err *err)
{
	rd_str *block = &s->writer.block;
	uint64_t new_bytes = s->new_bytes;
	rd_code code = rd_str_check(block, "a tree", err);

	for (size_t at = 0; at < block->len && !code;) {
		size_t n =
			block->len - at < RD_CHUNK_MAX_BYTES ? block->len - at : RD_CHUNK_MAX_BYTES;
		rd_snapshot_piece *piece = rd_vec_push(&s->pieces);

		if (!piece)
			return rd_err_nomem(err);
		code = store_chunk(s, &s->tree, block->data + at, n, &piece->ref, err);
		at += n;
		piece->is_last = at == block->len;
	}
	s->new_bytes = new_bytes;
	rd_tree_clear(&s->writer);
	return code;
}

/* The entry whose chunks are all there. */
static rd_code end_entry(saver *s, rd_err *err)
{
	if (!s->has_entry)
		return RD_OK;
	s->has_entry = false;
	rd_tree_put(&s->writer, &s->entry, s->refs.data, s->refs.len);
	rd_vec_clear(&s->refs);
	return rd_tree_is_full(&s->writer) ? end_block(s, err) : RD_OK;
}

static rd_code begin_entry(saver *s, const rd_batch *b, const rd_batch_item *item, rd_err *err)
{
	rd_code code = end_entry(s, err);

	s->entry = item->entry;
	memcpy(s->path, b->text.data + item->path, strlen(b->text.data + item->path) + 1);
	s->entry.path = s->path;
	if (item->link != SIZE_MAX) {
		memcpy(s->link, b->text.data + item->link, strlen(b->text.data + item->link) + 1);
		s->entry.link = s->link;
	}
	s->has_entry = true;
	return code;
}

static rd_code store_batch(saver *s, const rd_batch *b, rd_err *err)
{
	size_t at = 0;

	for (size_t i = 0; i < b->items.len; i++) {
		const rd_batch_item *item = rd_vec_at(&b->items, i);
		rd_code code;

		if (item->is_chunk) {
			rd_chunk_ref *ref = rd_vec_push(&s->refs);

			if (!ref)
				return rd_err_nomem(err);
			code = store_chunk(s, &s->content, b->data.data + at, item->bytes, ref,
				err);
			at += item->bytes;
		} else {
			code = begin_entry(s, b, item, err);
		}
		if (code)
			return code;
	}
	return RD_OK;
}

static void *store(void *arg)
{
	saver *s = arg;
	rd_batch *b;

	while (!s->code && (b = rd_ring_take(&s->full))) {
		s->code = store_batch(s, b, &s->err);
		rd_str_clear(&b->data);
		rd_str_clear(&b->text);
		rd_vec_clear(&b->items);
		rd_ring_put(&s->spare, b);
	}
	/* The other thread sees that there is no more. */
	rd_ring_leave(&s->full);
	rd_ring_leave(&s->spare);
	return NULL;
}

/* ---- the whole ---- */

static rd_code run_threads(saver *s, rd_cut *cut, rd_err *err)
{
	pthread_t thread;
	rd_code code;
	int os = pthread_create(&thread, NULL, store, s);

	if (os)
		return rd_err_os(err, os, "starting a thread");
	code = rd_cut_tar(cut, err);
	rd_ring_leave(&s->full);
	pthread_join(thread, NULL);
	if (s->code) {
		/* The reader only found the other side gone. */
		code = s->code;
		if (err)
			*err = s->err;
	}
	return code;
}

static rd_code end_packs(saver *s, rd_err *err)
{
	rd_code code = end_entry(s, err);

	if (!code)
		code = end_block(s, err);
	if (!code)
		code = end_pack(s, &s->content, err);
	if (!code)
		code = end_pack(s, &s->tree, err);
	return code;
}

static rd_code make_snapshot(saver *s, const rd_cut *cut, rd_snapshot *snap, rd_err *err)
{
	rd_cache_info *i = &snap->info;

	i->app = strdup(s->o->app);
	i->service = strdup(s->o->service);
	i->saved_us = rd_wall_us();
	i->files = cut->files;
	i->bytes = cut->bytes;
	if (!i->app || !i->service)
		return rd_err_nomem(err);
	for (size_t n = 0; s->o->layers && n < s->o->layers->len; n++)
		if (!rd_strs_add(&i->layers, s->o->layers->items[n]))
			return rd_err_nomem(err);
	snap->tree = rd_vec_take(&s->pieces);
	return rd_index_table(&s->index, &snap->packs, err);
}

/* A restore may have found a pack damaged, and dropped it, after this save began to build upon it. */
static rd_code check_packs(saver *s, const rd_snapshot *snap, rd_err *err)
{
	rd_vec list = RD_VEC_INIT(rd_blob);
	uint64_t bytes = 0;
	rd_code code = s->cache->blobs->ops->list(s->cache->blobs, RD_BLOBS_INDEX, &list, err);

	for (size_t i = 0; i < snap->packs.len && !code; i++) {
		const rd_snapshot_pack *p = rd_vec_at(&snap->packs, i);
		char hex[2 * RD_SHA256_BYTES + 1];
		bool is_there = !p->live_bytes;

		bytes += p->bytes;
		rd_hex(p->id.sum, RD_SHA256_BYTES, hex);
		for (size_t k = 0; k < list.len && !is_there; k++)
			is_there = strcmp(((rd_blob *)rd_vec_at(&list, k))->name, hex) == 0;
		if (!is_there)
			code = rd_err_set(err, RD_ECORRUPT,
				"pack '%.16s' of the cache was dropped while it was built upon",
				hex);
	}
	rd_blob_list_done(&list);
	return code ? code : check_budget(s, bytes, err);
}

static rd_code put_snapshot(saver *s, const rd_cut *cut, rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	RD_STR_AUTO rd_str bytes = RD_STR_INIT(0);
	rd_snapshot snap;
	rd_code code;

	rd_snapshot_init(&snap);
	code = make_snapshot(s, cut, &snap, err);
	if (!code)
		code = check_packs(s, &snap, err);
	if (!code)
		code = rd_snapshot_put(&snap, &bytes, err);
	if (!code)
		code = rd_cache_name(RD_BLOBS_SNAPSHOTS, s->o->app, s->o->service, &name, err);
	rd_snapshot_done(&snap);
	if (code)
		return code;
	s->stored_bytes += bytes.len;
	return s->cache->blobs->ops->put(s->cache->blobs, name.data, bytes.data, bytes.len, err);
}

static rd_code load_index(saver *s, rd_err *err)
{
	rd_vec all = RD_VEC_INIT(rd_snapshot);
	const rd_snapshot *old = NULL;
	rd_code code = rd_cache_load_all(s->cache, &all, NULL, err);

	for (size_t i = 0; i < all.len && !code; i++) {
		const rd_snapshot *snap = rd_vec_at(&all, i);

		if (strcmp(snap->info.app, s->o->app) == 0 &&
			strcmp(snap->info.service, s->o->service) == 0)
			old = snap;
	}
	if (!code)
		code = rd_index_load(&s->index, s->cache->blobs, &all, old, err);
	rd_snapshots_done(&all);
	return code;
}

static rd_code init(saver *s, rd_cache *c, const rd_cache_save_opts *o, rd_err *err)
{
	rd_code code;

	s->cache = c;
	s->o = o;
	s->content.pack = s->tree.pack = -1;
	rd_index_init(&s->index);
	rd_vec_init(&s->pieces, sizeof(rd_snapshot_piece));
	rd_vec_init(&s->refs, sizeof(rd_chunk_ref));
	rd_ring_init(&s->full);
	rd_ring_init(&s->spare);
	for (int i = 0; i < BATCHES; i++) {
		rd_vec_init(&s->batches[i].items, sizeof(rd_batch_item));
		rd_ring_put(&s->spare, &s->batches[i]);
	}
	code = rd_packer_new(CONTENT_LEVEL, &s->content.packer, err);
	return code ? code : rd_packer_new(TREE_LEVEL, &s->tree.packer, err);
}

static void done(saver *s)
{
	for (int i = 0; i < BATCHES; i++) {
		rd_str_done(&s->batches[i].data);
		rd_str_done(&s->batches[i].text);
		rd_vec_done(&s->batches[i].items);
	}
	rd_ring_done(&s->full);
	rd_ring_done(&s->spare);
	rd_packer_free(s->content.packer);
	rd_packer_free(s->tree.packer);
	rd_tree_done(&s->writer);
	rd_vec_done(&s->pieces);
	rd_vec_done(&s->refs);
	rd_index_done(&s->index);
}

static rd_code save_held(rd_cache *c, const rd_cache_save_opts *o, rd_cache_saved *ret, rd_err *err)
{
	saver *s = calloc(1, sizeof *s);
	rd_cut cut = {.o = o};
	rd_code code;

	if (!s)
		return rd_err_nomem(err);
	cut.full = &s->full;
	cut.spare = &s->spare;
	code = init(s, c, o, err);
	if (!code)
		code = load_index(s, err);
	if (!code)
		code = run_threads(s, &cut, err);
	if (!code)
		code = end_packs(s, err);
	if (!code && rd_cancel_fired(o->cancel))
		code = rd_err_set(err, RD_ECANCELED, "canceled");
	if (!code)
		code = put_snapshot(s, &cut, err);
	*ret = (rd_cache_saved){.files = cut.files,
		.bytes = cut.bytes,
		.new_bytes = s->new_bytes,
		.stored_bytes = s->stored_bytes,
		.skipped = cut.skipped};
	done(s);
	free(s);
	return code;
}

rd_code rd_cache_save(rd_cache *c, const rd_cache_save_opts *o, rd_cache_saved *ret_saved,
	rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_cache_saved saved = {0};
	rd_cache_removed removed = {0};
	void *hold = NULL;
	rd_code code = rd_cache_name(RD_BLOBS_SNAPSHOTS, o->app, o->service, &name, err);

	if (!code)
		code = c->blobs->ops->hold(c->blobs, false, o->cancel, &hold, err);
	if (code)
		return code;
	code = save_held(c, o, &saved, err);
	c->blobs->ops->release(c->blobs, hold);
	/* What it stored in vain goes at once too. While another save runs, that one will do it. */
	if (code != RD_EUNAVAIL && code != RD_ETIMEOUT)
		rd_cache_gc(c, false, &removed, NULL);
	saved.removed_bytes = removed.bytes;
	saved.removed_caches = removed.snapshots;
	if (!code && ret_saved)
		*ret_saved = saved;
	return code;
}

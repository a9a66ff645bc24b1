/* SPDX-License-Identifier: MIT */
/* Gives a snapshot as a tar: a thread decodes and checks ahead, the reader hands out what is ready. */
#include "core/chunks/cache_impl.h"
#include "core/chunks/fetch.h"
#include "core/chunks/ring.h"

#define PART_BYTES ((size_t)512 << 10)
#define PARTS 3

typedef struct restore {
	rd_reader base;
	rd_cache *cache;
	rd_cancel *cancel;
	bool without_end;
	char *prefix;
	rd_snapshot snap;
	rd_fetch *fetch;
	void *hold;
	rd_ring full, spare; /* parts of the tar: rd_str */
	rd_str parts[PARTS];
	rd_str *filling; /* the thread's */
	rd_str *given;   /* the reader's, from `at` on */
	size_t at;
	bool has_thread;
	pthread_t thread;
	rd_code code; /* of the thread; read after it left */
	rd_err err;
} restore;

/* ---- the thread ---- */

static rd_code hand_on(restore *r)
{
	if (rd_cancel_fired(r->cancel))
		return rd_err_set(&r->err, RD_ECANCELED, "canceled");
	if (!rd_str_ok(r->filling))
		return rd_err_nomem(&r->err);
	if (!rd_ring_put(&r->full, r->filling) || !(r->filling = rd_ring_take(&r->spare)))
		return rd_err_set(&r->err, RD_ECANCELED, "canceled");
	rd_str_clear(r->filling);
	return RD_OK;
}

static rd_code put_bytes(restore *r, const void *bytes, size_t n)
{
	rd_str_putn(r->filling, bytes, n);
	return r->filling->len >= PART_BYTES ? hand_on(r) : RD_OK;
}

/* The prefix and a path below it, which may be "". */
static rd_code set_path(const restore *r, const char *path, rd_str *out, rd_err *err)
{
	rd_str_clear(out);
	rd_str_put(out, r->prefix);
	if (*path)
		rd_str_printf(out, "%s%s", *r->prefix ? "/" : "", path);
	else if (!*r->prefix)
		rd_str_putc(out, '.');
	return rd_str_check(out, "a path", err);
}

static rd_code put_head(restore *r, const rd_tar_entry *e)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str link = RD_STR_INIT(0);
	rd_tar_entry head = *e;
	rd_code code = set_path(r, e->path, &path, &r->err);

	if (!code && e->type == RD_TAR_HARDLINK) {
		code = set_path(r, e->link, &link, &r->err);
		head.link = link.data;
	}
	if (code)
		return code;
	head.path = path.data;
	head.exact_mtime = true;
	rd_tar_put_head(r->filling, &head);
	return r->filling->len >= PART_BYTES ? hand_on(r) : RD_OK;
}

static rd_code put_content(restore *r, rd_tree_reader *tree, uint64_t size)
{
	static const char zeros[RD_TAR_BLOCK];
	uint64_t left = size;

	for (;;) {
		rd_chunk_ref ref;
		const void *bytes;
		size_t n;
		bool is;
		rd_code code = rd_tree_ref(tree, &ref, &is, &r->err);

		if (!code && !is)
			break;
		if (!code)
			code = rd_fetch_chunk(r->fetch, ref, &bytes, &n, &r->err);
		if (!code && n > left)
			code = rd_err_set(&r->err, RD_ECORRUPT, "a tree and its chunks disagree");
		if (!code)
			code = put_bytes(r, bytes, n);
		if (code)
			return code;
		left -= n;
	}
	if (left)
		return rd_err_set(&r->err, RD_ECORRUPT, "a tree and its chunks disagree");
	return put_bytes(r, zeros, rd_tar_pad(size));
}

static rd_code put_block(restore *r, const rd_str *block)
{
	rd_tree_reader *tree = malloc(sizeof *tree);
	const rd_tar_entry *e = NULL;
	rd_code code = tree ? RD_OK : rd_err_nomem(&r->err);

	if (!code)
		rd_tree_open(tree, rd_str_get(block), block->len);
	while (!code) {
		code = rd_tree_next(tree, &e, &r->err);
		if (code || !e)
			break;
		code = put_head(r, e);
		if (!code && e->type == RD_TAR_FILE)
			code = put_content(r, tree, e->size);
	}
	free(tree);
	return code;
}

static rd_code put_tree(restore *r)
{
	RD_STR_AUTO rd_str block = RD_STR_INIT(0);
	rd_code code = RD_OK;

	for (size_t at = 0; at < r->snap.tree.len && !code;) {
		rd_str_clear(&block);
		code = rd_fetch_block(r->fetch, &r->snap.tree, &at, &block, &r->err);
		if (!code)
			code = put_block(r, &block);
	}
	if (!code && !r->without_end)
		rd_tar_put_end(r->filling);
	if (!code && !rd_str_ok(r->filling))
		code = rd_err_nomem(&r->err);
	if (!code)
		rd_ring_put(&r->full, r->filling);
	return code;
}

static void *decode(void *arg)
{
	restore *r = arg;

	r->filling = rd_ring_take(&r->spare);
	r->code = r->filling ? put_tree(r) : RD_ECANCELED;
	if (r->code == RD_ECORRUPT)
		rd_err_wrap(&r->err, "cache of '%s' of app '%s'", r->snap.info.service,
			r->snap.info.app);
	rd_ring_leave(&r->full);
	return NULL;
}

/* ---- the reader ---- */

static rd_code read_part(rd_reader *reader, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	restore *r = (restore *)reader;
	size_t n;

	while (!r->given || r->at == r->given->len) {
		if (r->given)
			rd_ring_put(&r->spare, r->given);
		r->at = 0;
		r->given = rd_ring_take(&r->full);
		if (!r->given) {
			*ret_n = 0;
			if (r->code && err)
				*err = r->err;
			return r->code;
		}
	}
	n = r->given->len - r->at < cap ? r->given->len - r->at : cap;
	memcpy(buf, r->given->data + r->at, n);
	r->at += n;
	*ret_n = n;
	return RD_OK;
}

static void close_restore(rd_reader *reader)
{
	restore *r = (restore *)reader;

	rd_ring_leave(&r->full);
	rd_ring_leave(&r->spare);
	if (r->has_thread)
		pthread_join(r->thread, NULL);
	rd_ring_done(&r->full);
	rd_ring_done(&r->spare);
	for (int i = 0; i < PARTS; i++)
		rd_str_done(&r->parts[i]);
	r->cache->blobs->ops->release(r->cache->blobs, r->hold);
	rd_fetch_free(r->fetch);
	rd_snapshot_done(&r->snap);
	free(r->prefix);
	free(r);
}

static const struct rd_reader_ops ops = {read_part, close_restore};

static rd_code dup_info(const rd_cache_info *from, rd_cache_info *ret_info, rd_err *err)
{
	rd_cache_info info = *from;
	bool ok = true;

	info.app = strdup(from->app);
	info.service = strdup(from->service);
	info.layers = (rd_strs){0};
	for (size_t i = 0; i < from->layers.len && ok; i++)
		ok = rd_strs_add(&info.layers, from->layers.items[i]);
	if (!ok || !info.app || !info.service) {
		rd_cache_info_done(&info);
		return rd_err_nomem(err);
	}
	*ret_info = info;
	return RD_OK;
}

/* The hold comes first: from then on nothing of the snapshot is removed. */
static rd_code start(restore *r, const rd_cache_restore_opts *o, rd_err *err)
{
	rd_code code = r->cache->blobs->ops->hold(r->cache->blobs, false, o->cancel, &r->hold, err);
	int os;

	if (!code)
		code = rd_cache_load(r->cache, o->app, o->service, &r->snap, err);
	if (!code)
		code = rd_fetch_new(r->cache->blobs, &r->snap.packs, false, &r->fetch, err);
	if (code)
		return code;
	rd_cache_load_use(r->cache, &r->snap);
	if (!o->uncounted)
		rd_cache_count_use(r->cache, &r->snap);
	os = pthread_create(&r->thread, NULL, decode, r);
	if (os)
		return rd_err_os(err, os, "starting a thread");
	r->has_thread = true;
	return RD_OK;
}

rd_code rd_cache_restore(rd_cache *c, const rd_cache_restore_opts *o, rd_cache_info *ret_info,
	rd_reader **ret_tar, rd_err *err)
{
	restore *r = calloc(1, sizeof *r);
	rd_code code;

	if (!r)
		return rd_err_nomem(err);
	r->base.ops = &ops;
	r->cache = c;
	r->cancel = o->cancel;
	r->without_end = o->without_end;
	rd_snapshot_init(&r->snap);
	rd_ring_init(&r->full);
	rd_ring_init(&r->spare);
	for (int i = 0; i < PARTS; i++)
		rd_ring_put(&r->spare, &r->parts[i]);
	r->prefix = strdup(o->prefix);
	code = r->prefix ? start(r, o, err) : rd_err_nomem(err);
	if (!code && ret_info)
		code = dup_info(&r->snap.info, ret_info, err);
	if (code)
		close_restore(&r->base);
	else
		*ret_tar = &r->base;
	return code;
}

/* SPDX-License-Identifier: MIT */
/* Reads the tar of a save and cuts it into batches. */
#include "core/chunks/chunker.h"
#include "core/chunks/save_impl.h"

#define WINDOW_BYTES (4 * RD_CHUNK_MAX_BYTES)

typedef struct cutter {
	rd_cut *c;
	rd_tar *tar;
	rd_chunker chunker;
	rd_batch *batch; /* being filled */
	uint8_t *window; /* content not cut yet: [from, to) */
	size_t from, to;
	rd_strs skipped; /* paths of what is not kept: a hard link may lead to it */
	char path[RD_TREE_PATH_MAX + 1], link[RD_TREE_PATH_MAX + 1];
} cutter;

static rd_code left(rd_err *err)
{
	return rd_err_set(err, RD_ECANCELED, "canceled");
}

/* Hands the batch on and takes an empty one. */
static rd_code hand_on(cutter *k, rd_err *err)
{
	if (!rd_ring_put(k->c->full, k->batch))
		return left(err);
	k->batch = rd_ring_take(k->c->spare);
	return k->batch ? RD_OK : left(err);
}

static rd_batch_item *push(cutter *k, rd_err *err)
{
	rd_batch_item *item = rd_vec_push(&k->batch->items);

	if (!item)
		rd_err_nomem(err);
	return item;
}

static rd_code put_chunk(cutter *k, size_t n, rd_err *err)
{
	rd_batch_item *item = push(k, err);

	if (!item)
		return RD_ENOMEM;
	item->is_chunk = true;
	item->bytes = (uint32_t)n;
	rd_str_putn(&k->batch->data, k->window + k->from, n);
	k->from += n;
	if (!rd_str_ok(&k->batch->data))
		return rd_err_nomem(err);
	return k->batch->data.len >= RD_BATCH_BYTES ? hand_on(k, err) : RD_OK;
}

static rd_code put_entry(cutter *k, const rd_tar_entry *e, rd_err *err)
{
	rd_batch_item *item = push(k, err);
	rd_str *text = &k->batch->text;

	if (!item)
		return RD_ENOMEM;
	item->entry = *e;
	item->path = text->len;
	item->link = SIZE_MAX;
	rd_str_putn(text, e->path, strlen(e->path) + 1);
	if (e->link) {
		item->link = text->len;
		rd_str_putn(text, e->link, strlen(e->link) + 1);
	}
	if (!rd_str_ok(text))
		return rd_err_nomem(err);
	return text->len >= RD_BATCH_BYTES ? hand_on(k, err) : RD_OK;
}

/* Reads content until the window is full or *left is read. */
static rd_code fill_window(cutter *k, uint64_t *left, rd_err *err)
{
	memmove(k->window, k->window + k->from, k->to - k->from);
	k->to -= k->from;
	k->from = 0;
	while (*left && k->to < WINDOW_BYTES) {
		size_t n;
		rd_code code =
			rd_tar_data(k->tar, k->window + k->to, WINDOW_BYTES - k->to, &n, err);

		if (code)
			return code;
		if (!n)
			return rd_err_set(err, RD_EPARSE, "the tar ends within '%.200s'", k->path);
		k->to += n;
		*left -= n;
	}
	return RD_OK;
}

static rd_code cut_content(cutter *k, uint64_t size, rd_err *err)
{
	rd_code code = RD_OK;

	k->from = k->to = 0;
	while (!code && (size || k->from < k->to)) {
		if (size && k->to - k->from < RD_CHUNK_MAX_BYTES)
			code = fill_window(k, &size, err);
		if (!code && rd_cancel_fired(k->c->o->cancel))
			code = left(err);
		if (!code)
			code = put_chunk(k,
				rd_chunker_cut(&k->chunker, k->window + k->from, k->to - k->from),
				err);
	}
	return code;
}

/* A fifo, or another name of one. */
static bool is_skipped(cutter *k, const rd_tar_entry *e)
{
	if (e->type != RD_TAR_OTHER &&
		!(e->type == RD_TAR_HARDLINK && rd_strs_has(&k->skipped, k->link)))
		return false;
	k->c->skipped++;
	return true;
}

static rd_code set_link(cutter *k, const rd_tar_entry *e, rd_err *err)
{
	const char *link = rd_or_empty(e->link);

	if (e->type == RD_TAR_HARDLINK)
		return rd_tree_clean(link, rd_or_empty(k->c->o->root), k->link, err);
	if (e->type != RD_TAR_SYMLINK)
		return RD_OK;
	if (!*link || strlen(link) > RD_TREE_PATH_MAX)
		return rd_err_set(err, RD_EPARSE, "'%.200s' is a link to nowhere", e->path);
	memcpy(k->link, link, strlen(link) + 1);
	return RD_OK;
}

static rd_code cut_entry(cutter *k, const rd_tar_entry *e, rd_err *err)
{
	rd_code code = rd_tree_clean(e->path, rd_or_empty(k->c->o->root), k->path, err);
	rd_tar_entry own = *e;

	if (!code)
		code = set_link(k, e, err);
	if (!code && !k->path[0] && e->type != RD_TAR_DIR)
		code = rd_err_set(err, RD_EPARSE, "'%.200s' is to be cached, and is no folder",
			e->path);
	if (code)
		return code;
	if (is_skipped(k, e))
		return rd_strs_add(&k->skipped, k->path) ? RD_OK : rd_err_nomem(err);
	own.path = k->path;
	own.link = e->type == RD_TAR_HARDLINK || e->type == RD_TAR_SYMLINK ? k->link : NULL;
	own.size = e->type == RD_TAR_FILE ? e->size : 0;
	k->c->files += e->type != RD_TAR_DIR;
	k->c->bytes += own.size;
	code = put_entry(k, &own, err);
	return code ? code : cut_content(k, own.size, err);
}

static rd_code cut_all(cutter *k, rd_err *err)
{
	const rd_tar_entry *e = NULL;
	rd_code code;

	k->batch = rd_ring_take(k->c->spare);
	if (!k->batch)
		return left(err);
	for (;;) {
		if (rd_cancel_fired(k->c->o->cancel))
			return left(err);
		code = rd_tar_next(k->tar, &e, err);
		if (code || !e)
			break;
		code = cut_entry(k, e, err);
		if (code)
			break;
	}
	if (!code && !rd_ring_put(k->c->full, k->batch))
		code = left(err);
	return code;
}

rd_code rd_cut_tar(rd_cut *c, rd_err *err)
{
	cutter *k = calloc(1, sizeof *k);
	rd_code code;

	if (!k)
		return rd_err_nomem(err);
	k->c = c;
	k->window = malloc(WINDOW_BYTES);
	rd_chunker_init(&k->chunker);
	code = k->window ? rd_tar_open(c->o->tar, &k->tar, err) : rd_err_nomem(err);
	if (!code)
		code = cut_all(k, err);
	rd_tar_close(k->tar);
	rd_strs_done(&k->skipped);
	free(k->window);
	free(k);
	return code;
}

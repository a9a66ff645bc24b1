/* SPDX-License-Identifier: MIT */
/* Cuts the context of a build from a stored source, as a tar that is pulled. */
#include "core/io/tar.h"
#include "core/io/zframes.h"
#include "core/store/source_index.h"

/* One entry of a context. Its path is that of `item` behind the root. */
struct pick {
	const rd_source_item *item;
	const rd_source_item *content; /* whose bytes follow; NULL: none */
	const char *link;              /* target of a link, NULL: none */
};

/* What a context consists of. */
struct cut {
	rd_vec picks;       /* struct pick, in the order of the paths */
	rd_str root;        /* "" or "a/b/": what all their paths begin with */
	const char **names; /* per item: the path in the context that holds its content, or NULL */
};

static void cut_done(struct cut *c)
{
	rd_vec_done(&c->picks);
	rd_str_done(&c->root);
	free((void *)c->names);
}

static const char *path_in(const struct cut *c, const rd_source_item *item)
{
	return item->e.path + c->root.len;
}

static bool is_in(const struct cut *c, const rd_source_item *item)
{
	return strncmp(item->e.path, rd_str_get(&c->root), c->root.len) == 0;
}

/* Finds the folder, and the first item of what lies below it. */
static rd_code find_root(const rd_source *s, const char *root, struct cut *c, size_t *ret_from,
	rd_err *err)
{
	const rd_source_item *item;
	rd_code code = rd_source_resolve(s, root, &c->root, err);

	if (code)
		return code;
	item = rd_source_item_find(&s->items, rd_str_get(&c->root));
	if (item && item->e.type != RD_SOURCE_DIR)
		return rd_err_set(err, RD_ENOENT, "'%s' in the source is no folder", root);
	if (c->root.len)
		rd_str_putc(&c->root, '/');
	*ret_from = rd_source_lower_bound(&s->items, rd_str_get(&c->root));
	if (!c->root.len || item)
		return rd_str_check(&c->root, "a path", err);
	/* A folder may have no entry of its own, when what it holds says that it is there. */
	item = *ret_from < s->items.len ? rd_vec_at(&s->items, *ret_from) : NULL;
	if (!item || !is_in(c, item))
		return rd_err_set(err, RD_ENOENT, "no folder '%s' in the source", root);
	return rd_str_check(&c->root, "a path", err);
}

static rd_code pick_items(const rd_source *s, size_t from, const rd_dockerignore *ignore,
	const rd_strs *keep, struct cut *c, rd_err *err)
{
	for (size_t i = from; i < s->items.len; i++) {
		const rd_source_item *item = rd_vec_at(&s->items, i);
		const char *path = path_in(c, item);
		struct pick *p;

		if (!is_in(c, item))
			break;
		if (rd_dockerignore_match(ignore, path) && !(keep && rd_strs_has(keep, path)))
			continue;
		p = rd_vec_push(&c->picks);
		if (!p)
			return rd_err_nomem(err);
		p->item = item;
		if (item->e.type == RD_SOURCE_FILE) {
			p->content = item;
			c->names[i] = path;
		} else if (item->e.type == RD_SOURCE_SYMLINK) {
			p->link = item->e.link;
		}
	}
	return RD_OK;
}

static int by_place(const void *a, const void *b)
{
	const struct pick *x = a, *y = b;

	return x->item->at < y->item->at ? -1 : x->item->at > y->item->at;
}

static int by_path(const void *a, const void *b)
{
	const struct pick *x = a, *y = b;

	return strcmp(x->item->e.path, y->item->e.path);
}

/* A hard link whose file is left out becomes that file; the next ones link to it. */
static void settle_links(const rd_source *s, struct cut *c)
{
	for (size_t i = 0; i < c->picks.len; i++) {
		struct pick *p = rd_vec_at(&c->picks, i);
		const rd_source_item *file;
		size_t at;

		if (p->item->e.type != RD_SOURCE_HARDLINK)
			continue;
		at = rd_source_lower_bound(&s->items, p->item->e.link);
		file = rd_vec_at(&s->items, at);
		if (c->names[at]) {
			p->link = c->names[at];
		} else {
			p->content = file;
			c->names[at] = path_in(c, p->item);
		}
	}
}

/* @ret_cut to be done by the caller, also on failure. Picks come in the order of the stored tar. */
static rd_code make_cut(const rd_source *s, const char *root, const rd_dockerignore *ignore,
	const rd_strs *keep, struct cut *ret_cut, rd_err *err)
{
	size_t from = 0;
	rd_code code;

	rd_vec_init(&ret_cut->picks, sizeof(struct pick));
	ret_cut->names = calloc(s->items.len + 1, sizeof *ret_cut->names);
	if (!ret_cut->names)
		return rd_err_nomem(err);
	code = find_root(s, root, ret_cut, &from, err);
	if (!code)
		code = pick_items(s, from, ignore, keep, ret_cut, err);
	if (code)
		return code;
	rd_vec_sort(&ret_cut->picks, by_place);
	settle_links(s, ret_cut);
	return RD_OK;
}

struct context {
	rd_reader base;
	struct cut cut;
	size_t next;   /* pick */
	rd_str out;    /* headers and padding to be given first … */
	size_t out_at; /* … from here */
	rd_zcursor *cursor;
	uint64_t at, left; /* content being given */
	size_t pad;        /* zeros behind it */
	bool ended;
	uint64_t patch_at; /* place in the tar of what is given otherwise */
	char patch[RD_SOURCE_PATCH_MAX];
	size_t patch_n;
	rd_reader *tail; /* follows in place of the end mark; NULL: none */
};

static void put_head(struct context *c, const struct pick *p)
{
	static const rd_tar_type types[] = {[RD_SOURCE_FILE] = RD_TAR_FILE,
		[RD_SOURCE_DIR] = RD_TAR_DIR,
		[RD_SOURCE_SYMLINK] = RD_TAR_SYMLINK,
		[RD_SOURCE_HARDLINK] = RD_TAR_HARDLINK};
	const rd_source_entry *e = p->content ? &p->content->e : &p->item->e;
	const rd_tar_entry head = {
		.path = path_in(&c->cut, p->item),
		.type = types[e->type],
		.mode = e->mode,
		.mtime_us = e->mtime_us,
		.size = e->size,
		.link = p->link,
	};

	rd_tar_put_head(&c->out, &head);
	c->at = p->content ? p->content->at : 0;
	c->left = e->size;
	c->pad = rd_tar_pad(e->size);
}

/* Refills out: padding of the last content, then the next header or the end mark. */
static rd_code refill(struct context *c, rd_err *err)
{
	static const char zeros[RD_TAR_BLOCK];

	rd_str_clear(&c->out);
	c->out_at = 0;
	rd_str_putn(&c->out, zeros, c->pad);
	c->pad = 0;
	if (c->next < c->cut.picks.len) {
		put_head(c, rd_vec_at(&c->cut.picks, c->next++));
	} else {
		if (!c->tail)
			rd_tar_put_end(&c->out);
		c->ended = true;
	}
	return rd_str_check(&c->out, "a header", err);
}

static void apply_patch(const struct context *c, char *buf, size_t n)
{
	for (size_t i = 0; i < c->patch_n; i++) {
		uint64_t place = c->patch_at + i;

		if (place >= c->at && place - c->at < n)
			buf[place - c->at] = c->patch[i];
	}
}

static rd_code context_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	struct context *c = (struct context *)r;
	size_t n = 0;
	rd_code code = RD_OK;

	if (c->out_at == c->out.len && !c->left && !c->ended)
		code = refill(c, err);
	if (code)
		return code;
	if (c->out_at < c->out.len) {
		n = c->out.len - c->out_at < cap ? c->out.len - c->out_at : cap;
		memcpy(buf, c->out.data + c->out_at, n);
		c->out_at += n;
	} else if (c->left) {
		code = rd_zcursor_read(c->cursor, c->at, buf, c->left < cap ? (size_t)c->left : cap,
			&n, err);
		if (!code && !n && cap)
			code = rd_err_set(err, RD_ECORRUPT, "a stored source is cut short");
		if (code)
			return code;
		apply_patch(c, buf, n);
		c->at += n;
		c->left -= n;
	} else if (c->tail) {
		return rd_read(c->tail, buf, cap, ret_n, err);
	}
	*ret_n = n;
	return RD_OK;
}

static void context_close(rd_reader *r)
{
	struct context *c = (struct context *)r;

	cut_done(&c->cut);
	rd_str_done(&c->out);
	rd_zcursor_free(c->cursor);
	rd_reader_close(c->tail);
	free(c);
}

rd_code rd_source_context(const rd_source *s, const char *root, const rd_dockerignore *ignore,
	const rd_strs *keep, rd_reader **ret_tar, rd_err *err)
{
	static const struct rd_reader_ops ops = {context_read, context_close};
	struct context *c = calloc(1, sizeof *c);
	rd_code code;

	if (!c)
		return rd_err_nomem(err);
	c->base.ops = &ops;
	code = make_cut(s, root, ignore, keep, &c->cut, err);
	if (!code)
		code = rd_zcursor_new(s->fd, s->frames.data, s->frames.len, &c->cursor, err);
	if (code)
		context_close(&c->base);
	else
		*ret_tar = &c->base;
	return code;
}

rd_code rd_source_context_extend(rd_reader *context, const char *replaced, rd_reader *tail,
	rd_err *err)
{
	struct context *c = (struct context *)context;
	size_t n = strlen(replaced), kept = 0;
	struct pick *picks = c->cut.picks.data;

	c->tail = tail;
	for (size_t i = 0; i < c->cut.picks.len; i++) {
		const char *path = path_in(&c->cut, picks[i].item);

		if (strncmp(path, replaced, n) != 0 || (path[n] && path[n] != '/'))
			picks[kept++] = picks[i];
	}
	c->cut.picks.len = kept;
	for (size_t i = 0; i < kept; i++)
		if (picks[i].link && picks[i].item->e.type == RD_SOURCE_HARDLINK &&
			!strncmp(picks[i].link, replaced, n) && picks[i].link[n] == '/')
			return rd_err_set(err, RD_EUNSUPPORTED,
				"'%s' is a hard link to '%s', where the cache of the build before "
				"goes",
				path_in(&c->cut, picks[i].item), picks[i].link);
	return RD_OK;
}

rd_code rd_source_context_patch(const rd_source *s, rd_reader *context, const char *path,
	uint64_t at, const char *text, rd_err *err)
{
	struct context *c = (struct context *)context;
	RD_STR_AUTO rd_str real = RD_STR_INIT(0);
	const rd_source_item *item;
	size_t n = strlen(text);
	rd_code code = rd_source_resolve(s, path, &real, err);

	if (code)
		return code;
	item = rd_source_item_find(&s->items, rd_str_get(&real));
	if (item && item->e.type == RD_SOURCE_HARDLINK)
		item = rd_source_item_find(&s->items, item->e.link);
	if (!item || item->e.type != RD_SOURCE_FILE)
		return rd_err_set(err, RD_ENOENT, "no file '%s' in the source", path);
	if (n > sizeof c->patch || at > item->e.size || item->e.size - at < n)
		return rd_err_set(err, RD_EINVAL, "'%s' has no room for '%s'", path, text);
	memcpy(c->patch, text, n);
	c->patch_n = n;
	c->patch_at = item->at + at;
	return RD_OK;
}

rd_code rd_source_context_digest(const rd_source *s, const char *root,
	const rd_dockerignore *ignore, const rd_strs *keep, uint8_t ret_digest[RD_SHA256_BYTES],
	rd_err *err)
{
	struct cut cut = {0};
	rd_sha256 *h = NULL;
	rd_code code = make_cut(s, root, ignore, keep, &cut, err);

	if (!code)
		code = rd_sha256_new(&h, err);
	if (!code)
		rd_vec_sort(&cut.picks, by_path);
	for (size_t i = 0; !code && i < cut.picks.len; i++) {
		const struct pick *p = rd_vec_at(&cut.picks, i);

		rd_source_sum_entry(h, p->content ? &p->content->e : &p->item->e,
			path_in(&cut, p->item), p->link);
	}
	if (!code)
		rd_sha256_end(h, ret_digest);
	rd_sha256_free(h);
	cut_done(&cut);
	return code;
}

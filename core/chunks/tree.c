/* SPDX-License-Identifier: MIT */
/* Entries of a snapshot, to bytes and back. */
#include "core/chunks/tree.h"

#define BLOCK_MIN_BYTES ((size_t)16 << 10)
/* One path in so many ends a block, once that is large enough. */
#define CUT_EVERY 64
/* Nobody means a later time, and sums of differences stay in range. */
#define MTIME_MAX_US (INT64_MAX / 4)

/* ---- writing ---- */

static size_t common(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* Whole seconds are what most times are: a difference of those is short. */
static void put_time(rd_tree_writer *w, int64_t mtime_us)
{
	if (mtime_us < 0 || mtime_us > MTIME_MAX_US)
		mtime_us = 0;
	rd_wire_put_signed(&w->block, mtime_us / 1000000 - w->mtime_us / 1000000);
	rd_wire_put(&w->block, (uint64_t)(mtime_us % 1000000));
	w->mtime_us = mtime_us;
}

void rd_tree_put(rd_tree_writer *w, const rd_tar_entry *e, const rd_chunk_ref *refs, size_t n)
{
	size_t same = common(w->path, e->path);
	size_t len = strlen(e->path);

	rd_str_putc(&w->block, (char)e->type);
	rd_wire_put(&w->block, same);
	rd_wire_put_text(&w->block, e->path + same, len - same);
	memcpy(w->path, e->path, len + 1);
	rd_wire_put(&w->block, e->mode);
	put_time(w, e->mtime_us);
	if (e->type == RD_TAR_SYMLINK || e->type == RD_TAR_HARDLINK)
		rd_wire_put_text(&w->block, e->link, strlen(e->link));
	if (e->type != RD_TAR_FILE)
		return;
	rd_wire_put(&w->block, e->size);
	rd_wire_put(&w->block, n);
	for (size_t i = 0; i < n;) {
		size_t run = 1;

		while (i + run < n && refs[i + run].slot == refs[i].slot &&
			refs[i + run].chunk == refs[i].chunk + run)
			run++;
		rd_wire_put_signed(&w->block, (int64_t)refs[i].slot - w->next.slot);
		rd_wire_put_signed(&w->block, (int64_t)refs[i].chunk - w->next.chunk);
		rd_wire_put(&w->block, run);
		i += run;
		w->next = (rd_chunk_ref){refs[i - 1].slot, refs[i - 1].chunk + 1};
	}
}

bool rd_tree_is_full(const rd_tree_writer *w)
{
	uint32_t sum = 2166136261;

	if (w->block.len < BLOCK_MIN_BYTES)
		return false;
	if (w->block.len >= RD_TREE_BLOCK_MAX_BYTES / 2)
		return true;
	for (const char *at = w->path; *at; at++)
		sum = (sum ^ (unsigned char)*at) * 16777619;
	return (sum ^ sum >> 16) % CUT_EVERY == 0;
}

void rd_tree_clear(rd_tree_writer *w)
{
	rd_str_clear(&w->block);
	w->path[0] = '\0';
	w->mtime_us = 0;
	w->next = (rd_chunk_ref){0};
}

void rd_tree_done(rd_tree_writer *w)
{
	rd_str_done(&w->block);
}

/* ---- reading ---- */

void rd_tree_open(rd_tree_reader *r, const void *bytes, size_t n)
{
	r->in = (rd_wire){bytes, (const uint8_t *)bytes + n, false};
	r->path[0] = r->link[0] = '\0';
	r->mtime_us = 0;
	r->next = (rd_chunk_ref){0};
	r->refs_left = r->run_left = 0;
}

static rd_code damaged(rd_err *err)
{
	return rd_err_set(err, RD_ECORRUPT, "the tree of a snapshot is damaged");
}

/* Relative, without empty, "." and ".." parts. */
static bool is_clean(const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (!n || (n <= 2 && path[0] == '.' && path[n - 1] == '.'))
			return false;
		path += n;
		if (*path && !*++path)
			return false;
	}
	return true;
}

static void get_path(rd_tree_reader *r)
{
	size_t have = strlen(r->path), n;
	size_t same = (size_t)rd_wire_get(&r->in, have);
	const char *rest = rd_wire_get_text(&r->in, RD_TREE_PATH_MAX, &n);

	if (!rest || same + n > RD_TREE_PATH_MAX) {
		r->in.failed = true;
		return;
	}
	memcpy(r->path + same, rest, n);
	r->path[same + n] = '\0';
	if (!is_clean(r->path))
		r->in.failed = true;
}

static void get_link(rd_tree_reader *r, rd_tar_type type)
{
	size_t n;
	const char *text = rd_wire_get_text(&r->in, RD_TREE_PATH_MAX, &n);

	if (!text || !n || n > RD_TREE_PATH_MAX) {
		r->in.failed = true;
		return;
	}
	memcpy(r->link, text, n);
	r->link[n] = '\0';
	if (type == RD_TAR_HARDLINK && !is_clean(r->link))
		r->in.failed = true;
}

static void get_time(rd_tree_reader *r)
{
	int64_t seconds = rd_wire_get_signed(&r->in);
	int64_t rest = (int64_t)rd_wire_get(&r->in, 999999);

	if (seconds > MTIME_MAX_US / 1000000 || seconds < -MTIME_MAX_US / 1000000) {
		r->in.failed = true;
		return;
	}
	seconds += r->mtime_us / 1000000;
	if (seconds < 0 || seconds > MTIME_MAX_US / 1000000)
		r->in.failed = true;
	else
		r->mtime_us = seconds * 1000000 + rest;
}

rd_code rd_tree_next(rd_tree_reader *r, const rd_tar_entry **ret_entry, rd_err *err)
{
	rd_tar_entry *e = &r->entry;
	rd_chunk_ref ref;
	bool is = true;
	rd_code code = RD_OK;

	while (!code && is)
		code = rd_tree_ref(r, &ref, &is, err);
	if (code)
		return code;
	if (r->in.at == r->in.end) {
		*ret_entry = NULL;
		return RD_OK;
	}
	*e = (rd_tar_entry){.path = r->path};
	e->type = (rd_tar_type)rd_wire_get(&r->in, RD_TAR_OTHER - 1);
	get_path(r);
	e->mode = (uint32_t)rd_wire_get(&r->in, 07777);
	get_time(r);
	e->mtime_us = r->mtime_us;
	if (e->type == RD_TAR_SYMLINK || e->type == RD_TAR_HARDLINK) {
		get_link(r, e->type);
		e->link = r->link;
	} else if (e->type == RD_TAR_FILE) {
		e->size = rd_wire_get(&r->in, INT64_MAX);
		r->refs_left = rd_wire_get(&r->in, e->size);
	}
	/* Only a folder is the root. */
	if (r->in.failed || (!r->path[0] && e->type != RD_TAR_DIR))
		return damaged(err);
	*ret_entry = e;
	return RD_OK;
}

/* Goes to where the next run of chunks begins. */
static rd_code next_run(rd_tree_reader *r, rd_err *err)
{
	int64_t slot = rd_wire_get_signed(&r->in), chunk = rd_wire_get_signed(&r->in);

	r->run_left = rd_wire_get(&r->in, r->refs_left);
	if (r->in.failed || !r->run_left || r->run_left > UINT32_MAX / 4 ||
		slot < -(int64_t)r->next.slot || slot > RD_TREE_SLOTS_MAX ||
		chunk < -(int64_t)r->next.chunk || chunk > UINT32_MAX / 4)
		return damaged(err);
	slot += r->next.slot;
	chunk += r->next.chunk;
	if (slot >= RD_TREE_SLOTS_MAX || chunk > UINT32_MAX / 4)
		return damaged(err);
	r->next = (rd_chunk_ref){(uint32_t)slot, (uint32_t)chunk};
	return RD_OK;
}

rd_code rd_tree_ref(rd_tree_reader *r, rd_chunk_ref *ret_ref, bool *ret_is, rd_err *err)
{
	rd_code code = RD_OK;

	*ret_is = r->refs_left > 0;
	if (*ret_is && !r->run_left)
		code = next_run(r, err);
	if (code || !*ret_is)
		return code;
	*ret_ref = r->next;
	r->next.chunk++;
	r->run_left--;
	r->refs_left--;
	return RD_OK;
}

/* ---- names ---- */

static rd_code out_of_root(const char *name, rd_err *err)
{
	return rd_err_set(err, RD_EPARSE, "'%.200s' leads out of the cached folder", name);
}

rd_code rd_tree_clean(const char *name, const char *root, char ret_path[RD_TREE_PATH_MAX + 1],
	rd_err *err)
{
	size_t len = 0, root_len = strlen(root);

	if (name[0] == '/')
		return out_of_root(name, err);
	for (const char *p = name; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 2 && p[0] == '.' && p[1] == '.')
			return out_of_root(name, err);
		if (n && !(n == 1 && p[0] == '.')) {
			if (len + 1 + n > RD_TREE_PATH_MAX)
				return rd_err_set(err, RD_EPARSE,
					"'%.200s' is longer than %d bytes", name, RD_TREE_PATH_MAX);
			if (len)
				ret_path[len++] = '/';
			memcpy(ret_path + len, p, n);
			len += n;
		}
		p += n;
		p += *p == '/';
	}
	ret_path[len] = '\0';
	if (!root_len)
		return RD_OK;
	if (strncmp(ret_path, root, root_len) != 0 || (len > root_len && ret_path[root_len] != '/'))
		return out_of_root(name, err);
	len = len > root_len ? len - root_len - 1 : 0;
	memmove(ret_path, ret_path + strlen(ret_path) - len, len + 1);
	return RD_OK;
}

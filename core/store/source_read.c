/* SPDX-License-Identifier: MIT */
/* Opens a stored source, finds entries, reads single files. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/zframes.h"
#include "core/store/source_index.h"

#define LINKS_MAX 40

static rd_code check_digest(const rd_source *s, const char *digest, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];
	rd_code code = rd_source_sum(&s->items, sum, err);

	if (code)
		return code;
	rd_hex(sum, sizeof sum, hex);
	if (strcmp(hex, digest) != 0)
		return rd_err_set(err, RD_ECORRUPT,
			"the stored source '%s' is damaged: its content has another digest",
			digest);
	return RD_OK;
}

rd_code rd_source_open(const char *objects_dir, const char *digest, rd_source **ret_source,
	rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	rd_code code = rd_source_path(objects_dir, digest, &path, err);
	rd_source *s;

	if (code)
		return code;
	s = calloc(1, sizeof *s);
	if (!s)
		return rd_err_nomem(err);
	rd_vec_init(&s->frames, sizeof(rd_zframe));
	rd_vec_init(&s->items, sizeof(rd_source_item));
	s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (s->fd < 0 && errno == ENOENT)
		code = rd_err_set(err, RD_ENOENT, "no source '%s' is stored", digest);
	else if (s->fd < 0)
		code = rd_err_os(err, errno, "opening '%s'", path);
	if (!code)
		code = rd_source_index_load(s, err);
	if (!code)
		code = check_digest(s, digest, err);
	if (code)
		rd_source_close(s);
	else
		*ret_source = s;
	return code;
}

rd_source *rd_source_close(rd_source *s)
{
	if (!s)
		return NULL;
	if (s->fd >= 0)
		close(s->fd);
	rd_vec_done(&s->frames);
	rd_vec_done(&s->items);
	rd_str_done(&s->raw);
	free(s);
	return NULL;
}

size_t rd_source_count(const rd_source *s)
{
	return s->items.len;
}

const rd_source_entry *rd_source_at(const rd_source *s, size_t i)
{
	const rd_source_item *item = rd_vec_at(&s->items, i);

	return &item->e;
}

const rd_source_entry *rd_source_find(const rd_source *s, const char *path)
{
	const rd_source_item *item = rd_source_item_find(&s->items, path);

	return item ? &item->e : NULL;
}

static rd_code leads_out(const char *path, rd_err *err)
{
	return rd_err_set(err, RD_ENOENT, "'%s' leads out of the source", path);
}

/* Moves one name further: done gets longer, or, at a symlink, its target goes before rest. */
static rd_code walk_name(const rd_source *s, rd_str *done, rd_str *rest, const char *path,
	rd_err *err)
{
	size_t n = strcspn(rd_str_get(rest), "/"), parent = done->len;
	const rd_source_item *item;

	if (n == 2 && memcmp(rest->data, "..", 2) == 0) {
		const char *slash = strrchr(rd_str_get(done), '/');

		if (!done->len)
			return leads_out(path, err);
		rd_str_cut(done, slash ? (size_t)(slash - done->data) : 0);
	} else if (n && !(n == 1 && rest->data[0] == '.')) {
		if (done->len)
			rd_str_putc(done, '/');
		rd_str_putn(done, rest->data, n);
	}
	rd_str_drop_front(rest, rest->data[n] == '/' ? n + 1 : n);
	item = rd_source_item_find(&s->items, rd_str_get(done));
	if (!item || item->e.type != RD_SOURCE_SYMLINK)
		return RD_OK;
	if (item->e.link[0] == '/')
		return leads_out(path, err);
	rd_str_cut(done, parent);
	RD_STR_AUTO rd_str joined = RD_STR_INIT(2 * RD_SOURCE_MAX_PATH);
	rd_str_printf(&joined, "%s/%s", item->e.link, rd_str_get(rest));
	rd_str_clear(rest);
	rd_str_putn(rest, joined.data, joined.len);
	return rd_str_check(&joined, "a path through links", err);
}

rd_code rd_source_resolve(const rd_source *s, const char *path, rd_str *out, rd_err *err)
{
	RD_STR_AUTO rd_str rest = RD_STR_INIT(0);
	size_t steps = 0;
	rd_code code = RD_OK;

	if (path[0] == '/')
		return leads_out(path, err);
	rd_str_clear(out);
	rd_str_put(&rest, path);
	/* Every link adds at most the parts of one path. */
	while (!code && rest.len) {
		if (++steps > (size_t)LINKS_MAX * RD_SOURCE_MAX_DEPTH)
			return rd_err_set(err, RD_ENOENT, "'%s' has too many links on its way",
				path);
		code = walk_name(s, out, &rest, path, err);
	}
	if (!code)
		code = rd_str_check(&rest, "a path", err);
	return code ? code : rd_str_check(out, "a path", err);
}

static rd_code read_content(const rd_source *s, const rd_source_item *item, rd_str *out,
	rd_err *err)
{
	size_t left = (size_t)item->e.size, n = 1;
	char *room = rd_str_reserve(out, left);
	rd_zcursor *c = NULL;
	rd_code code;

	if (!room)
		return rd_str_check(out, "a file's content", err);
	code = rd_zcursor_new(s->fd, s->frames.data, s->frames.len, &c, err);
	for (uint64_t at = item->at; !code && left; at += n, left -= n, room += n) {
		code = rd_zcursor_read(c, at, room, left, &n, err);
		if (!code && !n)
			code = rd_err_set(err, RD_ECORRUPT, "a stored source is cut short");
	}
	rd_zcursor_free(c);
	return code;
}

rd_code rd_source_read_file(const rd_source *s, const char *path, size_t max_bytes, rd_str *out,
	rd_err *err)
{
	RD_STR_AUTO rd_str real = RD_STR_INIT(0);
	const rd_source_item *item;
	uint8_t sum[RD_SHA256_BYTES];
	rd_code code = rd_source_resolve(s, path, &real, err);

	if (code)
		return code;
	item = rd_source_item_find(&s->items, rd_str_get(&real));
	if (item && item->e.type == RD_SOURCE_HARDLINK)
		item = rd_source_item_find(&s->items, item->e.link);
	if (!item)
		return rd_err_set(err, RD_ENOENT, "no file '%s' in the source", path);
	if (item->e.type != RD_SOURCE_FILE)
		return rd_err_set(err, RD_EINVAL, "'%s' in the source is a folder", path);
	if (item->e.size > max_bytes)
		return rd_err_set(err, RD_ELIMIT, "'%s' is larger than %zu bytes", path, max_bytes);
	code = read_content(s, item, out, err);
	if (code)
		return code;
	rd_sha256_of(rd_str_get(out) + out->len, (size_t)item->e.size, sum);
	if (memcmp(sum, item->e.digest, sizeof sum) != 0)
		return rd_err_set(err, RD_ECORRUPT, "'%s' in the stored source is damaged", path);
	rd_str_commit(out, (size_t)item->e.size);
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/* A tar of images from outside, made one that only we could have written. */
#include "core/build/import_impl.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/io/tar.h"

#define ENTRIES_MAX 4096
#define VALUES_MAX 100000                /* of a JSON */
#define JSON_MAX_BYTES ((size_t)4 << 20) /* of one entry that may be JSON */
#define JSON_ALL_BYTES ((size_t)64 << 20)

rd_code rd_image_tar_refuse(const rd_image_tar *t, const char *what, const char *path, rd_err *err)
{
	return rd_err_set(err, RD_EPARSE, "'%s' in the archive %s: '%s'", t->o.name, what, path);
}

json_t *rd_import_json(const char *text)
{
	size_t n = 0;

	/* Each may begin a value. */
	for (const char *p = text; *p; p++)
		n += *p == '{' || *p == '[' || *p == ',';
	return n < VALUES_MAX ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

/* ---- entries ---- */

/* "./a/b/" as "a/b". @returns NULL if it leads elsewhere. */
static char *clean_path(const char *path)
{
	RD_AUTOFREE char *clean = *path ? rd_path_clean(path) : NULL;

	if (!clean || *clean == '/' || !strcmp(clean, "..") || rd_starts_with(clean, "../"))
		return NULL;
	return RD_TAKE(clean);
}

/* Docker's own archives link a layer that two images share: "../ID/layer.tar". */
static rd_code take_link(rd_image_tar *t, const rd_tar_entry *e, rd_err *err)
{
	RD_STR_AUTO rd_str target = RD_STR_INIT(0);
	RD_AUTOFREE char *clean = NULL;
	const char *slash = strrchr(t->path, '/');
	const char *link = rd_or_empty(e->link);

	if (slash)
		rd_str_putn(&target, t->path, (size_t)(slash + 1 - t->path));
	rd_str_put(&target, link);
	clean = !*link || *link == '/' ? NULL : clean_path(rd_str_get(&target));
	if (!clean)
		return rd_image_tar_refuse(t, "links to elsewhere", t->path, err);
	return rd_kvs_set(&t->links, t->path, clean) ? RD_OK : rd_err_nomem(err);
}

static rd_code begin_file(rd_image_tar *t, const rd_tar_entry *e, rd_err *err)
{
	if (rd_kvs_get(&t->sums, t->path) || rd_kvs_get(&t->links, t->path))
		return rd_image_tar_refuse(t, "holds a file twice", t->path, err);
	if (t->sums.len + t->links.len >= ENTRIES_MAX)
		return rd_err_set(err, RD_ELIMIT, "'%s' in the archive has more than %d files",
			t->o.name, ENTRIES_MAX);
	if (e->type == RD_TAR_SYMLINK)
		return take_link(t, e, err);
	if (e->type != RD_TAR_FILE)
		return rd_image_tar_refuse(t, "holds what is no file", t->path, err);
	t->size = e->size;
	t->is_kept = e->size <= JSON_MAX_BYTES && t->text_bytes + e->size <= JSON_ALL_BYTES;
	t->is_begun = false;
	rd_str_clear(&t->text);
	return rd_kvs_set(&t->sums, t->path, "") ? RD_OK : rd_err_nomem(err);
}

/* Docker's and OCI's lists are written anew at the end. */
static bool is_list(const char *path)
{
	return !strcmp(path, "manifest.json") || !strcmp(path, "repositories") ||
	       !strcmp(path, "index.json") || !strcmp(path, "oci-layout");
}

static rd_code begin_entry(rd_image_tar *t, const rd_tar_entry *e, rd_err *err)
{
	rd_tar_entry out = *e;
	rd_code rc;

	free(t->path);
	t->path = clean_path(e->path);
	if (!t->path)
		return rd_image_tar_refuse(t, "has a path to elsewhere", e->path, err);
	if (e->type == RD_TAR_DIR || !strcmp(t->path, ".")) {
		free(RD_TAKE(t->path));
		return RD_OK;
	}
	rc = begin_file(t, e, err);
	if (rc)
		return rc;
	out.path = t->path;
	out.mode = 0644;
	if (!is_list(t->path))
		rd_tar_put_head(&t->out, &out);
	if (e->type == RD_TAR_SYMLINK)
		free(RD_TAKE(t->path));
	return rd_str_check(&t->out, "the tar", err);
}

static rd_code end_entry(rd_image_tar *t, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];
	char *room;
	bool is_json = t->is_kept && t->text.len && (*t->text.data == '{' || *t->text.data == '[');

	rd_sha256_end(t->sha, sum);
	rd_hex(sum, sizeof(sum), hex);
	if (!rd_kvs_set(&t->sums, t->path, hex))
		return rd_err_nomem(err);
	if (is_json && strlen(t->text.data) == t->text.len) {
		t->text_bytes += t->text.len;
		if (!rd_kvs_set(&t->texts, t->path, t->text.data))
			return rd_err_nomem(err);
	}
	if (!is_list(t->path)) {
		room = rd_str_reserve(&t->out, rd_tar_pad(t->size));
		if (!room)
			return rd_err_nomem(err);
		memset(room, 0, rd_tar_pad(t->size));
		rd_str_commit(&t->out, rd_tar_pad(t->size));
	}
	free(RD_TAKE(t->path));
	return RD_OK;
}

/* ---- the end ---- */

static rd_code finish(rd_image_tar *t, rd_err *err)
{
	json_t *list = json_array();
	RD_AUTOFREE char *text = NULL;
	rd_tar_entry e = {.path = "manifest.json", .type = RD_TAR_FILE, .mode = 0644};
	rd_code rc = rd_image_tar_list(t, list, err);

	if (!rc && !(text = json_dumps(list, JSON_COMPACT)))
		rc = rd_err_nomem(err);
	json_decref(list);
	if (rc)
		return rc;
	e.size = strlen(text);
	rd_tar_put_head(&t->out, &e);
	rd_str_put(&t->out, text);
	while (t->out.len % RD_TAR_BLOCK && rd_str_ok(&t->out))
		rd_str_putc(&t->out, '\0');
	rd_tar_put_end(&t->out);
	t->ended = true;
	return rd_str_check(&t->out, "the tar", err);
}

/* ---- the reader ---- */

static rd_code name_tar(const rd_image_tar *t, rd_code rc, rd_err *err)
{
	if (rc == RD_EPARSE)
		rd_err_wrap(err, "in '%s'", t->o.name);
	return rc;
}

/* Source: RFC 8878, 3.1.1. */
static bool is_zstd(const char *bytes, size_t n)
{
	return n >= 4 && !memcmp(bytes, "\x28\xb5\x2f\xfd", 4);
}

static rd_code read_content(rd_image_tar *t, char *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	size_t n = 0;
	rd_code rc = rd_tar_data(t->in, buf, cap, &n, err);

	*ret_n = 0;
	if (rc)
		return name_tar(t, rc, err);
	if (rd_tar_is_inflated(t->in))
		return rd_image_tar_refuse(t, "holds a sparse file", t->path, err);
	if (!n)
		return end_entry(t, err);
	t->has_zstd = t->has_zstd || (!t->is_begun && is_zstd(buf, n));
	t->is_begun = true;
	rd_sha256_add(t->sha, buf, n);
	if (t->is_kept)
		rd_str_putn(&t->text, buf, n);
	*ret_n = is_list(t->path) ? 0 : n;
	return rd_str_check(&t->text, "the tar", err);
}

static rd_code step(rd_image_tar *t, char *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	const rd_tar_entry *e = NULL;
	rd_code rc;

	if (t->path)
		return read_content(t, buf, cap, ret_n, err);
	rc = rd_tar_next(t->in, &e, err);
	if (rc)
		return name_tar(t, rc, err);
	return e ? begin_entry(t, e, err) : finish(t, err);
}

static rd_code read_tar(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	rd_image_tar *t = (rd_image_tar *)r;
	rd_code rc = RD_OK;
	size_t n = 0;

	while (!rc && !n && t->at == t->out.len && !t->ended) {
		rd_str_clear(&t->out);
		t->at = 0;
		rc = step(t, buf, cap, &n, err);
	}
	if (rc)
		return rc;
	if (!n) {
		n = t->out.len - t->at < cap ? t->out.len - t->at : cap;
		if (n)
			memcpy(buf, t->out.data + t->at, n);
		t->at += n;
	}
	*ret_n = n;
	return RD_OK;
}

static void close_tar(rd_reader *r)
{
	rd_image_tar *t = (rd_image_tar *)r;

	rd_tar_close(t->in);
	rd_sha256_free(t->sha);
	rd_kvs_done(&t->sums);
	rd_kvs_done(&t->texts);
	rd_kvs_done(&t->links);
	rd_str_done(&t->out);
	rd_str_done(&t->text);
	free(t->path);
	free(t);
}

bool rd_image_tar_ended(const rd_reader *tar)
{
	return ((const rd_image_tar *)tar)->ended;
}

bool rd_image_tar_has_zstd(const rd_reader *tar)
{
	return ((const rd_image_tar *)tar)->has_zstd;
}

rd_code rd_image_tar_open(const rd_image_tar_opts *opts, rd_reader *in, rd_reader **ret_tar,
	rd_err *err)
{
	static const struct rd_reader_ops ops = {read_tar, close_tar};
	rd_image_tar *t = calloc(1, sizeof(*t));
	rd_code rc;

	if (!t)
		return rd_err_nomem(err);
	t->base.ops = &ops;
	t->o = *opts;
	rc = rd_sha256_new(&t->sha, err);
	if (!rc)
		rc = rd_tar_open(in, &t->in, err);
	if (rc) {
		close_tar(&t->base);
		return rc;
	}
	*ret_tar = &t->base;
	return RD_OK;
}

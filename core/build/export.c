/* SPDX-License-Identifier: MIT */
/* Writes a build as an archive. */
#include "core/build/export.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "core/base/digest.h"
#include "core/base/fs.h"
#include "core/io/gzip_put.h"
#include "core/io/tar.h"

#define PART_BYTES ((size_t)256 << 10)
#define MANIFEST_MAX_BYTES ((size_t)16 << 20)
#define OCTAL_MAX 077777777777ULL

typedef struct exporter {
	const rd_export *x;
	rd_gzip_put *out; /* NULL: images are only counted */
	uint64_t bytes;   /* of the images */
	char *part;       /* PART_BYTES */
	rd_str sums;
} exporter;

/* ---- the images ---- */

static rd_code put_image_bytes(exporter *e, const void *bytes, size_t n, rd_err *err)
{
	e->bytes += n;
	if (!e->out)
		return RD_OK;
	if (e->x->progress)
		e->x->progress(e->x->arg, e->bytes);
	return rd_gzip_put_bytes(e->out, bytes, n, err);
}

static rd_code put_pad(exporter *e, uint64_t size, rd_err *err)
{
	static const char zeros[RD_TAR_BLOCK];

	return put_image_bytes(e, zeros, rd_tar_pad(size), err);
}

static rd_code put_head(exporter *e, const rd_tar_entry *entry, rd_err *err)
{
	RD_STR_AUTO rd_str head = RD_STR_INIT(0);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_tar_entry out = *entry;

	rd_str_put(&path, entry->path);
	while (path.len > 1 && path.data[path.len - 1] == '/')
		rd_str_cut(&path, path.len - 1);
	out.path = rd_str_get(&path);
	rd_tar_put_head(&head, &out);
	if (!rd_str_ok(&path) || !rd_str_ok(&head))
		return rd_err_nomem(err);
	return put_image_bytes(e, head.data, head.len, err);
}

static rd_code copy_entry(exporter *e, rd_tar *tar, const rd_tar_entry *entry, rd_err *err)
{
	uint64_t size = entry->size;
	size_t n = 0;
	rd_code rc = put_head(e, entry, err);

	while (!rc && !(rc = rd_tar_data(tar, e->part, PART_BYTES, &n, err)) && n)
		rc = put_image_bytes(e, e->part, n, err);
	return rc ? rc : put_pad(e, size, err);
}

static rd_code read_entry(exporter *e, rd_tar *tar, rd_str *out, rd_err *err)
{
	size_t n = 0;
	rd_code rc = RD_OK;

	while (!rc && !(rc = rd_tar_data(tar, e->part, PART_BYTES, &n, err)) && n) {
		rd_str_putn(out, e->part, n);
		rc = rd_str_check(out, "manifest.json", err);
	}
	return rc;
}

/* The service of "…:SERVICE.BUILD" as "SERVICE:SERVICE.BUILD"; NULL: no tag of this build. */
static json_t *our_tag(const exporter *e, const char *tag)
{
	const char *at = strrchr(tag, ':');
	const char *dot = at ? strrchr(at, '.') : NULL;

	if (!dot || strcmp(dot + 1, e->x->build) != 0)
		return NULL;
	return json_sprintf("%.*s:%s", (int)(dot - at - 1), at + 1, at + 1);
}

static rd_code rename_tags(const exporter *e, const rd_str *text, char **ret_text, rd_err *err)
{
	json_t *list = json_loadb(rd_str_get(text), text->len, 0, NULL);
	json_t *item;
	size_t i, n_tags = 0;

	json_array_foreach(list, i, item)
	{
		json_t *tags = json_array();
		json_t *old;
		size_t k;

		json_array_foreach(json_object_get(item, "RepoTags"), k, old)
		{
			json_t *tag = our_tag(e, rd_or_empty(json_string_value(old)));

			if (tag && !json_array_append_new(tags, tag))
				n_tags++;
		}
		json_object_set_new(item, "RepoTags", tags);
	}
	*ret_text = n_tags == e->x->images->len ? json_dumps(list, JSON_COMPACT) : NULL;
	json_decref(list);
	if (!*ret_text)
		return rd_err_set(err, RD_EREMOTE,
			"the engine gave other images than those of build %s: try again",
			e->x->build);
	return RD_OK;
}

static rd_code put_manifest(exporter *e, const rd_str *text, rd_err *err)
{
	RD_AUTOFREE char *ours = NULL;
	RD_STR_AUTO rd_str end = RD_STR_INIT(0);
	rd_tar_entry entry = {.path = "manifest.json", .type = RD_TAR_FILE, .mode = 0644};
	rd_code rc = rename_tags(e, text, &ours, err);

	if (rc)
		return rc;
	entry.size = strlen(ours);
	rc = put_head(e, &entry, err);
	if (!rc)
		rc = put_image_bytes(e, ours, entry.size, err);
	if (!rc)
		rc = put_pad(e, entry.size, err);
	rd_tar_put_end(&end);
	if (!rc)
		rc = rd_str_check(&end, "the tar", err);
	return rc ? rc : put_image_bytes(e, end.data, end.len, err);
}

static rd_code copy_images(exporter *e, rd_tar *tar, rd_err *err)
{
	RD_STR_AUTO rd_str manifest = RD_STR_INIT(MANIFEST_MAX_BYTES);
	const rd_tar_entry *entry = NULL;
	rd_code rc;

	while (!(rc = rd_tar_next(tar, &entry, err)) && entry) {
		if (!strcmp(entry->path, "manifest.json"))
			rc = read_entry(e, tar, &manifest, err);
		else if (strcmp(entry->path, "repositories") != 0)
			rc = copy_entry(e, tar, entry, err);
		if (rc)
			return rc;
	}
	return rc ? rc : put_manifest(e, &manifest, err);
}

static rd_code put_images(exporter *e, rd_err *err)
{
	rd_engine *engine = e->x->engine;
	rd_reader *saved = NULL;
	rd_tar *tar = NULL;
	rd_code rc = engine->ops->save(engine, e->x->tags, e->x->cancel, &saved, err);

	e->bytes = 0;
	if (rc)
		return rc;
	rc = rd_tar_open(saved, &tar, err);
	if (!rc)
		rc = copy_images(e, tar, err);
	rd_tar_close(tar);
	rd_reader_close(saved);
	return rc;
}

/* ---- the archive ---- */

/* The header of the images' entry has one length for every size: beyond what ustar holds, the size is
 * written in base 256, as GNU tar does. */
static rd_code images_head(const exporter *e, uint64_t size, char ret_head[RD_TAR_BLOCK],
	rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	RD_STR_AUTO rd_str head = RD_STR_INIT(0);
	rd_tar_entry entry = {
		.type = RD_TAR_FILE, .mode = 0600, .size = size <= OCTAL_MAX ? size : 0};
	unsigned sum = 0;

	rd_str_printf(&name, "%s.%s.tar", e->x->app, e->x->build);
	entry.path = rd_str_get(&name);
	rd_tar_put_head(&head, &entry);
	if (!rd_str_ok(&name) || !rd_str_ok(&head) || head.len != RD_TAR_BLOCK)
		return rd_err_set(err, RD_EBUG, "the name of the images is too long");
	memcpy(ret_head, head.data, RD_TAR_BLOCK);
	if (size > OCTAL_MAX) {
		memset(ret_head + 124, 0, 12);
		ret_head[124] = (char)0x80;
		for (int i = 0; i < 8; i++)
			ret_head[135 - i] = (char)(size >> (8 * i));
		memset(ret_head + 148, ' ', 8);
		for (int i = 0; i < RD_TAR_BLOCK; i++)
			sum += (unsigned char)ret_head[i];
		snprintf(ret_head + 148, 8, "%06o", sum);
	}
	return RD_OK;
}

static rd_code begin_small(exporter *e, const char *name, uint64_t size, rd_err *err)
{
	RD_STR_AUTO rd_str head = RD_STR_INIT(0);

	rd_tar_put_head(&head,
		&(rd_tar_entry){.path = name, .type = RD_TAR_FILE, .mode = 0600, .size = size});
	if (!rd_str_ok(&head))
		return rd_err_nomem(err);
	return rd_gzip_put_bytes(e->out, head.data, head.len, err);
}

static rd_code end_small(exporter *e, const char *name, uint64_t size,
	const uint8_t sum[RD_SHA256_BYTES], rd_err *err)
{
	static const char zeros[RD_TAR_BLOCK];
	char hex[RD_SHA256_HEX];

	rd_hex(sum, RD_SHA256_BYTES, hex);
	rd_str_printf(&e->sums, "%s  %s\n", hex, name);
	return rd_gzip_put_bytes(e->out, zeros, rd_tar_pad(size), err);
}

static rd_code put_text(exporter *e, const char *name, const char *text, size_t n, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	rd_code rc = begin_small(e, name, n, err);

	if (!rc)
		rc = rd_gzip_put_bytes(e->out, text, n, err);
	rd_sha256_of(text, n, sum);
	return rc ? rc : end_small(e, name, n, sum, err);
}

static rd_code copy_file(exporter *e, int fd, uint64_t size, rd_sha256 *sha, rd_err *err)
{
	rd_code rc = RD_OK;

	for (uint64_t at = 0; !rc && at < size;) {
		size_t n = size - at < PART_BYTES ? (size_t)(size - at) : PART_BYTES;

		rc = rd_read_at(fd, at, e->part, n, &n, err);
		if (!rc && !n)
			rc = rd_err_set(err, RD_EIO, "the log became shorter while it was read");
		if (!rc)
			rc = rd_gzip_put_bytes(e->out, e->part, n, err);
		if (!rc)
			rd_sha256_add(sha, e->part, n);
		at += n;
	}
	return rc;
}

static rd_code put_file(exporter *e, const char *name, int fd, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	rd_sha256 *sha = NULL;
	struct stat st;
	rd_code rc;

	if (fd < 0 || fstat(fd, &st) || !st.st_size)
		return RD_OK;
	rc = rd_sha256_new(&sha, err);
	if (!rc)
		rc = begin_small(e, name, (uint64_t)st.st_size, err);
	if (!rc)
		rc = copy_file(e, fd, (uint64_t)st.st_size, sha, err);
	if (!rc) {
		rd_sha256_end(sha, sum);
		rc = end_small(e, name, (uint64_t)st.st_size, sum, err);
	}
	rd_sha256_free(sha);
	return rc;
}

static rd_code put_ids(exporter *e, rd_err *err)
{
	json_t *images = json_object();
	json_t *o = json_pack("{so}", "images", images);
	RD_AUTOFREE char *text = NULL;

	for (size_t i = 0; i < e->x->images->len; i++)
		json_object_set_new(images, e->x->images->items[i].key,
			json_string(e->x->images->items[i].value));
	text = o ? json_dumps(o, JSON_INDENT(2)) : NULL;
	json_decref(o);
	return text ? put_text(e, RD_MOVE_IMAGES, text, strlen(text), err) : rd_err_nomem(err);
}

static rd_code put_small_entries(exporter *e, rd_err *err)
{
	rd_code rc = put_text(e, RD_MOVE_BUILD, e->x->json, strlen(e->x->json), err);

	if (!rc)
		rc = put_ids(e, err);
	if (!rc)
		rc = put_file(e, RD_MOVE_LOG, e->x->log_fd, err);
	return rc ? rc : put_file(e, RD_MOVE_STEPS, e->x->steps_fd, err);
}

static rd_code put_last(exporter *e, rd_err *err)
{
	static const char zeros[RD_TAR_BLOCK];
	RD_STR_AUTO rd_str end = RD_STR_INIT(0);
	uint64_t n = e->sums.len;
	rd_code rc = rd_str_check(&e->sums, "the sums", err);

	if (!rc)
		rc = begin_small(e, RD_MOVE_SUMS, n, err);
	if (!rc)
		rc = rd_gzip_put_bytes(e->out, e->sums.data, n, err);
	rd_tar_put_end(&end);
	if (!rc)
		rc = rd_str_check(&end, "the archive", err);
	if (!rc)
		rc = rd_gzip_put_bytes(e->out, zeros, rd_tar_pad(n), err);
	if (!rc)
		rc = rd_gzip_put_bytes(e->out, end.data, end.len, err);
	return rc ? rc : rd_gzip_put_end(e->out, err);
}

static bool can_be_changed(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && flags >= 0 && !(flags & O_APPEND) &&
	       lseek(fd, 0, SEEK_CUR) >= 0;
}

/* Counts what the images will have, in a run of their own. */
static rd_code count(exporter *e, uint64_t *ret_bytes, rd_err *err)
{
	rd_gzip_put *out = e->out;
	rd_code rc;

	e->out = NULL;
	rc = put_images(e, err);
	e->out = out;
	*ret_bytes = e->bytes;
	return rc;
}

static rd_code put_archive(exporter *e, int fd, rd_err *err)
{
	bool is_file = can_be_changed(fd);
	char head[RD_TAR_BLOCK];
	uint64_t at, size = 0;
	rd_code rc = is_file ? RD_OK : count(e, &size, err);

	if (!rc)
		rc = put_small_entries(e, err);
	if (!rc)
		rc = images_head(e, size, head, err);
	if (!rc)
		rc = rd_gzip_put_fixed(e->out, head, sizeof(head), &at, err);
	if (!rc)
		rc = put_images(e, err);
	if (!rc)
		rc = put_last(e, err);
	if (!rc && !is_file && e->bytes != size)
		rc = rd_err_set(err, RD_EREMOTE,
			"the engine gave the images in another size than before: try again, "
			"or export to a file");
	if (!rc && is_file)
		rc = images_head(e, e->bytes, head, err);
	if (!rc && is_file)
		rc = rd_gzip_put_again(e->out, at, head, sizeof(head), err);
	return rc;
}

rd_code rd_export_run(const rd_export *x, int fd, rd_err *err)
{
	exporter e = {.x = x, .part = malloc(PART_BYTES)};
	rd_code rc = e.part ? rd_gzip_put_open(fd, &e.out, err) : rd_err_nomem(err);

	if (!rc)
		rc = put_archive(&e, fd, err);
	rd_gzip_put_close(e.out);
	rd_str_done(&e.sums);
	free(e.part);
	return rc;
}

/* SPDX-License-Identifier: MIT */
/* Stores a source: reads a tar once, from first to last byte, and writes it as frames with an index. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/io/gunzip.h"
#include "core/io/tar.h"
#include "core/io/zframes.h"
#include "core/store/locks.h"
#include "core/store/source_index.h"

#define TEMP_PREFIX "incoming-"
/* One that nobody writes to goes: after a minute if its lock says that nobody does, else after a day. */
#define TEMP_FREE_AGE_S 60
#define TEMP_MAX_AGE_S (24 * 60 * 60)
#define COPY_BYTES (128 * 1024)

struct store {
	const rd_source_caps *caps;
	rd_cancel *cancel;
	rd_tar *tar;
	rd_zwriter *z;
	rd_sha256 *hash;
	rd_vec items; /* rd_source_item, whose strings are on the heap */
	uint64_t bytes, names_bytes;
	rd_str head;
	char *buf;
};

/* "./a//b/" to "a/b"; the archive's root becomes "". */
static rd_code clean_name(const char *name, const char *what, rd_str *out, rd_err *err)
{
	if (name[0] == '/')
		return rd_err_set(err, RD_EPARSE,
			"%s '%s' is absolute: sources hold relative names", what, name);
	for (const char *p = name; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 2 && p[0] == '.' && p[1] == '.')
			return rd_err_set(err, RD_EPARSE, "%s '%s' leads out of the source", what,
				name);
		if (n && !(n == 1 && p[0] == '.')) {
			if (out->len)
				rd_str_putc(out, '/');
			rd_str_putn(out, p, n);
		}
		p += n;
		p += *p == '/';
	}
	if (rd_str_ok(out) && out->len && !rd_source_path_ok(rd_str_get(out)))
		return rd_err_set(err, RD_ELIMIT,
			"%s '%.200s' is too long or too deep: at most %d bytes, %d a part, %d "
			"parts",
			what, name, RD_SOURCE_MAX_PATH, RD_SOURCE_MAX_NAME, RD_SOURCE_MAX_DEPTH);
	return rd_str_check(out, "a name", err);
}

static rd_code set_link(const rd_tar_entry *t, rd_source_entry *e, rd_err *err)
{
	RD_STR_AUTO rd_str link = RD_STR_INIT(0);
	rd_code code = RD_OK;

	if (e->type == RD_SOURCE_HARDLINK)
		code = clean_name(rd_or_empty(t->link), "the hard link target", &link, err);
	else if (e->type == RD_SOURCE_SYMLINK)
		rd_str_put(&link, rd_or_empty(t->link));
	else
		return RD_OK;
	if (!code && (!link.len || link.len > RD_SOURCE_MAX_PATH))
		code = rd_err_set(err, RD_EPARSE, "'%s' is a link without a target", e->path);
	if (!code && t->size)
		code = rd_err_set(err, RD_EPARSE, "'%s' is a link with content", e->path);
	if (code)
		return code;
	e->link = rd_str_take(&link);
	return e->link ? RD_OK : rd_err_nomem(err);
}

static rd_code set_entry(const struct store *s, const rd_tar_entry *t, rd_source_entry *e,
	rd_err *err)
{
	static const rd_source_type types[] = {[RD_TAR_FILE] = RD_SOURCE_FILE,
		[RD_TAR_DIR] = RD_SOURCE_DIR,
		[RD_TAR_SYMLINK] = RD_SOURCE_SYMLINK,
		[RD_TAR_HARDLINK] = RD_SOURCE_HARDLINK};

	if (t->type >= RD_TAR_OTHER)
		return rd_err_set(err, RD_EPARSE,
			"'%s' is a device or fifo: sources hold files, folders and links", e->path);
	e->type = types[t->type];
	/* The mode of a link means nothing and differs by who packed it. */
	e->mode = t->type == RD_TAR_SYMLINK ? 0777 : t->mode;
	e->mtime_us = t->mtime_us;
	e->size = t->type == RD_TAR_FILE ? t->size : 0;
	if (e->size > s->caps->bytes - s->bytes)
		return rd_err_set(err, RD_ELIMIT,
			"the source holds more than %" PRIu64
			" MiB: leave something out with .dockerignore",
			s->caps->bytes >> 20);
	return set_link(t, e, err);
}

static rd_code put_head(struct store *s, const rd_source_entry *e, rd_err *err)
{
	static const rd_tar_type types[] = {[RD_SOURCE_FILE] = RD_TAR_FILE,
		[RD_SOURCE_DIR] = RD_TAR_DIR,
		[RD_SOURCE_SYMLINK] = RD_TAR_SYMLINK,
		[RD_SOURCE_HARDLINK] = RD_TAR_HARDLINK};
	const rd_tar_entry head = {e->path, types[e->type], e->mode, e->mtime_us, e->size, e->link};
	rd_code code;

	rd_str_clear(&s->head);
	rd_tar_put_head(&s->head, &head);
	code = rd_str_check(&s->head, "a header", err);
	return code ? code : rd_zwriter_put(s->z, s->head.data, s->head.len, err);
}

static rd_code check_cancel(const struct store *s, rd_err *err)
{
	if (rd_cancel_fired(s->cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	return RD_OK;
}

/* Content and padding. */
static rd_code copy_content(struct store *s, rd_source_entry *e, rd_err *err)
{
	static const char zeros[RD_TAR_BLOCK];
	rd_code code = RD_OK;
	size_t n = 1;

	while (!code && n) {
		code = rd_tar_data(s->tar, s->buf, COPY_BYTES, &n, err);
		if (code)
			break;
		rd_sha256_add(s->hash, s->buf, n);
		code = rd_zwriter_put(s->z, s->buf, n, err);
		if (!code)
			code = check_cancel(s, err);
	}
	if (code)
		return code;
	rd_sha256_end(s->hash, e->digest);
	s->bytes += e->size;
	return rd_zwriter_put(s->z, zeros, rd_tar_pad(e->size), err);
}

static rd_code take_entry(struct store *s, const rd_tar_entry *t, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code code = clean_name(t->path, "the name", &path, err);
	rd_source_item *item;

	if (code)
		return code;
	if (!path.len)
		return t->type == RD_TAR_DIR
			       ? RD_OK
			       : rd_err_set(err, RD_EPARSE, "the source's root is not a folder");
	if (s->items.len >= s->caps->entries)
		return rd_err_set(err, RD_ELIMIT,
			"the source has more than %" PRIu64
			" entries: leave some out with .dockerignore",
			s->caps->entries);
	item = rd_vec_push(&s->items);
	if (!item)
		return rd_err_nomem(err);
	item->e.path = rd_str_take(&path);
	if (!item->e.path)
		return rd_err_nomem(err);
	code = set_entry(s, t, &item->e, err);
	s->names_bytes += strlen(item->e.path) + strlen(rd_or_empty(item->e.link));
	if (!code && s->names_bytes > s->caps->names_bytes)
		code = rd_err_set(err, RD_ELIMIT,
			"the names in the source are longer than %" PRIu64
			" bytes: leave some out with .dockerignore",
			s->caps->names_bytes);
	if (!code)
		code = put_head(s, &item->e, err);
	item->at = rd_zwriter_raw_bytes(s->z);
	if (!code && item->e.type == RD_SOURCE_FILE)
		code = copy_content(s, &item->e, err);
	return code ? code : check_cancel(s, err);
}

static rd_code read_tar(struct store *s, rd_err *err)
{
	const rd_tar_entry *t = NULL;
	rd_code code;

	while (!(code = rd_tar_next(s->tar, &t, err)) && t) {
		code = take_entry(s, t, err);
		if (code)
			return code;
	}
	if (code)
		return code;
	rd_str_clear(&s->head);
	rd_tar_put_end(&s->head);
	code = rd_str_check(&s->head, "an end mark", err);
	if (!code)
		code = rd_zwriter_put(s->z, s->head.data, s->head.len, err);
	return code ? code : rd_zwriter_end(s->z, err);
}

static int by_path_then_place(const void *a, const void *b)
{
	const rd_source_item *x = a, *y = b;
	int order = strcmp(x->e.path, y->e.path);

	if (order)
		return order;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void free_strings(rd_source_item *item)
{
	free((void *)(uintptr_t)item->e.path);
	free((void *)(uintptr_t)item->e.link);
}

/* One item a path: of a folder that comes several times the last, anything else only once. */
static rd_code drop_repeated_dirs(rd_vec *items, rd_err *err)
{
	rd_source_item *all = items->data;
	size_t kept = 0;

	for (size_t i = 0; i < items->len; i++) {
		bool again = kept && strcmp(all[kept - 1].e.path, all[i].e.path) == 0;

		if (again &&
			(all[kept - 1].e.type != RD_SOURCE_DIR || all[i].e.type != RD_SOURCE_DIR))
			return rd_err_set(err, RD_EPARSE, "'%s' is in the source twice",
				all[i].e.path);
		if (again)
			kept--;
		/* Exchanged, not overwritten: all strings stay in the vector to be freed. */
		rd_source_item swap = all[kept];

		all[kept++] = all[i];
		if (kept - 1 != i)
			all[i] = swap;
	}
	while (items->len > kept) {
		free_strings(&all[items->len - 1]);
		items->len--;
	}
	return RD_OK;
}

/* What has something below it must be a folder: a writer through a link would leave the tree. */
static rd_code check_parents(const rd_vec *items, rd_err *err)
{
	RD_STR_AUTO rd_str dir = RD_STR_INIT(0);

	for (size_t i = 0; i < items->len; i++) {
		const rd_source_item *item = rd_vec_at(items, i), *parent = NULL;
		const char *slash;

		rd_str_clear(&dir);
		rd_str_put(&dir, item->e.path);
		while (!parent && (slash = strrchr(rd_str_get(&dir), '/')) != NULL) {
			rd_str_cut(&dir, (size_t)(slash - dir.data));
			parent = rd_source_item_find(items, rd_str_get(&dir));
		}
		if (parent && parent->e.type != RD_SOURCE_DIR)
			return rd_err_set(err, RD_EPARSE,
				"'%s' lies below '%s', which is not a folder", item->e.path,
				parent->e.path);
	}
	return rd_str_check(&dir, "a name", err);
}

/* A hard link may name another one; in the index each names the file, or is the symlink it doubles. */
static rd_code settle_link(const rd_vec *items, rd_source_item *item, rd_err *err)
{
	const rd_source_item *to = item, *next;
	char *copy;

	do {
		next = rd_source_item_find(items, to->e.link);
		if (!next || next->at >= to->at || next->e.type == RD_SOURCE_DIR)
			return rd_err_set(err, RD_EPARSE,
				"'%s' is a hard link to '%s', which is no file before it",
				item->e.path, to->e.link);
		to = next;
	} while (to->e.type == RD_SOURCE_HARDLINK);
	copy = rd_strdup(to->e.type == RD_SOURCE_FILE ? to->e.path : to->e.link);
	if (!copy)
		return rd_err_nomem(err);
	if (to->e.type == RD_SOURCE_SYMLINK) {
		item->e.type = RD_SOURCE_SYMLINK;
		item->e.mode = to->e.mode;
	}
	free((void *)(uintptr_t)item->e.link);
	item->e.link = copy;
	return RD_OK;
}

static rd_code settle(rd_vec *items, rd_err *err)
{
	rd_code code;

	rd_vec_sort(items, by_path_then_place);
	code = drop_repeated_dirs(items, err);
	if (!code)
		code = check_parents(items, err);
	for (size_t i = 0; !code && i < items->len; i++) {
		rd_source_item *item = rd_vec_at(items, i);

		if (item->e.type == RD_SOURCE_HARDLINK)
			code = settle_link(items, item, err);
	}
	return code;
}

static rd_code write_source(struct store *s, int fd, char ret_digest[RD_SHA256_HEX], rd_err *err)
{
	RD_STR_AUTO rd_str index = RD_STR_INIT(0);
	uint8_t sum[RD_SHA256_BYTES];
	rd_code code = read_tar(s, err);

	if (!code)
		code = settle(&s->items, err);
	if (!code)
		code = rd_source_sum(&s->items, sum, err);
	if (!code)
		code = rd_source_index_put(&s->items, rd_zwriter_frames(s->z), &index, err);
	if (!code)
		code = rd_write_all(fd, index.data, index.len, err);
	if (!code && fsync(fd) < 0)
		code = rd_err_os(err, errno, "writing a source");
	if (!code)
		rd_hex(sum, sizeof sum, ret_digest);
	return code;
}

static rd_code convert(rd_reader *in, int fd, struct store *s, char ret_digest[RD_SHA256_HEX],
	rd_err *err)
{
	RD_AUTO(rd_reader_closep) rd_reader *plain = NULL;
	const rd_gunzip_caps gzip = {s->caps->gzip_bytes, s->caps->ratio, s->caps->ratio_after};
	rd_code code = rd_gunzip_open(in, &gzip, &plain, err);

	rd_vec_init(&s->items, sizeof(rd_source_item));
	s->buf = malloc(COPY_BYTES);
	if (!code && !s->buf)
		code = rd_err_nomem(err);
	if (!code)
		code = rd_sha256_new(&s->hash, err);
	if (!code)
		code = rd_zwriter_new(fd, &s->z, err);
	if (!code)
		code = rd_tar_open(plain, &s->tar, err);
	if (!code)
		code = write_source(s, fd, ret_digest, err);
	rd_tar_close(s->tar);
	rd_zwriter_free(s->z);
	rd_sha256_free(s->hash);
	for (size_t i = 0; i < s->items.len; i++)
		free_strings(rd_vec_at(&s->items, i));
	rd_vec_done(&s->items);
	rd_str_done(&s->head);
	free(s->buf);
	return code;
}

static rd_code sync_dir(const char *path, rd_err *err)
{
	RD_AUTOCLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return rd_err_os(err, errno, "writing folder '%s'", path);
	return RD_OK;
}

/* Under its final name, replacing the same source stored before. */
static rd_code put_in_place(const char *objects_dir, const char *temp, const char *digest,
	rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	RD_AUTOFREE char *dir = NULL;
	rd_code code = rd_source_path(objects_dir, digest, &path, err);

	if (code)
		return code;
	dir = rd_strdup(path);
	if (!dir)
		return rd_err_nomem(err);
	*strrchr(dir, '/') = '\0';
	code = rd_mkdirs(dir, err);
	if (code)
		return code;
	if (rename(temp, path) < 0)
		return rd_err_os(err, errno, "storing '%s'", path);
	code = sync_dir(dir, err);
	return code ? code : sync_dir(objects_dir, err);
}

/* Whoever writes to a new file holds a lock on it (where the file system has locks). */
static void hold(int fd)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	(void)!fcntl(fd, F_OFD_SETLK, &whole);
}

static bool is_left(const char *objects_dir, const char *name)
{
	RD_AUTOFREE char *path = rd_path_join(objects_dir, name);
	struct stat st;
	bool held = true;
	time_t age;

	if (!path || lstat(path, &st))
		return false;
	age = time(NULL) - st.st_mtime;
	return age > TEMP_MAX_AGE_S ||
	       (age > TEMP_FREE_AGE_S && rd_lock_held(path, &held, NULL) == RD_OK && !held);
}

/* Removes what a process that was killed left behind. */
static void sweep(const char *objects_dir)
{
	DIR *d = opendir(objects_dir);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL)
		if (rd_starts_with(e->d_name, TEMP_PREFIX) && is_left(objects_dir, e->d_name))
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
}

rd_code rd_source_store_capped(const char *objects_dir, rd_reader *tar, const rd_source_caps *caps,
	rd_cancel *cancel, char ret_digest[RD_SHA256_HEX], rd_err *err)
{
	struct store s = {.caps = caps, .cancel = cancel};
	RD_STR_AUTO rd_str temp = RD_STR_INIT(0);
	RD_AUTOCLOSE int fd = -1;
	char random[17], digest[RD_SHA256_HEX];
	rd_code code = rd_mkdirs(objects_dir, err);

	if (code)
		return code;
	sweep(objects_dir);
	rd_random_hex(random, 8);
	rd_str_printf(&temp, "%s/%s%s", objects_dir, TEMP_PREFIX, random);
	code = rd_str_check(&temp, "a path", err);
	if (code)
		return code;
	fd = open(temp.data, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return rd_err_os(err, errno, "making '%s'", temp.data);
	hold(fd);
	code = convert(tar, fd, &s, digest, err);
	if (!code)
		code = put_in_place(objects_dir, temp.data, digest, err);
	if (code == RD_ENOSPC)
		rd_err_wrap(err, "storing the source in '%s'", objects_dir);
	if (code)
		unlink(temp.data);
	else
		memcpy(ret_digest, digest, sizeof digest);
	return code;
}

rd_code rd_source_store(const char *objects_dir, rd_reader *tar, rd_cancel *cancel,
	char ret_digest[RD_SHA256_HEX], rd_err *err)
{
	static const rd_source_caps caps = {
		.gzip_bytes = RD_SOURCE_MAX_GZIP_BYTES,
		.ratio = RD_SOURCE_MAX_RATIO,
		.ratio_after = UINT64_C(64) << 20,
		.bytes = RD_SOURCE_MAX_BYTES,
		.entries = RD_SOURCE_MAX_ENTRIES,
		.names_bytes = RD_SOURCE_MAX_NAMES_BYTES,
	};

	return rd_source_store_capped(objects_dir, tar, &caps, cancel, ret_digest, err);
}

/* SPDX-License-Identifier: MIT */
/*
 * Objects as files of a folder: a room is a folder in it. A file is written beside and renamed over. Nothing
 * is flushed: what a power cut takes is found missing or damaged, and costs one build its cache.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/chunks/blobs.h"

#define TEMP_PREFIX ".put-"
#define LOCK_RETRY_MS 20

typedef struct store_dir {
	rd_blobs base;
	char *dir;
} store_dir;

void rd_blob_list_done(rd_vec *list)
{
	for (size_t i = 0; i < list->len; i++)
		free(((rd_blob *)rd_vec_at(list, i))->name);
	rd_vec_done(list);
}

static rd_code path_of(const rd_blobs *b, const char *name, rd_str *out, rd_err *err)
{
	rd_str_printf(out, "%s/%s", ((const store_dir *)b)->dir, name);
	return rd_str_check(out, "a path", err);
}

static rd_code fill(const char *temp, const void *bytes, size_t n, rd_err *err)
{
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	rd_code code;

	if (fd < 0)
		return rd_err_os(err, errno, "writing '%s'", temp);
	code = rd_write_all(fd, bytes, n, err);
	if (code)
		rd_err_wrap(err, "'%s'", temp);
	if (close(fd) && !code)
		code = rd_err_os(err, errno, "writing '%s'", temp);
	return code;
}

static rd_code dir_put(rd_blobs *b, const char *name, const void *bytes, size_t n, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str temp = RD_STR_INIT(0);
	const char *base = rd_path_base(name);
	char random[17];
	rd_code code = path_of(b, name, &path, err);

	rd_random_hex(random, 8);
	rd_str_putn(&temp, path.data, path.len - strlen(base));
	rd_str_printf(&temp, TEMP_PREFIX "%s", random);
	if (!code)
		code = rd_str_check(&temp, "a path", err);
	if (code)
		return code;
	code = fill(temp.data, bytes, n, err);
	if (!code && rename(temp.data, path.data))
		code = rd_err_os(err, errno, "writing '%s'", path.data);
	if (code)
		unlink(temp.data);
	return code;
}

static rd_code dir_get(rd_blobs *b, const char *name, size_t max_bytes, rd_str *out, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code code = path_of(b, name, &path, err);

	return code ? code : rd_file_read(path.data, max_bytes, out, err);
}

static rd_code dir_read(rd_blobs *b, const char *name, uint64_t at, void *buf, size_t n,
	rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	int fd RD_AUTOCLOSE = -1;
	rd_code code = path_of(b, name, &path, err);
	size_t got;

	if (code)
		return code;
	fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return rd_err_os(err, errno, "opening '%s'", path.data);
	code = rd_read_at(fd, at, buf, n, &got, err);
	if (!code && got < n)
		code = rd_err_set(err, RD_ECORRUPT, "'%s' is cut short", path.data);
	return code;
}

static bool dir_drop_copy(rd_blobs *b RD_UNUSED, const char *name RD_UNUSED)
{
	return false;
}

static rd_code add_blob(rd_vec *list, int dir, const char *name, rd_err *err)
{
	struct stat st;
	rd_blob *blob;

	/* It may have been removed since. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return RD_OK;
	blob = rd_vec_push(list);
	if (!blob)
		return rd_err_nomem(err);
	blob->name = strdup(name);
	blob->bytes = (uint64_t)st.st_size;
	return blob->name ? RD_OK : rd_err_nomem(err);
}

static rd_code list_files(const char *path, const char *prefix, bool with_prefix, rd_vec *ret_list,
	rd_err *err)
{
	rd_vec list = RD_VEC_INIT(rd_blob);
	DIR *dir = opendir(path);
	struct dirent *e;
	rd_code code = RD_OK;

	if (!dir)
		return rd_err_os(err, errno, "reading '%s'", path);
	while (!code && (errno = 0, e = readdir(dir)))
		if (rd_starts_with(e->d_name, prefix) == with_prefix && e->d_name[0] != '\0' &&
			strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			code = add_blob(&list, dirfd(dir), e->d_name, err);
	if (!code && errno)
		code = rd_err_os(err, errno, "reading '%s'", path);
	closedir(dir);
	if (code)
		rd_blob_list_done(&list);
	else
		*ret_list = list;
	return code;
}

static rd_code dir_list(rd_blobs *b, const char *room, rd_vec *ret_list, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code code = path_of(b, room, &path, err);

	return code ? code : list_files(path.data, TEMP_PREFIX, false, ret_list, err);
}

static rd_code dir_remove(rd_blobs *b, const char *name, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code code = path_of(b, name, &path, err);

	if (!code && unlink(path.data) && errno != ENOENT)
		code = rd_err_os(err, errno, "removing '%s'", path.data);
	return code;
}

static rd_code dir_hold(rd_blobs *b, bool alone, rd_cancel *cancel, void **ret_hold, rd_err *err)
{
	struct flock whole = {.l_type = alone ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET};
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	int fd RD_AUTOCLOSE = -1;
	rd_code code = path_of(b, "lock", &path, err);
	int *hold;

	if (code)
		return code;
	fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return rd_err_os(err, errno, "opening '%s'", path.data);
	while (fcntl(fd, F_OFD_SETLK, &whole) < 0) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return rd_err_os(err, errno, "locking '%s'", path.data);
		if (alone)
			return rd_err_set(err, RD_EBUSY,
				"the cache is being used: try again later");
		/* A removal is short. */
		if (!rd_cancel_pause(cancel, LOCK_RETRY_MS))
			return rd_err_set(err, RD_ECANCELED, "canceled");
	}
	hold = malloc(sizeof *hold);
	if (!hold)
		return rd_err_nomem(err);
	*hold = fd;
	fd = -1;
	*ret_hold = hold;
	return RD_OK;
}

static void dir_release(rd_blobs *b RD_UNUSED, void *hold)
{
	if (!hold)
		return;
	close(*(int *)hold);
	free(hold);
}

static rd_code sweep_room(rd_blobs *b, const char *room, bool dry_run, uint64_t *bytes, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_vec list = RD_VEC_INIT(rd_blob);
	rd_code code = path_of(b, room, &path, err);

	if (!code)
		code = list_files(path.data, TEMP_PREFIX, true, &list, err);
	for (size_t i = 0; i < list.len && !code; i++) {
		const rd_blob *blob = rd_vec_at(&list, i);
		RD_STR_AUTO rd_str name = RD_STR_INIT(0);

		*bytes += blob->bytes;
		rd_str_printf(&name, "%s/%s", room, blob->name);
		code = rd_str_check(&name, "a path", err);
		if (!code && !dry_run)
			code = dir_remove(b, name.data, err);
	}
	rd_blob_list_done(&list);
	return code;
}

static const char *const rooms[] = {
	RD_BLOBS_PACKS, RD_BLOBS_INDEX, RD_BLOBS_SNAPSHOTS, RD_BLOBS_USED};

static rd_code dir_sweep(rd_blobs *b, bool dry_run, uint64_t *bytes, rd_err *err)
{
	rd_code code = RD_OK;

	for (size_t i = 0; i < RD_LEN(rooms) && !code; i++)
		code = sweep_room(b, rooms[i], dry_run, bytes, err);
	return code;
}

static void dir_moved(const rd_blobs *b RD_UNUSED, uint64_t *ret_sent, uint64_t *ret_got)
{
	*ret_sent = *ret_got = 0;
}

static void dir_close(rd_blobs *b)
{
	free(((store_dir *)b)->dir);
	free(b);
}

static const rd_blobs_ops ops = {dir_put, dir_get, dir_read, dir_drop_copy, dir_list, dir_remove,
	dir_hold, dir_release, dir_sweep, dir_moved, dir_close};

rd_code rd_blobs_dir(const char *dir, rd_blobs **ret_blobs, rd_err *err)
{
	store_dir *d = calloc(1, sizeof *d);
	rd_code code = RD_OK;

	if (d)
		d->dir = strdup(dir);
	if (!d || !d->dir) {
		free(d);
		return rd_err_nomem(err);
	}
	d->base.ops = &ops;
	for (size_t i = 0; i < RD_LEN(rooms) && !code; i++) {
		RD_STR_AUTO rd_str path = RD_STR_INIT(0);

		code = path_of(&d->base, rooms[i], &path, err);
		if (!code)
			code = rd_mkdirs(path.data, err);
	}
	if (code)
		dir_close(&d->base);
	else
		*ret_blobs = &d->base;
	return code;
}

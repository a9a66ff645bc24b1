/* SPDX-License-Identifier: MIT */
/* Files and folders. */
#include "core/base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/ids.h"

#define READ_BYTES 16384
/* Folders deeper than this are moved up before they are emptied: bounds stack and descriptors. */
#define RMTREE_DEPTH 64

rd_code rd_read_all(int fd, const char *name, size_t max_bytes, rd_str *out, rd_err *err)
{
	size_t before = out->len, got = 0;
	char buf[READ_BYTES];
	rd_code code = RD_OK;
	ssize_t n = 1;

	while (!code && n) {
		n = read(fd, buf, sizeof buf);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			code = rd_err_os(err, errno, "reading '%s'", name);
			break;
		}
		got += (size_t)n;
		rd_str_putn(out, buf, (size_t)n);
		if (got > max_bytes)
			code = rd_err_set(err, RD_ELIMIT, "'%s' gives more than %zu bytes", name,
				max_bytes);
		else
			code = rd_str_check(out, name, err);
	}
	if (code)
		rd_str_cut(out, before);
	return code;
}

rd_code rd_file_read(const char *path, size_t max_bytes, rd_str *out, rd_err *err)
{
	/* O_NONBLOCK: opening a FIFO must not wait for its writer */
	int fd RD_AUTOCLOSE = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return rd_err_os(err, errno, "opening '%s'", path);
	if (fstat(fd, &st))
		return rd_err_os(err, errno, "reading '%s'", path);
	if (!S_ISREG(st.st_mode))
		return rd_err_set(err, RD_EINVAL, "'%s' is not a regular file", path);
	return rd_read_all(fd, path, max_bytes, out, err);
}

rd_code rd_read_at(int fd, uint64_t at, void *buf, size_t n, size_t *ret_n, rd_err *err)
{
	size_t have = 0;
	ssize_t got = 1;

	while (have < n && got) {
		got = pread(fd, (char *)buf + have, n - have, (off_t)(at + have));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return rd_err_os(err, errno, "reading");
		have += (size_t)got;
	}
	*ret_n = have;
	return RD_OK;
}

rd_code rd_write_all(int fd, const void *bytes, size_t n, rd_err *err)
{
	const char *at = bytes;

	while (n) {
		ssize_t done = write(fd, at, n);
		struct pollfd p = {.fd = fd, .events = POLLOUT};

		if (done >= 0) {
			at += done;
			n -= (size_t)done;
		} else if (errno == EAGAIN) {
			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			return rd_err_os(err, errno, "writing");
		}
	}
	return RD_OK;
}

/* The folder of a path, opened; *ret_name is the rest, borrowed from path. */
static int open_parent(const char *path, const char **ret_name)
{
	const char *name = rd_path_base(path);
	char *dir RD_AUTOFREE = NULL;

	*ret_name = name;
	if (name == path)
		return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = strndup(path, (size_t)(name - path));
	if (!dir) {
		errno = ENOMEM;
		return -1;
	}
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Fills a new file and makes it durable. */
static rd_code fill(int fd, const void *bytes, size_t n, rd_err *err)
{
	rd_code code = rd_write_all(fd, bytes, n, err);

	if (!code && fsync(fd))
		code = rd_err_os(err, errno, "writing");
	return code;
}

rd_code rd_file_write(const char *path, const void *bytes, size_t n, rd_err *err)
{
	const char *name;
	int dir RD_AUTOCLOSE = open_parent(path, &name);
	int fd RD_AUTOCLOSE = -1;
	char random[17], temp[NAME_MAX + 1];
	rd_code code;

	if (dir < 0)
		return rd_err_os(err, errno, "opening the folder of '%s'", path);
	rd_random_hex(random, 8);
	snprintf(temp, sizeof temp, ".%.200s.%s", name, random);
	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return rd_err_os(err, errno, "writing '%s'", path);
	code = fill(fd, bytes, n, err);
	if (code)
		rd_err_wrap(err, "'%s'", path);
	else if (renameat(dir, temp, dir, name))
		code = rd_err_os(err, errno, "writing '%s'", path);
	if (code)
		unlinkat(dir, temp, 0);
	else if (fsync(dir))
		code = rd_err_os(err, errno, "writing '%s'", path);
	return code;
}

rd_code rd_mkdirs(const char *path, rd_err *err)
{
	char *copy RD_AUTOFREE = strdup(path);
	struct stat st;

	if (!copy)
		return rd_err_nomem(err);
	for (char *slash = strchr(copy + (*copy == '/'), '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0700) && errno != EEXIST)
			return rd_err_os(err, errno, "making the folder '%s'", copy);
		*slash = '/';
	}
	if (mkdir(copy, 0700) && errno != EEXIST)
		return rd_err_os(err, errno, "making the folder '%s'", path);
	if (stat(copy, &st))
		return rd_err_os(err, errno, "making the folder '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return rd_err_set(err, RD_EEXIST, "'%s' exists and is not a folder", path);
	return RD_OK;
}

static rd_code empty_dir(int dir_taken, int top, int depth, rd_err *err);

/* Removes one entry of a folder, with what is below. */
static rd_code remove_entry(int dir, const char *name, int top, int depth, rd_err *err)
{
	char moved[32] = ".rm-";
	rd_code code;
	int fd;

	if (!unlinkat(dir, name, 0) || errno == ENOENT)
		return RD_OK;
	if (errno != EISDIR)
		return rd_err_os(err, errno, "removing '%s'", name);
	if (!unlinkat(dir, name, AT_REMOVEDIR))
		return RD_OK;
	if (depth >= RMTREE_DEPTH) {
		rd_random_hex(moved + 4, 8);
		if (renameat(dir, name, top, moved))
			return rd_err_os(err, errno, "removing '%s'", name);
		return RD_OK;
	}
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return rd_err_os(err, errno, "removing '%s'", name);
	code = empty_dir(fd, top, depth + 1, err);
	if (!code && unlinkat(dir, name, AT_REMOVEDIR) && errno != ENOENT)
		code = rd_err_os(err, errno, "removing '%s'", name);
	return code;
}

/* Empties a folder; top takes what is too deep to reach from here. */
static rd_code empty_dir(int dir_taken, int top, int depth, rd_err *err)
{
	DIR *dir = fdopendir(dir_taken);
	struct dirent *e;
	rd_code code = RD_OK;

	if (!dir) {
		code = rd_err_os(err, errno, "reading a folder");
		close(dir_taken);
		return code;
	}
	while (!code && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			code = remove_entry(dirfd(dir), e->d_name, top, depth, err);
	closedir(dir);
	return code;
}

rd_code rd_rmtree(const char *path, rd_err *err)
{
	int top RD_AUTOCLOSE = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (top < 0 && errno == ENOENT)
		return RD_OK;
	if (top < 0 && (errno == ENOTDIR || errno == ELOOP))
		return rd_err_set(err, RD_EINVAL, "'%s' is not a folder", path);
	if (top < 0)
		return rd_err_os(err, errno, "removing '%s'", path);
	/* again while there is something that was moved up from the depths */
	for (;;) {
		int again = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rd_code code;

		if (again < 0)
			return rd_err_os(err, errno, "removing '%s'", path);
		code = empty_dir(again, top, 0, err);
		if (code) {
			rd_err_wrap(err, "'%s'", path);
			return code;
		}
		if (!rmdir(path) || errno == ENOENT)
			return RD_OK;
		if (errno != ENOTEMPTY && errno != EEXIST)
			return rd_err_os(err, errno, "removing '%s'", path);
	}
}

rd_code rd_fs_free(const char *path, uint64_t *ret_bytes, rd_err *err)
{
	struct statvfs v;

	if (statvfs(path, &v))
		return rd_err_os(err, errno, "looking at the disk of '%s'", path);
	*ret_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	return RD_OK;
}

bool rd_file_exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

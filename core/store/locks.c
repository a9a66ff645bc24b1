/* SPDX-License-Identifier: MIT */
/* Open file description locks. */
#include "core/store/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

rd_code rd_lock_take(const char *path, int *ret_fd, rd_err *err)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return rd_err_os(err, errno, "opening lock '%s'", path);
	if (fcntl(fd, F_OFD_SETLK, &whole) < 0) {
		int os = errno;

		close(fd);
		if (os == EAGAIN || os == EACCES)
			return rd_err_set(err, RD_EBUSY, "lock '%s' is held by another process",
				path);
		return rd_err_os(err, os, "locking '%s'", path);
	}
	/* A clearer may have removed the file before it was ours: nobody would find this lock. */
	if (fstat(fd, &st) < 0 || !st.st_nlink) {
		close(fd);
		return rd_err_set(err, RD_EBUSY, "lock '%s' is being removed", path);
	}
	*ret_fd = fd;
	return RD_OK;
}

rd_code rd_lock_held(const char *path, bool *ret_held, rd_err *err)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	RD_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT) {
		*ret_held = false;
		return RD_OK;
	}
	if (fd < 0)
		return rd_err_os(err, errno, "opening lock '%s'", path);
	if (fcntl(fd, F_OFD_GETLK, &whole) < 0)
		return rd_err_os(err, errno, "probing lock '%s'", path);
	*ret_held = whole.l_type != F_UNLCK;
	return RD_OK;
}

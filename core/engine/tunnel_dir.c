/* SPDX-License-Identifier: MIT */
/* The private folder of a tunnel's socket. */
#include "core/engine/tunnel_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/str.h"

#define PREFIX "rackdeck-ssh."
#define SOCKET "docker.sock"
#define TRIES 10
/* What is left of a socket's 107 bytes for the folder that ours are in. */
#define BASE_MAX_BYTES 70

void rd_tunnel_dir_init(rd_tunnel_dir *d)
{
	*d = (rd_tunnel_dir){.fd = -1};
}

/* ssh takes a colon for the end of a path. */
static const char *base_dir(void)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	return runtime && *runtime == '/' && strlen(runtime) <= BASE_MAX_BYTES &&
			       !strchr(runtime, ':') && !access(runtime, W_OK | X_OK)
		       ? runtime
		       : "/tmp";
}

static int open_dir(int at, const char *path)
{
	return openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_gone(int fd)
{
	struct stat st;

	return fstat(fd, &st) || !st.st_nlink || st.st_uid != geteuid();
}

/* Removes the folders of processes that were killed. */
static void clear_stale(const char *base)
{
	DIR *d = opendir(base);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		RD_AUTOCLOSE int fd = -1;

		if (!rd_starts_with(e->d_name, PREFIX))
			continue;
		fd = open_dir(dirfd(d), e->d_name);
		if (fd < 0 || is_gone(fd) || flock(fd, LOCK_EX | LOCK_NB))
			continue;
		unlinkat(fd, SOCKET, 0);
		unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	}
	if (d)
		closedir(d);
}

/* One that is made may be taken for a stale one until it is locked: then another is made. */
static rd_code make(rd_tunnel_dir *d, const char *base, rd_err *err)
{
	for (int tries = 0; tries < TRIES; tries++) {
		RD_STR_AUTO rd_str path = RD_STR_INIT(0);

		rd_tunnel_dir_done(d);
		rd_str_printf(&path, "%s/" PREFIX "XXXXXX", base);
		if (!rd_str_ok(&path))
			return rd_err_nomem(err);
		if (!mkdtemp(path.data))
			return rd_err_os(err, errno, "making a folder in '%s'", base);
		d->path = rd_str_take(&path);
		d->fd = open_dir(AT_FDCWD, d->path);
		if (d->fd >= 0 && !flock(d->fd, LOCK_EX) && !is_gone(d->fd))
			return RD_OK;
	}
	return rd_err_set(err, RD_EIO, "a folder made in '%s' does not stay", base);
}

rd_code rd_tunnel_dir_make(rd_tunnel_dir *d, rd_err *err)
{
	const char *base = base_dir();
	rd_code rc;

	clear_stale(base);
	rc = make(d, base, err);
	if (rc)
		return rc;
	d->socket = rd_path_join(d->path, SOCKET);
	return d->socket ? RD_OK : rd_err_nomem(err);
}

void rd_tunnel_dir_clear(void)
{
	clear_stale(base_dir());
}

void rd_tunnel_dir_done(rd_tunnel_dir *d)
{
	if (d->socket)
		unlink(d->socket);
	if (d->path)
		rmdir(d->path);
	if (d->fd >= 0)
		close(d->fd);
	free(d->socket);
	free(d->path);
	rd_tunnel_dir_init(d);
}

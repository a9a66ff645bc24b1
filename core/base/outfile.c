/* SPDX-License-Identifier: MIT */
/* Files that get their name at the end. */
#include "core/base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/ids.h"

/* @returns -1 and errno. */
static int open_nameless(const char *path, rd_str *beside)
{
	RD_STR_AUTO rd_str folder = RD_STR_INIT(0);
	const char *slash = strrchr(path, '/');
	int fd;

	if (slash)
		rd_str_putn(&folder, path, (size_t)(slash + 1 - path));
	else
		rd_str_put(&folder, ".");
	fd = open(rd_str_get(&folder), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	rd_str_printf(beside, "%s.XXXXXX", path);
	return rd_str_ok(beside) ? mkostemp(beside->data, O_CLOEXEC) : -1;
}

/* Only rename replaces a file in one step, and it wants a name to begin with. */
static int give_name(rd_outfile *f)
{
	char own[40], random[17];

	snprintf(own, sizeof(own), "/proc/self/fd/%d", f->fd);
	if (f->beside.len == 0) {
		if (linkat(AT_FDCWD, own, AT_FDCWD, f->path, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
		rd_random_hex(random, 8);
		rd_str_printf(&f->beside, "%s.%s", f->path, random);
		if (!rd_str_ok(&f->beside) ||
			linkat(AT_FDCWD, own, AT_FDCWD, f->beside.data, AT_SYMLINK_FOLLOW) != 0)
			return -1;
	}
	return rename(f->beside.data, f->path);
}

rd_code rd_outfile_open(const char *path, rd_outfile *ret_file, rd_err *err)
{
	rd_outfile f = {.fd = -1, .path = rd_strdup(path), .beside = RD_STR_INIT(0)};

	if (!f.path)
		return rd_err_nomem(err);
	f.fd = open_nameless(path, &f.beside);
	if (f.fd < 0) {
		rd_code code = rd_err_os(err, errno, "making '%s'", path);

		rd_str_clear(&f.beside);
		rd_outfile_done(&f);
		return code;
	}
	*ret_file = f;
	return RD_OK;
}

rd_code rd_outfile_keep(rd_outfile *f, rd_err *err)
{
	if (fsync(f->fd) != 0 || give_name(f) != 0)
		return rd_err_os(err, errno, "writing '%s'", f->path);
	rd_str_clear(&f->beside);
	return RD_OK;
}

void rd_outfile_done(rd_outfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->beside.len > 0)
		unlink(f->beside.data);
	f->fd = -1;
	free(f->path);
	f->path = NULL;
	rd_str_done(&f->beside);
}

/* SPDX-License-Identifier: MIT */
/* Archives as sources: they go to the rack as they are, and the rack judges what is in them. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/rack/upload_impl.h"

static const rd_strs *no_warnings(const rd_reader *r RD_UNUSED)
{
	static const rd_strs none;

	return &none;
}

/* @fd taken, also on failure. */
static rd_code new_upload(int fd, const char *name, const rd_cancel *cancel, rd_upload **ret_upload,
	rd_err *err)
{
	rd_reader *in = NULL;
	rd_code code = rd_reader_pipe(fd, "the source", cancel, &in, err);
	rd_upload *u = calloc(1, sizeof *u);
	char *copy = rd_strdup(name);

	if (code || !u || !copy) {
		rd_reader_close(in);
		free(u);
		free(copy);
		return code ? code : rd_err_nomem(err);
	}
	u->reader = in;
	u->warnings = no_warnings;
	u->name = copy;
	*ret_upload = u;
	return RD_OK;
}

static rd_code open_stdin(int *ret_fd, rd_err *err)
{
	if (isatty(STDIN_FILENO))
		return rd_err_set(err, RD_EINVAL,
			"standard input is a terminal: send a tar archive into it, plain or "
			"gzipped");
	*ret_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return *ret_fd < 0 ? rd_err_os(err, errno, "opening standard input") : RD_OK;
}

/* Fifos ("<(tar c .)") are as good as files. */
static rd_code open_file(const char *path, int *ret_fd, rd_err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return rd_err_os(err, errno, "opening '%s'", path);
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return rd_err_set(err, RD_EINVAL, "'%s' is neither a folder nor an archive", path);
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? rd_err_os(err, errno, "opening '%s'", path) : RD_OK;
}

rd_code rd_upload_archive(const rd_upload_opts *opts, rd_upload **ret_upload, rd_err *err)
{
	bool is_stdin = strcmp(opts->source, "-") == 0;
	int fd = -1;
	rd_code code;

	code = is_stdin ? open_stdin(&fd, err) : open_file(opts->source, &fd, err);
	if (code)
		return code;
	return new_upload(fd, is_stdin ? "standard input" : opts->source, opts->cancel, ret_upload,
		err);
}

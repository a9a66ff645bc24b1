/* SPDX-License-Identifier: MIT */
/* Archives as sources: they go to the rack as they are, and the rack judges what is in them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/rack/upload_impl.h"

/* A descriptor that may be a pipe nobody writes to: waiting ends with the cancel token. */
struct archive {
	rd_reader base;
	int fd;
	const rd_cancel *cancel;
	rd_strs warnings; /* none */
};

static rd_code wait_for_bytes(const struct archive *a, rd_err *err)
{
	struct pollfd fds[] = {{a->fd, POLLIN, 0}, {rd_cancel_fd(a->cancel), POLLIN, 0}};

	while (poll(fds, RD_LEN(fds), -1) < 0)
		if (errno != EINTR)
			return rd_err_os(err, errno, "waiting for the source");
	if (rd_cancel_fired(a->cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	return RD_OK;
}

static rd_code archive_read(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	struct archive *a = (struct archive *)r;
	rd_code code;
	ssize_t n;

	do {
		code = wait_for_bytes(a, err);
		if (code)
			return code;
		n = read(a->fd, buf, cap);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n < 0)
		return rd_err_os(err, errno, "reading the source");
	*ret_n = (size_t)n;
	return RD_OK;
}

static void archive_close(rd_reader *r)
{
	struct archive *a = (struct archive *)r;

	close(a->fd);
	free(a);
}

static const rd_strs *archive_warnings(const rd_reader *r)
{
	return &((const struct archive *)r)->warnings;
}

/* @fd taken, also on failure. */
static rd_code new_upload(int fd, const char *name, const rd_cancel *cancel, rd_upload **ret_upload,
	rd_err *err)
{
	static const struct rd_reader_ops ops = {archive_read, archive_close};
	struct archive *a = calloc(1, sizeof *a);
	rd_upload *u = calloc(1, sizeof *u);
	char *copy = rd_strdup(name);

	if (!a || !u || !copy) {
		free(a);
		free(u);
		free(copy);
		close(fd);
		return rd_err_nomem(err);
	}
	a->base.ops = &ops;
	a->fd = fd;
	a->cancel = cancel;
	u->reader = &a->base;
	u->warnings = archive_warnings;
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

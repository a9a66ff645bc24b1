/* SPDX-License-Identifier: MIT */
/* Builds to and from archives that are files. */
#include "core/rack/movefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/outfile.h"

static void tell_export(void *arg, uint64_t bytes)
{
	const rd_movefile_watch *w = arg;

	if (w->progress)
		w->progress(w->arg, bytes, 0);
}

rd_code rd_movefile_export(rd_rack *r, const char *app, const char *id, const char *path,
	const rd_movefile_watch *watch, rd_err *err)
{
	RD_AUTO(rd_outfile_done) rd_outfile out = {.fd = -1};
	rd_movefile_watch w = *watch;
	rd_code code;

	if (!r->builds->export)
		return rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' cannot export builds", r->name);
	code = rd_outfile_open(path, &out, err);
	if (!code)
		code = r->builds->export(r, app, id, out.fd, tell_export, &w, watch->cancel, err);
	if (code == RD_ENOSPC)
		rd_err_wrap(err, "'%s'", path);
	return code ? code : rd_outfile_keep(&out, err);
}

/* The archive, with its bytes counted. */
typedef struct counting {
	rd_reader base;
	int fd;
	uint64_t bytes, total;
	const rd_movefile_watch *watch;
} counting;

static rd_code read_counting(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	counting *c = (counting *)r;
	ssize_t n;

	if (rd_cancel_fired(c->watch->cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	do
		n = read(c->fd, buf, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return rd_err_os(err, errno, "reading the archive");
	c->bytes += (uint64_t)n;
	if (c->watch->progress)
		c->watch->progress(c->watch->arg, c->bytes, c->total);
	*ret_n = (size_t)n;
	return RD_OK;
}

rd_code rd_movefile_import(rd_rack *r, const char *app, const char *path,
	const rd_movefile_watch *watch, rd_build *ret_build, rd_err *err)
{
	static const struct rd_reader_ops ops = {.read = read_counting};
	RD_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	counting c = {.base = {&ops}, .fd = fd, .watch = watch};
	struct stat st;

	if (!r->builds->import)
		return rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' cannot import builds", r->name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return rd_err_os(err, errno, "opening '%s'", path);
	if (!S_ISREG(st.st_mode))
		return rd_err_set(err, RD_EINVAL, "'%s' is no file", path);
	c.total = (uint64_t)st.st_size;
	return r->builds->import(r, app, &c.base, watch->cancel, ret_build, err);
}

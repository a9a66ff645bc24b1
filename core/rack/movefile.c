/* SPDX-License-Identifier: MIT */
/* Builds to and from archives that are files. */
#include "core/rack/movefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/outfile.h"

typedef struct telling {
	const rd_movefile_watch *watch;
	uint64_t total;
} telling;

static void tell(void *arg, uint64_t bytes)
{
	const telling *t = arg;

	if (t->watch->progress)
		t->watch->progress(t->watch->arg, bytes, t->total);
}

rd_code rd_movefile_export(rd_rack *r, const char *app, const char *id, const char *path,
	const rd_movefile_watch *watch, rd_err *err)
{
	RD_AUTO(rd_outfile_done) rd_outfile out = {.fd = -1};
	telling t = {.watch = watch};
	rd_code code;

	if (!r->builds->export)
		return rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' cannot export builds", r->name);
	code = rd_outfile_open(path, &out, err);
	if (!code)
		code = r->builds->export(r, app, id, out.fd, tell, &t, watch->cancel, err);
	if (code == RD_ENOSPC)
		rd_err_wrap(err, "'%s'", path);
	return code ? code : rd_outfile_keep(&out, err);
}

rd_code rd_movefile_import(rd_rack *r, const char *app, const char *path,
	const rd_movefile_watch *watch, rd_build *ret_build, rd_err *err)
{
	RD_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	RD_AUTO(rd_reader_closep) rd_reader *in = NULL;
	telling t = {.watch = watch};
	struct stat st;
	rd_meter meter;
	rd_code code;

	if (!r->builds->import)
		return rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' cannot import builds", r->name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return rd_err_os(err, errno, "opening '%s'", path);
	if (!S_ISREG(st.st_mode))
		return rd_err_set(err, RD_EINVAL, "'%s' is no file", path);
	code = rd_reader_pipe(fd, "the archive", watch->cancel, &in, err);
	fd = -1;
	if (code)
		return code;
	t.total = (uint64_t)st.st_size;
	rd_meter_init(&meter, in);
	meter.progress = tell;
	meter.arg = &t;
	return r->builds->import(r, app, &meter.base, watch->cancel, ret_build, err);
}

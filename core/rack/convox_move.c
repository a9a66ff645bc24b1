/* SPDX-License-Identifier: MIT */
/* Builds of a Convox rack as archives, out and in. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/conduit.h"
#include "core/io/gunzip.h"
#include "core/io/tar.h"
#include "core/rack/convox_impl.h"
#include "core/rack/json_read.h"

#define CONDUIT_BYTES ((size_t)1 << 20)
#define PART_BYTES ((size_t)64 << 10)

/* ---- out ---- */

/*
 * DESIGN: racks of Convox answer 200 before they save the images, and end the answer as if all were well when
 * that fails. So what comes is also read as the archive that it must be, by a thread of its own.
 */
typedef struct leaving {
	rd_conduit *conduit;
	int fd;
	uint64_t bytes;
	void (*progress)(void *arg, uint64_t bytes);
	void *arg;
	rd_cancel *cancel;
	rd_code code; /* of the check */
	rd_err err;
} leaving;

static rd_code wait_room(const leaving *l, rd_err *err)
{
	struct pollfd fds[] = {{l->fd, POLLOUT, 0}, {rd_cancel_fd(l->cancel), POLLIN, 0}};

	if (poll(fds, RD_LEN(fds), -1) < 0 && errno != EINTR)
		return rd_err_os(err, errno, "writing the archive");
	return rd_cancel_fired(l->cancel) ? rd_err_set(err, RD_ECANCELED, "canceled") : RD_OK;
}

static rd_code take_archive(void *arg, const char *bytes, size_t n, rd_err *err)
{
	leaving *l = arg;

	/* What the check does not take any more is damaged: it says so at the end. */
	if (!rd_conduit_push(l->conduit, bytes, n))
		return rd_err_set(err, RD_EPARSE, "the archive is damaged");
	l->bytes += n;
	while (n) {
		rd_code rc = wait_room(l, err);
		ssize_t done = rc ? 0 : write(l->fd, bytes, n);

		if (!rc && done < 0 && errno != EINTR && errno != EAGAIN)
			rc = rd_err_os(err, errno, "writing the archive");
		if (rc)
			return rc;
		bytes += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	if (l->progress)
		l->progress(l->arg, l->bytes);
	return RD_OK;
}

static bool is_images(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && !strcmp(path + n - 4, ".tar");
}

static rd_code check_entries(rd_reader *in, rd_err *err)
{
	const rd_tar_entry *entry = NULL;
	bool has_build = false, has_images = false;
	rd_tar *tar = NULL;
	rd_code rc = rd_tar_open(in, &tar, err);

	while (!rc && !(rc = rd_tar_next(tar, &entry, err)) && entry) {
		const char *name =
			rd_starts_with(entry->path, "./") ? entry->path + 2 : entry->path;

		has_build |= !strcmp(name, "build.json");
		has_images |= is_images(name);
	}
	rd_tar_close(tar);
	if (!rc && (!has_build || !has_images))
		rc = rd_err_set(err, RD_EPARSE, "it has no %s",
			has_build ? "images" : "build.json");
	return rc;
}

static void *check(void *arg)
{
	static const rd_gunzip_caps no_caps;
	leaving *l = arg;
	rd_reader *in = NULL;

	l->code = rd_gunzip_open(rd_conduit_reader(l->conduit), &no_caps, &in, &l->err);
	if (!l->code)
		l->code = check_entries(in, &l->err);
	rd_reader_close(in);
	rd_conduit_stop(l->conduit);
	return NULL;
}

static rd_code get_archive(rd_convox *c, const char *path, leaving *l, rd_err *err)
{
	rd_http_request rq = {.method = "GET",
		.fn = take_archive,
		.arg = l,
		.cancel = l->cancel ? l->cancel : c->closing};
	char text[sizeof(l->err.msg) + sizeof(l->err.ctx) + 3];
	pthread_t thread;
	int os = pthread_create(&thread, NULL, check, l);
	rd_code rc;

	if (os)
		return rd_err_os(err, os, "starting a thread");
	rc = rd_convox_call(c, &rq, path, NULL, err);
	rd_conduit_end(l->conduit, !rc);
	pthread_join(thread, NULL);
	if ((l->bytes || !rc) && l->code && l->code != RD_EUNAVAIL)
		rc = rd_err_set(err, RD_EREMOTE, "rack '%s' sent a damaged archive: %s", c->name,
			rd_err_text(&l->err, text, sizeof(text)));
	return rc;
}

rd_code rd_convox_export(rd_rack *r, const char *app, const char *id, int fd,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, rd_err *err)
{
	leaving l = {.fd = fd, .progress = progress, .arg = arg, .cancel = cancel};
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code rc;

	rd_convox_app_path(&path, app);
	rd_str_put(&path, "/builds/");
	rd_http_escape(&path, id, "");
	rd_str_put(&path, ".tgz");
	rc = rd_str_check(&path, "address", err);
	if (!rc)
		rc = rd_conduit_new(CONDUIT_BYTES, &l.conduit, err);
	if (!rc)
		rc = get_archive(rd_convox_of(r), rd_str_get(&path), &l, err);
	rd_conduit_free(l.conduit);
	return rc;
}

/* ---- in ---- */

/* A reader that gives first what was read of another one already. */
typedef struct resumed {
	rd_reader base;
	rd_reader *in; /* borrowed */
	char part[PART_BYTES];
	size_t at, n;
} resumed;

static rd_code read_resumed(rd_reader *r, void *to, size_t cap, size_t *ret_n, rd_err *err)
{
	resumed *x = (resumed *)r;

	if (x->at == x->n)
		return rd_read(x->in, to, cap, ret_n, err);
	*ret_n = x->n - x->at < cap ? x->n - x->at : cap;
	memcpy(to, x->part + x->at, *ret_n);
	x->at += *ret_n;
	return RD_OK;
}

static void close_nothing(rd_reader *r RD_UNUSED) {}

static rd_code post_archive(rd_convox *c, const char *app, resumed *x, rd_cancel *cancel,
	rd_str *out, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_http_request rq = {
		.method = "POST", .body_stream = &x->base, .cancel = cancel ? cancel : c->closing};
	rd_code rc;

	rd_convox_app_path(&path, app);
	rd_str_put(&path, "/builds/import");
	rc = rd_str_check(&path, "address", err);
	if (!rc)
		rc = rd_convox_call(c, &rq, rd_str_get(&path), out, err);
	rd_convox_changed(c);
	return rc;
}

rd_code rd_convox_import(rd_rack *r, const char *app, rd_reader *in, rd_cancel *cancel,
	rd_build *ret_build, rd_err *err)
{
	static const struct rd_reader_ops ops = {read_resumed, close_nothing};
	RD_AUTO(rd_app_done) rd_app found = {0};
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
	RD_AUTOFREE resumed *x = calloc(1, sizeof(*x));
	rd_code rc = x ? r->apps->get(r, app, &found, err) : rd_err_nomem(err);

	if (rc)
		return rc;
	x->base.ops = &ops;
	x->in = in;
	/* Who exports at the other end of a pipe may need minutes for the first byte: so long no connection
	 * is left idle. */
	rc = rd_read(in, x->part, sizeof(x->part), &x->n, err);
	if (!rc && !x->n)
		rc = rd_err_set(err, RD_EPARSE, "the archive is empty");
	if (!rc)
		rc = post_archive(rd_convox_of(r), app, x, cancel, &answer, err);
	return rc ? rc
		  : rd_convox_parsed(rd_convox_of(r), rd_json_read_build(&answer, ret_build, err),
			    err);
}

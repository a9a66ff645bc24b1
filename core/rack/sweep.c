/* SPDX-License-Identifier: MIT */
/* Notes of what is to be removed from engines, and the worker that does it. */
#include "core/rack/sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/engine/engine.h"
#include "core/rack/job.h"
#include "core/rack/local_impl.h"
#include "core/store/locks.h"

#define NOTE_MAX_BYTES (64 * 1024 * 1024)

rd_code rd_sweep_put(rd_str *note, const char *opts, const char *build, const char *tag,
	rd_err *err)
{
	json_t *o = json_loads(opts, 0, NULL);
	json_t *line = json_object();
	json_t *engine = json_object_get(o, "engine");
	char *text = NULL;
	rd_code rc = RD_OK;

	if (!engine)
		goto out;
	if (json_object_set(line, "engine", engine) ||
		json_object_set_new(line, build ? "build" : "tag",
			json_string(build ? build : tag)) ||
		!(text = json_dumps(line, JSON_COMPACT))) {
		rc = rd_err_nomem(err);
		goto out;
	}
	rd_str_put(note, text);
	rd_str_putc(note, '\n');
	rc = rd_str_check(note, "the note of what to remove", err);
out:
	free(text);
	json_decref(line);
	json_decref(o);
	return rc;
}

rd_code rd_sweep_note(const char *dir, const rd_str *note, rd_err *err)
{
	char name[17];
	RD_AUTOFREE char *path = NULL;

	if (!note->len)
		return RD_OK;
	rd_random_hex(name, 8);
	path = rd_local_path(dir, "run", name, ".sweep");
	return path ? rd_file_write(path, note->data, note->len, err) : rd_err_nomem(err);
}

void rd_sweep_start(const char *dir)
{
	char kind[] = "sweep";
	RD_AUTOFREE char *copy = rd_strdup(dir);

	if (copy)
		rd_job_start(&(rd_job){.kind = kind, .dir = copy}, -1, NULL);
}

/* ---- the worker ---- */

/* The engine of the last line: lines of one engine follow each other. */
typedef struct sweeper {
	const char *dir;
	rd_engine *engine;
} sweeper;

static rd_code use_engine(sweeper *w, const json_t *place, rd_err *err)
{
	const char *endpoint = json_string_value(json_object_get(place, "endpoint"));
	rd_engine_tls tls = {
		.ca = json_string_value(json_object_get(place, "ca")),
		.cert = json_string_value(json_object_get(place, "cert")),
		.key = json_string_value(json_object_get(place, "key")),
	};

	if (!endpoint)
		return rd_err_set(err, RD_EPARSE, "a note names no engine");
	if (w->engine && !strcmp(w->engine->endpoint, endpoint))
		return RD_OK;
	w->engine = rd_engine_close(w->engine);
	return rd_engine_open(endpoint, tls.ca || tls.cert || tls.key ? &tls : NULL, &w->engine,
		err);
}

static rd_code do_line(sweeper *w, const char *note, const char *text, size_t n, rd_err *err)
{
	json_t *line = json_loadb(text, n, 0, NULL);
	const char *build = json_string_value(json_object_get(line, "build"));
	const char *tag = json_string_value(json_object_get(line, "tag"));
	bool alive = false;
	rd_code rc = use_engine(w, json_object_get(line, "engine"), err);

	if (!rc && tag)
		rc = w->engine->ops->remove(w->engine, tag, err);
	if (!rc && build)
		rc = rd_local_alive(w->dir, build, &alive, err);
	/* A failed build's worker may be at the same: whether it succeeds is known when it is gone. */
	if (!rc && alive)
		rc = rd_err_set(err, RD_EUNAVAIL, "build '%s' is still at work", build);
	/* An import that ended well took its note back before it let go of the lock. */
	if (!rc && build && !rd_file_exists(note))
		rc = rd_err_set(err, RD_EUNAVAIL, "'%s' holds no more", note);
	if (!rc && build)
		rc = w->engine->ops->sweep(w->engine, build, err);
	json_decref(line);
	return rc;
}

static rd_code do_note(sweeper *w, const char *path, rd_err *err)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(NOTE_MAX_BYTES);
	rd_code rc = rd_file_read(path, NOTE_MAX_BYTES, &note, err);
	const char *p = rd_str_get(&note), *end = p + note.len;

	while (!rc && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);

		rc = do_line(w, path, p, n, err);
		/* An image in use or a line that nobody can read would be tried for ever. */
		if (rc && rc != RD_EUNAVAIL && rc != RD_ETIMEOUT && rc != RD_ENOMEM)
			rc = RD_OK;
		p += n + 1;
	}
	return rc;
}

/* Does the notes that are not in `seen` and adds them. */
static rd_code do_notes(sweeper *w, const char *run, rd_strs *seen, bool *ret_any, rd_err *err)
{
	DIR *d = opendir(run);
	struct dirent *e;
	rd_code rc = RD_OK;

	*ret_any = false;
	while (d && !rc && (e = readdir(d))) {
		RD_AUTOFREE char *path = NULL;

		if (!rd_ends_with(e->d_name, ".sweep") || rd_strs_has(seen, e->d_name))
			continue;
		path = rd_path_join(run, e->d_name);
		if (!path || !rd_strs_add(seen, e->d_name)) {
			rc = rd_err_nomem(err);
			break;
		}
		*ret_any = true;
		/* What fails now waits from now on. */
		utimensat(AT_FDCWD, path, NULL, 0);
		if (!do_note(w, path, err))
			unlink(path);
	}
	if (d)
		closedir(d);
	return rc;
}

rd_code rd_sweep_run(const char *dir, rd_err *err)
{
	RD_AUTOFREE char *run = rd_path_join(dir, "run");
	RD_AUTOFREE char *lock = rd_local_path(dir, "run", "sweep", ".lock");
	RD_AUTO(rd_strs_done) rd_strs seen = {0};
	sweeper w = {dir, NULL};
	bool any = true;
	rd_code rc = run && lock ? RD_OK : rd_err_nomem(err);

	/* A note that was made while we worked found the lock held: look again after letting it go. */
	while (!rc && any) {
		RD_AUTOCLOSE int fd = -1;

		rc = rd_lock_take(lock, &fd, err);
		if (!rc)
			rc = do_notes(&w, run, &seen, &any, err);
	}
	rd_engine_close(w.engine);
	return rc == RD_EBUSY ? RD_OK : rc;
}

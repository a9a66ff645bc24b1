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
#include "core/rack/job.h"
#include "core/rack/local_impl.h"
#include "core/rack/places.h"
#include "core/store/locks.h"

#define NOTE_MAX_BYTES (64 * 1024 * 1024)

static rd_code put_line(rd_str *note, json_t *engine, const char *what, const char *name,
	rd_err *err)
{
	json_t *line = json_pack("{sO, ss}", "engine", engine, what, name);
	RD_AUTOFREE char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	json_decref(line);
	if (!text)
		return rd_err_nomem(err);
	rd_str_put(note, text);
	rd_str_putc(note, '\n');
	return rd_str_check(note, "the note of what to remove", err);
}

rd_code rd_sweep_put(rd_str *note, const char *opts, const char *build, const char *tag,
	rd_err *err)
{
	static const char *const engines[] = {"engine", "builder"};
	json_t *o = json_loads(opts, 0, NULL);
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < RD_LEN(engines); i++) {
		json_t *engine = json_object_get(o, engines[i]);

		if (engine)
			rc = put_line(note, engine, build ? "build" : "tag", build ? build : tag,
				err);
	}
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

/* An engine that lines name. */
typedef struct seat {
	rd_engine *engine;
	bool is_away; /* it did not answer: nothing more is asked of it */
} seat;

typedef struct sweeper {
	const char *dir;
	rd_vec seats;
} sweeper;

static void sweeper_done(sweeper *w)
{
	for (size_t i = 0; i < w->seats.len; i++)
		rd_engine_close(((seat *)rd_vec_at(&w->seats, i))->engine);
	rd_vec_done(&w->seats);
}

static rd_code find_seat(sweeper *w, const char *line, const char *endpoint, seat **ret_seat,
	rd_err *err)
{
	rd_engine *e = NULL;
	rd_code rc;

	for (size_t i = 0; endpoint && i < w->seats.len; i++) {
		seat *known = rd_vec_at(&w->seats, i);

		if (!strcmp(known->engine->endpoint, endpoint)) {
			*ret_seat = known;
			return RD_OK;
		}
	}
	rc = rd_place_open(line, "engine", &e, err);
	if (rc)
		return rc;
	*ret_seat = rd_vec_push(&w->seats);
	if (!*ret_seat) {
		rd_engine_close(e);
		return rd_err_nomem(err);
	}
	(*ret_seat)->engine = e;
	return RD_OK;
}

static bool is_away(rd_code rc)
{
	return rc == RD_EUNAVAIL || rc == RD_ETIMEOUT;
}

/* A tag, or all of a build (the other NULL). */
static rd_code clean(seat *s, const char *tag, const char *build, rd_err *err)
{
	rd_code rc;

	if (s->is_away)
		return rd_err_set(err, RD_EUNAVAIL, "'%s' does not answer", s->engine->endpoint);
	rc = tag ? s->engine->ops->remove(s->engine, tag, err)
		 : s->engine->ops->sweep(s->engine, rd_or_empty(build), err);
	s->is_away = is_away(rc);
	return rc;
}

static rd_code do_line(sweeper *w, const char *note, const char *text, rd_err *err)
{
	json_t *line = json_loads(text, 0, NULL);
	const char *place =
		json_string_value(json_object_get(json_object_get(line, "engine"), "endpoint"));
	const char *build = json_string_value(json_object_get(line, "build"));
	const char *tag = json_string_value(json_object_get(line, "tag"));
	seat *s = NULL;
	bool alive = false;
	rd_code rc = find_seat(w, text, place, &s, err);

	if (!rc && build)
		rc = rd_local_alive(w->dir, build, &alive, err);
	/* A failed build's worker may be at the same: whether it succeeds is known when it is gone. */
	if (!rc && alive)
		rc = rd_err_set(err, RD_EUNAVAIL, "'%s': its build is still at work", note);
	/* An import that ended well took its note back before it let go of the lock. */
	if (!rc && build && !rd_file_exists(note))
		rc = rd_err_set(err, RD_EUNAVAIL, "'%s' holds no more", note);
	if (!rc && (tag || build))
		rc = clean(s, tag, build, err);
	json_decref(line);
	return rc;
}

static rd_code do_note(sweeper *w, const char *path, rd_err *err)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(NOTE_MAX_BYTES);
	rd_code rc = rd_file_read(path, NOTE_MAX_BYTES, &note, err), one;
	char *p = note.data, *end = p + note.len;

	/* That one engine is away does not keep what is to be done at another. */
	while ((!rc || is_away(rc)) && p < end) {
		size_t n = strcspn(p, "\n");

		p[n] = '\0';
		one = do_line(w, path, p, err);
		/* An image in use or a line that nobody can read would be tried for ever. */
		if (is_away(one) || one == RD_ENOMEM)
			rc = one;
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
	sweeper w = {dir, RD_VEC_INIT(seat)};
	bool any = true;
	rd_code rc = run && lock ? RD_OK : rd_err_nomem(err);

	/* A note that was made while we worked found the lock held: look again after letting it go. */
	while (!rc && any) {
		RD_AUTOCLOSE int fd = -1;

		rc = rd_lock_take(lock, &fd, err);
		if (!rc)
			rc = do_notes(&w, run, &seen, &any, err);
	}
	sweeper_done(&w);
	return rc == RD_EBUSY ? RD_OK : rc;
}

/* SPDX-License-Identifier: MIT */
/* Notes of what is to be removed from engines, and the worker that does it. */
#include "core/rack/sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/rack/job.h"
#include "core/rack/local_impl.h"
#include "core/rack/places.h"
#include "core/store/locks.h"

#define NOTE_MAX_BYTES (64 * 1024 * 1024)
#define SWEEP ".sweep"
#define LATER ".later"
#define LATER_US (30 * 1000000LL)

static rd_code put_line(rd_str *note, json_t *engine, const char *build, const char *tag,
	rd_err *err)
{
	json_t *line = json_pack("{sO, ss*, ss*}", "engine", engine, "build", build, "tag", tag);
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
			rc = put_line(note, engine, build, tag, err);
	}
	json_decref(o);
	return rc;
}

rd_code rd_sweep_note(const char *dir, const rd_str *note, bool later, rd_err *err)
{
	char name[17];
	RD_AUTOFREE char *path = NULL;

	if (!note->len)
		return RD_OK;
	rd_random_hex(name, 8);
	path = rd_local_path(dir, "run", name, later ? LATER : SWEEP);
	return path ? rd_file_write(path, note->data, note->len, err) : rd_err_nomem(err);
}

bool rd_sweep_is_note(const char *name)
{
	return rd_ends_with(name, SWEEP) || rd_ends_with(name, LATER);
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
	rd_db *db; /* opened when it is needed */
	rd_vec seats;
	int64_t left_us; /* 0 or how long until a note that waits is due */
} sweeper;

static void sweeper_done(sweeper *w)
{
	for (size_t i = 0; i < w->seats.len; i++)
		rd_engine_close(((seat *)rd_vec_at(&w->seats, i))->engine);
	rd_vec_done(&w->seats);
	rd_db_close(w->db);
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

/* @ret_status give, NULL if the rack knows no such build. */
static rd_code find_status(sweeper *w, const char *build, char **ret_status, rd_err *err)
{
	RD_AUTO(rd_tx_rollbackp) rd_tx *tx = NULL;
	RD_AUTOFREE char *path = rd_path_join(w->dir, "rack.db");
	bool found = false;
	rd_code rc = path ? RD_OK : rd_err_nomem(err);

	if (!rc && !w->db)
		rc = rd_db_open(path, &w->db, err);
	if (!rc)
		rc = rd_db_begin(w->db, false, &tx, err);
	if (!rc)
		rc = rd_local_text(tx, &found, ret_status, err,
			"SELECT status FROM builds WHERE id = ?", "t", build);
	/* Without the database nothing is removed: another time. */
	return rc ? rd_err_set(err, RD_EUNAVAIL, "what became of build %s is not known", build)
		  : RD_OK;
}

/* An import puts its logs to the others just before it is recorded. */
static void remove_logs(const char *dir, const char *build)
{
	static const char *const endings[] = {".log", ".steps"};

	for (size_t i = 0; rd_id_is('B', build) && i < RD_LEN(endings); i++) {
		RD_AUTOFREE char *path = rd_local_path(dir, "logs", build, endings[i]);

		if (path)
			unlink(path);
	}
}

/* Whether what a line says of a build is to be done. */
static rd_code look_at_build(sweeper *w, const char *note, const char *build, bool *ret_holds,
	rd_err *err)
{
	RD_AUTOFREE char *status = NULL;
	bool alive = false;
	rd_code rc = rd_local_alive(w->dir, build, &alive, err);

	/* A failed build's worker may be at the same: whether it succeeds is known when it is gone. */
	if (!rc && alive)
		rc = rd_err_set(err, RD_EUNAVAIL, "'%s': its build is still at work", note);
	/* An import that ended well took its note back before it let go of the lock. */
	if (!rc && !rd_file_exists(note))
		rc = rd_err_set(err, RD_EUNAVAIL, "'%s' holds no more", note);
	if (!rc)
		rc = find_status(w, build, &status, err);
	if (rc)
		return rc;
	/* One that was killed before it did is recorded, and its images are good. */
	*ret_holds = !status || strcmp(status, "complete") != 0;
	if (!status)
		remove_logs(w->dir, build);
	return RD_OK;
}

static rd_code do_line(sweeper *w, const char *note, const char *text, rd_err *err)
{
	json_t *line = json_loads(text, 0, NULL);
	const char *place =
		json_string_value(json_object_get(json_object_get(line, "engine"), "endpoint"));
	const char *build = json_string_value(json_object_get(line, "build"));
	const char *tag = json_string_value(json_object_get(line, "tag"));
	seat *s = NULL;
	bool holds = tag || build;
	rd_code rc = build ? look_at_build(w, note, build, &holds, err) : RD_OK;

	if (!rc)
		rc = find_seat(w, text, place, &s, err);
	if (!rc && holds)
		rc = clean(s, tag, build, err);
	json_decref(line);
	return rc;
}

/* *ret_again: it is to be done once more, for an engine may yet finish what a killed worker asked of it. */
static rd_code do_note(sweeper *w, const char *path, bool *ret_again, rd_err *err)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(NOTE_MAX_BYTES);
	rd_code rc = rd_file_read(path, NOTE_MAX_BYTES, &note, err), one;
	char *p = note.data, *end = p + note.len;

	*ret_again = rd_ends_with(path, SWEEP) && strstr(rd_str_get(&note), "\"build\":");
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

/* What failed waits until the rack is opened, what is to be done again only a while. */
static void finish_note(const char *path, bool failed, bool again)
{
	RD_STR_AUTO rd_str next = RD_STR_INIT(0);

	rd_str_printf(&next, "%.*s%s", (int)(strrchr(path, '.') - path), path,
		failed ? SWEEP : LATER);
	utimensat(AT_FDCWD, path, NULL, 0);
	if (rd_str_ok(&next) && (failed || again))
		rename(path, rd_str_get(&next));
	else
		unlink(path);
}

static int64_t left_us(const char *path)
{
	struct stat st;
	int64_t age_us;

	if (!rd_ends_with(path, LATER) || stat(path, &st))
		return 0;
	age_us = rd_wall_us() - (st.st_mtim.tv_sec * 1000000LL + st.st_mtim.tv_nsec / 1000);
	return age_us < 0 || age_us >= LATER_US ? 0 : LATER_US - age_us;
}

/* @returns whether it was done. */
static bool do_if_due(sweeper *w, const char *path)
{
	int64_t wait_us = left_us(path);
	bool again = false;
	rd_code rc;

	if (wait_us) {
		if (!w->left_us || wait_us < w->left_us)
			w->left_us = wait_us;
		return false;
	}
	rc = do_note(w, path, &again, NULL);
	finish_note(path, rc, again);
	return true;
}

/* Does the notes that are not in `seen` and adds them. */
static rd_code do_notes(sweeper *w, const char *run, rd_strs *seen, bool *ret_any, rd_err *err)
{
	DIR *d = opendir(run);
	struct dirent *e;
	rd_code rc = RD_OK;

	*ret_any = false;
	w->left_us = 0;
	while (d && !rc && (e = readdir(d))) {
		RD_AUTOFREE char *path = NULL;

		if (!rd_sweep_is_note(e->d_name) || rd_strs_has(seen, e->d_name))
			continue;
		path = rd_path_join(run, e->d_name);
		if (!path)
			rc = rd_err_nomem(err);
		else if (do_if_due(w, path)) {
			*ret_any = true;
			rc = rd_strs_add(seen, e->d_name) ? RD_OK : rd_err_nomem(err);
		}
	}
	if (d)
		closedir(d);
	return rc;
}

rd_code rd_sweep_once(const char *dir, int64_t *ret_left_us, rd_err *err)
{
	RD_AUTOFREE char *run = rd_path_join(dir, "run");
	RD_AUTOFREE char *lock = rd_local_path(dir, "run", "sweep", ".lock");
	RD_AUTO(rd_strs_done) rd_strs seen = {0};
	sweeper w = {.dir = dir, .seats = RD_VEC_INIT(seat)};
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
	*ret_left_us = w.left_us;
	return rc == RD_EBUSY ? RD_OK : rc;
}

rd_code rd_sweep_run(const char *dir, rd_err *err)
{
	RD_AUTOFREE char *lock = rd_local_path(dir, "run", "later", ".lock");
	RD_AUTOCLOSE int fd = -1;
	int64_t wait_us = 0;
	rd_code rc = lock ? rd_sweep_once(dir, &wait_us, err) : RD_ENOMEM;

	/* One that waits is enough. */
	while (!rc && wait_us && (fd >= 0 || !rd_lock_take(lock, &fd, NULL))) {
		struct timespec t = {wait_us / 1000000, wait_us % 1000000 * 1000};

		clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
		rc = rd_sweep_once(dir, &wait_us, err);
	}
	return rc;
}

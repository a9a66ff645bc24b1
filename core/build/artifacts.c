/* SPDX-License-Identifier: MIT */
/* The artifact cache around a build. */
#include "core/build/artifacts.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/formats/dockerfile.h"
#include "core/io/tar.h"
#include "core/store/source.h"

#define FOLDER_MODE 0755
#define SAVED_ROOT "build" /* as an engine names the last part of RD_ARTIFACTS_FOLDER */

void rd_artifacts_init(rd_artifacts *a, rd_cache *cache, const char *app, const char *build_id,
	bool no_cache)
{
	*a = (rd_artifacts){.cache = cache, .app = app, .build_id = build_id, .no_cache = no_cache};
	pthread_mutex_init(&a->lock, NULL);
}

void rd_artifacts_done(rd_artifacts *a)
{
	pthread_mutex_destroy(&a->lock);
}

static rd_code warn(const rd_artifacts_site *site, const char *what, const rd_err *why, rd_err *err)
{
	char text[sizeof(why->msg) + sizeof(why->ctx) + 3];

	return rd_record_line(site->record, site->group, err, "warning: %s: %s", what,
		rd_err_text(why, text, sizeof(text)));
}

/* ---- the end of a context: a text of headers, then perhaps what is restored ---- */

typedef struct tail {
	rd_reader base;
	rd_str head;
	size_t at;
	rd_reader *rest; /* NULL: the head has the end mark */
	bool *broken;    /* set when the rest fails */
	rd_artifacts *artifacts;
	uint64_t files, bytes; /* of the rest */
	bool is_counted;
} tail;

/* All of it came back. */
static void count_restored(tail *t)
{
	rd_artifacts *a = t->artifacts;

	if (t->is_counted)
		return;
	t->is_counted = true;
	pthread_mutex_lock(&a->lock);
	a->restored++;
	a->restored_files += t->files;
	a->restored_bytes += t->bytes;
	pthread_mutex_unlock(&a->lock);
}

static rd_code read_tail(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	tail *t = (tail *)r;
	size_t n = t->head.len - t->at < cap ? t->head.len - t->at : cap;

	if (!n && t->rest) {
		rd_code rc = rd_read(t->rest, buf, cap, ret_n, err);

		*t->broken = *t->broken || (rc && rc != RD_ECANCELED);
		if (!rc && !*ret_n)
			count_restored(t);
		return rc;
	}
	if (n)
		memcpy(buf, t->head.data + t->at, n);
	t->at += n;
	*ret_n = n;
	return RD_OK;
}

static void close_tail(rd_reader *r)
{
	tail *t = (tail *)r;

	rd_reader_close(t->rest);
	rd_str_done(&t->head);
	free(t);
}

static void put_folder(rd_str *out, const char *path)
{
	const rd_tar_entry e = {.path = path, .type = RD_TAR_DIR, .mode = FOLDER_MODE};

	rd_tar_put_head(out, &e);
}

/* A name that a pattern matches: a wildcard of a Dockerfile must find something. */
static void put_plain(rd_str *out, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == '/' && out->len && out->data[out->len - 1] == '/')
			rd_str_put(out, ".keep");
		if (*pattern == '?')
			rd_str_putc(out, '_');
		else if (*pattern == '[' && pattern[1] && strchr(pattern, ']')) {
			rd_str_putc(out, pattern[1]);
			pattern = strchr(pattern, ']');
		} else if (*pattern != '*' && *pattern != '\\')
			rd_str_putc(out, *pattern);
	}
	if (out->len && out->data[out->len - 1] == '/')
		rd_str_put(out, ".keep");
}

/* Empty folders for what a Dockerfile copies: on a first build it is not there. */
static rd_code put_places(const rd_plan_image *image, rd_str *out, rd_err *err)
{
	for (size_t i = 0; i < image->cached.len; i++) {
		RD_STR_AUTO rd_str path = RD_STR_INIT(0);

		put_plain(&path, image->cached.items[i]);
		/* Each folder on the way. */
		for (size_t at = strlen(RD_DOCKERFILE_CACHE) + 1; at < path.len; at++)
			if (path.data[at] == '/') {
				path.data[at] = '\0';
				put_folder(out, path.data);
				path.data[at] = '/';
			}
		if (path.len > strlen(RD_DOCKERFILE_CACHE))
			put_folder(out, rd_str_get(&path));
	}
	return rd_str_check(out, "a context", err);
}

/* The snapshot of the service that was saved last. *ret_service NULL: none. Borrowed from the plan. */
static rd_code find_newest(rd_artifacts *a, const rd_plan_image *image, const char **ret_service,
	rd_err *err)
{
	int64_t newest_us = -1;

	*ret_service = NULL;
	for (size_t i = 0; i < image->services.len; i++) {
		RD_AUTO(rd_cache_info_done) rd_cache_info info = {0};
		rd_code rc = rd_cache_find(a->cache, a->app, image->services.items[i], &info, err);

		if (rc && rc != RD_ENOENT)
			return rc;
		if (!rc && info.saved_us > newest_us) {
			newest_us = info.saved_us;
			*ret_service = image->services.items[i];
		}
	}
	return RD_OK;
}

/* *ret_rest NULL: there is nothing to come back. */
static rd_code open_kept(rd_artifacts *a, const rd_artifacts_site *site, rd_cache_info *ret_info,
	rd_reader **ret_rest, rd_err *err)
{
	rd_cache_restore_opts opts = {
		.app = a->app, .prefix = RD_DOCKERFILE_CACHE, .cancel = site->cancel};
	rd_code rc = find_newest(a, site->image, &opts.service, err);

	if (rc || !opts.service)
		return rc;
	rc = rd_cache_restore(a->cache, &opts, ret_info, ret_rest, err);
	return rc == RD_ENOENT ? RD_OK : rc;
}

/* Fills the tail's head and hands it over; taken in any case. */
static rd_code extend(const rd_plan_image *image, rd_reader *context, tail *t, rd_err *err)
{
	rd_code rc;

	put_folder(&t->head, ".cache");
	put_folder(&t->head, RD_DOCKERFILE_CACHE);
	rc = put_places(image, &t->head, err);
	if (!t->rest)
		rd_tar_put_end(&t->head);
	if (!rc)
		rc = rd_str_check(&t->head, "a context", err);
	if (!rc)
		return rd_source_context_extend(context, RD_DOCKERFILE_CACHE, &t->base, err);
	close_tail(&t->base);
	return rc;
}

rd_code rd_artifacts_restore(rd_artifacts *a, const rd_artifacts_site *site, rd_reader *context,
	bool *broken, rd_err *err)
{
	static const struct rd_reader_ops ops = {read_tail, close_tail};
	RD_AUTO(rd_cache_info_done) rd_cache_info info = {0};
	bool is_cold = *broken || a->no_cache || !a->cache;
	rd_reader *rest = NULL;
	rd_err why = {0};
	rd_code rc = RD_OK;
	tail *t;

	*broken = false;
	if (!is_cold && open_kept(a, site, &info, &rest, &why))
		rc = rd_artifacts_warn_cold(site, &why, err);
	if (rc || (!rest && !site->image->names_cache))
		return rc;
	t = calloc(1, sizeof(*t));
	if (!t) {
		rd_reader_close(rest);
		return rd_err_nomem(err);
	}
	*t = (tail){.base = {&ops},
		.rest = rest,
		.broken = broken,
		.artifacts = a,
		.files = info.files,
		.bytes = info.bytes};
	return extend(site->image, context, t, err);
}

rd_code rd_artifacts_warn_cold(const rd_artifacts_site *site, const rd_err *why, rd_err *err)
{
	return warn(site, "building without what the build before left", why, err);
}

/* ---- saving ---- */

typedef struct saving {
	rd_artifacts *artifacts;
	const char *service;
	const rd_strs *layers;
	rd_cancel *cancel;
	rd_cache_saved saved;
} saving;

static rd_code take_files(void *arg, rd_reader *tar, rd_err *err)
{
	saving *s = arg;
	rd_cache_save_opts opts = {.app = s->artifacts->app,
		.service = s->service,
		.layers = s->layers,
		.tar = tar,
		.root = SAVED_ROOT,
		.cancel = s->cancel};

	return rd_cache_save(s->artifacts->cache, &opts, &s->saved, err);
}

static bool same_strs(const rd_strs *a, const rd_strs *b)
{
	for (size_t i = 0; i < a->len && i < b->len; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return a->len == b->len;
}

/* Whether what is kept of that service was read from these very layers. */
static bool is_kept(rd_artifacts *a, const char *service, const rd_strs *layers)
{
	RD_AUTO(rd_cache_info_done) rd_cache_info info = {0};

	return !rd_cache_find(a->cache, a->app, service, &info, NULL) &&
	       same_strs(&info.layers, layers);
}

/* Another service of the same image: what was kept for the first is kept for it, too. */
static rd_code copy_kept(saving *s, const char *from, rd_err *err)
{
	rd_cache_restore_opts opts = {.app = s->artifacts->app,
		.service = from,
		.prefix = SAVED_ROOT,
		.uncounted = true,
		.cancel = s->cancel};
	RD_AUTO(rd_reader_closep) rd_reader *tar = NULL;
	rd_code rc = rd_cache_restore(s->artifacts->cache, &opts, NULL, &tar, err);

	return rc ? rc : take_files(s, tar, err);
}

static void count_saved(rd_artifacts *a, const saving *s, bool was_read, int64_t us)
{
	pthread_mutex_lock(&a->lock);
	a->save_us += us;
	a->saved += was_read;
	a->kept += !was_read;
	a->saved_files += was_read ? s->saved.files : 0;
	a->saved_bytes += was_read ? s->saved.bytes : 0;
	a->new_bytes += s->saved.new_bytes;
	a->stored_bytes += s->saved.stored_bytes;
	pthread_mutex_unlock(&a->lock);
}

/* @errors RD_ENOENT the image has no such folder. */
static rd_code save_all(rd_artifacts *a, rd_engine *engine, const rd_plan_image *image,
	const char *image_id, rd_cancel *cancel, rd_err *err)
{
	RD_AUTO(rd_engine_image_done) rd_engine_image found = {0};
	const rd_strs *services = &image->services;
	saving s = {.artifacts = a,
		.service = services->items[0],
		.layers = &found.layers,
		.cancel = cancel};
	rd_engine_files files = {.image = image_id,
		.path = RD_ARTIFACTS_FOLDER,
		.build_id = a->build_id,
		.take = take_files,
		.arg = &s,
		.cancel = cancel};
	int64_t from_us = rd_now_us();
	rd_code rc = engine->ops->inspect(engine, image_id, &found, err);
	bool was_read = !rc && !is_kept(a, services->items[0], &found.layers);

	if (was_read)
		rc = engine->ops->files(engine, &files, err);
	for (size_t i = 1; !rc && i < services->len; i++) {
		s.service = services->items[i];
		if (!is_kept(a, s.service, &found.layers))
			rc = copy_kept(&s, services->items[0], err);
	}
	if (!rc)
		count_saved(a, &s, was_read, rd_now_us() - from_us);
	return rc;
}

rd_code rd_artifacts_save(rd_artifacts *a, const rd_artifacts_site *site, rd_engine *engine,
	const char *image_id, rd_err *err)
{
	rd_err why = {0};
	rd_code rc =
		a->cache ? save_all(a, engine, site->image, image_id, site->cancel, &why) : RD_OK;

	if (rd_cancel_fired(site->cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	/* An image without the folder keeps what was kept before. */
	if (!rc || rc == RD_ENOENT)
		return RD_OK;
	return warn(site, "what this build left in " RD_ARTIFACTS_FOLDER " is not kept", &why, err);
}

/* ---- the end ---- */

static void put_bytes(rd_str *out, uint64_t bytes)
{
	rd_str_printf(out, "%.1f MB", (double)bytes / 1e6);
}

rd_code rd_artifacts_tell(rd_artifacts *a, rd_record *record, rd_err *err)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	if (a->restored) {
		rd_str_printf(&line, " restored %llu files, ",
			(unsigned long long)a->restored_files);
		put_bytes(&line, a->restored_bytes);
	}
	if (a->saved) {
		rd_str_printf(&line, "%s saved %llu files, ", line.len ? ";" : "",
			(unsigned long long)a->saved_files);
		put_bytes(&line, a->saved_bytes);
		rd_str_put(&line, ", of which new ");
		put_bytes(&line, a->new_bytes);
		rd_str_printf(&line, ", in %.1f s", (double)a->save_us / 1e6);
	} else if (a->kept && a->restored) {
		rd_str_put(&line, "; nothing new to save");
	}
	return line.len ? rd_record_line(record, NULL, err, "Cache:%s", rd_str_get(&line)) : RD_OK;
}

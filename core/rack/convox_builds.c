/* SPDX-License-Identifier: MIT */
/* Builds and releases of a Convox rack. */
#include <stdlib.h>
#include <string.h>

#include "core/rack/convox_impl.h"
#include "core/rack/json_read.h"

/* Convox's lists know no "older than": as many are asked for and cut here. */
#define ALL_LIMIT 1000

/* "/apps/APP/WHAT" with an id and a tail, each NULL if there is none. */
static void put_path(rd_str *out, const char *app, const char *what, const char *id,
	const char *tail)
{
	rd_convox_app_path(out, app);
	rd_str_printf(out, "/%s", what);
	if (id) {
		rd_str_putc(out, '/');
		rd_http_escape(out, id, "");
	}
	rd_str_put(out, rd_or_empty(tail));
}

static rd_code get_list(rd_rack *r, const char *app, const char *what, bool is_all, int limit,
	rd_str *out, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code rc;

	put_path(&path, app, what, NULL, NULL);
	rd_str_printf(&path, "?limit=%d", is_all ? ALL_LIMIT : limit);
	rc = rd_convox_get(rd_convox_of(r), rd_str_get(&path), out, err);
	if (rc == RD_ENOENT)
		rd_err_set(err, rc, "no such app '%s' on rack '%s': see 'rackdeck apps'", app,
			r->name);
	if (!rc)
		rd_convox_watch(rd_convox_of(r), rd_str_get(&path), out);
	return rc;
}

/* A kind of list. */
typedef struct kind {
	const char *what; /* "builds" */
	const char *(*id_of)(const void *item);
	void (*done)(void *item);
} kind;

static const char *build_id(const void *build)
{
	return ((const rd_build *)build)->id;
}

static void build_done(void *build)
{
	rd_build_done(build);
}

static const char *release_id(const void *release)
{
	return ((const rd_release *)release)->id;
}

static void release_done(void *release)
{
	rd_release_done(release);
}

static const kind builds_kind = {"builds", build_id, build_done};
static const kind releases_kind = {"releases", release_id, release_done};

/* Leaves what comes after that id, at most limit of it (0: all). */
static rd_code cut_page(const kind *k, const char *before, int limit, rd_vec *v, rd_err *err)
{
	size_t from = 0, to;

	while (before && from < v->len && strcmp(k->id_of(rd_vec_at(v, from)), before) != 0)
		from++;
	if (before && from++ == v->len)
		return rd_err_set(err, RD_ENOENT, "'%s' is not among the newest %d %s", before,
			ALL_LIMIT, k->what);
	to = limit && v->len - from > (size_t)limit ? from + (size_t)limit : v->len;
	for (size_t i = v->len; i-- > 0;)
		if (i < from || i >= to) {
			k->done(rd_vec_at(v, i));
			rd_vec_remove(v, i);
		}
	return RD_OK;
}

static rd_code list_builds(rd_rack *r, const char *app, int limit, const char *before,
	rd_vec *ret_builds, rd_err *err)
{
	RD_AUTO(rd_builds_done) rd_vec builds = RD_VEC_INIT(rd_build);
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc = get_list(r, app, "builds", before || !limit, limit, &body, err);

	if (!rc)
		rc = rd_convox_parsed(rd_convox_of(r), rd_json_read_builds(&body, &builds, err),
			err);
	if (!rc)
		rc = cut_page(&builds_kind, before, limit, &builds, err);
	if (rc)
		return rc;
	*ret_builds = rd_vec_take(&builds);
	return RD_OK;
}

static rd_code get_build(rd_rack *r, const char *app, const char *id, rd_build *ret_build,
	rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc;

	put_path(&path, app, "builds", id, NULL);
	rc = rd_convox_get(rd_convox_of(r), rd_str_get(&path), &body, err);
	if (rc == RD_ENOENT)
		return rd_err_set(err, rc,
			"no such build '%s' of app '%s': see 'rackdeck builds -a %s'", id, app,
			app);
	if (!rc)
		rc = rd_convox_parsed(rd_convox_of(r), rd_json_read_build(&body, ret_build, err),
			err);
	if (rc)
		return rc;
	if (rd_build_is_active(ret_build))
		rd_convox_watch(rd_convox_of(r), rd_str_get(&path), &body);
	else {
		rd_convox_unwatch(rd_convox_of(r), rd_str_get(&path));
		rd_convox_spool_wait(rd_convox_of(r), app, id);
	}
	return RD_OK;
}

static rd_code check_build(rd_rack *r, const rd_build_opts *opts, rd_err *err)
{
	if (opts->build_rack && *opts->build_rack)
		return rd_err_set(err, RD_EUNSUPPORTED,
			"rack '%s' builds itself: --build-rack is for local racks; have the other "
			"rack "
			"build (-r), then use 'rackdeck builds export | rackdeck builds import'",
			r->name);
	if (opts->full_log)
		return rd_err_set(err, RD_EUNSUPPORTED,
			"rack '%s' chooses its builder itself: leave out --full-log", r->name);
	for (size_t i = 0; opts->args && i < opts->args->len; i++)
		if (strchr(opts->args->items[i].value, ','))
			return rd_err_set(err, RD_EINVAL,
				"the build arg '%s' holds a comma, where racks of Convox cut it: "
				"set it with 'rackdeck env set' instead",
				opts->args->items[i].key);
	return RD_OK;
}

/* "A=1,B=2": Convox's form, in which a value can hold no comma. */
static rd_code set_args(rd_kvs *form, const rd_kvs *args, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	for (size_t i = 0; i < args->len; i++)
		rd_str_printf(&text, "%s%s=%s", i ? "," : "", args->items[i].key,
			args->items[i].value);
	return rd_str_ok(&text) && rd_kvs_set(form, "build-args", rd_str_get(&text))
		       ? RD_OK
		       : rd_err_nomem(err);
}

static rd_code fill_form(const rd_build_opts *opts, bool is_ours, rd_kvs *form, rd_err *err)
{
	bool ok = true;
	rd_code rc = opts->args && opts->args->len ? set_args(form, opts->args, err) : RD_OK;

	if (rc)
		return rc;
	if (opts->description)
		ok = rd_kvs_set(form, "description", opts->description);
	if (opts->development)
		ok = ok && rd_kvs_set(form, "development", "true");
	if (opts->git_sha)
		ok = ok && rd_kvs_set(form, "git-sha", opts->git_sha);
	if (opts->manifest)
		ok = ok && rd_kvs_set(form, "manifest", opts->manifest);
	if (opts->no_cache)
		ok = ok && rd_kvs_set(form, "no-cache", "true");
	if (opts->trigger && is_ours)
		ok = ok && rd_kvs_set(form, "trigger", opts->trigger);
	ok = ok && rd_kvs_set(form, "url", rd_or_empty(opts->url));
	return ok ? RD_OK : rd_err_nomem(err);
}

static rd_code create_build(rd_rack *r, const char *app, const rd_build_opts *opts,
	rd_build *ret_build, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_kvs form = {0};
	rd_code rc = check_build(r, opts, err);

	if (!rc)
		rc = fill_form(opts, rd_convox_is_ours(rd_convox_of(r)), &form, err);
	put_path(&path, app, "builds", NULL, NULL);
	if (!rc)
		rc = rd_convox_send(rd_convox_of(r), "POST", rd_str_get(&path), &form, &body, NULL,
			err);
	if (!rc)
		rc = rd_convox_parsed(rd_convox_of(r), rd_json_read_build(&body, ret_build, err),
			err);
	rd_kvs_done(&form);
	return rc;
}

static rd_code no_cancel(rd_rack *r, rd_err *err)
{
	return rd_err_set(err, RD_EUNSUPPORTED,
		"rack '%s' cannot cancel a build: racks of Convox have no way to", r->name);
}

/* rackdeck's own: racks of Convox have no such route. */
static rd_code cancel_build(rd_rack *r, const char *app, const char *id, rd_err *err)
{
	rd_convox *c = rd_convox_of(r);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code rc;

	put_path(&path, app, "builds", id, NULL);
	rc = rd_convox_send(c, "DELETE", rd_str_get(&path), NULL, NULL, NULL, err);
	if (rc && rc != RD_EPERM && rc != RD_EUNAVAIL && !rd_convox_is_ours(c))
		return no_cancel(r, err);
	return rc;
}

static rd_code can_cancel(rd_rack *r, rd_err *err)
{
	return rd_convox_is_foreign(rd_convox_of(r)) ? no_cancel(r, err) : RD_OK;
}

const struct rd_rack_builds rd_convox_builds = {list_builds, get_build, create_build, check_build,
	cancel_build, can_cancel, rd_convox_export, rd_convox_import};

/* ---- releases ---- */

static rd_code list_releases(rd_rack *r, const char *app, int limit, const char *before,
	rd_vec *ret_releases, rd_err *err)
{
	RD_AUTO(rd_releases_done) rd_vec releases = RD_VEC_INIT(rd_release);
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc = get_list(r, app, "releases", before || !limit, limit, &body, err);

	if (!rc)
		rc = rd_convox_parsed(rd_convox_of(r), rd_json_read_releases(&body, &releases, err),
			err);
	if (!rc)
		rc = cut_page(&releases_kind, before, limit, &releases, err);
	if (rc)
		return rc;
	*ret_releases = rd_vec_take(&releases);
	return RD_OK;
}

static rd_code get_release(rd_rack *r, const char *app, const char *id, rd_release *ret_release,
	rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc;

	put_path(&path, app, "releases", id, NULL);
	rc = rd_convox_get(rd_convox_of(r), rd_str_get(&path), &body, err);
	if (rc == RD_ENOENT)
		return rd_err_set(err, rc,
			"no such release '%s' of app '%s': see 'rackdeck releases -a %s'", id, app,
			app);
	return rc ? rc
		  : rd_convox_parsed(rd_convox_of(r), rd_json_read_release(&body, ret_release, err),
			    err);
}

static rd_code create_release(rd_rack *r, const char *app, const char *build, const char *env,
	const char *description, rd_release *ret_release, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_kvs form = {0};
	bool ok = (!build || rd_kvs_set(&form, "build", build)) &&
		  (!description || rd_kvs_set(&form, "description", description)) &&
		  (!env || rd_kvs_set(&form, "env", env));
	rd_code rc = ok ? RD_OK : rd_err_nomem(err);

	put_path(&path, app, "releases", NULL, NULL);
	if (!rc)
		rc = rd_convox_send(rd_convox_of(r), "POST", rd_str_get(&path), &form, &body, NULL,
			err);
	if (!rc)
		rc = rd_convox_parsed(rd_convox_of(r),
			rd_json_read_release(&body, ret_release, err), err);
	rd_kvs_done(&form);
	return rc;
}

static rd_code promote_release(rd_rack *r, const char *app, const char *id, bool force,
	rd_cancel *cancel, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_kvs form = {0};
	rd_code rc = !force || rd_kvs_set(&form, "force", "true") ? RD_OK : rd_err_nomem(err);

	put_path(&path, app, "releases", id, "/promote");
	if (!rc)
		rc = rd_convox_send(rd_convox_of(r), "POST", rd_str_get(&path), &form, NULL, cancel,
			err);
	rd_kvs_done(&form);
	return rc;
}

const struct rd_rack_releases rd_convox_releases = {
	list_releases, get_release, create_release, promote_release, rd_convox_settle};

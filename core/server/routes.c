/* SPDX-License-Identifier: MIT */
/* The routes of Convox's API and what each does with the rack. */
#include <stdlib.h>
#include <string.h>

#include "core/rack/json.h"
#include "core/rack/trigger.h"
#include "core/server/server_impl.h"

#define LIST_LIMIT 10 /* without one, as Convox's racks have it */
#define MAX_ARGS 1000
#define MAX_DESCRIPTION_BYTES 65536
/* What is at the other end of a pipe may pull images before its first byte, or push those that came. */
#define MOVE_PATIENCE_S 3600

static rd_rack *rack_of(const rd_request *rq)
{
	return rq->server->opts.rack;
}

static const char *form(const rd_request *rq, const char *key)
{
	return rd_kvs_get(&rq->form, key);
}

static bool flag(const rd_request *rq, const char *key)
{
	const char *value = form(rq, key);

	return value && !strcmp(value, "true");
}

static rd_code ok(rd_request *rq, rd_err *err)
{
	rq->type = "text/plain";
	rd_str_put(&rq->out, "ok\n");
	return rd_str_check(&rq->out, "answer", err);
}

static rd_code limit_of(const rd_request *rq, int *ret_limit, rd_err *err)
{
	const char *text = form(rq, "limit");
	long long n = LIST_LIMIT;

	if (text && (rd_parse_i64(text, &n, NULL) || n < 0 || n > 100000))
		return rd_err_set(err, RD_EINVAL, "limit is '%s': a number is expected", text);
	*ret_limit = (int)n;
	return RD_OK;
}

/* It is shown in every list. */
static rd_code description_of(const rd_request *rq, const char **ret_text, rd_err *err)
{
	*ret_text = form(rq, "description");
	if (*ret_text && strlen(*ret_text) > MAX_DESCRIPTION_BYTES)
		return rd_err_set(err, RD_ELIMIT, "the description is longer than %d bytes",
			MAX_DESCRIPTION_BYTES);
	return RD_OK;
}

/* "A=1&B=2" in one value. */
static rd_code map_of(const rd_request *rq, const char *key, rd_kvs *out, rd_err *err)
{
	const char *text = form(rq, key);

	return text ? rd_form_parse(text, strlen(text), out, err) : RD_OK;
}

/* ---- the rack ---- */

static rd_code check(rd_request *rq, rd_err *err)
{
	return ok(rq, err);
}

static rd_code get_system(rd_request *rq, rd_err *err)
{
	rd_system s = {0};
	rd_code rc = rack_of(rq)->system->get(rack_of(rq), &s, err);

	if (rc)
		return rc;
	/* Convox's CLIs compare it as a string and speak an old protocol to what they take for old. */
	if (!rd_str_replace(&s.version, RD_SERVER_VERSION))
		rc = rd_err_nomem(err);
	if (!rc)
		rc = rd_json_system(&s, &rq->out, err);
	rd_system_done(&s);
	return rc;
}

static rd_code put_system(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	rd_code rc = map_of(rq, "parameters", &params, err);

	if (!rc && (form(rq, "count") || form(rq, "type") || form(rq, "version")))
		rc = rd_err_set(err, RD_EUNSUPPORTED,
			"this rack is one machine: it has no count, type or version to be set");
	if (!rc)
		rc = rack_of(rq)->system->set_params(rack_of(rq), &params, err);
	return rc ? rc : ok(rq, err);
}

static rd_code empty_list(rd_request *rq, rd_err *err)
{
	rd_str_put(&rq->out, "[]\n");
	return rd_str_check(&rq->out, "answer", err);
}

/* ---- apps ---- */

static rd_code list_apps(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_apps_done) rd_vec apps = RD_VEC_INIT(rd_app);
	rd_code rc = rack_of(rq)->apps->list(rack_of(rq), &apps, err);

	return rc ? rc : rd_json_apps(&apps, &rq->out, err);
}

static rd_code put_app(rd_request *rq, const char *name, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app app = {0};
	rd_code rc = rack_of(rq)->apps->get(rack_of(rq), name, &app, err);

	return rc ? rc : rd_json_app(&app, &rq->out, err);
}

static rd_code get_app(rd_request *rq, rd_err *err)
{
	return put_app(rq, rq->parts[0], err);
}

static rd_code create_app(rd_request *rq, rd_err *err)
{
	const char *name = rd_or_empty(form(rq, "name"));
	rd_code rc = rack_of(rq)->apps->create(rack_of(rq), name, err);

	return rc ? rc : put_app(rq, name, err);
}

static rd_code update_app(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	rd_code rc = map_of(rq, "parameters", &params, err);

	if (!rc && form(rq, "lock"))
		rc = rd_err_set(err, RD_EUNSUPPORTED, "apps of this rack cannot be locked");
	if (!rc)
		rc = rack_of(rq)->apps->set_params(rack_of(rq), rq->parts[0], &params, err);
	return rc ? rc : ok(rq, err);
}

static rd_code remove_app(rd_request *rq, rd_err *err)
{
	rd_code rc = rack_of(rq)->apps->remove(rack_of(rq), rq->parts[0], err);

	return rc ? rc : ok(rq, err);
}

static rd_code cancel_app(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app app = {0};
	rd_code rc = rack_of(rq)->apps->get(rack_of(rq), rq->parts[0], &app, err);

	if (rc)
		return rc;
	/* Promotions of a rack that cannot are done when they return. */
	if (!rack_of(rq)->apps->cancel)
		return rd_err_set(err, RD_EPERM, "app is not updating");
	rc = rack_of(rq)->apps->cancel(rack_of(rq), rq->parts[0], err);
	return rc ? rc : ok(rq, err);
}

/* ---- sources ---- */

static rd_code put_object(rd_request *rq, rd_reader *body, rd_err *err)
{
	RD_AUTOFREE char *url = NULL;
	rd_app app = {0};
	rd_code rc = rack_of(rq)->apps->get(rack_of(rq), rq->parts[0], &app, err);

	rd_app_done(&app);
	if (rc)
		return rc;
	rc = rack_of(rq)->objects->put(rack_of(rq), rq->parts[0], body, NULL, NULL,
		rq->server->stopping, &url, err);

	return rc ? rc : rd_json_object(url, &rq->out, err);
}

/* The key of a build's log: "build/ID/logs". @ret heap, NULL if it is none. */
static char *logged_build(const char *key)
{
	static const char before[] = "build/", after[] = "/logs";
	const char *id = rd_starts_with(key, before) ? key + strlen(before) : "";
	size_t n = strcspn(id, "/");

	return n && !strcmp(id + n, after) ? strndup(id, n) : NULL;
}

static rd_code get_log(rd_request *rq, const char *id, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_log_files f = {-1, -1, NULL};
	rd_code rc = rack_of(rq)->builds->get(rack_of(rq), rq->parts[0], id, &b, err);

	if (!rc)
		rc = rack_of(rq)->logs->open(rack_of(rq), rq->parts[0], id, &f, err);
	if (!rc) {
		rc = rd_reader_fd(f.text_fd, &rq->out_stream, err);
		f.text_fd = -1;
	}
	rd_log_files_done(&f);
	return rc;
}

static rd_code get_object(rd_request *rq, rd_err *err)
{
	RD_AUTOFREE char *id = logged_build(rq->parts[1]);

	rq->type = "application/octet-stream";
	if (id)
		return get_log(rq, id, err);
	if (!rack_of(rq)->objects->get)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack gives no sources back");
	return rack_of(rq)->objects->get(rack_of(rq), rq->parts[0], rq->parts[1], &rq->out_stream,
		err);
}

/* ---- builds ---- */

static rd_code list_builds(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_builds_done) rd_vec builds = RD_VEC_INIT(rd_build);
	int limit = 0;
	rd_code rc = limit_of(rq, &limit, err);

	if (!rc)
		rc = rack_of(rq)->builds->list(rack_of(rq), rq->parts[0], limit, NULL, &builds,
			err);
	return rc ? rc : rd_json_builds(&builds, &rq->out, err);
}

static rd_code get_build(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_code rc = rack_of(rq)->builds->get(rack_of(rq), rq->parts[0], rq->parts[1], &b, err);

	return rc ? rc : rd_json_build(&b, &rq->out, err);
}

static bool is_arg(const char *at)
{
	size_t n = strcspn(at, ",=");

	return n && at[n] == '=';
}

/* "A=1,B=x,y": a piece without '=' belongs to the value before it, for Convox's form cannot say so. */
static rd_code args_of(const rd_request *rq, rd_kvs *out, rd_err *err)
{
	const char *at = rd_or_empty(form(rq, "build-args"));

	while (*at) {
		RD_AUTOFREE char *key = strndup(at, strcspn(at, ",="));
		RD_AUTOFREE char *value = NULL;
		const char *from = at + strcspn(at, "=") + 1, *end = at;

		if (!is_arg(at))
			return rd_err_set(err, RD_EINVAL, "invalid build args: %.*s",
				(int)strcspn(at, ","), at);
		if (out->len >= MAX_ARGS)
			return rd_err_set(err, RD_ELIMIT, "more than %d build args", MAX_ARGS);
		do {
			end += strcspn(end, ",");
			end += *end == ',';
		} while (*end && !is_arg(end));
		value = strndup(from, (size_t)(end - from) - (end[-1] == ',' && end > from));
		if (!key || !value || !rd_kvs_set(out, key, value))
			return rd_err_nomem(err);
		at = end;
	}
	return RD_OK;
}

/* As a client of ours tells it, else the program that asks. @ret heap */
static char *trigger_of(const rd_request *rq)
{
	const char *agent =
		MHD_lookup_connection_value(rq->connection, MHD_HEADER_KIND, "User-Agent");
	const char *told = form(rq, "trigger");

	return told && *told ? rd_trigger_new(told, "through serve")
			     : rd_trigger_new("serve", rd_or_empty(agent));
}

/* Builds that the client runs and tells of. */
static rd_code not_external(rd_request *rq RD_UNUSED, rd_err *err)
{
	return rd_err_set(err, RD_EUNSUPPORTED, "this rack builds itself: leave out --external");
}

static rd_code create_build(rd_request *rq, rd_err *err)
{
	RD_AUTOFREE char *trigger = trigger_of(rq);
	RD_AUTO(rd_build_done) rd_build b = {0};
	RD_AUTO(rd_kvs_done) rd_kvs args = {0};
	rd_build_opts opts = {.url = form(rq, "url"),
		.manifest = form(rq, "manifest"),
		.git_sha = form(rq, "git-sha"),
		.trigger = trigger,
		.args = &args,
		.no_cache = flag(rq, "no-cache"),
		.development = flag(rq, "development")};
	rd_code rc = trigger ? args_of(rq, &args, err) : rd_err_nomem(err);

	if (!rc)
		rc = description_of(rq, &opts.description, err);
	if (!rc && flag(rq, "external"))
		rc = not_external(rq, err);
	if (!rc && (!opts.url || !*opts.url))
		rc = rd_err_set(err, RD_EINVAL, "no build source found");
	if (!rc)
		rc = rack_of(rq)->builds->create(rack_of(rq), rq->parts[0], &opts, &b, err);
	return rc ? rc : rd_json_build(&b, &rq->out, err);
}

/* rackdeck's own: the steps file as it is now, a JSON object a line. */
static rd_code get_steps(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_log_files f = {-1, -1, NULL};
	rd_code rc = rack_of(rq)->builds->get(rack_of(rq), rq->parts[0], rq->parts[1], &b, err);

	if (!rc)
		rc = rack_of(rq)->logs->open(rack_of(rq), rq->parts[0], rq->parts[1], &f, err);
	if (!rc && f.steps_fd >= 0) {
		rc = rd_reader_fd(f.steps_fd, &rq->out_stream, err);
		f.steps_fd = -1;
	}
	rq->type = "application/x-ndjson";
	rd_log_files_done(&f);
	return rc;
}

static rd_code cancel_build(rd_request *rq, rd_err *err)
{
	rd_code rc = rack_of(rq)->builds->cancel(rack_of(rq), rq->parts[0], rq->parts[1], err);

	return rc ? rc : ok(rq, err);
}

static rd_code export_build(rd_request *rq, rd_err *err)
{
	if (!rack_of(rq)->builds->export)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot export builds");
	rq->type = "application/octet-stream";
	return rd_export_open(rq, rq->parts[0], rq->parts[1], &rq->out_stream, err);
}

static rd_code import_build(rd_request *rq, rd_reader *body, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_code rc = rack_of(rq)->builds->import
			     ? rack_of(rq)->builds->import(rack_of(rq), rq->parts[0], body,
				       rq->server->stopping, &b, err)
			     : rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot import builds");

	return rc ? rc : rd_json_build(&b, &rq->out, err);
}

/* ---- releases ---- */

static rd_code list_releases(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_releases_done) rd_vec releases = RD_VEC_INIT(rd_release);
	int limit = 0;
	rd_code rc = limit_of(rq, &limit, err);

	if (!rc)
		rc = rack_of(rq)->releases->list(rack_of(rq), rq->parts[0], limit, NULL, &releases,
			err);
	return rc ? rc : rd_json_releases(&releases, &rq->out, err);
}

static rd_code get_release(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release r = {0};
	rd_code rc = rack_of(rq)->releases->get(rack_of(rq), rq->parts[0], rq->parts[1], &r, err);

	return rc ? rc : rd_json_release(&r, &rq->out, err);
}

static rd_code create_release(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release r = {0};
	const char *description = NULL;
	rd_code rc = description_of(rq, &description, err);

	if (!rc)
		rc = rack_of(rq)->releases->create(rack_of(rq), rq->parts[0], form(rq, "build"),
			form(rq, "env"), description, &r, err);
	return rc ? rc : rd_json_release(&r, &rq->out, err);
}

static rd_code promote_release(rd_request *rq, rd_err *err)
{
	rd_code rc = rack_of(rq)->releases->promote(rack_of(rq), rq->parts[0], rq->parts[1],
		flag(rq, "force"), rq->server->stopping, err);

	return rc ? rc : ok(rq, err);
}

static rd_code list_services(rd_request *rq, rd_err *err)
{
	return rd_services_get(rack_of(rq), rq->parts[0], &rq->out, err);
}

/* Scaling, running, stopping. */
static rd_code nothing_runs(rd_request *rq RD_UNUSED, rd_err *err)
{
	return rd_err_set(err, RD_EUNSUPPORTED, RD_NOTHING_RUNS);
}

/* ---- registries ---- */

static rd_code list_registries(rd_request *rq, rd_err *err)
{
	RD_AUTO(rd_registries_done) rd_vec registries = RD_VEC_INIT(rd_registry);
	rd_code rc = rack_of(rq)->registries->list(rack_of(rq), &registries, err);

	return rc ? rc : rd_json_registries(&registries, &rq->out, err);
}

static rd_code add_registry(rd_request *rq, rd_err *err)
{
	rd_registry r = {.server = (char *)(uintptr_t)rd_or_empty(form(rq, "server")),
		.username = (char *)(uintptr_t)rd_or_empty(form(rq, "username"))};
	rd_code rc = rack_of(rq)->registries->add(rack_of(rq), r.server, r.username,
		rd_or_empty(form(rq, "password")), err);

	return rc ? rc : rd_json_registry(&r, &rq->out, err);
}

static rd_code remove_registry(rd_request *rq, rd_err *err)
{
	rd_code rc = rack_of(rq)->registries->remove(rack_of(rq), rq->parts[0], err);

	return rc ? rc : ok(rq, err);
}

/* ---- the table ---- */

static const rd_route routes[] = {
	{"GET", "/check", check, .is_open = true},
	{"GET", "/auth", check},
	{"GET", "/system", get_system},
	{"PUT", "/system", put_system},
	{"GET", "/system/processes", empty_list},
	{"GET", "/system/releases", empty_list},
	{"SOCKET", "/system/logs", .stream = rd_stream_system_log},
	{"GET", "/apps", list_apps},
	{"POST", "/apps", create_app},
	{"GET", "/apps/*", get_app},
	{"PUT", "/apps/*", update_app},
	{"DELETE", "/apps/*", remove_app},
	{"POST", "/apps/*/cancel", cancel_app},
	{"SOCKET", "/apps/*/logs", .stream = rd_stream_app_log},
	{"POST", "/apps/*/objects/**", .take = put_object},
	{"GET", "/apps/*/objects/**", get_object, .is_bulk = true},
	{"GET", "/apps/*/builds", list_builds},
	{"POST", "/apps/*/builds", create_build},
	{"POST", "/apps/*/builds/import", .take = import_build, .patience_s = MOVE_PATIENCE_S},
	{"GET", "/apps/*/builds/*.tgz", export_build, .is_bulk = true,
		.patience_s = MOVE_PATIENCE_S},
	{"GET", "/apps/*/builds/*", get_build},
	{"PUT", "/apps/*/builds/*", not_external},
	{"DELETE", "/apps/*/builds/*", cancel_build},
	{"SOCKET", "/apps/*/builds/*/logs", .stream = rd_stream_build_log},
	{"GET", "/apps/*/builds/*/steps", get_steps},
	{"SOCKET", "/apps/*/builds/*/steps", .stream = rd_stream_build_steps},
	{"GET", "/apps/*/releases", list_releases},
	{"POST", "/apps/*/releases", create_release},
	{"GET", "/apps/*/releases/*", get_release},
	{"POST", "/apps/*/releases/*/promote", promote_release},
	{"GET", "/apps/*/processes", empty_list},
	{"DELETE", "/apps/*/processes/*", nothing_runs},
	{"SOCKET", "/apps/*/processes/*/exec", .stream = rd_stream_none},
	{"SOCKET", "/apps/*/processes/*/logs", .stream = rd_stream_none},
	{"GET", "/apps/*/services", list_services},
	{"PUT", "/apps/*/services/*", nothing_runs},
	{"POST", "/apps/*/services/*/processes", nothing_runs},
	{"POST", "/apps/*/services/*/restart", nothing_runs},
	{"GET", "/apps/*/resources", empty_list},
	{"GET", "/apps/*/balancers", empty_list},
	{"GET", "/registries", list_registries},
	{"POST", "/registries", add_registry},
	{"DELETE", "/registries/**", remove_registry},
	{"POST", "/events", check},
	{"POST", "/hooks/*", rd_route_hook, .is_signed = true},
};

static void free_parts(char *parts[RD_ROUTE_PARTS])
{
	for (int i = 0; i < RD_ROUTE_PARTS; i++) {
		free(parts[i]);
		parts[i] = NULL;
	}
}

/* Fills the parts; a lack of memory is no match. */
static bool matches(const char *pattern, const char *path, char *parts[RD_ROUTE_PARTS])
{
	int n = 0;

	while (*pattern) {
		bool is_rest = pattern[0] == '*' && pattern[1] == '*';
		size_t part, tail;

		if (*pattern != '*') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		/* What stands behind the star is no part of it: "*.tgz". */
		tail = is_rest ? 0 : strcspn(pattern + 1, "/");
		part = is_rest ? strlen(path) : strcspn(path, "/");
		part = part > tail ? part - tail : 0;
		parts[n] = part ? strndup(path, part) : NULL;
		if (!parts[n++])
			return false;
		path += part;
		pattern += is_rest ? 2 : 1;
	}
	return !*path;
}

const rd_route *rd_route_find(const char *method, const char *path, char *ret_parts[RD_ROUTE_PARTS])
{
	for (size_t i = 0; i < RD_LEN(routes); i++) {
		if (!strcmp(routes[i].method, method) && matches(routes[i].path, path, ret_parts))
			return &routes[i];
		free_parts(ret_parts);
	}
	return NULL;
}

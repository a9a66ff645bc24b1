/* SPDX-License-Identifier: MIT */
/* Apps, the rack itself and its registries, of a Convox rack. */
#include <stdlib.h>
#include <string.h>

#include "core/rack/convox_impl.h"
#include "core/rack/json_read.h"

/* One map in one value: "A=1&B=2", which the form then escapes once more. */
static rd_code set_map(rd_kvs *form, const char *key, const rd_kvs *map, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	for (size_t i = 0; i < map->len; i++) {
		rd_str_put(&text, i ? "&" : "");
		rd_http_escape(&text, map->items[i].key, "");
		rd_str_putc(&text, '=');
		rd_http_escape(&text, map->items[i].value, "");
	}
	return rd_str_ok(&text) && rd_kvs_set(form, key, rd_str_get(&text)) ? RD_OK
									    : rd_err_nomem(err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const rd_app *)a)->name, ((const rd_app *)b)->name);
}

static rd_code list_apps(rd_rack *r, rd_vec *ret_apps, rd_err *err)
{
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc = rd_convox_get(rd_convox_of(r), "/apps", &body, err);

	if (!rc)
		rc = rd_convox_parsed(rd_convox_of(r), rd_json_read_apps(&body, ret_apps, err),
			err);
	if (rc)
		return rc;
	rd_vec_sort(ret_apps, by_name);
	rd_convox_watch(rd_convox_of(r), "/apps", &body);
	return RD_OK;
}

static rd_code get_app(rd_rack *r, const char *app, rd_app *ret_app, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc;

	rd_convox_app_path(&path, app);
	rc = rd_convox_get(rd_convox_of(r), rd_str_get(&path), &body, err);
	if (rc == RD_ENOENT)
		return rd_err_set(err, rc, "no such app '%s' on rack '%s': see 'rackdeck apps'",
			app, r->name);
	if (!rc)
		rc = rd_convox_parsed(rd_convox_of(r), rd_json_read_app(&body, ret_app, err), err);
	/* A promotion goes on after it was asked for: what the app becomes is seen here alone. */
	if (!rc)
		rd_convox_watch(rd_convox_of(r), rd_str_get(&path), &body);
	return rc;
}

static rd_code create_app(rd_rack *r, const char *app, rd_err *err)
{
	rd_kvs form = {0};
	rd_code rc = rd_kvs_set(&form, "name", app) ? rd_convox_send(rd_convox_of(r), "POST",
							      "/apps", &form, NULL, NULL, err)
						    : rd_err_nomem(err);

	rd_kvs_done(&form);
	return rc;
}

static rd_code remove_app(rd_rack *r, const char *app, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	rd_convox_app_path(&path, app);
	return rd_convox_send(rd_convox_of(r), "DELETE", rd_str_get(&path), NULL, NULL, NULL, err);
}

static rd_code set_app_params(rd_rack *r, const char *app, const rd_kvs *params, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_kvs form = {0};
	rd_code rc = set_map(&form, "parameters", params, err);

	rd_convox_app_path(&path, app);
	if (!rc)
		rc = rd_convox_send(rd_convox_of(r), "PUT", rd_str_get(&path), &form, NULL, NULL,
			err);
	rd_kvs_done(&form);
	return rc;
}

static rd_code cancel_app(rd_rack *r, const char *app, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	rd_convox_app_path(&path, app);
	rd_str_put(&path, "/cancel");
	return rd_convox_send(rd_convox_of(r), "POST", rd_str_get(&path), NULL, NULL, NULL, err);
}

const struct rd_rack_apps rd_convox_apps = {
	.list = list_apps,
	.get = get_app,
	.create = create_app,
	.remove = remove_app,
	.set_params = set_app_params,
	.cancel = cancel_app,
	.created_on_build = false,
};

/* ---- the rack ---- */

rd_code rd_convox_greet(rd_rack *r, rd_err *err)
{
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc = rd_convox_get(rd_convox_of(r), "/auth", &body, err);
	const char *text = rd_str_get(&body);

	/* Whatever stands in the way of a network says "200 OK" to everything. */
	if (!rc && text[strspn(text, " \t\r\n")] == '<')
		rc = rd_err_set(err, RD_EREMOTE,
			"%s is no rack: it answers with a page for browsers", r->place);
	return rc;
}

rd_code rd_convox_behind(rd_rack *r, rd_strs *ret_names, rd_err *err)
{
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc = rd_convox_get(rd_convox_of(r), "/racks", &body, err);

	if (rc == RD_ENOENT) {
		*ret_names = (rd_strs){0};
		return RD_OK;
	}
	return rc ? rc
		  : rd_convox_parsed(rd_convox_of(r), rd_json_read_racks(&body, ret_names, err),
			    err);
}

static rd_code get_system(rd_rack *r, rd_system *ret_system, rd_err *err)
{
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc = rd_convox_get(rd_convox_of(r), "/system", &body, err);

	return rc ? rc
		  : rd_convox_parsed(rd_convox_of(r), rd_json_read_system(&body, ret_system, err),
			    err);
}

static rd_code set_system_params(rd_rack *r, const rd_kvs *params, rd_err *err)
{
	rd_kvs form = {0};
	rd_code rc = set_map(&form, "parameters", params, err);

	if (!rc)
		rc = rd_convox_send(rd_convox_of(r), "PUT", "/system", &form, NULL, NULL, err);
	rd_kvs_done(&form);
	return rc;
}

static rd_code query(rd_rack *r, const char *path, rd_str *out, rd_err *err)
{
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc = rd_convox_get(rd_convox_of(r), path, &body, err);

	if (rc)
		return rc;
	rd_str_putn(out, rd_str_get(&body), body.len);
	return rd_str_check(out, "answer", err);
}

static rd_code add_check(rd_vec *checks, rd_health health, const char *name, const char *text,
	const char *mend)
{
	rd_check *c = rd_vec_push(checks);

	if (!c)
		return RD_ENOMEM;
	*c = (rd_check){health, rd_strdup(name), rd_strdup(text), rd_strdup(mend)};
	return c->name && c->text && c->mend ? RD_OK : RD_ENOMEM;
}

/* What can be seen from here: that the rack answers, and as what. */
static rd_code doctor(rd_rack *r, rd_vec *ret_checks, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_vec checks = RD_VEC_INIT(rd_check);
	char why[sizeof(err->msg) + sizeof(err->ctx) + 3];
	rd_system s = {0};
	rd_err own = {0};
	rd_code rc = get_system(r, &s, &own);

	if (rc)
		rc = add_check(&checks, RD_HEALTH_BAD, "rack", rd_err_text(&own, why, sizeof(why)),
			"check the address, the login and the network");
	else {
		rd_str_printf(&text, "%s %s at %s is %s", s.provider, s.version, r->place,
			s.status);
		rc = add_check(&checks, strcmp(s.status, "running") ? RD_HEALTH_WARN : RD_HEALTH_OK,
			"rack", rd_str_get(&text), "");
	}
	rd_system_done(&s);
	if (rc) {
		rd_checks_done(&checks);
		return rd_err_nomem(err);
	}
	*ret_checks = checks;
	return RD_OK;
}

const struct rd_rack_system rd_convox_system = {
	.get = get_system, .set_params = set_system_params, .query = query, .doctor = doctor};

/* ---- registries ---- */

static rd_code list_registries(rd_rack *r, rd_vec *ret_registries, rd_err *err)
{
	RD_STR_AUTO rd_str body = RD_STR_INIT(0);
	rd_code rc = rd_convox_get(rd_convox_of(r), "/registries", &body, err);

	return rc ? rc
		  : rd_convox_parsed(rd_convox_of(r),
			    rd_json_read_registries(&body, ret_registries, err), err);
}

static rd_code add_registry(rd_rack *r, const char *server, const char *username,
	const char *password, rd_err *err)
{
	rd_kvs form = {0};
	bool ok = rd_kvs_set(&form, "password", password) && rd_kvs_set(&form, "server", server) &&
		  rd_kvs_set(&form, "username", username);
	rd_code rc =
		ok ? rd_convox_send(rd_convox_of(r), "POST", "/registries", &form, NULL, NULL, err)
		   : rd_err_nomem(err);

	rd_kvs_done(&form);
	return rc;
}

static rd_code remove_registry(rd_rack *r, const char *server, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	rd_str_put(&path, "/registries/");
	rd_http_escape(&path, server, "/:");
	return rd_convox_send(rd_convox_of(r), "DELETE", rd_str_get(&path), NULL, NULL, NULL, err);
}

const struct rd_rack_registries rd_convox_registries = {
	list_registries, add_registry, remove_registry};

/* SPDX-License-Identifier: MIT */
/* Convox's JSON as the types of a rack. */
#include "core/rack/json_read.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/base/clock.h"

static rd_code load(const rd_str *text, bool (*is_shape)(const json_t *), json_t **ret_json,
	rd_err *err)
{
	json_error_t why;
	/* Strings may hold NUL in JSON; as C strings they end there. */
	json_t *json =
		json_loadb(rd_str_get(text), text->len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);

	if (json && is_shape(json)) {
		*ret_json = json;
		return RD_OK;
	}
	if (json) {
		json_decref(json);
		return rd_err_set(err, RD_EPARSE, "the answer is not of the expected form");
	}
	if (json_error_code(&why) == json_error_out_of_memory)
		return rd_err_nomem(err);
	if (json_error_code(&why) == json_error_premature_end_of_input)
		return rd_err_set(err, RD_EPARSE, "the answer was cut short");
	return rd_err_set(err, RD_EPARSE, "the answer is no JSON (line %d)", why.line);
}

static bool is_object(const json_t *json)
{
	return json_is_object(json);
}

static bool is_list(const json_t *json)
{
	return json_is_array(json) || json_is_null(json);
}

/* ---- members: each returns false if out of memory ---- */

static bool get_text(const json_t *o, const char *key, char **ret_value)
{
	const char *value = json_string_value(json_object_get(o, key));

	*ret_value = rd_strdup(rd_or_empty(value));
	return *ret_value;
}

static void get_time(const json_t *o, const char *key, int64_t *ret_us)
{
	const char *value = json_string_value(json_object_get(o, key));

	if (!value || rd_time_parse(value, ret_us, NULL))
		*ret_us = 0;
}

static bool get_kvs(const json_t *o, const char *key, rd_kvs *ret_kvs)
{
	void *at = json_object_iter(json_object_get(o, key));

	for (; at; at = json_object_iter_next(json_object_get(o, key), at)) {
		const char *value = json_string_value(json_object_iter_value(at));

		if (value && !rd_kvs_set(ret_kvs, json_object_iter_key(at), value))
			return false;
	}
	return true;
}

/* "images": [{"image": …, "digest": …}]; rackdeck's own. */
static bool get_pushed(const json_t *o, rd_kvs *ret_pushed)
{
	const json_t *list = json_object_get(o, "images");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *image = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(image, "image"));
		const char *digest = json_string_value(json_object_get(image, "digest"));

		if (name && digest && !rd_kvs_set(ret_pushed, name, digest))
			return false;
	}
	return true;
}

/* ---- types: each returns false if out of memory; what was made is in the record ---- */

static bool take_app(const json_t *o, void *app)
{
	rd_app *a = app;

	a->locked = json_is_true(json_object_get(o, "locked"));
	return get_text(o, "name", &a->name) && get_text(o, "generation", &a->generation) &&
	       get_text(o, "status", &a->status) && get_text(o, "release", &a->release) &&
	       get_kvs(o, "parameters", &a->parameters);
}

static bool take_build(const json_t *o, void *build)
{
	rd_build *b = build;

	get_time(o, "started", &b->started_us);
	get_time(o, "ended", &b->ended_us);
	return get_text(o, "id", &b->id) && get_text(o, "app", &b->app) &&
	       get_text(o, "description", &b->description) &&
	       get_text(o, "entrypoint", &b->entrypoint) && get_text(o, "logs", &b->logs) &&
	       get_text(o, "manifest", &b->manifest) && get_text(o, "process", &b->process) &&
	       get_text(o, "release", &b->release) && get_text(o, "reason", &b->reason) &&
	       get_text(o, "status", &b->status) && get_text(o, "git-sha", &b->git_sha) &&
	       get_text(o, "trigger", &b->trigger) && get_pushed(o, &b->pushed);
}

static bool take_release(const json_t *o, void *release)
{
	rd_release *r = release;

	get_time(o, "created", &r->created_us);
	get_time(o, "promoted", &r->promoted_us);
	return get_text(o, "id", &r->id) && get_text(o, "app", &r->app) &&
	       get_text(o, "build", &r->build) && get_text(o, "env", &r->env) &&
	       get_text(o, "manifest", &r->manifest) && get_text(o, "description", &r->description);
}

static bool take_system(const json_t *o, void *system)
{
	rd_system *s = system;

	s->count = (int)json_integer_value(json_object_get(o, "count"));
	return get_text(o, "name", &s->name) && get_text(o, "provider", &s->provider) &&
	       get_text(o, "region", &s->region) && get_text(o, "domain", &s->domain) &&
	       get_text(o, "status", &s->status) && get_text(o, "type", &s->type) &&
	       get_text(o, "version", &s->version) && get_kvs(o, "parameters", &s->parameters);
}

static bool take_registry(const json_t *o, void *registry)
{
	rd_registry *r = registry;

	return get_text(o, "server", &r->server) && get_text(o, "username", &r->username);
}

/* ---- documents ---- */

static rd_code read_one(const rd_str *text, bool (*take)(const json_t *, void *), void *ret,
	rd_err *err)
{
	json_t *json = NULL;
	rd_code rc = load(text, is_object, &json, err);

	if (rc)
		return rc;
	if (!take(json, ret))
		rc = rd_err_nomem(err);
	json_decref(json);
	return rc;
}

static rd_code read_list(const rd_str *text, bool (*take)(const json_t *, void *), rd_vec *v,
	rd_err *err)
{
	json_t *json = NULL;
	rd_code rc = load(text, is_list, &json, err);

	for (size_t i = 0; !rc && i < json_array_size(json); i++) {
		const json_t *item = json_array_get(json, i);
		void *element = json_is_object(item) ? rd_vec_push(v) : NULL;

		if (!json_is_object(item))
			rc = rd_err_set(err, RD_EPARSE, "the answer is not of the expected form");
		else if (!element || !take(item, element))
			rc = rd_err_nomem(err);
	}
	json_decref(json);
	return rc;
}

#define READ_ONE(type, name) \
	rd_code rd_json_read_##name(const rd_str *text, type *ret_##name, rd_err *err) \
	{ \
		type one = {0}; \
		rd_code rc = read_one(text, take_##name, &one, err); \
\
		if (rc) \
			type##_done(&one); \
		else \
			*ret_##name = one; \
		return rc; \
	}
#define READ_LIST(type, name, plural) \
	rd_code rd_json_read_##plural(const rd_str *text, rd_vec *ret_##plural, rd_err *err) \
	{ \
		rd_vec v = RD_VEC_INIT(type); \
		rd_code rc = read_list(text, take_##name, &v, err); \
\
		if (rc) \
			rd_##plural##_done(&v); \
		else \
			*ret_##plural = v; \
		return rc; \
	}

READ_ONE(rd_app, app)
READ_ONE(rd_build, build)
READ_ONE(rd_release, release)
READ_ONE(rd_system, system)
READ_LIST(rd_app, app, apps)
READ_LIST(rd_build, build, builds)
READ_LIST(rd_release, release, releases)
READ_LIST(rd_registry, registry, registries)

static bool put_rack(const json_t *o, rd_strs *names)
{
	const char *name = json_string_value(json_object_get(o, "name"));
	const char *organization =
		json_string_value(json_object_get(json_object_get(o, "organization"), "name"));
	RD_STR_AUTO rd_str full = RD_STR_INIT(0);

	if (!name || !*name)
		return true;
	if (organization && *organization)
		rd_str_printf(&full, "%s/", organization);
	rd_str_put(&full, name);
	return rd_strs_take(names, rd_str_take(&full));
}

rd_code rd_json_read_racks(const rd_str *text, rd_strs *ret_names, rd_err *err)
{
	json_t *list = NULL;
	rd_strs names = {0};
	bool ok = true;
	rd_code rc = load(text, is_list, &list, err);

	for (size_t i = 0; !rc && i < json_array_size(list); i++)
		ok = ok && put_rack(json_array_get(list, i), &names);
	json_decref(list);
	if (!rc && !ok)
		rc = rd_err_nomem(err);
	if (rc)
		rd_strs_done(&names);
	else
		*ret_names = names;
	return rc;
}

rd_code rd_json_read_text(const rd_str *text, const char *key, char **ret_value, rd_err *err)
{
	json_t *json = NULL;
	rd_code rc = load(text, is_object, &json, err);
	const char *name;
	json_t *value;
	const char *found = NULL;

	if (rc)
		return rc;
	json_object_foreach(json, name, value) if (!strcasecmp(name, key) && json_is_string(value))
		found = json_string_value(value);
	*ret_value = rd_strdup(rd_or_empty(found));
	json_decref(json);
	return *ret_value ? RD_OK : rd_err_nomem(err);
}

/* SPDX-License-Identifier: MIT */
/* The types of a rack as Convox's JSON. */
#include "core/rack/json.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"

/*
 * DESIGN: each function builds one jansson object, in Convox's order of keys (jansson keeps the order
 * of insertion), and writes it out. Setting a NULL value fails, so that a lack of memory anywhere ends
 * in one failed set; `ok` gathers that.
 */

/* A string of any bytes: as in Convox's encoder, an invalid byte becomes U+FFFD. */
static json_t *any_string(const char *text)
{
	size_t n = strlen(text), i = 0;
	rd_str s = RD_STR_INIT(0);
	json_t *ret;

	if (rd_utf8_valid(text, n))
		return json_stringn_nocheck(text, n);
	while (i < n) {
		char buf[4];
		uint32_t cp;

		i += rd_utf8_next(text + i, n - i, &cp);
		rd_str_putn(&s, buf, rd_utf8_put(cp, buf));
	}
	ret = rd_str_ok(&s) ? json_stringn_nocheck(rd_str_get(&s), s.len) : NULL;
	rd_str_done(&s);
	return ret;
}

static bool set_text(json_t *o, const char *key, const char *text)
{
	return !json_object_set_new(o, key, any_string(rd_or_empty(text)));
}

static bool set_bool(json_t *o, const char *key, bool value)
{
	return !json_object_set_new(o, key, json_boolean(value));
}

static bool set_time(json_t *o, const char *key, int64_t wall_us)
{
	rd_str s = RD_STR_INIT(0);
	bool ok;

	rd_time_format(&s, wall_us);
	ok = rd_str_ok(&s) && set_text(o, key, rd_str_get(&s));
	rd_str_done(&s);
	return ok;
}

static json_t *of_kvs(const rd_kvs *m)
{
	json_t *o = json_object();
	bool ok = o;

	for (size_t i = 0; ok && i < m->len; i++) {
		json_t *key = any_string(m->items[i].key);

		ok = key && set_text(o, json_string_value(key), m->items[i].value);
		json_decref(key);
	}
	if (ok)
		return o;
	json_decref(o);
	return NULL;
}

/* The object if all went well, else NULL. */
static json_t *checked(json_t *o, bool ok)
{
	if (ok)
		return o;
	json_decref(o);
	return NULL;
}

static json_t *of_app(const void *app)
{
	const rd_app *a = app;
	json_t *o = json_object();
	bool ok = true;

	if (a->generation && *a->generation)
		ok = set_text(o, "generation", a->generation);
	ok = ok && set_bool(o, "locked", a->locked) && set_text(o, "name", a->name) &&
	     set_text(o, "release", a->release) && set_text(o, "router", "") &&
	     set_text(o, "status", a->status) &&
	     !json_object_set_new(o, "parameters", of_kvs(&a->parameters));
	return checked(o, ok);
}

/* What Convox does not have: where the images are in a registry. */
static json_t *of_pushed(const rd_kvs *pushed)
{
	json_t *list = json_array();
	bool ok = list;

	for (size_t i = 0; ok && i < pushed->len; i++) {
		json_t *o = json_object();

		ok = set_text(o, "image", pushed->items[i].key) &&
		     set_text(o, "digest", pushed->items[i].value);
		ok = !json_array_append_new(list, checked(o, ok));
	}
	return checked(list, ok);
}

static json_t *of_build(const void *build)
{
	const rd_build *b = build;
	json_t *o = json_object();
	bool ok = set_text(o, "id", b->id) && set_text(o, "app", b->app) &&
		  set_text(o, "description", b->description) &&
		  set_text(o, "entrypoint", b->entrypoint) && set_text(o, "logs", b->logs) &&
		  set_text(o, "manifest", b->manifest) && set_text(o, "process", b->process) &&
		  set_text(o, "release", b->release) && set_text(o, "reason", b->reason) &&
		  set_text(o, "status", b->status) && set_bool(o, "wildcard-domain", false) &&
		  set_text(o, "git-sha", b->git_sha) && set_time(o, "started", b->started_us) &&
		  set_time(o, "ended", b->ended_us);

	/* What Convox does not have. */
	if (ok && rd_or_empty(b->trigger)[0])
		ok = set_text(o, "trigger", b->trigger);
	if (ok && b->pushed.len)
		ok = !json_object_set_new(o, "images", of_pushed(&b->pushed));
	return checked(o, ok);
}

static json_t *of_release(const void *release)
{
	const rd_release *r = release;
	json_t *o = json_object();
	bool ok = set_text(o, "id", r->id) && set_text(o, "app", r->app) &&
		  set_text(o, "build", r->build) && set_text(o, "env", r->env) &&
		  set_text(o, "manifest", r->manifest) &&
		  set_text(o, "description", r->description) &&
		  set_time(o, "created", r->created_us);

	/* What Convox does not have. */
	if (ok && r->promoted_us)
		ok = set_time(o, "promoted", r->promoted_us);
	return checked(o, ok);
}

static json_t *of_system(const rd_system *s)
{
	json_t *o = json_object();
	bool ok = !json_object_set_new(o, "count", json_integer(s->count)) &&
		  set_text(o, "domain", s->domain) && set_text(o, "name", s->name) &&
		  !json_object_set_new(o, "parameters", of_kvs(&s->parameters)) &&
		  set_text(o, "provider", s->provider) && set_text(o, "region", s->region) &&
		  set_text(o, "status", s->status) && set_text(o, "type", s->type) &&
		  set_text(o, "version", s->version);

	return checked(o, ok);
}

static json_t *of_check(const void *check)
{
	static const char *const words[] = {"ok", "warn", "bad"};
	const rd_check *c = check;
	json_t *o = json_object();
	bool ok = set_text(o, "name", c->name) && set_text(o, "health", words[c->health]) &&
		  set_text(o, "text", c->text) && set_text(o, "mend", c->mend);

	return checked(o, ok);
}

static json_t *of_registry(const void *registry)
{
	const rd_registry *r = registry;
	json_t *o = json_object();
	bool ok = set_text(o, "server", r->server) && set_text(o, "username", r->username);

	return checked(o, ok);
}

static json_t *of_hook(const void *hook)
{
	const rd_hook *h = hook;
	json_t *o = json_object();
	bool ok = set_text(o, "app", h->app) && set_text(o, "source", h->source) &&
		  set_bool(o, "deploy", h->deploy) && set_bool(o, "submodules", h->submodules) &&
		  set_text(o, "last", h->last) && set_time(o, "last-time", h->last_us);

	return checked(o, ok);
}

static json_t *of_list(const rd_vec *v, json_t *(*of)(const void *))
{
	json_t *list = json_array();
	bool ok = list;

	for (size_t i = 0; ok && i < v->len; i++)
		ok = !json_array_append_new(list, of(rd_vec_at(v, i)));
	return checked(list, ok);
}

static int put_piece(const char *bytes, size_t n, void *out)
{
	rd_str_putn(out, bytes, n);
	return 0;
}

static json_t *of_strs(const rd_strs *l)
{
	json_t *list = json_array();
	bool ok = list;

	for (size_t i = 0; ok && i < l->len; i++)
		ok = !json_array_append_new(list, any_string(l->items[i]));
	return checked(list, ok);
}

static bool set_value(json_t *o, const char *key, json_t *value)
{
	return !json_object_set_new(o, key, value);
}

static json_t *of_port(int balancer, long long container)
{
	json_t *o = json_object();
	bool ok = set_value(o, "balancer", json_integer(balancer)) &&
		  set_text(o, "certificate", "") &&
		  set_value(o, "container", json_integer((json_int_t)container));

	return checked(o, ok);
}

/* A port is reached by 80 and 443 of the rack's balancer, if it is not only for other services. */
static json_t *of_ports(const rd_service *s)
{
	json_t *list = json_array();
	long long port = 0;
	bool ok = list;

	if (s->port && !s->internal && !rd_parse_i64(s->port, &port, NULL))
		ok = ok && !json_array_append_new(list, of_port(80, port)) &&
		     !json_array_append_new(list, of_port(443, port));
	return checked(list, ok);
}

static json_t *of_service(const void *service)
{
	const rd_service *s = service;
	json_t *o = json_object();
	bool ok = set_text(o, "name", s->name) &&
		  set_value(o, "count", json_integer(s->scale_min)) &&
		  set_value(o, "cpu", json_integer(s->scale_cpu)) &&
		  set_value(o, "memory", json_integer(s->scale_memory)) &&
		  set_text(o, "domain", s->domain) && set_value(o, "ports", of_ports(s));

	return checked(o, ok);
}

static json_t *of_preview_image(const void *image)
{
	const rd_preview_image *i = image;
	json_t *o = json_object();
	bool ok = set_value(o, "services", of_strs(&i->services));

	if (i->why)
		ok = ok && set_text(o, "shared", i->why);
	if (i->image) {
		ok = ok && set_text(o, "image", i->image);
	} else {
		ok = ok && set_text(o, "path", i->path) &&
		     set_text(o, "dockerfile", i->dockerfile) && set_text(o, "target", i->target) &&
		     set_value(o, "args", of_kvs(&i->args)) &&
		     set_value(o, "bases", of_strs(&i->bases)) && set_text(o, "syntax", i->syntax);
	}
	ok = ok && set_text(o, "sha1", i->sha1) && set_text(o, "sha224", i->sha224);
	return checked(o, ok);
}

static json_t *of_problem(const void *problem)
{
	const rd_problem *p = problem;
	json_t *o = json_object();
	bool ok = set_value(o, "line", json_integer(p->line)) &&
		  set_value(o, "column", json_integer(p->column)) && set_bool(o, "hint", p->hint) &&
		  set_text(o, "text", p->text) && set_text(o, "source", p->source);

	return checked(o, ok);
}

static json_t *of_preview(const rd_preview *p)
{
	json_t *o = json_object();
	bool ok = set_text(o, "manifest", p->file) &&
		  set_value(o, "generation", json_integer(p->generation)) &&
		  set_value(o, "images", of_list(&p->images, of_preview_image)) &&
		  set_value(o, "warnings", of_strs(&p->warnings)) &&
		  set_value(o, "problems", of_list(&p->problems.items, of_problem));

	return checked(o, ok);
}

static json_t *of_cached(const void *cached)
{
	const rd_cached *c = cached;
	json_t *o = json_object();
	bool ok = set_text(o, "app", c->app) && set_text(o, "service", c->service) &&
		  set_time(o, "saved", c->saved_us) && set_time(o, "used", c->used_us) &&
		  set_value(o, "hits", json_integer((json_int_t)c->hits)) &&
		  set_value(o, "files", json_integer((json_int_t)c->files)) &&
		  set_value(o, "bytes", json_integer((json_int_t)c->bytes)) &&
		  set_value(o, "stored-bytes", json_integer((json_int_t)c->stored_bytes));

	return checked(o, ok);
}

static json_t *of_prune_item(const void *item)
{
	const rd_prune_item *i = item;
	json_t *o = json_object();
	bool ok = set_text(o, "kind", i->kind) && set_text(o, "name", i->name) &&
		  set_text(o, "app", i->app) && set_text(o, "why", i->why) &&
		  set_value(o, "bytes", json_integer(i->bytes)) &&
		  set_value(o, "images", json_integer(i->images));

	return checked(o, ok);
}

/* Takes the value; NULL: there was no memory to make it. */
static rd_code write_out(json_t *value, rd_str *out, rd_err *err)
{
	if (!value || json_dump_callback(value, put_piece, out, JSON_INDENT(2))) {
		json_decref(value);
		return rd_err_nomem(err);
	}
	json_decref(value);
	rd_str_putc(out, '\n');
	return rd_str_check(out, "the JSON", err);
}

rd_code rd_json_app(const rd_app *a, rd_str *out, rd_err *err)
{
	return write_out(of_app(a), out, err);
}

rd_code rd_json_apps(const rd_vec *apps, rd_str *out, rd_err *err)
{
	return write_out(of_list(apps, of_app), out, err);
}

rd_code rd_json_services(const rd_vec *services, rd_str *out, rd_err *err)
{
	return write_out(of_list(services, of_service), out, err);
}

rd_code rd_json_build(const rd_build *b, rd_str *out, rd_err *err)
{
	return write_out(of_build(b), out, err);
}

rd_code rd_json_builds(const rd_vec *builds, rd_str *out, rd_err *err)
{
	return write_out(of_list(builds, of_build), out, err);
}

rd_code rd_json_release(const rd_release *r, rd_str *out, rd_err *err)
{
	return write_out(of_release(r), out, err);
}

rd_code rd_json_releases(const rd_vec *releases, rd_str *out, rd_err *err)
{
	return write_out(of_list(releases, of_release), out, err);
}

rd_code rd_json_system(const rd_system *s, rd_str *out, rd_err *err)
{
	return write_out(of_system(s), out, err);
}

rd_code rd_json_checks(const rd_vec *checks, rd_str *out, rd_err *err)
{
	return write_out(of_list(checks, of_check), out, err);
}

rd_code rd_json_registries(const rd_vec *registries, rd_str *out, rd_err *err)
{
	return write_out(of_list(registries, of_registry), out, err);
}

rd_code rd_json_hooks(const rd_vec *hooks, rd_str *out, rd_err *err)
{
	return write_out(of_list(hooks, of_hook), out, err);
}

rd_code rd_json_preview(const rd_preview *p, rd_str *out, rd_err *err)
{
	return write_out(of_preview(p), out, err);
}

rd_code rd_json_cached(const rd_vec *cached, rd_str *out, rd_err *err)
{
	return write_out(of_list(cached, of_cached), out, err);
}

rd_code rd_json_prune(const rd_prune_report *p, rd_str *out, rd_err *err)
{
	return write_out(of_list(&p->items, of_prune_item), out, err);
}

rd_code rd_json_kvs(const rd_kvs *m, rd_str *out, rd_err *err)
{
	return write_out(of_kvs(m), out, err);
}

static json_t *of_text(const char *key, const char *text)
{
	json_t *o = json_object();

	return checked(o, set_text(o, key, text));
}

rd_code rd_json_object(const char *url, rd_str *out, rd_err *err)
{
	return write_out(of_text("Url", url), out, err);
}

rd_code rd_json_registry(const rd_registry *r, rd_str *out, rd_err *err)
{
	return write_out(of_registry(r), out, err);
}

rd_code rd_json_error(const char *text, rd_str *out, rd_err *err)
{
	return write_out(of_text("error", text), out, err);
}

rd_code rd_json_pretty(const rd_str *text, rd_str *out, rd_err *err)
{
	json_t *o = json_loadb(rd_str_get(text), text->len, JSON_DECODE_ANY, NULL);
	char *sorted;

	if (!o) {
		rd_str_putn(out, rd_str_get(text), text->len);
		return rd_str_check(out, "JSON", err);
	}
	sorted = json_dumps(o, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	json_decref(o);
	if (!sorted)
		return rd_err_nomem(err);
	rd_str_printf(out, "%s\n", sorted);
	free(sorted);
	return rd_str_check(out, "JSON", err);
}

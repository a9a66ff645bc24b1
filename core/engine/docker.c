/* SPDX-License-Identifier: MIT */
/* The Docker Engine API: connection, version, errors. */
#include "core/engine/docker.h"

#include <errno.h>

/* The newest version that we were written against, and the oldest that has all we call. */
#define API_NEWEST_MINOR 47
#define API_OLDEST_MINOR 24

static rd_code docker_meet(rd_engine *e, rd_engine_info *ret_info, rd_err *err);
static rd_code docker_info(rd_engine *e, rd_engine_info *ret_info, rd_err *err);

static void docker_close(rd_engine *e)
{
	rd_docker *d = (rd_docker *)e;

	rd_http_close(d->http);
	rd_tunnel_free(d->tunnel);
	pthread_mutex_destroy(&d->lock);
	free(d->base.endpoint);
	free(d);
}

static const struct rd_engine_ops docker_ops = {
	.meet = docker_meet,
	.info = docker_info,
	.build = rd_docker_build,
	.pull = rd_docker_pull,
	.push = rd_docker_push,
	.tag = rd_docker_tag,
	.inspect = rd_docker_inspect,
	.remove = rd_docker_remove,
	.save = rd_docker_save,
	.load = rd_docker_load,
	.sweep = rd_docker_sweep,
	.files = rd_docker_files,
	.close = docker_close,
};

/* "host", "host:port", "[::1]:port", with a path behind it. */
static bool is_host(const char *host)
{
	const char *end = host + strcspn(host, "/"), *port = host;
	long n;
	char *rest;

	if (!*host || *host == '/' || *host == ':' || host[strcspn(host, " @?#\r\n")])
		return false;
	if (*host == '[')
		port += strcspn(host, "]");
	if (port >= end)
		return false;
	port = memchr(port, ':', (size_t)(end - port));
	if (!port)
		return true;
	n = strtol(port + 1, &rest, 10);
	return rest == end && port[1] != '+' && n > 0 && n < 65536;
}

/* unix:///path, ssh://user@host, tcp://host:port; https:// and http:// are taken as the tcp that they are. */
static rd_code read_endpoint(rd_docker *d, const char *endpoint, bool tls, rd_str *base,
	const char **ret_socket, rd_err *err)
{
	const char *host = NULL, *name;
	size_t n;
	bool is_https = tls;
	rd_code code = RD_OK;

	*ret_socket = NULL;
	d->is_unix = rd_starts_with(endpoint, "unix://") && endpoint[7] == '/';
	if (d->is_unix || rd_starts_with(endpoint, RD_TUNNEL_SCHEME)) {
		if (!d->is_unix)
			code = rd_tunnel_new(endpoint, &d->tunnel, err);
		if (code)
			return code;
		*ret_socket = d->is_unix ? endpoint + 7 : rd_tunnel_socket(d->tunnel);
		rd_str_put(base, "http://engine");
		return rd_str_check(base, "endpoint", err);
	}
	if (rd_starts_with(endpoint, "tcp://"))
		host = endpoint + 6;
	else if (rd_starts_with(endpoint, "http://"))
		host = endpoint + 7;
	else if (rd_starts_with(endpoint, "https://"))
		host = endpoint + 8;
	is_https = is_https || rd_starts_with(endpoint, "https://");
	if (!host || !is_host(host))
		return rd_err_set(err, RD_EINVAL,
			"'%s' is no endpoint of an engine: it is unix:///PATH, tcp://HOST:PORT or "
			"ssh://USER@HOST",
			/* What stands before it may be a password. */
			strchr(endpoint, '@') ? strrchr(endpoint, '@') : endpoint);
	rd_str_put(base, is_https ? "https://" : "http://");
	n = strcspn(host, "/");
	name = host + (*host == '[' ? strcspn(host, "]") : 0);
	rd_str_putn(base, host, n);
	if (!memchr(name, ':', n - (size_t)(name - host)))
		rd_str_put(base, is_https ? ":2376" : ":2375");
	rd_str_put(base, host + n);
	while (base->len && base->data[base->len - 1] == '/')
		rd_str_cut(base, base->len - 1);
	return rd_str_check(base, "endpoint", err);
}

static rd_code connect_lazily(rd_docker *d, const rd_engine_place *place, rd_err *err)
{
	bool tls = place->ca || place->cert || place->key;
	RD_STR_AUTO rd_str base = RD_STR_INIT(0);
	rd_http_opts opts = {.ca = place->ca, .cert = place->cert, .key = place->key};
	rd_code code = read_endpoint(d, place->endpoint, tls, &base, &opts.unix_socket, err);

	opts.base = rd_str_get(&base);
	return code ? code : rd_http_open(&opts, &d->http, err);
}

rd_code rd_engine_open(const rd_engine_place *place, rd_engine **ret_engine, rd_err *err)
{
	rd_docker *d = calloc(1, sizeof(*d));
	rd_code code;

	if (!d)
		return rd_err_nomem(err);
	pthread_mutex_init(&d->lock, NULL);
	d->base.ops = &docker_ops;
	code = connect_lazily(d, place, err);
	if (code == RD_OK && !rd_str_replace(&d->base.endpoint, place->endpoint))
		code = rd_err_nomem(err);
	if (code) {
		docker_close(&d->base);
		return code;
	}
	*ret_engine = &d->base;
	return RD_OK;
}

rd_engine *rd_engine_close(rd_engine *e)
{
	if (e)
		e->ops->close(e);
	return NULL;
}

void rd_engine_image_done(rd_engine_image *i)
{
	rd_strs_done(&i->tags);
	rd_strs_done(&i->digests);
	rd_strs_done(&i->layers);
	rd_strs_done(&i->entrypoint);
	rd_kvs_done(&i->labels);
}

void rd_docker_param(rd_str *path, const char *key, const char *value)
{
	rd_str_putc(path, strchr(rd_str_get(path), '?') ? '&' : '?');
	rd_str_put(path, key);
	rd_str_putc(path, '=');
	rd_http_escape(path, value, "/:");
}

/* ---- errors ---- */

/* A failed connection, in one line with the way out. */
static rd_code explain(const rd_docker *d, rd_code code, const rd_err *why, rd_err *err)
{
	const char *endpoint = d->base.endpoint;
	const char *by = d->base.named_by ? d->base.named_by : "DOCKER_HOST";
	RD_STR_AUTO rd_str said = RD_STR_INIT(300);

	if (d->tunnel)
		rd_tunnel_said(d->tunnel, &said);
	if (said.len && (code == RD_EUNAVAIL || code == RD_ETIMEOUT))
		return rd_err_set(err, code, "no container engine answers at '%s': ssh says: %s",
			endpoint, rd_str_get(&said));
	if (code == RD_EPERM && d->is_unix)
		return rd_err_set(err, RD_EPERM,
			"no permission for the container engine at '%s': use sudo, or join the "
			"group "
			"docker (sudo usermod -aG docker $USER, then log in again)",
			endpoint);
	if (code == RD_EPERM)
		return rd_err_set(err, RD_EPERM,
			"the container engine at '%s' and our certificates do not fit: %s: see "
			"DOCKER_CERT_PATH",
			endpoint, why->msg);
	if (code == RD_EUNAVAIL && d->is_unix && (why->os == ENOENT || why->os == ECONNREFUSED))
		return rd_err_set(err, RD_EUNAVAIL,
			"no container engine answers at '%s': start it (sudo systemctl start "
			"docker) or name one with %s",
			endpoint, by);
	if (code == RD_EUNAVAIL && why->os)
		return rd_err_set(err, RD_EUNAVAIL,
			"no container engine answers at '%s' (%s): start it or name one with %s",
			endpoint, strerrordesc_np(why->os), by);
	if (code == RD_EUNAVAIL || code == RD_ETIMEOUT)
		return rd_err_set(err, code,
			"the container engine at '%s' %s (%s): see its log, then try again",
			endpoint, code == RD_ETIMEOUT ? "does not answer" : "was lost", why->msg);
	if (err)
		*err = *why;
	return code;
}

rd_code rd_docker_do(rd_docker *d, const rd_http_request *rq, rd_http_answer *ret_answer,
	rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_http_request versioned = *rq;
	rd_err why = {0};
	rd_code code;

	*ret_answer = (rd_http_answer){0};
	if (strcmp(rq->path, "/version") != 0) {
		code = rd_docker_settle(d, err);
		if (code)
			return code;
		rd_str_printf(&path, "/v%s", d->api);
	}
	rd_str_put(&path, rq->path);
	code = rd_str_check(&path, "request", err);
	if (code)
		return code;
	versioned.path = rd_str_get(&path);
	code = rd_http_do(d->http, &versioned, ret_answer, &why);
	return code ? explain(d, code, &why, err) : RD_OK;
}

rd_code rd_docker_refused(const rd_docker *d, const rd_http_answer *a, rd_err *err)
{
	json_t *o = json_loadb(rd_str_get(&a->body), a->body.len, 0, NULL);
	const char *said = json_string_value(json_object_get(o, "message"));
	int n = said ? (int)strcspn(said, "\r\n") : 0;
	rd_code code = RD_EREMOTE;

	if (a->status == 404)
		code = RD_ENOENT;
	else if (a->status == 401 || a->status == 403)
		code = RD_EPERM;
	else if (a->status == 409)
		code = RD_EBUSY;
	else if (a->status == 400)
		code = RD_EINVAL;
	if (n)
		rd_err_set(err, code, "%.*s", n, said);
	else
		rd_err_set(err, code,
			"the container engine at '%s' answered with status %d and no reason: see "
			"its log",
			d->base.endpoint, a->status);
	json_decref(o);
	return code;
}

static rd_code call(rd_docker *d, const rd_http_request *rq, json_t **ret_json, rd_err *err)
{
	RD_AUTO(rd_http_answer_done) rd_http_answer a = {0};
	json_error_t why;
	rd_code code = rd_docker_do(d, rq, &a, err);

	if (code)
		return code;
	if (a.status < 200 || a.status > 299)
		return rd_docker_refused(d, &a, err);
	if (!ret_json)
		return RD_OK;
	*ret_json = json_loadb(rd_str_get(&a.body), a.body.len, 0, &why);
	if (!*ret_json)
		return rd_err_set(err, RD_EPARSE,
			"the container engine at '%s' answered with invalid JSON: %s",
			d->base.endpoint, why.text);
	return RD_OK;
}

rd_code rd_docker_call(rd_docker *d, const char *method, const char *path, json_t **ret_json,
	rd_err *err)
{
	rd_http_request rq = {.method = method,
		.path = path,
		.timeout_ms = rd_cancel_fired(d->base.cancel) ? RD_DOCKER_HURRY_MS
							      : RD_DOCKER_TIMEOUT_MS};

	return call(d, &rq, ret_json, err);
}

rd_code rd_docker_ask(rd_docker *d, const char *path, json_t **ret_json, rd_err *err)
{
	rd_http_request rq = {.method = "GET",
		.path = path,
		.timeout_ms = d->base.patience_ms ? d->base.patience_ms : RD_DOCKER_TIMEOUT_MS,
		.cancel = d->base.cancel};

	return call(d, &rq, ret_json, err);
}

/* ---- version ---- */

/* The minor number of "1.41". @returns -1 if it is no version of ours. */
static int minor_of(const char *version)
{
	unsigned long long minor;

	if (!version || !rd_starts_with(version, "1.") ||
		rd_parse_u64(version + 2, &minor, NULL) != RD_OK || minor > 1000)
		return -1;
	return (int)minor;
}

static rd_code choose_version(rd_docker *d, const json_t *v, rd_err *err)
{
	int newest = minor_of(json_string_value(json_object_get(v, "ApiVersion")));
	int oldest = minor_of(json_string_value(json_object_get(v, "MinAPIVersion")));

	if (newest < 0)
		return rd_err_set(err, RD_EREMOTE,
			"what answers at '%s' is no container engine: it tells no API version",
			d->base.endpoint);
	if (newest < API_OLDEST_MINOR)
		return rd_err_set(err, RD_EUNSUPPORTED,
			"the container engine at '%s' is too old: its API is 1.%d, 1.%d is needed",
			d->base.endpoint, newest, API_OLDEST_MINOR);
	if (oldest > API_NEWEST_MINOR)
		return rd_err_set(err, RD_EUNSUPPORTED,
			"the container engine at '%s' is too new: its oldest API is 1.%d, we know "
			"1.%d",
			d->base.endpoint, oldest, API_NEWEST_MINOR);
	snprintf(d->api, sizeof(d->api), "1.%d",
		newest < API_NEWEST_MINOR ? newest : API_NEWEST_MINOR);
	return RD_OK;
}

static void copy(char *to, size_t cap, const json_t *o, const char *key)
{
	snprintf(to, cap, "%s", rd_or_empty(json_string_value(json_object_get(o, key))));
}

static void take_names(rd_docker *d, const json_t *v)
{
	const json_t *first = json_array_get(json_object_get(v, "Components"), 0);
	const char *name = json_string_value(json_object_get(first, "Name"));
	const char *version = json_string_value(json_object_get(v, "Version"));

	d->podman = name && strstr(name, "Podman");
	/* Docker calls its own component just "Engine". */
	if (!name || !strcmp(name, "Engine"))
		name = "Docker Engine";
	snprintf(d->name, sizeof(d->name), "%s", name);
	snprintf(d->version, sizeof(d->version), "%s", rd_or_empty(version));
	copy(d->os, sizeof(d->os), v, "Os");
	copy(d->arch, sizeof(d->arch), v, "Arch");
}

static rd_code settle_locked(rd_docker *d, rd_err *err)
{
	json_t *v = NULL;
	rd_code code;

	if (d->settled)
		return RD_OK;
	if (d->tunnel) {
		code = rd_tunnel_start(d->tunnel, d->base.cancel, d->base.patience_ms, err);
		if (code)
			return code;
	}
	code = rd_docker_ask(d, "/version", &v, err);
	if (code)
		return code;
	code = choose_version(d, v, err);
	if (code == RD_OK) {
		take_names(d, v);
		d->settled = true;
	}
	json_decref(v);
	return code;
}

rd_code rd_docker_settle(rd_docker *d, rd_err *err)
{
	rd_code code;

	pthread_mutex_lock(&d->lock);
	code = settle_locked(d, err);
	pthread_mutex_unlock(&d->lock);
	return code;
}

static rd_code docker_meet(rd_engine *e, rd_engine_info *ret_info, rd_err *err)
{
	rd_docker *d = (rd_docker *)e;
	rd_engine_info i = {0};
	rd_code code = rd_docker_settle(d, err);

	if (code)
		return code;
	i.podman = d->podman;
	snprintf(i.name, sizeof(i.name), "%s", d->name);
	snprintf(i.version, sizeof(i.version), "%s", d->version);
	snprintf(i.api_version, sizeof(i.api_version), "%s", d->api);
	snprintf(i.os, sizeof(i.os), "%s", d->os);
	snprintf(i.arch, sizeof(i.arch), "%s", d->arch);
	*ret_info = i;
	return RD_OK;
}

static rd_code docker_info(rd_engine *e, rd_engine_info *ret_info, rd_err *err)
{
	rd_engine_info i = {0};
	json_t *o = NULL;
	rd_code code = docker_meet(e, &i, err);

	if (!code)
		code = rd_docker_ask((rd_docker *)e, "/info", &o, err);
	if (code)
		return code;
	copy(i.root_dir, sizeof(i.root_dir), o, "DockerRootDir");
	i.cpus = (int)json_integer_value(json_object_get(o, "NCPU"));
	i.memory_bytes = json_integer_value(json_object_get(o, "MemTotal"));
	json_decref(o);
	*ret_info = i;
	return RD_OK;
}

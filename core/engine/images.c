/* SPDX-License-Identifier: MIT */
/* Images of an engine: pull, push, tag, inspect, remove. */
#include "core/engine/docker.h"

#include <pthread.h>

#include "core/formats/buildkit_status.h"
#include "core/formats/imageref.h"

static rd_code feed(void *stream, const char *bytes, size_t n, rd_err *err)
{
	return rd_build_stream_push(stream, bytes, n, err);
}

/* Registries tell their errors as text only, in the words of the distribution API. */
static rd_code registry_error(const char *image, const char *said, rd_err *err)
{
	static const struct {
		const char *words;
		rd_code code;
	} known[] = {
		{"unauthorized", RD_EPERM},
		{"authentication required", RD_EPERM},
		{"no basic auth credentials", RD_EPERM},
		{"access denied", RD_EPERM},
		{"denied:", RD_EPERM},
		{"manifest unknown", RD_ENOENT},
		{"not found", RD_ENOENT},
		{"does not exist", RD_ENOENT},
	};
	rd_code code = RD_EREMOTE;

	for (size_t i = 0; i < RD_LEN(known) && code == RD_EREMOTE; i++)
		if (strcasestr(said, known[i].words))
			code = known[i].code;
	/* Docker says this of what is missing as well as of what is private. */
	if (strstr(said, "may require 'docker login'") || code == RD_EPERM)
		return rd_err_set(err, RD_EPERM,
			"image '%s': %s: check the name, or log in to its "
			"registry with 'rackdeck registries add'",
			image, said);
	return rd_err_set(err, code, "image '%s': %s", image, said);
}

/* How long "retry-after: 1.5s" says to wait; 0 if it is not there. The engine shows no headers of the
 * registry, but some registries repeat this one in their words. */
static int64_t wait_of(const char *said)
{
	const char *at = strcasestr(said, "retry-after:");
	char *unit;
	double n;

	if (!at)
		return 0;
	n = strtod(at + strlen("retry-after:"), &unit);
	if (!(n > 0 && n < 86400))
		return 0;
	if (rd_starts_with(unit, "ms"))
		return (int64_t)n;
	if (rd_starts_with(unit, "\u00b5s") || rd_starts_with(unit, "us"))
		return 1;
	return (int64_t)(n * (*unit == 'm' ? 60000 : 1000));
}

/* Whether a registry's error may pass: words of Go's network errors and of its HTTP statuses. */
static bool may_pass(const char *said)
{
	static const char *const words[] = {"connection refused", "connection reset", "broken pipe",
		"no route to host", "network is unreachable", "timeout", "deadline exceeded",
		"temporary failure", "server misbehaving", "use of closed network connection",
		"toomanyrequests", "too many requests", "HTTP 429", "HTTP 5", "HTTP status: 5",
		"status: 5", "status 5", "status code 5", "unavailable", "unknown error",
		"unexpected EOF", "blob unknown"};

	for (size_t i = 0; i < RD_LEN(words); i++)
		if (strcasestr(said, words[i]))
			return true;
	return rd_ends_with(said, ": EOF");
}

/* A pull or push: all that its stream tells is of one step, whose id is the image. */
static rd_code transfer(rd_docker *d, const char *image, rd_http_request *rq, rd_step_fn *fn,
	void *arg, rd_engine_pushed *ret_pushed, rd_err *err)
{
	RD_AUTO(rd_http_answer_done) rd_http_answer a = {0};
	const rd_build_outcome *outcome = NULL;
	rd_build_stream *stream = NULL;
	const char *said = NULL; /* by the registry */
	rd_err refused = {0};
	rd_code code;

	code = rd_build_stream_new(fn, arg, &stream, err);
	if (code == RD_OK)
		code = rd_build_stream_step(stream, image, err);
	rq->fn = feed;
	rq->arg = stream;
	if (code == RD_OK)
		code = rd_docker_do(d, rq, &a, err);
	if (code == RD_OK && (a.status < 200 || a.status > 299)) {
		rd_docker_refused(d, &a, &refused);
		code = registry_error(image, refused.msg, err);
		said = refused.msg;
		if (refused.code == RD_ENOENT && code == RD_EREMOTE)
			code = rd_err_set(err, RD_ENOENT, "image '%s': %s", image, refused.msg);
	}
	if (code == RD_OK)
		code = rd_build_stream_end(stream, &outcome, err);
	if (code == RD_OK && outcome->error) {
		code = registry_error(image, outcome->error, err);
		said = outcome->error;
	}
	if (code == RD_OK)
		memcpy(ret_pushed->digest, outcome->digest, sizeof(outcome->digest));
	ret_pushed->may_pass = code == RD_EREMOTE && said && may_pass(said);
	ret_pushed->wait_ms = ret_pushed->may_pass ? wait_of(said) : 0;
	rd_build_stream_free(stream);
	return code;
}

/* The parts of a reference as the engine wants them: name without tag, tag or digest. */
static rd_code split_ref(const char *image, rd_str *repo, rd_str *tag, rd_err *err)
{
	RD_AUTO(rd_imageref_done) rd_imageref ref = {0};
	rd_code code = rd_imageref_parse(image, &ref, err);

	if (code)
		return code;
	if (ref.host)
		rd_str_printf(repo, "%s/", ref.host);
	rd_str_put(repo, ref.repo);
	rd_str_put(tag, ref.digest ? ref.digest : ref.tag ? ref.tag : "latest");
	return rd_str_check(repo, "image", err);
}

rd_code rd_docker_pull(rd_engine *e, const char *image, const rd_kvs *auth, rd_step_fn *fn,
	void *arg, rd_cancel *cancel, rd_err *err)
{
	RD_STR_AUTO rd_str repo = RD_STR_INIT(0);
	RD_STR_AUTO rd_str tag = RD_STR_INIT(0);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_AUTO(rd_strs_done) rd_strs headers = {0};
	rd_http_request rq = {.method = "POST", .headers = &headers, .cancel = cancel};
	rd_engine_pushed unused = {0};
	rd_code code = split_ref(image, &repo, &tag, err);

	if (code == RD_OK)
		code = rd_docker_auth_header(auth, image, &headers, err);
	if (code)
		return code;
	rd_str_put(&path, "/images/create");
	rd_docker_param(&path, "fromImage", rd_str_get(&repo));
	rd_docker_param(&path, "tag", rd_str_get(&tag));
	code = rd_str_check(&path, "image", err);
	rq.path = rd_str_get(&path);
	return code ? code : transfer((rd_docker *)e, image, &rq, fn, arg, &unused, err);
}

/* "/images/NAME" and what follows. */
static void image_path(rd_str *path, const char *image, const char *rest)
{
	rd_str_put(path, "/images/");
	rd_http_escape(path, image, "/:@");
	rd_str_put(path, rest);
}

rd_code rd_docker_push(rd_engine *e, const char *image, const rd_kvs *auth, rd_step_fn *fn,
	void *arg, rd_cancel *cancel, rd_engine_pushed *ret_pushed, rd_err *err)
{
	RD_STR_AUTO rd_str repo = RD_STR_INIT(0);
	RD_STR_AUTO rd_str tag = RD_STR_INIT(0);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_AUTO(rd_strs_done) rd_strs headers = {0};
	rd_http_request rq = {.method = "POST", .headers = &headers, .cancel = cancel};
	rd_code code = split_ref(image, &repo, &tag, err);

	*ret_pushed = (rd_engine_pushed){0};
	if (code == RD_OK)
		code = rd_docker_auth_header(auth, image, &headers, err);
	/* A push without this header is refused, even where no login is needed. */
	if (code == RD_OK && !headers.len && !rd_strs_add(&headers, "X-Registry-Auth: e30="))
		code = rd_err_nomem(err);
	if (code)
		return code;
	image_path(&path, rd_str_get(&repo), "/push");
	rd_docker_param(&path, "tag", rd_str_get(&tag));
	code = rd_str_check(&path, "image", err);
	rq.path = rd_str_get(&path);
	return code ? code : transfer((rd_docker *)e, image, &rq, fn, arg, ret_pushed, err);
}

/* Of two tags that an image gets at once Podman may forget one. */
static rd_code post_tag(rd_docker *d, const char *path, rd_err *err)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	rd_code code;

	pthread_mutex_lock(&mutex);
	code = rd_docker_call(d, "POST", path, NULL, err);
	pthread_mutex_unlock(&mutex);
	return code;
}

rd_code rd_docker_tag(rd_engine *e, const char *image, const char *repo_tag, rd_err *err)
{
	RD_STR_AUTO rd_str repo = RD_STR_INIT(0);
	RD_STR_AUTO rd_str tag = RD_STR_INIT(0);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code code = split_ref(repo_tag, &repo, &tag, err);

	if (code)
		return code;
	image_path(&path, image, "/tag");
	rd_docker_param(&path, "repo", rd_str_get(&repo));
	rd_docker_param(&path, "tag", rd_str_get(&tag));
	code = rd_str_check(&path, "image", err);
	return code ? code : post_tag((rd_docker *)e, rd_str_get(&path), err);
}

static bool take_strings(rd_strs *out, json_t *array)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		if (json_is_string(item) && !rd_strs_add(out, json_string_value(item)))
			return false;
	}
	return true;
}

static bool take_labels(rd_kvs *out, json_t *labels)
{
	const char *key;
	json_t *value;

	json_object_foreach(labels, key, value)
	{
		if (!rd_kvs_set(out, key, rd_or_empty(json_string_value(value))))
			return false;
	}
	return true;
}

/* Podman spells the Hub out. */
static bool take_tags(rd_strs *out, json_t *array)
{
	static const char *const hubs[] = {"docker.io/library/", "docker.io/"};
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		const char *tag = rd_or_empty(json_string_value(item));

		for (size_t k = 0; k < RD_LEN(hubs); k++)
			tag += rd_starts_with(tag, hubs[k]) ? strlen(hubs[k]) : 0;
		if (!rd_strs_add(out, tag))
			return false;
	}
	return true;
}

rd_code rd_docker_inspect(rd_engine *e, const char *image, rd_engine_image *ret_image, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_engine_image i = {0};
	json_t *o = NULL;
	json_t *config;
	json_t *root_fs;
	rd_code code;

	image_path(&path, image, "/json");
	code = rd_str_check(&path, "image", err);
	if (code == RD_OK)
		code = rd_docker_ask((rd_docker *)e, rd_str_get(&path), &o, err);
	if (code)
		return code;
	config = json_object_get(o, "Config");
	root_fs = json_object_get(o, "RootFS");
	snprintf(i.id, sizeof(i.id), "%s",
		rd_or_empty(json_string_value(json_object_get(o, "Id"))));
	snprintf(i.created, sizeof(i.created), "%s",
		rd_or_empty(json_string_value(json_object_get(o, "Created"))));
	i.size_bytes = json_integer_value(json_object_get(o, "Size"));
	if (!take_tags(&i.tags, json_object_get(o, "RepoTags")) ||
		!take_strings(&i.digests, json_object_get(o, "RepoDigests")) ||
		!take_strings(&i.layers, json_object_get(root_fs, "Layers")) ||
		!take_strings(&i.entrypoint, json_object_get(config, "Entrypoint")) ||
		!take_labels(&i.labels, json_object_get(config, "Labels"))) {
		rd_engine_image_done(&i);
		code = rd_err_nomem(err);
	} else {
		*ret_image = i;
	}
	json_decref(o);
	return code;
}

rd_code rd_docker_remove(rd_engine *e, const char *image, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code code;

	image_path(&path, image, "");
	code = rd_str_check(&path, "image", err);
	if (code == RD_OK)
		code = rd_docker_call((rd_docker *)e, "DELETE", rd_str_get(&path), NULL, err);
	return code == RD_ENOENT ? RD_OK : code;
}

/* SPDX-License-Identifier: MIT */
/* A build at the engine: POST /build with the context as its body, records decoded as they come. */
#include "core/engine/docker.h"

#include "core/formats/buildkit_status.h"

static rd_code feed(void *stream, const char *bytes, size_t n, rd_err *err)
{
	return rd_build_stream_push(stream, bytes, n, err);
}

/* Adds key=JSON object of pairs. */
static rd_code add_pairs(rd_str *path, const char *key, const rd_kvs *pairs, rd_err *err)
{
	json_t *o = json_object();
	char *text = NULL;
	bool ok = o != NULL;

	for (size_t i = 0; ok && i < pairs->len; i++)
		ok = !json_object_set_new(o, pairs->items[i].key,
			json_string(pairs->items[i].value));
	if (ok)
		text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (!text)
		return rd_err_set(err, RD_EINVAL,
			"a name or value of '%s' is not valid UTF-8: the engine takes no other",
			key);
	rd_docker_param(path, key, text);
	free(text);
	return RD_OK;
}

static void add_number(rd_str *path, const char *key, long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", value);
	rd_docker_param(path, key, text);
}

static bool is_rootless(json_t *security)
{
	const json_t *option;
	size_t i;

	json_array_foreach(security, i, option)
	{
		if (strstr(rd_or_empty(json_string_value(option)), "rootless"))
			return true;
	}
	return false;
}

/* The cgroup by which the steps of a build are found again; "" where the engine takes none. */
static rd_code cgroup_of(rd_docker *d, const char *build_id, const char *id, rd_str *out,
	rd_err *err)
{
	const char *driver;
	json_t *o = NULL;
	rd_code code = rd_docker_ask(d, "/info", &o, err);

	if (code)
		return code;
	driver = rd_or_empty(json_string_value(json_object_get(o, "CgroupDriver")));
	/* Without root an engine may make only the cgroups that it was given. */
	if (is_rootless(json_object_get(o, "SecurityOptions")))
		driver = "";
	/* Podman makes the parent that it is given the step's own: two steps at once must not share it. */
	if (!strcmp(driver, "cgroupfs"))
		rd_str_printf(out, RD_DOCKER_CGROUP "%s%s%s", build_id, d->podman ? "/" : "",
			d->podman ? id : "");
	else if (!strcmp(driver, "systemd"))
		rd_str_printf(out, RD_DOCKER_SLICE, build_id);
	json_decref(o);
	return rd_str_check(out, "cgroup", err);
}

/* What only the classic builder honours. */
static rd_code add_classic(rd_docker *d, const rd_engine_build *b, const char *id, rd_str *path,
	rd_err *err)
{
	RD_STR_AUTO rd_str cgroup = RD_STR_INIT(0);
	rd_code code = cgroup_of(d, b->build_id, id, &cgroup, err);

	rd_docker_param(path, "rm", "1");
	rd_docker_param(path, "forcerm", "1");
	if (b->memory_bytes)
		add_number(path, "memory", b->memory_bytes);
	if (b->cpu_shares)
		add_number(path, "cpushares", b->cpu_shares);
	if (cgroup.len)
		rd_docker_param(path, "cgroupparent", rd_str_get(&cgroup));
	return code;
}

static rd_code make_path(rd_docker *d, const rd_engine_build *b, bool classic, const char *id,
	rd_str *path, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs labels = {0};
	rd_code code = RD_OK;

	rd_str_put(path, "/build");
	if (!classic) {
		rd_docker_param(path, "version", "2");
		rd_docker_param(path, "buildid", id);
	}
	/* Podman takes version=2 and builds the classic way. */
	if (classic || d->podman)
		code = add_classic(d, b, id, path, err);
	rd_docker_param(path, "dockerfile", b->dockerfile);
	if (b->target)
		rd_docker_param(path, "target", b->target);
	if (b->tag)
		rd_docker_param(path, "t", b->tag);
	if (b->no_cache)
		rd_docker_param(path, "nocache", "1");
	if (code == RD_OK && b->args && b->args->len)
		code = add_pairs(path, "buildargs", b->args, err);
	if (code == RD_OK && !rd_kvs_set(&labels, RD_ENGINE_LABEL, b->build_id))
		code = rd_err_nomem(err);
	if (code == RD_OK)
		code = add_pairs(path, "labels", &labels, err);
	return code ? code : rd_str_check(path, "build", err);
}

/* Closing the connection stops the engine too; this does where something between keeps it open. */
static void cancel_at_engine(rd_docker *d, const char *id)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	rd_str_put(&path, "/build/cancel");
	rd_docker_param(&path, "id", id);
	if (rd_str_ok(&path))
		rd_docker_call(d, "POST", rd_str_get(&path), NULL, NULL);
}

static rd_code judge(rd_docker *d, const rd_http_answer *a, rd_build_stream *stream,
	char ret_image_id[80], rd_err *err)
{
	const rd_build_outcome *o = NULL;
	rd_code code;

	if (a->status < 200 || a->status > 299) {
		rd_docker_refused(d, a, err);
		if (err)
			err->code = RD_EFAILED;
		return RD_EFAILED;
	}
	code = rd_build_stream_end(stream, &o, err);
	if (code == RD_EPARSE || (code == RD_OK && !o->error && !o->image_id[0]))
		return rd_err_set(err, RD_EUNAVAIL,
			"the container engine at '%s' ended the build without a result: see its "
			"log, "
			"then build again",
			d->base.endpoint);
	if (code == RD_OK && o->error)
		return rd_err_set(err, RD_EFAILED, "%s", o->error);
	if (code == RD_OK)
		snprintf(ret_image_id, 80, "%s", o->image_id);
	return code;
}

rd_code rd_docker_build(rd_engine *e, const rd_engine_build *b, rd_step_fn *fn, void *arg,
	rd_cancel *cancel, char ret_image_id[80], rd_err *err)
{
	rd_docker *d = (rd_docker *)e;
	bool classic = b->full_log || b->memory_bytes || b->cpu_shares;
	RD_AUTO(rd_http_answer_done) rd_http_answer a = {0};
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_AUTO(rd_strs_done) rd_strs headers = {0};
	rd_http_request rq = {.method = "POST",
		.headers = &headers,
		.body_stream = b->context,
		.fn = feed,
		.cancel = cancel};
	rd_build_stream *stream = NULL;
	rd_docker_steps steps;
	char id[64];
	rd_code code = rd_docker_settle(d, err);

	if (code)
		return code;
	/* Several images of one build may be under way at once: each has its own id there. */
	snprintf(id, sizeof(id), "%s.%u", b->build_id,
		__atomic_add_fetch(&d->builds, 1, __ATOMIC_RELAXED));
	rd_docker_steps_init(&steps, d, id, fn, arg);
	code = make_path(d, b, classic, id, &path, err);
	if (code == RD_OK && !rd_strs_add(&headers, "Content-Type: application/x-tar"))
		code = rd_err_nomem(err);
	if (code == RD_OK)
		code = rd_docker_config_header(b->auth, &headers, err);
	if (code == RD_OK)
		code = rd_build_stream_new(rd_docker_steps_event, &steps, &stream, err);
	if (code)
		return code;
	rq.path = rd_str_get(&path);
	rq.arg = stream;
	code = rd_docker_stream(d, &rq, &a, err);
	if (code == RD_OK)
		code = judge(d, &a, stream, ret_image_id, err);
	else if (!classic && code != RD_EUNAVAIL)
		cancel_at_engine(d, id);
	if (code && d->podman)
		rd_docker_kill_steps(d, b->build_id);
	rd_docker_steps_done(&steps);
	if (classic || d->podman)
		rd_docker_remove_cgroups(d, b->build_id);
	rd_build_stream_free(stream);
	return code;
}

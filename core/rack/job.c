/* SPDX-License-Identifier: MIT */
/* The job of a worker as JSON on a memfd. */
#include "core/rack/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "core/base/fs.h"
#include "core/base/spawn.h"
#include "core/base/utf8.h"

#define JOB_MAX_BYTES (64 * 1024 * 1024)

/* The members, once for both directions. */
typedef struct field {
	const char *name;
	size_t at;
} field;

static const field texts[] = {
	{"kind", offsetof(rd_job, kind)},
	{"rack", offsetof(rd_job, rack)},
	{"dir", offsetof(rd_job, dir)},
	{"app", offsetof(rd_job, app)},
	{"build", offsetof(rd_job, build)},
	{"source", offsetof(rd_job, source)},
	{"manifest", offsetof(rd_job, manifest)},
	{"env", offsetof(rd_job, env)},
	{"endpoint", offsetof(rd_job, engines.builder.endpoint)},
	{"ca", offsetof(rd_job, engines.builder.ca)},
	{"cert", offsetof(rd_job, engines.builder.cert)},
	{"key", offsetof(rd_job, engines.builder.key)},
	{"home_endpoint", offsetof(rd_job, engines.home.endpoint)},
	{"home_ca", offsetof(rd_job, engines.home.ca)},
	{"home_cert", offsetof(rd_job, engines.home.cert)},
	{"home_key", offsetof(rd_job, engines.home.key)},
	{"elsewhere", offsetof(rd_job, elsewhere.name)},
	{"elsewhere_base", offsetof(rd_job, elsewhere.address.base)},
	{"elsewhere_prefix", offsetof(rd_job, elsewhere.address.prefix)},
	{"elsewhere_user", offsetof(rd_job, elsewhere.address.user)},
	{"elsewhere_password", offsetof(rd_job, elsewhere.address.password)},
	{"elsewhere_behind", offsetof(rd_job, elsewhere.behind)},
	{"elsewhere_pin", offsetof(rd_job, elsewhere.pin)},
	{"registry", offsetof(rd_job, registry)},
	{"problem", offsetof(rd_job, problem)},
	{"warning", offsetof(rd_job, warning)},
};
static const field flags[] = {
	{"is_instance", offsetof(rd_job, engines.is_instance)},
	{"elsewhere_insecure", offsetof(rd_job, elsewhere.is_insecure)},
	{"no_cache", offsetof(rd_job, no_cache)},
	{"development", offsetof(rd_job, development)},
	{"full_log", offsetof(rd_job, full_log)},
};
static const field numbers[] = {
	{"memory_bytes", offsetof(rd_job, memory_bytes)},
	{"cpu_shares", offsetof(rd_job, cpu_shares)},
	{"parallel", offsetof(rd_job, parallel)},
};
static const field pairs[] = {
	{"args", offsetof(rd_job, args)},
	{"auth", offsetof(rd_job, auth)},
	{"cache", offsetof(rd_job, cache)},
	{"helpers", offsetof(rd_job, helpers)},
};

#define MEMBER(j, f, type) ((type *)(void *)((char *)(j) + (f)->at))
#define MEMBER_CONST(j, f, type) ((type const *)(const void *)((const char *)(j) + (f)->at))

void rd_job_done(rd_job *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < RD_LEN(texts); i++)
		free(*MEMBER(j, &texts[i], char *));
	rd_kvs_done(&j->args);
	rd_kvs_done(&j->auth);
	rd_kvs_done(&j->cache);
	rd_kvs_done(&j->helpers);
	*j = (rd_job){0};
}

/* JSON holds no other bytes, and neither do the requests to an engine. */
static rd_code put_text(json_t *o, const char *key, const char *text, rd_err *err)
{
	json_t *value = json_string(text);

	if (!value || !rd_utf8_valid(key, strlen(key))) {
		json_decref(value);
		return rd_err_set(err, RD_EINVAL, "the name or value of '%s' is not UTF-8", key);
	}
	return json_object_set_new(o, key, value) ? rd_err_nomem(err) : RD_OK;
}

static rd_code put_pairs(json_t *o, const char *key, const rd_kvs *m, rd_err *err)
{
	json_t *inner = json_object();
	rd_code rc = RD_OK;

	if (json_object_set_new(o, key, inner))
		return rd_err_nomem(err);
	for (size_t i = 0; !rc && i < m->len; i++)
		rc = put_text(inner, m->items[i].key, m->items[i].value, err);
	return rc;
}

static rd_code put_job(json_t *o, const rd_job *j, rd_err *err)
{
	rd_code rc = RD_OK;

	for (size_t i = 0; !rc && i < RD_LEN(texts); i++) {
		const char *text = *MEMBER_CONST(j, &texts[i], char *);

		if (text)
			rc = put_text(o, texts[i].name, text, err);
	}
	for (size_t i = 0; !rc && i < RD_LEN(flags); i++)
		if (json_object_set_new(o, flags[i].name,
			    json_boolean(*MEMBER_CONST(j, &flags[i], bool))))
			rc = rd_err_nomem(err);
	for (size_t i = 0; !rc && i < RD_LEN(numbers); i++)
		if (json_object_set_new(o, numbers[i].name,
			    json_integer(*MEMBER_CONST(j, &numbers[i], int64_t))))
			rc = rd_err_nomem(err);
	for (size_t i = 0; !rc && i < RD_LEN(pairs); i++)
		rc = put_pairs(o, pairs[i].name, MEMBER_CONST(j, &pairs[i], rd_kvs), err);
	return rc;
}

static rd_code seal(const char *text, int *ret_fd, rd_err *err)
{
	RD_AUTOCLOSE int fd = memfd_create("rackdeck-job", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	rd_code rc;

	if (fd < 0)
		return rd_err_os(err, errno, "making a job");
	rc = rd_write_all(fd, text, strlen(text), err);
	if (rc)
		return rc;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return rd_err_os(err, errno, "sealing a job");
	*ret_fd = fd;
	fd = -1;
	return RD_OK;
}

rd_code rd_job_write(const rd_job *j, int *ret_fd, rd_err *err)
{
	json_t *o = json_object();
	char *text = NULL;
	rd_code rc = o ? put_job(o, j, err) : rd_err_nomem(err);

	if (rc)
		goto out;
	text = json_dumps(o, JSON_COMPACT);
	rc = text ? seal(text, ret_fd, err) : rd_err_nomem(err);
out:
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	json_decref(o);
	return rc;
}

static rd_code get_pairs(json_t *o, rd_kvs *out, rd_err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(o, key,
		value) if (!rd_kvs_set(out, key,
				   rd_or_empty(json_string_value(value)))) return rd_err_nomem(err);
	return RD_OK;
}

static rd_code get_job(json_t *o, rd_job *j, rd_err *err)
{
	rd_code rc = RD_OK;

	for (size_t i = 0; i < RD_LEN(texts); i++) {
		const json_t *v = json_object_get(o, texts[i].name);

		if (v && !rd_str_replace(MEMBER(j, &texts[i], char *), json_string_value(v)))
			return rd_err_nomem(err);
	}
	for (size_t i = 0; i < RD_LEN(flags); i++)
		*MEMBER(j, &flags[i], bool) = json_is_true(json_object_get(o, flags[i].name));
	for (size_t i = 0; i < RD_LEN(numbers); i++)
		*MEMBER(j, &numbers[i], int64_t) =
			json_integer_value(json_object_get(o, numbers[i].name));
	for (size_t i = 0; !rc && i < RD_LEN(pairs); i++)
		rc = get_pairs(json_object_get(o, pairs[i].name), MEMBER(j, &pairs[i], rd_kvs),
			err);
	if (!rc && (!j->kind || !j->dir))
		rc = rd_err_set(err, RD_EPARSE, "the job names no kind or directory");
	return rc;
}

rd_code rd_job_read(int fd, rd_job *ret_job, rd_err *err)
{
	RD_AUTO(rd_job_done) rd_job j = {0};
	struct stat st;
	const char *map;
	json_t *o;
	json_error_t where;
	rd_code rc;

	if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > JOB_MAX_BYTES)
		return rd_err_set(err, RD_EPARSE, "no job was given");
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return rd_err_os(err, errno, "reading the job");
	o = json_loadb(map, (size_t)st.st_size, 0, &where);
	munmap((void *)(uintptr_t)map, (size_t)st.st_size);
	if (!json_is_object(o)) {
		json_decref(o);
		return rd_err_set(err, RD_EPARSE, "the job is malformed");
	}
	rc = get_job(o, &j, err);
	json_decref(o);
	if (rc)
		return rc;
	*ret_job = j;
	j = (rd_job){0};
	return RD_OK;
}

rd_code rd_job_start(const rd_job *j, int lock_fd, rd_err *err)
{
	RD_AUTOFREE char *exe = NULL;
	RD_AUTOCLOSE int fd = -1;
	rd_spawn_fd fds[] = {{-1, RD_JOB_FD}, {lock_fd, RD_LOCK_FD}};
	rd_spawn_opts opts = {
		.fds = fds, .n_fds = lock_fd < 0 ? 1 : 2, .new_session = true, .cwd = "/"};
	const char *argv[] = {NULL, "worker", NULL};
	rd_code rc = rd_self_exe(&exe, err);

	if (!rc)
		rc = rd_job_write(j, &fd, err);
	if (rc)
		return rc;
	fds[0].parent = fd;
	argv[0] = exe;
	opts.argv = argv;
	return rd_spawn_detached(&opts, err);
}

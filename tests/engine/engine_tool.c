/* SPDX-License-Identifier: MIT */
/*
 * The engine table by hand, for tests against real engines. The engine is that of DOCKER_HOST.
 *   engine_tool info
 *   engine_tool build ID TAG CONTEXT.tar [nocache] [full-log] [memory=N] [target=T] [arg=K=V]...
 *       events as lines on stdout: "declare STEP NAME", "start STEP", "done STEP [cached] [ERROR]",
 *       "progress STEP", "warn STEP", "gap STEP", "log STEP BYTES"; the output itself goes to
 *       descriptor 3 if that is open. The last line is "image ID" or "error CODE TEXT".
 *       SIGTERM cancels.
 *   engine_tool pull|push|inspect|remove IMAGE, tag IMAGE REPO:TAG, sweep ID, find, logins
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "core/engine/engine.h"

static rd_cancel *cancel;

static void on_term(int signo)
{
	(void)signo;
	rd_cancel_fire(cancel);
}

/* Short numbers for the ids of steps. */
static size_t number(const char *id)
{
	static rd_strs seen;
	size_t i = 0;

	while (i < seen.len && strcmp(seen.items[i], id) != 0)
		i++;
	if (i == seen.len)
		rd_strs_add(&seen, id);
	return i + 1;
}

static rd_code show(void *arg, const rd_step_event *ev, rd_err *err)
{
	static const char *const kinds[] = {
		"declare", "start", "done", "log", "progress", "warn", "gap"};
	bool *has_output = arg;

	printf("%s %zu", kinds[ev->kind], number(ev->id));
	if (ev->kind == RD_STEP_DECLARE)
		printf(" %s", ev->name);
	if (ev->kind == RD_STEP_LOG)
		printf(" %zu", ev->n);
	if (ev->kind == RD_STEP_DONE)
		printf("%s%s%s", ev->cached ? " cached" : "", ev->error ? " " : "",
			rd_or_empty(ev->error));
	printf("\n");
	if (ev->kind != RD_STEP_PROGRESS)
		fflush(stdout);
	for (size_t at = 0; ev->kind == RD_STEP_LOG && *has_output && at < ev->n;) {
		ssize_t n = write(3, ev->bytes + at, ev->n - at);

		if (n < 0)
			return rd_err_os(err, errno, "output");
		at += (size_t)n;
	}
	return RD_OK;
}

static rd_code do_build(rd_engine *e, int argc, char **argv, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs args = {0};
	rd_engine_build b = {
		.build_id = argv[0], .tag = argv[1], .dockerfile = "Dockerfile", .args = &args};
	RD_AUTO(rd_reader_closep) rd_reader *context = NULL;
	bool has_output = fcntl(3, F_GETFD) >= 0;
	char id[80];
	int fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	rd_code code;

	if (fd < 0)
		return rd_err_os(err, errno, "'%s'", argv[2]);
	code = rd_reader_fd(fd, &context, err);
	if (code)
		return code;
	b.context = context;
	for (int i = 3; i < argc; i++) {
		b.no_cache = b.no_cache || !strcmp(argv[i], "nocache");
		b.full_log = b.full_log || !strcmp(argv[i], "full-log");
		if (rd_starts_with(argv[i], "memory="))
			b.memory_bytes = strtoll(argv[i] + 7, NULL, 10);
		if (rd_starts_with(argv[i], "target="))
			b.target = argv[i] + 7;
		if (rd_starts_with(argv[i], "arg=")) {
			char *value = strchr(argv[i] + 4, '=');

			*value++ = '\0';
			rd_kvs_set(&args, argv[i] + 4, value);
		}
	}
	code = e->ops->build(e, &b, show, &has_output, cancel, id, err);
	if (code == RD_OK)
		printf("image %s\n", id);
	return code;
}

static rd_code do_inspect(rd_engine *e, const char *image, rd_err *err)
{
	rd_engine_image i = {0};
	rd_code code = e->ops->inspect(e, image, &i, err);

	if (code)
		return code;
	printf("id %s\nsize %lld\nlabel %s\n", i.id, (long long)i.size_bytes,
		rd_or_empty(rd_kvs_get(&i.labels, RD_ENGINE_LABEL)));
	for (size_t n = 0; n < i.tags.len; n++)
		printf("tag %s\n", i.tags.items[n]);
	for (size_t n = 0; n < i.layers.len; n++)
		printf("layer %s\n", i.layers.items[n]);
	for (size_t n = 0; n < i.entrypoint.len; n++)
		printf("entrypoint %s\n", i.entrypoint.items[n]);
	rd_engine_image_done(&i);
	return RD_OK;
}

static rd_code do_info(rd_engine *e, rd_err *err)
{
	rd_engine_info i = {0};
	rd_code code = e->ops->info(e, &i, err);

	if (code == RD_OK)
		printf("name %s\nversion %s\napi %s\nos %s/%s\ncpus %d\npodman %d\n", i.name,
			i.version, i.api_version, i.os, i.arch, i.cpus, i.podman);
	return code;
}

static rd_code do_push(rd_engine *e, const char *image, const rd_kvs *logins, rd_err *err)
{
	bool has_output = false;
	rd_engine_pushed pushed;
	rd_code code = e->ops->push(e, image, logins, show, &has_output, cancel, &pushed, err);

	printf("pushed %s%s\n", pushed.digest, pushed.may_pass ? "may pass" : "");
	return code;
}

static rd_code do_logins(rd_kvs *logins, rd_err *err)
{
	rd_code code = rd_engine_docker_logins(logins, NULL, err);

	for (size_t i = 0; i < logins->len; i++)
		printf("login %s %s\n", logins->items[i].key, logins->items[i].value);
	return code;
}

static rd_code run(rd_engine *e, int argc, char **argv, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs logins = {0};
	bool has_output = fcntl(3, F_GETFD) >= 0;
	rd_code code;

	if (!strcmp(argv[1], "info"))
		return do_info(e, err);
	if (!strcmp(argv[1], "logins"))
		return do_logins(&logins, err);
	if (!strcmp(argv[1], "build") && argc >= 5)
		return do_build(e, argc - 2, argv + 2, err);
	if (argc < 3)
		return rd_err_set(err, RD_EINVAL, "see the head of engine_tool.c");
	if (!strcmp(argv[1], "inspect"))
		return do_inspect(e, argv[2], err);
	if (!strcmp(argv[1], "remove"))
		return e->ops->remove(e, argv[2], err);
	if (!strcmp(argv[1], "sweep"))
		return e->ops->sweep(e, argv[2], err);
	if (!strcmp(argv[1], "tag") && argc >= 4)
		return e->ops->tag(e, argv[2], argv[3], err);
	code = rd_engine_docker_logins(&logins, NULL, err);
	if (code)
		return code;
	if (!strcmp(argv[1], "pull"))
		return e->ops->pull(e, argv[2], &logins, show, &has_output, cancel, err);
	if (!strcmp(argv[1], "push"))
		return do_push(e, argv[2], &logins, err);
	return rd_err_set(err, RD_EINVAL, "see the head of engine_tool.c");
}

int main(int argc, char **argv)
{
	RD_AUTO(rd_engine_place_done) rd_engine_place place = {0};
	rd_engine *e = NULL;
	rd_err err = {0};
	rd_code code = rd_cancel_new(&cancel, &err);

	if (argc < 2)
		code = rd_err_set(&err, RD_EINVAL, "see the head of engine_tool.c");
	signal(SIGTERM, on_term);
	if (code == RD_OK)
		code = rd_engine_find(NULL, NULL, &place, &err);
	if (code == RD_OK && !strcmp(argv[1], "find")) {
		printf("endpoint %s\n", place.endpoint);
		return 0;
	}
	if (code == RD_OK)
		code = rd_engine_open(&place, &e, &err);
	if (code == RD_OK)
		code = run(e, argc, argv, &err);
	if (code)
		printf("error %s %s\n", rd_code_name(code), err.msg);
	rd_engine_close(e);
	rd_cancel_free(cancel);
	return code ? 1 : 0;
}

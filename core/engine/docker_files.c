/* SPDX-License-Identifier: MIT */
/* Files of an image, by a container that is made of it and never started. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/engine/docker.h"

/*
 * DESIGN: the engine's answer is pushed by curl and pulled by the taker: a thread puts the one into a
 * socket, the taker reads the other end. A taker that stops early closes its end, which ends the call.
 */
typedef struct transfer {
	rd_docker *docker;
	const char *path; /* of the call */
	rd_cancel *cancel;
	int fd;      /* where the answer goes */
	bool is_cut; /* the taker wants no more */
	rd_http_answer answer;
	rd_code code;
	rd_err err;
} transfer;

static rd_code put(void *arg, const char *bytes, size_t n, rd_err *err)
{
	transfer *t = arg;

	while (n) {
		ssize_t sent = send(t->fd, bytes, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			t->is_cut = true;
			return rd_err_set(err, RD_ECANCELED, "canceled");
		}
		bytes += sent;
		n -= (size_t)sent;
	}
	return RD_OK;
}

static void *run(void *arg)
{
	transfer *t = arg;
	rd_http_request rq = {
		.method = "GET", .path = t->path, .fn = put, .arg = t, .cancel = t->cancel};

	t->code = rd_docker_do(t->docker, &rq, &t->answer, &t->err);
	/* The end, for the taker. */
	shutdown(t->fd, SHUT_WR);
	return NULL;
}

/* What the taker and the engine say, in one: the engine's word explains a stream that was cut. */
static rd_code result_of(transfer *t, rd_code taken, const rd_err *why, rd_err *err)
{
	if (!t->code && t->answer.status >= 300)
		return rd_docker_refused(t->docker, &t->answer, err);
	if (t->code && !t->is_cut) {
		if (err)
			*err = t->err;
		return t->code;
	}
	if (taken && err)
		*err = *why;
	return taken;
}

static rd_code read_container(rd_docker *d, const char *id, const rd_engine_files *f, rd_err *err)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	RD_AUTO(rd_reader_closep) rd_reader *tar = NULL;
	transfer t = {.docker = d, .cancel = f->cancel};
	pthread_t thread;
	rd_err why = {0};
	rd_code rc, taken = RD_OK;
	int pair[2], os;

	rd_str_printf(&path, "/containers/%s/archive", id);
	rd_docker_param(&path, "path", f->path);
	rc = rd_str_check(&path, "request", err);
	if (rc)
		return rc;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return rd_err_os(err, errno, "reading files of an image");
	t.path = rd_str_get(&path);
	t.fd = pair[1];
	rc = rd_reader_fd(pair[0], &tar, err);
	os = rc ? 0 : pthread_create(&thread, NULL, run, &t);
	if (!rc && os)
		rc = rd_err_os(err, os, "starting a thread");
	if (!rc) {
		taken = f->take(f->arg, tar, &why);
		rd_reader_close(RD_TAKE(tar));
		pthread_join(thread, NULL);
		rc = result_of(&t, taken, &why, err);
	}
	close(pair[1]);
	rd_http_answer_done(&t.answer);
	return rc;
}

static rd_code create_container(rd_docker *d, const rd_engine_files *f, char **ret_id, rd_err *err)
{
	/* An image FROM scratch has no command; without one no container is made. */
	json_t *body = json_pack("{ss, s[s], s{ss}, s{ss}}", "Image", f->image, "Cmd", "none",
		"Labels", RD_ENGINE_LABEL, f->build_id, "HostConfig", "NetworkMode", "none");
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	RD_AUTO(rd_strs_done) rd_strs headers = {0};
	rd_http_request rq = {.method = "POST",
		.path = "/containers/create",
		.headers = &headers,
		.body = text,
		.body_n = text ? strlen(text) : 0,
		.timeout_ms = RD_DOCKER_TIMEOUT_MS,
		.cancel = f->cancel};
	rd_http_answer a = {0};
	json_t *said = NULL;
	rd_code rc = text && rd_strs_add(&headers, "Content-Type: application/json")
			     ? RD_OK
			     : rd_err_nomem(err);

	if (!rc)
		rc = rd_docker_do(d, &rq, &a, err);
	if (!rc && a.status >= 300)
		rc = rd_docker_refused(d, &a, err);
	if (!rc) {
		said = json_loadb(rd_str_get(&a.body), a.body.len, 0, NULL);
		*ret_id = rd_strdup(json_string_value(json_object_get(said, "Id")));
		if (!*ret_id)
			rc = rd_err_set(err, RD_EREMOTE,
				"the engine made a container without an id");
	}
	json_decref(said);
	json_decref(body);
	free(text);
	rd_http_answer_done(&a);
	return rc;
}

rd_code rd_docker_files(rd_engine *e, const rd_engine_files *f, rd_err *err)
{
	rd_docker *d = (rd_docker *)e;
	RD_AUTOFREE char *id = NULL;
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_code rc = create_container(d, f, &id, err);

	if (rc)
		return rc;
	rc = read_container(d, id, f, err);
	rd_str_printf(&path, "/containers/%s?force=1&v=1", id);
	/* One that stays goes with the sweep of its build. */
	rd_docker_call(d, "DELETE", rd_str_get(&path), NULL, NULL);
	return rc;
}

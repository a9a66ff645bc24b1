/* SPDX-License-Identifier: MIT */
/* Images as a tar, out of the engine and into it. */
#include "core/engine/docker.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- out ---- */

/* A thread of its own takes the answer from the engine and gives it to a socket. */
typedef struct saver {
	rd_reader base;
	rd_docker *docker;
	rd_cancel *cancel;
	rd_str path;
	pthread_t thread;
	bool is_joined;
	int in, out;
	rd_code code;
	rd_err why;
} saver;

static rd_code give(void *arg, const char *bytes, size_t n, rd_err *err)
{
	const saver *s = arg;

	while (n) {
		ssize_t k = send(s->in, bytes, n, MSG_NOSIGNAL);

		if (k < 0 && errno != EINTR)
			return rd_err_set(err, RD_ECANCELED, "canceled");
		if (k > 0) {
			bytes += k;
			n -= (size_t)k;
		}
	}
	return RD_OK;
}

static void *run_save(void *arg)
{
	saver *s = arg;
	RD_AUTO(rd_http_answer_done) rd_http_answer a = {0};
	rd_http_request rq = {.method = "GET",
		.path = rd_str_get(&s->path),
		.fn = give,
		.arg = s,
		.cancel = s->cancel};

	s->code = rd_docker_do(s->docker, &rq, &a, &s->why);
	if (s->code == RD_OK && (a.status < 200 || a.status > 299))
		s->code = rd_docker_refused(s->docker, &a, &s->why);
	close(s->in);
	return NULL;
}

static rd_code read_saved(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	saver *s = (saver *)r;
	ssize_t n;

	do
		n = read(s->out, buf, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return rd_err_os(err, errno, "reading from the engine");
	*ret_n = (size_t)n;
	if (n == 0 && !s->is_joined) {
		pthread_join(s->thread, NULL);
		s->is_joined = true;
	}
	if (n == 0 && s->code) {
		if (err)
			*err = s->why;
		return s->code;
	}
	return RD_OK;
}

static void close_saved(rd_reader *r)
{
	saver *s = (saver *)r;

	close(s->out);
	if (!s->is_joined)
		pthread_join(s->thread, NULL);
	rd_str_done(&s->path);
	free(s);
}

static rd_code start_saver(saver *s, rd_err *err)
{
	int pair[2];
	int rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return rd_err_os(err, errno, "making a socket");
	s->in = pair[0];
	s->out = pair[1];
	rc = pthread_create(&s->thread, NULL, run_save, s);
	if (!rc)
		return RD_OK;
	close(s->in);
	close(s->out);
	return rd_err_os(err, rc, "starting a thread");
}

rd_code rd_docker_save(rd_engine *e, const rd_strs *images, rd_cancel *cancel, rd_reader **ret_tar,
	rd_err *err)
{
	static const struct rd_reader_ops ops = {read_saved, close_saved};
	saver *s = calloc(1, sizeof(*s));
	rd_code code;

	if (!s)
		return rd_err_nomem(err);
	s->base.ops = &ops;
	s->docker = (rd_docker *)e;
	s->cancel = cancel;
	rd_str_put(&s->path, "/images/get");
	for (size_t i = 0; i < images->len; i++)
		rd_docker_param(&s->path, "names", images->items[i]);
	code = rd_str_check(&s->path, "request", err);
	if (code == RD_OK)
		code = start_saver(s, err);
	if (code) {
		rd_str_done(&s->path);
		free(s);
		return code;
	}
	*ret_tar = &s->base;
	return RD_OK;
}

/* ---- in ---- */

/* The engine tells its errors within a good answer: the last line that has one. */
static rd_code check_loaded(const rd_str *said, rd_err *err)
{
	const char *p = rd_str_get(said), *end = p + said->len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);
		json_t *line = json_loadb(p, n, JSON_DISABLE_EOF_CHECK, NULL);
		const char *error = json_string_value(json_object_get(line, "error"));
		rd_code code = error ? rd_err_set(err, RD_EFAILED,
					       "the engine refuses the images: %s", error)
				     : RD_OK;

		json_decref(line);
		if (code)
			return code;
		p += n + 1;
	}
	return RD_OK;
}

rd_code rd_docker_load(rd_engine *e, rd_reader *tar, rd_cancel *cancel, rd_err *err)
{
	static const char type[] = "Content-Type: application/x-tar";
	rd_docker *d = (rd_docker *)e;
	RD_AUTO(rd_http_answer_done) rd_http_answer a = {0};
	RD_AUTO(rd_strs_done) rd_strs headers = {0};
	rd_http_request rq = {.method = "POST",
		.path = "/images/load?quiet=1",
		.headers = &headers,
		.body_stream = tar,
		.cancel = cancel};
	rd_code code = rd_strs_add(&headers, type) ? RD_OK : rd_err_nomem(err);

	if (code == RD_OK)
		code = rd_docker_do(d, &rq, &a, err);
	if (code == RD_OK && (a.status < 200 || a.status > 299))
		code = rd_docker_refused(d, &a, err);
	return code ? code : check_loaded(&a.body, err);
}

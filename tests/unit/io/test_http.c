/* SPDX-License-Identifier: MIT */
/* Tests of HTTP calls against a small server on a unix socket that says what it is told to. */
#include "core/io/http.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/io/chunked.h"
#include "tests/unit/unit.h"

/* A server that takes one connection, reads until `until` was seen, says `answer` and closes; with
 * `holds`, it keeps the connection open until the other side closes it. */
typedef struct server {
	char dir[32];
	char path[64];
	int fd;
	pthread_t thread;
	const char *until;
	const char *answer;
	bool holds;
	rd_str seen;
} server;

static void *serve(void *arg)
{
	server *s = arg;
	int fd RD_AUTOCLOSE = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
	char buf[4096];
	ssize_t n = 1;

	while (n > 0 && !strstr(rd_str_get(&s->seen), s->until)) {
		n = read(fd, buf, sizeof(buf));
		if (n > 0)
			rd_str_putn(&s->seen, buf, (size_t)n);
	}
	if (write(fd, s->answer, strlen(s->answer)) < 0)
		n = 0;
	while (s->holds && n > 0)
		n = read(fd, buf, sizeof(buf));
	return NULL;
}

static void start(server *s, const char *until, const char *answer)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	s->until = until;
	s->answer = answer;
	snprintf(s->dir, sizeof(s->dir), "/tmp/rd-http-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/s", s->dir);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", s->path);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->fd >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(s->fd, 4), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void stop(server *s)
{
	close(s->fd);
	unlink(s->path);
	rmdir(s->dir);
	rd_str_done(&s->seen);
}

static rd_code call(server *s, const rd_http_request *rq, rd_http_answer *a, rd_err *err)
{
	rd_http_opts opts = {.base = "http://engine", .unix_socket = s->path};
	rd_http *h = NULL;
	rd_code code;

	assert_int_equal(rd_http_open(&opts, &h, err), RD_OK);
	code = rd_http_do(h, rq, a, err);
	rd_http_close(h);
	return code;
}

static rd_code add(void *arg, const char *bytes, size_t n, rd_err *err)
{
	(void)err;
	rd_str_putn(arg, bytes, n);
	return RD_OK;
}

static void http_do__gives_status_headers_and_body(void **state)
{
	server s = {0};
	rd_http_answer a;
	rd_err err = {0};
	rd_http_request rq = {.method = "GET", .path = "/x?y=1"};

	(void)state;
	start(&s, "\r\n\r\n",
		"HTTP/1.1 404 Not Found\r\nApi-Version:  1.41\r\nContent-Length: 5\r\n\r\nno..!");
	assert_int_equal(call(&s, &rq, &a, &err), RD_OK);
	assert_int_equal(a.status, 404);
	assert_string_equal(rd_str_get(&a.body), "no..!");
	assert_string_equal(rd_kvs_get(&a.headers, "api-version"), "1.41");
	pthread_join(s.thread, NULL);
	assert_non_null(strstr(rd_str_get(&s.seen), "GET /x?y=1 HTTP/1.1\r\n"));
	rd_http_answer_done(&a);
	stop(&s);
}

static void http_do__sends_a_stream_in_chunks(void **state)
{
	server s = {0};
	rd_http_answer a;
	rd_str got = RD_STR_INIT(0);
	struct chunked body = CHUNKED("hello world", 11, 2);
	rd_strs headers = {0};
	rd_http_request rq = {.method = "POST", .path = "/build", .headers = &headers, .fn = add};

	(void)state;
	assert_true(rd_strs_add(&headers, "Content-Type: application/x-tar"));
	start(&s, "0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
		"chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
	rq.body_stream = &body.base;
	rq.arg = &got;
	assert_int_equal(call(&s, &rq, &a, NULL), RD_OK);
	assert_int_equal(a.status, 200);
	assert_string_equal(rd_str_get(&got), "abc");
	assert_string_equal(rd_str_get(&a.body), "");
	pthread_join(s.thread, NULL);
	assert_non_null(strstr(rd_str_get(&s.seen), "Transfer-Encoding: chunked\r\n"));
	assert_non_null(strstr(rd_str_get(&s.seen), "Content-Type: application/x-tar\r\n"));
	/* One chunk, though it was read in small pieces. */
	assert_non_null(strstr(rd_str_get(&s.seen), "b\r\nhello world\r\n0\r\n\r\n"));
	assert_null(strstr(rd_str_get(&s.seen), "Expect:"));
	rd_http_answer_done(&a);
	rd_str_done(&got);
	rd_strs_done(&headers);
	stop(&s);
}

static rd_code refuse(void *arg, const char *bytes, size_t n, rd_err *err)
{
	(void)arg;
	(void)bytes;
	(void)n;
	return rd_err_set(err, RD_ENOSPC, "disk full");
}

/* What is said of a server that takes no connection. @ret heap */
static char *failure_at(const char *base)
{
	rd_http_request rq = {.method = "GET", .path = "/"};
	rd_http_opts opts = {.base = base};
	rd_http_answer a;
	rd_http *h = NULL;
	rd_err err = {0};

	assert_int_equal(rd_http_open(&opts, &h, &err), RD_OK);
	assert_int_equal(rd_http_do(h, &rq, &a, &err), RD_EUNAVAIL);
	rd_http_answer_done(&a);
	rd_http_close(h);
	return rd_strdup(err.msg);
}

static void http_do__says_whose_connection_failed(void **state)
{
	static const char *const bases[] = {"http://127.0.0.1:1", "http://127.0.0.1:1/prefix",
		"http://LocalHost:1", "http://127.0.0.1:1/prefix:2"};
	RD_AUTOFREE char *by_proxy = NULL;

	(void)state;
	unsetenv("http_proxy");
	for (size_t i = 0; i < RD_LEN(bases); i++) {
		RD_AUTOFREE char *direct = failure_at(bases[i]);

		assert_null(strstr(direct, "proxy"));
	}
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	by_proxy = failure_at("http://127.0.0.1:2/prefix://127.0.0.1:1");
	unsetenv("http_proxy");
	assert_non_null(strstr(by_proxy, "the proxy before it"));
}

static void http_do__ends_with_the_receivers_error(void **state)
{
	server s = {0};
	rd_http_answer a;
	rd_err err = {0};
	rd_http_request rq = {.method = "GET", .path = "/", .fn = refuse};

	(void)state;
	start(&s, "\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nbody");
	assert_int_equal(call(&s, &rq, &a, &err), RD_ENOSPC);
	assert_string_equal(err.msg, "disk full");
	rd_http_answer_done(&a);
	pthread_join(s.thread, NULL);
	stop(&s);
}

static void http_do__tells_a_cut_answer(void **state)
{
	server s = {0};
	rd_http_answer a;
	rd_err err = {0};
	rd_http_request rq = {.method = "GET", .path = "/"};

	(void)state;
	start(&s, "\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab");
	assert_int_equal(call(&s, &rq, &a, &err), RD_EUNAVAIL);
	rd_http_answer_done(&a);
	pthread_join(s.thread, NULL);
	stop(&s);
}

static void *fire(void *cancel)
{
	rd_cancel_fire(cancel);
	return NULL;
}

static rd_code fire_on_data(void *arg, const char *bytes, size_t n, rd_err *err)
{
	pthread_t thread;

	(void)bytes;
	(void)n;
	(void)err;
	assert_int_equal(pthread_create(&thread, NULL, fire, arg), 0);
	pthread_join(thread, NULL);
	return RD_OK;
}

static void http_do__ends_when_canceled(void **state)
{
	server s = {.holds = true};
	rd_http_answer a;
	rd_cancel *cancel = NULL;
	rd_http_request rq = {.method = "GET", .path = "/", .fn = fire_on_data};

	(void)state;
	assert_int_equal(rd_cancel_new(&cancel, NULL), RD_OK);
	rq.cancel = cancel;
	rq.arg = cancel;
	start(&s, "\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nbegin");
	assert_int_equal(call(&s, &rq, &a, NULL), RD_ECANCELED);
	rd_http_answer_done(&a);
	rd_cancel_free(cancel);
	pthread_join(s.thread, NULL);
	stop(&s);
}

static void http_do__ends_when_time_is_over(void **state)
{
	server s = {.holds = true};
	rd_http_answer a;
	rd_http_request rq = {.method = "GET", .path = "/", .timeout_ms = 100};

	(void)state;
	start(&s, "\r\n\r\n", "");
	assert_int_equal(call(&s, &rq, &a, NULL), RD_ETIMEOUT);
	rd_http_answer_done(&a);
	pthread_join(s.thread, NULL);
	stop(&s);
}

static void http_do__does_not_follow(void **state)
{
	server s = {0};
	rd_http_answer a;
	rd_http_request rq = {.method = "GET", .path = "/"};

	(void)state;
	start(&s, "\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(call(&s, &rq, &a, NULL), RD_OK);
	assert_int_equal(a.status, 302);
	assert_string_equal(rd_str_get(&a.body), "");
	rd_http_answer_done(&a);
	pthread_join(s.thread, NULL);
	stop(&s);
}

static void http_do__tells_why_there_is_no_connection(void **state)
{
	rd_http_opts opts = {.base = "http://engine", .unix_socket = "/nonexistent/docker.sock"};
	rd_http_request rq = {.method = "GET", .path = "/"};
	rd_http_answer a;
	rd_http *h = NULL;
	rd_err err = {0};

	(void)state;
	assert_int_equal(rd_http_open(&opts, &h, NULL), RD_OK);
	assert_int_equal(rd_http_do(h, &rq, &a, &err), RD_EUNAVAIL);
	assert_int_equal(err.os, ENOENT);
	assert_non_null(strstr(err.msg, "/nonexistent/docker.sock"));
	rd_http_answer_done(&a);
	rd_http_close(h);
}

static void http_do__refuses_line_breaks(void **state)
{
	rd_http_opts opts = {.base = "http://engine", .unix_socket = "/nonexistent"};
	rd_strs headers = {0};
	rd_http_request rq = {.method = "GET", .path = "/", .headers = &headers};
	rd_http_answer a;
	rd_http *h = NULL;

	(void)state;
	assert_true(rd_strs_add(&headers, "X: a\r\nY: b"));
	assert_int_equal(rd_http_open(&opts, &h, NULL), RD_OK);
	assert_int_equal(rd_http_do(h, &rq, &a, NULL), RD_EINVAL);
	rd_http_answer_done(&a);
	rq.headers = NULL;
	rq.path = "/a b";
	assert_int_equal(rd_http_do(h, &rq, &a, NULL), RD_EBUG);
	rd_http_answer_done(&a);
	rd_http_close(h);
	rd_strs_done(&headers);
	opts.base = "ftp://x";
	assert_int_equal(rd_http_open(&opts, &h, NULL), RD_EINVAL);
}

static void http_escape__escapes_all_but_plain(void **state)
{
	rd_str out = RD_STR_INIT(0);

	(void)state;
	rd_http_escape(&out, "a/b:c d?e&\xc3\xa9%~", "/:");
	assert_string_equal(rd_str_get(&out), "a/b:c%20d%3Fe%26%C3%A9%25~");
	rd_str_done(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_do__gives_status_headers_and_body),
		cmocka_unit_test(http_do__sends_a_stream_in_chunks),
		cmocka_unit_test(http_do__says_whose_connection_failed),
		cmocka_unit_test(http_do__ends_with_the_receivers_error),
		cmocka_unit_test(http_do__tells_a_cut_answer),
		cmocka_unit_test(http_do__ends_when_canceled),
		cmocka_unit_test(http_do__ends_when_time_is_over),
		cmocka_unit_test(http_do__does_not_follow),
		cmocka_unit_test(http_do__tells_why_there_is_no_connection),
		cmocka_unit_test(http_do__refuses_line_breaks),
		cmocka_unit_test(http_escape__escapes_all_but_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

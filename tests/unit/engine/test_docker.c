/* SPDX-License-Identifier: MIT */
/* Tests of the Docker back end against a made-up engine that gives scripted answers. */
#include "core/engine/docker.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/io/http_impl.h"
#include "tests/unit/unit.h"

#define OK_JSON(text) "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" text
#define VERSION_141 \
	OK_JSON("{\"Version\":\"20.10\",\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\"," \
		"\"Components\":[{\"Name\":\"Engine\"}]}")

/* What a request begins with, and the whole answer to it. */
typedef struct route {
	const char *request;
	const char *answer;
} route;

typedef struct fake {
	char dir[32];
	char path[64];
	char endpoint[80];
	int fd, end_fd;
	pthread_t thread;
	const route *routes;
	rd_str seen; /* all requests */
	rd_engine *engine;
} fake;

/* Reads one request: its head, and a chunked body. */
static void read_request(int fd, rd_str *request)
{
	char buf[4096];
	ssize_t n = 1;

	while (n > 0) {
		const char *text = rd_str_get(request);
		const char *end = strstr(text, "\r\n\r\n");

		if (end && (!strstr(text, "chunked") || strstr(end, "0\r\n\r\n")))
			return;
		n = read(fd, buf, sizeof(buf));
		if (n > 0)
			rd_str_putn(request, buf, (size_t)n);
	}
}

static void answer(fake *f, int fd)
{
	rd_str request = RD_STR_INIT(0);
	const char *text = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n{}";

	read_request(fd, &request);
	for (const route *r = f->routes; r->request; r++)
		if (rd_starts_with(rd_str_get(&request), r->request)) {
			text = r->answer;
			break;
		}
	rd_str_putn(&f->seen, rd_str_get(&request), request.len);
	for (size_t n = strlen(text); n > 0;) {
		ssize_t out = send(fd, text, n, MSG_NOSIGNAL);

		if (out < 0)
			break;
		text += out;
		n -= (size_t)out;
	}
	rd_str_done(&request);
}

static void *serve(void *arg)
{
	fake *f = arg;
	struct pollfd fds[] = {{f->fd, POLLIN, 0}, {f->end_fd, POLLIN, 0}};

	while (poll(fds, 2, -1) >= 0 && !fds[1].revents) {
		int fd = accept4(f->fd, NULL, NULL, SOCK_CLOEXEC);

		answer(f, fd);
		close(fd);
	}
	return NULL;
}

static rd_docker *start(fake *f, const route *routes)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	*f = (fake){.routes = routes};
	snprintf(f->dir, sizeof(f->dir), "/tmp/rd-fake-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	snprintf(f->endpoint, sizeof(f->endpoint), "unix://%s", f->path);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", f->path);
	f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	f->end_fd = eventfd(0, EFD_CLOEXEC);
	assert_true(f->fd >= 0 && f->end_fd >= 0);
	assert_int_equal(bind(f->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(f->fd, 8), 0);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
	assert_int_equal(rd_engine_open(&(rd_engine_place){.endpoint = f->endpoint}, &f->engine,
				 NULL),
		RD_OK);
	return (rd_docker *)f->engine;
}

static void stop(fake *f)
{
	eventfd_write(f->end_fd, 1);
	pthread_join(f->thread, NULL);
	close(f->fd);
	close(f->end_fd);
	unlink(f->path);
	rmdir(f->dir);
	rd_engine_close(f->engine);
	rd_str_done(&f->seen);
}

static rd_code open_at(const char *endpoint, rd_engine **ret_engine)
{
	RD_AUTO(rd_engine_place_done) rd_engine_place p = {.endpoint = rd_strdup(endpoint)};

	return rd_engine_open(&p, ret_engine, NULL);
}

static void engine_open__takes_endpoints(void **state)
{
	static const char *const good[] = {"unix:///var/run/docker.sock", "tcp://host:2376",
		"tcp://host", "tcp://[::1]:2375", "https://host/", "http://host:1", "ssh://host",
		"ssh://u@host", "ssh://a.b@c@host:22", "ssh://u@[::1]:2222",
		"ssh://host/run/docker.sock", "ssh://host/"};
	static const char *const bad[] = {"", "foo", "unix://", "unix://relative", "tcp://",
		"tcp://a b", "tcp://host:0", "tcp://host:99999", "tcp://host:x",
		"tcp://host:", "tcp://:1", "tcp://me:secret@host:1", "tcp://[::1", "tcp://[a/b]:1",
		"c4.large", "ssh://", "ssh://@host", "ssh://u@", "ssh://-oProxyCommand=x",
		"ssh://-u@host", "ssh://u:p@host", "ssh://host:0", "ssh://host:99999",
		"ssh://host:", "ssh://[::1", "ssh://[::1]x", "ssh://h$(x)", "ssh://h/a:b",
		"ssh://h/a b"};
	rd_engine *e;

	(void)state;
	for (size_t i = 0; i < RD_LEN(good); i++) {
		assert_int_equal(open_at(good[i], &e), RD_OK);
		assert_string_equal(e->endpoint, good[i]);
		rd_engine_close(e);
	}
	for (size_t i = 0; i < RD_LEN(bad); i++)
		assert_int_equal(open_at(bad[i], &e), RD_EINVAL);
}

static void engine_open__finds_the_place_of_the_port(void **state)
{
	static const char *const pairs[][2] = {{"tcp://host", "http://host:2375"},
		{"tcp://host/", "http://host:2375"}, {"tcp://host:1/", "http://host:1"},
		{"tcp://host/a/b:c/", "http://host:2375/a/b:c"},
		{"https://[::1]/a", "https://[::1]:2376/a"},
		{"http://[::1]:3/a", "http://[::1]:3/a"}};
	rd_engine *e;

	(void)state;
	for (size_t i = 0; i < RD_LEN(pairs); i++) {
		assert_int_equal(open_at(pairs[i][0], &e), RD_OK);
		assert_string_equal(rd_http_base(((rd_docker *)e)->http), pairs[i][1]);
		rd_engine_close(e);
	}
}

static void settle__speaks_the_newest_version_of_both(void **state)
{
	static const struct {
		const char *newest, *oldest, *spoken;
		rd_code code;
	} cases[] = {
		{"1.41", "1.12", "1.41", RD_OK},
		{"1.24", "1.12", "1.24", RD_OK},
		{"1.99", "1.44", "1.47", RD_OK},
		{"1.23", "1.12", "", RD_EUNSUPPORTED},
		{"1.99", "1.60", "", RD_EUNSUPPORTED},
		{"2.0", "2.0", "", RD_EREMOTE},
		{"", "", "", RD_EREMOTE},
	};

	(void)state;
	for (size_t i = 0; i < RD_LEN(cases); i++) {
		char text[256];
		route routes[] = {{"GET /version ", text}, {NULL, NULL}};
		rd_err err = {0};
		fake f;
		rd_docker *d;

		snprintf(text, sizeof(text),
			OK_JSON("{\"ApiVersion\":\"%s\",\"MinAPIVersion\":\"%s\"}"),
			cases[i].newest, cases[i].oldest);
		d = start(&f, routes);
		assert_int_equal(rd_docker_settle(d, &err), cases[i].code);
		if (!cases[i].code)
			assert_string_equal(d->api, cases[i].spoken);
		else
			assert_non_null(strstr(err.msg, f.endpoint));
		stop(&f);
	}
}

static void call__maps_refusals_to_codes(void **state)
{
	static const struct {
		const char *answer;
		rd_code code;
		const char *said;
	} cases[] = {
		{"HTTP/1.1 404 X\r\nConnection: close\r\n\r\n{\"message\":\"No such image: x\"}",
			RD_ENOENT, "No such image: x"},
		{"HTTP/1.1 409 X\r\nConnection: close\r\n\r\n{\"message\":\"in use\\nby y\"}",
			RD_EBUSY, "in use"},
		{"HTTP/1.1 403 X\r\nConnection: close\r\n\r\n{\"message\":\"no\"}", RD_EPERM, "no"},
		{"HTTP/1.1 400 X\r\nConnection: close\r\n\r\n{\"message\":\"no\"}", RD_EINVAL,
			"no"},
		{"HTTP/1.1 500 X\r\nConnection: close\r\n\r\nbroken", RD_EREMOTE, "status 500"},
		{OK_JSON("not json"), RD_EPARSE, "invalid JSON"},
	};

	(void)state;
	for (size_t i = 0; i < RD_LEN(cases); i++) {
		route routes[] = {{"GET /version ", VERSION_141},
			{"GET /v1.41/thing ", cases[i].answer}, {NULL, NULL}};
		rd_err err = {0};
		json_t *o = NULL;
		fake f;
		rd_docker *d = start(&f, routes);

		assert_int_equal(rd_docker_call(d, "GET", "/thing", &o, &err), cases[i].code);
		assert_non_null(strstr(err.msg, cases[i].said));
		stop(&f);
	}
}

static rd_code ignore(void *arg, const rd_step_event *ev, rd_err *err)
{
	(void)err;
	if (ev->kind == RD_STEP_LOG)
		rd_str_putn(arg, ev->bytes, ev->n);
	return RD_OK;
}

/* A build that is answered with that. */
static rd_code build_with(const char *answer_text, fake *f, rd_err *err)
{
	static const route other = {NULL, NULL};
	static route routes[3];
	rd_str log = RD_STR_INIT(0);
	rd_kvs args = {0};
	rd_reader *context = NULL;
	rd_engine_build b = {.dockerfile = "a b/Dockerfile", .build_id = "BABC", .args = &args};
	char id[80] = "";
	rd_code code;

	routes[0] = (route){"GET /version ", VERSION_141};
	routes[1] = (route){"POST /v1.41/build?", answer_text};
	routes[2] = other;
	assert_true(rd_kvs_set(&args, "KEY", "a&b=\"c\""));
	assert_int_equal(rd_reader_mem("tar", 3, &context, NULL), RD_OK);
	b.context = context;
	start(f, routes);
	code = f->engine->ops->build(f->engine, &b, ignore, &log, NULL, id, err);
	if (code == RD_OK)
		assert_string_equal(id, "sha256:1");
	rd_reader_close(context);
	rd_kvs_done(&args);
	rd_str_done(&log);
	return code;
}

static void build__asks_with_all_that_it_was_given(void **state)
{
	fake f;
	rd_err err = {0};

	(void)state;
	assert_int_equal(build_with(OK_JSON("{\"aux\":{\"ID\":\"sha256:1\"}}"), &f, &err), RD_OK);
	assert_non_null(strstr(rd_str_get(&f.seen), "version=2"));
	assert_non_null(strstr(rd_str_get(&f.seen), "&buildid=BABC.1&"));
	assert_non_null(strstr(rd_str_get(&f.seen), "dockerfile=a%20b/Dockerfile"));
	assert_non_null(strstr(rd_str_get(&f.seen),
		"buildargs=%7B%22KEY%22:%22a%26b%3D%5C%22c%5C%22%22%7D"));
	assert_non_null(strstr(rd_str_get(&f.seen),
		"labels=%7B%22rackdeck.build%22:%22BABC%22%7D"));
	assert_null(strstr(rd_str_get(&f.seen), "pull="));
	assert_non_null(strstr(rd_str_get(&f.seen), "3\r\ntar\r\n0\r\n\r\n"));
	stop(&f);
}

static void build__takes_the_outcome_from_the_stream(void **state)
{
	static const struct {
		const char *answer;
		rd_code code;
		const char *said;
	} cases[] = {
		{OK_JSON("{\"stream\":\"x\"}{\"errorDetail\":{\"message\":\"no way\"}}"),
			RD_EFAILED, "no way"},
		{OK_JSON("{\"stream\":\"Successfully built 123456789012\\n\"}"), RD_EUNAVAIL,
			"without a result"},
		{OK_JSON(""), RD_EUNAVAIL, "without a result"},
		{OK_JSON("{\"stream\":\"cut"), RD_EUNAVAIL, "without a result"},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{\"stream\"",
			RD_EUNAVAIL, "was lost"},
		{OK_JSON("<html>"), RD_EPARSE, "JSON"},
		{"HTTP/1.1 500 X\r\nConnection: close\r\n\r\n{\"message\":\"dockerfile parse "
		 "error\"}",
			RD_EFAILED, "dockerfile parse error"},
	};

	(void)state;
	for (size_t i = 0; i < RD_LEN(cases); i++) {
		fake f;
		rd_err err = {0};

		assert_int_equal(build_with(cases[i].answer, &f, &err), cases[i].code);
		assert_int_equal(err.code, cases[i].code);
		assert_non_null(strstr(err.msg, cases[i].said));
		stop(&f);
	}
}

static void pull__tells_what_a_registry_says(void **state)
{
	static const struct {
		const char *answer;
		rd_code code;
	} cases[] = {
		{OK_JSON("{\"status\":\"Pulling\",\"id\":\"1\"}"), RD_OK},
		{OK_JSON("{\"error\":\"manifest unknown: manifest unknown\"}"), RD_ENOENT},
		{OK_JSON("{\"error\":\"unauthorized: authentication required\"}"), RD_EPERM},
		{OK_JSON("{\"error\":\"dial tcp: connection refused\"}"), RD_EREMOTE},
		{"HTTP/1.1 404 X\r\nConnection: close\r\n\r\n{\"message\":\"pull access denied for "
		 "x, "
		 "repository does not exist or may require 'docker login'\"}",
			RD_EPERM},
		{"HTTP/1.1 404 X\r\nConnection: close\r\n\r\n{\"message\":\"manifest for x not "
		 "found\"}",
			RD_ENOENT},
		{"HTTP/1.1 500 X\r\nConnection: close\r\n\r\n{\"message\":\"Get \\\"https://x\\\": "
		 "no such host\"}",
			RD_EREMOTE},
	};

	(void)state;
	for (size_t i = 0; i < RD_LEN(cases); i++) {
		route routes[] = {{"GET /version ", VERSION_141},
			{"POST /v1.41/images/create?fromImage=r.example.com:5000/a/b&tag=2 ",
				cases[i].answer},
			{NULL, NULL}};
		rd_str log = RD_STR_INIT(0);
		rd_kvs auth = {0};
		rd_err err = {0};
		fake f;

		start(&f, routes);
		assert_true(rd_kvs_set(&auth, "https://r.example.com:5000", "me:pass:word"));
		assert_int_equal(f.engine->ops->pull(f.engine, "r.example.com:5000/a/b:2", &auth,
					 ignore, &log, NULL, &err),
			cases[i].code);
		assert_null(strstr(err.msg, "pass:word"));
		/* {"username":"me","password":"pass:word",… */
		assert_non_null(strstr(rd_str_get(&f.seen),
			"X-Registry-Auth: eyJ1c2VybmFtZSI6Im1lIiwicGFzc3dvcmQiOiJwYXNzOndvcmQi"));
		stop(&f);
		rd_kvs_done(&auth);
		rd_str_done(&log);
	}
}

static void inspect__reads_an_image(void **state)
{
	static const route routes[] = {{"GET /version ", VERSION_141},
		{"GET /v1.41/images/a/b:c/json ",
			OK_JSON("{\"Id\":\"sha256:9\",\"RepoTags\":[\"a/b:c\",\"docker.io/a/b:d\","
				"\"docker.io/library/x:1\",\"localhost/x:1\"],\"Size\":7,"
				"\"Created\":\"2026-01-01T00:00:00Z\",\"RepoDigests\":null,"
				"\"Config\":{\"Entrypoint\":[\"/x\",\"y "
				"z\"],\"Labels\":{\"k\":\"v\"}},"
				"\"RootFS\":{\"Type\":\"layers\",\"Layers\":[\"sha256:1\",\"sha256:"
				"2\"]}}")},
		{NULL, NULL}};
	rd_engine_image i = {0};
	fake f;

	(void)state;
	start(&f, routes);
	assert_int_equal(f.engine->ops->inspect(f.engine, "a/b:c", &i, NULL), RD_OK);
	assert_string_equal(i.id, "sha256:9");
	assert_int_equal(i.size_bytes, 7);
	assert_int_equal(i.layers.len, 2);
	assert_int_equal(i.tags.len, 4);
	assert_string_equal(i.tags.items[1], "a/b:d");
	assert_string_equal(i.tags.items[2], "x:1");
	assert_string_equal(i.tags.items[3], "localhost/x:1");
	assert_int_equal(i.digests.len, 0);
	assert_string_equal(i.entrypoint.items[1], "y z");
	assert_string_equal(rd_kvs_get(&i.labels, "k"), "v");
	rd_engine_image_done(&i);
	assert_int_equal(f.engine->ops->inspect(f.engine, "a/b:d", &i, NULL), RD_ENOENT);
	assert_int_equal(f.engine->ops->remove(f.engine, "a/b:d", NULL), RD_OK);
	stop(&f);
}

static void sweep__refuses_what_is_no_id(void **state)
{
	static const route routes[] = {{"GET /version ", VERSION_141}, {NULL, NULL}};
	fake f;

	(void)state;
	start(&f, routes);
	assert_int_equal(f.engine->ops->sweep(f.engine, "", NULL), RD_EINVAL);
	assert_int_equal(f.engine->ops->sweep(f.engine, "../x", NULL), RD_EINVAL);
	assert_int_equal(f.engine->ops->sweep(f.engine, "a\"b", NULL), RD_EINVAL);
	assert_string_equal(rd_str_get(&f.seen), "");
	stop(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(engine_open__takes_endpoints),
		cmocka_unit_test(engine_open__finds_the_place_of_the_port),
		cmocka_unit_test(settle__speaks_the_newest_version_of_both),
		cmocka_unit_test(call__maps_refusals_to_codes),
		cmocka_unit_test(build__asks_with_all_that_it_was_given),
		cmocka_unit_test(build__takes_the_outcome_from_the_stream),
		cmocka_unit_test(pull__tells_what_a_registry_says),
		cmocka_unit_test(inspect__reads_an_image),
		cmocka_unit_test(sweep__refuses_what_is_no_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

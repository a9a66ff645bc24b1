/* SPDX-License-Identifier: MIT */
/* Tests of a build's stream against a small engine on a unix socket, which prints a line and then works
 * until its client goes; and hangs when it is asked something. */
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/engine/engine.h"
#include "tests/unit/unit.h"

#define HOLD_MS 60000 /* then the engine gives up on a client that does not go */

static const char version[] =
	"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"ApiVersion\":\"1.41\"}";
static const char line[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			   "15\r\n{\"stream\":\"hello\\n\"}\n\r\n";
static const char empty[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

typedef struct engine {
	char dir[32], path[64], endpoint[80];
	int fd;
	pthread_t thread;
	bool client_went;   /* while a build was at work, or a question left open */
	rd_cancel *to_fire; /* by a question; NULL: none */
} engine;

static void say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void answer(engine *e, int fd, const rd_str *request)
{
	struct pollfd end = {fd, POLLIN, 0};
	char byte;

	if (strstr(rd_str_get(request), "/version ")) {
		say(fd, version);
	} else if (strstr(rd_str_get(request), "/build?")) {
		say(fd, line);
		e->client_went = poll(&end, 1, HOLD_MS) > 0 && read(fd, &byte, 1) <= 0;
	} else if (strstr(rd_str_get(request), "GET ")) {
		rd_cancel_fire(e->to_fire);
		e->client_went = poll(&end, 1, HOLD_MS) > 0 && read(fd, &byte, 1) <= 0;
	} else {
		say(fd, empty);
	}
}

static void *serve(void *arg)
{
	engine *e = arg;

	for (;;) {
		RD_AUTOCLOSE int fd = accept4(e->fd, NULL, NULL, SOCK_CLOEXEC);
		RD_STR_AUTO rd_str request = RD_STR_INIT(0);
		const char *end = "\r\n\r\n";
		char buf[4096];
		ssize_t n = 1;

		if (fd < 0)
			return NULL;
		while (n > 0 && !strstr(rd_str_get(&request), end)) {
			n = read(fd, buf, sizeof(buf));
			rd_str_putn(&request, buf, n > 0 ? (size_t)n : 0);
			if (strstr(rd_str_get(&request), "chunked"))
				end = "\r\n0\r\n\r\n";
		}
		answer(e, fd, &request);
	}
}

static void start(engine *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(e->dir, sizeof(e->dir), "/tmp/rd-stream-XXXXXX");
	assert_non_null(mkdtemp(e->dir));
	snprintf(e->path, sizeof(e->path), "%s/s", e->dir);
	snprintf(e->endpoint, sizeof(e->endpoint), "unix://%s", e->path);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", e->path);
	e->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(e->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(e->fd, 4), 0);
	assert_int_equal(pthread_create(&e->thread, NULL, serve, e), 0);
}

static void stop(engine *e)
{
	shutdown(e->fd, SHUT_RDWR);
	pthread_join(e->thread, NULL);
	close(e->fd);
	unlink(e->path);
	rmdir(e->dir);
}

static rd_code cancel_at_output(void *arg, const rd_step_event *ev, rd_err *err)
{
	(void)err;
	if (ev->kind == RD_STEP_LOG)
		rd_cancel_fire(arg);
	return RD_OK;
}

static void engine_build__ends_when_canceled_while_output_is_handled(void **state)
{
	rd_engine_build b = {.build_id = "BTEST", .dockerfile = "Dockerfile"};
	RD_AUTO(rd_reader_closep) rd_reader *context = NULL;
	rd_cancel *cancel = NULL;
	rd_engine *client = NULL;
	engine e = {0};
	rd_err err = {0};
	char id[80];

	(void)state;
	start(&e);
	assert_int_equal(rd_engine_open(&(rd_engine_place){.endpoint = e.endpoint}, &client, &err),
		RD_OK);
	assert_int_equal(rd_cancel_new(&cancel, &err), RD_OK);
	assert_int_equal(rd_reader_mem("tar", 3, &context, &err), RD_OK);
	b.context = context;
	assert_int_equal(client->ops->build(client, &b, cancel_at_output, cancel, cancel, id, &err),
		RD_ECANCELED);
	rd_engine_close(client);
	rd_cancel_free(cancel);
	stop(&e);
	assert_true(e.client_went);
}

static void engine_build__does_not_begin_once_canceled(void **state)
{
	rd_engine_build b = {.build_id = "BTEST", .dockerfile = "Dockerfile"};
	RD_AUTO(rd_reader_closep) rd_reader *context = NULL;
	rd_cancel *cancel = NULL;
	rd_engine *client = NULL;
	engine e = {0};
	rd_err err = {0};
	char id[80];

	(void)state;
	start(&e);
	assert_int_equal(rd_engine_open(&(rd_engine_place){.endpoint = e.endpoint}, &client, &err),
		RD_OK);
	assert_int_equal(rd_cancel_new(&cancel, &err), RD_OK);
	rd_cancel_fire(cancel);
	assert_int_equal(rd_reader_mem("tar", 3, &context, &err), RD_OK);
	b.context = context;
	assert_int_equal(client->ops->build(client, &b, cancel_at_output, cancel, cancel, id, &err),
		RD_ECANCELED);
	rd_engine_close(client);
	rd_cancel_free(cancel);
	stop(&e);
}

static void engine_inspect__of_an_engine_that_hangs_ends_with_the_cancel(void **state)
{
	rd_engine_image image = {0};
	rd_engine *client = NULL;
	engine e = {0};
	rd_err err = {0};

	(void)state;
	assert_int_equal(rd_cancel_new(&e.to_fire, &err), RD_OK);
	start(&e);
	assert_int_equal(rd_engine_open(&(rd_engine_place){.endpoint = e.endpoint}, &client, &err),
		RD_OK);
	client->cancel = e.to_fire;
	assert_int_equal(client->ops->inspect(client, "local/x", &image, &err), RD_ECANCELED);
	rd_engine_close(client);
	stop(&e);
	rd_cancel_free(e.to_fire);
	assert_true(e.client_went);
}

static void engine_info__of_an_engine_that_hangs_ends_with_the_patience(void **state)
{
	rd_engine_info info = {0};
	rd_engine *client = NULL;
	engine e = {0};
	rd_err err = {0};

	(void)state;
	start(&e);
	assert_int_equal(rd_engine_open(&(rd_engine_place){.endpoint = e.endpoint}, &client, &err),
		RD_OK);
	client->patience_ms = 1000; /* the question before is answered within it */
	assert_int_equal(client->ops->info(client, &info, &err), RD_ETIMEOUT);
	rd_engine_close(client);
	stop(&e);
	assert_true(e.client_went);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engine_build__ends_when_canceled_while_output_is_handled),
		cmocka_unit_test(engine_build__does_not_begin_once_canceled),
		cmocka_unit_test(engine_inspect__of_an_engine_that_hangs_ends_with_the_cancel),
		cmocka_unit_test(engine_info__of_an_engine_that_hangs_ends_with_the_patience),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

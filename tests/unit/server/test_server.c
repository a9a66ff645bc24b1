/* SPDX-License-Identifier: MIT */
/* Tests of the server's manners, over a rack that does what each test wants: slow work, silent clients, answers
 * that come before a body has ended, exports that fail. */
#include "core/server/server.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/io/http.h"
#include "tests/unit/unit.h"

#define IDLE_S 1
#define LONGER_MS 2100
#define LARGE ((uint64_t)200 << 20)

static rd_server *server;
static rd_http *http;
static int export_bytes;     /* that the rack writes before it fails; -1: it does not fail */
static pthread_mutex_t lock; /* held by a test: uploads wait */
static sem_t has_begun;      /* an upload is with the rack */

static void be_slow(void)
{
	poll(NULL, 0, LONGER_MS);
}

/* ---- the rack ---- */

static rd_code get_system(rd_rack *r RD_UNUSED, rd_system *ret_system, rd_err *err RD_UNUSED)
{
	be_slow();
	*ret_system = (rd_system){.name = rd_strdup("slow"), .version = rd_strdup("1")};
	return RD_OK;
}

static rd_code export_build(rd_rack *r RD_UNUSED, const char *app RD_UNUSED,
	const char *id RD_UNUSED, int fd, void (*progress)(void *arg, uint64_t bytes) RD_UNUSED,
	void *arg RD_UNUSED, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	char byte = 'x';

	be_slow();
	for (int i = 0; i < export_bytes; i++)
		if (write(fd, &byte, 1) != 1)
			return rd_err_set(err, RD_EUNAVAIL, "nobody reads");
	if (export_bytes >= 0)
		return rd_err_set(err, RD_EINVAL, "it cannot be exported");
	be_slow();
	return write(fd, &byte, 1) == 1 ? RD_OK : RD_EIO;
}

/* Looks at the first bytes, as one that sees that they are no archive. */
static rd_code import_build(rd_rack *r RD_UNUSED, const char *app RD_UNUSED, rd_reader *in,
	rd_cancel *cancel RD_UNUSED, rd_build *ret_build RD_UNUSED, rd_err *err)
{
	char part[100];
	size_t n = 0;

	if (rd_read(in, part, sizeof(part), &n, err))
		return RD_EUNAVAIL;
	return rd_err_set(err, RD_EPARSE, "this is no archive");
}

static rd_code put_object(rd_rack *r RD_UNUSED, const char *app RD_UNUSED, rd_reader *tar,
	void (*progress)(void *arg, uint64_t bytes) RD_UNUSED, void *arg RD_UNUSED,
	rd_cancel *cancel RD_UNUSED, char **ret_url, rd_err *err)
{
	char part[100];
	size_t n = 1;
	rd_code rc = RD_OK;

	sem_post(&has_begun);
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	while (!rc && n)
		rc = rd_read(tar, part, sizeof(part), &n, err);
	*ret_url = rc ? NULL : rd_strdup("object://app/x");
	return rc;
}

static rd_code get_app(rd_rack *r RD_UNUSED, const char *app RD_UNUSED, rd_app *ret_app RD_UNUSED,
	rd_err *err RD_UNUSED)
{
	return RD_OK;
}

static const struct rd_rack_apps apps = {.get = get_app};
static const struct rd_rack_system slow_system = {.get = get_system};
static const struct rd_rack_builds builds = {.export = export_build, .import = import_build};
static const struct rd_rack_objects objects = {.put = put_object};
static rd_rack rack = {.name = "slow",
	.apps = &apps,
	.system = &slow_system,
	.builds = &builds,
	.objects = &objects};

static int start(void **state RD_UNUSED)
{
	rd_server_opts opts = {.rack = &rack,
		.host = "127.0.0.1",
		.password = "pw",
		.max_uploads = 1,
		.idle_s = IDLE_S};
	char base[64];

	pthread_mutex_init(&lock, NULL);
	sem_init(&has_begun, 0, 0);
	assert_int_equal(rd_server_start(&opts, &server, NULL), RD_OK);
	snprintf(base, sizeof(base), "http://127.0.0.1:%d", rd_server_port(server));
	assert_int_equal(rd_http_open(&(rd_http_opts){.base = base}, &http, NULL), RD_OK);
	return 0;
}

static int stop(void **state RD_UNUSED)
{
	http = rd_http_close(http);
	server = rd_server_stop(server);
	pthread_mutex_destroy(&lock);
	sem_destroy(&has_begun);
	return 0;
}

/* ---- asking ---- */

/* "Basic convox:pw" */
static rd_code ask(const char *method, const char *path, rd_reader *body, rd_http_answer *ret)
{
	char login[] = "Authorization: Basic Y29udm94OnB3";
	char *items[] = {login};
	rd_strs headers = {.items = items, .len = 1};
	rd_http_request rq = {
		.method = method, .path = path, .headers = &headers, .body_stream = body};

	return rd_http_do(http, &rq, ret, NULL);
}

static int dial(const char *text)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)rd_server_port(server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

/* ---- the tests ---- */

static void work_that_lasts__is_not_the_clients_silence(void **state RD_UNUSED)
{
	rd_http_answer a;

	assert_int_equal(ask("GET", "/system?", NULL, &a), RD_OK);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(rd_str_get(&a.body), "\"slow\""));
	rd_http_answer_done(&a);
}

static void an_export_that_pauses__comes_whole(void **state RD_UNUSED)
{
	rd_http_answer a;

	export_bytes = -1;
	assert_int_equal(ask("GET", "/apps/app/builds/BX.tgz?", NULL, &a), RD_OK);
	assert_int_equal(a.status, 200);
	assert_string_equal(rd_str_get(&a.body), "x");
	rd_http_answer_done(&a);
}

static void an_export_that_fails_at_once__says_why(void **state RD_UNUSED)
{
	rd_http_answer a;

	export_bytes = 0;
	assert_int_equal(ask("GET", "/apps/app/builds/BX.tgz", NULL, &a), RD_OK);
	assert_int_equal(a.status, 400);
	assert_string_equal(rd_str_get(&a.body), "it cannot be exported\n");
	rd_http_answer_done(&a);
}

static void an_export_that_fails_later__is_cut(void **state RD_UNUSED)
{
	rd_http_answer a;

	export_bytes = 1000;
	assert_int_equal(ask("GET", "/apps/app/builds/BX.tgz", NULL, &a), RD_EUNAVAIL);
	assert_int_equal(a.status, 200);
	rd_http_answer_done(&a);
}

static void a_silent_client__is_let_go(void **state RD_UNUSED)
{
	int fd = dial("GET /system HTTP/1.1\r\nHost: 127.");
	char byte;

	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

/* Gives LARGE bytes and counts. */
typedef struct giver {
	rd_reader base;
	uint64_t bytes;
} giver;

static rd_code give(rd_reader *r, void *to, size_t cap, size_t *ret_n, rd_err *err RD_UNUSED)
{
	giver *g = (giver *)r;

	*ret_n = LARGE - g->bytes < cap ? (size_t)(LARGE - g->bytes) : cap;
	memset(to, 'x', *ret_n);
	g->bytes += *ret_n;
	return RD_OK;
}

static const struct rd_reader_ops giver_ops = {give, NULL};

static void a_body_that_nobody_takes__is_answered_before_its_end(void **state RD_UNUSED)
{
	giver g = {{&giver_ops}, 0};
	rd_http_answer a;

	assert_int_equal(ask("POST", "/apps/app/builds/import", &g.base, &a), RD_OK);
	assert_int_equal(a.status, 400);
	assert_string_equal(rd_str_get(&a.body), "this is no archive\n");
	assert_true(g.bytes < LARGE);
	rd_http_answer_done(&a);
}

static void a_large_body_without_a_route__is_answered_before_its_end(void **state RD_UNUSED)
{
	giver g = {{&giver_ops}, 0};
	rd_http_answer a;

	assert_int_equal(ask("POST", "/nowhere", &g.base, &a), RD_OK);
	assert_int_equal(a.status, 404);
	assert_true(g.bytes < LARGE);
	rd_http_answer_done(&a);
}

static void *upload(void *arg)
{
	rd_reader *body = NULL;
	rd_http_answer a;

	if (!rd_reader_mem("x", 1, &body, NULL)) {
		if (!ask("POST", "/apps/app/objects/tmp/x.tgz", body, &a))
			*(int *)arg = a.status;
		rd_http_answer_done(&a);
	}
	rd_reader_close(body);
	return NULL;
}

static void uploads__are_so_many_at_once(void **state RD_UNUSED)
{
	pthread_t thread;
	int first = 0, second = 0, third = 0;

	pthread_mutex_lock(&lock);
	assert_int_equal(pthread_create(&thread, NULL, upload, &first), 0);
	assert_int_equal(sem_wait(&has_begun), 0);
	upload(&second);
	pthread_mutex_unlock(&lock);
	assert_int_equal(pthread_join(thread, NULL), 0);
	upload(&third);
	assert_int_equal(first, 200);
	assert_int_equal(second, 429);
	assert_int_equal(third, 200);
}

static void wrong_passwords__wait_ever_longer(void **state RD_UNUSED)
{
	/* "Basic convox:no" */
	char login[] = "Authorization: Basic Y29udm94Om5v";
	char *items[] = {login};
	rd_strs headers = {.items = items, .len = 1};
	int64_t began_us = rd_now_us();

	for (int i = 0; i < 5; i++) {
		rd_http_request rq = {.method = "GET", .path = "/auth", .headers = &headers};
		rd_http_answer a;

		assert_int_equal(rd_http_do(http, &rq, &a, NULL), RD_OK);
		assert_int_equal(a.status, 401);
		rd_http_answer_done(&a);
	}
	/* The fourth waits 0.3 s and the fifth twice as long. */
	assert_true(rd_now_us() - began_us >= 900000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(work_that_lasts__is_not_the_clients_silence, start,
			stop),
		cmocka_unit_test_setup_teardown(an_export_that_pauses__comes_whole, start, stop),
		cmocka_unit_test_setup_teardown(an_export_that_fails_at_once__says_why, start,
			stop),
		cmocka_unit_test_setup_teardown(an_export_that_fails_later__is_cut, start, stop),
		cmocka_unit_test_setup_teardown(a_silent_client__is_let_go, start, stop),
		cmocka_unit_test_setup_teardown(
			a_body_that_nobody_takes__is_answered_before_its_end, start, stop),
		cmocka_unit_test_setup_teardown(
			a_large_body_without_a_route__is_answered_before_its_end, start, stop),
		cmocka_unit_test_setup_teardown(wrong_passwords__wait_ever_longer, start, stop),
		cmocka_unit_test_setup_teardown(uploads__are_so_many_at_once, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Tests of the server against clients that mean it no good: heads with two meanings, bytes that trickle, frames that
 * lie. */
#include "core/server/server.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/unit/unit.h"

#define IDLE_S 1
#define TRICKLE_MS 100
#define LONGER_MS 2500
#define MOST_MS 60000
#define VANISHING 500
#define HOST "Host: 127.0.0.1\r\n"
#define LOGIN HOST "Authorization: Basic Y29udm94OnB3\r\n" /* convox:pw */
#define UPGRADE "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
#define LOG "GET /apps/app/builds/BX/logs HTTP/1.1\r\n"

static rd_server *server;
static bool has_events, is_away;
static _Atomic int looks; /* at the build, until it is over */

/* ---- a rack with one build, which runs for ever ---- */

static rd_code get_app(rd_rack *r RD_UNUSED, const char *name, rd_app *ret_app, rd_err *err)
{
	if (strcmp(name, "app") != 0)
		return rd_err_set(err, RD_ENOENT, "no such app");
	*ret_app = (rd_app){.release = rd_strdup("R1")};
	return RD_OK;
}

/* With a value that is no text. */
static rd_code get_release(rd_rack *r RD_UNUSED, const char *app RD_UNUSED,
	const char *id RD_UNUSED, rd_release *ret_release, rd_err *err RD_UNUSED)
{
	*ret_release = (rd_release){.env = rd_strdup("HOST=a\xff.example.com"),
		.manifest = rd_strdup("services:\n  web:\n    image: x\n    port: 3000\n"
				      "    domain: ${HOST}\n")};
	return RD_OK;
}

static rd_code get_build(rd_rack *r RD_UNUSED, const char *app RD_UNUSED, const char *id RD_UNUSED,
	rd_build *ret_build, rd_err *err)
{
	if (is_away && looks <= 0)
		return rd_err_set(err, RD_EUNAVAIL, "the rack is away");
	*ret_build = (rd_build){.status = rd_strdup(looks-- > 0 ? "running" : "complete")};
	return RD_OK;
}

static rd_code open_log(rd_rack *r RD_UNUSED, const char *app RD_UNUSED, const char *id RD_UNUSED,
	rd_log_files *ret_files, rd_err *err)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	if (fd < 0 || write(fd, "hello\n", 6) != 6)
		return rd_err_set(err, RD_EIO, "no log");
	*ret_files = (rd_log_files){fd, -1, NULL};
	return RD_OK;
}

struct rd_events {
	int fd;
};

static rd_code open_events(rd_rack *r RD_UNUSED, rd_events **ret_events, rd_err *err)
{
	if (!has_events)
		return rd_err_set(err, RD_ELIMIT, "there are too many");
	*ret_events = malloc(sizeof(**ret_events));
	(*ret_events)->fd = eventfd(0, EFD_CLOEXEC);
	return RD_OK;
}

static int fd_of(rd_events *e)
{
	return e->fd;
}

static rd_code take_events(rd_events *e RD_UNUSED, unsigned *ret_changes, rd_err *err RD_UNUSED)
{
	*ret_changes = 0;
	return RD_OK;
}

static void close_events(rd_events *e)
{
	close(e->fd);
	free(e);
}

static rd_code put_object(rd_rack *r RD_UNUSED, const char *app RD_UNUSED, rd_reader *tar,
	void (*progress)(void *arg, uint64_t bytes) RD_UNUSED, void *arg RD_UNUSED,
	rd_cancel *cancel RD_UNUSED, char **ret_url, rd_err *err)
{
	char part[100];
	size_t n = 1;
	rd_code rc = RD_OK;

	while (!rc && n)
		rc = rd_read(tar, part, sizeof(part), &n, err);
	*ret_url = rc ? NULL : rd_strdup("object://app/x");
	return rc;
}

static const struct rd_rack_apps apps = {.get = get_app};
static const struct rd_rack_builds builds = {.get = get_build};
static const struct rd_rack_releases releases = {.get = get_release};
static const struct rd_rack_logs logs = {.open = open_log};
static const struct rd_rack_objects objects = {.put = put_object};
static const struct rd_rack_events events = {
	.open = open_events, .fd = fd_of, .take = take_events, .close = close_events};
static rd_rack rack = {.name = "rack",
	.apps = &apps,
	.builds = &builds,
	.releases = &releases,
	.logs = &logs,
	.objects = &objects,
	.events = &events};

static int start(void **state RD_UNUSED)
{
	rd_server_opts opts = {
		.rack = &rack, .host = "127.0.0.1", .password = "pw", .idle_s = IDLE_S};

	has_events = true;
	is_away = false;
	looks = INT_MAX;
	assert_int_equal(rd_server_start(&opts, &server, NULL), RD_OK);
	return 0;
}

static int stop(void **state RD_UNUSED)
{
	server = rd_server_stop(server);
	return 0;
}

/* ---- clients ---- */

static int dial(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)rd_server_port(server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* Reads what comes until it holds @wanted (NULL: until the end), into @out. */
static void hear(int fd, const char *wanted, rd_str *out)
{
	int64_t until_us = rd_now_us() + MOST_MS * 1000LL;
	char buf[4096];

	while (!wanted || !strstr(rd_str_get(out), wanted)) {
		struct pollfd p = {fd, POLLIN, 0};
		ssize_t n;

		assert_true(rd_now_us() < until_us);
		assert_true(poll(&p, 1, MOST_MS) >= 0);
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return;
		if (n > 0)
			rd_str_putn(out, buf, (size_t)n);
	}
}

/* What is answered to that, until "\r\n\r\n" at least. */
static void expect_head(const char *request, const char *wanted)
{
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
	int fd = dial();

	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	hear(fd, "\r\n\r\n", &answer);
	close(fd);
	if (strncmp(rd_str_get(&answer), wanted, strlen(wanted)) != 0)
		fail_msg("wanted '%s' for '%s', got '%s'", wanted, request, rd_str_get(&answer));
}

/* A byte of @text now and then, at most for max_ms. @returns whether the server let it go. */
static bool trickle(int fd, const char *text, int max_ms)
{
	int64_t until_us = rd_now_us() + max_ms * 1000LL;

	while (*text && rd_now_us() < until_us) {
		struct pollfd p = {fd, POLLIN, 0};

		if (send(fd, text++, 1, MSG_NOSIGNAL) != 1)
			return true;
		if (poll(&p, 1, TRICKLE_MS) > 0)
			return true;
	}
	return false;
}

/* ---- the tests ---- */

static void a_head_with_two_meanings__is_refused(void **state RD_UNUSED)
{
	static const char *const heads[] = {
		"POST /events HTTP/1.1\r\n" LOGIN
		"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /events HTTP/1.1\r\n" LOGIN "Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
		"POST /events HTTP/1.1\r\n" LOGIN "Content-Length: -1\r\n\r\n",
		"POST /events HTTP/1.1\r\n" LOGIN "Transfer-Encoding: xchunked\r\n\r\n",
		"POST /events HTTP/1.1\r\n" LOGIN "Transfer-Encoding: gzip, chunked\r\n\r\n",
		"POST /events HTTP/1.1\r\n" LOGIN "Transfer-Encoding : chunked\r\n\r\n",
		"POST /events HTTP/1.1\r\n" LOGIN
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		"GET /check HTTP/1.1\r\n" HOST "Host: evil.example.com\r\n\r\n",
		"GET /check HTTP/1.1\r\n\r\n",
		"GET /check HTTP/1.1\r\n" LOGIN "Authorization: Basic eDp5\r\n\r\n",
	};

	for (size_t i = 0; i < RD_LEN(heads); i++)
		expect_head(heads[i], "HTTP/1.1 400 ");
	expect_head("GET /check HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 ");
	expect_head("HEAD /check HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 ");
}

static void a_handshake_that_is_none__is_refused(void **state RD_UNUSED)
{
	static const char *const heads[] = {
		LOG LOGIN UPGRADE "Sec-WebSocket-Version: 13\r\n\r\n",
		LOG LOGIN UPGRADE "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n",
		LOG LOGIN UPGRADE KEY "Sec-WebSocket-Version: 8\r\n\r\n",
		LOG LOGIN UPGRADE KEY "\r\n",
		LOG LOGIN "Upgrade: websocket\r\n" KEY "Sec-WebSocket-Version: 13\r\n\r\n",
		LOG LOGIN UPGRADE KEY "Sec-WebSocket-Version: 13\r\nContent-Length: 3\r\n\r\nabc",
		"GET /apps/app/builds/BX/logs HTTP/1.0\r\n" LOGIN UPGRADE KEY
		"Sec-WebSocket-Version: 13\r\n\r\n",
	};

	for (size_t i = 0; i < RD_LEN(heads); i++)
		expect_head(heads[i], "HTTP/1.1 400 ");
	expect_head("POST /apps/app/builds/BX/logs HTTP/1.1\r\n" LOGIN UPGRADE KEY
		    "Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 404 ");
	expect_head(LOG HOST UPGRADE KEY "Sec-WebSocket-Version: 13\r\n\r\n", "HTTP/1.1 401 ");
	expect_head(LOG LOGIN UPGRADE KEY "Sec-WebSocket-Version: 13\r\n\r\n", "HTTP/1.1 101 ");
}

static void who_asks_first__is_refused_before_the_body(void **state RD_UNUSED)
{
	expect_head("POST /apps/app/objects/x HTTP/1.1\r\n" HOST
		    "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n",
		"HTTP/1.1 401 ");
}

static void a_form_without_an_end__is_answered(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
	static const char head[] =
		"POST /events HTTP/1.1\r\n" LOGIN "Content-Length: 8000000000000000000\r\n\r\n";
	char part[4096];
	int fd = dial();

	memset(part, 'x', sizeof(part));
	assert_int_equal(send(fd, head, strlen(head), MSG_NOSIGNAL), strlen(head));
	for (ssize_t n = 1; n > 0;) {
		struct pollfd p = {fd, POLLIN, 0};

		n = poll(&p, 1, 0) > 0 ? 0 : send(fd, part, sizeof(part), MSG_NOSIGNAL);
	}
	hear(fd, "\r\n\r\n", &answer);
	assert_int_equal(strncmp(rd_str_get(&answer), "HTTP/1.1 413 ", 13), 0);
	close(fd);
}

static void bytes_that_trickle__are_let_go(void **state RD_UNUSED)
{
	static const char *const requests[] = {/* a head that never ends */
		"", "GET /check HTTP/1.1\r\nX: ",
		/* forms, of those who may and those who may not */
		"POST /events HTTP/1.1\r\n" LOGIN "Content-Length: 1000000\r\n\r\n",
		"POST /events HTTP/1.1\r\n" HOST "Content-Length: 1000000\r\n\r\n",
		/* another request behind one that is well */
		"GET /check HTTP/1.1\r\n" HOST "\r\n"};
	int fds[RD_LEN(requests)];

	for (size_t i = 0; i < RD_LEN(requests); i++) {
		fds[i] = dial();
		assert_int_equal(send(fds[i], requests[i], strlen(requests[i]), MSG_NOSIGNAL),
			strlen(requests[i]));
	}
	for (size_t i = 0; i < RD_LEN(requests); i++) {
		RD_STR_AUTO rd_str answer = RD_STR_INIT(0);

		if (i == RD_LEN(requests) - 1)
			hear(fds[i], "ok\n", &answer);
		for (int n = 0; !trickle(fds[i], "x", 1); n++) {
			assert_true(n < MOST_MS / TRICKLE_MS);
			for (size_t k = i + 1; k < RD_LEN(requests) - 1; k++)
				send(fds[k], "x", 1, MSG_NOSIGNAL);
		}
		close(fds[i]);
	}
}

static void an_upload_that_trickles__goes_on(void **state RD_UNUSED)
{
	static const char head[] =
		"POST /apps/app/objects/x HTTP/1.1\r\n" LOGIN "Content-Length: 26\r\n\r\n";
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
	int fd = dial();

	assert_int_equal(send(fd, head, strlen(head), MSG_NOSIGNAL), strlen(head));
	assert_false(trickle(fd, "abcdefghijklmnopqrstuvwxy", LONGER_MS * 10));
	assert_int_equal(send(fd, "z", 1, MSG_NOSIGNAL), 1);
	hear(fd, "\r\n\r\n", &answer);
	assert_int_equal(strncmp(rd_str_get(&answer), "HTTP/1.1 200 ", 13), 0);
	close(fd);
}

static void frames_that_lie__end_their_stream_alone(void **state RD_UNUSED)
{
	static const struct {
		const char *bytes;
		size_t n;
	} lies[] = {
		{"\x81\x05hello", 7},                                 /* not masked */
		{"\xf1\x80mask", 6},                                  /* reserved bits */
		{"\x83\x80mask", 6},                                  /* a kind that is none */
		{"\x80\x80mask", 6},                                  /* goes on with nothing */
		{"\x09\x80mask", 6},                                  /* a ping in parts */
		{"\x89\xfe\x01\x00mask", 8},                          /* a long ping */
		{"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xffmask", 14}, /* more than there can be */
		{"\x01\x81mask\x00\x81\x81mask\x00", 14},             /* begins within another */
		{"GET /check HTTP/1.1\r\n\r\n", 23},
	};
	static const char request[] = LOG LOGIN UPGRADE KEY "Sec-WebSocket-Version: 13\r\n\r\n";
	RD_STR_AUTO rd_str honest = RD_STR_INIT(0);
	int other = dial();

	assert_int_equal(send(other, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	hear(other, "hello\n", &honest);
	for (size_t i = 0; i < RD_LEN(lies); i++) {
		RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
		int fd = dial();

		assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
		hear(fd, "hello\n", &answer);
		assert_int_equal(send(fd, lies[i].bytes, lies[i].n, MSG_NOSIGNAL), lies[i].n);
		hear(fd, NULL, &answer);
		close(fd);
	}
	/* A ping of the one that is honest is answered with its own words. */
	assert_int_equal(send(other, "\x89\x82\0\0\0\0hi", 8, MSG_NOSIGNAL), 8);
	hear(other, "\x8a\x02hi", &honest);
	close(other);
}

/* Pings without an end, of one that reads no answer. */
static void pings_that_nobody_reads__end_their_stream(void **state RD_UNUSED)
{
	static const char request[] = LOG LOGIN UPGRADE KEY "Sec-WebSocket-Version: 13\r\n\r\n";
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
	char pings[131 * 30];
	int fd = dial();

	for (size_t i = 0; i < sizeof(pings); i++)
		pings[i] = i % 131 == 0 ? '\x89' : i % 131 == 1 ? '\xfd' : 'x';
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	hear(fd, "hello\n", &answer);
	while (send(fd, pings, sizeof(pings), MSG_NOSIGNAL) > 0)
		;
	close(fd);
	expect_head("GET /check HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 ");
}

static void a_log_without_events__is_followed_to_its_end(void **state RD_UNUSED)
{
	static const char request[] = LOG LOGIN UPGRADE KEY "Sec-WebSocket-Version: 13\r\n\r\n";
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
	int fd = dial();

	has_events = false;
	looks = 3;
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	hear(fd, "hello\n\x82", &answer);
	assert_non_null(strstr(rd_str_get(&answer), "\x81\x06hello\n\x82"));
	close(fd);
}

/* Such as a rack of another machine: that is not the end of its build. */
static void a_rack_that_goes_away__is_told(void **state RD_UNUSED)
{
	static const char request[] = LOG LOGIN UPGRADE KEY "Sec-WebSocket-Version: 13\r\n\r\n";
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
	int fd = dial();

	has_events = false;
	is_away = true;
	looks = 2;
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	hear(fd, "\x82", &answer);
	assert_non_null(strstr(rd_str_get(&answer), "ERROR: the rack is away\n"));
	close(fd);
}

/* Between the handshake and its answer: of so many one is likely to be seen there. */
static void clients_that_vanish_in_the_handshake__do_not_hold_the_end(void **state RD_UNUSED)
{
	static const char request[] = LOG LOGIN UPGRADE KEY "Sec-WebSocket-Version: 13\r\n\r\n";
	const struct linger at_once = {.l_onoff = 1};

	for (int i = 0; i < VANISHING; i++) {
		int fd = dial();

		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		send(fd, request, strlen(request), MSG_NOSIGNAL);
		for (int64_t until_us = rd_now_us() + i % 100 * 4; rd_now_us() < until_us;)
			continue;
		close(fd);
	}
	alarm(MOST_MS / 1000);
	server = rd_server_stop(server);
	alarm(0);
}

static void a_domain_that_is_no_text__does_not_hide_its_service(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);

	assert_int_equal(rd_server_query(&rack, "/apps/app/services", &answer, NULL), RD_OK);
	assert_string_equal(rd_str_get(&answer),
		"[\n  {\n    \"name\": \"web\",\n    \"count\": 1,\n    \"cpu\": 256,\n"
		"    \"memory\": 512,\n    \"domain\": \"a\xef\xbf\xbd.example.com\",\n"
		"    \"ports\": [\n"
		"      {\n        \"balancer\": 80,\n        \"certificate\": \"\",\n"
		"        \"container\": 3000\n      },\n"
		"      {\n        \"balancer\": 443,\n        \"certificate\": \"\",\n"
		"        \"container\": 3000\n      }\n    ]\n  }\n]\n");
}

static void guesses__wait_for_each_other(void **state RD_UNUSED)
{
	int64_t from_us = rd_now_us();

	for (int i = 0; i < 6; i++)
		expect_head("GET /auth HTTP/1.1\r\n" HOST "Authorization: Basic eDp5\r\n\r\n",
			"HTTP/1.1 401 ");
	/* Some are free; then each waits longer. */
	assert_true(rd_now_us() - from_us > 1500 * 1000LL);
	expect_head("GET /auth HTTP/1.1\r\n" LOGIN "\r\n", "HTTP/1.1 200 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_head_with_two_meanings__is_refused),
		TEST(a_handshake_that_is_none__is_refused),
		TEST(who_asks_first__is_refused_before_the_body),
		TEST(a_form_without_an_end__is_answered),
		TEST(bytes_that_trickle__are_let_go),
		TEST(an_upload_that_trickles__goes_on),
		TEST(frames_that_lie__end_their_stream_alone),
		TEST(pings_that_nobody_reads__end_their_stream),
		TEST(a_log_without_events__is_followed_to_its_end),
		TEST(a_rack_that_goes_away__is_told),
		TEST(clients_that_vanish_in_the_handshake__do_not_hold_the_end),
		TEST(a_domain_that_is_no_text__does_not_hide_its_service),
		TEST(guesses__wait_for_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* An engine that never answers a build. */
#include "tests/unit/rack/mute_engine.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/unit/unit.h"

#define HEAD_MAX 16384

static int listen_fd = -1;
static pthread_t acceptor;

static void answer(int fd, int status, const char *json)
{
	char text[1024];
	int n = snprintf(text, sizeof(text),
		"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		status, strlen(json), json);

	if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		shutdown(fd, SHUT_RDWR);
}

/* @returns false: this request gets no answer. */
static bool handle(int fd, const char *head)
{
	char target[512];

	if (sscanf(head, "%*s %511s", target) != 1)
		return false;
	if (strstr(target, "/build?"))
		return false;
	if (strstr(target, "/version"))
		answer(fd, 200,
			"{\"Version\":\"20.10.24\",\"ApiVersion\":\"1.41\","
			"\"MinAPIVersion\":\"1.12\",\"Os\":\"linux\",\"Arch\":\"amd64\"}");
	else if (strstr(target, "/info"))
		answer(fd, 200, "{\"OSType\":\"linux\",\"Architecture\":\"x86_64\"}");
	else if (strstr(target, "/containers/json") || strstr(target, "/images/json"))
		answer(fd, 200, "[]");
	else if (strstr(target, "/prune") || strstr(target, "/build/cancel"))
		answer(fd, 200, "{}");
	else
		answer(fd, 404, "{\"message\":\"no such thing\"}");
	return true;
}

/* Request after request; one without an answer is read to its end, which is the client's. */
static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char head[HEAD_MAX];
	size_t have = 0;
	bool is_mute = false;
	ssize_t n;

	while ((n = read(fd, head + have, sizeof(head) - 1 - have)) > 0) {
		if (is_mute)
			continue;
		have += (size_t)n;
		head[have] = '\0';
		if (!strstr(head, "\r\n\r\n") && have < sizeof(head) - 1)
			continue;
		is_mute = !handle(fd, head);
		have = 0;
	}
	close(fd);
	return NULL;
}

static void *accept_all(void *arg RD_UNUSED)
{
	int fd;

	while ((fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		pthread_t t;

		if (pthread_create(&t, NULL, serve, (void *)(intptr_t)fd))
			close(fd);
		else
			pthread_detach(t);
	}
	return NULL;
}

void mute_engine_start(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listen_fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(listen_fd, 64), 0);
	assert_int_equal(pthread_create(&acceptor, NULL, accept_all, NULL), 0);
}

void mute_engine_stop(void)
{
	shutdown(listen_fd, SHUT_RDWR);
	pthread_join(acceptor, NULL);
	close(listen_fd);
}

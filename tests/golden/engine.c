/* SPDX-License-Identifier: MIT */
/* An engine that knows the images of play/seed.sql: /images/ID/json tells sizes, nothing else works. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/err.h"
#include "tests/golden/rig.h"

#define HEAD_MAX 16384

static const struct {
	const char *id;
	const char *size;
} images[] = {{"sha256:aaa1", "512400000"}, {"sha256:aaa2", "489100000"},
	{"sha256:bbb1", "201700000"}, {"sha256:bbb2", "204300000"}};

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

static void tell_image(int fd, const char *target)
{
	char json[256];

	for (size_t i = 0; i < RD_LEN(images); i++) {
		if (!strstr(target, images[i].id))
			continue;
		snprintf(json, sizeof(json), "{\"Id\":\"%s\",\"Size\":%s,\"RepoTags\":[]}",
			images[i].id, images[i].size);
		answer(fd, 200, json);
		return;
	}
	answer(fd, 404, "{\"message\":\"no such image\"}");
}

static void handle(int fd, const char *head)
{
	char target[512];

	if (sscanf(head, "%*s %511s", target) != 1)
		return;
	if (strstr(target, "/version"))
		answer(fd, 200,
			"{\"Version\":\"20.10.24\",\"ApiVersion\":\"1.41\","
			"\"MinAPIVersion\":\"1.12\",\"Os\":\"linux\",\"Arch\":\"amd64\"}");
	else
		tell_image(fd, target);
}

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char head[HEAD_MAX];
	size_t have = 0;
	ssize_t n;

	while ((n = read(fd, head + have, sizeof(head) - 1 - have)) > 0) {
		have += (size_t)n;
		head[have] = '\0';
		if (!strstr(head, "\r\n\r\n") && have < sizeof(head) - 1)
			continue;
		handle(fd, head);
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

rd_code rig_engine_start(const char *path, rd_err *err)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listen_fd < 0 || bind(listen_fd, (const struct sockaddr *)&a, sizeof(a)) ||
		listen(listen_fd, 16) || pthread_create(&acceptor, NULL, accept_all, NULL))
		return rd_err_set(err, RD_EIO, "no engine at '%s'", path);
	return RD_OK;
}

void rig_engine_stop(void)
{
	if (listen_fd < 0)
		return;
	shutdown(listen_fd, SHUT_RDWR);
	pthread_join(acceptor, NULL);
	close(listen_fd);
	listen_fd = -1;
}

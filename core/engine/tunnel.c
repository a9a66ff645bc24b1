/* SPDX-License-Identifier: MIT */
/* An engine behind ssh. Source of the options: ssh(1), ssh_config(5). */
#include "core/engine/tunnel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/sanitize.h"
#include "core/base/spawn.h"
#include "core/engine/tunnel_dir.h"

#define REMOTE_SOCKET "/var/run/docker.sock"
#define PATIENCE_MS 30000
#define LOOK_MS 20 /* while ssh connects */
#define END_MS 2000
#define SAID_MAX_BYTES 8192

struct rd_tunnel {
	char *endpoint;
	char *host, *port, *remote; /* "user@host"; port NULL: ssh's own choice */
	rd_tunnel_dir dir;
	bool is_kept; /* the keeper runs */
	pthread_t keeper;
	int err_fds[2];        /* pipe of what ssh says */
	int ended_fd;          /* readable when it has ended */
	pthread_mutex_t mutex; /* guards what follows */
	pid_t pid;             /* 0: there is none (any more) */
	bool is_unwanted;
	rd_str said;
	rd_err why; /* it could not be started */
};

/* ---- the endpoint ---- */

static rd_code malformed(rd_err *err)
{
	return rd_err_set(err, RD_EINVAL,
		"this is no endpoint of an engine behind ssh: it is "
		"ssh://[USER@]HOST[:PORT][/PATH/TO/SOCKET], without a password");
}

/* ssh hands user and host on to programs of its configuration, and a colon ends a path. */
static bool is_plain(const char *text, const char *more)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789._-";

	if (!*text || *text == '-')
		return false;
	for (; *text; text++)
		if (!strchr(plain, *text) && !strchr(more, *text))
			return false;
	return true;
}

/* Cuts "[::1]:22" or "host:22"; *ret_port NULL: there is none. */
static char *cut_host(char *at, char **ret_port)
{
	char *end = *at == '[' ? strchr(at, ']') : at + strcspn(at, ":");

	*ret_port = NULL;
	if (!end)
		return NULL;
	if (*at == '[') {
		at++;
		*end++ = '\0';
	}
	if (*end == ':') {
		*end = '\0';
		*ret_port = end + 1;
	} else if (*end) {
		return NULL;
	}
	return at;
}

static rd_code read_endpoint(rd_tunnel *t, char *text, rd_err *err)
{
	char *path = text + strcspn(text, "/");
	char *at, *host, *port;
	unsigned long long number = 1;
	RD_STR_AUTO rd_str whole = RD_STR_INIT(0);

	t->remote = rd_strdup(*path && path[1] ? path : REMOTE_SOCKET);
	*path = '\0';
	at = strrchr(text, '@');
	if (at)
		*at = '\0';
	host = cut_host(at ? at + 1 : text, &port);
	if (port && (rd_parse_u64(port, &number, NULL) || !number || number > 65535))
		return malformed(err);
	if (!host || !is_plain(host, ":") || (at && !is_plain(text, "+@")) ||
		(t->remote && !is_plain(t->remote, "/")))
		return malformed(err);
	if (at)
		rd_str_printf(&whole, "%s@", text);
	rd_str_put(&whole, host);
	t->host = rd_str_ok(&whole) ? rd_str_take(&whole) : NULL;
	t->port = port ? rd_strdup(port) : NULL;
	return t->host && t->remote && (t->port || !port) ? RD_OK : rd_err_nomem(err);
}

rd_code rd_tunnel_new(const char *endpoint, rd_tunnel **ret_tunnel, rd_err *err)
{
	RD_AUTOFREE char *text = rd_strdup(endpoint + strlen(RD_TUNNEL_SCHEME));
	rd_tunnel *t = calloc(1, sizeof(*t));
	rd_code rc;

	if (!t || !text) {
		free(t);
		return rd_err_nomem(err);
	}
	rd_tunnel_dir_init(&t->dir);
	rd_str_init(&t->said, 0);
	pthread_mutex_init(&t->mutex, NULL);
	t->ended_fd = -1;
	rc = read_endpoint(t, text, err);
	if (!rc)
		rc = rd_tunnel_dir_make(&t->dir, err);
	if (!rc && !rd_str_replace(&t->endpoint, endpoint))
		rc = rd_err_nomem(err);
	if (rc) {
		rd_tunnel_free(t);
		return rc;
	}
	*ret_tunnel = t;
	return RD_OK;
}

const char *rd_tunnel_socket(const rd_tunnel *t)
{
	return t->dir.socket;
}

/* ---- the keeper: the thread that lives as long as its child ---- */

/* Nothing that the user's configuration says may ask, linger or take the place of what we want. */
static rd_code spawn(rd_tunnel *t, pid_t *ret_pid, rd_err *err)
{
	RD_STR_AUTO rd_str forward = RD_STR_INIT(0);
	const rd_spawn_fd fds[] = {{t->err_fds[1], 2}};
	const char *argv[] = {"ssh", "-NT", "-L", NULL, "-o", "BatchMode=yes", "-o",
		"ConnectTimeout=15", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=3",
		"-o", "ControlMaster=no", "-o", "ControlPath=none", "-p", t->port, "--", t->host,
		NULL};
	size_t n = RD_LEN(argv);

	rd_str_printf(&forward, "%s:%s", t->dir.socket, t->remote);
	argv[3] = rd_str_get(&forward);
	/* Without a port, the one of the configuration: "-p PORT" goes. */
	for (size_t i = n - 5; !t->port && i + 2 < n; i++)
		argv[i] = argv[i + 2];
	return rd_str_ok(&forward) ? rd_spawn(&(rd_spawn_opts){.argv = argv,
						      .cwd = "/",
						      .fds = fds,
						      .n_fds = 1,
						      .new_session = true,
						      .dies_with_us = true},
					     ret_pid, err)
				   : rd_err_nomem(err);
}

/* Takes what ssh has said up to now. @returns false at the end of the pipe. */
static bool hear(rd_tunnel *t)
{
	char buf[1024];
	bool is_open;
	ssize_t n;

	pthread_mutex_lock(&t->mutex);
	while ((n = read(t->err_fds[0], buf, sizeof(buf))) > 0) {
		if (t->said.len > SAID_MAX_BYTES)
			rd_str_drop_front(&t->said, t->said.len / 2);
		rd_str_putn(&t->said, buf, (size_t)n);
	}
	is_open = n < 0 && (errno == EINTR || errno == EAGAIN);
	pthread_mutex_unlock(&t->mutex);
	return is_open;
}

/* Until the child ends: what it started may hold the pipe for longer. */
static void listen_to(rd_tunnel *t, pid_t pid)
{
	RD_AUTOCLOSE int fd = -1;
	struct pollfd fds[2] = {{t->err_fds[0], POLLIN, 0}, {.events = POLLIN}};
	int status;

	fd = pidfd_open(pid, 0);
	fds[1].fd = fd;
	while (fd >= 0 && !fds[1].revents) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[0].revents && !hear(t))
			fds[0].fd = -1;
	}
	while (poll(fds, 1, 0) > 0 && hear(t))
		continue;
	pthread_mutex_lock(&t->mutex);
	t->pid = 0;
	pthread_mutex_unlock(&t->mutex);
	rd_spawn_wait(pid, &status, NULL);
}

static void *keep(void *arg)
{
	rd_tunnel *t = arg;
	rd_err why = {0};
	pid_t pid = 0;
	rd_code rc = spawn(t, &pid, &why);

	close(t->err_fds[1]);
	pthread_mutex_lock(&t->mutex);
	t->pid = rc ? 0 : pid;
	t->why = why;
	if (t->pid && t->is_unwanted)
		kill(pid, SIGTERM);
	pthread_mutex_unlock(&t->mutex);
	if (!rc)
		listen_to(t, pid);
	eventfd_write(t->ended_fd, 1);
	return NULL;
}

static void send_signal(rd_tunnel *t, int signo)
{
	pthread_mutex_lock(&t->mutex);
	t->is_unwanted = true;
	if (t->pid)
		kill(t->pid, signo);
	pthread_mutex_unlock(&t->mutex);
}

static void stop(rd_tunnel *t)
{
	struct pollfd fd = {t->ended_fd, POLLIN, 0};

	if (!t->is_kept)
		return;
	send_signal(t, SIGTERM);
	if (poll(&fd, 1, END_MS) <= 0)
		send_signal(t, SIGKILL);
	pthread_join(t->keeper, NULL);
	close(t->err_fds[0]);
	close(t->ended_fd);
	t->ended_fd = -1;
	t->is_kept = false;
	unlink(t->dir.socket);
}

rd_tunnel *rd_tunnel_free(rd_tunnel *t)
{
	if (!t)
		return NULL;
	stop(t);
	rd_tunnel_dir_done(&t->dir);
	/* One whose process was killed a moment ago was still held when ours was made. */
	rd_tunnel_dir_clear();
	pthread_mutex_destroy(&t->mutex);
	rd_str_done(&t->said);
	free(t->endpoint);
	free(t->host);
	free(t->port);
	free(t->remote);
	free(t);
	return NULL;
}

/* ---- the start ---- */

static rd_code launch(rd_tunnel *t, rd_err *err)
{
	int rc;

	rd_str_clear(&t->said);
	t->is_unwanted = false;
	if (pipe2(t->err_fds, O_CLOEXEC | O_NONBLOCK))
		return rd_err_os(err, errno, "making a pipe for ssh");
	t->ended_fd = eventfd(0, EFD_CLOEXEC);
	rc = t->ended_fd < 0 ? errno : pthread_create(&t->keeper, NULL, keep, t);
	if (!rc) {
		t->is_kept = true;
		return RD_OK;
	}
	close(t->err_fds[0]);
	close(t->err_fds[1]);
	if (t->ended_fd >= 0)
		close(t->ended_fd);
	t->ended_fd = -1;
	return rd_err_os(err, rc, "starting a thread");
}

static bool takes_connections(const rd_tunnel *t)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	RD_AUTOCLOSE int fd = -1;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", t->dir.socket);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address));
}

void rd_tunnel_said(rd_tunnel *t, rd_str *out)
{
	const char *text, *line;
	size_t end;

	/* It speaks before it ends a connection: our thread need not have heard that yet. */
	if (t->is_kept)
		hear(t);
	pthread_mutex_lock(&t->mutex);
	text = rd_str_get(&t->said);
	end = t->said.len;
	while (end && strchr("\r\n \t.", text[end - 1]))
		end--;
	for (line = text + end; line > text && line[-1] != '\n' && line[-1] != '\r'; line--)
		continue;
	rd_sani_text(out, line, (size_t)(text + end - line));
	pthread_mutex_unlock(&t->mutex);
}

static rd_code explain(rd_tunnel *t, rd_err *err)
{
	RD_STR_AUTO rd_str said = RD_STR_INIT(300);

	if (t->why.code == RD_ENOENT)
		return rd_err_set(err, RD_EUNAVAIL,
			"the engine at '%s' needs the ssh program: install it (sudo apt install "
			"openssh-client)",
			t->endpoint);
	if (t->why.code) {
		if (err)
			*err = t->why;
		return t->why.code;
	}
	rd_tunnel_said(t, &said);
	return rd_err_set(err, RD_EUNAVAIL,
		"no way to the engine at '%s': %s: try 'ssh %s%s%s%s' by hand", t->endpoint,
		said.len ? rd_str_get(&said) : "ssh ended without a word", t->port ? "-p " : "",
		rd_or_empty(t->port), t->port ? " " : "", t->host);
}

static rd_code await(rd_tunnel *t, rd_cancel *cancel, int64_t patience_ms, rd_err *err)
{
	int64_t end_us = rd_now_us() + patience_ms * 1000;
	struct pollfd fds[] = {{t->ended_fd, POLLIN, 0}, {rd_cancel_fd(cancel), POLLIN, 0}};

	while (!takes_connections(t)) {
		poll(fds, RD_LEN(fds), LOOK_MS);
		if (fds[1].revents)
			return rd_err_set(err, RD_ECANCELED, "canceled");
		if (fds[0].revents)
			return explain(t, err);
		if (rd_now_us() > end_us)
			return rd_err_set(err, RD_ETIMEOUT,
				"no way to the engine at '%s': ssh does not come through",
				t->endpoint);
	}
	return RD_OK;
}

rd_code rd_tunnel_start(rd_tunnel *t, rd_cancel *cancel, int64_t patience_ms, rd_err *err)
{
	rd_code rc;

	if (t->is_kept)
		return RD_OK;
	rc = launch(t, err);
	if (!rc)
		rc = await(t, cancel, patience_ms ? patience_ms : PATIENCE_MS, err);
	if (rc)
		stop(t);
	return rc;
}

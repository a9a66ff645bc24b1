/* SPDX-License-Identifier: MIT */
/* Logins from the programs that docker-credential-helpers describes: "docker-credential-NAME get" reads
 * the registry from stdin and writes {"Username":…,"Secret":…}, or why not, to stdout. */
#include "core/engine/docker.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/spawn.h"

#define HELPER_TIMEOUT_US (20 * 1000000LL)
#define HELPER_MAX_BYTES ((size_t)1 << 20)
#define INPUT_MAX_BYTES 1024 /* fits into an empty pipe at once */

/* A helper at work. */
typedef struct helper_run {
	const char *program;
	int out_fd, pid_fd;
	int64_t until_us;
	rd_cancel *cancel;
} helper_run;

/* Takes what is there. @returns whether there may be more. */
static bool drain(const helper_run *h, rd_str *out)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(h->out_fd, buf, sizeof buf)) > 0)
		rd_str_putn(out, buf, (size_t)n);
	explicit_bzero(buf, sizeof buf);
	return n < 0 && (errno == EAGAIN || errno == EINTR) && !out->failed;
}

/* Reads until the helper has ended; what it started may go on and hold the pipe open. */
static rd_code watch(const helper_run *h, rd_str *out, rd_err *err)
{
	struct pollfd fds[] = {{h->pid_fd, POLLIN, 0}, {rd_cancel_fd(h->cancel), POLLIN, 0},
		{h->out_fd, POLLIN, 0}};

	while (!fds[0].revents) {
		int64_t left_us = h->until_us - rd_now_us();

		if (left_us <= 0)
			return rd_err_set(err, RD_ETIMEOUT, "'%s' gave no answer in %lld s",
				h->program, HELPER_TIMEOUT_US / 1000000);
		if (poll(fds, RD_LEN(fds), (int)(left_us / 1000) + 1) < 0 && errno != EINTR)
			return rd_err_os(err, errno, "waiting for '%s'", h->program);
		if (rd_cancel_fired(h->cancel))
			return rd_err_set(err, RD_ECANCELED, "canceled");
		if (fds[2].fd >= 0 && !drain(h, out))
			fds[2].fd = -1;
		if (out->failed)
			return rd_str_check(out, h->program, err);
	}
	drain(h, out);
	return rd_str_check(out, h->program, err);
}

static rd_code start(helper_run *h, int in_fd, int out_fd, pid_t *ret_pid, rd_err *err)
{
	const char *argv[] = {h->program, "get", NULL};
	const rd_spawn_fd fds[] = {{in_fd, 0}, {out_fd, 1}};
	const rd_spawn_opts opts = {.argv = argv, .fds = fds, .n_fds = 2, .new_session = true};
	rd_code code = rd_spawn(&opts, ret_pid, err);
	int status;

	if (code)
		return code;
	h->pid_fd = pidfd_open(*ret_pid, 0);
	if (h->pid_fd >= 0)
		return RD_OK;
	code = rd_err_os(err, errno, "waiting for '%s'", h->program);
	kill(-*ret_pid, SIGKILL);
	rd_spawn_wait(*ret_pid, &status, NULL);
	return code;
}

static rd_code run(const char *program, const char *input, rd_cancel *cancel, rd_str *out,
	int *ret_status, rd_err *err)
{
	helper_run h = {program, -1, -1, rd_now_us() + HELPER_TIMEOUT_US, cancel};
	int in[2] = {-1, -1}, from[2] = {-1, -1};
	pid_t pid = -1;
	rd_code code = RD_OK;

	if (pipe2(in, O_CLOEXEC) || pipe2(from, O_CLOEXEC) || fcntl(from[0], F_SETFL, O_NONBLOCK))
		code = rd_err_os(err, errno, "making a pipe for '%s'", program);
	if (!code)
		code = rd_write_all(in[1], input, strlen(input), err);
	if (!code)
		code = start(&h, in[0], from[1], &pid, err);
	for (int i = 0; i < 2; i++)
		if (in[i] >= 0)
			close(in[i]);
	if (from[1] >= 0)
		close(from[1]);
	h.out_fd = from[0];
	if (!code) {
		code = watch(&h, out, err);
		if (code)
			kill(-pid, SIGKILL);
		rd_spawn_wait(pid, ret_status, NULL);
	}
	if (h.pid_fd >= 0)
		close(h.pid_fd);
	if (from[0] >= 0)
		close(from[0]);
	return code;
}

/* Names lead to programs in PATH and nowhere else. */
static bool is_name(const char *helper)
{
	for (const char *at = helper; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
			return false;
	return *helper;
}

static rd_code take_answer(const char *program, const rd_str *answer, char **ret_login, rd_err *err)
{
	json_t *o = json_loadb(rd_str_get(answer), answer->len, 0, NULL);
	const char *user = json_string_value(json_object_get(o, "Username"));
	const char *secret = json_string_value(json_object_get(o, "Secret"));
	RD_STR_AUTO rd_str login = RD_STR_INIT(0);
	rd_code code = RD_OK;

	if (!user || !secret)
		code = rd_err_set(err, RD_EPARSE, "'%s' gave no login that can be read", program);
	else
		rd_str_printf(&login, "%s:%s", user, secret);
	json_decref(o);
	if (code)
		return code;
	*ret_login = rd_str_take(&login);
	return *ret_login ? RD_OK : rd_err_nomem(err);
}

static rd_code ask(const char *program, const char *registry, rd_cancel *cancel, char **ret_login,
	rd_err *err)
{
	RD_STR_AUTO rd_str answer = RD_STR_INIT(HELPER_MAX_BYTES);
	int status = 0;
	rd_code code = run(program, registry, cancel, &answer, &status, err);

	if (!code && !status)
		code = take_answer(program, &answer, ret_login, err);
	/* The words by which all helpers say that they know no login. */
	else if (!code && !strstr(rd_str_get(&answer), "credentials not found"))
		code = rd_err_set(err, RD_EFAILED, "'%s' failed with status %d", program, status);
	if (answer.data)
		explicit_bzero(answer.data, answer.len);
	return code;
}

rd_code rd_engine_helper_login(const char *helper, const char *registry, rd_cancel *cancel,
	char **ret_login, rd_err *err)
{
	bool is_hub = !strcmp(registry, "docker.io");
	RD_STR_AUTO rd_str program = RD_STR_INIT(0);
	RD_STR_AUTO rd_str url = RD_STR_INIT(INPUT_MAX_BYTES);
	rd_code code;

	*ret_login = NULL;
	if (!is_name(helper))
		return rd_err_set(err, RD_EINVAL,
			"'%s' is no name of a credential helper: see the docker configuration",
			helper);
	rd_str_printf(&program, "docker-credential-%s", helper);
	rd_str_printf(&url, "https://%s", is_hub ? "index.docker.io/v1/" : registry);
	code = rd_str_check(&program, "program", err);
	if (!code)
		code = rd_str_check(&url, "name of the registry", err);
	/* Logins are kept under the name that was typed, mostly the bare one; the Hub's is a URL. */
	if (!code && !is_hub)
		code = ask(rd_str_get(&program), registry, cancel, ret_login, err);
	if (!code && !*ret_login)
		code = ask(rd_str_get(&program), rd_str_get(&url), cancel, ret_login, err);
	if (code && code != RD_ECANCELED)
		rd_err_wrap(err, "login for '%s'", registry);
	return code;
}

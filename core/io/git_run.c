/* SPDX-License-Identifier: MIT */
/*
 * The git program as a child: no shell, no terminal, no prompt, and an end in any case.
 *
 * It gets a session of its own, so that ending it ends the helpers and the ssh that it started. The
 * limits are set right after the start; git has made no child by then that matters, for what arrives
 * from outside is read by children it starts only after it has spoken to the other side.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/sanitize.h"
#include "core/base/spawn.h"
#include "core/io/git_impl.h"

#define IDLE_MAX_S 60
#define TOTAL_MAX_US (INT64_C(30) * 60 * 1000 * 1000)
#define KILL_AFTER_US (2 * 1000 * 1000)
#define SAID_MAX_BYTES (16 * 1024)
#define LINE_MAX_BYTES 1000
#define DATA_MAX_BYTES (UINT64_C(4) << 30)
#define FILE_MAX_BYTES (UINT64_C(10) << 30)
#define LOGIN_FD 9

struct child {
	const rd_git_run *run;
	pid_t pid;
	int pid_fd;
	int err_fd; /* its stderr */
	int64_t idle_max_us;
	int64_t started_us, heard_us;
	rd_str line; /* not ended yet */
	bool has_cr; /* '\r' came last: of a progress line, or of ssh, which ends lines with "\r\n" */
	rd_str *said;
};

/* ---- environment and arguments ---- */

/* Where a program finds the user's keys, helpers and proxies; nothing that names a program to run. */
static const char *const passed[] = {"PATH", "HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME",
	"XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
	"SSH_AUTH_SOCK", "GNUPGHOME", "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
	"ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO",
	"GIT_SSL_CAPATH", "TMPDIR"};

static const char *const fixed[] = {"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1",
	"GIT_ATTR_NOSYSTEM=1", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1",
	"GCM_INTERACTIVE=never"};

#define SSH_DEFAULT \
	"ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15 " \
	"-o ServerAliveCountMax=4 -o ForwardAgent=no -o ForwardX11=no -o ClearAllForwardings=yes"

static const char *const settings[] = {"protocol.allow=never", "core.hooksPath=/dev/null",
	"core.fsmonitor=false", "core.askPass=", "gc.auto=0", "maintenance.auto=false",
	"fetch.recurseSubmodules=false", "fetch.writeCommitGraph=false", "transfer.bundleURI=false",
	"http.lowSpeedLimit=100", "http.followRedirects=initial"};

static bool put_pair(rd_strs *l, const char *name, const char *value)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	rd_str_printf(&s, "%s=%s", name, value);
	return rd_str_ok(&s) && rd_strs_add(l, rd_str_get(&s));
}

/* git's own list of transports, which no configuration can widen. */
static bool put_protocols(rd_strs *env, unsigned schemes)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	rd_str_printf(&s, "GIT_ALLOW_PROTOCOL=%s%s%s%s", schemes & RD_GITURL_HTTPS ? "https" : "",
		schemes & RD_GITURL_SSH ? ":ssh" : "", schemes & RD_GITURL_HTTP ? ":http" : "",
		schemes & RD_GITURL_FILE ? ":file" : "");
	return rd_str_ok(&s) && rd_strs_add(env, rd_str_get(&s));
}

static bool make_env(const rd_git_run *run, rd_strs *env)
{
	const char *ssh = getenv("GIT_SSH_COMMAND");
	bool ok = put_protocols(env, run->opts->schemes);

	for (size_t i = 0; ok && i < RD_LEN(passed); i++) {
		const char *value = getenv(passed[i]);

		ok = !value || put_pair(env, passed[i], value);
	}
	for (size_t i = 0; ok && i < RD_LEN(fixed); i++)
		ok = rd_strs_add(env, fixed[i]);
	/* How the user of this very call wants ssh to be run; never what a repository wants. */
	return ok && put_pair(env, "GIT_SSH_COMMAND", ssh && *ssh ? ssh : SSH_DEFAULT);
}

/*
 * The login of the URL: a helper for its host alone, which copies what stands ready in a descriptor. The
 * user's own helpers are not asked then, and not told. With a user but no password they are.
 */
static bool put_login(const rd_giturl *url, rd_strs *argv)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	if (url->password && !(rd_strs_add(argv, "-c") && rd_strs_add(argv, "credential.helper=")))
		return false;
	rd_str_printf(&s,
		"credential.%s.helper=!f() { test \"$1\" != get || cat /proc/self/fd/%d; }; f",
		url->origin, LOGIN_FD);
	return rd_str_ok(&s) && rd_strs_add(argv, "-c") && rd_strs_add(argv, rd_str_get(&s));
}

static bool make_argv(const rd_git_run *run, unsigned idle_s, rd_strs *argv)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	bool ok = rd_strs_add(argv, "git");

	for (size_t i = 0; ok && i < RD_LEN(settings); i++)
		ok = rd_strs_add(argv, "-c") && rd_strs_add(argv, settings[i]);
	rd_str_printf(&s, "http.lowSpeedTime=%u", idle_s);
	ok = ok && rd_str_ok(&s) && rd_strs_add(argv, "-c") && rd_strs_add(argv, rd_str_get(&s));
	if (ok && run->url->user)
		ok = put_login(run->url, argv);
	/* Not by its path: a git whose caller was killed must not get into a cache that is made anew. */
	ok = ok && rd_strs_add(argv, "--git-dir=.");
	for (size_t i = 0; ok && run->args[i]; i++)
		ok = rd_strs_add(argv, run->args[i]);
	return ok;
}

/* The login in the words of git's credential protocol, in memory that only an inherited descriptor
 * reaches. *ret_fd -1: the URL has none. */
static rd_code make_login(const rd_giturl *url, int *ret_fd, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTOCLOSE int fd = -1;
	rd_code code;

	*ret_fd = -1;
	if (!url->user)
		return RD_OK;
	rd_str_printf(&text, "username=%s\n", url->user);
	if (url->password)
		rd_str_printf(&text, "password=%s\n", url->password);
	code = rd_str_check(&text, "a login", err);
	fd = memfd_create("login", MFD_CLOEXEC);
	if (!code && fd < 0)
		code = rd_err_os(err, errno, "keeping the login in memory");
	if (!code)
		code = rd_write_all(fd, text.data, text.len, err);
	if (text.data)
		explicit_bzero(text.data, text.len);
	if (code)
		return code;
	*ret_fd = fd;
	fd = -1;
	return RD_OK;
}

static unsigned idle_max_s(void)
{
	const char *text = getenv("RACKDECK_GIT_TIMEOUT");
	unsigned long long s;

	if (text && !rd_parse_u64(text, &s, NULL) && s && s <= 24 * 60 * 60)
		return (unsigned)s;
	return IDLE_MAX_S;
}

/* ---- what it says ---- */

static void hide(rd_str *line, const char *secret)
{
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	size_t n = rd_or_empty(secret)[0] ? strlen(secret) : 0;
	const char *from = rd_str_get(line), *at;

	if (n < 4 || !strstr(from, secret))
		return;
	while ((at = strstr(from, secret)) != NULL) {
		rd_str_putn(&out, from, (size_t)(at - from));
		rd_str_put(&out, "****");
		from = at + n;
	}
	rd_str_put(&out, from);
	rd_str_clear(line);
	rd_str_put(line, rd_str_get(&out));
}

/* @is_progress a line that the next one overwrites. */
static void end_line(struct child *c, bool is_progress)
{
	RD_STR_AUTO rd_str clean = RD_STR_INIT(0);
	const rd_git_source_opts *opts = c->run->opts;

	rd_sani_text(&clean, rd_str_get(&c->line), c->line.len);
	rd_str_clear(&c->line);
	hide(&clean, c->run->url->password);
	/* Some hosts take a token in the user's place. */
	hide(&clean, c->run->url->user);
	if (!clean.len)
		return;
	if (opts->note)
		opts->note(opts->arg, rd_str_get(&clean));
	if (is_progress)
		return;
	rd_str_put(c->said, rd_str_get(&clean));
	rd_str_putc(c->said, '\n');
	/* The last words say what went wrong. */
	if (c->said->len > SAID_MAX_BYTES)
		rd_str_drop_front(c->said, c->said->len - SAID_MAX_BYTES);
}

/* @returns whether there was something. */
static bool hear(struct child *c)
{
	char buf[4096];
	ssize_t n = read(c->err_fd, buf, sizeof buf);

	if (n <= 0)
		return false;
	c->heard_us = rd_now_us();
	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == '\n' || c->has_cr)
			end_line(c, buf[i] != '\n');
		c->has_cr = buf[i] == '\r';
		if (buf[i] == '\n' || c->has_cr)
			continue;
		if (c->line.len < LINE_MAX_BYTES)
			rd_str_putc(&c->line, buf[i]);
	}
	return true;
}

/* ---- its life ---- */

static void set_limits(pid_t pid)
{
	static const struct {
		int what;
		rlim_t most;
	} limits[] = {{RLIMIT_CORE, 0}, {RLIMIT_DATA, DATA_MAX_BYTES},
		{RLIMIT_FSIZE, FILE_MAX_BYTES}, {RLIMIT_CPU, TOTAL_MAX_US / 1000000}};

	for (size_t i = 0; i < RD_LEN(limits); i++) {
		struct rlimit r;

		/* A tighter limit of the user's own stays; git that has ended already needs none. */
		if (prlimit(pid, (enum __rlimit_resource)limits[i].what, NULL, &r) < 0)
			continue;
		r.rlim_cur = r.rlim_cur < limits[i].most ? r.rlim_cur : limits[i].most;
		r.rlim_max = r.rlim_max < limits[i].most ? r.rlim_max : limits[i].most;
		prlimit(pid, (enum __rlimit_resource)limits[i].what, &r, NULL);
	}
}

/* Ends the child and all it started. It is asked first, so that it removes its temporary files. */
static void end_child(struct child *c)
{
	struct pollfd fd = {c->pid_fd, POLLIN, 0};

	kill(-c->pid, SIGTERM);
	while (poll(&fd, 1, KILL_AFTER_US / 1000) < 0 && errno == EINTR)
		;
	kill(-c->pid, SIGKILL);
}

/* Hears the child until it ends; helpers that outlive it (an agent, a shared ssh) may keep its stderr. */
static rd_code attend(struct child *c, rd_err *err)
{
	const rd_cancel *cancel = c->run->opts->cancel;
	struct pollfd fds[] = {
		{c->err_fd, POLLIN, 0}, {c->pid_fd, POLLIN, 0}, {rd_cancel_fd(cancel), POLLIN, 0}};

	for (;;) {
		int64_t now_us = rd_now_us();
		int64_t end_us = c->heard_us + c->idle_max_us;

		if (end_us > c->started_us + TOTAL_MAX_US)
			end_us = c->started_us + TOTAL_MAX_US;
		if (now_us >= end_us)
			return rd_err_set(err, RD_ETIMEOUT,
				"git made no progress with '%s' for %lld seconds, or took over "
				"half an hour: try again, or set RACKDECK_GIT_TIMEOUT",
				c->run->url->url, (long long)(c->idle_max_us / 1000000));
		if (poll(fds, RD_LEN(fds), (int)((end_us - now_us) / 1000) + 1) < 0 &&
			errno != EINTR)
			return rd_err_os(err, errno, "waiting for git");
		if (rd_cancel_fired(cancel))
			return rd_err_set(err, RD_ECANCELED, "canceled");
		if ((fds[0].revents & POLLIN) && hear(c))
			continue;
		if (fds[1].revents)
			break;
		if (fds[0].revents)
			fds[0].fd = -1;
	}
	while (hear(c))
		;
	return RD_OK;
}

static rd_code start_error(rd_err *err)
{
	if (err && err->os == ENOENT)
		return rd_err_set(err, RD_EUNAVAIL,
			"there is no program 'git': install the package 'git'");
	return err ? err->code : RD_EUNAVAIL;
}

/* @out_fd its stdout, -1: none. */
static rd_code spawn(const rd_git_run *run, unsigned idle_s, int err_fd, int out_fd, pid_t *ret_pid,
	rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs argv = {0};
	RD_AUTO(rd_strs_done) rd_strs env = {0};
	RD_AUTOCLOSE int login_fd = -1;
	rd_err why = {0};
	rd_spawn_fd fds[3] = {{err_fd, 2}};
	rd_spawn_opts o = {.fds = fds, .n_fds = 1, .new_session = true, .cwd = run->git_dir};
	rd_code code = make_login(run->url, &login_fd, err);

	if (code)
		return code;
	if (!make_argv(run, idle_s, &argv) || !make_env(run, &env))
		return rd_err_nomem(err);
	if (out_fd >= 0)
		fds[o.n_fds++] = (rd_spawn_fd){out_fd, 1};
	if (login_fd >= 0)
		fds[o.n_fds++] = (rd_spawn_fd){login_fd, LOGIN_FD};
	o.argv = (const char *const *)argv.items;
	o.envp = (const char *const *)env.items;
	code = rd_spawn(&o, ret_pid, &why);
	if (!code)
		return RD_OK;
	if (err)
		*err = why;
	return start_error(err);
}

static rd_code run_child(struct child *c, int *ret_status, rd_err *err)
{
	rd_code code;
	int status;

	set_limits(c->pid);
	c->pid_fd = pidfd_open(c->pid, 0);
	c->started_us = c->heard_us = rd_now_us();
	code = c->pid_fd < 0 ? rd_err_os(err, errno, "watching git") : attend(c, err);
	if (code && c->pid_fd >= 0)
		end_child(c);
	else if (code)
		kill(-c->pid, SIGKILL);
	end_line(c, false);
	if (c->pid_fd >= 0)
		close(c->pid_fd);
	if (code) {
		rd_spawn_wait(c->pid, &status, NULL);
		return code;
	}
	return rd_spawn_wait(c->pid, ret_status, err);
}

static rd_code run_with(const rd_git_run *run, int out_fd, int *ret_status, rd_str *said,
	rd_err *err)
{
	unsigned idle_s = idle_max_s();
	struct child c = {.run = run, .said = said, .idle_max_us = idle_s * INT64_C(1000000)};
	rd_code code;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return rd_err_os(err, errno, "making a pipe for git");
	code = spawn(run, idle_s, ends[1], out_fd, &c.pid, err);
	close(ends[1]);
	if (!code && fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		code = rd_err_os(err, errno, "making a pipe for git");
	c.err_fd = ends[0];
	if (!code)
		code = run_child(&c, ret_status, err);
	rd_str_done(&c.line);
	close(ends[0]);
	return code;
}

rd_code rd_git_run_wait(const rd_git_run *run, bool *ret_ok, rd_str *said, rd_err *err)
{
	int status = -1;
	rd_code code = run_with(run, -1, &status, said, err);

	if (!code)
		*ret_ok = status == 0;
	return code;
}

rd_code rd_git_run_ask(const rd_git_run *run, size_t max_bytes, rd_str *out, bool *ret_ok,
	rd_str *said, rd_err *err)
{
	RD_AUTOCLOSE int fd = memfd_create("git", MFD_CLOEXEC);
	int status = -1;
	rd_code code;

	if (fd < 0)
		return rd_err_os(err, errno, "making room for what git says");
	code = run_with(run, fd, &status, said, err);
	if (!code && lseek(fd, 0, SEEK_SET) < 0)
		code = rd_err_os(err, errno, "reading what git says");
	if (!code)
		code = rd_read_all(fd, "git", max_bytes, out, err);
	if (!code)
		*ret_ok = status == 0;
	return code;
}

rd_code rd_git_run_output(const rd_git_run *run, size_t max_bytes, rd_str *out, rd_err *err)
{
	RD_STR_AUTO rd_str said = RD_STR_INIT(0);
	bool ok = false;
	rd_code code = rd_git_run_ask(run, max_bytes, out, &ok, &said, err);

	if (!code && !ok)
		code = rd_err_set(err, RD_EREMOTE, "git failed: %s", rd_str_get(&said));
	return code;
}

/* SPDX-License-Identifier: MIT */
/*
 * Child processes.
 *
 * posix_spawn does the work (it does not copy the page tables, and glibc's is safe with threads).
 * Descriptors move in two steps, first above all numbers in use, then down to their places, so that
 * no move overwrites a source that is still needed. A detached process is spawned by a forked
 * go-between that ends at once. posix_spawn knows no signal of the parent's death: a child that dies with
 * us is forked by hand.
 */
#include "core/base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fs.h"

struct setup {
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
};

static bool is_mapped(const rd_spawn_opts *o, int child)
{
	for (size_t i = 0; i < o->n_fds; i++)
		if (o->fds[i].child == child)
			return true;
	return false;
}

/* Adds what makes the child's descriptors. @returns an errno value. */
static int add_fds(posix_spawn_file_actions_t *a, const rd_spawn_opts *o)
{
	int top = 2, above, os = 0;

	for (size_t i = 0; i < o->n_fds; i++)
		top = o->fds[i].child > top ? o->fds[i].child : top;
	above = top + 1;
	for (size_t i = 0; i < o->n_fds; i++)
		above = o->fds[i].parent >= above ? o->fds[i].parent + 1 : above;
	for (size_t i = 0; !os && i < o->n_fds; i++)
		os = posix_spawn_file_actions_adddup2(a, o->fds[i].parent, above + (int)i);
	for (size_t i = 0; !os && i < o->n_fds; i++)
		os = posix_spawn_file_actions_adddup2(a, above + (int)i, o->fds[i].child);
	for (int fd = 0; !os && fd <= top; fd++) {
		if (is_mapped(o, fd))
			continue;
		os = fd <= 2 ? posix_spawn_file_actions_addopen(a, fd, "/dev/null", O_RDWR, 0)
			     : posix_spawn_file_actions_addclose(a, fd);
	}
	return os ? os : posix_spawn_file_actions_addclosefrom_np(a, top + 1);
}

static int set_attr(posix_spawnattr_t *attr, bool new_session)
{
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t all, none;
	int os;

	sigfillset(&all);
	sigemptyset(&none);
	if (new_session)
		flags |= POSIX_SPAWN_SETSID;
	os = posix_spawnattr_setsigdefault(attr, &all);
	if (!os)
		os = posix_spawnattr_setsigmask(attr, &none);
	return os ? os : posix_spawnattr_setflags(attr, flags);
}

static void setup_done(struct setup *s)
{
	posix_spawn_file_actions_destroy(&s->actions);
	posix_spawnattr_destroy(&s->attr);
}

static rd_code setup_init(struct setup *s, const rd_spawn_opts *o, bool new_session, rd_err *err)
{
	int os = posix_spawn_file_actions_init(&s->actions);

	if (os)
		return rd_err_os(err, os, "starting '%s'", o->argv[0]);
	os = posix_spawnattr_init(&s->attr);
	if (os) {
		posix_spawn_file_actions_destroy(&s->actions);
		return rd_err_os(err, os, "starting '%s'", o->argv[0]);
	}
	os = add_fds(&s->actions, o);
	if (!os && o->cwd)
		os = posix_spawn_file_actions_addchdir_np(&s->actions, o->cwd);
	if (!os)
		os = set_attr(&s->attr, new_session);
	if (!os)
		return RD_OK;
	setup_done(s);
	return rd_err_os(err, os, "starting '%s'", o->argv[0]);
}

/* @returns an errno value. */
static int start(const struct setup *s, const rd_spawn_opts *o, pid_t *ret_pid)
{
	/* the interface takes char *const [] and writes to neither list */
	union {
		const char *const *in;
		char *const *out;
	} argv = {o->argv}, envp = {o->envp};

	return posix_spawnp(ret_pid, o->argv[0], &s->actions, &s->attr, argv.out,
		o->envp ? envp.out : environ);
}

static rd_code start_error(const rd_spawn_opts *o, int os, rd_err *err)
{
	struct stat st;

	if (o->cwd && (os == ENOENT || os == ENOTDIR || os == EACCES) && stat(o->cwd, &st))
		return rd_err_os(err, errno, "starting '%s' in '%s'", o->argv[0], o->cwd);
	return rd_err_os(err, os, "starting '%s'", o->argv[0]);
}

/* ---- a child that dies with us ---- */

/* The moves of add_fds, in the child. */
static bool move_fds(const rd_spawn_opts *o)
{
	int top = 2, null;

	for (size_t i = 0; i < o->n_fds; i++)
		top = o->fds[i].child > top ? o->fds[i].child : top;
	for (size_t i = 0; i < o->n_fds; i++)
		top = o->fds[i].parent > top ? o->fds[i].parent : top;
	null = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, top + 1);
	top = null;
	for (size_t i = 0; null >= 0 && i < o->n_fds; i++)
		if (dup3(o->fds[i].parent, top + 1 + (int)i, O_CLOEXEC) < 0)
			return false;
	for (size_t i = 0; null >= 0 && i < o->n_fds; i++)
		if (dup2(top + 1 + (int)i, o->fds[i].child) < 0)
			return false;
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		if (!is_mapped(o, fd) && dup2(null, fd) < 0)
			return false;
	return null >= 0;
}

/* Only calls that are safe between fork and exec in a process with threads. @returns an errno value. */
static int become(const rd_spawn_opts *o, pid_t parent)
{
	/* as in start */
	union {
		const char *const *in;
		char *const *out;
	} argv = {o->argv}, envp = {o->envp};
	sigset_t none;

	/* A parent that died before the call is not told of. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		return EOWNERDEAD;
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (o->new_session)
		setsid();
	if (move_fds(o) && (!o->cwd || !chdir(o->cwd)))
		execvpe(o->argv[0], argv.out, o->envp ? envp.out : environ);
	return errno;
}

/* @returns an errno value. */
static int start_bound(const rd_spawn_opts *o, pid_t *ret_pid)
{
	int report[2], os = 0;
	pid_t parent = getpid(), pid;
	sigset_t all, old;
	ssize_t n;

	if (pipe2(report, O_CLOEXEC))
		return errno;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pid = fork();
	if (!pid) {
		/* above the places that descriptors are moved to */
		int fd = fcntl(report[1], F_DUPFD_CLOEXEC, 1000);

		os = become(o, parent);
		n = write(fd < 0 ? report[1] : fd, &os, sizeof os);
		_exit(n == (ssize_t)sizeof os ? 127 : 126);
	}
	os = pid < 0 ? errno : 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(report[1]);
	do
		n = pid < 0 ? 0 : read(report[0], &os, sizeof os);
	while (n < 0 && errno == EINTR);
	close(report[0]);
	while (os && pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	*ret_pid = pid;
	return os;
}

rd_code rd_spawn(const rd_spawn_opts *opts, pid_t *ret_pid, rd_err *err)
{
	struct setup s;
	rd_code code;
	pid_t pid;
	int os;

	if (opts->dies_with_us) {
		os = start_bound(opts, &pid);
	} else {
		code = setup_init(&s, opts, opts->new_session, err);
		if (code)
			return code;
		os = start(&s, opts, &pid);
		setup_done(&s);
	}
	if (os)
		return start_error(opts, os, err);
	*ret_pid = pid;
	return RD_OK;
}

/* The go-between: starts the process, reports an errno value and ends, so that init (or the
 * nearest subreaper) becomes the parent. */
static _Noreturn void go_between(const struct setup *s, const rd_spawn_opts *o, int report_fd)
{
	pid_t pid;
	int os = start(s, o, &pid);
	ssize_t n = write(report_fd, &os, sizeof os);

	_exit(n == (ssize_t)sizeof os ? 0 : 1);
}

/* Forks the go-between and hears from it. @returns an errno value. */
static int start_detached(const struct setup *s, const rd_spawn_opts *o)
{
	int report[2], os = 0;
	sigset_t all, old;
	ssize_t n;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC))
		return errno;
	/* our handlers must not run in the go-between */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pid = fork();
	if (!pid)
		go_between(s, o, report[1]);
	os = pid < 0 ? errno : 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(report[1]);
	if (pid > 0) {
		do
			n = read(report[0], &os, sizeof os);
		while (n < 0 && errno == EINTR);
		if (n != (ssize_t)sizeof os)
			os = EIO;
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(report[0]);
	return os;
}

rd_code rd_spawn_detached(const rd_spawn_opts *opts, rd_err *err)
{
	struct setup s;
	rd_code code = setup_init(&s, opts, true, err);
	int os;

	if (code)
		return code;
	os = start_detached(&s, opts);
	setup_done(&s);
	return os ? start_error(opts, os, err) : RD_OK;
}

rd_code rd_spawn_wait(pid_t pid, int *ret_status, rd_err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return rd_err_os(err, errno, "waiting for process %ld", (long)pid);
	*ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return RD_OK;
}

/* rd_spawn with one more descriptor: the end of a pipe as stdout. */
static rd_code spawn_piped(const rd_spawn_opts *opts, int out_fd, pid_t *ret_pid, rd_err *err)
{
	rd_spawn_fd *fds RD_AUTOFREE = calloc(opts->n_fds + 1, sizeof *fds);
	rd_spawn_opts with = *opts;

	if (!fds)
		return rd_err_nomem(err);
	if (opts->n_fds)
		memcpy(fds, opts->fds, opts->n_fds * sizeof *fds);
	fds[opts->n_fds] = (rd_spawn_fd){.parent = out_fd, .child = 1};
	with.fds = fds;
	with.n_fds = opts->n_fds + 1;
	return rd_spawn(&with, ret_pid, err);
}

rd_code rd_spawn_output(const rd_spawn_opts *opts, size_t max_bytes, rd_str *out, int *ret_status,
	rd_err *err)
{
	rd_code code;
	int ends[2];
	int status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return rd_err_os(err, errno, "making a pipe for '%s'", opts->argv[0]);
	code = spawn_piped(opts, ends[1], &pid, err);
	close(ends[1]);
	if (code) {
		close(ends[0]);
		return code;
	}
	code = rd_read_all(ends[0], opts->argv[0], max_bytes, out, err);
	close(ends[0]);
	if (code) {
		/* not waited for yet, so the number cannot be another's */
		kill(pid, SIGKILL);
		rd_spawn_wait(pid, &status, NULL);
		return code;
	}
	return rd_spawn_wait(pid, ret_status, err);
}

rd_code rd_self_exe(char **ret_path, rd_err *err)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	if (n < 0)
		return rd_err_os(err, errno, "reading '/proc/self/exe'");
	path[n] = '\0';
	/* replaced while we run: the link itself still leads to the program that we are */
	*ret_path = strdup(rd_ends_with(path, " (deleted)") ? "/proc/self/exe" : path);
	return *ret_path ? RD_OK : rd_err_nomem(err);
}

/* SPDX-License-Identifier: MIT */
/* Child processes: descriptors, signals, sessions, no zombies. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/spawn.h"

#define SH(script) ((const char *const[]){"sh", "-c", (script), NULL})

static void output__gives_stdout_and_status(void **state RD_UNUSED)
{
	const char *const env[] = {"A=x y", NULL};
	rd_spawn_opts o = {.argv = SH("echo \"$A\"; pwd; exit 3"), .envp = env, .cwd = "/"};
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	int status = -1;

	assert_int_equal(rd_spawn_output(&o, 100, &out, &status, NULL), RD_OK);
	assert_string_equal(rd_str_get(&out), "x y\n/\n");
	assert_int_equal(status, 3);
}

static void output__over_the_cap_ends_the_child(void **state RD_UNUSED)
{
	rd_spawn_opts o = {.argv = SH("while :; do echo 0123456789; done")};
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	int status = -1;
	rd_err err;

	assert_int_equal(rd_spawn_output(&o, 1000, &out, &status, &err), RD_ELIMIT);
	assert_int_equal(status, -1);
	assert_int_equal(out.len, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void wait__gives_128_and_the_signal(void **state RD_UNUSED)
{
	rd_spawn_opts o = {.argv = SH("kill -TERM $$")};
	int status = -1;
	pid_t pid;

	assert_int_equal(rd_spawn(&o, &pid, NULL), RD_OK);
	assert_int_equal(rd_spawn_wait(pid, &status, NULL), RD_OK);
	assert_int_equal(status, 128 + SIGTERM);
	assert_int_not_equal(rd_spawn_wait(pid, &status, NULL), RD_OK);
}

static void *start_one(void *ret_pid)
{
	rd_spawn_opts o = {.argv = SH("sleep 1000"), .dies_with_us = true};

	assert_int_equal(rd_spawn(&o, ret_pid, NULL), RD_OK);
	return NULL;
}

static void dies_with_us__ends_with_its_thread(void **state RD_UNUSED)
{
	int status = -1;
	pthread_t thread;
	pid_t pid = 0;

	assert_int_equal(pthread_create(&thread, NULL, start_one, &pid), 0);
	pthread_join(thread, NULL);
	assert_int_equal(rd_spawn_wait(pid, &status, NULL), RD_OK);
	assert_int_equal(status, 128 + SIGKILL);
}

static void dies_with_us__is_like_any_other(void **state RD_UNUSED)
{
	const char *const env[] = {"A=x y", NULL};
	const char *const none[] = {"no-such-program-here", NULL};
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	rd_spawn_opts o = {.argv = SH("echo \"$A\"; pwd; cat; exit 3"),
		.envp = env,
		.cwd = "/",
		.new_session = true,
		.dies_with_us = true};
	int status = -1;
	pid_t pid;
	rd_err err;

	assert_int_equal(rd_spawn_output(&o, 100, &out, &status, NULL), RD_OK);
	assert_string_equal(rd_str_get(&out), "x y\n/\n");
	assert_int_equal(status, 3);
	o.argv = none;
	assert_int_equal(rd_spawn(&o, &pid, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "no-such-program-here"));
	o.argv = SH("true");
	o.cwd = "/no-such-folder";
	assert_int_equal(rd_spawn(&o, &pid, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "no-such-folder"));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void spawn__names_what_is_missing(void **state RD_UNUSED)
{
	rd_spawn_opts o = {.argv = (const char *const[]){"no-such-program-here", NULL}};
	pid_t pid;
	rd_err err;

	assert_int_equal(rd_spawn(&o, &pid, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "no-such-program-here"));
	assert_int_equal(rd_spawn_detached(&o, &err), RD_ENOENT);
	o.argv = SH("true");
	o.cwd = "/no/such/folder";
	assert_int_equal(rd_spawn(&o, &pid, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "/no/such/folder"));
	assert_int_equal(rd_spawn_detached(&o, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "/no/such/folder"));
}

/* A pipe, so that its numbers are known; reads all that comes out of it. */
static void drain(int fd, rd_str *out)
{
	char buf[256];
	ssize_t n;

	while ((n = read(fd, buf, sizeof buf)) > 0)
		rd_str_putn(out, buf, (size_t)n);
	assert_int_equal(n, 0);
}

static void fds__may_swap_places(void **state RD_UNUSED)
{
	int a[2], b[2], status = -1;
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	rd_spawn_fd fds[2];
	rd_spawn_opts o = {.fds = fds, .n_fds = 2};
	char script[64];
	pid_t pid;

	assert_int_equal(pipe2(a, O_CLOEXEC), 0);
	assert_int_equal(pipe2(b, O_CLOEXEC), 0);
	/* the write ends change numbers: each one's place is the other's source */
	assert_true(a[1] < 10 && b[1] < 10);
	fds[0] = (rd_spawn_fd){.parent = a[1], .child = b[1]};
	fds[1] = (rd_spawn_fd){.parent = b[1], .child = a[1]};
	snprintf(script, sizeof script, "echo to-a >&%d; echo to-b >&%d", b[1], a[1]);
	o.argv = SH(script);
	assert_int_equal(rd_spawn(&o, &pid, NULL), RD_OK);
	close(a[1]);
	close(b[1]);
	drain(a[0], &out);
	drain(b[0], &out);
	assert_string_equal(rd_str_get(&out), "to-a\nto-b\n");
	assert_int_equal(rd_spawn_wait(pid, &status, NULL), RD_OK);
	assert_int_equal(status, 0);
	close(a[0]);
	close(b[0]);
}

static void fds__not_named_are_closed_or_null(void **state RD_UNUSED)
{
	/* descriptors that an outsider left without close-on-exec, below and above those named */
	int low = dup(2), high = fcntl(2, F_DUPFD, 50), named = fcntl(2, F_DUPFD_CLOEXEC, 30);
	rd_spawn_fd fds[] = {{.parent = named, .child = 20}};
	rd_spawn_opts o = {.fds = fds, .n_fds = 1};
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	int status = -1;

	o.argv = SH("exec 9</proc/self/fd; cd /proc/$$/fd; exec 9<&-; for f in *; do "
		    "[ -e /proc/$$/fd/$f ] && printf '%s ' $f; done; "
		    "[ /dev/null -ef /proc/$$/fd/0 ] && [ /dev/null -ef /proc/$$/fd/2 ] && echo "
		    "null");
	assert_int_equal(rd_spawn_output(&o, 1000, &out, &status, NULL), RD_OK);
	assert_string_equal(rd_str_get(&out), "0 1 2 20 null\n");
	close(low);
	close(high);
	close(named);
}

static void signals__are_at_their_defaults(void **state RD_UNUSED)
{
	rd_spawn_opts o = {.argv = (const char *const[]){
				   "grep", "-E", "^Sig(Blk|Ign|Cgt):", "/proc/self/status", NULL}};
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	const char *ign;
	int status = -1;
	sigset_t block, old;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &old);
	assert_int_equal(rd_spawn_output(&o, 1000, &out, &status, NULL), RD_OK);
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
	assert_non_null(strstr(rd_str_get(&out), "SigBlk:\t0000000000000000\n"));
	/* the C library itself ignores 32 and 33, which are its own */
	ign = strstr(rd_str_get(&out), "SigIgn:\t");
	assert_non_null(ign);
	assert_true((strtoull(ign + strlen("SigIgn:\t"), NULL, 16) & ~(3ULL << 31)) == 0);
}

static void detached__is_nobodys_child_here(void **state RD_UNUSED)
{
	int ends[2];
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	rd_spawn_fd fds[1];
	rd_spawn_opts o = {.fds = fds,
		.n_fds = 1,
		.argv = SH("set -- $(cat /proc/$$/stat); "
			   "[ $1 = $6 ] && echo leader; "
			   "trap '' TERM; kill 0; echo alive")};

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fds[0] = (rd_spawn_fd){.parent = ends[1], .child = 1};
	assert_int_equal(rd_spawn_detached(&o, NULL), RD_OK);
	close(ends[1]);
	/* no child is left, neither running nor as a zombie */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	/* its own session: the signal to its group does not reach us */
	drain(ends[0], &out);
	assert_string_equal(rd_str_get(&out), "leader\nalive\n");
	close(ends[0]);
}

static void self_exe__is_this_test(void **state RD_UNUSED)
{
	char *path RD_AUTOFREE = NULL;

	assert_int_equal(rd_self_exe(&path, NULL), RD_OK);
	assert_non_null(strstr(path, "test_spawn"));
	assert_int_equal(access(path, X_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output__gives_stdout_and_status),
		cmocka_unit_test(output__over_the_cap_ends_the_child),
		cmocka_unit_test(wait__gives_128_and_the_signal),
		cmocka_unit_test(spawn__names_what_is_missing),
		cmocka_unit_test(dies_with_us__ends_with_its_thread),
		cmocka_unit_test(dies_with_us__is_like_any_other),
		cmocka_unit_test(fds__may_swap_places),
		cmocka_unit_test(fds__not_named_are_closed_or_null),
		cmocka_unit_test(signals__are_at_their_defaults),
		cmocka_unit_test(detached__is_nobodys_child_here),
		cmocka_unit_test(self_exe__is_this_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

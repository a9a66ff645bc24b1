/* SPDX-License-Identifier: MIT */
/* Locks: one holder, handed to a child, ended by kill -9, probed without being taken. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/store/locks.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/rd-test-locks-XXXXXX";
static char path[sizeof dir + 16];

static int make_dir(void **state RD_UNUSED)
{
	memset(dir + sizeof dir - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/B1.lock", dir);
	return 0;
}

static int remove_dir(void **state RD_UNUSED)
{
	unlink(path);
	return rmdir(dir);
}

static bool held(void)
{
	bool yes = false;

	assert_int_equal(rd_lock_held(path, &yes, NULL), RD_OK);
	return yes;
}

static void lock_take__has_one_holder(void **state RD_UNUSED)
{
	int fd = -1, second = -1;
	rd_err err = {0};

	assert_false(held());
	assert_int_equal(rd_lock_take(path, &fd, &err), RD_OK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(held());
	assert_int_equal(rd_lock_take(path, &second, &err), RD_EBUSY);
	assert_int_equal(second, -1);
	assert_true(held());
	close(fd);
	assert_false(held());
	assert_int_equal(rd_lock_take(path, &second, &err), RD_OK);
	close(second);
}

static void lock_take__names_missing_folder(void **state RD_UNUSED)
{
	int fd = -1;
	rd_err err = {0};

	assert_int_equal(rd_lock_take("/nonexistent/B1.lock", &fd, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "/nonexistent/B1.lock"));
	assert_int_equal(rd_lock_take(dir, &fd, &err), RD_EIO);
}

static void lock_take__lives_with_the_child_it_was_handed_to(void **state RD_UNUSED)
{
	int fd = -1, ready[2];
	char c;
	pid_t pid;

	assert_int_equal(rd_lock_take(path, &fd, NULL), RD_OK);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(fd);
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_true(held());
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(held());
	close(ready[0]);
	close(ready[1]);
}

#define LOCK_TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOCK_TEST(lock_take__has_one_holder),
		LOCK_TEST(lock_take__names_missing_folder),
		LOCK_TEST(lock_take__lives_with_the_child_it_was_handed_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

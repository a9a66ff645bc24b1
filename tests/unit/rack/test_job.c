/* SPDX-License-Identifier: MIT */
/* The job of a worker: there and back, sealed. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/rack/job.h"

static char text_build[] = "build", text_dir[] = "/tmp/rack", text_env[] = "A=1\nB=\xc3\xa9\t\"";

static void write__keeps_all_members(void **state RD_UNUSED)
{
	rd_job j = {.kind = text_build,
		.dir = text_dir,
		.env = text_env,
		.no_cache = true,
		.memory_bytes = 5LL << 30,
		.parallel = 3};
	rd_job back;
	rd_err err;
	int fd;

	assert_true(rd_kvs_set(&j.args, "TOKEN", "pass,word=1"));
	assert_true(rd_kvs_set(&j.auth, "reg.example.com:5000", "u:p"));
	assert_int_equal(rd_job_write(&j, &fd, &err), RD_OK);
	assert_int_equal(rd_job_read(fd, &back, &err), RD_OK);
	assert_string_equal(back.kind, "build");
	assert_string_equal(back.dir, text_dir);
	assert_string_equal(back.env, text_env);
	assert_null(back.problem);
	assert_null(back.engines.builder.ca);
	assert_true(back.no_cache);
	assert_false(back.full_log);
	assert_true(back.memory_bytes == 5LL << 30);
	assert_int_equal(back.parallel, 3);
	assert_string_equal(rd_kvs_get(&back.args, "TOKEN"), "pass,word=1");
	assert_string_equal(rd_kvs_get(&back.auth, "reg.example.com:5000"), "u:p");
	rd_job_done(&back);
	rd_kvs_done(&j.args);
	rd_kvs_done(&j.auth);
	close(fd);
}

static void write__seals_the_job(void **state RD_UNUSED)
{
	rd_job j = {.kind = text_build, .dir = text_dir};
	rd_err err;
	int fd;

	assert_int_equal(rd_job_write(&j, &fd, &err), RD_OK);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

static void write__refuses_bytes_that_json_can_not_hold(void **state RD_UNUSED)
{
	char bad[] = "A=\xff";
	rd_job j = {.kind = text_build, .dir = text_dir, .env = bad};
	rd_err err;
	int fd;

	assert_int_equal(rd_job_write(&j, &fd, &err), RD_EINVAL);
	assert_string_equal(err.msg, "the name or value of 'env' is not UTF-8");
}

static void read__refuses_what_is_no_job(void **state RD_UNUSED)
{
	char path[] = "/tmp/rackdeck-test-job-XXXXXX";
	int fd = mkstemp(path);
	rd_job j;
	rd_err err;

	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(rd_job_read(-1, &j, &err), RD_EPARSE);
	assert_int_equal(rd_job_read(fd, &j, &err), RD_EPARSE);
	assert_int_equal(write(fd, "[1]", 3), 3);
	assert_int_equal(rd_job_read(fd, &j, &err), RD_EPARSE);
	assert_int_equal(pwrite(fd, "{} ", 3, 0), 3);
	assert_int_equal(rd_job_read(fd, &j, &err), RD_EPARSE);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write__keeps_all_members),
		cmocka_unit_test(write__seals_the_job),
		cmocka_unit_test(write__refuses_bytes_that_json_can_not_hold),
		cmocka_unit_test(read__refuses_what_is_no_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

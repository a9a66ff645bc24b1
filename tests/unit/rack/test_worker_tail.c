/* SPDX-License-Identifier: MIT */
/* The log of a build elsewhere, copied as it grows. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/worker_tail.h"

typedef struct rig {
	char dir[32];
	int in; /* where the log grows */
	int to;
	rd_redact *redact;
	rd_worker_tail tail;
} rig;

static int open_at(rig *r, const char *name, int flags)
{
	RD_AUTOFREE char *path = rd_path_join(r->dir, name);
	int fd = open(path, flags | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void start(rig *r, bool is_text)
{
	*r = (rig){.dir = "/tmp/rd-tail-XXXXXX"};
	assert_non_null(mkdtemp(r->dir));
	assert_int_equal(rd_redact_new(&r->redact, NULL), RD_OK);
	assert_int_equal(rd_redact_add(r->redact, "hunter2-and-more", NULL), RD_OK);
	r->in = open_at(r, "in", O_WRONLY | O_APPEND);
	r->to = open_at(r, "to", O_WRONLY | O_APPEND);
	r->tail = (rd_worker_tail){
		r->redact, open_at(r, "in", O_RDONLY), r->to, is_text, RD_STR_INIT(0)};
}

static void stop(rig *r)
{
	close(r->in);
	close(r->to);
	close(r->tail.from);
	rd_worker_tail_done(&r->tail);
	rd_redact_free(r->redact);
	rd_rmtree(r->dir, NULL);
}

static void grow(rig *r, const char *text, bool is_over)
{
	assert_int_equal(rd_write_all(r->in, text, strlen(text), NULL), RD_OK);
	assert_int_equal(rd_worker_tail_copy(&r->tail, is_over, NULL), RD_OK);
}

static void assert_has(rig *r, const char *text)
{
	RD_AUTOFREE char *path = rd_path_join(r->dir, "to");
	rd_str got RD_STR_AUTO = RD_STR_INIT(0);

	assert_int_equal(rd_file_read(path, 1 << 24, &got, NULL), RD_OK);
	assert_string_equal(rd_str_get(&got), text);
}

static void copy__gives_whole_lines_then_the_rest(void **state RD_UNUSED)
{
	rig r;

	start(&r, true);
	grow(&r, "one\ntw", false);
	assert_has(&r, "one\n");
	grow(&r, "o\n\nthree", false);
	assert_has(&r, "one\ntwo\n\n");
	grow(&r, "", true);
	assert_has(&r, "one\ntwo\n\nthree");
	stop(&r);
}

static void copy__hides_a_secret_and_keeps_the_lengths(void **state RD_UNUSED)
{
	static const char before[] = "pass hunter2-a", after[] = "nd-more end\nnext\n";
	RD_AUTOFREE char *path = NULL;
	rd_str got RD_STR_AUTO = RD_STR_INIT(0);
	rig r;

	start(&r, true);
	grow(&r, before, false);
	grow(&r, after, false);
	path = rd_path_join(r.dir, "to");
	assert_int_equal(rd_file_read(path, 4096, &got, NULL), RD_OK);
	assert_null(strstr(rd_str_get(&got), "hunter2"));
	assert_int_equal(got.len, strlen(before) + strlen(after));
	assert_non_null(strstr(rd_str_get(&got), "\nnext\n"));
	stop(&r);
}

static void copy__takes_logs_that_are_not_there(void **state RD_UNUSED)
{
	rd_worker_tail none = {NULL, -1, -1, false, RD_STR_INIT(0)};

	assert_int_equal(rd_worker_tail_copy(&none, true, NULL), RD_OK);
	rd_worker_tail_done(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copy__gives_whole_lines_then_the_rest),
		cmocka_unit_test(copy__hides_a_secret_and_keeps_the_lengths),
		cmocka_unit_test(copy__takes_logs_that_are_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Tests of the steps file that is made of a log's text: it can be read while it grows, by several. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/formats/steps.h"
#include "core/rack/convox_impl.h"
#include "tests/unit/unit.h"

static const char log_text[] = "Building: .\nStep 1/2 : FROM a\nStep 2/2 : RUN b\nout\n";

static rd_steps *read_steps(int fd)
{
	rd_steps *m = NULL;
	char buf[4096];
	ssize_t n;

	assert_true(fd >= 0);
	assert_int_equal(rd_steps_new(&m, NULL), RD_OK);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		assert_int_equal(rd_steps_feed(m, buf, (size_t)n, NULL), RD_OK);
	return m;
}

static void rd_convox_steps_take__shows_what_has_come(void **state RD_UNUSED)
{
	rd_convox_steps *s = NULL;
	rd_steps *m;
	int early, late;

	assert_int_equal(rd_convox_steps_new(&s, NULL), RD_OK);
	assert_int_equal(rd_convox_steps_take(s, log_text, 35, 5, NULL), RD_OK);
	early = rd_convox_steps_open(s);
	m = read_steps(early);
	assert_int_equal(rd_steps_count(m), 1);
	assert_int_equal(rd_steps_at(m, 0)->state, RD_STEP_RUNNING);
	rd_steps_free(m);
	/* Who read has not moved the place where it is written. */
	assert_int_equal(rd_convox_steps_take(s, log_text + 35, strlen(log_text) - 35, 6, NULL),
		RD_OK);
	assert_int_equal(rd_convox_steps_end(s, false, 7, NULL), RD_OK);
	late = rd_convox_steps_open(s);
	m = read_steps(late);
	assert_int_equal(rd_steps_malformed(m), 0);
	assert_int_equal(rd_steps_count(m), 2);
	assert_int_equal(rd_steps_at(m, 1)->state, RD_STEP_COMPLETE);
	assert_int_equal(rd_steps_at(m, 1)->ended_us, 7);
	rd_steps_free(m);
	close(early);
	close(late);
	rd_convox_steps_free(s);
}

static void rd_convox_steps_read__takes_a_log_that_is_there(void **state RD_UNUSED)
{
	FILE *log = tmpfile();
	rd_convox_steps *s = NULL;
	uint64_t bytes = 0;
	rd_steps *m;
	int fd;

	assert_non_null(log);
	fputs(log_text, log);
	fflush(log);
	assert_int_equal(rd_convox_steps_new(&s, NULL), RD_OK);
	assert_int_equal(rd_convox_steps_read(s, fileno(log), &bytes, NULL), RD_OK);
	assert_int_equal(bytes, strlen(log_text));
	assert_int_equal(rd_convox_steps_end(s, true, 0, NULL), RD_OK);
	fd = rd_convox_steps_open(s);
	m = read_steps(fd);
	assert_int_equal(rd_steps_count(m), 2);
	assert_int_equal(rd_steps_at(m, 1)->state, RD_STEP_FAILED);
	assert_int_equal(rd_steps_at(m, 1)->log_bytes, strlen("Step 2/2 : RUN b\nout\n"));
	rd_steps_free(m);
	close(fd);
	fclose(log);
	rd_convox_steps_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rd_convox_steps_take__shows_what_has_come),
		cmocka_unit_test(rd_convox_steps_read__takes_a_log_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

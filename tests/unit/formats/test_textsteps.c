/* SPDX-License-Identifier: MIT */
/* Tests of steps that are found in the text of a log: Convox's builder, classic and BuildKit, cut anywhere. */
#include "core/formats/textsteps.h"

#include <stdlib.h>

#include "tests/unit/unit.h"

/* Feeds the text in pieces of that size and reads what comes of it. */
static rd_steps *steps_of(const char *text, size_t piece, bool is_failed)
{
	rd_str out = RD_STR_INIT(0);
	rd_textsteps *t = NULL;
	rd_steps *m = NULL;

	assert_int_equal(rd_textsteps_new(&t, NULL), RD_OK);
	for (size_t at = 0, n = strlen(text); at < n; at += piece)
		assert_int_equal(rd_textsteps_feed(t, text + at, piece < n - at ? piece : n - at, 7,
					 &out, NULL),
			RD_OK);
	assert_int_equal(rd_textsteps_end(t, is_failed, 9, &out, NULL), RD_OK);
	rd_textsteps_free(t);
	assert_int_equal(rd_steps_new(&m, NULL), RD_OK);
	assert_int_equal(rd_steps_feed(m, rd_str_get(&out), out.len, NULL), RD_OK);
	assert_int_equal(rd_steps_malformed(m), 0);
	rd_str_done(&out);
	return m;
}

/* The text that belongs to a step, ranges joined. */
static char *text_of(const rd_step *s, const char *log)
{
	rd_str text = RD_STR_INIT(0);

	for (size_t i = 0; i < s->ranges.len; i++) {
		const rd_step_range *r = rd_vec_at(&s->ranges, i);

		assert_true(r->offset + r->n <= strlen(log));
		rd_str_putn(&text, log + r->offset, r->n);
	}
	return rd_str_take(&text);
}

static void assert_step(const rd_steps *m, size_t i, const char *name, rd_step_state state,
	const char *log, const char *text)
{
	const rd_step *s = rd_steps_at(m, i);
	char *own = text_of(s, log);

	assert_string_equal(s->name, name);
	assert_int_equal(s->state, state);
	assert_string_equal(own, text);
	free(own);
}

static void assert_group(const rd_steps *m, size_t i, const char *kind, const char *name)
{
	assert_string_equal(rd_steps_group_at(m, i)->kind, kind);
	assert_string_equal(rd_steps_group_at(m, i)->name, name);
}

static const char classic[] = "Authenticating index.docker.io: Login Succeeded\n"
			      "Building: web\n"
			      "Sending build context to Docker daemon  3.5kB\r\n"
			      "Step 1/3 : FROM busybox\n"
			      " ---> abc\n"
			      "Step 2/3 : COPY . /app\n"
			      " ---> Using cache\n"
			      " ---> def\n"
			      "Step 3/3 : RUN make\n"
			      " ---> Running in 123\n"
			      "ERROR: no error but a word of make\n"
			      "#1 a comment of make\n"
			      "Authenticating nobody\n"
			      "Successfully built fed\n"
			      "Running: docker pull redis\n"
			      "Using default tag: latest\n"
			      "Running: docker tag a b\n"
			      "Running: docker tag c d\n"
			      "Running: docker push repo:web.B\n"
			      "The push refers to repository [repo]\n";

static void check_classic(size_t piece)
{
	rd_steps *m = steps_of(classic, piece, false);

	assert_int_equal(rd_steps_groups(m), 5);
	assert_group(m, 0, "rack", "");
	assert_group(m, 1, "build", "web");
	assert_group(m, 2, "pull", "redis");
	assert_group(m, 3, "tag", "");
	assert_group(m, 4, "push", "repo:web.B");
	assert_int_equal(rd_steps_count(m), 9);
	assert_step(m, 0, "Authenticating index.docker.io: Login Succeeded", RD_STEP_COMPLETE,
		classic, "Authenticating index.docker.io: Login Succeeded\n");
	assert_step(m, 2, "[1/3] FROM busybox", RD_STEP_COMPLETE, classic,
		"Step 1/3 : FROM busybox\n ---> abc\n");
	assert_step(m, 3, "[2/3] COPY . /app", RD_STEP_CACHED, classic,
		"Step 2/3 : COPY . /app\n ---> Using cache\n ---> def\n");
	assert_step(m, 4, "[3/3] RUN make", RD_STEP_COMPLETE, classic,
		"Step 3/3 : RUN make\n ---> Running in 123\nERROR: no error but a word of make\n"
		"#1 a comment of make\nAuthenticating nobody\nSuccessfully built fed\n");
	assert_step(m, 5, "docker pull redis", RD_STEP_COMPLETE, classic,
		"Running: docker pull redis\nUsing default tag: latest\n");
	assert_step(m, 7, "docker tag c d", RD_STEP_COMPLETE, classic, "Running: docker tag c d\n");
	assert_step(m, 8, "docker push repo:web.B", RD_STEP_COMPLETE, classic,
		"Running: docker push repo:web.B\nThe push refers to repository [repo]\n");
	for (size_t i = 0; i < rd_steps_groups(m); i++)
		assert_null(rd_steps_group_at(m, i)->error);
	rd_steps_free(m);
}

static void rd_textsteps_feed__finds_those_of_convox_and_the_classic_builder(void **state RD_UNUSED)
{
	check_classic(strlen(classic));
}

static void rd_textsteps_feed__is_the_same_cut_anywhere(void **state RD_UNUSED)
{
	for (size_t piece = 1; piece < 40; piece++)
		check_classic(piece);
}

static void rd_textsteps_end__gives_the_last_error_to_the_open_step(void **state RD_UNUSED)
{
	static const char log[] = "Building: .\nStep 1/2 : FROM a\nStep 2/2 : RUN false\n"
				  "The command '/bin/sh -c false' returned a non-zero code: 1\n"
				  "ERROR: exit status 1";
	rd_steps *m = steps_of(log, 11, true);

	assert_int_equal(rd_steps_count(m), 2);
	assert_step(m, 0, "[1/2] FROM a", RD_STEP_COMPLETE, log, "Step 1/2 : FROM a\n");
	assert_int_equal(rd_steps_at(m, 1)->state, RD_STEP_FAILED);
	assert_string_equal(rd_steps_at(m, 1)->error, "exit status 1");
	assert_string_equal(rd_steps_group_at(m, 0)->error, "exit status 1");
	rd_steps_free(m);
}

static void rd_textsteps_feed__finds_those_of_buildkit(void **state RD_UNUSED)
{
	static const char log[] = "#1 [internal] load build definition from Dockerfile\n"
				  "#1 transferring dockerfile: 100B done\n"
				  "#1 DONE 0.1s\n"
				  "\n"
				  "#5 [1/3] FROM busybox\n"
				  "#6 [2/3] COPY . /app\n"
				  "#6 CACHED\n"
				  "#5 DONE 0.0s\n"
				  "#7 [3/3] RUN make\n"
				  "#7 0.1 Step 1/2 : of make\n"
				  "#7 ERROR: process \"make\" did not complete\n"
				  "------\n"
				  "ERROR: failed to solve\n";
	rd_steps *m = steps_of(log, 5, true);

	assert_int_equal(rd_steps_groups(m), 1);
	assert_int_equal(rd_steps_count(m), 4);
	assert_step(m, 0, "[internal] load build definition from Dockerfile", RD_STEP_COMPLETE, log,
		"#1 [internal] load build definition from Dockerfile\n"
		"#1 transferring dockerfile: 100B done\n#1 DONE 0.1s\n\n");
	assert_step(m, 1, "[1/3] FROM busybox", RD_STEP_COMPLETE, log,
		"#5 [1/3] FROM busybox\n#5 DONE 0.0s\n");
	assert_step(m, 2, "[2/3] COPY . /app", RD_STEP_CACHED, log,
		"#6 [2/3] COPY . /app\n#6 CACHED\n");
	assert_int_equal(rd_steps_at(m, 3)->state, RD_STEP_FAILED);
	assert_string_equal(rd_steps_at(m, 3)->error, "process \"make\" did not complete");
	assert_string_equal(rd_steps_group_at(m, 0)->error, "failed to solve");
	rd_steps_free(m);
}

static void rd_textsteps_feed__takes_lines_of_any_length_and_bytes(void **state RD_UNUSED)
{
	rd_str log = RD_STR_INIT(0);
	rd_steps *m;
	char *own;

	rd_str_put(&log, "Building: .\nStep 1/1 : RUN x\n");
	for (int i = 0; i < 20000; i++)
		rd_str_putc(&log, i % 7 ? 'x' : '\xff');
	rd_str_put(&log, "\nlast\n");
	m = steps_of(rd_str_get(&log), 999, false);
	own = text_of(rd_steps_at(m, 0), rd_str_get(&log));
	assert_string_equal(own, rd_str_get(&log) + strlen("Building: .\n"));
	free(own);
	rd_steps_free(m);
	rd_str_done(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rd_textsteps_feed__finds_those_of_convox_and_the_classic_builder),
		cmocka_unit_test(rd_textsteps_feed__is_the_same_cut_anywhere),
		cmocka_unit_test(rd_textsteps_end__gives_the_last_error_to_the_open_step),
		cmocka_unit_test(rd_textsteps_feed__finds_those_of_buildkit),
		cmocka_unit_test(rd_textsteps_feed__takes_lines_of_any_length_and_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Tests of the steps file: what is written is read again, live and cut anywhere. */
#include "core/formats/steps.h"

#include "tests/unit/unit.h"

static rd_steps *model_of(const char *text)
{
	rd_steps *m = NULL;

	assert_int_equal(rd_steps_new(&m, NULL), RD_OK);
	assert_int_equal(rd_steps_feed(m, text, strlen(text), NULL), RD_OK);
	return m;
}

/* A build of one image: a cached step, one with output, a gap and a warning, one that failed. */
static void put_build(rd_str *out)
{
	rd_strs services = {0};

	assert_true(rd_strs_add(&services, "web"));
	assert_true(rd_strs_add(&services, "wor\"ker"));
	rd_steps_put_group(out, 1, "build", &services, ".", "web | ", 1000);
	rd_steps_put_step(out, 1, 1, "[1/3] FROM local/busybox:1", NULL, 0);
	rd_steps_put_step(out, 1, 2, "[2/3] RUN echo \xc3\xa9 \xff\n\x1b[1m", (const int[]){1}, 1);
	rd_steps_put_start(out, 1, 1001);
	rd_steps_put_done(out, 1, 1002, true, NULL);
	rd_steps_put_start(out, 2, 1003);
	rd_steps_put_log(out, 2, 100, 50, 0);
	rd_steps_put_log(out, 2, 150, 25, 1500);
	rd_steps_put_log(out, 2, 300, 5, 0);
	rd_steps_put_gap(out, 2, 305, 0);
	rd_steps_put_log(out, 2, 305, 5, 1900);
	rd_steps_put_progress(out, 2, "sha256:ab", 10, 100, false);
	rd_steps_put_progress(out, 2, "sha256:ab", 100, 100, true);
	rd_steps_put_warn(out, 2, "odd", 3);
	rd_steps_put_done(out, 2, 2000, false, NULL);
	rd_steps_put_step(out, 1, 3, "[3/3] RUN false", (const int[]){2}, 1);
	rd_steps_put_start(out, 3, 2001);
	rd_steps_put_done(out, 3, 2002, false, "exit code: 1");
	rd_steps_put_group_done(out, 1, 3000, "build failed", NULL);
	rd_strs_done(&services);
}

static void assert_build(const rd_steps *m)
{
	const rd_step_group *g = rd_steps_group_at(m, 0);
	const rd_step *s = rd_steps_at(m, 1);
	const rd_step_range *r;
	const rd_step_progress *p;

	assert_int_equal(rd_steps_malformed(m), 0);
	assert_int_equal(rd_steps_groups(m), 1);
	assert_string_equal(g->kind, "build");
	assert_int_equal(g->services.len, 2);
	assert_string_equal(g->services.items[1], "wor\"ker");
	assert_string_equal(g->prefix, "web | ");
	assert_string_equal(g->error, "build failed");
	assert_int_equal(g->ended_us, 3000);
	assert_int_equal(rd_steps_count(m), 3);
	assert_int_equal(rd_steps_time_at(m, 149), 0);
	assert_int_equal(rd_steps_time_at(m, 150), 1500);
	assert_int_equal(rd_steps_time_at(m, 304), 1500);
	assert_int_equal(rd_steps_time_at(m, UINT64_MAX), 1900);
	assert_int_equal(rd_steps_at(m, 0)->state, RD_STEP_CACHED);
	assert_string_equal(s->name, "[2/3] RUN echo \xc3\xa9 \xef\xbf\xbd\n\x1b[1m");
	assert_int_equal(s->state, RD_STEP_COMPLETE);
	assert_int_equal(s->started_us, 1003);
	assert_int_equal(s->ended_us, 2000);
	assert_int_equal(s->log_bytes, 85);
	assert_int_equal(s->ranges.len, 4);
	r = rd_vec_at(&s->ranges, 0);
	assert_int_equal(r[0].offset, 100);
	assert_int_equal(r[0].n, 75);
	assert_true(r[2].gap);
	assert_int_equal(r[3].offset, 305);
	assert_int_equal(s->inputs.len, 1);
	assert_int_equal(*(int *)rd_vec_at(&s->inputs, 0), 0);
	assert_int_equal(s->progress.len, 1);
	p = rd_vec_at(&s->progress, 0);
	assert_int_equal(p->current, 100);
	assert_true(p->finished);
	assert_int_equal(s->warnings.len, 1);
	assert_int_equal(rd_steps_at(m, 2)->state, RD_STEP_FAILED);
	assert_string_equal(rd_steps_at(m, 2)->error, "exit code: 1");
}

static void steps_feed__reads_what_put_wrote(void **state)
{
	rd_str text = RD_STR_INIT(0);
	rd_steps *m;

	(void)state;
	put_build(&text);
	m = model_of(rd_str_get(&text));
	assert_build(m);
	rd_steps_free(m);
	rd_str_done(&text);
}

static void steps_feed__takes_input_cut_anywhere(void **state)
{
	rd_str text = RD_STR_INIT(0);

	(void)state;
	put_build(&text);
	for (size_t cut = 1; cut < 64; cut++) {
		rd_steps *m = NULL;

		assert_int_equal(rd_steps_new(&m, NULL), RD_OK);
		for (size_t at = 0; at < text.len; at += cut) {
			size_t n = text.len - at < cut ? text.len - at : cut;

			assert_int_equal(rd_steps_feed(m, text.data + at, n, NULL), RD_OK);
		}
		assert_build(m);
		rd_steps_free(m);
	}
	rd_str_done(&text);
}

static void steps_feed__waits_for_the_end_of_a_line(void **state)
{
	rd_steps *m = model_of("{\"t\":\"group\",\"g\":1,\"kind\":\"build\",\"name\":\".\"}");

	(void)state;
	assert_int_equal(rd_steps_groups(m), 0);
	assert_int_equal(rd_steps_version(m), 0);
	assert_int_equal(rd_steps_feed(m, "\n", 1, NULL), RD_OK);
	assert_int_equal(rd_steps_groups(m), 1);
	assert_int_equal(rd_steps_version(m), 1);
	rd_steps_free(m);
}

static void steps_feed__counts_malformed_and_skips_unknown(void **state)
{
	rd_steps *m = model_of("nonsense\n"
			       "[1]\n"
			       "{\"g\":1}\n"
			       "{\"t\":\"start\",\"s\":7,\"at\":1}\n"
			       "{\"t\":\"step\",\"g\":9,\"s\":1,\"name\":\"x\",\"in\":[]}\n"
			       "{\"t\":\"future\",\"x\":{}}\n"
			       "{\"t\":\"group\",\"g\":1,\"more\":[1]}\n"
			       "{\"t\":\"group\",\"g\":1}\n"
			       "{\"t\":\"group\",\"g\":-1}\n"
			       "\n");

	(void)state;
	assert_int_equal(rd_steps_malformed(m), 7);
	assert_int_equal(rd_steps_groups(m), 1);
	assert_string_equal(rd_steps_group_at(m, 0)->kind, "");
	rd_steps_free(m);
}

static void steps_feed__skips_an_endless_line(void **state)
{
	rd_steps *m = model_of("{\"t\":\"group\",\"g\":1}\n");
	char *junk = malloc(1 << 20);

	(void)state;
	assert_non_null(junk);
	memset(junk, 'x', 1 << 20);
	for (int i = 0; i < 16; i++)
		assert_int_equal(rd_steps_feed(m, junk, 1 << 20, NULL), RD_OK);
	assert_int_equal(rd_steps_feed(m, "\n{\"t\":\"group\",\"g\":2}\n", 21, NULL), RD_OK);
	assert_int_equal(rd_steps_malformed(m), 1);
	assert_int_equal(rd_steps_groups(m), 2);
	free(junk);
	rd_steps_free(m);
}

static void steps_feed__lets_no_step_be_its_own_input(void **state)
{
	rd_steps *m = model_of("{\"t\":\"group\",\"g\":1}\n"
			       "{\"t\":\"step\",\"g\":1,\"s\":1,\"in\":[1]}\n"
			       "{\"t\":\"step\",\"g\":1,\"s\":2,\"in\":[2,1,9]}\n");

	(void)state;
	assert_int_equal(rd_steps_at(m, 0)->inputs.len, 0);
	assert_int_equal(rd_steps_at(m, 1)->inputs.len, 1);
	rd_steps_free(m);
}

static void steps_feed__ends_open_steps_with_their_group(void **state)
{
	rd_steps *m =
		model_of("{\"t\":\"group\",\"g\":1}\n{\"t\":\"group\",\"g\":2}\n"
			 "{\"t\":\"step\",\"g\":1,\"s\":1,\"name\":\"a\",\"in\":[]}\n"
			 "{\"t\":\"step\",\"g\":2,\"s\":2,\"name\":\"b\",\"in\":[]}\n"
			 "{\"t\":\"step\",\"g\":1,\"s\":3,\"name\":\"c\",\"in\":[]}\n"
			 "{\"t\":\"start\",\"s\":1,\"at\":5}\n{\"t\":\"start\",\"s\":2,\"at\":5}\n"
			 "{\"t\":\"group-done\",\"g\":1,\"at\":9}\n");

	(void)state;
	assert_int_equal(rd_steps_at(m, 0)->state, RD_STEP_CANCELED);
	assert_int_equal(rd_steps_at(m, 0)->ended_us, 9);
	assert_int_equal(rd_steps_at(m, 1)->state, RD_STEP_RUNNING);
	assert_int_equal(rd_steps_at(m, 2)->state, RD_STEP_WAITING);
	rd_steps_free(m);
}

static void steps_feed__what_was_canceled_has_not_failed(void **state)
{
	rd_steps *m =
		model_of("{\"t\":\"group\",\"g\":1}\n"
			 "{\"t\":\"step\",\"g\":1,\"s\":1,\"name\":\"a\",\"in\":[]}\n"
			 "{\"t\":\"step\",\"g\":1,\"s\":2,\"name\":\"b\",\"in\":[]}\n"
			 "{\"t\":\"step\",\"g\":1,\"s\":3,\"name\":\"c\",\"in\":[]}\n"
			 "{\"t\":\"done\",\"s\":1,\"at\":5,\"error\":\"canceled\"}\n"
			 "{\"t\":\"done\",\"s\":2,\"at\":5,\"error\":\"x: context canceled\"}\n"
			 "{\"t\":\"done\",\"s\":3,\"at\":5,\"error\":\"order canceled\"}\n");

	(void)state;
	assert_int_equal(rd_steps_at(m, 0)->state, RD_STEP_CANCELED);
	assert_int_equal(rd_steps_at(m, 1)->state, RD_STEP_CANCELED);
	assert_int_equal(rd_steps_at(m, 2)->state, RD_STEP_FAILED);
	rd_steps_free(m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_feed__reads_what_put_wrote),
		cmocka_unit_test(steps_feed__takes_input_cut_anywhere),
		cmocka_unit_test(steps_feed__what_was_canceled_has_not_failed),
		cmocka_unit_test(steps_feed__lets_no_step_be_its_own_input),
		cmocka_unit_test(steps_feed__waits_for_the_end_of_a_line),
		cmocka_unit_test(steps_feed__counts_malformed_and_skips_unknown),
		cmocka_unit_test(steps_feed__skips_an_endless_line),
		cmocka_unit_test(steps_feed__ends_open_steps_with_their_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

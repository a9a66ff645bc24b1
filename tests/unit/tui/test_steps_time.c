/* SPDX-License-Identifier: MIT */
/* The critical path of a build, and its steps in an earlier build. */
#include "tests/unit/unit.h"
#include "tui/panes/steps_time.h"

#define SECOND 1000000LL

static rd_steps *make(const char *lines)
{
	rd_steps *m = NULL;

	assert_int_equal(rd_steps_new(&m, NULL), RD_OK);
	assert_int_equal(rd_steps_feed(m, lines, strlen(lines), NULL), RD_OK);
	assert_int_equal(rd_steps_malformed(m), 0);
	return m;
}

static const char base[] = "{\"t\":\"group\",\"g\":1,\"kind\":\"build\",\"services\":[\"web\"],"
			   "\"name\":\".\",\"prefix\":\"\",\"at\":1}\n"
			   "{\"t\":\"step\",\"g\":1,\"s\":1,\"name\":\"[1/3] FROM a\",\"in\":[]}\n"
			   "{\"t\":\"step\",\"g\":1,\"s\":2,\"name\":\"[2/3] RUN x\",\"in\":[1]}\n"
			   "{\"t\":\"step\",\"g\":1,\"s\":3,\"name\":\"[3/3] RUN y\",\"in\":[2]}\n"
			   "{\"t\":\"start\",\"s\":1,\"at\":1000000}\n{\"t\":\"done\",\"s\":1,"
			   "\"at\":2000000,\"cached\":false}\n"
			   "{\"t\":\"start\",\"s\":2,\"at\":2000000}\n{\"t\":\"done\",\"s\":2,"
			   "\"at\":2000000,\"cached\":true}\n"
			   "{\"t\":\"start\",\"s\":3,\"at\":2000000}\n{\"t\":\"done\",\"s\":3,"
			   "\"at\":5000000,\"cached\":false}\n";

/* The same build with one more step in between: the numbers in the names are others. */
static const char now[] =
	"{\"t\":\"group\",\"g\":1,\"kind\":\"build\",\"services\":[\"web\"],\"name\":\".\","
	"\"prefix\":\"\",\"at\":1}\n"
	"{\"t\":\"step\",\"g\":1,\"s\":1,\"name\":\"[1/4] FROM a\",\"in\":[]}\n"
	"{\"t\":\"step\",\"g\":1,\"s\":2,\"name\":\"[2/4] COPY new\",\"in\":[1]}\n"
	"{\"t\":\"step\",\"g\":1,\"s\":3,\"name\":\"[3/4] RUN x\",\"in\":[1]}\n"
	"{\"t\":\"step\",\"g\":1,\"s\":4,\"name\":\"[4/4] RUN y\",\"in\":[2,3]}\n"
	"{\"t\":\"start\",\"s\":1,\"at\":1000000}\n{\"t\":\"done\",\"s\":1,\"at\":1500000,"
	"\"cached\":false}\n"
	"{\"t\":\"start\",\"s\":2,\"at\":1500000}\n{\"t\":\"done\",\"s\":2,\"at\":1700000,"
	"\"cached\":false}\n"
	"{\"t\":\"start\",\"s\":3,\"at\":1500000}\n{\"t\":\"done\",\"s\":3,\"at\":4500000,"
	"\"cached\":false}\n"
	"{\"t\":\"start\",\"s\":4,\"at\":4500000}\n{\"t\":\"done\",\"s\":4,\"at\":9500000,"
	"\"cached\":false}\n";

static void fill__finds_what_the_end_waited_for(void **state RD_UNUSED)
{
	rd_steps *m = make(now);
	rd_steps_time t;

	rd_steps_time_init(&t);
	assert_int_equal(rd_steps_time_fill(&t, m, NULL, 0, NULL), RD_OK);
	assert_true(rd_steps_time_is_critical(&t, 0));
	assert_false(rd_steps_time_is_critical(&t, 1));
	assert_true(rd_steps_time_is_critical(&t, 2));
	assert_true(rd_steps_time_is_critical(&t, 3));
	assert_false(rd_steps_time_is_critical(&t, 4));
	assert_int_equal(t.first_us, SECOND);
	assert_int_equal(t.last_us, 9500000);
	rd_steps_time_done(&t);
	rd_steps_free(m);
}

static void fill__matches_steps_of_the_earlier_build(void **state RD_UNUSED)
{
	rd_steps *m = make(now), *earlier = make(base);
	rd_steps_time t;

	rd_steps_time_init(&t);
	assert_int_equal(rd_steps_time_fill(&t, m, earlier, 0, NULL), RD_OK);
	assert_int_equal(rd_steps_time_earlier(&t, 0), 0);
	assert_int_equal(rd_steps_time_earlier(&t, 1), -1);
	assert_int_equal(rd_steps_time_earlier(&t, 2), 1);
	assert_int_equal(rd_steps_time_earlier(&t, 3), 2);
	assert_int_equal(rd_steps_grown_us(rd_steps_at(m, 0), rd_steps_at(earlier, 0)),
		-SECOND / 2);
	assert_int_equal(rd_steps_grown_us(rd_steps_at(m, 3), rd_steps_at(earlier, 2)), 2 * SECOND);
	assert_true(rd_steps_lost_cache(rd_steps_at(m, 2), rd_steps_at(earlier, 1)));
	assert_false(rd_steps_lost_cache(rd_steps_at(m, 3), rd_steps_at(earlier, 2)));
	assert_int_equal(t.lost, 1);
	assert_int_equal(t.grown_us, 5 * SECOND); /* 3 of the lost one, 2 of the last */
	rd_steps_time_done(&t);
	rd_steps_free(m);
	rd_steps_free(earlier);
}

static void fill__of_nothing_is_empty(void **state RD_UNUSED)
{
	rd_steps *m = make("");
	rd_steps_time t;

	rd_steps_time_init(&t);
	assert_int_equal(rd_steps_time_fill(&t, m, m, 5, NULL), RD_OK);
	assert_false(rd_steps_time_is_critical(&t, 0));
	assert_int_equal(rd_steps_time_earlier(&t, 0), -1);
	assert_int_equal(t.last_us, 0);
	rd_steps_time_done(&t);
	rd_steps_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fill__finds_what_the_end_waited_for),
		cmocka_unit_test(fill__matches_steps_of_the_earlier_build),
		cmocka_unit_test(fill__of_nothing_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

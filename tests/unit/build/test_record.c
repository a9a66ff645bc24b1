/* SPDX-License-Identifier: MIT */
/* The record of a build: whole lines, prefixes, ranges, secrets. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/build/record.h"

struct place {
	char dir[64], text[96], steps[96];
	rd_record *record;
	rd_redact *redact;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	snprintf(p->dir, sizeof p->dir, "/tmp/rd-record-XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	snprintf(p->text, sizeof p->text, "%s/log", p->dir);
	snprintf(p->steps, sizeof p->steps, "%s/steps", p->dir);
	rd_redact_new(&p->redact, NULL);
	rd_redact_add(p->redact, "hunter2-secret", NULL);
	*state = p;
	return rd_record_open(p->text, p->steps, p->redact, &p->record, NULL);
}

static int tear_down(void **state)
{
	struct place *p = *state;

	if (p->record)
		rd_record_close(p->record, NULL);
	rd_redact_free(p->redact);
	rd_rmtree(p->dir, NULL);
	free(p);
	return 0;
}

static void finish(struct place *p)
{
	rd_record *r = p->record;

	p->record = NULL;
	assert_int_equal(rd_record_close(r, NULL), RD_OK);
}

static rd_record_group *group(struct place *p, const char *service, const char *prefix)
{
	rd_strs services = {0};
	rd_record_group *g;

	rd_strs_add(&services, service);
	assert_int_equal(rd_record_group_begin(p->record, "build", &services, ".", prefix, &g,
				 NULL),
		RD_OK);
	rd_strs_done(&services);
	return g;
}

static void begin(rd_record_group *g, const char *id, const char *name)
{
	rd_step_event ev = {.kind = RD_STEP_DECLARE, .id = id, .name = name};

	assert_int_equal(rd_record_event(g, &ev, NULL), RD_OK);
	ev.kind = RD_STEP_START;
	ev.at_us = 1000000;
	assert_int_equal(rd_record_event(g, &ev, NULL), RD_OK);
}

static void out(rd_record_group *g, const char *id, const char *bytes)
{
	rd_step_event ev = {
		.kind = RD_STEP_LOG, .id = id, .bytes = bytes, .n = strlen(bytes), .stream = 1};

	assert_int_equal(rd_record_event(g, &ev, NULL), RD_OK);
}

static void done(rd_record_group *g, const char *id, bool cached, const char *error)
{
	rd_step_event ev = {
		.kind = RD_STEP_DONE, .id = id, .at_us = 3500000, .cached = cached, .error = error};

	assert_int_equal(rd_record_event(g, &ev, NULL), RD_OK);
}

static char *slurp(const char *path)
{
	rd_str s = RD_STR_INIT(0);

	assert_int_equal(rd_file_read(path, 1 << 30, &s, NULL), RD_OK);
	return rd_str_take(&s);
}

static void assert_text(struct place *p, const char *expected)
{
	char *text = slurp(p->text);

	assert_string_equal(text, expected);
	free(text);
}

/* The text that the ranges of a step name. */
static char *text_of(struct place *p, const char *name)
{
	char *text = slurp(p->text), *steps = slurp(p->steps);
	rd_str s = RD_STR_INIT(0);
	rd_steps *m;

	rd_steps_new(&m, NULL);
	assert_int_equal(rd_steps_feed(m, steps, strlen(steps), NULL), RD_OK);
	assert_int_equal(rd_steps_malformed(m), 0);
	for (size_t i = 0; i < rd_steps_count(m); i++) {
		const rd_step *step = rd_steps_at(m, i);

		for (size_t j = 0; !strcmp(step->name, name) && j < step->ranges.len; j++) {
			const rd_step_range *range = rd_vec_at(&step->ranges, j);

			assert_true(range->offset + range->n <= strlen(text));
			rd_str_putn(&s, text + range->offset, range->n);
		}
	}
	rd_steps_free(m);
	free(text);
	free(steps);
	return rd_str_take(&s);
}

static void event__joins_parallel_steps_at_line_ends(void **state)
{
	struct place *p = *state;
	rd_record_group *web = group(p, "web", "web | "), *api = group(p, "api", "api | ");
	char *text;

	begin(web, "a", "[1/2] RUN one");
	begin(api, "a", "[1/2] RUN two");
	out(web, "a", "w1\nw2 be");
	out(api, "a", "a1\n");
	out(web, "a", "gun\n");
	out(api, "a", "a2");
	done(web, "a", false, NULL);
	done(api, "a", false, "exit code: 1");
	finish(p);
	assert_text(p, "web | [1/2] RUN one\nweb | w1\napi | [1/2] RUN two\napi | a1\n"
		       "web | w2 begun\nweb | [1/2] DONE 2.5s\napi | a2\n"
		       "api | [1/2] ERROR: exit code: 1\n");
	text = text_of(p, "[1/2] RUN two");
	assert_string_equal(text,
		"api | [1/2] RUN two\napi | a1\napi | a2\napi | [1/2] ERROR: exit code: 1\n");
	free(text);
}

static void event__cached_step_is_one_line(void **state)
{
	struct place *p = *state;
	rd_record_group *g = group(p, "web", "");

	begin(g, "a", "[1/2] RUN one");
	done(g, "a", true, NULL);
	finish(p);
	assert_text(p, "[1/2] RUN one CACHED\n");
}

static bool holds(const char *path, const char *needle)
{
	char *text = slurp(path);
	bool found = strstr(text, needle) != NULL;

	free(text);
	return found;
}

static bool wait_for(const char *path, const char *needle)
{
	int64_t deadline = rd_now_us() + 60 * 1000000;

	while (!holds(path, needle) && rd_now_us() < deadline)
		poll(NULL, 0, 5);
	return holds(path, needle);
}

static void flusher__writes_an_unfinished_line_and_goes_on_in_it(void **state)
{
	struct place *p = *state;
	rd_record_group *g = group(p, "web", "web | "), *h = group(p, "api", "api | ");

	begin(g, "a", "RUN dots");
	out(g, "a", "..");
	assert_true(wait_for(p->text, "web | .."));
	/* live readers learn whose bytes these are before the step ends */
	assert_true(wait_for(p->steps, "\"t\":\"log\""));
	out(g, "a", "..");
	assert_true(wait_for(p->text, "web | ...."));
	begin(h, "b", "RUN other");
	out(h, "b", "x\n");
	out(g, "a", ".\n");
	finish(p);
	assert_text(p, "web | RUN dots\nweb | ....\napi | RUN other\napi | x\nweb | .\n");
}

static void event__replaces_a_secret_cut_in_two(void **state)
{
	struct place *p = *state;
	rd_record_group *g = group(p, "web", "");

	begin(g, "a", "RUN use hunter2-secret");
	out(g, "a", "token=hunter2");
	assert_true(wait_for(p->text, "token="));
	out(g, "a", "-secret!\n");
	done(g, "a", false, "process hunter2-secret failed");
	assert_int_equal(rd_record_line(p->record, NULL, NULL, "why: %s", "hunter2-secret"), RD_OK);
	finish(p);
	assert_false(holds(p->text, "hunter2"));
	assert_false(holds(p->steps, "hunter2"));
	assert_true(holds(p->text, "token=****!"));
	assert_true(holds(p->text, "why: ****"));
}

struct writer {
	rd_record_group *g;
	int lines;
};

static void *write_lines(void *arg)
{
	struct writer *w = arg;
	char line[64];

	for (int i = 0; i < w->lines; i++) {
		snprintf(line, sizeof line, "line %d of %p\n", i, arg);
		/* cut at every place in turn */
		for (const char *at = line, *next; *at; at = next) {
			rd_step_event ev = {
				.kind = RD_STEP_LOG, .id = "s", .bytes = at, .stream = 1};

			next = at + 1 + i % 7;
			if (next > line + strlen(line))
				next = line + strlen(line);
			ev.n = (size_t)(next - at);
			if (rd_record_event(w->g, &ev, NULL))
				return arg;
		}
	}
	return NULL;
}

static void event__loses_and_mixes_no_line_of_many_threads(void **state)
{
	struct place *p = *state;
	struct writer w[4];
	pthread_t t[4];
	int per_writer[4] = {0};
	char *text, *save = NULL;

	for (int i = 0; i < 4; i++) {
		char prefix[8];

		snprintf(prefix, sizeof prefix, "g%d | ", i);
		w[i] = (struct writer){group(p, "x", prefix), 3000};
		begin(w[i].g, "s", "RUN");
		pthread_create(&t[i], NULL, write_lines, &w[i]);
	}
	for (int i = 0; i < 4; i++) {
		void *failed;

		pthread_join(t[i], &failed);
		assert_null(failed);
		done(w[i].g, "s", true, NULL);
	}
	finish(p);
	text = slurp(p->text);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		int who = line[1] - '0', n;
		void *ptr;

		if (strstr(line, "| RUN"))
			continue;
		assert_in_range(who, 0, 3);
		assert_int_equal(sscanf(line + 5, "line %d of %p", &n, &ptr), 2);
		assert_ptr_equal(ptr, &w[who]);
		assert_int_equal(n, per_writer[who]++);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(per_writer[i], 3000);
	free(text);
}

static void event__ranges_and_gaps_of_a_step_rise(void **state)
{
	struct place *p = *state;
	rd_record_group *g = group(p, "web", "");
	rd_step_event gap = {.kind = RD_STEP_GAP, .id = "a"};
	uint64_t last = 0;
	const rd_vec *ranges;
	rd_steps *m;
	char *steps;

	begin(g, "a", "RUN");
	out(g, "a", "one\n");
	assert_int_equal(rd_record_event(g, &gap, NULL), RD_OK);
	out(g, "a", "two\n");
	finish(p);
	steps = slurp(p->steps);
	rd_steps_new(&m, NULL);
	assert_int_equal(rd_steps_feed(m, steps, strlen(steps), NULL), RD_OK);
	ranges = &rd_steps_at(m, 0)->ranges;
	assert_int_equal(ranges->len, 3);
	for (size_t i = 0; i < ranges->len; i++) {
		const rd_step_range *range = rd_vec_at(ranges, i);

		assert_int_equal(range->offset, last);
		assert_int_equal(range->gap, i == 1);
		last = range->offset + range->n;
	}
	rd_steps_free(m);
	free(steps);
}

static void group__name_holds_no_secret(void **state)
{
	struct place *p = *state;
	const rd_strs none = {0};
	rd_record_group *g;

	assert_int_equal(rd_record_group_begin(p->record, "pull", &none, "host/hunter2-secret:1",
				 "", &g, NULL),
		RD_OK);
	finish(p);
	assert_true(holds(p->steps, "host/****:1"));
	assert_false(holds(p->steps, "hunter2"));
}

static void settle__writes_what_was_cut_before_what_comes_next(void **state)
{
	struct place *p = *state;
	rd_record_group *g = group(p, "web", "");

	begin(g, "a", "RUN fast");
	out(g, "a", "one\ntwo and a ha");
	assert_int_equal(rd_record_group_settle(g, NULL), RD_OK);
	assert_int_equal(rd_record_line(p->record, g, NULL, "again"), RD_OK);
	begin(g, "b", "RUN fast");
	out(g, "b", "one\n");
	finish(p);
	assert_text(p, "RUN fast\none\ntwo and a ha\nagain\nRUN fast\none\n");
}

static void group_end__that_failed_is_not_told_as_done(void **state)
{
	struct place *p = *state;
	rd_record_group *g = group(p, "web", "");
	rd_err why;

	rd_err_set(&why, RD_EFAILED, "hunter2-secret is wrong");
	assert_int_equal(rd_record_line(p->record, g, NULL, "Building: ."), RD_OK);
	assert_int_equal(rd_record_group_end(g, &why, NULL, NULL), RD_OK);
	finish(p);
	assert_text(p, "Building: .\n");
	assert_true(holds(p->steps, "\"t\":\"done\",\"s\":1"));
	assert_true(holds(p->steps, "\"cached\":false,\"error\":\"**** is wrong\"}"));
}

static void write__that_fails_is_told_by_every_later_call(void **state)
{
	struct place *p = *state;
	rd_record *full;
	rd_err err = {0};

	(void)p;
	assert_int_equal(rd_record_open("/dev/full", p->steps, NULL, &full, NULL), RD_OK);
	assert_int_equal(rd_record_line(full, NULL, &err, "text"), RD_ENOSPC);
	assert_int_equal(rd_record_line(full, NULL, &err, "again"), RD_ENOSPC);
	assert_non_null(strstr(err.ctx, "writing the log"));
	assert_int_equal(rd_record_close(full, &err), RD_ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(event__joins_parallel_steps_at_line_ends, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(event__cached_step_is_one_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			flusher__writes_an_unfinished_line_and_goes_on_in_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(event__replaces_a_secret_cut_in_two, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(event__loses_and_mixes_no_line_of_many_threads,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(event__ranges_and_gaps_of_a_step_rise, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(group__name_holds_no_secret, set_up, tear_down),
		cmocka_unit_test_setup_teardown(settle__writes_what_was_cut_before_what_comes_next,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(group_end__that_failed_is_not_told_as_done, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(write__that_fails_is_told_by_every_later_call,
			set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Tests of the build stream's decoders, on streams recorded from Docker 20.10 and Podman 4.3. */
#include "core/formats/buildkit_status.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/formats/json_split.h"
#include "tests/unit/unit.h"

/* Events as text, ids as numbers in the order of their first use. */
typedef struct seen {
	rd_strs ids;
	rd_str text;
	bool unknown; /* an event or input named a step that was not declared */
} seen;

static size_t number(seen *s, const char *id, bool declares)
{
	size_t i = 0;

	while (i < s->ids.len && strcmp(s->ids.items[i], id) != 0)
		i++;
	if (i == s->ids.len) {
		s->unknown = s->unknown || !declares;
		assert_true(rd_strs_add(&s->ids, id));
	}
	return i + 1;
}

/* Output is put together, as the borders of records mean nothing. */
static void note_log(seen *s, size_t step, const rd_step_event *ev)
{
	char head[32];

	snprintf(head, sizeof(head), "%zu> ", step);
	for (size_t i = 0; i < ev->n; i++) {
		if (!s->text.len || s->text.data[s->text.len - 1] == '\n')
			rd_str_put(&s->text, head);
		rd_str_putc(&s->text, ev->bytes[i]);
	}
}

static rd_code note(void *arg, const rd_step_event *ev, rd_err *err)
{
	seen *s = arg;
	size_t step = number(s, ev->id, ev->kind == RD_STEP_DECLARE);

	(void)err;
	if (ev->kind == RD_STEP_LOG) {
		note_log(s, step, ev);
		return RD_OK;
	}
	if (s->text.len && s->text.data[s->text.len - 1] != '\n')
		rd_str_put(&s->text, "\\\n");
	rd_str_printf(&s->text, "%zu ", step);
	if (ev->kind == RD_STEP_DECLARE) {
		rd_str_printf(&s->text, "declare %s", ev->name);
		for (size_t i = 0; i < ev->n_inputs; i++)
			rd_str_printf(&s->text, " <%zu", number(s, ev->inputs[i], false));
	} else if (ev->kind == RD_STEP_START) {
		rd_str_put(&s->text, "start");
	} else if (ev->kind == RD_STEP_DONE) {
		rd_str_printf(&s->text, "done%s %s", ev->cached ? " cached" : "",
			rd_or_empty(ev->error));
	} else if (ev->kind == RD_STEP_PROGRESS) {
		rd_str_printf(&s->text, "progress %llu/%llu%s", (unsigned long long)ev->current,
			(unsigned long long)ev->total, ev->finished ? " finished" : "");
	} else {
		rd_str_put(&s->text, ev->kind == RD_STEP_GAP ? "gap" : "warn");
	}
	rd_str_putc(&s->text, '\n');
	return RD_OK;
}

static void read_data(const char *name, rd_str *out)
{
	rd_str path RD_STR_AUTO = RD_STR_INIT(0);
	int fd RD_AUTOCLOSE = -1;
	ssize_t n;

	rd_str_printf(&path, "%s/tests/data/engine/%s", getenv("top_srcdir"), name);
	fd = open(rd_str_get(&path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail_msg("no '%s'", rd_str_get(&path));
	do {
		char *to = rd_str_reserve(out, 65536);

		n = read(fd, to, 65536);
		assert_true(n >= 0);
		rd_str_commit(out, (size_t)n);
	} while (n > 0);
}

static void seen_done(seen *s)
{
	rd_strs_done(&s->ids);
	rd_str_done(&s->text);
}

/* Decodes a recording in pieces of `cut` bytes and compares with what it must give. */
static void assert_recording(const char *name, size_t cut, rd_build_stream **ret_stream,
	const rd_build_outcome **ret_outcome)
{
	rd_str json RD_STR_AUTO = RD_STR_INIT(0);
	rd_str want RD_STR_AUTO = RD_STR_INIT(0);
	rd_str file RD_STR_AUTO = RD_STR_INIT(0);
	seen s = {0};

	rd_str_printf(&file, "%s.json", name);
	read_data(rd_str_get(&file), &json);
	rd_str_clear(&file);
	rd_str_printf(&file, "%s.events", name);
	read_data(rd_str_get(&file), &want);
	assert_int_equal(rd_build_stream_new(note, &s, ret_stream, NULL), RD_OK);
	for (size_t at = 0; at < json.len; at += cut)
		assert_int_equal(rd_build_stream_push(*ret_stream, json.data + at,
					 json.len - at < cut ? json.len - at : cut, NULL),
			RD_OK);
	assert_int_equal(rd_build_stream_end(*ret_stream, ret_outcome, NULL), RD_OK);
	assert_string_equal(rd_str_get(&s.text), rd_str_get(&want));
	assert_false(s.unknown);
	seen_done(&s);
}

static void build_stream__decodes_recordings(void **state)
{
	static const struct {
		const char *name;
		bool buildkit;
		const char *image;
		const char *error;
	} cases[] = {
		{"bk_ok", true, "sha256:", NULL},
		{"bk_cached", true, "sha256:", NULL},
		{"bk_clip", true, "sha256:", NULL},
		{"bk_fail", true, "",
			"executor failed running [/bin/sh -c echo before; false]: exit code: 1"},
		{"bk_canceled", true, "",
			"executor failed running [/bin/sh -c sleep 1; echo bad; exit 3]: exit "
			"code: 3"},
		{"cl_ok", false,
			"sha256:4dae99f8c7baa1adcd29ecda09b6178dde6a466c078f252fe11f02bc76ef4585",
			NULL},
		{"cl_cached", false, "sha256:", NULL},
		{"cl_fail", false, "",
			"The command '/bin/sh -c echo before; false' returned a non-zero code: 1"},
		{"pm_ok", false, "sha256:", NULL},
		{"pm_cached", false, "sha256:", NULL},
		{"pm_fail", false, "",
			"building at STEP \"RUN echo before; false\": while running runtime: exit "
			"status 1"},
	};

	(void)state;
	for (size_t i = 0; i < RD_LEN(cases); i++)
		for (size_t cut = 1; cut < 100000; cut = cut * 7 + 1) {
			rd_build_stream *s = NULL;
			const rd_build_outcome *o = NULL;

			assert_recording(cases[i].name, cut, &s, &o);
			assert_int_equal(o->buildkit, cases[i].buildkit);
			assert_true(rd_starts_with(o->image_id, cases[i].image));
			assert_int_equal(o->image_id[0] == '\0', cases[i].image[0] == '\0');
			if (cases[i].error)
				assert_string_equal(o->error, cases[i].error);
			else
				assert_null(o->error);
			rd_build_stream_free(s);
		}
}

static rd_code push_text(const char *text, seen *s, rd_err *err)
{
	rd_build_stream *stream = NULL;
	const rd_build_outcome *o;
	rd_code code;

	assert_int_equal(rd_build_stream_new(note, s, &stream, NULL), RD_OK);
	code = rd_build_stream_push(stream, text, strlen(text), err);
	if (code == RD_OK)
		code = rd_build_stream_end(stream, &o, err);
	rd_build_stream_free(stream);
	return code;
}

static void build_stream__refuses_what_is_no_stream(void **state)
{
	static const char *const bad[] = {"nonsense", "[1]", "{\"a\":}", "{\"stream\":\"x",
		"{\"id\":\"moby.buildkit.trace\",\"aux\":\"*\"}",
		"{\"id\":\"moby.buildkit.trace\",\"aux\":\"/////w==\"}"};

	(void)state;
	for (size_t i = 0; i < RD_LEN(bad); i++) {
		seen s = {0};
		rd_err err = {0};

		assert_int_equal(push_text(bad[i], &s, &err), RD_EPARSE);
		assert_true(err.msg[0] != '\0');
		seen_done(&s);
	}
}

static void build_stream__outcome_is_not_taken_from_text(void **state)
{
	rd_build_stream *stream = NULL;
	const rd_build_outcome *o = NULL;
	static const char text[] =
		"{\"stream\":\"Step 1/1 : RUN x\"}{\"stream\":\"\\n\"}"
		"{\"stream\":\"{\\\"aux\\\":{\\\"ID\\\":\\\"sha256:bad\\\"}}\\n\"}"
		"{\"stream\":\"Successfully built bad\\n\"}";
	seen s = {0};

	(void)state;
	assert_int_equal(rd_build_stream_new(note, &s, &stream, NULL), RD_OK);
	assert_int_equal(rd_build_stream_push(stream, text, sizeof(text) - 1, NULL), RD_OK);
	assert_int_equal(rd_build_stream_end(stream, &o, NULL), RD_OK);
	assert_string_equal(o->image_id, "");
	assert_null(o->error);
	rd_build_stream_free(stream);
	seen_done(&s);
}

static void build_stream__tells_endless_empty_records(void **state)
{
	rd_build_stream *stream = NULL;
	static const char text[] = "{\"id\":\"moby.buildkit.trace\",\"aux\":\"\"}\r\n";
	seen s = {0};
	rd_err err = {0};
	rd_code code = RD_OK;

	(void)state;
	assert_int_equal(rd_build_stream_new(note, &s, &stream, NULL), RD_OK);
	for (int i = 0; i < 10; i++)
		assert_int_equal(rd_build_stream_push(stream, text, sizeof(text) - 1, &err), RD_OK);
	for (int i = 0; i < 1000 && !code; i++)
		code = rd_build_stream_push(stream, text, sizeof(text) - 1, &err);
	assert_int_equal(code, RD_EUNSUPPORTED);
	rd_build_stream_free(stream);
	seen_done(&s);
}

static void build_stream_step__takes_progress_of_a_pull(void **state)
{
	rd_build_stream *stream = NULL;
	const rd_build_outcome *o = NULL;
	static const char text[] =
		"{\"status\":\"Pulling from library/x\",\"id\":\"1\"}\n"
		"{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"ab\"}\n"
		"{\"status\":\"Downloading\",\"progressDetail\":{\"current\":5,\"total\":10},"
		"\"progress\":\"[=>]\",\"id\":\"ab\"}\n"
		"{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"ab\"}\n"
		"{\"stream\":\"Step 1/1 : no step here\\n\"}"
		"{\"status\":\"Status: Downloaded newer image\"}\n";
	seen s = {0};

	(void)state;
	number(&s, "x:1", true);
	assert_int_equal(rd_build_stream_new(note, &s, &stream, NULL), RD_OK);
	assert_int_equal(rd_build_stream_step(stream, "x:1", NULL), RD_OK);
	assert_int_equal(rd_build_stream_push(stream, text, sizeof(text) - 1, NULL), RD_OK);
	assert_int_equal(rd_build_stream_end(stream, &o, NULL), RD_OK);
	assert_string_equal(rd_str_get(&s.text), "1> 1: Pulling from library/x\n"
						 "1 progress 0/0\n1 progress 5/10\n"
						 "1 progress 0/0 finished\n"
						 "1> Step 1/1 : no step here\n"
						 "1> Status: Downloaded newer image\n");
	rd_build_stream_free(stream);
	seen_done(&s);
}

static rd_code refuse(void *arg, const rd_step_event *ev, rd_err *err)
{
	(void)arg;
	(void)ev;
	return rd_err_set(err, RD_ENOSPC, "disk full");
}

static void build_stream_push__ends_with_the_receivers_error(void **state)
{
	rd_build_stream *stream = NULL;
	static const char text[] = "{\"stream\":\"hello\\n\"}";

	(void)state;
	assert_int_equal(rd_build_stream_new(refuse, NULL, &stream, NULL), RD_OK);
	assert_int_equal(rd_build_stream_push(stream, text, sizeof(text) - 1, NULL), RD_ENOSPC);
	rd_build_stream_free(stream);
}

static rd_code count(void *arg, const char *object, size_t n, rd_err *err)
{
	(void)err;
	assert_int_equal(object[0], '{');
	assert_int_equal(object[n - 1], '}');
	++*(int *)arg;
	return RD_OK;
}

static void json_split__finds_borders_within_strings(void **state)
{
	static const char text[] = " {\"a\":\"}{\\\"\\\\\"}{\"b\":[{\"c\":{}}]}\r\n\t{}";
	int n = 0;

	(void)state;
	for (size_t cut = 1; cut < sizeof(text); cut++) {
		rd_json_split s;

		rd_json_split_init(&s, count, &n);
		n = 0;
		for (size_t at = 0; at < sizeof(text) - 1; at += cut) {
			size_t left = sizeof(text) - 1 - at;

			assert_int_equal(rd_json_split_push(&s, text + at, left < cut ? left : cut,
						 NULL),
				RD_OK);
		}
		assert_int_equal(rd_json_split_end(&s, NULL), RD_OK);
		assert_int_equal(n, 3);
		rd_json_split_done(&s);
	}
}

static void json_split__limits_one_object(void **state)
{
	size_t piece = (size_t)1 << 20;
	char *text = malloc(piece);
	rd_json_split s;
	rd_code code;
	int n = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', piece);
	rd_json_split_init(&s, count, &n);
	code = rd_json_split_push(&s, "{\"a\":\"", 6, NULL);
	for (int i = 0; i < 63; i++)
		assert_int_equal(rd_json_split_push(&s, text, piece, NULL), RD_OK);
	for (int i = 0; i < 2 && !code; i++)
		code = rd_json_split_push(&s, text, piece, NULL);
	assert_int_equal(code, RD_ELIMIT);
	rd_json_split_done(&s);
	free(text);
}

static void build_stream__takes_a_time_beyond_all_calendars_as_unset(void **state)
{
	static const char json[] = "{\"id\":\"moby.buildkit.trace\",\"aux\":"
				   "\"ChIKAWQaAW4qCgj//////////38=\"}";
	rd_build_stream *stream = NULL;
	seen s = {0};

	(void)state;
	assert_int_equal(rd_build_stream_new(note, &s, &stream, NULL), RD_OK);
	assert_int_equal(rd_build_stream_push(stream, json, strlen(json), NULL), RD_OK);
	assert_string_equal(rd_str_get(&s.text), "1 declare n\n");
	rd_build_stream_free(stream);
	seen_done(&s);
}

static void build_stream_step__takes_the_digest_of_a_push(void **state)
{
	static const struct {
		const char *text, *digest;
	} cases[] = {
		{"{\"status\":\"x: digest: sha256:ab size: 582\"}", "sha256:ab"},
		{"{\"status\":\"x: digest: sha256:ab size: "
		 "582\"}{\"aux\":{\"Digest\":\"sha256:cd\"}}",
			"sha256:cd"},
		{"{\"status\":\"x: digest: sha256:ab\"}", ""},
		{"{\"status\":\"x: digest: \"}", ""},
		{"{\"stream\":\"x: digest: sha256:ab size: 582\"}", ""},
	};

	(void)state;
	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_build_stream *stream = NULL;
		const rd_build_outcome *o = NULL;
		seen s = {0};

		number(&s, "x:1", true);
		assert_int_equal(rd_build_stream_new(note, &s, &stream, NULL), RD_OK);
		assert_int_equal(rd_build_stream_step(stream, "x:1", NULL), RD_OK);
		assert_int_equal(rd_build_stream_push(stream, cases[i].text, strlen(cases[i].text),
					 NULL),
			RD_OK);
		assert_int_equal(rd_build_stream_end(stream, &o, NULL), RD_OK);
		assert_string_equal(o->digest, cases[i].digest);
		rd_build_stream_free(stream);
		seen_done(&s);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_stream__decodes_recordings),
		cmocka_unit_test(build_stream__refuses_what_is_no_stream),
		cmocka_unit_test(build_stream__outcome_is_not_taken_from_text),
		cmocka_unit_test(build_stream__tells_endless_empty_records),
		cmocka_unit_test(build_stream_step__takes_progress_of_a_pull),
		cmocka_unit_test(build_stream_step__takes_the_digest_of_a_push),
		cmocka_unit_test(build_stream_push__ends_with_the_receivers_error),
		cmocka_unit_test(json_split__finds_borders_within_strings),
		cmocka_unit_test(json_split__limits_one_object),
		cmocka_unit_test(build_stream__takes_a_time_beyond_all_calendars_as_unset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* rd_log and its views over files that grow, shrink and are replaced. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/log.h"

/* A log is two files; of the rack only the call that opens them is needed. */
struct files {
	rd_rack rack; /* first: the table's functions get it back */
	char dir[64];
	char text[96], steps[96];
	rd_log *log;
};

static rd_code open_files(rd_rack *r, const char *app RD_UNUSED, const char *id RD_UNUSED,
	rd_log_files *ret_files, rd_err *err)
{
	struct files *f = (struct files *)r;

	ret_files->text_fd = open(f->text, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	ret_files->steps_fd = open(f->steps, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	ret_files->text_path = rd_strdup(f->text);
	return ret_files->text_fd < 0 ? rd_err_nomem(err) : RD_OK;
}

static const struct rd_rack_logs logs = {.open = open_files};

static int setup(void **state)
{
	struct files *f = calloc(1, sizeof *f);
	rd_err err;

	snprintf(f->dir, sizeof f->dir, "/tmp/rd-test-log-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->text, sizeof f->text, "%s/log", f->dir);
	snprintf(f->steps, sizeof f->steps, "%s/steps", f->dir);
	f->rack.logs = &logs;
	assert_int_equal(rd_log_open(&f->rack, "app", "BAAAAAAAAAA", &f->log, &err), RD_OK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct files *f = *state;
	rd_err err;

	rd_log_close(f->log);
	rd_rmtree(f->dir, &err);
	free(f);
	return 0;
}

static void append(const char *path, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	rd_err err;

	assert_int_equal(rd_write_all(fd, bytes, n, &err), RD_OK);
	close(fd);
}

static void put(struct files *f, const char *text)
{
	append(f->text, text, strlen(text));
}

static void put_steps(struct files *f, rd_str *text)
{
	append(f->steps, rd_str_get(text), text->len);
	rd_str_clear(text);
}

static void extend(struct files *f)
{
	bool changed, more;
	rd_err err;

	assert_int_equal(rd_log_extend(f->log, 0, &changed, &more, &err), RD_OK);
	assert_false(more);
}

static rd_log_view *view_of(struct files *f, rd_log_scope scope, int number)
{
	rd_log_view *v = NULL;
	rd_err err;

	assert_int_equal(rd_log_view_new(f->log, scope, number, &v, &err), RD_OK);
	return v;
}

static void assert_line(rd_log_view *v, uint64_t i, const char *text, int step)
{
	const char *bytes;
	char copy[256];
	rd_err err;
	size_t n;
	int s;

	assert_int_equal(rd_log_view_line(v, i, &bytes, &n, &s, &err), RD_OK);
	assert_true(n < sizeof copy);
	memcpy(copy, bytes, n);
	copy[n] = '\0';
	assert_string_equal(copy, text);
	assert_int_equal(s, step);
}

static void view_line__of_an_empty_log_is_empty(void **state)
{
	struct files *f = *state;
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);

	extend(f);
	assert_int_equal(rd_log_view_count(v), 0);
	assert_line(v, 0, "", 0);
	rd_log_view_free(v);
}

static void extend__counts_an_unfinished_line_and_lets_it_grow(void **state)
{
	struct files *f = *state;
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);

	put(f, "one\ntw");
	extend(f);
	assert_int_equal(rd_log_view_count(v), 2);
	assert_line(v, 1, "tw", 0);
	put(f, "o");
	extend(f);
	assert_int_equal(rd_log_view_count(v), 2);
	assert_line(v, 1, "two", 0);
	put(f, "\n");
	extend(f);
	assert_int_equal(rd_log_view_count(v), 2);
	put(f, "\nfour\n");
	extend(f);
	assert_int_equal(rd_log_view_count(v), 4);
	assert_line(v, 0, "one", 0);
	assert_line(v, 2, "", 0);
	assert_line(v, 3, "four", 0);
	assert_line(v, 4, "", 0);
	rd_log_view_free(v);
}

static void extend__says_whether_something_changed(void **state)
{
	struct files *f = *state;
	bool changed = true, more;
	rd_err err;

	assert_int_equal(rd_log_extend(f->log, 0, &changed, &more, &err), RD_OK);
	assert_false(changed);
	put(f, "x");
	assert_int_equal(rd_log_extend(f->log, 0, &changed, &more, &err), RD_OK);
	assert_true(changed);
	assert_int_equal(rd_log_extend(f->log, 0, &changed, &more, &err), RD_OK);
	assert_false(changed);
}

static void extend__stops_at_max_bytes(void **state)
{
	struct files *f = *state;
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);
	bool changed, more;
	rd_err err;

	put(f, "1\n2\n3\n");
	assert_int_equal(rd_log_extend(f->log, 4, &changed, &more, &err), RD_OK);
	assert_true(more);
	assert_int_equal(rd_log_view_count(v), 2);
	assert_int_equal(rd_log_extend(f->log, 4, &changed, &more, &err), RD_OK);
	assert_false(more);
	assert_int_equal(rd_log_view_count(v), 3);
	rd_log_view_free(v);
}

static void view_line__finds_every_line_of_a_large_log(void **state)
{
	struct files *f = *state;
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);
	const uint64_t lines = 60000;
	char want[64];

	for (uint64_t i = 0; i < lines; i++)
		rd_str_printf(&text, "line %d%.*s\n", (int)i, (int)(i % 40),
			"----------------------------------------");
	append(f->text, text.data, text.len);
	extend(f);
	assert_int_equal(rd_log_view_count(v), lines);
	/* a stride that is prime to the count visits every line in a wild order */
	for (uint64_t k = 0, i = 0; k < lines; k++, i = (i + 36919) % lines) {
		snprintf(want, sizeof want, "line %d%.*s", (int)i, (int)(i % 40),
			"----------------------------------------");
		assert_line(v, i, want, 0);
	}
	rd_log_view_free(v);
}

static size_t length_of(rd_log_view *v, uint64_t i)
{
	const char *bytes;
	rd_err err;
	size_t n;
	int s;

	assert_int_equal(rd_log_view_line(v, i, &bytes, &n, &s, &err), RD_OK);
	return n;
}

/* Lengths around those of pages, read in pieces that end anywhere. */
static void view_line__finds_lines_of_any_length(void **state)
{
	static const size_t lengths[] = {0, 1, 80, 16382, 16383, 16384, 16385, 3, 40000, 0, 8000};
	struct files *f = *state;
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	size_t n_lines = 50 * RD_LEN(lengths);
	bool changed, more = true;
	rd_err err;

	for (size_t i = 0; i < n_lines; i++) {
		for (size_t k = lengths[i * i % RD_LEN(lengths)] + i % 3; k > 0; k--)
			rd_str_putc(&text, (char)('a' + i % 26));
		rd_str_putc(&text, '\n');
	}
	append(f->text, rd_str_get(&text), text.len);
	for (uint64_t piece = 1; more; piece = piece * 7 % 30011)
		assert_int_equal(rd_log_extend(f->log, piece, &changed, &more, &err), RD_OK);
	assert_int_equal(rd_log_view_count(v), n_lines);
	for (size_t i = 0; i < n_lines; i++) {
		const char *bytes;
		size_t n;
		int step;

		assert_int_equal(rd_log_view_line(v, i, &bytes, &n, &step, &err), RD_OK);
		assert_int_equal(n, lengths[i * i % RD_LEN(lengths)] + i % 3);
		assert_true(!n || bytes[n - 1] == (char)('a' + i % 26));
	}
	rd_log_view_free(v);
}

static void view_line__splits_a_line_over_the_limit(void **state)
{
	struct files *f = *state;
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);
	size_t n = 2 * RD_LOG_LINE_MAX + 10;
	char *big = malloc(n);

	memset(big, 'x', n);
	append(f->text, big, n);
	put(f, "\nnext\n");
	extend(f);
	assert_int_equal(rd_log_view_count(v), 4);
	assert_int_equal(length_of(v, 0), RD_LOG_LINE_MAX);
	assert_int_equal(length_of(v, 1), RD_LOG_LINE_MAX);
	assert_int_equal(length_of(v, 2), 10);
	assert_line(v, 3, "next", 0);
	free(big);
	rd_log_view_free(v);
}

static void view_line__keeps_a_line_of_just_the_limit_whole(void **state)
{
	struct files *f = *state;
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);
	char *big = malloc(RD_LOG_LINE_MAX);

	memset(big, 'x', RD_LOG_LINE_MAX);
	append(f->text, big, RD_LOG_LINE_MAX);
	extend(f);
	assert_int_equal(rd_log_view_count(v), 1);
	put(f, "\nnext\n");
	extend(f);
	assert_int_equal(rd_log_view_count(v), 2);
	assert_int_equal(length_of(v, 0), RD_LOG_LINE_MAX);
	assert_line(v, 1, "next", 0);
	/* the same, but the line goes on */
	append(f->text, big, RD_LOG_LINE_MAX);
	extend(f);
	put(f, "y\n");
	extend(f);
	assert_int_equal(rd_log_view_count(v), 4);
	assert_int_equal(length_of(v, 2), RD_LOG_LINE_MAX);
	assert_line(v, 3, "y", 0);
	free(big);
	rd_log_view_free(v);
}

static void extend__begins_anew_when_the_file_was_cut(void **state)
{
	struct files *f = *state;
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);
	unsigned epoch = rd_log_epoch(f->log);

	put(f, "old 1\nold 2\nold 3\n");
	extend(f);
	assert_int_equal(rd_log_view_count(v), 3);
	assert_int_equal(truncate(f->text, 0), 0);
	put(f, "new\n");
	extend(f);
	assert_int_equal(rd_log_epoch(f->log), epoch + 1);
	assert_int_equal(rd_log_view_count(v), 1);
	assert_line(v, 0, "new", 0);
	rd_log_view_free(v);
}

static void extend__opens_the_file_that_took_the_place(void **state)
{
	struct files *f = *state;
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);
	rd_err err;

	put(f, "old\n");
	extend(f);
	assert_int_equal(rd_file_write(f->text, "new 1\nnew 2\n", 12, &err), RD_OK);
	extend(f);
	assert_int_equal(rd_log_view_count(v), 2);
	assert_line(v, 1, "new 2", 0);
	rd_log_view_free(v);
}

static void view_line__of_a_cut_file_is_empty_until_extend(void **state)
{
	struct files *f = *state;
	rd_log_view *v = view_of(f, RD_LOG_ALL, 0);

	put(f, "one\ntwo\n");
	extend(f);
	assert_int_equal(truncate(f->text, 0), 0);
	assert_line(v, 1, "", 0);
	rd_log_view_free(v);
}

/* Two groups; web has steps 1 and 2, worker step 3. */
static void put_groups(struct files *f, rd_str *s)
{
	rd_strs web = {0}, worker = {0};

	assert_true(rd_strs_add(&web, "web"));
	assert_true(rd_strs_add(&worker, "worker"));
	rd_steps_put_group(s, 1, "build", &web, ".", "web | ", 1);
	rd_steps_put_group(s, 2, "build", &worker, "./w", "worker | ", 1);
	rd_steps_put_step(s, 1, 1, "[1/2] FROM base", NULL, 0);
	rd_steps_put_step(s, 1, 2, "[2/2] RUN make", NULL, 0);
	rd_steps_put_step(s, 2, 3, "[1/1] RUN x", NULL, 0);
	put_steps(f, s);
	rd_strs_done(&web);
	rd_strs_done(&worker);
}

static void view__of_groups_and_steps_follows_their_ranges(void **state)
{
	struct files *f = *state;
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	rd_log_view *web = view_of(f, RD_LOG_GROUP, 1), *make = view_of(f, RD_LOG_STEP, 2);
	rd_log_view *worker = view_of(f, RD_LOG_GROUP, 2), *all = view_of(f, RD_LOG_ALL, 0);

	put_groups(f, &s);
	put(f, "Building\nweb | a\nweb | b\nworker | c\nweb | d\n");
	rd_steps_put_log(&s, 1, 9, 8, 0);
	rd_steps_put_log(&s, 2, 17, 8, 0);
	rd_steps_put_log(&s, 3, 25, 11, 0);
	rd_steps_put_log(&s, 2, 36, 8, 0);
	put_steps(f, &s);
	extend(f);
	assert_int_equal(rd_log_view_count(web), 3);
	assert_line(web, 0, "a", 1);
	assert_line(web, 1, "b", 2);
	assert_line(web, 2, "d", 2);
	assert_int_equal(rd_log_view_count(make), 2);
	assert_line(make, 0, "b", 2);
	assert_line(make, 1, "d", 2);
	assert_int_equal(rd_log_view_count(worker), 1);
	assert_line(worker, 0, "c", 3);
	assert_int_equal(rd_log_view_count(all), 5);
	assert_line(all, 0, "Building", 0);
	assert_line(all, 3, "worker | c", 3);
	rd_log_view_free(web);
	rd_log_view_free(make);
	rd_log_view_free(worker);
	rd_log_view_free(all);
}

static void view__of_a_step_grows_with_its_range(void **state)
{
	struct files *f = *state;
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	rd_log_view *make = view_of(f, RD_LOG_STEP, 2);

	put_groups(f, &s);
	put(f, "web | b\n");
	rd_steps_put_log(&s, 2, 0, 8, 0);
	put_steps(f, &s);
	extend(f);
	assert_int_equal(rd_log_view_count(make), 1);
	/* the step's record comes before its text */
	rd_steps_put_log(&s, 2, 8, 16, 0);
	put_steps(f, &s);
	extend(f);
	assert_int_equal(rd_log_view_count(make), 1);
	put(f, "web | c\nweb");
	extend(f);
	assert_int_equal(rd_log_view_count(make), 3);
	assert_line(make, 1, "c", 2);
	assert_line(make, 2, "web", 2);
	put(f, " | d\n");
	extend(f);
	assert_int_equal(rd_log_view_count(make), 3);
	assert_line(make, 2, "d", 2);
	rd_log_view_free(make);
}

static void view__made_late_has_all_lines(void **state)
{
	struct files *f = *state;
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_log_view *web, *worker;

	put_groups(f, &s);
	/* alternating lines of two groups, read in small bites */
	for (int i = 0; i < 5000; i++) {
		int step = i % 2 ? 3 : 1 + i % 4 / 2;
		size_t at = text.len;

		rd_str_printf(&text, "%s%d\n", i % 2 ? "worker | " : "web | ", i);
		rd_steps_put_log(&s, step, at, text.len - at, 0);
	}
	append(f->text, text.data, text.len);
	put_steps(f, &s);
	for (bool changed = true, more = true; more;) {
		rd_err err;

		assert_int_equal(rd_log_extend(f->log, 1000, &changed, &more, &err), RD_OK);
	}
	web = view_of(f, RD_LOG_GROUP, 1);
	worker = view_of(f, RD_LOG_GROUP, 2);
	assert_int_equal(rd_log_view_count(web), 2500);
	assert_int_equal(rd_log_view_count(worker), 2500);
	assert_line(web, 2498, "4996", 1);
	assert_line(web, 2499, "4998", 2);
	assert_line(worker, 0, "1", 3);
	assert_line(worker, 2499, "4999", 3);
	rd_log_view_free(web);
	rd_log_view_free(worker);
}

/* The lines of the end are the last ones of the whole, of any part of it. */
static void assert_same_end(struct files *f, rd_log *tail, rd_log_scope scope)
{
	rd_log_view *a = view_of(f, scope, 2), *b;
	rd_log *whole = f->log;
	const char *bytes;
	char line[64];
	rd_err err;
	uint64_t n;
	size_t len;
	int step;

	f->log = tail;
	b = view_of(f, scope, 2);
	f->log = whole;
	n = rd_log_view_count(b);
	assert_in_range(n, 50, 499);
	for (uint64_t i = 1; i <= n; i++) {
		rd_log_view_line(a, rd_log_view_count(a) - i, &bytes, &len, &step, &err);
		snprintf(line, sizeof line, "%.*s", (int)len, bytes);
		assert_line(b, n - i, line, step);
	}
	rd_log_view_free(a);
	rd_log_view_free(b);
}

static rd_log *tail_of(struct files *f, uint64_t bytes, bool is_tail)
{
	rd_log *tail = NULL;
	bool changed, more;
	rd_err err;

	assert_int_equal(rd_log_open_tail(&f->rack, "app", "BAAAAAAAAAA", bytes, &tail, &changed,
				 &err),
		RD_OK);
	assert_int_equal(changed, is_tail);
	assert_int_equal(rd_log_extend(tail, 0, &changed, &more, &err), RD_OK);
	assert_int_equal(rd_log_bytes(tail), rd_log_size(tail));
	return tail;
}

static void tail__ends_as_the_whole_does(void **state)
{
	struct files *f = *state;
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_log *tail;

	put_groups(f, &s);
	for (int i = 0; i < 1000; i++) {
		int step = i % 2 ? 3 : 1 + i % 4 / 2;
		size_t at = text.len;

		rd_str_printf(&text, "%s%d\n", i % 2 ? "worker | " : "web | ", i);
		rd_steps_put_log(&s, step, at, text.len - at, 0);
	}
	append(f->text, text.data, text.len);
	put_steps(f, &s);
	extend(f);
	tail = tail_of(f, 5000, true);
	for (int scope = RD_LOG_ALL; scope <= RD_LOG_STEP; scope++)
		assert_same_end(f, tail, (rd_log_scope)scope);
	rd_log_close(tail);
}

static void tail__of_a_short_log_or_of_one_long_line_is_all(void **state)
{
	struct files *f = *state;
	static char line[9000];
	rd_log_view *v;
	rd_log *tail;

	put(f, "a\nb\n");
	rd_log_close(tail_of(f, 4, false));
	memset(line, 'x', sizeof line);
	line[sizeof line - 1] = '\n';
	append(f->text, line, sizeof line);
	tail = tail_of(f, 100, false);
	f->log = rd_log_close(f->log);
	f->log = tail;
	v = view_of(f, RD_LOG_ALL, 0);
	assert_int_equal(rd_log_view_count(v), 3);
	assert_line(v, 0, "a", 0);
	rd_log_view_free(v);
}

static void tail__of_a_file_that_was_cut_is_all_of_it(void **state)
{
	struct files *f = *state;
	rd_log_view *v;
	unsigned epoch;

	put(f, "a\nb\nc\n");
	rd_log_close(f->log);
	f->log = tail_of(f, 3, true);
	v = view_of(f, RD_LOG_ALL, 0);
	assert_line(v, 0, "c", 0);
	epoch = rd_log_epoch(f->log);
	assert_int_equal(truncate(f->text, 2), 0);
	extend(f);
	assert_true(rd_log_epoch(f->log) != epoch);
	assert_int_equal(rd_log_view_count(v), 1);
	assert_line(v, 0, "a", 0);
	rd_log_view_free(v);
}

static void extend__survives_ranges_that_lie(void **state)
{
	struct files *f = *state;
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	rd_log_view *web = view_of(f, RD_LOG_GROUP, 1), *worker = view_of(f, RD_LOG_GROUP, 2);

	put_groups(f, &s);
	put(f, "web | a\nweb | b\nweb | c\n");
	rd_steps_put_log(&s, 1, 2, 9, 0);  /* from within a line into the next */
	rd_steps_put_log(&s, 3, 0, 16, 0); /* more than it has: the first to name a line keeps it */
	rd_steps_put_log(&s, 3, UINT64_MAX - 3, 9, 0); /* beyond everything */
	rd_steps_put_log(&s, 2, 16, 4000, 0);          /* longer than the log */
	rd_steps_put_log(&s, 99, 16, 8, 0);            /* no such step */
	put_steps(f, &s);
	extend(f);
	assert_int_equal(rd_log_view_count(web), 1);
	assert_int_equal(rd_log_view_count(worker), 2);
	assert_line(web, 0, "c", 2);
	assert_line(worker, 1, "web | b", 3);
	rd_log_view_free(web);
	rd_log_view_free(worker);
}

static void assert_gap(rd_log_view *v, uint64_t i, bool is_there, uint64_t lost)
{
	bool gap = !is_there;
	uint64_t n = 77;
	rd_err err;

	assert_int_equal(rd_log_view_gap(v, i, &gap, &n, &err), RD_OK);
	assert_int_equal(gap, is_there);
	assert_int_equal(n, lost);
}

static void view_gap__stands_after_the_line_before_it(void **state)
{
	struct files *f = *state;
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	rd_log_view *web = view_of(f, RD_LOG_GROUP, 1), *worker = view_of(f, RD_LOG_GROUP, 2);

	put_groups(f, &s);
	put(f, "web | a\nweb | b\nworker | c\nweb | d\n");
	rd_steps_put_log(&s, 2, 0, 8, 0);
	rd_steps_put_gap(&s, 2, 8, 500);
	rd_steps_put_log(&s, 2, 8, 8, 0);
	rd_steps_put_log(&s, 3, 16, 11, 0);
	rd_steps_put_gap(&s, 3, 27, 0);
	rd_steps_put_log(&s, 2, 27, 8, 0);
	put_steps(f, &s);
	extend(f);
	assert_gap(web, 0, true, 500);
	assert_gap(web, 1, false, 0);
	assert_gap(web, 2, false, 0);
	assert_gap(worker, 0, true, 0);
	assert_gap(worker, 1, false, 0);
	rd_log_view_free(web);
	rd_log_view_free(worker);
}

#define LOG_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOG_TEST(view_line__of_an_empty_log_is_empty),
		LOG_TEST(extend__counts_an_unfinished_line_and_lets_it_grow),
		LOG_TEST(extend__says_whether_something_changed),
		LOG_TEST(extend__stops_at_max_bytes),
		LOG_TEST(view_line__finds_every_line_of_a_large_log),
		LOG_TEST(view_line__finds_lines_of_any_length),
		LOG_TEST(view_line__splits_a_line_over_the_limit),
		LOG_TEST(view_line__keeps_a_line_of_just_the_limit_whole),
		LOG_TEST(extend__begins_anew_when_the_file_was_cut),
		LOG_TEST(extend__opens_the_file_that_took_the_place),
		LOG_TEST(view_line__of_a_cut_file_is_empty_until_extend),
		LOG_TEST(view__of_groups_and_steps_follows_their_ranges),
		LOG_TEST(view__of_a_step_grows_with_its_range),
		LOG_TEST(view__made_late_has_all_lines),
		LOG_TEST(tail__ends_as_the_whole_does),
		LOG_TEST(tail__of_a_short_log_or_of_one_long_line_is_all),
		LOG_TEST(tail__of_a_file_that_was_cut_is_all_of_it),
		LOG_TEST(extend__survives_ranges_that_lie),
		LOG_TEST(view_gap__stands_after_the_line_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

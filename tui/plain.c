/* SPDX-License-Identifier: MIT */
/* The console as lines. One thread: reading the rack may wait, as nobody looks at a screen. */
#include "tui/plain.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/sanitize.h"
#include "core/rack/log.h"
#include "tui/model.h"
#include "tui/plain_change.h"
#include "tui/widgets/words.h"

#define WANT 50       /* builds and releases that are looked at */
#define SHOWN_FIRST 5 /* and told at the start */
#define LINE_BYTES 512
#define POLL_MS 2000 /* of racks that tell of no change by themselves */
#define CHUNK_BYTES (1024 * 1024)

typedef struct plain {
	rd_rack *rack;
	const char *app;
	rd_model model;
	rd_events *events;
	rd_log *log; /* that is printed; NULL: none */
	rd_log_view *view;
	uint64_t printed;     /* the last line of it that was printed */
	size_t printed_bytes; /* of that line; SIZE_MAX: none was printed */
	unsigned epoch;
	char line[LINE_BYTES]; /* being typed */
	size_t line_n;
	rd_plain_change change;
	bool is_read_only, is_protected;
	bool is_terminal, is_input_over, is_over;
} plain;

/* ---- output ---- */

/* One line; what comes from outside is made safe, no text is longer than a line. */
static void say(plain *p, const char *fmt, ...) RD_PRINTF(2, 3);

static void put(plain *p, const char *bytes, size_t n)
{
	RD_STR_AUTO
	rd_str safe = RD_STR_INIT(0);

	rd_sani_text(&safe, bytes, n);
	if (printf("%s\n", rd_str_get(&safe)) < 0)
		p->is_over = true; /* nobody reads any more */
}

static void say(plain *p, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put(p, text, strlen(text));
}

static void say_err(plain *p, const rd_err *err)
{
	char text[sizeof(err->msg) + sizeof(err->ctx) + 8];

	say(p, "error: %s", rd_err_text(err, text, sizeof(text)));
}

static void say_build(plain *p, const rd_build *b)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(0);
	char took[32];

	rd_words_took(b, rd_wall_us(), took, sizeof(took));
	rd_str_printf(&text, "build %s %s", b->id, b->status);
	if (took[0])
		rd_str_printf(&text, "%s %s", rd_build_is_active(b) ? " for" : " after", took);
	if (b->reason && b->reason[0])
		rd_str_printf(&text, ", %s", b->reason);
	if (b->release && b->release[0])
		rd_str_printf(&text, ", release %s", b->release);
	if (b->description && b->description[0])
		rd_str_printf(&text, ": %s", b->description);
	put(p, rd_str_get(&text), text.len);
}

static void say_release(plain *p, const rd_release *r)
{
	RD_STR_AUTO
	rd_str age = RD_STR_INIT(64);
	bool is_active = !strcmp(r->id, rd_or_empty(p->model.app.release));

	rd_time_ago(&age, r->created_us, rd_wall_us());
	say(p, "release %s%s, %s, of build %s: %s", r->id, is_active ? " active" : "",
		rd_str_get(&age), r->build, rd_or_empty(r->description));
}

static void say_builds(plain *p, size_t max)
{
	if (!p->model.builds.len)
		say(p, "no builds yet: 'rackdeck build -a %s' makes one", p->app);
	for (size_t i = 0; i < p->model.builds.len && i < max; i++)
		say_build(p, rd_vec_at(&p->model.builds, i));
}

static void say_releases(plain *p)
{
	if (!p->model.releases.len)
		say(p, "no releases yet: a build that completes makes one");
	for (size_t i = 0; i < p->model.releases.len; i++)
		say_release(p, rd_vec_at(&p->model.releases, i));
}

static void say_state(plain *p)
{
	const char *active = rd_or_empty(p->model.app.release);

	say(p, "app %s on rack %s, %d of %zu builds active", p->app, p->rack->name, p->model.active,
		p->model.builds.len);
	if (active[0])
		say(p, "release %s is active", active);
	else
		say(p, "no release is active");
	say_builds(p, SHOWN_FIRST);
	if (p->is_terminal)
		say(p, "type help and Enter for the words that there are");
}

/* ---- the log ---- */

static void forget_printed(plain *p)
{
	p->printed = 0;
	p->printed_bytes = SIZE_MAX;
}

static void end_log(plain *p)
{
	p->view = rd_log_view_free(p->view);
	p->log = rd_log_close(p->log);
	forget_printed(p);
}

static void begin_log(plain *p, const char *id)
{
	rd_err err = {0};

	end_log(p);
	if (rd_log_open(p->rack, p->app, id, &p->log, &err) ||
		rd_log_view_new(p->log, RD_LOG_ALL, 0, &p->view, &err)) {
		say_err(p, &err);
		end_log(p);
		return;
	}
	p->epoch = rd_log_epoch(p->log);
}

/* What a line shows in the end: progress that overwrites itself is told once. */
static void put_log_line(plain *p, const char *bytes, size_t n)
{
	const char *cr;

	while (n > 0 && bytes[n - 1] == '\r')
		n--;
	cr = memrchr(bytes, '\r', n);
	if (cr) {
		n -= (size_t)(cr + 1 - bytes);
		bytes = cr + 1;
	}
	put(p, bytes, n);
}

/* Prints from the first line that is not printed yet. A last line that grows later goes on in a line of
 * its own. */
static void print_lines(plain *p)
{
	uint64_t count = rd_log_view_count(p->view);

	for (uint64_t i = p->printed; i < count && !p->is_over; i++) {
		const char *bytes = "";
		size_t n = 0, from = i == p->printed ? p->printed_bytes : SIZE_MAX;
		int step = 0;

		rd_log_view_line(p->view, i, &bytes, &n, &step, NULL);
		if (from == SIZE_MAX)
			put_log_line(p, bytes, n);
		else if (n > from)
			put_log_line(p, bytes + from, n - from);
		p->printed = i;
		p->printed_bytes = n;
	}
}

static void print_log(plain *p)
{
	bool changed = false, more = true;
	rd_err err = {0};

	while (p->log && more && !rd_log_extend(p->log, CHUNK_BYTES, &changed, &more, &err)) {
		if (rd_log_epoch(p->log) != p->epoch)
			forget_printed(p);
		p->epoch = rd_log_epoch(p->log);
		print_lines(p);
	}
	if (err.code)
		say_err(p, &err);
}

/* ---- steps ---- */

static void say_step(plain *p, const rd_step *step)
{
	static const char *const states[] = {
		"waits", "runs", "done", "cached", "failed", "canceled"};
	int64_t until_us = step->ended_us ? step->ended_us : rd_wall_us();
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	rd_str_printf(&text, "step %d %s", step->number, states[step->state]);
	if (step->started_us && step->state != RD_STEP_CACHED) {
		rd_str_put(&text, step->state == RD_STEP_RUNNING ? " for " : " after ");
		rd_time_mmss(&text, until_us - step->started_us);
	}
	rd_str_printf(&text, ": %s", step->name);
	if (step->error && step->error[0])
		rd_str_printf(&text, ": %s", step->error);
	put(p, rd_str_get(&text), text.len);
}

static void say_steps(plain *p, const char *id)
{
	bool changed = false, more = true;
	rd_log *log = NULL;
	rd_err err = {0};

	if (rd_log_open(p->rack, p->app, id, &log, &err)) {
		say_err(p, &err);
		return;
	}
	while (more && !rd_log_extend(log, CHUNK_BYTES, &changed, &more, &err))
		;
	if (err.code)
		say_err(p, &err);
	else if (!rd_steps_count(rd_log_steps(log)))
		say(p, "no steps of build %s were recorded", id);
	for (size_t i = 0; i < rd_steps_count(rd_log_steps(log)); i++)
		say_step(p, rd_steps_at(rd_log_steps(log), i));
	rd_log_close(log);
}

/* ---- changes ---- */

static void tell_changes(plain *p, const rd_model *before)
{
	const char *active = rd_or_empty(p->model.app.release);

	if (p->model.err.code) {
		if (!before->err.code)
			say_err(p, &p->model.err);
		return;
	}
	for (size_t i = p->model.builds.len; i-- > 0;) {
		const rd_build *b = rd_vec_at(&p->model.builds, i);
		const rd_build *old = rd_model_build(before, b->id);

		if (!old || strcmp(old->status, b->status) != 0)
			say_build(p, b);
	}
	if (active[0] && strcmp(active, rd_or_empty(before->app.release)) != 0)
		say(p, "release %s is active now", active);
}

static void read_model(plain *p, rd_model *ret_old)
{
	*ret_old = p->model;
	rd_model_init(&p->model);
	rd_model_read(&p->model, p->rack, p->app, WANT);
}

static void look(plain *p)
{
	rd_model old;

	read_model(p, &old);
	if (p->model.err.code) { /* the lists that were there stay */
		rd_model failed = p->model;

		p->model = old;
		old.err.code = RD_OK;
		if (!p->model.err.code)
			say_err(p, &failed.err);
		p->model.err = failed.err;
		rd_model_done(&failed);
		return;
	}
	print_log(p);
	tell_changes(p, &old);
	rd_model_done(&old);
}

/* ---- words ---- */

static void help(plain *p)
{
	say(p, "builds: the builds, newest first");
	say(p, "releases: the releases, newest first");
	say(p, "log ID: the log of a build, and what comes; without ID: of the newest");
	say(p, "steps ID: the steps of a build and how long they took; without ID: of the newest");
	say(p, "quiet: no log any more");
	say(p, "promote ID: make a release the active one; it is asked first");
	say(p, "rollback ID: copy an older release forward and make it active; it is asked first");
	say(p, "cancel ID: stop a build; it is asked first");
	say(p, "quit: leave; builds go on");
	say(p, "all else, as build, env and export: as commands of the shell, see rackdeck help");
}

static void ask(plain *p, const char *word, const char *id)
{
	RD_STR_AUTO rd_str question = RD_STR_INIT(0);
	rd_err err = {0};

	if (p->is_read_only)
		say(p, "the console is read-only: start it without --read-only to change the rack");
	else if (rd_plain_ask(&p->change, p->rack, p->app, word, id,
			 p->is_protected || p->model.app.locked, &question, &err))
		say_err(p, &err);
	else
		put(p, rd_str_get(&question), question.len);
}

static void answer(plain *p, const char *text)
{
	RD_STR_AUTO rd_str said = RD_STR_INIT(0);
	rd_err err = {0};

	if (rd_plain_answer(&p->change, p->rack, p->app, text, &said, &err))
		say_err(p, &err);
	else
		put(p, rd_str_get(&said), said.len);
}

static void do_word(plain *p, char *line)
{
	char *rest = NULL, *word = strtok_r(line, " \t\r", &rest);
	const char *arg = word ? strtok_r(NULL, " \t\r", &rest) : NULL;
	const rd_build *newest = p->model.builds.len ? rd_vec_at(&p->model.builds, 0) : NULL;
	const char *build = arg ? arg : newest ? newest->id : NULL;

	if (p->change.deed)
		answer(p, rd_or_empty(word));
	else if (!word)
		return;
	else if (!strcmp(word, "help") || !strcmp(word, "?"))
		help(p);
	else if (!strcmp(word, "builds"))
		say_builds(p, WANT);
	else if (!strcmp(word, "releases"))
		say_releases(p);
	else if (!strcmp(word, "log") && build) {
		begin_log(p, build);
		print_log(p);
	} else if (!strcmp(word, "steps") && build)
		say_steps(p, build);
	else if (!strcmp(word, "quiet"))
		end_log(p);
	else if (rd_plain_changes(word))
		ask(p, word, arg);
	else if (!strcmp(word, "quit") || !strcmp(word, "q"))
		p->is_over = true;
	else
		say(p, "there is no word '%s' here: type help", word);
}

static void read_words(plain *p)
{
	char bytes[LINE_BYTES];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	p->is_input_over = n <= 0;
	p->is_over |= p->is_input_over && p->is_terminal; /* ^D, or it is gone */
	for (ssize_t i = 0; i < n && !p->is_over; i++) {
		if (bytes[i] != '\n') {
			if (p->line_n + 1 < sizeof(p->line))
				p->line[p->line_n++] = bytes[i];
			continue;
		}
		p->line[p->line_n] = '\0';
		p->line_n = 0;
		do_word(p, p->line);
	}
}

/* ---- the loop ---- */

static rd_code wait_for_news(plain *p, rd_err *err)
{
	struct pollfd fds[] = {{.fd = p->is_input_over ? -1 : STDIN_FILENO, .events = POLLIN},
		{.fd = p->events ? p->rack->events->fd(p->events) : -1, .events = POLLIN}};
	unsigned changes = p->events ? 0 : RD_CHANGE_DATA | RD_CHANGE_LOGS;

	if (fflush(stdout)) {
		p->is_over = true;
		return RD_OK;
	}
	if (poll(fds, RD_LEN(fds), p->events ? -1 : POLL_MS) < 0 && errno != EINTR)
		return rd_err_os(err, errno, "cannot wait for changes");
	if (fds[0].revents)
		read_words(p);
	if (fds[1].revents && p->rack->events->take(p->events, &changes, err))
		return err->code;
	if (changes & RD_CHANGE_DATA)
		look(p);
	else if (changes & RD_CHANGE_LOGS)
		print_log(p);
	return RD_OK;
}

static const rd_build *newest_active(const rd_model *m)
{
	for (size_t i = 0; i < m->builds.len; i++)
		if (rd_build_is_active(rd_vec_at(&m->builds, i)))
			return rd_vec_at(&m->builds, i);
	return NULL;
}

static void begin(plain *p, const char *build)
{
	const rd_build *b;

	rd_model_read(&p->model, p->rack, p->app, WANT);
	if (p->model.err.code) {
		say_err(p, &p->model.err);
		return;
	}
	say_state(p);
	b = newest_active(&p->model);
	if (build || (b && !p->is_terminal))
		begin_log(p, build ? build : b->id);
	print_log(p);
}

int rd_plain_main(rd_rack *rack, const char *app, const rd_plain_opts *opts)
{
	plain p = {.rack = rack,
		.app = app,
		.is_read_only = opts->is_read_only,
		.is_protected = opts->is_protected,
		.is_terminal = isatty(STDIN_FILENO)};
	rd_err err = {0};
	rd_code code = RD_OK;
	char text[sizeof(err.msg) + sizeof(err.ctx) + 8];

	rd_model_init(&p.model);
	if (rack->events) /* first, so that what changes after the first read wakes us */
		code = rack->events->open(rack, &p.events, &err);
	if (!code)
		begin(&p, opts->build);
	while (!code && !p.is_over && !(p.is_input_over && p.model.active == 0))
		code = wait_for_news(&p, &err);
	end_log(&p);
	if (p.events)
		rack->events->close(p.events);
	rd_model_done(&p.model);
	if (!code)
		return 0;
	fprintf(stderr, "ERROR: %s\n", rd_err_text(&err, text, sizeof(text)));
	return 1;
}

/* SPDX-License-Identifier: MIT */
/* Steps of a build, read from the text of its log. */
#include "core/formats/textsteps.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/formats/build_decode.h"

#define LINE_BYTES ((size_t)4096) /* of a line are looked at */
#define NUMBERED_MAX 20000

/* A step that BuildKit numbers. */
typedef struct numbered {
	int key; /* "#7" */
	int step;
	bool is_over;
} numbered;

struct rd_textsteps {
	rd_str line;         /* the begin of the line that is not ended yet */
	uint64_t at;         /* where it begins in the log */
	uint64_t line_bytes; /* so far */
	const char *kind;    /* of the open group; NULL: none */
	int group, step;     /* numbers of the last ones */
	int open;            /* the step that plain lines belong to, 0: none */
	bool is_buildkit;    /* the group's lines are numbered */
	rd_classic classic;  /* of the group */
	rd_vec numbered;     /* of the group */
	rd_str error;        /* the last line, if it says that something failed */
	int range_step;      /* bytes of the log that are not written yet; 0: none */
	uint64_t range_at, range_bytes;
	/* ---- of the call under way ---- */
	int64_t at_us;
	rd_str *out;
};

rd_code rd_textsteps_new(rd_textsteps **ret_steps, rd_err *err)
{
	rd_textsteps *t = calloc(1, sizeof(*t));

	if (!t)
		return rd_err_nomem(err);
	rd_str_init(&t->line, 0);
	rd_vec_init(&t->numbered, sizeof(numbered));
	*ret_steps = t;
	return RD_OK;
}

rd_textsteps *rd_textsteps_free(rd_textsteps *t)
{
	if (!t)
		return NULL;
	rd_str_done(&t->line);
	rd_str_done(&t->error);
	rd_classic_done(&t->classic);
	rd_vec_done(&t->numbered);
	free(t);
	return NULL;
}

/* ---- steps ---- */

static void flush_range(rd_textsteps *t)
{
	if (t->range_step)
		rd_steps_put_log(t->out, t->range_step, t->range_at, t->range_bytes, 0);
	t->range_step = 0;
}

/* The line belongs to that step. */
static void give_line(rd_textsteps *t, int step)
{
	if (!step)
		return;
	if (t->range_step != step || t->range_at + t->range_bytes != t->at) {
		flush_range(t);
		t->range_step = step;
		t->range_at = t->at;
		t->range_bytes = 0;
	}
	t->range_bytes += t->line_bytes;
}

static int begin_step(rd_textsteps *t, const char *name, size_t n, int input)
{
	char text[LINE_BYTES];

	snprintf(text, sizeof(text), "%.*s", (int)n, name);
	rd_steps_put_step(t->out, t->group, ++t->step, text, &input, input ? 1 : 0);
	rd_steps_put_start(t->out, t->step, t->at_us);
	return t->step;
}

/* What the classic builder says, of its step at a time. */
static rd_code take_event(void *arg, const rd_step_event *ev, rd_err *err RD_UNUSED)
{
	rd_textsteps *t = arg;

	if (ev->kind == RD_STEP_DECLARE)
		t->open = begin_step(t, ev->name, strlen(ev->name), ev->n_inputs ? t->open : 0);
	else if (ev->kind == RD_STEP_DONE)
		rd_steps_put_done(t->out, t->open, t->at_us, ev->cached, ev->error);
	return RD_OK;
}

/* ---- groups ---- */

static rd_code end_group(rd_textsteps *t, const char *error, rd_err *err)
{
	rd_code rc = RD_OK;

	if (!t->kind)
		return RD_OK;
	flush_range(t);
	if (t->classic.id.len)
		rc = rd_classic_close(&t->classic, error, err);
	else if (t->open && !t->is_buildkit)
		rd_steps_put_done(t->out, t->open, t->at_us, false, error);
	rd_classic_done(&t->classic);
	rd_steps_put_group_done(t->out, t->group, t->at_us, error, NULL);
	t->kind = NULL;
	t->open = 0;
	return rc;
}

static rd_code begin_group(rd_textsteps *t, const char *kind, const char *name, rd_err *err)
{
	rd_code rc = end_group(t, NULL, err);

	rd_steps_put_group(t->out, ++t->group, kind, NULL, name, "", t->at_us);
	t->kind = kind;
	t->is_buildkit = false;
	rd_classic_init(&t->classic, take_event, t);
	rd_vec_clear(&t->numbered);
	return rc;
}

static bool is_in(const rd_textsteps *t, const char *kind)
{
	return t->kind && !strcmp(t->kind, kind);
}

/* ---- lines of Convox's builder ---- */

static const struct {
	const char *begin, *kind;
	bool is_first; /* each begins a group */
} known[] = {
	{"Running: docker pull ", "pull", true},
	{"Running: docker push ", "push", true},
	{"Running: docker tag ", "tag", false},
	{"Authenticating ", "rack", false},
	{"Injecting: ", "rack", false},
};

/* *ret_is_known: it is one of those. */
static rd_code take_known(rd_textsteps *t, const char *line, bool *ret_is_known, rd_err *err)
{
	const char *name = rd_starts_with(line, "Running: ") ? line + 9 : line;
	rd_code rc = RD_OK;
	size_t i = 0;

	*ret_is_known = true;
	if (rd_starts_with(line, "Building: "))
		return begin_group(t, "build", line + 10, err);
	while (i < RD_LEN(known) && !rd_starts_with(line, known[i].begin))
		i++;
	/* A RUN may print such words, too. */
	*ret_is_known = i < RD_LEN(known) && (i < 3 || !is_in(t, "build"));
	if (!*ret_is_known)
		return RD_OK;
	if (known[i].is_first || !is_in(t, known[i].kind))
		rc = begin_group(t, known[i].kind,
			known[i].is_first ? line + strlen(known[i].begin) : "", err);
	else if (t->open)
		rd_steps_put_done(t->out, t->open, t->at_us, false, NULL);
	if (!rc)
		t->open = begin_step(t, name, strlen(name), 0);
	give_line(t, t->open);
	return rc;
}

/* ---- BuildKit's ---- */

/* "#7 rest": *ret_key and rest; NULL: it is none. */
static const char *numbered_rest(const char *line, int *ret_key)
{
	char *end;
	long key;

	if (line[0] != '#' || !isdigit((unsigned char)line[1]))
		return NULL;
	key = strtol(line + 1, &end, 10);
	if (*end != ' ' || key > NUMBERED_MAX)
		return NULL;
	*ret_key = (int)key;
	return end + 1;
}

static numbered *find_numbered(rd_textsteps *t, int key)
{
	for (size_t i = t->numbered.len; i-- > 0;) {
		numbered *x = rd_vec_at(&t->numbered, i);

		if (x->key == key)
			return x;
	}
	return NULL;
}

static void end_numbered(rd_textsteps *t, numbered *x, bool is_cached, const char *error)
{
	if (x->is_over)
		return;
	x->is_over = true;
	rd_steps_put_done(t->out, x->step, t->at_us, is_cached, error);
}

static rd_code take_numbered(rd_textsteps *t, int key, const char *rest, rd_err *err)
{
	numbered *x = find_numbered(t, key);
	rd_code rc = RD_OK;

	if (!x) {
		if (!is_in(t, "build"))
			rc = begin_group(t, "build", ".", err);
		x = rc ? NULL : rd_vec_push(&t->numbered);
		if (!x)
			return rc ? rc : rd_err_nomem(err);
		t->is_buildkit = true;
		*x = (numbered){.key = key, .step = begin_step(t, rest, strlen(rest), 0)};
	} else if (rd_starts_with(rest, "DONE ")) {
		end_numbered(t, x, false, NULL);
	} else if (!strcmp(rest, "CACHED")) {
		end_numbered(t, x, true, NULL);
	} else if (!strcmp(rest, "CANCELED")) {
		end_numbered(t, x, false, "canceled");
	} else if (rd_starts_with(rest, "ERROR: ")) {
		end_numbered(t, x, false, rest + 7);
	}
	t->open = x->step;
	give_line(t, t->open);
	return RD_OK;
}

/* ---- all others ---- */

static bool is_step(const char *line)
{
	return rd_starts_with(line, "Step ") && isdigit((unsigned char)line[5]) &&
	       strstr(line, " : ");
}

static rd_code take_other(rd_textsteps *t, const char *line, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code rc = RD_OK;

	if (!is_in(t, "build") && is_step(line))
		rc = begin_group(t, "build", ".", err);
	if (!rc && !t->kind)
		rc = begin_group(t, "rack", "", err);
	if (!rc && is_in(t, "build") && !t->is_buildkit) {
		rd_str_printf(&text, "%s\n", line);
		rc = rd_str_check(&text, "line", err);
		if (!rc)
			rc = rd_classic_text(&t->classic, text.data, text.len, err);
	} else if (!rc && !t->open) {
		t->open = begin_step(t, "build", 5, 0);
	}
	give_line(t, t->open);
	return rc;
}

static rd_code take_line(rd_textsteps *t, rd_err *err)
{
	const char *line, *rest;
	bool is_known;
	int key = 0;
	rd_code rc;

	if (t->line.len && t->line.data[t->line.len - 1] == '\r')
		rd_str_cut(&t->line, t->line.len - 1);
	line = rd_str_get(&t->line);
	rest = t->classic.steps ? NULL : numbered_rest(line, &key);
	if (rest) {
		rc = take_numbered(t, key, rest, err);
	} else {
		rc = take_known(t, line, &is_known, err);
		if (!rc && !is_known)
			rc = take_other(t, line, err);
	}
	rd_str_clear(&t->error);
	if (rd_starts_with(line, "ERROR: "))
		rd_str_put(&t->error, line + 7);
	rd_str_clear(&t->line);
	t->at += t->line_bytes;
	t->line_bytes = 0;
	return rc ? rc : rd_str_check(t->out, "steps", err);
}

rd_code rd_textsteps_feed(rd_textsteps *t, const char *bytes, size_t n, int64_t at_us, rd_str *out,
	rd_err *err)
{
	rd_code rc = RD_OK;

	t->at_us = at_us;
	t->out = out;
	while (!rc && n) {
		const char *nl = memchr(bytes, '\n', n);
		size_t part = nl ? (size_t)(nl - bytes) : n;
		size_t room = LINE_BYTES - t->line.len;

		rd_str_putn(&t->line, bytes, part < room ? part : room);
		rc = rd_str_check(&t->line, "line", err);
		part += nl != NULL;
		t->line_bytes += part;
		if (!rc && nl)
			rc = take_line(t, err);
		bytes += part;
		n -= part;
	}
	flush_range(t);
	return rc ? rc : rd_str_check(out, "steps", err);
}

rd_code rd_textsteps_end(rd_textsteps *t, bool is_failed, int64_t at_us, rd_str *out, rd_err *err)
{
	const char *error;
	rd_code rc;

	t->at_us = at_us;
	t->out = out;
	rc = t->line_bytes ? take_line(t, err) : RD_OK;
	error = t->error.len ? rd_str_get(&t->error) : "failed";
	if (!rc)
		rc = end_group(t, is_failed ? error : NULL, err);
	return rc ? rc : rd_str_check(out, "steps", err);
}

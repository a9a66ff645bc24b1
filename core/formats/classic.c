/* SPDX-License-Identifier: MIT */
/* The classic builder's text (Docker's, Podman's) as step events. What a RUN prints may look like the
 * engine's own lines; it can then only mislead the names of steps, never the outcome. */
#include "core/formats/build_decode.h"

#include <ctype.h>

void rd_classic_init(rd_classic *c, rd_step_fn *fn, void *arg)
{
	*c = (rd_classic){.fn = fn, .arg = arg};
}

void rd_classic_done(rd_classic *c)
{
	rd_str_done(&c->id);
}

/* Opens a step. @input NULL or the id that it depends on. */
static rd_code open_step(rd_classic *c, const char *id, const char *name, const char *input,
	rd_err *err)
{
	rd_step_event ev = {.kind = RD_STEP_DECLARE,
		.id = id,
		.name = name,
		.inputs = input ? &input : NULL,
		.n_inputs = input ? 1 : 0};
	rd_code code = c->fn(c->arg, &ev, err);

	if (code)
		return code;
	rd_str_clear(&c->id);
	rd_str_put(&c->id, id);
	code = rd_str_check(&c->id, "step", err);
	if (code)
		return code;
	c->cached = false;
	ev = (rd_step_event){.kind = RD_STEP_START, .id = rd_str_get(&c->id)};
	return c->fn(c->arg, &ev, err);
}

rd_code rd_classic_close(rd_classic *c, const char *error, rd_err *err)
{
	rd_step_event ev = {.kind = RD_STEP_DONE, .cached = c->cached, .error = error};
	rd_code code;

	if (!c->id.len || c->is_callers)
		return RD_OK;
	ev.id = rd_str_get(&c->id);
	code = c->fn(c->arg, &ev, err);
	rd_str_clear(&c->id);
	return code;
}

static rd_code put_log(rd_classic *c, const char *text, size_t n, rd_err *err)
{
	rd_step_event ev = {.kind = RD_STEP_LOG, .bytes = text, .n = n, .stream = 1};
	rd_code code = RD_OK;

	if (!n)
		return RD_OK;
	if (!c->id.len)
		code = open_step(c, "0", "build", NULL, err);
	if (code)
		return code;
	c->mid_line = text[n - 1] != '\n';
	ev.id = rd_str_get(&c->id);
	return c->fn(c->arg, &ev, err);
}

/* @returns the text after "N/M", or NULL; *ret_n is the length of that. */
static const char *fraction(const char *at, const char *end, size_t *ret_n)
{
	const char *begin = at;

	for (; at < end && isdigit((unsigned char)*at); at++)
		;
	if (at == begin || at == end || *at++ != '/')
		return NULL;
	if (at == end || !isdigit((unsigned char)*at))
		return NULL;
	for (; at < end && isdigit((unsigned char)*at); at++)
		;
	*ret_n = (size_t)(at - begin);
	return at;
}

static const char *after(const char *at, const char *end, const char *word)
{
	size_t n = strlen(word);

	return at && (size_t)(end - at) >= n && !memcmp(at, word, n) ? at + n : NULL;
}

/* "Step 2/5 : RUN make" (Docker), "STEP 2/5: RUN make" or "[1/2] STEP 2/5: RUN make" (Podman): the
 * name as BuildKit would write it, "[2/5] RUN make". @returns the instruction, NULL if it is no step. */
static const char *step_name(const char *text, const char *end, rd_str *name)
{
	const char *at = after(text, end, "Step ");
	const char *place;
	size_t n;

	rd_str_clear(name);
	rd_str_putc(name, '[');
	if (at) {
		place = at;
		at = after(fraction(at, end, &n), end, " : ");
	} else {
		at = after(text, end, "[");
		if (at) {
			place = at;
			at = after(fraction(at, end, &n), end, "] ");
			if (at)
				rd_str_printf(name, "%.*s ", (int)n, place);
		} else {
			at = text;
		}
		place = at = after(at, end, "STEP ");
		at = at ? after(fraction(at, end, &n), end, ": ") : NULL;
	}
	if (!at)
		return NULL;
	while (end > at && end[-1] == '\n')
		end--;
	rd_str_printf(name, "%.*s] ", (int)n, place);
	rd_str_putn(name, at, (size_t)(end - at));
	return at;
}

static rd_code next_step(rd_classic *c, const char *name, const char *instruction, bool has_newline,
	rd_err *err)
{
	bool first = !strncasecmp(instruction, "FROM", 4);
	char id[16];
	char before[16];
	rd_code code = rd_classic_close(c, NULL, err);

	if (code)
		return code;
	snprintf(before, sizeof(before), "%d", c->steps);
	snprintf(id, sizeof(id), "%d", ++c->steps);
	c->swallow_nl = !has_newline;
	c->mid_line = false;
	return open_step(c, id, name, first || c->steps == 1 ? NULL : before, err);
}

/* Whether the engine itself says this, so that it begins a line even after an unfinished one. */
static bool is_engines(const char *text, const char *end)
{
	return after(text, end, " ---> ") || after(text, end, "--> ") ||
	       after(text, end, "Removing intermediate container ");
}

rd_code rd_classic_text(rd_classic *c, const char *text, size_t n, rd_err *err)
{
	const char *end = text + n;
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	const char *instruction;
	rd_code code = RD_OK;

	if (c->swallow_nl && n == 1 && *text == '\n') {
		c->swallow_nl = false;
		return RD_OK;
	}
	c->swallow_nl = false;
	instruction = c->is_callers ? NULL : step_name(text, end, &name);
	if (c->mid_line && (instruction || is_engines(text, end)))
		code = put_log(c, "\n", 1, err);
	if (code)
		return code;
	if (instruction) {
		code = rd_str_check(&name, "step", err);
		return code ? code
			    : next_step(c, rd_str_get(&name), instruction, end[-1] == '\n', err);
	}
	if (!c->mid_line &&
		(after(text, end, " ---> Using cache\n") || after(text, end, "--> Using cache ")))
		c->cached = true;
	return put_log(c, text, n, err);
}

rd_code rd_classic_status(rd_classic *c, const json_t *o, rd_err *err)
{
	static const char *const finals[] = {"Pull complete", "Already exists", "Pushed",
		"Layer already exists", "Mounted from", "Download complete"};
	const char *status = rd_or_empty(json_string_value(json_object_get(o, "status")));
	const char *id = json_string_value(json_object_get(o, "id"));
	const json_t *detail = json_object_get(o, "progressDetail");
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	rd_step_event ev = {.kind = RD_STEP_PROGRESS, .item = id};
	json_int_t current = json_integer_value(json_object_get(detail, "current"));
	json_int_t total = json_integer_value(json_object_get(detail, "total"));
	rd_code code;

	if (!detail || !id) {
		rd_str_printf(&line, "%s%s%s\n", rd_or_empty(id), id ? ": " : "", status);
		code = rd_str_check(&line, "status", err);
		return code ? code : put_log(c, line.data, line.len, err);
	}
	if (!c->id.len) {
		code = open_step(c, "0", "build", NULL, err);
		if (code)
			return code;
	}
	ev.id = rd_str_get(&c->id);
	ev.current = current > 0 ? (uint64_t)current : 0;
	ev.total = total > 0 ? (uint64_t)total : 0;
	for (size_t i = 0; i < RD_LEN(finals); i++)
		ev.finished = ev.finished || rd_starts_with(status, finals[i]);
	return c->fn(c->arg, &ev, err);
}

/* SPDX-License-Identifier: MIT */
/* What each event of an engine writes to the log and the steps. */
#include <stdarg.h>

#include "core/base/clock.h"
#include "core/build/record_impl.h"

/* A progress record for the same item at most this often, but for the last. */
#define PROGRESS_EVERY_US 200000
/* Steps that took less say nothing at their end. */
#define DONE_WORTH_US 100000

/* @ret heap, NULL if out of memory. */
static char *redacted(const rd_record *r, const char *text, size_t n)
{
	rd_str out = RD_STR_INIT(0);

	rd_redact_text(r->redact, text, n, &out);
	return rd_str_take(&out);
}

static rd_code nomem(rd_record *r)
{
	r->failed = rd_err_nomem(&r->why);
	return r->failed;
}

static int64_t stamp(const rd_step_event *ev)
{
	return ev->at_us ? ev->at_us : rd_wall_us();
}

static rd_code on_declare(rd_record *r, struct record_step *step, const rd_step_event *ev)
{
	RD_AUTO(rd_vec_done) rd_vec inputs = RD_VEC_INIT(int);
	char *name = redacted(r, rd_or_empty(ev->name), strlen(rd_or_empty(ev->name)));

	if (!name)
		return nomem(r);
	if (step->name && !strcmp(step->name, name)) {
		free(name);
		return RD_OK;
	}
	free(step->name);
	step->name = name;
	for (size_t i = 0; i < ev->n_inputs; i++) {
		struct record_step *input = rd_record_step(step->group, ev->inputs[i]);
		int *slot = rd_vec_push(&inputs);

		if (!input || !slot)
			return nomem(r);
		*slot = input->number;
	}
	rd_steps_put_step(&r->steps, step->group->number, step->number, name, inputs.data,
		inputs.len);
	return RD_OK;
}

static rd_code on_start(rd_record *r, struct record_step *step, const rd_step_event *ev)
{
	if (step->started_us)
		return RD_OK;
	step->started_us = stamp(ev);
	step->heading_due_us = rd_now_us() + RECORD_WAIT_US;
	rd_steps_put_start(&r->steps, step->number, step->started_us);
	return RD_OK;
}

/* "[2/5]" of "[2/5] RUN make", or the whole name. */
static int tag_len(const char *name)
{
	const char *end = name[0] == '[' ? strchr(name, ']') : NULL;

	return end && strncmp(name, "[internal]", 10) ? (int)(end - name) + 1 : (int)strlen(name);
}

/* How the step ended, in the text log. */
static rd_code say_done(rd_record *r, struct record_step *step, const rd_step_event *ev,
	const char *error)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	int64_t took_us = step->started_us ? stamp(ev) - step->started_us : 0;
	const char *name = rd_or_empty(step->name);

	if (ev->cached) {
		step->heading_due_us = 0;
		rd_str_printf(&line, "%s CACHED", name);
	} else if (error) {
		rd_str_printf(&line, "%.*s ERROR: %s", tag_len(name), name, error);
	} else if (took_us >= DONE_WORTH_US) {
		rd_str_printf(&line, "%.*s DONE %lld.%llds", tag_len(name), name,
			(long long)(took_us / 1000000), (long long)(took_us / 100000 % 10));
	}
	if (!rd_str_ok(&line))
		return nomem(r);
	if (rd_record_heading(r, step))
		return r->failed;
	return line.len ? rd_record_say(r, step, line.data) : RD_OK;
}

static rd_code on_done(rd_record *r, struct record_step *step, const rd_step_event *ev)
{
	RD_AUTOFREE char *error = NULL;
	rd_code code;

	if (step->done)
		return RD_OK;
	step->done = true;
	if (ev->error && !(error = redacted(r, ev->error, strlen(ev->error))))
		return nomem(r);
	code = rd_record_end_output(r, step);
	if (!code)
		code = say_done(r, step, ev, error);
	rd_record_end_range(r);
	rd_steps_put_done(&r->steps, step->number, stamp(ev), ev->cached, error);
	return code;
}

static rd_code on_progress(rd_record *r, struct record_step *step, const rd_step_event *ev)
{
	const char *item = rd_or_empty(ev->item), *last = rd_kvs_get(&step->items, item);
	int64_t now = rd_now_us();
	long long before = 0;
	char text[32];

	if (last)
		rd_parse_i64(last, &before, NULL);
	if (last && !ev->finished && now - before < PROGRESS_EVERY_US)
		return RD_OK;
	snprintf(text, sizeof text, "%lld", (long long)now);
	if (!rd_kvs_set(&step->items, item, text))
		return nomem(r);
	rd_steps_put_progress(&r->steps, step->number, item, ev->current, ev->total, ev->finished);
	return RD_OK;
}

static rd_code on_warn(rd_record *r, struct record_step *step, const rd_step_event *ev)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	RD_AUTOFREE char *text = redacted(r, ev->bytes, ev->n);

	rd_str_printf(&line, "WARNING: %s", rd_or_empty(text));
	if (!text || !rd_str_ok(&line))
		return nomem(r);
	rd_steps_put_warn(&r->steps, step->number, text, strlen(text));
	if (rd_record_heading(r, step))
		return r->failed;
	return rd_record_say(r, step, line.data);
}

static rd_code on_event(rd_record *r, struct record_step *step, const rd_step_event *ev)
{
	switch (ev->kind) {
	case RD_STEP_DECLARE:
		return on_declare(r, step, ev);
	case RD_STEP_START:
		return on_start(r, step, ev);
	case RD_STEP_DONE:
		return on_done(r, step, ev);
	case RD_STEP_LOG:
		return rd_record_output(r, &step->streams[ev->stream == 2], ev->bytes, ev->n);
	case RD_STEP_PROGRESS:
		return on_progress(r, step, ev);
	case RD_STEP_WARN:
		return on_warn(r, step, ev);
	case RD_STEP_GAP:
		/* what came before it stands before it */
		rd_record_end_range(r);
		rd_steps_put_gap(&r->steps, step->number, r->offset, ev->n);
		return RD_OK;
	case RD_STEP_MAX_:
		break;
	}
	return RD_OK;
}

rd_code rd_record_event(void *group, const rd_step_event *ev, rd_err *err)
{
	rd_record_group *g = group;
	rd_record *r = g->record;
	struct record_step *step;

	rd_record_lock(r);
	step = r->failed ? NULL : rd_record_step(g, rd_or_empty(ev->id));
	if (step)
		on_event(r, step, ev);
	else if (!r->failed)
		nomem(r);
	if (ev->kind != RD_STEP_LOG)
		rd_record_put_steps(r);
	return rd_record_unlock(r, err);
}

/* ---- groups and lines of our own ---- */

rd_code rd_record_group_begin(rd_record *r, const char *kind, const rd_strs *services,
	const char *name, const char *prefix, rd_record_group **ret_group, rd_err *err)
{
	RD_AUTOFREE char *safe_name = redacted(r, name, strlen(name));
	rd_record_group *g = calloc(1, sizeof *g), **slot = NULL;

	if (g)
		g->prefix = rd_strdup(rd_or_empty(prefix));
	rd_record_lock(r);
	if (g && g->prefix && safe_name)
		slot = rd_vec_push(&r->groups);
	if (!slot) {
		rd_record_unlock(r, NULL);
		if (g)
			free(g->prefix);
		free(g);
		return rd_err_nomem(err);
	}
	*slot = g;
	g->record = r;
	rd_vec_init(&g->steps, sizeof(struct record_step *));
	g->number = ++r->last_group;
	rd_steps_put_group(&r->steps, g->number, kind, services, safe_name, g->prefix,
		rd_wall_us());
	rd_record_put_steps(r);
	*ret_group = g;
	return rd_record_unlock(r, err);
}

/* A failure gets no line here: the step that failed has one, and the build's last line tells it. What
 * is cached has said so. */
static void end_own(rd_record *r, struct record_step *own, const char *error, bool is_cached)
{
	const rd_step_event end = {.kind = RD_STEP_DONE};

	if (!error && !is_cached) {
		on_done(r, own, &end);
		return;
	}
	own->done = true;
	rd_record_end_range(r);
	rd_steps_put_done(&r->steps, own->number, stamp(&end), is_cached && !error, error);
}

void rd_record_group_cached(rd_record_group *g)
{
	rd_record_lock(g->record);
	g->own_is_cached = true;
	rd_record_unlock(g->record, NULL);
}

static void end_outputs(rd_record_group *g)
{
	for (size_t i = 0; i < g->steps.len; i++)
		rd_record_end_output(g->record, *(struct record_step **)rd_vec_at(&g->steps, i));
}

rd_code rd_record_group_settle(rd_record_group *g, rd_err *err)
{
	rd_record_lock(g->record);
	end_outputs(g);
	return rd_record_unlock(g->record, err);
}

rd_code rd_record_group_end(rd_record_group *g, const rd_err *error, const char *image, rd_err *err)
{
	rd_record *r = g->record;
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	const char *safe = NULL;

	rd_record_lock(r);
	if (error) {
		rd_redact_err(r->redact, error, &text);
		safe = rd_str_get(&text);
	}
	if (!rd_str_ok(&text))
		nomem(r);
	end_outputs(g);
	if (g->own)
		end_own(r, g->own, safe, g->own_is_cached);
	rd_record_end_range(r);
	rd_steps_put_group_done(&r->steps, g->number, rd_wall_us(), safe, image);
	rd_record_put_steps(r);
	return rd_record_unlock(r, err);
}

/* The step of a group's own lines: named by the first of them. */
static struct record_step *own_step(rd_record_group *g, const char *name)
{
	const rd_step_event ev = {.kind = RD_STEP_DECLARE, .name = name};
	struct record_step *step = g->own;

	if (step)
		return step;
	step = rd_record_step(g, "");
	if (!step || on_declare(g->record, step, &ev))
		return NULL;
	on_start(g->record, step, &ev);
	step->heading_due_us = 0;
	g->own = step;
	return step;
}

/* A line of no group: under no step, before and after all others. */
static rd_code say_alone(rd_record *r, const char *text)
{
	char no_prefix[] = "";
	rd_record_group plain = {.record = r, .prefix = no_prefix};
	struct record_step none = {.group = &plain};

	none.streams[0].step = &none;
	return rd_record_say(r, &none, text);
}

rd_code rd_record_line(rd_record *r, rd_record_group *g, rd_err *err, const char *fmt, ...)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTOFREE char *safe = NULL;
	struct record_step *step = NULL;
	va_list ap;

	va_start(ap, fmt);
	rd_str_vprintf(&text, fmt, ap);
	va_end(ap);
	if (!rd_str_ok(&text) || !(safe = redacted(r, rd_str_get(&text), text.len)))
		return rd_err_nomem(err);
	rd_record_lock(r);
	if (g)
		step = own_step(g, safe);
	if (step)
		rd_record_say(r, step, safe);
	else if (!g)
		say_alone(r, safe);
	rd_record_put_steps(r);
	return rd_record_unlock(r, err);
}

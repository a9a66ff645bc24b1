/* SPDX-License-Identifier: MIT */
/* The steps file: the model that a reader builds from it. */
#include "core/formats/steps.h"

#include <jansson.h>

/* A record is a name, an error or a range: far smaller than this. */
#define LINE_MAX_BYTES (4u << 20)
#define STEPS_MAX 100000
#define PROGRESS_MAX 10000 /* moving things of one step */

/* From this offset on, bytes were written at that time. */
struct written {
	uint64_t offset;
	int64_t at_us;
};

struct rd_steps {
	rd_vec steps;  /* rd_step */
	rd_vec groups; /* rd_step_group */
	rd_vec times;  /* struct written, rising */
	rd_str line;   /* the unfinished one */
	bool too_long; /* the line is over the limit: skipped up to its end */
	uint64_t malformed;
	uint64_t version;
};

static void step_done(rd_step *s)
{
	free(s->name);
	free(s->error);
	rd_vec_done(&s->inputs);
	rd_vec_done(&s->ranges);
	for (size_t i = 0; i < s->progress.len; i++)
		free(((rd_step_progress *)rd_vec_at(&s->progress, i))->item);
	rd_vec_done(&s->progress);
	rd_strs_done(&s->warnings);
}

static void group_done(rd_step_group *g)
{
	free(g->kind);
	rd_strs_done(&g->services);
	free(g->name);
	free(g->prefix);
	free(g->error);
	free(g->image);
}

rd_code rd_steps_new(rd_steps **ret_steps, rd_err *err)
{
	rd_steps *m = calloc(1, sizeof(*m));

	if (!m)
		return rd_err_nomem(err);
	rd_vec_init(&m->steps, sizeof(rd_step));
	rd_vec_init(&m->groups, sizeof(rd_step_group));
	rd_vec_init(&m->times, sizeof(struct written));
	*ret_steps = m;
	return RD_OK;
}

rd_steps *rd_steps_free(rd_steps *m)
{
	if (!m)
		return NULL;
	for (size_t i = 0; i < m->steps.len; i++)
		step_done(rd_vec_at(&m->steps, i));
	for (size_t i = 0; i < m->groups.len; i++)
		group_done(rd_vec_at(&m->groups, i));
	rd_vec_done(&m->steps);
	rd_vec_done(&m->times);
	rd_vec_done(&m->groups);
	rd_str_done(&m->line);
	free(m);
	return NULL;
}

/* ---- members of a record; a missing or wrong one has a harmless default ---- */

static int64_t int_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* Numbers and offsets are never negative. */
static uint64_t size_of(const json_t *o, const char *key)
{
	int64_t n = int_of(o, key);

	return n > 0 ? (uint64_t)n : 0;
}

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/* ---- lookups: writers number from 1 up, so the place is usually known ---- */

static int group_index(const rd_steps *m, int64_t number)
{
	if (number >= 1 && (uint64_t)number <= m->groups.len &&
		((rd_step_group *)rd_vec_at(&m->groups, (size_t)number - 1))->number == number)
		return (int)number - 1;
	for (size_t i = 0; i < m->groups.len; i++)
		if (((rd_step_group *)rd_vec_at(&m->groups, i))->number == number)
			return (int)i;
	return -1;
}

static int step_index(const rd_steps *m, int64_t number)
{
	if (number >= 1 && (uint64_t)number <= m->steps.len &&
		((rd_step *)rd_vec_at(&m->steps, (size_t)number - 1))->number == number)
		return (int)number - 1;
	for (size_t i = 0; i < m->steps.len; i++)
		if (((rd_step *)rd_vec_at(&m->steps, i))->number == number)
			return (int)i;
	return -1;
}

static rd_step_group *group_of(const rd_steps *m, const json_t *o)
{
	int i = group_index(m, int_of(o, "g"));

	return i < 0 ? NULL : rd_vec_at(&m->groups, (size_t)i);
}

static rd_step *step_of(const rd_steps *m, const json_t *o)
{
	int i = step_index(m, int_of(o, "s"));

	return i < 0 ? NULL : rd_vec_at(&m->steps, (size_t)i);
}

/* ---- records; false: malformed ---- */

static bool take_group(rd_steps *m, const json_t *o)
{
	int64_t number = int_of(o, "g");
	rd_step_group *g;
	json_t *services = json_object_get(o, "services");
	const json_t *service;
	size_t i;

	if (number <= 0 || number > STEPS_MAX || group_index(m, number) >= 0)
		return false;
	g = rd_vec_push(&m->groups);
	if (!g)
		return false;
	g->number = (int)number;
	g->kind = rd_strdup(rd_or_empty(text_of(o, "kind")));
	g->name = rd_strdup(rd_or_empty(text_of(o, "name")));
	g->prefix = rd_strdup(rd_or_empty(text_of(o, "prefix")));
	g->started_us = int_of(o, "at");
	json_array_foreach(services, i, service)
	{
		if (json_is_string(service))
			rd_strs_add(&g->services, json_string_value(service));
	}
	return g->kind && g->name && g->prefix;
}

/* What began in a group that is over, and never ended, was cut off. */
static bool take_group_done(rd_steps *m, const json_t *o)
{
	rd_step_group *g = group_of(m, o);

	if (!g)
		return false;
	g->ended_us = int_of(o, "at");
	rd_str_replace(&g->error, text_of(o, "error"));
	rd_str_replace(&g->image, text_of(o, "image"));
	for (size_t i = 0; i < m->steps.len; i++) {
		rd_step *s = rd_vec_at(&m->steps, i);

		if (rd_vec_at(&m->groups, (size_t)s->group) != g || s->state != RD_STEP_RUNNING)
			continue;
		s->state = RD_STEP_CANCELED;
		s->ended_us = g->ended_us;
	}
	return true;
}

static bool take_step(rd_steps *m, const json_t *o)
{
	int64_t number = int_of(o, "s");
	int group = group_index(m, int_of(o, "g"));
	json_t *inputs = json_object_get(o, "in");
	const json_t *input;
	rd_step *s;
	size_t i;

	if (group < 0 || number <= 0 || number > STEPS_MAX || step_index(m, number) >= 0)
		return false;
	s = rd_vec_push(&m->steps);
	if (!s)
		return false;
	s->number = (int)number;
	s->group = group;
	s->name = rd_strdup(rd_or_empty(text_of(o, "name")));
	rd_vec_init(&s->inputs, sizeof(int));
	rd_vec_init(&s->ranges, sizeof(rd_step_range));
	rd_vec_init(&s->progress, sizeof(rd_step_progress));
	json_array_foreach(inputs, i, input)
	{
		int from = step_index(m, json_integer_value(input));
		/* readers walk along the inputs: only earlier steps, so that they come to an end */
		bool is_earlier = from >= 0 && (size_t)from + 1 < m->steps.len;
		int *to = is_earlier ? rd_vec_push(&s->inputs) : NULL;

		if (to)
			*to = from;
	}
	return s->name != NULL;
}

static bool take_start(rd_steps *m, const json_t *o)
{
	rd_step *s = step_of(m, o);

	if (!s)
		return false;
	s->state = RD_STEP_RUNNING;
	s->started_us = int_of(o, "at");
	s->ended_us = 0;
	return true;
}

/* BuildKit's word for it, and ours. */
static bool is_cut_off(const char *error)
{
	return !strcmp(error, "canceled") || rd_ends_with(error, "context canceled");
}

static bool take_done(rd_steps *m, const json_t *o)
{
	rd_step *s = step_of(m, o);
	const char *error = text_of(o, "error");

	if (!s)
		return false;
	s->ended_us = int_of(o, "at");
	rd_str_replace(&s->error, error);
	if (error)
		s->state = is_cut_off(error) ? RD_STEP_CANCELED : RD_STEP_FAILED;
	else
		s->state = json_is_true(json_object_get(o, "cached")) ? RD_STEP_CACHED
								      : RD_STEP_COMPLETE;
	return true;
}

/* Keeps when bytes were written. Records come in the order of their offsets; others are left out. */
static bool take_time(rd_steps *m, uint64_t offset, int64_t at_us)
{
	const struct written *last = m->times.len ? rd_vec_at(&m->times, m->times.len - 1) : NULL;
	struct written *w;

	if (at_us <= 0 || (last && offset <= last->offset))
		return true;
	w = rd_vec_push(&m->times);
	if (w)
		*w = (struct written){offset, at_us};
	return w != NULL;
}

int64_t rd_steps_time_at(const rd_steps *m, uint64_t offset)
{
	const struct written *times = m->times.data;
	size_t low = 0, high = m->times.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (times[mid].offset <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? times[low - 1].at_us : 0;
}

static bool take_range(rd_steps *m, const json_t *o, bool gap)
{
	rd_step *s = step_of(m, o);
	rd_step_range *r;
	uint64_t offset = size_of(o, "o");
	uint64_t n = size_of(o, "n");

	if (!s)
		return false;
	if (!gap) {
		s->log_bytes += n;
		if (!take_time(m, offset, int_of(o, "at")))
			return false;
	}
	r = s->ranges.len ? rd_vec_at(&s->ranges, s->ranges.len - 1) : NULL;
	if (r && !gap && !r->gap && r->offset + r->n == offset) {
		r->n += n;
		return true;
	}
	r = rd_vec_push(&s->ranges);
	if (!r)
		return false;
	*r = (rd_step_range){.offset = offset, .n = n, .gap = gap};
	return true;
}

static rd_step_progress *progress_of(rd_step *s, const char *item)
{
	rd_step_progress *p;

	for (size_t i = s->progress.len; i > 0; i--) {
		p = rd_vec_at(&s->progress, i - 1);
		if (!strcmp(p->item, item))
			return p;
	}
	if (s->progress.len >= PROGRESS_MAX)
		return NULL;
	p = rd_vec_push(&s->progress);
	if (!p)
		return NULL;
	p->item = rd_strdup(item);
	if (!p->item)
		s->progress.len--;
	return p->item ? p : NULL;
}

static bool take_progress(rd_steps *m, const json_t *o)
{
	rd_step *s = step_of(m, o);
	rd_step_progress *p = s ? progress_of(s, rd_or_empty(text_of(o, "id"))) : NULL;

	if (!p)
		return false;
	p->current = size_of(o, "cur");
	p->total = size_of(o, "total");
	p->finished = json_is_true(json_object_get(o, "done"));
	return true;
}

static bool take_record(rd_steps *m, const json_t *o)
{
	const char *type = text_of(o, "t");
	rd_step *s;

	if (!type)
		return false;
	if (!strcmp(type, "log"))
		return take_range(m, o, false);
	if (!strcmp(type, "progress"))
		return take_progress(m, o);
	if (!strcmp(type, "start"))
		return take_start(m, o);
	if (!strcmp(type, "done"))
		return take_done(m, o);
	if (!strcmp(type, "step"))
		return take_step(m, o);
	if (!strcmp(type, "group"))
		return take_group(m, o);
	if (!strcmp(type, "group-done"))
		return take_group_done(m, o);
	if (!strcmp(type, "gap"))
		return take_range(m, o, true);
	if (!strcmp(type, "warn")) {
		s = step_of(m, o);
		return s && rd_strs_add(&s->warnings, rd_or_empty(text_of(o, "text")));
	}
	return true; /* of a later version */
}

static void take_line(rd_steps *m, const char *line, size_t n)
{
	json_t *o;

	if (!n)
		return;
	o = json_loadb(line, n, 0, NULL);
	if (json_is_object(o) && take_record(m, o))
		m->version++;
	else
		m->malformed++;
	json_decref(o);
}

/* Adds a part of a line that is not whole in one piece; `ends` with its last part. */
static void take_part(rd_steps *m, const char *bytes, size_t n, bool ends)
{
	if (m->line.len + n > LINE_MAX_BYTES)
		m->too_long = true;
	if (m->too_long)
		rd_str_clear(&m->line);
	else
		rd_str_putn(&m->line, bytes, n);
	if (!ends)
		return;
	if (m->too_long)
		m->malformed++;
	else
		take_line(m, rd_str_get(&m->line), m->line.len);
	rd_str_clear(&m->line);
	m->too_long = false;
}

rd_code rd_steps_feed(rd_steps *m, const char *bytes, size_t n, rd_err *err)
{
	while (n) {
		const char *end = memchr(bytes, '\n', n);
		size_t part = end ? (size_t)(end - bytes) : n;

		if (end && !m->line.len && !m->too_long)
			take_line(m, bytes, part);
		else
			take_part(m, bytes, part, end != NULL);
		if (!rd_str_ok(&m->line))
			return rd_err_nomem(err);
		part += end ? 1 : 0;
		bytes += part;
		n -= part;
	}
	return RD_OK;
}

size_t rd_steps_count(const rd_steps *m)
{
	return m->steps.len;
}

const rd_step *rd_steps_at(const rd_steps *m, size_t i)
{
	return rd_vec_at(&m->steps, i);
}

const rd_step *rd_steps_find(const rd_steps *m, int number)
{
	int i = step_index(m, number);

	return i < 0 ? NULL : rd_vec_at(&m->steps, (size_t)i);
}

size_t rd_steps_groups(const rd_steps *m)
{
	return m->groups.len;
}

const rd_step_group *rd_steps_group_at(const rd_steps *m, size_t i)
{
	return rd_vec_at(&m->groups, i);
}

uint64_t rd_steps_malformed(const rd_steps *m)
{
	return m->malformed;
}

uint64_t rd_steps_version(const rd_steps *m)
{
	return m->version;
}

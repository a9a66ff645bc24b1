/* SPDX-License-Identifier: MIT */
/* BuildKit's status records as step events. */
#include "core/formats/build_decode.h"

#include "core/formats/status.pb-c.h"

#define VERTEXES_MAX 20000
#define YEAR_9999_S 253402300799
#define EMPTY_MAX 200 /* empty records in a row: no engine sends so many but one that is stuck */

/* What was told of a vertex so far. BuildKit may run one again: it is then started again. */
typedef struct vertex {
	char *id;
	int64_t started_us, completed_us;
} vertex;

void rd_trace_init(rd_trace *t, rd_step_fn *fn, void *arg)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	*t = (rd_trace){.fn = fn, .arg = arg};
	for (unsigned i = 0; i < 64; i++)
		t->digits[(unsigned char)alphabet[i]] = (unsigned char)(i + 1);
	rd_vec_init(&t->vertexes, sizeof(vertex));
}

void rd_trace_done(rd_trace *t)
{
	for (size_t i = 0; i < t->vertexes.len; i++)
		free(((vertex *)rd_vec_at(&t->vertexes, i))->id);
	rd_vec_done(&t->vertexes);
	rd_str_done(&t->record);
}

/* Four digits. @returns their 24 bits, or a negative number if one is no digit. */
static int32_t quad(const rd_trace *t, const unsigned char *text)
{
	unsigned a = t->digits[text[0]], b = t->digits[text[1]];
	unsigned c = t->digits[text[2]], d = t->digits[text[3]];

	if (!a || !b || !c || !d)
		return -1;
	return (int32_t)((a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1));
}

static rd_code decode_base64(rd_trace *t, const char *text, size_t n, rd_err *err)
{
	const unsigned char *from = (const unsigned char *)text;
	unsigned char last[4] = {'A', 'A', 'A', 'A'};
	unsigned char *to;
	size_t bytes = 0;
	int32_t bits = 0;

	while (n && text[n - 1] == '=')
		n--;
	rd_str_clear(&t->record);
	to = (unsigned char *)rd_str_reserve(&t->record, n / 4 * 3 + 3);
	if (!to)
		return rd_err_nomem(err);
	for (; n >= 4 && bits >= 0; n -= 4, from += 4) {
		bits = quad(t, from);
		to[bytes++] = (unsigned char)(bits >> 16);
		to[bytes++] = (unsigned char)(bits >> 8);
		to[bytes++] = (unsigned char)bits;
	}
	if (bits >= 0 && n) {
		memcpy(last, from, n);
		bits = n == 1 ? -1 : quad(t, last);
		to[bytes] = (unsigned char)(bits >> 16);
		to[bytes + 1] = (unsigned char)(bits >> 8);
		bytes += n - 1;
	}
	if (bits < 0)
		return rd_err_set(err, RD_EPARSE, "a build record is not base64");
	rd_str_commit(&t->record, bytes);
	return RD_OK;
}

/* 0: unset, or no time that an engine can mean. */
static int64_t time_us(const Rd__Time *t)
{
	if (!t || t->seconds < 0 || t->seconds > YEAR_9999_S)
		return 0;
	return t->seconds * 1000000 + t->nanos / 1000;
}

static vertex *find(const rd_trace *t, const char *id)
{
	/* The newest are asked for most. */
	for (size_t i = t->vertexes.len; i > 0; i--) {
		vertex *v = rd_vec_at(&t->vertexes, i - 1);

		if (!strcmp(v->id, id))
			return v;
	}
	return NULL;
}

static rd_code declare(rd_trace *t, const Rd__Vertex *v, vertex **ret_vertex, rd_err *err)
{
	vertex *new;
	rd_step_event ev = {.kind = RD_STEP_DECLARE,
		.id = v->digest,
		.name = v->name,
		.inputs = (const char *const *)v->inputs,
		.n_inputs = v->n_inputs};

	if (t->vertexes.len >= VERTEXES_MAX)
		return rd_err_set(err, RD_ELIMIT, "the build has over %d steps", VERTEXES_MAX);
	new = rd_vec_push(&t->vertexes);
	if (!new)
		return rd_err_nomem(err);
	new->id = rd_strdup(v->digest);
	if (!new->id) {
		t->vertexes.len--;
		return rd_err_nomem(err);
	}
	*ret_vertex = new;
	return t->fn(t->arg, &ev, err);
}

/* New vertexes and those that began. */
static rd_code take_begun(rd_trace *t, const Rd__Vertex *v, rd_err *err)
{
	vertex *known = find(t, v->digest);
	int64_t started_us = time_us(v->started);
	rd_step_event ev = {.kind = RD_STEP_START, .id = v->digest, .at_us = started_us};
	rd_code code = RD_OK;

	if (!known)
		code = declare(t, v, &known, err);
	if (code || !started_us || started_us == known->started_us)
		return code;
	/* One that is running keeps its first start. */
	if (known->started_us && !known->completed_us)
		return RD_OK;
	known->started_us = started_us;
	known->completed_us = 0;
	return t->fn(t->arg, &ev, err);
}

/* Those that ended: after the output that came with the same record. */
static rd_code take_ended(rd_trace *t, const Rd__Vertex *v, rd_err *err)
{
	vertex *known = find(t, v->digest);
	int64_t completed_us = time_us(v->completed);
	rd_step_event ev = {.kind = RD_STEP_DONE,
		.id = v->digest,
		.at_us = completed_us,
		.cached = v->cached,
		.error = v->error[0] ? v->error : NULL};

	if (!completed_us || known->completed_us || !known->started_us)
		return RD_OK;
	known->completed_us = completed_us;
	return t->fn(t->arg, &ev, err);
}

static rd_code take_progress(rd_trace *t, const Rd__Progress *p, rd_err *err)
{
	rd_step_event ev = {.kind = RD_STEP_PROGRESS,
		.id = p->vertex,
		.item = p->id,
		.current = p->current > 0 ? (uint64_t)p->current : 0,
		.total = p->total > 0 ? (uint64_t)p->total : 0,
		.finished = p->completed != NULL};

	return t->fn(t->arg, &ev, err);
}

/* Output; BuildKit's own mark for what it clipped becomes a gap right after it. */
static rd_code take_log(rd_trace *t, const Rd__Log *l, rd_err *err)
{
	static const char mark[] = "\n[output clipped, log limit ";
	static const char mark_end[] = " reached]\n";
	const char *bytes = (const char *)l->text.data;
	size_t left = l->text.len;
	rd_step_event ev = {.kind = RD_STEP_LOG,
		.id = l->vertex,
		.stream = (int)l->stream,
		.at_us = time_us(l->at)};
	rd_step_event gap = {.kind = RD_STEP_GAP, .id = l->vertex, .at_us = ev.at_us};

	while (left) {
		const char *at = memmem(bytes, left, mark, sizeof(mark) - 1);
		const char *end =
			at ? memmem(at, left - (size_t)(at - bytes), mark_end, sizeof(mark_end) - 1)
			   : NULL;
		rd_code code;

		ev.bytes = bytes;
		ev.n = end ? (size_t)(end - bytes) + sizeof(mark_end) - 1 : left;
		code = t->fn(t->arg, &ev, err);
		if (code == RD_OK && end)
			code = t->fn(t->arg, &gap, err);
		if (code)
			return code;
		bytes += ev.n;
		left -= ev.n;
	}
	return RD_OK;
}

static rd_code take_status(rd_trace *t, const Rd__Status *s, rd_err *err)
{
	rd_code code = RD_OK;

	for (size_t i = 0; i < s->n_vertexes && !code; i++)
		code = take_begun(t, s->vertexes[i], err);
	for (size_t i = 0; i < s->n_progress && !code; i++)
		code = take_progress(t, s->progress[i], err);
	for (size_t i = 0; i < s->n_logs && !code; i++)
		code = take_log(t, s->logs[i], err);
	for (size_t i = 0; i < s->n_warnings && !code; i++) {
		rd_step_event ev = {.kind = RD_STEP_WARN,
			.id = s->warnings[i]->vertex,
			.bytes = (const char *)s->warnings[i]->text.data,
			.n = s->warnings[i]->text.len};

		code = t->fn(t->arg, &ev, err);
	}
	for (size_t i = 0; i < s->n_vertexes && !code; i++)
		code = take_ended(t, s->vertexes[i], err);
	return code;
}

rd_code rd_trace_push(rd_trace *t, const char *base64, size_t n, rd_err *err)
{
	rd_code code = decode_base64(t, base64, n, err);
	Rd__Status *status;

	if (code)
		return code;
	if (!t->record.len) {
		if (++t->empty < EMPTY_MAX)
			return RD_OK;
		return rd_err_set(err, RD_EUNSUPPORTED,
			"this engine's BuildKit lost track of a step that prints very fast "
			"(mended in Docker 23)");
	}
	t->empty = 0;
	status = rd__status__unpack(NULL, t->record.len, (const uint8_t *)t->record.data);
	if (!status)
		return rd_err_set(err, RD_EPARSE, "a build record cannot be decoded");
	code = take_status(t, status, err);
	rd__status__free_unpacked(status, NULL);
	return code;
}

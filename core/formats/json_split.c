/* SPDX-License-Identifier: MIT */
/* Borders of JSON objects in a stream. */
#include "core/formats/json_split.h"

void rd_json_split_init(rd_json_split *s, rd_json_fn *fn, void *arg)
{
	*s = (rd_json_split){.fn = fn, .arg = arg};
	rd_str_init(&s->held, RD_JSON_SPLIT_MAX);
}

void rd_json_split_done(rd_json_split *s)
{
	rd_str_done(&s->held);
}

/* Goes on within an object. @returns the place after its end, or NULL if it does not end here. */
static const char *object_end(rd_json_split *s, const char *at, const char *end)
{
	for (; at < end; at++) {
		char c = *at;

		if (s->escaped) {
			s->escaped = false;
		} else if (s->in_string) {
			/* Most bytes are within strings. */
			while (c != '"' && c != '\\' && ++at < end)
				c = *at;
			if (at == end)
				break;
			s->in_string = c != '"';
			s->escaped = c == '\\';
		} else if (c == '"') {
			s->in_string = true;
		} else if (c == '{' || c == '[') {
			s->depth++;
		} else if ((c == '}' || c == ']') && --s->depth == 0) {
			return at + 1;
		}
	}
	return NULL;
}

static rd_code give(rd_json_split *s, const char *bytes, size_t n, rd_err *err)
{
	rd_code code;

	if (!s->held.len)
		return s->fn(s->arg, bytes, n, err);
	rd_str_putn(&s->held, bytes, n);
	code = rd_str_check(&s->held, "JSON object", err);
	if (code == RD_OK)
		code = s->fn(s->arg, rd_str_get(&s->held), s->held.len, err);
	/* One large object must not keep its memory for the rest of the stream. */
	if (s->held.cap > (size_t)1 << 20)
		rd_str_done(&s->held);
	else
		rd_str_clear(&s->held);
	return code;
}

rd_code rd_json_split_push(rd_json_split *s, const char *bytes, size_t n, rd_err *err)
{
	const char *at = bytes;
	const char *end = bytes + n;

	while (at < end) {
		const char *after;
		rd_code code;

		if (!s->depth && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
			at++;
			continue;
		}
		if (!s->depth && *at != '{')
			return rd_err_set(err, RD_EPARSE,
				"expected a JSON object, found byte 0x%02x", (unsigned char)*at);
		after = object_end(s, at, end);
		if (!after) {
			rd_str_putn(&s->held, at, (size_t)(end - at));
			return rd_str_check(&s->held, "JSON object", err);
		}
		if ((size_t)(after - at) > RD_JSON_SPLIT_MAX)
			return rd_err_set(err, RD_ELIMIT, "a JSON object is over %zu MiB",
				RD_JSON_SPLIT_MAX >> 20);
		code = give(s, at, (size_t)(after - at), err);
		if (code)
			return code;
		at = after;
	}
	return RD_OK;
}

rd_code rd_json_split_end(rd_json_split *s, rd_err *err)
{
	if (s->depth)
		return rd_err_set(err, RD_EPARSE, "the stream ended within a JSON object");
	return RD_OK;
}

/* SPDX-License-Identifier: MIT */
/* Secret values in streams become "****". */
#include "core/formats/redact.h"

#include <stdint.h>
#include <strings.h>

#define MASK "****"
#define HEAD_BYTES RD_REDACT_MIN
#define LINE_MIN 6 /* of a value of several lines */

typedef struct value {
	char *bytes;
	size_t n;
} value;

struct rd_redact {
	rd_vec values;   /* value, longest first, so that a long one wins over its own head */
	bool first[256]; /* whether a value begins with that byte */
	uint64_t heads[65536 / 64]; /* a bit for the hash of each value's first HEAD_BYTES */
};

struct rd_redact_stream {
	const rd_redact *redact;
	rd_str held;    /* the head of what may become a value */
	size_t covered; /* bytes of that which belong to a value that is masked */
};

rd_code rd_redact_new(rd_redact **ret_redact, rd_err *err)
{
	rd_redact *r = calloc(1, sizeof(*r));

	if (!r)
		return rd_err_nomem(err);
	rd_vec_init(&r->values, sizeof(value));
	*ret_redact = r;
	return RD_OK;
}

rd_redact *rd_redact_free(rd_redact *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < r->values.len; i++) {
		value *v = rd_vec_at(&r->values, i);

		explicit_bzero(v->bytes, v->n);
		free(v->bytes);
	}
	rd_vec_done(&r->values);
	free(r);
	return NULL;
}

static unsigned hash_of(const char *bytes)
{
	uint32_t head;

	memcpy(&head, bytes, HEAD_BYTES);
	return head * 2654435761U >> 16; /* Knuth's multiplicative hash */
}

/* Whether a value may begin here: few bytes of a text get further, however many values there are. */
static bool may_begin(const rd_redact *r, const char *bytes, size_t n)
{
	unsigned h;

	if (n < HEAD_BYTES)
		return r->first[(unsigned char)bytes[0]];
	h = hash_of(bytes);
	return r->heads[h / 64] >> h % 64 & 1;
}

static bool has_value(const rd_redact *r, const char *bytes, size_t n)
{
	for (size_t i = 0; i < r->values.len; i++) {
		const value *v = rd_vec_at(&r->values, i);

		if (v->n == n && !memcmp(v->bytes, bytes, n))
			return true;
	}
	return false;
}

static rd_code add_bytes(rd_redact *r, const char *bytes, size_t n, rd_err *err)
{
	value *v;
	value new = {NULL, n};

	if (n < RD_REDACT_MIN || has_value(r, bytes, n))
		return RD_OK;
	new.bytes = malloc(n);
	v = new.bytes ? rd_vec_push(&r->values) : NULL;
	if (!v) {
		free(new.bytes);
		return rd_err_nomem(err);
	}
	memcpy(new.bytes, bytes, n);
	for (size_t i = r->values.len - 1; i > 0; i--, v--) {
		const value *before = rd_vec_at(&r->values, i - 1);

		if (before->n >= n)
			break;
		*v = *before;
	}
	*v = new;
	r->first[(unsigned char)bytes[0]] = true;
	r->heads[hash_of(bytes) / 64] |= UINT64_C(1) << hash_of(bytes) % 64;
	return RD_OK;
}

/* Engines print arguments as quoted strings too: the same value with its quotes escaped. */
static rd_code add_quoted(rd_redact *r, const char *text, rd_err *err)
{
	RD_STR_AUTO rd_str quoted = RD_STR_INIT(0);

	if (!text[strcspn(text, "\"\\\n\t\r")])
		return RD_OK;
	for (const char *at = text; *at; at++) {
		if (*at == '"' || *at == '\\')
			rd_str_putc(&quoted, '\\');
		if (*at == '\n')
			rd_str_put(&quoted, "\\n");
		else if (*at == '\t')
			rd_str_put(&quoted, "\\t");
		else if (*at == '\r')
			rd_str_put(&quoted, "\\r");
		else
			rd_str_putc(&quoted, *at);
	}
	if (rd_str_check(&quoted, "secret", err))
		return RD_ENOMEM;
	return add_bytes(r, quoted.data, quoted.len, err);
}

rd_code rd_redact_add(rd_redact *r, const char *text, rd_err *err)
{
	rd_code code = add_bytes(r, text, strlen(text), err);

	if (code == RD_OK)
		code = add_quoted(r, text, err);
	while (code == RD_OK && *text) {
		size_t n = strcspn(text, "\r\n");

		if (n >= LINE_MIN)
			code = add_bytes(r, text, n, err);
		text += n;
		text += strspn(text, "\r\n");
	}
	return code;
}

bool rd_redact_name_is_secret(const char *name)
{
	static const char *const words[] = {"TOKEN", "SECRET", "PASS", "PWD", "KEY", "CREDENTIAL"};

	for (size_t i = 0; i < RD_LEN(words); i++) {
		size_t n = strlen(words[i]);

		for (const char *at = name; *at; at++)
			if (!strncasecmp(at, words[i], n))
				return true;
	}
	return false;
}

typedef enum match { MATCH_NONE, MATCH_WHOLE, MATCH_HEAD } match;

/* Whether a value begins at `bytes`, or might if more came. */
static match match_at(const rd_redact *r, const char *bytes, size_t n, size_t *ret_n)
{
	for (size_t i = 0; i < r->values.len; i++) {
		const value *v = rd_vec_at(&r->values, i);

		if (memcmp(v->bytes, bytes, v->n < n ? v->n : n) != 0)
			continue;
		*ret_n = v->n;
		return v->n <= n ? MATCH_WHOLE : MATCH_HEAD;
	}
	return MATCH_NONE;
}

/* The longest value that lies whole at `bytes`; 0 if none. */
static size_t whole_at(const rd_redact *r, const char *bytes, size_t n)
{
	for (size_t i = 0; i < r->values.len; i++) {
		const value *v = rd_vec_at(&r->values, i);

		if (v->n <= n && !memcmp(v->bytes, bytes, v->n))
			return v->n;
	}
	return 0;
}

/* Writes bytes with values masked; of values that overlap all, as one. @final: no more will come.
 * @covered how many of the first bytes belong to a value that was masked before; in, and out of the rest.
 * @returns how many bytes were used; the rest is the head of what may be a value. */
static size_t mask(const rd_redact *r, const char *bytes, size_t n, bool final, size_t *covered,
	rd_str *out)
{
	size_t done = *covered; /* written or masked so far */
	size_t at = 0;

	for (; at < n; at++) {
		size_t value_n = 0;
		match m = MATCH_NONE;

		if (may_begin(r, bytes + at, n - at))
			m = match_at(r, bytes + at, n - at, &value_n);
		if (m == MATCH_HEAD && !final)
			break;
		if (m == MATCH_HEAD)
			value_n = whole_at(r, bytes + at, n - at);
		if (!value_n || at + value_n <= done)
			continue;
		if (at >= done) {
			rd_str_putn(out, bytes + done, at - done);
			rd_str_put(out, MASK);
		}
		done = at + value_n;
	}
	if (done < at) {
		rd_str_putn(out, bytes + done, at - done);
		done = at;
	}
	*covered = done - at;
	return at;
}

void rd_redact_text(const rd_redact *r, const char *bytes, size_t n, rd_str *out)
{
	size_t covered = 0;

	if (r)
		mask(r, bytes, n, true, &covered, out);
	else
		rd_str_putn(out, bytes, n);
}

void rd_redact_err(const rd_redact *r, const rd_err *why, rd_str *out)
{
	char text[sizeof why->ctx + sizeof why->msg + 3];
	bool is_cut = strlen(why->msg) == sizeof why->msg - 1;
	size_t covered = 0;

	rd_err_text(why, text, sizeof text);
	if (r && is_cut)
		mask(r, text, strlen(text), false, &covered, out);
	else
		rd_redact_text(r, text, strlen(text), out);
}

rd_code rd_redact_stream_new(const rd_redact *r, rd_redact_stream **ret_stream, rd_err *err)
{
	rd_redact_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return rd_err_nomem(err);
	s->redact = r;
	*ret_stream = s;
	return RD_OK;
}

rd_redact_stream *rd_redact_stream_free(rd_redact_stream *s)
{
	if (!s)
		return NULL;
	rd_str_done(&s->held);
	free(s);
	return NULL;
}

void rd_redact_push(rd_redact_stream *s, const char *bytes, size_t n, rd_str *out)
{
	size_t used;

	if (!s->redact || !s->redact->values.len) {
		rd_str_putn(out, bytes, n);
		return;
	}
	if (!s->held.len) {
		used = mask(s->redact, bytes, n, false, &s->covered, out);
		rd_str_putn(&s->held, bytes + used, n - used);
	} else {
		rd_str_putn(&s->held, bytes, n);
		used = mask(s->redact, rd_str_get(&s->held), s->held.len, false, &s->covered, out);
		rd_str_drop_front(&s->held, used);
	}
	/* Out of memory must not let bytes slip by unseen. */
	if (s->held.failed)
		out->failed = true;
}

void rd_redact_flush(rd_redact_stream *s, rd_str *out)
{
	if (s->held.failed)
		out->failed = true;
	if (s->held.len)
		mask(s->redact, s->held.data, s->held.len, true, &s->covered, out);
	s->covered = 0;
	rd_str_clear(&s->held);
}

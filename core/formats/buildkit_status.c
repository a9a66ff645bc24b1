/* SPDX-License-Identifier: MIT */
/* The engine's build stream: JSON objects, of which each is BuildKit's, classic or the outcome. */
#include "core/formats/buildkit_status.h"

#include "core/formats/build_decode.h"
#include "core/formats/json_split.h"

struct rd_build_stream {
	rd_json_split split;
	rd_trace trace;
	rd_classic classic;
	rd_build_outcome outcome;
};

static void take_image(rd_build_stream *s, const json_t *aux)
{
	const char *id = json_string_value(json_object_get(aux, "ID"));
	const char *digest = json_string_value(json_object_get(aux, "Digest"));

	/* Each stage of a classic build tells its image: the last one counts. */
	if (id)
		snprintf(s->outcome.image_id, sizeof(s->outcome.image_id), "%s", id);
	if (digest)
		snprintf(s->outcome.digest, sizeof(s->outcome.digest), "%s", digest);
}

/* Podman tells of a push in a status only: "TAG: digest: sha256:… size: 582". */
static void take_digest(rd_build_stream *s, const char *status)
{
	static const char word[] = ": digest: ";
	const char *at = strstr(status, word);
	size_t n = at ? strcspn(at + strlen(word), " ") : 0;

	if (n && n < sizeof(s->outcome.digest) && rd_starts_with(at + strlen(word) + n, " size: "))
		snprintf(s->outcome.digest, sizeof(s->outcome.digest), "%.*s", (int)n,
			at + strlen(word));
}

static rd_code take_error(rd_build_stream *s, const json_t *o, rd_err *err)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(o, "errorDetail"), "message"));
	size_t n;

	if (!text || !*text)
		text = json_string_value(json_object_get(o, "error"));
	if (!text || !*text)
		text = "the engine gave no reason";
	if (!rd_str_replace(&s->outcome.error, text))
		return rd_err_nomem(err);
	n = strlen(s->outcome.error);
	while (n && s->outcome.error[n - 1] == '\n')
		s->outcome.error[--n] = '\0';
	return RD_OK;
}

static rd_code take_trace(rd_build_stream *s, const char *base64, size_t n, rd_err *err)
{
	s->outcome.buildkit = true;
	return rd_trace_push(&s->trace, base64, n, err);
}

static rd_code take_object(rd_build_stream *s, const json_t *o, rd_err *err)
{
	const char *id = json_string_value(json_object_get(o, "id"));
	const json_t *aux = json_object_get(o, "aux");
	const json_t *text = json_object_get(o, "stream");

	if (id && !strcmp(id, "moby.buildkit.trace") && json_is_string(aux))
		return take_trace(s, json_string_value(aux), json_string_length(aux), err);
	if (json_object_get(o, "errorDetail") || json_object_get(o, "error"))
		return take_error(s, o, err);
	if (json_is_object(aux)) {
		take_image(s, aux);
		return RD_OK;
	}
	/* After BuildKit's records come lines like "Successfully tagged": no step of theirs. */
	if (s->outcome.buildkit)
		return RD_OK;
	if (json_is_string(text))
		return rd_classic_text(&s->classic, json_string_value(text),
			json_string_length(text), err);
	if (s->classic.is_callers)
		take_digest(s, rd_or_empty(json_string_value(json_object_get(o, "status"))));
	if (json_is_string(json_object_get(o, "status")))
		return rd_classic_status(&s->classic, o, err);
	return RD_OK;
}

/* The text of a trace record in the one form in which engines write it: nearly all that comes is of
 * this form, and a JSON reader would take most of our time for it. @returns NULL for all else. */
static const char *plain_trace(const char *object, size_t n, size_t *ret_n)
{
	static const char head[] = "{\"id\":\"moby.buildkit.trace\",\"aux\":\"";
	const size_t head_n = sizeof(head) - 1;

	if (n < head_n + 2 || memcmp(object, head, head_n) != 0 || object[n - 2] != '"')
		return NULL;
	*ret_n = n - head_n - 2;
	/* One string only, without escapes. */
	if (memchr(object + head_n, '"', *ret_n) || memchr(object + head_n, '\\', *ret_n))
		return NULL;
	return object + head_n;
}

static rd_code take_json(void *arg, const char *object, size_t n, rd_err *err)
{
	rd_build_stream *s = arg;
	size_t base64_n;
	const char *base64 = plain_trace(object, n, &base64_n);
	json_error_t why;
	json_t *o;
	rd_code code;

	if (base64)
		return take_trace(s, base64, base64_n, err);
	o = json_loadb(object, n, JSON_ALLOW_NUL, &why);
	if (!o)
		return rd_err_set(err, RD_EPARSE, "the engine's answer is not valid JSON: %s",
			why.text);
	code = take_object(s, o, err);
	json_decref(o);
	return code;
}

rd_code rd_build_stream_new(rd_step_fn *fn, void *arg, rd_build_stream **ret_stream, rd_err *err)
{
	rd_build_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return rd_err_nomem(err);
	rd_json_split_init(&s->split, take_json, s);
	rd_trace_init(&s->trace, fn, arg);
	rd_classic_init(&s->classic, fn, arg);
	*ret_stream = s;
	return RD_OK;
}

rd_code rd_build_stream_step(rd_build_stream *s, const char *id, rd_err *err)
{
	s->classic.is_callers = true;
	rd_str_clear(&s->classic.id);
	rd_str_put(&s->classic.id, id);
	return rd_str_check(&s->classic.id, "step", err);
}

rd_code rd_build_stream_push(rd_build_stream *s, const char *bytes, size_t n, rd_err *err)
{
	return rd_json_split_push(&s->split, bytes, n, err);
}

rd_code rd_build_stream_end(rd_build_stream *s, const rd_build_outcome **ret_outcome, rd_err *err)
{
	rd_code code = rd_json_split_end(&s->split, err);

	if (code == RD_OK)
		code = rd_classic_close(&s->classic, s->outcome.error, err);
	if (code == RD_OK)
		*ret_outcome = &s->outcome;
	return code;
}

rd_build_stream *rd_build_stream_free(rd_build_stream *s)
{
	if (!s)
		return NULL;
	rd_json_split_done(&s->split);
	rd_trace_done(&s->trace);
	rd_classic_done(&s->classic);
	free(s->outcome.error);
	free(s);
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/* The steps file: encoding, one JSON object a line. */
#include "core/formats/steps.h"

#include <inttypes.h>

#include "core/base/utf8.h"

/* A JSON string; what is no UTF-8 becomes U+FFFD, so that every line is valid JSON. */
static void put_text(rd_str *out, const char *text, size_t n)
{
	rd_str_putc(out, '"');
	while (n) {
		unsigned char c = (unsigned char)*text;
		uint32_t cp;
		size_t used = 1;

		if (c == '"' || c == '\\') {
			rd_str_putc(out, '\\');
			rd_str_putc(out, *text);
		} else if (c < 0x20 || c == 0x7f) {
			rd_str_printf(out, "\\u%04x", c);
		} else if (c < 0x80) {
			rd_str_putc(out, *text);
		} else {
			char utf8[4];

			used = rd_utf8_next(text, n, &cp);
			rd_str_putn(out, utf8, rd_utf8_put(cp, utf8));
		}
		text += used;
		n -= used;
	}
	rd_str_putc(out, '"');
}

static void put_member(rd_str *out, const char *key, const char *text)
{
	rd_str_printf(out, ",\"%s\":", key);
	put_text(out, text, strlen(text));
}

static void put_end(rd_str *out)
{
	rd_str_put(out, "}\n");
}

void rd_steps_put_group(rd_str *out, int group, const char *kind, const rd_strs *services,
	const char *name, const char *prefix, int64_t at_us)
{
	rd_str_printf(out, "{\"t\":\"group\",\"g\":%d", group);
	put_member(out, "kind", kind);
	rd_str_put(out, ",\"services\":[");
	for (size_t i = 0; services && i < services->len; i++) {
		if (i)
			rd_str_putc(out, ',');
		put_text(out, services->items[i], strlen(services->items[i]));
	}
	rd_str_putc(out, ']');
	put_member(out, "name", name);
	put_member(out, "prefix", prefix);
	rd_str_printf(out, ",\"at\":%" PRId64, at_us);
	put_end(out);
}

void rd_steps_put_group_done(rd_str *out, int group, int64_t at_us, const char *error,
	const char *image)
{
	rd_str_printf(out, "{\"t\":\"group-done\",\"g\":%d,\"at\":%" PRId64, group, at_us);
	if (error)
		put_member(out, "error", error);
	if (image)
		put_member(out, "image", image);
	put_end(out);
}

void rd_steps_put_step(rd_str *out, int group, int step, const char *name, const int *inputs,
	size_t n_inputs)
{
	rd_str_printf(out, "{\"t\":\"step\",\"g\":%d,\"s\":%d", group, step);
	put_member(out, "name", name);
	rd_str_put(out, ",\"in\":[");
	for (size_t i = 0; i < n_inputs; i++)
		rd_str_printf(out, i ? ",%d" : "%d", inputs[i]);
	rd_str_putc(out, ']');
	put_end(out);
}

void rd_steps_put_start(rd_str *out, int step, int64_t at_us)
{
	rd_str_printf(out, "{\"t\":\"start\",\"s\":%d,\"at\":%" PRId64, step, at_us);
	put_end(out);
}

void rd_steps_put_done(rd_str *out, int step, int64_t at_us, bool cached, const char *error)
{
	rd_str_printf(out, "{\"t\":\"done\",\"s\":%d,\"at\":%" PRId64 ",\"cached\":%s", step, at_us,
		cached ? "true" : "false");
	if (error)
		put_member(out, "error", error);
	put_end(out);
}

void rd_steps_put_log(rd_str *out, int step, uint64_t offset, uint64_t n, int64_t at_us)
{
	rd_str_printf(out, "{\"t\":\"log\",\"s\":%d,\"o\":%" PRIu64 ",\"n\":%" PRIu64, step, offset,
		n);
	if (at_us)
		rd_str_printf(out, ",\"at\":%" PRId64, at_us);
	put_end(out);
}

void rd_steps_put_progress(rd_str *out, int step, const char *item, uint64_t current,
	uint64_t total, bool finished)
{
	rd_str_printf(out, "{\"t\":\"progress\",\"s\":%d", step);
	put_member(out, "id", item);
	rd_str_printf(out, ",\"cur\":%" PRIu64 ",\"total\":%" PRIu64 ",\"done\":%s", current, total,
		finished ? "true" : "false");
	put_end(out);
}

void rd_steps_put_warn(rd_str *out, int step, const char *text, size_t n)
{
	rd_str_printf(out, "{\"t\":\"warn\",\"s\":%d,\"text\":", step);
	put_text(out, text, n);
	put_end(out);
}

void rd_steps_put_gap(rd_str *out, int step, uint64_t offset, uint64_t n)
{
	rd_str_printf(out, "{\"t\":\"gap\",\"s\":%d,\"o\":%" PRIu64 ",\"n\":%" PRIu64, step, offset,
		n);
	put_end(out);
}

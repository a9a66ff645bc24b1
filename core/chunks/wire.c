/* SPDX-License-Identifier: MIT */
/* Numbers and texts of the cache's files. */
#include "core/chunks/wire.h"

void rd_wire_put(rd_str *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		rd_str_putc(out, (char)(value | 0x80));
	rd_str_putc(out, (char)value);
}

void rd_wire_put_signed(rd_str *out, int64_t value)
{
	rd_wire_put(out, value < 0 ? ~((uint64_t)value << 1) : (uint64_t)value << 1);
}

void rd_wire_put_text(rd_str *out, const char *text, size_t n)
{
	rd_wire_put(out, n);
	rd_str_putn(out, text, n);
}

uint64_t rd_wire_get(rd_wire *w, uint64_t max)
{
	uint64_t value = 0;

	for (unsigned shift = 0; !w->failed && w->at < w->end; shift += 7) {
		uint8_t byte = *w->at++;

		/* The tenth byte has room for one bit. */
		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80 && value <= max)
			return value;
		if (byte < 0x80)
			break;
	}
	w->failed = true;
	return 0;
}

int64_t rd_wire_get_signed(rd_wire *w)
{
	uint64_t value = rd_wire_get(w, UINT64_MAX);

	return (int64_t)(value & 1 ? ~(value >> 1) : value >> 1);
}

const void *rd_wire_get_bytes(rd_wire *w, size_t n)
{
	const void *bytes = w->at;

	if (w->failed || (size_t)(w->end - w->at) < n) {
		w->failed = true;
		return NULL;
	}
	w->at += n;
	return bytes;
}

const char *rd_wire_get_text(rd_wire *w, size_t max, size_t *ret_n)
{
	size_t n = (size_t)rd_wire_get(w, max);
	const char *text = rd_wire_get_bytes(w, n);

	if (text && memchr(text, '\0', n)) {
		w->failed = true;
		text = NULL;
	}
	*ret_n = text ? n : 0;
	return text;
}

/* SPDX-License-Identifier: MIT */
/* A line of text that the user edits. */
#include "tui/widgets/field.h"

#include <string.h>

#include "core/base/utf8.h"

void rd_field_done(rd_field *f)
{
	if (f->text.data)
		explicit_bzero(f->text.data, f->text.len);
	rd_str_done(&f->text);
	f->cursor = 0;
}

const char *rd_field_get(const rd_field *f)
{
	return rd_str_get(&f->text);
}

/* Puts bytes in before the cursor; what does not fit is left out. */
static void insert(rd_field *f, const char *bytes, size_t n)
{
	if (f->text.len + n > RD_FIELD_MAX_BYTES || !rd_str_reserve(&f->text, n))
		return;
	memmove(f->text.data + f->cursor + n, f->text.data + f->cursor, f->text.len - f->cursor);
	memcpy(f->text.data + f->cursor, bytes, n);
	rd_str_commit(&f->text, n);
	f->cursor += n;
}

static void erase(rd_field *f, size_t from, size_t to)
{
	if (from == to)
		return;
	memmove(f->text.data + from, f->text.data + to, f->text.len - to);
	rd_str_cut(&f->text, f->text.len - (to - from));
	f->cursor = from;
}

void rd_field_paste(rd_field *f, const char *text, size_t n)
{
	uint32_t cp;
	char bytes[4];

	for (size_t i = 0; i < n;) {
		i += rd_utf8_next(text + i, n - i, &cp);
		if (cp == '\n' || cp == '\t')
			cp = ' ';
		if (cp >= ' ' && cp != 0x7f && !(cp >= 0x80 && cp < 0xa0))
			insert(f, bytes, rd_utf8_put(cp, bytes));
	}
}

void rd_field_set(rd_field *f, const char *text)
{
	rd_str_clear(&f->text);
	f->cursor = 0;
	rd_field_paste(f, text, strlen(text));
}

/* The place of the cluster before the cursor. */
static size_t before(const rd_field *f)
{
	size_t at = 0, last = 0;
	int width;

	while (at < f->cursor) {
		last = at;
		at += rd_utf8_cluster(f->text.data + at, f->text.len - at, &width);
	}
	return last;
}

static size_t after(const rd_field *f)
{
	int width;

	if (f->cursor == f->text.len)
		return f->cursor;
	return f->cursor +
	       rd_utf8_cluster(f->text.data + f->cursor, f->text.len - f->cursor, &width);
}

static size_t word_before(const rd_field *f)
{
	size_t at = f->cursor;

	while (at && f->text.data[at - 1] == ' ')
		at--;
	while (at && f->text.data[at - 1] != ' ')
		at--;
	return at;
}

static bool control_key(rd_field *f, uint32_t letter)
{
	switch (letter) {
	case 'a':
		f->cursor = 0;
		return true;
	case 'e':
		f->cursor = f->text.len;
		return true;
	case 'w':
		erase(f, word_before(f), f->cursor);
		return true;
	case 'u':
		erase(f, 0, f->cursor);
		return true;
	case 'k':
		erase(f, f->cursor, f->text.len);
		return true;
	default:
		return false;
	}
}

bool rd_field_key(rd_field *f, rd_key key)
{
	char bytes[4];

	if (rd_key_is_text(key)) {
		insert(f, bytes, rd_utf8_put(key.code, bytes));
		return true;
	}
	if (key.mods == RD_KEY_CTRL)
		return control_key(f, key.code);
	if (key.mods)
		return false;
	switch (key.code) {
	case RD_KEY_LEFT:
		f->cursor = before(f);
		return true;
	case RD_KEY_RIGHT:
		f->cursor = after(f);
		return true;
	case RD_KEY_HOME:
		f->cursor = 0;
		return true;
	case RD_KEY_END:
		f->cursor = f->text.len;
		return true;
	case RD_KEY_BACKSPACE:
		erase(f, before(f), f->cursor);
		return true;
	case RD_KEY_DEL:
		erase(f, f->cursor, after(f));
		return true;
	default:
		return false;
	}
}

void rd_field_draw(const rd_field *f, const rd_area *a, int x, int y, int w, bool is_active)
{
	rd_area box = rd_area_sub(a, x, y, w, 1);
	int at = rd_utf8_cells(rd_field_get(f), f->cursor);
	int shift = at >= w ? at - w + 1 : 0;

	box.ground = is_active ? RD_ROLE_FIELD_FOCUS : RD_ROLE_FIELD;
	rd_draw_clear(&box);
	rd_draw_bytes(&box, -shift, 0, rd_style_of(RD_ROLE_TEXT), rd_field_get(f), f->text.len);
	if (is_active)
		rd_draw_cursor(&box, at - shift, 0, true);
}

void rd_field_draw_secret(const rd_field *f, size_t open, const rd_area *a, int x, int y, int w,
	bool is_active)
{
	const char *text = rd_field_get(f);
	size_t n = open < f->text.len ? open : f->text.len;
	RD_AUTO(rd_field_done) rd_field shown = {.cursor = f->cursor < n ? f->cursor : n};
	int width;

	rd_str_putn(&shown.text, text, n);
	for (size_t at = n; at < f->text.len; rd_str_putc(&shown.text, '*')) {
		at += rd_utf8_cluster(text + at, f->text.len - at, &width);
		shown.cursor += at <= f->cursor;
	}
	rd_field_draw(&shown, a, x, y, w, is_active);
}

/* SPDX-License-Identifier: MIT */
/*
 * rd_field: a line of text that the user edits. Keys: characters, Left, Right, Home, End (^A, ^E),
 * Backspace, Del, ^W a word back, ^U all before the cursor, ^K all behind it. The text is wiped at the end.
 * Life cycle: 1. zeroed, or rd_field_set; 2. keys, draw; 3. rd_field_done.
 */
#ifndef RD_TUI_WIDGETS_FIELD_H
#define RD_TUI_WIDGETS_FIELD_H

#include <stdbool.h>

#include "core/base/str.h"
#include "tui/key.h"
#include "tui/surface.h"

#define RD_FIELD_MAX_BYTES 4096

typedef struct rd_field {
	rd_str text;
	size_t cursor; /* a byte of text, at a cluster's start */
} rd_field;

void rd_field_done(rd_field *f);
/* Replaces the text (cut at RD_FIELD_MAX_BYTES); the cursor goes behind it. */
void rd_field_set(rd_field *f, const char *text);
/* The text, "" if empty; borrowed until the next change. */
const char *rd_field_get(const rd_field *f);
/* @returns false if the key means nothing in a field. */
bool rd_field_key(rd_field *f, rd_key key);
/* Puts in pasted text without its control characters; newlines and tabs become spaces. */
void rd_field_paste(rd_field *f, const char *text, size_t n);
/* Draws w cells from x, y on its own ground and, if it is active, the terminal's cursor. Text that
 * is longer scrolls so that the cursor is seen. */
void rd_field_draw(const rd_field *f, const rd_area *a, int x, int y, int w, bool is_active);
/* The same with a star for each character behind the first `open` bytes. */
void rd_field_draw_secret(const rd_field *f, size_t open, const rd_area *a, int x, int y, int w,
	bool is_active);

#endif

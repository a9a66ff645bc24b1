/* SPDX-License-Identifier: MIT */
/* What dialogs with rows share. */
#include "tui/dialogs/rows.h"

#include "core/base/utf8.h"

void rd_rows_draw(const rd_list *l, const rd_dialog *d, const rd_area *a, int y,
	void (*row)(const rd_dialog *d, const rd_area *line, int i))
{
	for (int i = 0; i < l->rows && l->top + i < l->count; i++) {
		rd_area line = rd_area_sub(a, 0, y + i, a->r.w, 1);

		if (l->top + i == l->cursor) {
			line.ground = RD_ROLE_SELECTED;
			rd_draw_clear(&line);
			rd_draw_text(&line, 0, 0, rd_style_of(RD_ROLE_ACCENT), ">");
			rd_draw_cursor(&line, 0, 0, false);
		}
		row(d, &line, l->top + i);
	}
}

/* The key to name: none that is a letter while letters are text. */
static void key_of(const rd_dialog *d, rd_action action, char *buf, size_t cap)
{
	bool is_typing = d->ops->wants_text && d->ops->wants_text(d);
	const char *keys = rd_keymap_keys(rd_console_keymap(d->console), action);
	size_t n = strcspn(keys, " ");

	while (is_typing && rd_utf8_cells(keys, n) == 1 && keys[n]) {
		keys += n + 1;
		n = strcspn(keys, " ");
	}
	snprintf(buf, cap, "%.*s", (int)n, keys);
}

void rd_rows_hints(const rd_dialog *d, const rd_area *a, int y, const rd_key_hint *hints, size_t n)
{
	int x = 0;

	for (size_t i = 0; i < n; i++) {
		char key[RD_KEY_TEXT_SIZE];
		int w;

		key_of(d, hints[i].action, key, sizeof(key));
		w = rd_utf8_cells(key, strlen(key)) + 1 + (int)strlen(hints[i].word);
		if (!key[0] || x + w > a->r.w)
			continue;
		x = rd_draw_text(a, x, y, rd_style_of(RD_ROLE_KEY), key);
		x = rd_draw_text(a, x + 1, y, rd_style_of(RD_ROLE_HINT), hints[i].word) + 2;
	}
}

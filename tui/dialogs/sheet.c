/* SPDX-License-Identifier: MIT */
/* Lines of text in a dialog. */
#include "tui/dialogs/sheet.h"

#include <stdarg.h>

#include "core/base/sanitize.h"
#include "core/base/utf8.h"

struct line {
	rd_role role;
	bool has_label;
	char label[RD_SHEET_LABEL + 1];
	char *text;
};

void rd_sheet_init(rd_sheet *s)
{
	*s = (rd_sheet){.top = 0};
	rd_vec_init(&s->lines, sizeof(struct line));
}

void rd_sheet_clear(rd_sheet *s)
{
	for (size_t i = 0; i < s->lines.len; i++)
		free(((struct line *)rd_vec_at(&s->lines, i))->text);
	rd_vec_clear(&s->lines);
}

void rd_sheet_done(rd_sheet *s)
{
	rd_sheet_clear(s);
	rd_vec_done(&s->lines);
}

static void put(rd_sheet *s, rd_role role, const char *label, const char *bytes, size_t n)
{
	rd_str safe = RD_STR_INIT(0);
	struct line *l = rd_vec_push(&s->lines);

	if (!l)
		return;
	rd_sani_text(&safe, bytes, n);
	l->role = role;
	l->has_label = label != NULL;
	snprintf(l->label, sizeof l->label, "%s", label ? label : "");
	l->text = rd_str_take(&safe);
	if (!l->text)
		s->lines.len--;
	rd_str_done(&safe);
}

void rd_sheet_put(rd_sheet *s, rd_role role, const char *label, const char *fmt, ...)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(0);
	const char *at, *end;
	va_list ap;

	va_start(ap, fmt);
	rd_str_vprintf(&text, fmt, ap);
	va_end(ap);
	for (at = rd_str_get(&text);; at = end + 1) {
		end = strchrnul(at, '\n');
		put(s, role, label, at, (size_t)(end - at));
		if (!*end)
			return;
		label = label ? "" : NULL;
	}
}

void rd_sheet_wrap(rd_sheet *s, rd_role role, const char *text, int w)
{
	RD_STR_AUTO
	rd_str safe = RD_STR_INIT(0);
	const char *at;
	size_t left, n;

	rd_sani_text(&safe, text, strlen(text));
	for (at = rd_str_get(&safe); *at; at += n) {
		left = strlen(at);
		n = rd_utf8_fit(at, left, w < 1 ? 1 : w);
		for (size_t k = n; n < left && k > n / 2; k--)
			if (at[k] == ' ') {
				n = k;
				break;
			}
		n = n ? n : 1;
		put(s, role, NULL, at, n);
		n += at[n] == ' ';
	}
}

int rd_sheet_count(const rd_sheet *s)
{
	return (int)s->lines.len;
}

bool rd_sheet_act(rd_sheet *s, rd_action action, int h)
{
	int max = rd_sheet_count(s) - h, to = s->top;

	switch (action) {
	case RD_ACTION_UP:
		to--;
		break;
	case RD_ACTION_DOWN:
		to++;
		break;
	case RD_ACTION_TOP:
		to = 0;
		break;
	case RD_ACTION_BOTTOM:
		to = max;
		break;
	case RD_ACTION_HALF_UP:
	case RD_ACTION_PAGE_UP:
		to -= h > 2 ? h - 1 : 1;
		break;
	case RD_ACTION_HALF_DOWN:
	case RD_ACTION_PAGE_DOWN:
		to += h > 2 ? h - 1 : 1;
		break;
	default:
		return false;
	}
	to = to > max ? max : to;
	s->top = to < 0 ? 0 : to;
	return true;
}

void rd_sheet_draw_from(const rd_sheet *s, const rd_area *a, int top)
{
	for (int y = 0; y < a->r.h && top + y < rd_sheet_count(s); y++) {
		const struct line *l = rd_vec_at(&s->lines, (size_t)(top + y));
		int x = 0;

		if (l->has_label)
			x = rd_draw_column(a, 0, y, RD_SHEET_LABEL, rd_style_of(RD_ROLE_DIM),
				l->label);
		rd_draw_column(a, x, y, a->r.w - x, rd_style_of(l->role), l->text);
	}
}

void rd_sheet_draw_marks(const rd_sheet *s, const rd_area *a, int h)
{
	rd_style style = rd_style_of(RD_ROLE_GUTTER);

	if (s->top > 0)
		rd_draw_right(a, a->r.w, 0, style, rd_area_glyph(a, RD_GLYPH_UP));
	if (rd_sheet_count(s) - s->top > h)
		rd_draw_right(a, a->r.w, a->r.h - 1, style, rd_area_glyph(a, RD_GLYPH_DOWN));
}

void rd_sheet_draw(const rd_sheet *s, const rd_area *a)
{
	rd_sheet_draw_from(s, a, s->top);
	rd_sheet_draw_marks(s, a, a->r.h);
}

/* SPDX-License-Identifier: MIT */
/* Beside the lines of a log: numbers, signs, times, the map. */
#include "tui/panes/log_gutter.h"

#include <time.h>

#include "tui/widgets/words.h"

#define TIME_CELLS 9  /* "00:51.7" or "14:02:51", and two spaces */
#define LINE_BYTES 50 /* of a typical line, to guess how many digits their number will have */

/* ---- the left side ---- */

/* A pane that fills the screen shows numbers unless told otherwise, others do not. */
bool rd_log_gutter_has_numbers(const rd_pane *p)
{
	const rd_log_pane *l = p->data;
	int cols, rows;

	if (l->numbers != RD_LOG_NUMBERS_AUTO)
		return l->numbers == RD_LOG_NUMBERS_ON;
	rd_console_size(p->console, &cols, &rows);
	return p->w == cols && p->h > rows - 6;
}

static int number_cells(const rd_log_pane *l)
{
	uint64_t count = l->whole ? rd_log_size(l->log) / LINE_BYTES : rd_log_view_count(l->view);
	char words[32];

	rd_words_count(count, words, sizeof words);
	return (int)strlen(words);
}

static bool has_signs(const rd_log_pane *l)
{
	return l->marks.len || l->has_asked || l->is_selecting;
}

int rd_log_gutter_width(const rd_pane *p)
{
	const rd_log_pane *l = p->data;
	bool numbers = l->view && rd_log_gutter_has_numbers(p);
	int w = (numbers ? number_cells(l) : 0) + (l->time ? TIME_CELLS : 0);

	w += numbers || has_signs(l) ? 2 : 0; /* a sign and a space */
	return w < p->w / 2 ? w : 0;
}

static void put_time(const rd_log_pane *l, int64_t at_us, char *buf, size_t cap)
{
	int64_t tenths = (at_us - l->began_us) / 100000;
	time_t at = (time_t)(at_us / 1000000);
	struct tm tm;

	buf[0] = '\0';
	if (!at_us)
		return;
	if (l->time == RD_LOG_TIME_ABSOLUTE && localtime_r(&at, &tm))
		strftime(buf, cap, "%H:%M:%S", &tm);
	else if (tenths < 0 || !l->began_us)
		buf[0] = '\0';
	else if (tenths < 36000)
		snprintf(buf, cap, "%02d:%02d.%d", (int)(tenths / 600), (int)(tenths / 10 % 60),
			(int)(tenths % 10));
	else
		snprintf(buf, cap, "%d:%02d:%02d", (int)(tenths / 36000), (int)(tenths / 600 % 60),
			(int)(tenths / 10 % 60));
}

static int draw_sign(const rd_log_pane *l, const rd_area *a, int x, int y, uint64_t line)
{
	if (l->is_selecting && line == l->cursor)
		rd_draw_text(a, x, y, rd_style_of(RD_ROLE_ACCENT), ">");
	else if (rd_log_pane_is_marked(l, line))
		rd_draw_text(a, x, y, rd_style_of(RD_ROLE_MARK), "*");
	else if (!l->whole && rd_log_find_has(&l->errors, line))
		rd_draw_text(a, x, y, rd_style_of(RD_ROLE_ERROR), "!");
	return x + 2;
}

static void draw_row(const rd_pane *p, const rd_area *a, int y, bool numbers, uint64_t last)
{
	const rd_log_pane *l = p->data;
	rd_style style = rd_style_of(RD_ROLE_GUTTER);
	char words[32] = "";
	int64_t at_us;
	rd_log_place at = rd_log_rows_at(&l->rows, y, &at_us);
	bool is_first = at.line != last;
	int x = 0;

	if (numbers) {
		if (is_first && !l->whole)
			rd_words_count(rd_log_pane_source(l, at.line) + 1, words, sizeof words);
		x = rd_draw_column_right(a, x, y, number_cells(l), style, words);
	}
	if (numbers || has_signs(l))
		x = is_first ? draw_sign(l, a, x, y, at.line) : x + 2;
	if (!l->time)
		return;
	put_time(l, is_first ? at_us : 0, words, sizeof words);
	rd_draw_text(a, x, y, rd_style_of(RD_ROLE_TIME), words);
}

void rd_log_gutter_draw(const rd_pane *p, const rd_area *a)
{
	const rd_log_pane *l = p->data;
	bool numbers = rd_log_gutter_has_numbers(p);
	uint64_t last = UINT64_MAX;
	int64_t at_us;

	for (int y = 0; y < rd_log_rows_count(&l->rows); y++) {
		draw_row(p, a, y, numbers, last);
		last = rd_log_rows_at(&l->rows, y, &at_us).line;
	}
}

/* ---- the map ---- */

int rd_log_map_width(const rd_pane *p)
{
	const rd_log_pane *l = p->data;

	return (l->find.search || l->has_asked || l->marks.len) && !l->whole && p->h > 2 &&
	       p->w > 20;
}

/* Whether any mark stands in lines [from, to). */
static bool has_mark(const rd_log_pane *l, uint64_t from, uint64_t to)
{
	from = rd_log_pane_source(l, from);
	to = rd_log_pane_source(l, to - 1) + 1;
	for (size_t i = 0; i < l->marks.len; i++) {
		uint64_t line = *(const uint64_t *)rd_vec_at(&l->marks, i);

		if (line >= from && line < to)
			return true;
	}
	return false;
}

static void draw_cell(const rd_log_pane *l, const rd_area *a, int x, int y, uint64_t from,
	uint64_t to)
{
	bool is_seen = l->rows.first < to && l->rows.last >= from;
	const char *sign = ".";
	rd_role role = RD_ROLE_GUTTER;

	if (is_seen) {
		sign = rd_area_glyph(a, RD_GLYPH_THUMB);
		role = RD_ROLE_ACCENT;
	}
	if (has_mark(l, from, to)) {
		sign = "*";
		role = RD_ROLE_MARK;
	}
	if (rd_log_find_in(&l->errors, from, to)) {
		sign = "!";
		role = RD_ROLE_ERROR;
	}
	if (rd_log_find_in(&l->find, from, to)) {
		sign = "#";
		role = is_seen ? RD_ROLE_HIT_CURRENT : RD_ROLE_HIT;
	}
	rd_draw_text(a, x, y, rd_style_of(role), sign);
}

void rd_log_map_draw(const rd_pane *p, const rd_area *a)
{
	const rd_log_pane *l = p->data;
	uint64_t count = rd_log_pane_count(l), h = (uint64_t)rd_log_pane_height(p);

	for (uint64_t y = 0; y < h && count; y++) {
		uint64_t from = y * count / h, to = (y + 1) * count / h;

		draw_cell(l, a, a->r.w - 1, (int)y, from, to > from ? to : from + 1);
	}
}

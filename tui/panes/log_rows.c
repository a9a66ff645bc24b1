/* SPDX-License-Identifier: MIT */
/*
 * Rows of a screen from lines of a log.
 *
 * DESIGN: a line is parsed into its plain text and spans of equal attributes. A row is a range of
 * bytes of that text: all of it, or, if wrapped, what fits between two breaks. Pieces of a row are
 * where its range meets the spans; marks are where it meets the hits.
 */
#include "tui/panes/log_rows.h"

#include "core/base/utf8.h"
#include "tui/widgets/words.h"

/* Bytes of a line that are parsed for each cell that is seen: room for colours and long clusters. */
#define BYTES_PER_CELL 8
#define BYTES_AT_LEAST 4096

struct row {
	size_t first, n; /* pieces */
	rd_log_place place;
	int64_t written_us;
	size_t overwritten; /* states of the line that are not seen, told behind its last row */
	bool is_cut;        /* it goes on beyond the right edge */
	bool is_gap;
	uint64_t lost;
};

struct piece {
	size_t at, n; /* bytes of text */
	rd_style style;
};

struct mark {
	int row, x, w;
	rd_role role;
};

struct span {
	size_t at, n; /* bytes of plain */
	rd_sgr sgr;
};

void rd_log_rows_init(rd_log_rows *r)
{
	*r = (rd_log_rows){.first = 1};
	rd_vec_init(&r->rows, sizeof(struct row));
	rd_vec_init(&r->pieces, sizeof(struct piece));
	rd_vec_init(&r->marks, sizeof(struct mark));
	rd_vec_init(&r->spans, sizeof(struct span));
	rd_vec_init(&r->breaks, sizeof(size_t));
}

void rd_log_rows_done(rd_log_rows *r)
{
	rd_vec_done(&r->rows);
	rd_vec_done(&r->pieces);
	rd_vec_done(&r->marks);
	rd_vec_done(&r->spans);
	rd_vec_done(&r->breaks);
	rd_str_done(&r->text);
	rd_str_done(&r->plain);
}

/* ---- one line ---- */

static void put_span(void *arg, const char *text, size_t n, const rd_sgr *sgr)
{
	rd_log_rows *r = arg;
	struct span *s = rd_vec_push(&r->spans);

	if (!s)
		return;
	*s = (struct span){r->plain.len, n, *sgr};
	rd_str_putn(&r->plain, text, n);
}

/* Cuts a long line to max bytes. Of a progress bar, the last state is kept. */
static void cut(const char **bytes, size_t *n, size_t max)
{
	const char *last;

	if (*n <= max)
		return;
	last = memrchr(*bytes, '\r', *n - 1);
	if (last) {
		*n -= (size_t)(last + 1 - *bytes);
		*bytes = last + 1;
	}
	if (*n > max)
		*n = max;
}

/* States of a line that a later one overwrites. */
static size_t count_overwritten(const char *bytes, size_t n)
{
	const char *end = bytes + n, *cr;
	size_t states = 0;

	for (; bytes < end && (cr = memchr(bytes, '\r', (size_t)(end - bytes))); bytes = cr + 1)
		states += cr > bytes && cr + 1 < end;
	return states;
}

/* Parses each state of a line by itself. */
static rd_code parse_states(rd_log_rows *r, const char *bytes, size_t n, rd_err *err)
{
	const char *end = bytes + n;
	rd_code code = RD_OK;

	while (!code && bytes < end) {
		const char *cr = memchr(bytes, '\r', (size_t)(end - bytes));
		const char *stop = cr ? cr : end;
		size_t at = r->plain.len, *slot;
		rd_sgr sgr = RD_SGR_NONE;

		code = rd_sani_line(bytes, (size_t)(stop - bytes), &sgr, put_span, r, err);
		bytes = cr ? cr + 1 : end;
		if (!at || r->plain.len == at)
			continue;
		slot = rd_vec_push(&r->breaks);
		if (slot)
			*slot = at;
	}
	return code;
}

/* The colour of the service that a line of the whole log begins with; *ret_n: bytes of its prefix. */
static rd_role prefix_role(const rd_log_look *look, int step, size_t *ret_n)
{
	const rd_step *s = look->steps ? rd_steps_find(look->steps, step) : NULL;

	*ret_n = 0;
	if (!s)
		return RD_ROLE_TEXT;
	*ret_n = strlen(rd_steps_group_at(look->steps, (size_t)s->group)->prefix);
	return (rd_role)(RD_ROLE_SERVICE1 + s->group % 6);
}

/* Parses the first max bytes of a line into plain and spans. *ret_step as rd_log_view_line. */
static rd_code parse(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, uint64_t line,
	size_t max, int *ret_step, rd_err *err)
{
	rd_sgr sgr = RD_SGR_NONE;
	const char *bytes;
	rd_code code;
	size_t n, prefix;

	rd_vec_clear(&r->spans);
	rd_vec_clear(&r->breaks);
	rd_str_clear(&r->plain);
	r->overwritten = 0;
	code = rd_log_view_line(v, line, &bytes, &n, ret_step, err);
	if (code)
		return code;
	/* what overwrites a line leaves its prefix alone */
	prefix_role(look, *ret_step, &prefix);
	if (prefix && n >= prefix) {
		put_span(r, bytes, prefix, &sgr);
		bytes += prefix;
		n -= prefix;
	}
	if (look->is_unfolded) {
		code = parse_states(r, bytes, n, err);
	} else {
		r->overwritten = count_overwritten(bytes, n);
		cut(&bytes, &n, max);
		code = rd_sani_line(bytes, n, &sgr, put_span, r, err);
	}
	r->is_dim = look->filter && !rd_log_search_line(look->filter, rd_str_get(&r->plain),
					    r->plain.len, 0, &n, &max);
	return code ? code : rd_str_check(&r->plain, "the line", err);
}

/* Where the state that holds byte `at` of plain ends. */
static size_t state_end(const rd_log_rows *r, size_t at)
{
	const size_t *breaks = r->breaks.data;
	size_t low = 0, high = r->breaks.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (breaks[mid] <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low < r->breaks.len ? breaks[low] : r->plain.len;
}

/* Where the row that begins at byte `at` of plain ends. */
static size_t row_end(const rd_log_rows *r, const rd_log_look *look, size_t at)
{
	size_t end = state_end(r, at), left = end - at, n;

	if (!look->is_wrapped)
		return end;
	n = rd_utf8_fit(rd_str_get(&r->plain) + at, left, look->w);
	return at + (n || !left ? n : 1); /* a wide character in one cell must not stop us */
}

static size_t count_rows(const rd_log_rows *r, const rd_log_look *look)
{
	size_t n = 1;

	for (size_t at = row_end(r, look, 0); at < r->plain.len; at = row_end(r, look, at))
		n++;
	return n;
}

rd_code rd_log_rows_of(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, uint64_t line,
	size_t *ret_n, rd_err *err)
{
	bool has_gap = false;
	uint64_t lost;
	rd_code code = rd_log_view_gap(v, line, &has_gap, &lost, err);
	size_t n = 1;
	int step;

	if (!code && (look->is_wrapped || look->is_unfolded)) {
		code = parse(r, v, look, line, RD_LOG_LINE_MAX, &step, err);
		n = count_rows(r, look);
	}
	if (!code)
		*ret_n = n + has_gap;
	return code;
}

/* ---- places ---- */

rd_code rd_log_rows_up(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, rd_log_place *place,
	uint64_t n, rd_err *err)
{
	rd_log_place p = *place;
	rd_code code = RD_OK;
	size_t rows;

	while (n > p.sub && p.line > 0) {
		n -= p.sub + 1;
		code = rd_log_rows_of(r, v, look, --p.line, &rows, err);
		if (code)
			return code;
		p.sub = rows - 1;
	}
	p.sub -= n < p.sub ? n : p.sub;
	*place = p;
	return RD_OK;
}

rd_code rd_log_rows_down(rd_log_rows *r, rd_log_view *v, const rd_log_look *look,
	rd_log_place *place, uint64_t n, rd_err *err)
{
	uint64_t count = rd_log_view_count(v);
	rd_log_place p = *place;
	rd_code code = RD_OK;
	size_t rows;

	while (n && p.line < count) {
		code = rd_log_rows_of(r, v, look, p.line, &rows, err);
		if (code)
			return code;
		if (p.sub + n < rows) {
			p.sub += n;
			break;
		}
		if (p.line + 1 == count) {
			p.sub = rows - 1;
			break;
		}
		n -= rows - p.sub;
		p = (rd_log_place){p.line + 1, 0};
	}
	*place = p;
	return RD_OK;
}

rd_code rd_log_rows_end(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, int h,
	rd_log_place *ret_place, rd_err *err)
{
	uint64_t count = rd_log_view_count(v);
	rd_log_place p = {count, 0};
	rd_code code = rd_log_rows_up(r, v, look, &p, h < 1 ? 1 : (uint64_t)h, err);

	if (!code)
		*ret_place = p;
	return code;
}

/* ---- rows ---- */

static rd_style style_of(const rd_log_rows *r, const rd_log_look *look, const rd_sgr *sgr)
{
	rd_style s = rd_style_of(r->is_dim ? RD_ROLE_DIM : RD_ROLE_TEXT);

	if (look->has_colours && !r->is_dim) {
		s.fg = sgr->fg;
		s.bg = sgr->bg;
		s.attrs = sgr->attrs;
	}
	return s;
}

static bool put_piece(rd_log_rows *r, size_t at, size_t n, rd_style style)
{
	struct piece *p = rd_vec_push(&r->pieces);

	if (p)
		*p = (struct piece){r->text.len, n, style};
	rd_str_putn(&r->text, rd_str_get(&r->plain) + at, n);
	return p != NULL;
}

/* Puts the part [from, to) of plain into the last row; its first bytes have the prefix's role. */
static bool put_range(rd_log_rows *r, const rd_log_look *look, size_t from, size_t to,
	size_t prefix, rd_role role)
{
	for (size_t i = 0; i < r->spans.len; i++) {
		const struct span *s = rd_vec_at(&r->spans, i);
		size_t a = s->at < from ? from : s->at;
		size_t b = s->at + s->n > to ? to : s->at + s->n;

		if (a < b && a < prefix) {
			size_t mid = b < prefix ? b : prefix;

			if (!put_piece(r, a, mid - a, rd_style_of(role)))
				return false;
			a = mid;
		}
		if (a < b && !put_piece(r, a, b - a, style_of(r, look, &s->sgr)))
			return false;
	}
	return true;
}

/* Marks what a search finds in the part [from, to) of plain. */
static bool put_marks(rd_log_rows *r, const rd_log_search *search, size_t from, size_t to,
	rd_role role)
{
	const char *plain = rd_str_get(&r->plain);
	size_t start, end;
	struct mark *m;

	/* hits may begin in the row above */
	for (size_t at = 0; search && at<to; at = end> start ? end : end + 1) {
		if (!rd_log_search_line(search, plain, r->plain.len, at, &start, &end))
			return true;
		if (end <= from || start >= to || end == start)
			continue;
		m = rd_vec_push(&r->marks);
		if (!m)
			return false;
		start = start < from ? from : start;
		m->row = (int)r->rows.len - 1;
		m->x = rd_utf8_cells(plain + from, start - from);
		m->w = rd_utf8_cells(plain + start, (end < to ? end : to) - start);
		m->role = role;
	}
	return true;
}

/* What is put later is drawn over it: the first rule over the others, the search over all. */
static bool put_all_marks(rd_log_rows *r, const rd_log_look *look, size_t from, size_t to,
	bool is_current)
{
	for (size_t i = look->highlights && !r->is_dim ? look->highlights->len : 0; i > 0; i--) {
		const rd_highlight *rule = rd_vec_at(look->highlights, i - 1);

		if (!put_marks(r, rule->search, from, to, rule->role))
			return false;
	}
	return put_marks(r, look->search, from, to, is_current ? RD_ROLE_HIT_CURRENT : RD_ROLE_HIT);
}

static struct row *put_row(rd_log_rows *r, rd_log_place place)
{
	struct row *row = rd_vec_push(&r->rows);

	if (row)
		*row = (struct row){.first = r->pieces.len, .place = place};
	return row;
}

/* Lays the rows of the parsed line from its row `sub` on, until there are h in all. */
static bool lay_line(rd_log_rows *r, const rd_log_look *look, rd_log_place from, int step, int h)
{
	size_t at = 0, end, sub = 0, prefix;
	rd_role role = prefix_role(look, step, &prefix);
	struct row *row;
	int cells;

	do {
		end = row_end(r, look, at);
		if (sub++ >= from.sub) {
			row = put_row(r, (rd_log_place){from.line, sub - 1});
			if (!row || !put_range(r, look, at, end, prefix, role) ||
				!put_all_marks(r, look, at, end, from.line == look->hit))
				return false;
			row->n = r->pieces.len - row->first;
			cells = rd_utf8_cells(rd_str_get(&r->plain) + at, end - at);
			r->widest = cells > r->widest ? cells : r->widest;
			row->is_cut = !look->is_wrapped && cells > look->col + look->w;
			row->overwritten = end == r->plain.len ? r->overwritten : 0;
		}
		at = end;
	} while (at < r->plain.len && (int)r->rows.len < h);
	return true;
}

/* Cells of a line that have to be known to show `rows` rows of it. */
static size_t bytes_needed(const rd_log_look *look, size_t rows)
{
	size_t cells = look->is_wrapped ? rows * (size_t)look->w : (size_t)(look->col + look->w);

	return cells * BYTES_PER_CELL + BYTES_AT_LEAST;
}

static rd_code put_line(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, rd_log_place from,
	int h, rd_err *err)
{
	bool has_gap = false;
	struct row *row;
	uint64_t lost;
	int step;
	rd_code code =
		parse(r, v, look, from.line, bytes_needed(look, from.sub + (size_t)h), &step, err);

	if (code)
		return code;
	if (!from.sub || from.sub < count_rows(r, look))
		if (!lay_line(r, look, from, step, h))
			return rd_err_nomem(err);
	code = rd_log_view_gap(v, from.line, &has_gap, &lost, err);
	if (code || !has_gap || (int)r->rows.len >= h)
		return code;
	row = put_row(r, from);
	if (!row)
		return rd_err_nomem(err);
	row->is_gap = true;
	row->lost = lost;
	return RD_OK;
}

/* Notes when the line was written that the rows from `first` on show. */
static rd_code put_time(rd_log_rows *r, rd_log_view *v, uint64_t line, size_t first, rd_err *err)
{
	int64_t at_us = 0;
	rd_code code = rd_log_view_time(v, line, &at_us, err);

	for (size_t i = first; i < r->rows.len; i++)
		((struct row *)rd_vec_at(&r->rows, i))->written_us = at_us;
	return code;
}

rd_code rd_log_rows_fill(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, rd_log_place from,
	int h, rd_err *err)
{
	uint64_t count = rd_log_view_count(v);
	rd_code code = RD_OK;

	rd_vec_clear(&r->rows);
	rd_vec_clear(&r->pieces);
	rd_vec_clear(&r->marks);
	rd_str_clear(&r->text);
	r->shift = look->is_wrapped ? 0 : look->col;
	r->first = from.line;
	r->last = from.line - 1;
	r->widest = 0;
	while (!code && from.line < count && (int)r->rows.len < h) {
		size_t first = r->rows.len;

		code = put_line(r, v, look, from, h, err);
		if (!code && look->has_times)
			code = put_time(r, v, from.line, first, err);
		r->last = from.line;
		from = (rd_log_place){from.line + 1, 0};
	}
	return code ? code : rd_str_check(&r->text, "the screen", err);
}

rd_code rd_log_rows_hit(rd_log_rows *r, rd_log_view *v, const rd_log_look *look, uint64_t line,
	size_t *ret_sub, int *ret_x, int *ret_end, rd_err *err)
{
	size_t start = 0, end = 0, at = 0, next;
	int step;
	rd_code code = parse(r, v, look, line, RD_LOG_LINE_MAX, &step, err);

	if (code)
		return code;
	*ret_sub = 0;
	if (look->search)
		rd_log_search_line(look->search, rd_str_get(&r->plain), r->plain.len, 0, &start,
			&end);
	for (next = row_end(r, look, 0); next <= start && next < r->plain.len; (*ret_sub)++) {
		at = next;
		next = row_end(r, look, at);
	}
	*ret_x = rd_utf8_cells(rd_str_get(&r->plain) + at, start - at);
	*ret_end = *ret_x + rd_utf8_cells(rd_str_get(&r->plain) + start, end - start);
	return RD_OK;
}

static void draw_gap(const rd_area *a, int y, uint64_t lost)
{
	rd_style style = rd_style_of(RD_ROLE_WARN);
	char size[32];
	int x;

	rd_words_bytes(lost, size, sizeof size);
	rd_draw_hline(a, 0, y, a->r.w, style);
	x = rd_draw_text(a, 4, y, style, " the engine clipped the output here");
	if (lost)
		x = rd_draw_printf(a, x, y, style, ": %s", size);
	rd_draw_text(a, x, y, style, " ");
}

int rd_log_rows_count(const rd_log_rows *r)
{
	return (int)r->rows.len;
}

rd_log_place rd_log_rows_at(const rd_log_rows *r, int y, int64_t *ret_written_us)
{
	const struct row *row = rd_vec_at(&r->rows, (size_t)y);

	*ret_written_us = row->written_us;
	return row->place;
}

static void draw_row(const rd_log_rows *r, const rd_area *a, int y, const struct row *row)
{
	int x = -r->shift;

	if (row->is_gap)
		draw_gap(a, y, row->lost);
	for (size_t i = 0; i < row->n; i++) {
		const struct piece *p = rd_vec_at(&r->pieces, row->first + i);

		x = rd_draw_bytes(a, x, y, p->style, rd_str_get(&r->text) + p->at, p->n);
	}
	if (row->overwritten)
		rd_draw_printf(a, x, y, rd_style_of(RD_ROLE_GUTTER), " +%zu overwritten",
			row->overwritten);
}

void rd_log_rows_draw(const rd_log_rows *r, const rd_area *a)
{
	for (size_t y = 0; y < r->rows.len; y++)
		draw_row(r, a, (int)y, rd_vec_at(&r->rows, y));
	for (size_t i = 0; i < r->marks.len; i++) {
		const struct mark *m = rd_vec_at(&r->marks, i);

		rd_draw_role(a, m->x - r->shift, m->row, m->w, m->role);
	}
	for (size_t y = 0; y < r->rows.len; y++)
		if (((const struct row *)rd_vec_at(&r->rows, y))->is_cut)
			rd_draw_text(a, a->r.w - 1, (int)y, rd_style_of(RD_ROLE_GUTTER),
				rd_area_glyph(a, RD_GLYPH_ELLIPSIS));
}

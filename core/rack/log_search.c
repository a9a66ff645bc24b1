/* SPDX-License-Identifier: MIT */
/*
 * Search in the lines of a view.
 *
 * DESIGN: a page of the log whose text, without its colours, cannot match is skipped as a whole. Lines
 * of other pages, and of all that have other control characters, are looked at as they are shown.
 */
#include "core/base/sanitize.h"
#include "core/rack/log_private.h"

#define CHUNK_BYTES 64 /* a constant length lets the compiler use vector instructions */

/* Whether a terminal would show other characters than these bytes (0xc2 leads C1 controls). */
static bool has_controls(const char *bytes, size_t n)
{
	unsigned char any = 0;
	size_t i = 0;

	for (; n - i >= CHUNK_BYTES && !any; i += CHUNK_BYTES)
		for (int k = 0; k < CHUNK_BYTES; k++) {
			unsigned char c = (unsigned char)bytes[i + (size_t)k];

			any |= (unsigned char)(((c < ' ') & (c != '\n')) | (c == 0xc2));
		}
	for (; i < n && !any; i++) {
		unsigned char c = (unsigned char)bytes[i];

		any = (c < ' ' && c != '\n') || c == 0xc2;
	}
	return any;
}

/* ---- lines ---- */

static void add_span(void *arg, const char *text, size_t n, const rd_sgr *sgr RD_UNUSED)
{
	rd_str_putn(arg, text, n);
}

/* Whether line i, which is in the loaded page, matches as it is shown. */
static rd_code match_line(rd_log_view *v, const rd_log_search *s, uint64_t i, rd_str *scratch,
	bool *ret_found, rd_err *err)
{
	rd_sgr sgr = RD_SGR_NONE;
	const char *bytes;
	size_t n, start, end;
	rd_code code;
	int step;

	code = rd_log_view_line(v, i, &bytes, &n, &step, err);
	if (!code && has_controls(bytes, n)) {
		rd_str_clear(scratch);
		code = rd_sani_line(bytes, n, &sgr, add_span, scratch, err);
		if (!code)
			code = rd_str_check(scratch, "the line", err);
		bytes = rd_str_get(scratch);
		n = scratch->len;
	}
	if (!code)
		*ret_found = rd_log_search_line(s, bytes, n, 0, &start, &end);
	return code;
}

/* The end of the colour (SGR) that may begin at esc; esc itself: it is none. */
static const char *skip_colour(const char *esc, const char *end)
{
	const char *p = esc + 1;

	if (p >= end || *p != '[')
		return esc;
	for (p++; p < end && ((*p >= '0' && *p <= '9') || *p == ';' || *p == ':');)
		p++;
	return p < end && *p == 'm' ? p + 1 : esc;
}

/* Copies bytes without colours. */
static void strip(const char *bytes, size_t n, rd_str *out)
{
	const char *end = bytes + n;
	char *start, *to;

	rd_str_clear(out);
	start = to = rd_str_reserve(out, n);
	while (to && bytes < end) {
		const char *esc = memchr(bytes, '\033', (size_t)(end - bytes));
		const char *stop = esc ? esc : end;
		const char *next = esc ? skip_colour(esc, end) : end;

		if (esc && next == esc) /* something else: it stays as a control */
			next = ++stop;
		memcpy(to, bytes, (size_t)(stop - bytes));
		to += stop - bytes;
		bytes = next;
	}
	if (to)
		rd_str_commit(out, (size_t)(to - start));
}

static void hide_tabs(rd_str *text)
{
	char *end = text->data + text->len;

	for (char *p = text->data; p && (p = memchr(p, '\t', (size_t)(end - p))); p++)
		*p = '\n';
}

/* Whether any line of a page may match, as it is shown. */
static bool page_may_match(const rd_log_page *p, const rd_log_search *s, rd_str *scratch)
{
	if (!has_controls(p->bytes, p->n))
		return rd_log_search_may_match(s, p->bytes, p->n);
	strip(p->bytes, p->n, scratch);
	if (!rd_log_search_minds_tabs(s))
		hide_tabs(scratch);
	return !rd_str_ok(scratch) || has_controls(scratch->data, scratch->len) ||
	       rd_log_search_may_match(s, scratch->data, scratch->len);
}

/* Loads the page of line i. *ret_skip: lines of the view from i on in the direction that are in it
 * and in the same run, if none of them can match; else 0. *checked: the page that may match. */
static rd_code look_at_page(rd_log_view *v, const rd_log_search *s, uint64_t i, int direction,
	uint64_t *checked, rd_str *scratch, uint64_t *ret_skip, rd_err *err)
{
	rd_log_index *x = &v->log->index;
	uint64_t first, last, line, in_run, in_page;
	rd_code code;

	line = rd_log_view_place(v, i, &first, &last);
	code = rd_log_index_peek(x, v->log->files.text_fd, line, err);
	*ret_skip = 0;
	if (code || *checked == x->page.offset)
		return code;
	if (page_may_match(&x->page, s, scratch)) {
		*checked = x->page.offset;
		return RD_OK;
	}
	in_run = direction > 0 ? last - i + 1 : i - first + 1;
	in_page = direction > 0 ? x->page.line + x->page.lines - line : line - x->page.line + 1;
	*ret_skip = in_run < in_page ? in_run : in_page;
	return RD_OK;
}

rd_code rd_log_search_next(rd_log_view *v, const rd_log_search *s, uint64_t from, int direction,
	uint64_t max_lines, bool *ret_found, uint64_t *ret_line, uint64_t *ret_next, rd_err *err)
{
	uint64_t count = rd_log_view_count(v), i = from, looked = 0, checked = UINT64_MAX, skip;
	RD_STR_AUTO rd_str scratch = RD_STR_INIT(0);
	rd_code code = RD_OK;
	bool found = false;

	while (i < count && looked < max_lines) {
		code = look_at_page(v, s, i, direction, &checked, &scratch, &skip, err);
		if (!code && !skip) {
			code = match_line(v, s, i, &scratch, &found, err);
			skip = 1;
		}
		if (code)
			return code;
		if (found)
			break;
		looked += skip;
		/* below 0 is beyond the count, too */
		i = direction > 0 ? i + skip : i - skip;
	}
	*ret_found = found;
	if (found)
		*ret_line = i;
	*ret_next = i;
	return RD_OK;
}

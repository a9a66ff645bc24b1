/* SPDX-License-Identifier: MIT */
/*
 * Search in the lines of a view.
 *
 * DESIGN: a pattern without operators is looked for as bytes. Of any other pattern, the longest text
 * that each match must hold is taken out, and the slow regular expression sees only lines that hold
 * it. A page of the log that has neither that text nor control characters is skipped as a whole.
 */
#include <regex.h>

#include "core/base/sanitize.h"
#include "core/rack/log_private.h"

#define CHUNK_BYTES 64 /* a constant length lets the compiler use vector instructions */

struct rd_log_search {
	regex_t regex;
	bool has_regex; /* false: the pattern is `text` itself */
	bool fold;      /* case does not matter */
	char *text;     /* what a match must hold, in lower case if fold; "" if nothing is known */
	size_t n;
};

/* ---- the pattern ---- */

static bool has_capital(const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == '\\' && pattern[1])
			pattern++; /* \W and \S are no capitals */
		else if (*pattern >= 'A' && *pattern <= 'Z')
			return true;
	}
	return false;
}

/* The end of a bracket expression that begins at p; "[]]" and "[^]]" hold a bracket. */
static const char *skip_bracket(const char *p)
{
	p++;
	if (*p == '^')
		p++;
	if (*p == ']')
		p++;
	for (; *p && *p != ']'; p++) {
		if (*p == '[' && p[1] && strchr(":.=", p[1])) {
			const char kind = p[1];

			for (p += 2; *p && !(*p == kind && p[1] == ']'); p++)
				;
			p += *p ? 1 : 0;
		}
		if (!*p)
			break;
	}
	return *p ? p : p - 1;
}

/* The end of a group that begins at p. */
static const char *skip_group(const char *p)
{
	int depth = 0;

	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '[')
			p = skip_bracket(p);
		else if (*p == '(')
			depth++;
		else if (*p == ')' && !--depth)
			return p;
	}
	return p - 1;
}

static void drop_last_char(rd_str *run)
{
	size_t n = run->len;

	while (n && ((unsigned char)run->data[n - 1] & 0xc0) == 0x80)
		n--;
	if (n)
		rd_str_cut(run, n - 1);
}

/* Ends a run of plain characters: the longest one is kept. */
static void end_run(rd_str *run, rd_str *best)
{
	if (run->len > best->len) {
		rd_str_clear(best);
		rd_str_put(best, rd_str_get(run));
	}
	rd_str_clear(run);
}

/* Takes one item of the pattern. @returns its last byte; NULL: nothing is certain (alternatives). */
static const char *take_item(const char *p, bool fold, rd_str *run, rd_str *best, bool *plain)
{
	bool is_char = !strchr(".^$*+?{}()[]|\\", *p);

	if (*p == '\\' && p[1] && strchr(".^$*+?{}()[]|\\/", p[1])) {
		p++;
		is_char = true;
	}
	if (is_char && !(fold && (*p & 0x80))) {
		rd_str_putc(run, fold && *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p);
		return p;
	}
	*plain = false;
	if (*p == '|')
		return NULL;
	if (*p == '*' || *p == '?' || *p == '{')
		drop_last_char(run);
	end_run(run, best);
	if (*p == '[')
		return skip_bracket(p);
	if (*p == '(')
		return skip_group(p);
	if (*p == '{')
		return strchr(p, '}') ? strchr(p, '}') : p + strlen(p) - 1;
	return *p == '\\' && p[1] ? p + 1 : p;
}

/* Finds what every match must hold. @returns whether the pattern is nothing but that text. */
static bool find_text(const char *pattern, bool fold, rd_str *best)
{
	rd_str run = RD_STR_INIT(0);
	bool plain = true;
	const char *p = pattern;

	while (p && *p) {
		p = take_item(p, fold, &run, best, &plain);
		if (p)
			p++;
	}
	if (p)
		end_run(&run, best);
	else
		rd_str_clear(best);
	rd_str_done(&run);
	return plain;
}

rd_code rd_log_search_new(const char *pattern, rd_log_search **ret_search, rd_err *err)
{
	rd_log_search *s = calloc(1, sizeof *s);
	rd_str text = RD_STR_INIT(0);
	char words[256];
	int bad = 0;

	if (!s)
		return rd_err_nomem(err);
	s->fold = !has_capital(pattern);
	s->has_regex = !find_text(pattern, s->fold, &text);
	s->n = text.len;
	s->text = rd_str_take(&text);
	if (s->has_regex)
		bad = regcomp(&s->regex, pattern, REG_EXTENDED | (s->fold ? REG_ICASE : 0));
	if (bad) {
		regerror(bad, &s->regex, words, sizeof words);
		s->has_regex = false;
		rd_log_search_free(s);
		return rd_err_set(err, RD_EPARSE, "'%s': %s", pattern, words);
	}
	if (!s->text) {
		rd_log_search_free(s);
		return rd_err_nomem(err);
	}
	*ret_search = s;
	return RD_OK;
}

rd_log_search *rd_log_search_free(rd_log_search *s)
{
	if (s && s->has_regex)
		regfree(&s->regex);
	if (s)
		free(s->text);
	free(s);
	return NULL;
}

/* ---- finding bytes ---- */

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool same_folded(const char *bytes, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower((unsigned char)bytes[i]) != (unsigned char)text[i])
			return false;
	return true;
}

/* Whether the first and the last byte of a text stand at their distance anywhere in a chunk. */
static bool chunk_may_hold(const char *bytes, size_t distance, unsigned char first,
	unsigned char last)
{
	unsigned char any = 0;

	for (int i = 0; i < CHUNK_BYTES; i++) {
		unsigned char a = (unsigned char)bytes[i];
		unsigned char b = (unsigned char)bytes[(size_t)i + distance];

		a |= (unsigned char)(((unsigned char)(a - 'A') < 26) << 5);
		b |= (unsigned char)(((unsigned char)(b - 'A') < 26) << 5);
		any |= (unsigned char)((a == first) & (b == last));
	}
	return any;
}

static const char *find_folded(const char *bytes, size_t n, const char *text, size_t m)
{
	unsigned char first = (unsigned char)text[0], last = (unsigned char)text[m - 1];
	size_t i = 0, stop;

	while (i + m <= n) {
		stop = n - m + 1 - i < CHUNK_BYTES ? n - m + 1 : i + CHUNK_BYTES;
		if (stop - i == CHUNK_BYTES && !chunk_may_hold(bytes + i, m - 1, first, last)) {
			i = stop;
			continue;
		}
		for (; i < stop; i++)
			if (lower((unsigned char)bytes[i]) == first &&
				same_folded(bytes + i, text, m))
				return bytes + i;
	}
	return NULL;
}

/* Where the text that a match must hold is; bytes itself if nothing is known of it. */
static const char *find_needed(const rd_log_search *s, const char *bytes, size_t n)
{
	if (!s->n)
		return bytes;
	return s->fold ? find_folded(bytes, n, s->text, s->n) : memmem(bytes, n, s->text, s->n);
}

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

bool rd_log_search_line(const rd_log_search *s, const char *bytes, size_t n, size_t from,
	size_t *ret_start, size_t *ret_end)
{
	regmatch_t m = {.rm_so = (regoff_t)from, .rm_eo = (regoff_t)n};
	const char *at;

	if (from > n)
		return false;
	at = find_needed(s, bytes + from, n - from);
	if (!at)
		return false;
	if (!s->has_regex) {
		*ret_start = (size_t)(at - bytes);
		*ret_end = *ret_start + s->n;
		return true;
	}
	if (regexec(&s->regex, bytes, 1, &m, REG_STARTEND | (from ? REG_NOTBOL : 0)))
		return false;
	*ret_start = (size_t)m.rm_so;
	*ret_end = (size_t)m.rm_eo;
	return true;
}

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

static bool page_may_match(const rd_log_page *p, const rd_log_search *s)
{
	return !s->n || has_controls(p->bytes, p->n) || find_needed(s, p->bytes, p->n);
}

/* Loads the page of line i. *ret_skip: lines of the view from i on in the direction that are in it
 * and in the same run, if none of them can match; else 0. *checked: the page that may match. */
static rd_code look_at_page(rd_log_view *v, const rd_log_search *s, uint64_t i, int direction,
	uint64_t *checked, uint64_t *ret_skip, rd_err *err)
{
	rd_log_index *x = &v->log->index;
	uint64_t first, last, line, in_run, in_page;
	rd_code code;

	line = rd_log_view_place(v, i, &first, &last);
	code = rd_log_index_load(x, v->log->files.text_fd, line, err);
	*ret_skip = 0;
	if (code || *checked == x->page.offset)
		return code;
	if (page_may_match(&x->page, s)) {
		*checked = x->page.offset;
		return RD_OK;
	}
	in_run = direction > 0 ? last - i + 1 : i - first + 1;
	in_page =
		direction > 0 ? x->page.line + x->page.starts.len - line : line - x->page.line + 1;
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
		code = look_at_page(v, s, i, direction, &checked, &skip, err);
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

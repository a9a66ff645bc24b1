/* SPDX-License-Identifier: MIT */
/*
 * What is searched for, and finding it in bytes.
 *
 * DESIGN: a pattern without operators is looked for as bytes. Of any other pattern, the longest text
 * that each match must hold is taken out, and the slow regular expression sees only lines that hold
 * it. Where a pattern uses more than plain operators, nothing is concluded from its text.
 */
#include <ctype.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/rack/log_private.h"

#define CHUNK_BYTES 64      /* a constant length lets the compiler use vector instructions */
#define MATCH_LIMIT 1000000 /* steps that one line may cost, then it does not match */

struct rd_log_search {
	pcre2_code *regex; /* NULL: the pattern is `text` itself */
	pcre2_match_data *match;
	pcre2_match_context *limits;
	bool fold;      /* case does not matter */
	bool is_simple; /* a match in a line is one in any text that holds the line */
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

/* Whether a pattern is made of plain operators only: no escapes but of classes and of punctuation, no
 * group that is more than a group. */
static bool is_simple(const char *p)
{
	for (; *p; p++) {
		if (*p == '\\' && p[1]) {
			p++;
			if (isalnum((unsigned char)*p) && !strchr("dDwWsSbB", *p))
				return false;
		} else if (*p == '(' && (p[1] == '*' || (p[1] == '?' && p[2] != ':'))) {
			return false;
		}
	}
	return true;
}

static rd_code compile(rd_log_search *s, const char *pattern, rd_err *err)
{
	uint32_t flags = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_MULTILINE |
			 PCRE2_NEVER_BACKSLASH_C | (s->fold ? PCRE2_CASELESS : 0);
	pcre2_compile_context *lines = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR words[256] = "";
	PCRE2_SIZE at;
	int bad = 0;

	if (!lines)
		return rd_err_nomem(err);
	pcre2_set_newline(lines, PCRE2_NEWLINE_LF);
	s->regex =
		pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, flags, &bad, &at, lines);
	pcre2_compile_context_free(lines);
	if (!s->regex) {
		pcre2_get_error_message(bad, words, sizeof words);
		return rd_err_set(err, RD_EPARSE, "'%s': %s", pattern, (const char *)words);
	}
	pcre2_jit_compile(s->regex, PCRE2_JIT_COMPLETE); /* without, it is only slower */
	s->match = pcre2_match_data_create(1, NULL);
	s->limits = pcre2_match_context_create(NULL);
	if (!s->match || !s->limits)
		return rd_err_nomem(err);
	pcre2_set_match_limit(s->limits, MATCH_LIMIT);
	return RD_OK;
}

rd_code rd_log_search_new(const char *pattern, rd_log_search **ret_search, rd_err *err)
{
	rd_log_search *s = calloc(1, sizeof *s);
	rd_str text = RD_STR_INIT(0);
	bool is_text;
	rd_code code = RD_OK;

	if (!s)
		return rd_err_nomem(err);
	s->fold = !has_capital(pattern);
	s->is_simple = is_simple(pattern);
	is_text = find_text(pattern, s->fold, &text);
	if (!s->is_simple)
		rd_str_clear(&text);
	s->n = text.len;
	s->text = rd_str_take(&text);
	if (!s->text)
		code = rd_err_nomem(err);
	else if (!is_text)
		code = compile(s, pattern, err);
	if (code) {
		rd_log_search_free(s);
		return code;
	}
	*ret_search = s;
	return RD_OK;
}

rd_log_search *rd_log_search_free(rd_log_search *s)
{
	if (!s)
		return NULL;
	pcre2_code_free(s->regex);
	pcre2_match_data_free(s->match);
	pcre2_match_context_free(s->limits);
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

/* ---- matching ---- */

static bool match(const rd_log_search *s, const char *bytes, size_t n, size_t from)
{
	return pcre2_match(s->regex, (PCRE2_SPTR)bytes, n, from, 0, s->match, s->limits) >= 0;
}

bool rd_log_search_line(const rd_log_search *s, const char *bytes, size_t n, size_t from,
	size_t *ret_start, size_t *ret_end)
{
	const PCRE2_SIZE *ends;
	const char *at;

	if (from > n)
		return false;
	at = find_needed(s, bytes + from, n - from);
	if (!at)
		return false;
	if (!s->regex) {
		*ret_start = (size_t)(at - bytes);
		*ret_end = *ret_start + s->n;
		return true;
	}
	if (!match(s, bytes, n, from))
		return false;
	ends = pcre2_get_ovector_pointer(s->match);
	*ret_start = ends[0];
	*ret_end = ends[1] < ends[0] ? ends[0] : ends[1]; /* \K in a lookahead turns them round */
	return true;
}

bool rd_log_search_may_match(const rd_log_search *s, const char *bytes, size_t n)
{
	if (s->n)
		return find_needed(s, bytes, n) != NULL;
	return !s->regex || !s->is_simple || match(s, bytes, n, 0);
}

bool rd_log_search_minds_tabs(const rd_log_search *s)
{
	return !s->n || strchr(s->text, ' ');
}

/* SPDX-License-Identifier: MIT */
/*
 * The sanitiser.
 *
 * One pass over the bytes splits them into clusters, tokens and controls; what is not known to be
 * harmless becomes a token. A line that only goes forward is given out as runs that point into the
 * input; one that goes back (CR, BS, erase) is written to a grid of cells first.
 * Nothing is hidden but whole escape sequences: of one that is cut, the introducer becomes a token
 * and the rest is text.
 */
#include "core/base/sanitize.h"

#include <utf8proc.h>

#include "core/base/escape.h"
#include "core/base/sani_grid.h"
#include "core/base/utf8.h"

#define TAB_COLS 8
#define MAX_MARKS 4
#define CLUSTER_BYTES 32
#define REPLACEMENT "\xef\xbf\xbd"

struct sani {
	rd_span_fn *fn;
	void *arg;
	rd_sgr sgr;
	rd_grid *grid; /* NULL: forward only */
	bool is_name;  /* no colours; what goes back is a token */
	size_t col;
	const char *run; /* what was not given out yet */
	size_t run_n;
};

static void flush(struct sani *s)
{
	if (s->run_n)
		s->fn(s->arg, s->run, s->run_n, &s->sgr);
	s->run_n = 0;
}

/* One cluster. The text is part of the input. */
static void put(struct sani *s, const char *text, size_t n, int width)
{
	if (s->grid) {
		rd_grid_put(s->grid, s->col, text, n, width);
	} else if (s->run_n && s->run + s->run_n == text) {
		s->run_n += n;
	} else {
		flush(s);
		s->run = text;
		s->run_n = n;
	}
	s->col += (size_t)width;
}

/* The same for a text that does not outlive the call. */
static void put_temporary(struct sani *s, const char *text, size_t n, int width)
{
	flush(s);
	put(s, text, n, width);
	flush(s);
}

/* Printable ASCII, a cell each. */
static void put_plain(struct sani *s, const char *text, size_t n)
{
	if (!s->grid) {
		put(s, text, n, 0);
		s->col += n;
		return;
	}
	for (size_t i = 0; i < n; i++)
		put(s, text + i, 1, 1);
}

static void put_number(struct sani *s, const char *mark, uint32_t value, int digits)
{
	char token[16];
	int n = snprintf(token, sizeof token, "<%s%0*X>", mark, digits, value);

	flush(s);
	put_plain(s, token, (size_t)n);
	flush(s);
}

/* The picture of a C0 control or DEL. */
static void put_picture(struct sani *s, unsigned char c)
{
	char picture[4];
	size_t n = rd_utf8_put(c == 0x7F ? 0x2421 : 0x2400U + c, picture);

	put_temporary(s, picture, n, 1);
}

static void put_tab(struct sani *s)
{
	static const char spaces[] = "        ";
	size_t n = TAB_COLS - s->col % TAB_COLS;

	if (s->grid) {
		s->col += n;
		rd_grid_pad(s->grid, s->col);
		return;
	}
	flush(s);
	put_plain(s, spaces, n);
	flush(s);
}

static void go_back(struct sani *s, unsigned char c)
{
	if (!s->grid)
		put_picture(s, c);
	else if (c == '\r')
		s->col = 0;
	else if (s->col)
		s->col--;
}

static void apply_escape(struct sani *s, const rd_escape *e)
{
	if (s->is_name)
		return;
	if (e->kind == RD_ESCAPE_SGR) {
		flush(s);
		rd_escape_sgr(&s->sgr, e->params, e->n_params);
		if (s->grid)
			rd_grid_style(s->grid, &s->sgr);
	} else if (e->kind == RD_ESCAPE_ERASE && s->grid) {
		rd_grid_erase(s->grid, s->col, e->param);
	} else if (e->kind == RD_ESCAPE_HOME && s->grid) {
		s->col = 0;
	}
}

/* At ESC or a C1 control. @returns the bytes used. */
static size_t escape(struct sani *s, const char *p, size_t n)
{
	rd_escape e;
	size_t used = rd_escape_scan(p, n, &e);

	if (used) {
		apply_escape(s, &e);
		return used;
	}
	if (*p == '\x1b') {
		put_picture(s, 0x1B);
		return 1;
	}
	put_number(s, "", (unsigned char)p[1], 2);
	return 2;
}

enum kind {
	PRINTABLE,
	MARK,    /* belongs to the character before it */
	TOKEN,   /* shown by number */
	UNKNOWN, /* not in our tables, so its width is anyone's guess */
};

static enum kind kind_of(uint32_t cp)
{
	switch (utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return MARK;
	case UTF8PROC_CATEGORY_CF: /* bidi controls, tags, and more that is not seen */
		/* the joiners hold clusters together */
		return cp == 0x200C || cp == 0x200D ? MARK : TOKEN;
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return TOKEN;
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CS:
		return UNKNOWN;
	default:
		return rd_utf8_width(cp) ? PRINTABLE : MARK;
	}
}

static bool is_joiner(uint32_t cp)
{
	return cp == 0x200C || cp == 0x200D;
}

/* Copies what may stand in a cluster to out. @returns the bytes of the input used: all of it, or up
 * to something that must be shown by itself. */
static size_t filter_cluster(const char *p, size_t n, char out[CLUSTER_BYTES], size_t *ret_n)
{
	size_t at = 0, kept = 0;
	int marks = 0;

	while (at < n) {
		uint32_t cp;
		size_t used = rd_utf8_next(p + at, n - at, &cp);
		enum kind kind = kind_of(cp);

		if (at && kind != PRINTABLE && kind != MARK)
			break;
		if (at && kind == MARK && !is_joiner(cp))
			marks++;
		if (marks <= MAX_MARKS || kind != MARK || is_joiner(cp)) {
			memcpy(out + kept, p + at, used);
			kept += used;
		}
		at += used;
	}
	*ret_n = kept;
	return at;
}

/* A character and what belongs to it. @returns the bytes used. */
static size_t cluster(struct sani *s, const char *p, size_t n)
{
	char kept[CLUSTER_BYTES];
	uint32_t cp;
	size_t first = rd_utf8_next(p, n, &cp), used, n_kept;
	enum kind kind = kind_of(cp);
	int width;

	if (kind == TOKEN) {
		put_number(s, "U+", cp, 4);
		return first;
	}
	if (kind == UNKNOWN || (first == 1 && cp >= 0x80)) {
		put_temporary(s, REPLACEMENT, strlen(REPLACEMENT), 1);
		return first;
	}
	if (kind == MARK) /* of nothing, or one too many */
		return first;
	used = rd_utf8_cluster(p, n, &width);
	if (used == first) {
		put(s, p, used, width);
		return used;
	}
	used = filter_cluster(p, used, kept, &n_kept);
	if (n_kept == used) {
		rd_utf8_cluster(p, used, &width);
		put(s, p, used, width);
	} else {
		rd_utf8_cluster(kept, n_kept, &width);
		put_temporary(s, kept, n_kept, width);
	}
	return used;
}

/* Bytes of printable ASCII at the start, eight at a time. */
static size_t plain_run(const char *p, size_t n)
{
	const uint64_t ones = 0x0101010101010101, highs = ones << 7;
	size_t i = 0;

	for (uint64_t eight; i + 8 <= n; i += 8) {
		memcpy(&eight, p + i, 8);
		/* below 0x20 borrows, DEL carries into the high bit, the rest has it */
		if (((eight - ones * 0x20) | (eight + ones) | eight) & highs)
			break;
	}
	while (i < n && p[i] >= 0x20 && p[i] < 0x7F)
		i++;
	return i;
}

static size_t control(struct sani *s, const char *p, size_t n)
{
	unsigned char c = (unsigned char)*p;

	if (c == 0x1B)
		return escape(s, p, n);
	if (c == '\t')
		put_tab(s);
	else if (c == '\r' || c == '\b')
		go_back(s, c);
	else
		put_picture(s, c);
	return 1;
}

static void lex(struct sani *s, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		size_t plain = plain_run(p + i, n - i);

		/* a mark may follow: then the last one is looked at as a cluster */
		if (plain && i + plain < n && (unsigned char)p[i + plain] >= 0x80)
			plain--;
		if (plain)
			put_plain(s, p + i, plain);
		i += plain;
		if (i == n)
			break;
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7F)
			i += control(s, p + i, n - i);
		else if (rd_escape_begins(p + i, n - i))
			i += escape(s, p + i, n - i);
		else
			i += cluster(s, p + i, n - i);
	}
	flush(s);
}

/* Whether a line goes back over what it wrote. */
static bool goes_back(const char *p, size_t n)
{
	const char *end = p + n;

	if (memchr(p, '\r', n) || memchr(p, '\b', n) || memmem(p, n, "\xc2\x9b", 2))
		return true;
	while ((p = memchr(p, 0x1B, (size_t)(end - p)))) {
		rd_escape e;
		size_t used = rd_escape_scan(p, (size_t)(end - p), &e);

		if (e.kind == RD_ESCAPE_HOME || (e.kind == RD_ESCAPE_ERASE && e.param))
			return true;
		p += used ? used : 1;
	}
	return false;
}

rd_code rd_sani_line(const char *bytes, size_t n, rd_sgr *sgr, rd_span_fn *fn, void *arg,
	rd_err *err)
{
	struct sani s = {.fn = fn, .arg = arg, .sgr = *sgr};
	size_t plain;
	rd_grid grid;
	rd_code code;

	/* the CR of a CRLF overwrites nothing */
	while (n && bytes[n - 1] == '\r')
		n--;
	plain = plain_run(bytes, n);
	if (plain == n) {
		if (n)
			fn(arg, bytes, n, sgr);
		return RD_OK;
	}
	if (!goes_back(bytes + plain, n - plain)) {
		lex(&s, bytes, n);
		*sgr = s.sgr;
		return RD_OK;
	}
	rd_grid_init(&grid);
	rd_grid_style(&grid, sgr);
	s.grid = &grid;
	lex(&s, bytes, n);
	code = rd_grid_emit(&grid, fn, arg, err);
	rd_grid_done(&grid);
	if (!code)
		*sgr = s.sgr;
	return code;
}

static void append(void *arg, const char *text, size_t n, const rd_sgr *sgr RD_UNUSED)
{
	rd_str_putn(arg, text, n);
}

void rd_sani_text(rd_str *out, const char *bytes, size_t n)
{
	struct sani s = {.fn = append, .arg = out, .sgr = RD_SGR_NONE, .is_name = true};

	lex(&s, bytes, n);
}

struct ansi {
	rd_str *out;
	rd_sgr now; /* what the terminal has */
};

static void put_color(rd_str *out, int32_t color, int base)
{
	if (color & RD_COLOR_RGB)
		rd_str_printf(out, "%d;2;%d;%d;%d", base + 8, color >> 16 & 255, color >> 8 & 255,
			color & 255);
	else if (color < 8)
		rd_str_printf(out, "%d", base + color);
	else if (color < 16)
		rd_str_printf(out, "%d", base + 60 + color - 8);
	else
		rd_str_printf(out, "%d;5;%d", base + 8, color);
}

static void put_sgr(rd_str *out, const rd_sgr *sgr)
{
	static const struct {
		uint32_t attr;
		char code;
	} codes[] = {{RD_ATTR_BOLD, '1'}, {RD_ATTR_DIM, '2'}, {RD_ATTR_ITALIC, '3'},
		{RD_ATTR_UNDERLINE, '4'}, {RD_ATTR_REVERSE, '7'}, {RD_ATTR_STRIKE, '9'}};

	rd_str_put(out, "\x1b[0");
	for (size_t i = 0; i < RD_LEN(codes); i++)
		if (sgr->attrs & codes[i].attr)
			rd_str_printf(out, ";%c", codes[i].code);
	if (sgr->fg != RD_COLOR_DEFAULT) {
		rd_str_putc(out, ';');
		put_color(out, sgr->fg, 30);
	}
	/* by itself: terminals read as few as 16 parameters, and all together may be 17 */
	if (sgr->bg != RD_COLOR_DEFAULT) {
		rd_str_put(out, "m\x1b[");
		put_color(out, sgr->bg, 40);
	}
	rd_str_putc(out, 'm');
}

static void append_ansi(void *arg, const char *text, size_t n, const rd_sgr *sgr)
{
	struct ansi *a = arg;

	if (memcmp(&a->now, sgr, sizeof *sgr) != 0) {
		put_sgr(a->out, sgr);
		a->now = *sgr;
	}
	rd_str_putn(a->out, text, n);
}

void rd_sani_ansi(rd_str *out, const char *bytes, size_t n, bool colour)
{
	struct ansi a = {.out = out, .now = RD_SGR_NONE};
	rd_sgr sgr = RD_SGR_NONE;

	if (rd_sani_line(bytes, n, &sgr, colour ? append_ansi : append, colour ? (void *)&a : out,
		    NULL))
		out->failed = true;
	if (memcmp(&a.now, &RD_SGR_NONE, sizeof a.now) != 0)
		rd_str_put(out, "\x1b[0m");
}

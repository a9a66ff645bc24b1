/* SPDX-License-Identifier: MIT */
/* Escape sequences: extent and meaning. */
#include "core/base/escape.h"

#define ESC '\x1b'
#define BEL '\a'
#define CAN '\x18'
#define SUB '\x1a'
#define C1_LEAD '\xc2'
#define MAX_PARAMS 16
#define MAX_SUBS 6
#define PARAM_LIMIT 9999

static bool in(char c, char first, char last)
{
	return c >= first && c <= last;
}

static bool is_c1(const char *p, size_t n)
{
	return n >= 2 && p[0] == C1_LEAD && in(p[1], '\x80', '\x9f');
}

bool rd_escape_begins(const char *bytes, size_t n)
{
	return n && (bytes[0] == ESC || is_c1(bytes, n));
}

static void classify_csi(char final, const char *params, size_t n, rd_escape *ret_escape)
{
	int value = 0;

	/* '<', '=', '>' and '?' mark a private meaning */
	if (n && in(params[0], '<', '?'))
		return;
	if (final == 'm') {
		ret_escape->kind = RD_ESCAPE_SGR;
		ret_escape->params = params;
		ret_escape->n_params = n;
		return;
	}
	if (n > 1 || (n && !in(params[0], '0', '2')))
		return;
	value = n ? params[0] - '0' : 0;
	if (final == 'K') {
		ret_escape->kind = RD_ESCAPE_ERASE;
		ret_escape->param = value;
	} else if (final == 'G' && value < 2) {
		ret_escape->kind = RD_ESCAPE_HOME;
	}
}

/* From the byte after the introducer. @returns the index after the end, 0 if there is none. */
static size_t scan_csi(const char *p, size_t n, size_t at, rd_escape *ret_escape)
{
	size_t params = at, n_params;

	while (at < n && in(p[at], '0', '?'))
		at++;
	n_params = at - params;
	while (at < n && in(p[at], ' ', '/'))
		at++;
	if (at == n || !in(p[at], '@', '~'))
		return 0;
	if (at == params + n_params)
		classify_csi(p[at], p + params, n_params, ret_escape);
	return at + 1;
}

/* Any other introducer ends the search, so that a line of them is not read again and again. */
static size_t scan_string(const char *p, size_t n, size_t at, bool bel_ends)
{
	for (; at < n; at++) {
		if (p[at] == BEL && bel_ends)
			return at + 1;
		if (p[at] == ESC)
			return at + 1 < n && p[at + 1] == '\\' ? at + 2 : 0;
		if (is_c1(p + at, n - at))
			return p[at + 1] == '\x9c' ? at + 2 : 0;
		if (p[at] == CAN || p[at] == SUB || p[at] == '\n')
			return 0;
	}
	return 0;
}

size_t rd_escape_scan(const char *bytes, size_t n, rd_escape *ret_escape)
{
	size_t at = 2;
	char c;

	*ret_escape = (rd_escape){.kind = RD_ESCAPE_OTHER};
	if (n < 2)
		return 0;
	c = bytes[0] == ESC ? bytes[1] : (char)(bytes[1] - 0x40);
	if (c == '[')
		return scan_csi(bytes, n, at, ret_escape);
	if (c && strchr("]PX^_", c))
		return scan_string(bytes, n, at, c == ']');
	if (bytes[0] != ESC)
		return 0;
	for (at = 1; at < n && in(bytes[at], ' ', '/');)
		at++;
	return at < n && in(bytes[at], '0', '~') ? at + 1 : 0;
}

/* One parameter: numbers between colons, -1 where nothing stands. */
struct param {
	int sub[MAX_SUBS];
	int n;
};

struct params {
	const char *at;
	const char *end;
	int left; /* how many may still be read */
};

/* @returns false at the end. An empty list has one empty parameter. */
static bool next_param(struct params *p, struct param *ret)
{
	int value = -1;

	ret->n = 0;
	if (p->left <= 0 || !p->at)
		return false;
	p->left--;
	for (;; p->at++) {
		if (p->at < p->end && in(*p->at, '0', '9')) {
			value = (value < 0 ? 0 : value) * 10 + (*p->at - '0');
			value = value > PARAM_LIMIT ? PARAM_LIMIT : value;
			continue;
		}
		if (ret->n < MAX_SUBS)
			ret->sub[ret->n++] = value;
		value = -1;
		if (p->at == p->end || *p->at == ';')
			break;
	}
	p->at = p->at == p->end ? NULL : p->at + 1;
	return true;
}

static bool is_byte(int v)
{
	return v >= 0 && v <= 255;
}

static int32_t rgb(const int v[3], int32_t old)
{
	if (!is_byte(v[0]) || !is_byte(v[1]) || !is_byte(v[2]))
		return old;
	return RD_COLOR_RGB | v[0] << 16 | v[1] << 8 | v[2];
}

/* What follows a 38 or 48: within the same parameter (colons) or in the next ones. */
static int32_t extended_color(struct params *p, const struct param *first, int32_t old)
{
	struct param mode, value;
	int v[3] = {-1, -1, -1};

	if (first->n > 1) {
		if (first->sub[1] == 5 && first->n > 2 && is_byte(first->sub[2]))
			return first->sub[2];
		/* 2:r:g:b, or 2:colour space:r:g:b */
		if (first->sub[1] == 2 && first->n >= 5)
			return rgb(first->sub + (first->n >= 6 ? 3 : 2), old);
		return old;
	}
	if (!next_param(p, &mode))
		return old;
	if (mode.sub[0] != 5 && mode.sub[0] != 2)
		return old;
	for (int i = 0; i < (mode.sub[0] == 5 ? 1 : 3); i++) {
		/* a missing number in the list means 0 */
		if (next_param(p, &value))
			v[i] = value.sub[0] < 0 ? 0 : value.sub[0];
	}
	if (mode.sub[0] == 2)
		return rgb(v, old);
	return is_byte(v[0]) ? v[0] : old;
}

static void apply_attr(rd_sgr *sgr, const struct param *p)
{
	static const struct {
		int code;
		uint32_t set, clear;
	} attrs[] = {{1, RD_ATTR_BOLD, 0}, {2, RD_ATTR_DIM, 0}, {3, RD_ATTR_ITALIC, 0},
		{4, RD_ATTR_UNDERLINE, 0}, {7, RD_ATTR_REVERSE, 0}, {9, RD_ATTR_STRIKE, 0},
		{21, RD_ATTR_UNDERLINE, 0}, {22, 0, RD_ATTR_BOLD | RD_ATTR_DIM},
		{23, 0, RD_ATTR_ITALIC}, {24, 0, RD_ATTR_UNDERLINE}, {27, 0, RD_ATTR_REVERSE},
		{29, 0, RD_ATTR_STRIKE}};

	for (size_t i = 0; i < RD_LEN(attrs); i++) {
		if (attrs[i].code != p->sub[0])
			continue;
		sgr->attrs |= attrs[i].set;
		sgr->attrs &= ~attrs[i].clear;
	}
	/* 4:0 is no underline, 4:1 to 4:5 are kinds of it */
	if (p->sub[0] == 4 && p->n > 1 && p->sub[1] == 0)
		sgr->attrs &= ~(uint32_t)RD_ATTR_UNDERLINE;
}

static void apply(rd_sgr *sgr, struct params *list, const struct param *p)
{
	int code = p->sub[0] < 0 ? 0 : p->sub[0];

	if (code == 0)
		*sgr = RD_SGR_NONE;
	else if (code < 30)
		apply_attr(sgr, p);
	else if (code <= 37)
		sgr->fg = code - 30;
	else if (code == 38)
		sgr->fg = extended_color(list, p, sgr->fg);
	else if (code == 39)
		sgr->fg = RD_COLOR_DEFAULT;
	else if (code >= 40 && code <= 47)
		sgr->bg = code - 40;
	else if (code == 48)
		sgr->bg = extended_color(list, p, sgr->bg);
	else if (code == 49)
		sgr->bg = RD_COLOR_DEFAULT;
	else if (code == 58) /* colour of the underline: read over */
		extended_color(list, p, 0);
	else if (code >= 90 && code <= 97)
		sgr->fg = code - 90 + 8;
	else if (code >= 100 && code <= 107)
		sgr->bg = code - 100 + 8;
}

void rd_escape_sgr(rd_sgr *sgr, const char *params, size_t n)
{
	struct params list = {.at = params, .end = params + n, .left = MAX_PARAMS};
	struct param p;

	while (next_param(&list, &p))
		apply(sgr, &list, &p);
}

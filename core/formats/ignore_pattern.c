/* SPDX-License-Identifier: MIT */
/* Patterns of a .dockerignore: what is well-formed, the expression of each, a hit. */
#include "core/formats/ignore_pattern.h"

#include "core/base/str.h"
#include "core/base/utf8.h"

/* One character of a class, escaped or not. @returns its bytes, 0 if malformed. */
static size_t class_char(const char *p)
{
	size_t escape = *p == '\\', used;
	uint32_t cp;

	if (*p == 0 || *p == '-' || *p == ']' || p[escape] == 0)
		return 0;
	used = rd_utf8_next(p + escape, strlen(p + escape), &cp);
	if (used == 1 && (unsigned char)p[escape] >= 0x80)
		return 0;
	return p[escape + used] ? escape + used : 0;
}

/* The bytes, as Go's filepath.Match takes them, of the class at '['; 0 if malformed. */
static size_t class_length(const char *p)
{
	size_t i = p[1] == '^' ? 2 : 1, used;

	do {
		used = class_char(p + i);
		i += used;
		if (used && p[i] == '-') {
			used = class_char(p + i + 1);
			i += 1 + used;
		}
	} while (used && p[i] != ']');
	return used ? i + 1 : 0;
}

static bool is_well_formed(const char *p)
{
	while (*p) {
		size_t used = 1;

		if (*p == '[')
			used = class_length(p);
		else if (*p == '\\')
			used = p[1] ? 2 : 0;
		if (used == 0)
			return false;
		p += used;
	}
	return true;
}

/* "**" at p[0..1]. @returns the bytes that it takes with its slash. */
static size_t put_double_star(const char *p, bool is_first, rd_ignore_how *how, rd_str *out)
{
	size_t used = p[2] == '/' ? 3 : 2;

	if (p[used] == 0 && *how == RD_IGNORE_EXACT) {
		*how = RD_IGNORE_PREFIX;
	} else {
		rd_str_put(out, p[used] == 0 ? ".*" : "(.*/)?");
		*how = RD_IGNORE_REGEX;
	}
	if (is_first)
		*how = RD_IGNORE_SUFFIX;
	return used;
}

static rd_ignore_how to_regex(const char *text, rd_str *out)
{
	rd_ignore_how how = RD_IGNORE_EXACT;
	size_t used = 1;

	rd_str_putc(out, '^');
	for (const char *p = text; *p; p += used) {
		used = 1;
		if (p[0] == '*' && p[1] == '*') {
			used = put_double_star(p, p == text, &how, out);
			continue;
		}
		if (strchr("*?[]\\", *p))
			how = RD_IGNORE_REGEX;
		if (*p == '*')
			rd_str_put(out, "[^/]*");
		else if (*p == '?')
			rd_str_put(out, "[^/]");
		else if (strchr(".+()|{}$", *p))
			rd_str_printf(out, "\\%c", *p);
		else if (*p == '\\')
			rd_str_putn(out, p, used = 2);
		else
			rd_str_putc(out, *p);
	}
	rd_str_putc(out, '$');
	return how;
}

/* What is special in the expression; beyond ASCII it reads characters, not bytes. */
static bool is_special(char c)
{
	return strchr("*?[]\\^", c) || (unsigned char)c >= 0x80;
}

/* The letters behind the last special one. A backslash makes the next one special, a slash may belong to
 * stars. */
static const char *find_need(const char *text)
{
	const char *need = text;

	for (const char *p = text; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (!is_special(*p) && *p != '/')
			continue;
		need = p + 1;
	}
	return need;
}

static size_t find_head(const char *text)
{
	size_t n = 0;

	while (text[n] && !is_special(text[n]))
		n++;
	return n;
}

rd_code rd_ignore_pattern_compile(const char *text, rd_ignore_pattern *ret_pattern, rd_err *err)
{
	RD_STR_AUTO rd_str regex = RD_STR_INIT(0);
	rd_ignore_pattern p = {0};
	rd_code code = RD_OK;

	if (!is_well_formed(text))
		return rd_err_set(err, RD_EPARSE, "syntax error in pattern");
	p.how = to_regex(text, &regex);
	p.text = rd_strdup(text);
	if (!p.text || !rd_str_ok(&regex))
		code = rd_err_nomem(err);
	else if (p.how == RD_IGNORE_REGEX)
		code = rd_ignore_regex_compile(rd_str_get(&regex), regex.len, &p.regex, err);
	if (code != RD_OK) {
		free(p.text);
		return code;
	}
	p.need = find_need(p.text);
	p.head = find_head(p.text);
	*ret_pattern = p;
	return code;
}

void rd_ignore_pattern_done(rd_ignore_pattern *p)
{
	free(p->text);
	p->text = NULL;
	if (p->how == RD_IGNORE_REGEX)
		rd_ignore_regex_done(&p->regex);
}

/* Whether the pattern's text says of the first n bytes of the path that it matches them. */
static bool hits_head(const rd_ignore_pattern *p, const char *path, size_t n)
{
	const char *text = p->text;
	size_t len = strlen(text);

	switch (p->how) {
	case RD_IGNORE_EXACT:
		return n == len && memcmp(path, text, n) == 0;
	case RD_IGNORE_PREFIX:
		return n >= len - 2 && memcmp(path, text, len - 2) == 0;
	default:
		text += 2;
		len -= 2;
		if (n >= len && memcmp(path + n - len, text, len) == 0)
			return true;
		/* a slash after the stars may stand for nothing */
		return *text == '/' && n == len - 1 && memcmp(path, text + 1, n) == 0;
	}
}

bool rd_ignore_pattern_hit(const rd_ignore_pattern *p, const char *path, rd_ignore_levels *levels)
{
	bool is_hit = false;
	size_t level = 0;

	if (p->how == RD_IGNORE_REGEX)
		return strncmp(path, p->text, p->head) == 0 && strstr(path, p->need) &&
		       rd_ignore_regex_hit(&p->regex, path, levels);
	for (size_t i = strcspn(path, "/");; i += 1 + strcspn(path + i + 1, "/"), level++) {
		if (hits_head(p, path, i)) {
			is_hit = true;
			if (!levels)
				return true;
			rd_ignore_level_put(levels, level, true);
		}
		if (path[i] == 0)
			return is_hit;
	}
}

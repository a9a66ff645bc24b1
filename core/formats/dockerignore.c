/* SPDX-License-Identifier: MIT */
/* .dockerignore: its lines, and what they say of a path. */
#include "core/formats/dockerignore.h"

#include "core/base/fs.h"
#include "core/base/utf8.h"
#include "core/formats/ignore_pattern.h"

#define MAX_BYTES (1024 * 1024)
#define MAX_LINE_BYTES 4096
#define MAX_PATTERNS 10000

typedef struct rule {
	rd_ignore_pattern pattern;
	bool takes_back; /* began with '!' */
} rule;

struct rd_dockerignore {
	rd_vec rules;          /* rule */
	bool takes_back;       /* any */
	rd_dockerignore *also; /* leaves out what is left out here, or NULL */
};

/* Go's idea of white space. */
static bool is_space(uint32_t cp)
{
	return (cp >= '\t' && cp <= '\r') || cp == ' ' || cp == 0x85 || cp == 0xA0 ||
	       cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 ||
	       cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

static void trim(const char **text, size_t *n)
{
	const char *end = *text + *n;
	const char *last; /* after the last character that is no space */
	uint32_t cp;

	while (*text < end) {
		size_t used = rd_utf8_next(*text, (size_t)(end - *text), &cp);

		if (!is_space(cp))
			break;
		*text += used;
	}
	last = *text;
	for (const char *p = *text; p < end;) {
		p += rd_utf8_next(p, (size_t)(end - p), &cp);
		if (!is_space(cp))
			last = p;
	}
	*n = (size_t)(last - *text);
}

/* What moby's reader of the file makes of a line: "/a//b/" is "a/b", "! /a" is "!a". @ret heap. */
static char *read_pattern(const char *line, size_t n)
{
	RD_AUTOFREE char *text = NULL;
	RD_AUTOFREE char *cleaned = NULL;
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	bool takes_back;

	trim(&line, &n);
	takes_back = n > 0 && *line == '!';
	if (takes_back) {
		line++;
		n--;
		trim(&line, &n);
	}
	text = strndup(line, n);
	cleaned = text && n ? rd_path_clean(text) : rd_strdup(text);
	if (!cleaned)
		return NULL;
	rd_str_printf(&out, "%s%s", takes_back ? "!" : "",
		cleaned + (cleaned[0] == '/' && cleaned[1]));
	return rd_str_ok(&out) ? rd_str_take(&out) : NULL;
}

/* And what its matcher makes of that: it trims and cleans again, now with the '!'. @ret heap. */
static char *clean_again(const char *pattern)
{
	RD_AUTOFREE char *text = NULL;
	size_t n = strlen(pattern);

	trim(&pattern, &n);
	text = strndup(pattern, n);
	return text && n ? rd_path_clean(text) : rd_strdup(text);
}

static rd_code add_rule(rd_dockerignore *d, const char *text, bool takes_back, rd_err *err)
{
	rd_ignore_pattern pattern;
	rd_code code;
	rule *r;

	if (takes_back && *text == 0)
		return rd_err_set(err, RD_EPARSE, "illegal exclusion pattern: '!'");
	if (*text == 0)
		return RD_OK;
	if (d->rules.len >= MAX_PATTERNS)
		return rd_err_set(err, RD_ELIMIT, "more than %d patterns", MAX_PATTERNS);
	code = rd_ignore_pattern_compile(text, &pattern, err);
	if (code != RD_OK)
		return code;
	r = rd_vec_push(&d->rules);
	if (!r) {
		rd_ignore_pattern_done(&pattern);
		return rd_err_nomem(err);
	}
	*r = (rule){pattern, takes_back};
	d->takes_back |= takes_back;
	return RD_OK;
}

static rd_code add_line(rd_dockerignore *d, const char *line, size_t n, rd_err *err)
{
	RD_AUTOFREE char *read = NULL;
	RD_AUTOFREE char *text = NULL;

	if (n > MAX_LINE_BYTES)
		return rd_err_set(err, RD_ELIMIT, "longer than %d bytes", MAX_LINE_BYTES);
	if (memchr(line, 0, n))
		return rd_err_set(err, RD_EPARSE, "a NUL byte");
	if (n > 0 && *line == '#')
		return RD_OK;
	read = read_pattern(line, n);
	text = read ? clean_again(read) : NULL;
	if (!text)
		return rd_err_nomem(err);
	return add_rule(d, text + (*text == '!'), *text == '!', err);
}

static rd_code add_lines(rd_dockerignore *d, const char *text, size_t n, rd_err *err)
{
	const char *end = text + n;
	int number = 0;

	if (n > MAX_BYTES)
		return rd_err_set(err, RD_ELIMIT, ".dockerignore is larger than %d bytes",
			MAX_BYTES);
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((newline ? newline : end) - text);
		rd_code code;

		number++;
		code = add_line(d, text, len, err);
		if (code != RD_OK) {
			rd_err_wrap(err, ".dockerignore line %d", number);
			return code;
		}
		text = newline ? newline + 1 : end;
	}
	return RD_OK;
}

rd_code rd_dockerignore_parse(const char *text, size_t n, rd_dockerignore **ret_ignore, rd_err *err)
{
	rd_dockerignore *d = calloc(1, sizeof *d);
	rd_code code;

	if (!d)
		return rd_err_nomem(err);
	rd_vec_init(&d->rules, sizeof(rule));
	code = add_lines(d, text, n, err);
	if (code == RD_OK)
		*ret_ignore = d;
	else
		rd_dockerignore_free(d);
	return code;
}

void rd_dockerignore_also(rd_dockerignore *d, rd_dockerignore *other)
{
	while (d->also)
		d = d->also;
	d->also = other;
}

rd_dockerignore *rd_dockerignore_free(rd_dockerignore *d)
{
	if (!d)
		return NULL;
	for (rd_dockerignore *next; d->also; d->also = next) {
		next = d->also->also;
		d->also->also = NULL;
		rd_dockerignore_free(d->also);
	}
	for (size_t i = 0; i < d->rules.len; i++)
		rd_ignore_pattern_done(&((rule *)rd_vec_at(&d->rules, i))->pattern);
	rd_vec_done(&d->rules);
	free(d);
	return NULL;
}

/*
 * Applies one rule to what is known of all levels of a path, from the top: as moby does, a rule that
 * hit a folder holds for all below it, and one that was not asked there (it would have changed
 * nothing) is asked again of the next level only.
 * @out the levels that are left out so far.
 */
static void apply(const rule *r, const rd_ignore_levels *hits, size_t n_levels,
	rd_ignore_levels *out)
{
	bool holds = false;

	for (size_t i = 0; i < n_levels; i++) {
		if (!holds && rd_ignore_level_get(out, i) == r->takes_back)
			holds = rd_ignore_level_get(hits, i);
		if (holds)
			rd_ignore_level_put(out, i, !r->takes_back);
	}
}

static size_t count_levels(const char *path)
{
	size_t n = 1;

	for (; *path; path++)
		n += *path == '/';
	return n < RD_IGNORE_MAX_LEVELS ? n : RD_IGNORE_MAX_LEVELS;
}

/* Where nothing is taken back the first hit decides. */
static bool hits_any(const rd_dockerignore *d, const char *path)
{
	for (size_t i = 0; i < d->rules.len; i++) {
		const rule *r = rd_vec_at(&d->rules, i);

		if (rd_ignore_pattern_hit(&r->pattern, path, NULL))
			return true;
	}
	return false;
}

/* Whether the first n bytes of path are a folder that moby walks though it is left out: a pattern that takes
 * back begins with its name, letter by letter. */
static bool is_walked(const rd_dockerignore *d, const char *path, size_t n)
{
	for (size_t i = 0; i < d->rules.len; i++) {
		const rule *r = rd_vec_at(&d->rules, i);
		const char *text = r->pattern.text;

		if (r->takes_back && strncmp(text, path, n) == 0 &&
			(text[n] == '/' || text[n] == 0))
			return true;
	}
	return false;
}

/* Whether the path lies in a folder that is left out and not walked. */
static bool is_pruned(const rd_dockerignore *d, const char *path, const rd_ignore_levels *out)
{
	size_t level = 0;

	for (size_t i = 0; path[i] && level < RD_IGNORE_MAX_LEVELS; i++) {
		if (path[i] != '/')
			continue;
		if (rd_ignore_level_get(out, level) && !is_walked(d, path, i))
			return true;
		level++;
	}
	return false;
}

static bool leaves_out(const rd_dockerignore *d, const char *path)
{
	rd_ignore_levels out = {{0}};
	size_t n_levels;

	if (!d->takes_back)
		return hits_any(d, path);
	n_levels = count_levels(path);
	for (size_t i = 0; i < d->rules.len; i++) {
		const rule *r = rd_vec_at(&d->rules, i);
		rd_ignore_levels hits = {{0}};

		if (rd_ignore_pattern_hit(&r->pattern, path, &hits))
			apply(r, &hits, n_levels, &out);
	}
	return rd_ignore_level_get(&out, n_levels - 1) || is_pruned(d, path, &out);
}

bool rd_dockerignore_match(const rd_dockerignore *d, const char *path)
{
	if (!d)
		return false;
	for (; d; d = d->also) {
		if (!leaves_out(d, path))
			return false;
	}
	return true;
}

bool rd_dockerignore_prunes(const rd_dockerignore *d, const char *dir)
{
	for (; d; d = d->also) {
		if (is_walked(d, dir, strlen(dir)))
			return false;
	}
	return true;
}

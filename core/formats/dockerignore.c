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
	rd_vec rules;    /* rule */
	bool takes_back; /* any */
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

/* The cleaned pattern of n bytes: "/a//b/" is "a/b". @ret heap. */
static char *clean(const char *text, size_t n)
{
	RD_AUTOFREE char *copy = strndup(text, n);
	RD_AUTOFREE char *cleaned = copy && n ? rd_path_clean(copy) : rd_strdup(copy);
	const char *part = cleaned;
	size_t len;

	if (!cleaned)
		return NULL;
	if (part[0] == '/' && part[1])
		part++;
	/* cutting a '/' can bare a space */
	len = strlen(part);
	trim(&part, &len);
	return strndup(part, len);
}

static rd_code add_rule(rd_dockerignore *d, const char *text, bool takes_back, rd_err *err)
{
	rd_ignore_pattern pattern;
	rd_code code;
	rule *r;

	if (takes_back && (*text == 0 || strcmp(text, "/") == 0))
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
	RD_AUTOFREE char *text = NULL;
	bool takes_back;

	if (n > MAX_LINE_BYTES)
		return rd_err_set(err, RD_ELIMIT, "longer than %d bytes", MAX_LINE_BYTES);
	if (memchr(line, 0, n))
		return rd_err_set(err, RD_EPARSE, "a NUL byte");
	if (n > 0 && *line == '#')
		return RD_OK;
	trim(&line, &n);
	takes_back = n > 0 && *line == '!';
	if (takes_back) {
		line++;
		n--;
		trim(&line, &n);
	}
	text = clean(line, n);
	return text ? add_rule(d, text, takes_back, err) : rd_err_nomem(err);
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

rd_dockerignore *rd_dockerignore_free(rd_dockerignore *d)
{
	if (!d)
		return NULL;
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
 * @out the levels that are left out so far. @returns whether it holds for the last level.
 */
static bool apply(const rule *r, const rd_ignore_levels *hits, size_t n_levels,
	rd_ignore_levels *out)
{
	bool holds = false;

	for (size_t i = 0; i < n_levels; i++) {
		if (!holds && rd_ignore_level_get(out, i) == r->takes_back)
			holds = rd_ignore_level_get(hits, i);
		if (holds)
			rd_ignore_level_put(out, i, !r->takes_back);
	}
	return holds;
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

bool rd_dockerignore_match(const rd_dockerignore *d, const char *path)
{
	rd_ignore_levels out = {{0}};
	size_t n_levels;

	if (!d)
		return false;
	if (!d->takes_back)
		return hits_any(d, path);
	n_levels = count_levels(path);
	for (size_t i = 0; i < d->rules.len; i++) {
		const rule *r = rd_vec_at(&d->rules, i);
		rd_ignore_levels hits = {{0}};

		if (rd_ignore_pattern_hit(&r->pattern, path, &hits))
			apply(r, &hits, n_levels, &out);
	}
	return rd_ignore_level_get(&out, n_levels - 1);
}

/* Whether the pattern, which does not hit the folder, could hit something below it: the letters
 * before its first wildcard agree with the folder's name. */
static bool may_hit_below(const rd_ignore_pattern *p, const char *dir)
{
	size_t n_dir = strlen(dir);
	size_t n = p->how == RD_IGNORE_EXACT ? strlen(p->text) : strcspn(p->text, "*?[]\\");

	if (n <= n_dir)
		return p->how != RD_IGNORE_EXACT && strncmp(p->text, dir, n) == 0;
	return strncmp(p->text, dir, n_dir) == 0 && p->text[n_dir] == '/';
}

bool rd_dockerignore_prunes(const rd_dockerignore *d, const char *dir)
{
	rd_ignore_levels out = {{0}};
	size_t n_levels = count_levels(dir);

	for (size_t i = 0; d && d->takes_back && i < d->rules.len; i++) {
		const rule *r = rd_vec_at(&d->rules, i);
		rd_ignore_levels hits = {{0}};
		bool was_out = rd_ignore_level_get(&out, n_levels - 1);

		rd_ignore_pattern_hit(&r->pattern, dir, &hits);
		/* what holds for the folder holds for all below it alike, and changes nothing there */
		if (!apply(r, &hits, n_levels, &out) && r->takes_back && was_out &&
			may_hit_below(&r->pattern, dir))
			return false;
	}
	return true;
}

/* SPDX-License-Identifier: MIT */
/* The expressions of .dockerignore patterns: to a program, and against a path. */
#include "core/formats/ignore_regex.h"

#include <ctype.h>

#include "core/base/utf8.h"

/*
 * DESIGN: compile turns what can occur in such an expression into instructions. Match steps through a
 * path with the set of all instructions that can be next, so that no pattern takes more than
 * instructions times characters; as every prefix of the path that ends before a '/' is one of its
 * folders, one pass tells of the path and of all folders above it.
 */

typedef enum op {
	OP_CHAR,  /* arg: the code point */
	OP_ANY,   /* any but a newline */
	OP_CLASS, /* arg: first range, x: their number, y: whether negated */
	OP_BEGIN,
	OP_EDGE, /* of a word */
	OP_NO_EDGE,
	OP_SPLIT, /* on to x and to y */
	OP_JUMP,  /* on to x */
	OP_MATCH,
} op;

typedef struct inst {
	op op;
	uint32_t arg;
	uint16_t x, y;
} inst;

typedef struct range {
	uint32_t lo, hi;
} range;

typedef struct compiler {
	const char *text; /* the expression */
	size_t n, i;
	rd_ignore_regex *regex;
} compiler;

static rd_code malformed(rd_err *err)
{
	return rd_err_set(err, RD_EPARSE, "syntax error in pattern");
}

static rd_code emit(compiler *c, op what, uint32_t arg, size_t x, size_t y, rd_err *err)
{
	inst *in;

	if (c->regex->program.len >= RD_IGNORE_MAX_PROGRAM)
		return rd_err_set(err, RD_ELIMIT, "the pattern is too long");
	in = rd_vec_push(&c->regex->program);
	if (!in)
		return rd_err_nomem(err);
	*in = (inst){what, arg, (uint16_t)x, (uint16_t)y};
	return RD_OK;
}

static rd_code add_range(compiler *c, uint32_t lo, uint32_t hi, rd_err *err)
{
	range *r = rd_vec_push(&c->regex->ranges);

	if (!r)
		return rd_err_nomem(err);
	*r = (range){lo, hi};
	return RD_OK;
}

static uint32_t next_char(compiler *c)
{
	uint32_t cp;

	c->i += rd_utf8_next(c->text + c->i, c->n - c->i, &cp);
	return cp;
}

/* Adds the ASCII characters for which is(c) is want; beyond ASCII if it is not want. */
static rd_code add_ctype(compiler *c, int (*is)(int), bool want, rd_err *err)
{
	rd_code code = RD_OK;

	for (int ch = 0; code == RD_OK && ch < 128; ch++) {
		if ((is(ch) != 0) == want)
			code = add_range(c, (uint32_t)ch, (uint32_t)ch, err);
	}
	if (code == RD_OK && !want)
		code = add_range(c, 128, 0x10FFFF, err);
	return code;
}

static int is_word(int c)
{
	return c < 128 && (isalnum(c) || c == '_');
}

/* Go's \s knows no vertical tab. */
static int is_perl_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* The ranges of \d, \s, \w and their opposites. @returns whether it is one of them. */
static bool add_perl_class(compiler *c, char letter, rd_code *ret_code, rd_err *err)
{
	switch (tolower(letter)) {
	case 'd':
		*ret_code = add_ctype(c, isdigit, letter == 'd', err);
		return true;
	case 's':
		*ret_code = add_ctype(c, is_perl_space, letter == 's', err);
		return true;
	case 'w':
		*ret_code = add_ctype(c, is_word, letter == 'w', err);
		return true;
	default:
		return false;
	}
}

/* The character after a backslash. Of Go's other escapes (\x41, \pL, \Qx\E, \z) none can be meant in
 * a path: they are malformed here. */
static rd_code escaped_char(compiler *c, uint32_t *ret_cp, rd_err *err)
{
	static const char letters[] = "afnrtv", controls[] = "\a\f\n\r\t\v";
	uint32_t cp = next_char(c);
	const char *at;

	if (cp < 128 && !isalnum((int)cp)) {
		*ret_cp = cp;
		return RD_OK;
	}
	at = cp < 128 ? strchr(letters, (int)cp) : NULL;
	if (!at)
		return malformed(err);
	*ret_cp = (uint32_t)controls[at - letters];
	return RD_OK;
}

static rd_code class_bound(compiler *c, uint32_t *ret_cp, rd_err *err)
{
	if (c->i >= c->n)
		return malformed(err);
	if (c->text[c->i] == '\\' && c->i + 1 < c->n) {
		c->i++;
		return escaped_char(c, ret_cp, err);
	}
	*ret_cp = next_char(c);
	return RD_OK;
}

static int is_ascii(int c)
{
	return c < 128;
}

/* "[:alpha:]" within a class. @returns whether it is there; a wrong name is malformed. */
static bool add_named_class(compiler *c, rd_code *ret_code, rd_err *err)
{
	static const struct {
		const char *name;
		int (*is)(int);
	} classes[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"ascii", is_ascii},
		{"blank", isblank}, {"cntrl", iscntrl}, {"digit", isdigit}, {"graph", isgraph},
		{"lower", islower}, {"print", isprint}, {"punct", ispunct}, {"space", isspace},
		{"upper", isupper}, {"word", is_word}, {"xdigit", isxdigit}};
	const char *name = c->text + c->i + 2, *end;
	bool is_not;

	if (c->n - c->i < 3 || memcmp(c->text + c->i, "[:", 2) != 0)
		return false;
	end = strstr(name, ":]");
	if (!end)
		return false;
	is_not = *name == '^';
	name += is_not;
	*ret_code = RD_EPARSE;
	for (size_t i = 0; i < RD_LEN(classes); i++) {
		size_t len = strlen(classes[i].name);

		if (name + len == end && memcmp(name, classes[i].name, len) == 0)
			*ret_code = add_ctype(c, classes[i].is, !is_not, err);
	}
	if (*ret_code == RD_EPARSE)
		malformed(err);
	c->i = (size_t)(end + 2 - c->text);
	return true;
}

/* One part of a class: a name, an escape, a character or a range. */
static rd_code class_part(compiler *c, rd_err *err)
{
	const char *p = c->text + c->i;
	uint32_t lo = 0, hi;
	rd_code code;

	if (add_named_class(c, &code, err))
		return code;
	if (*p == '\\' && add_perl_class(c, p[1], &code, err)) {
		c->i += 2;
		return code;
	}
	code = class_bound(c, &lo, err);
	if (code != RD_OK)
		return code;
	hi = lo;
	if (c->n - c->i >= 2 && c->text[c->i] == '-' && c->text[c->i + 1] != ']') {
		c->i++;
		code = class_bound(c, &hi, err);
	}
	if (code != RD_OK)
		return code;
	return lo <= hi ? add_range(c, lo, hi, err) : malformed(err);
}

/* A class, c->i being after its '['. */
static rd_code compile_class(compiler *c, rd_err *err)
{
	size_t first = c->regex->ranges.len, start;
	bool is_not = c->text[c->i] == '^';
	rd_code code = RD_OK;

	c->i += is_not;
	start = c->i;
	while (code == RD_OK && (c->text[c->i] != ']' || c->i == start)) {
		if (c->i >= c->n)
			return malformed(err);
		code = class_part(c, err);
	}
	c->i++;
	if (code != RD_OK)
		return code;
	return emit(c, OP_CLASS, (uint32_t)first, c->regex->ranges.len - first, is_not, err);
}

static rd_code compile_escape(compiler *c, rd_err *err)
{
	size_t first = c->regex->ranges.len;
	char letter = c->text[c->i];
	uint32_t cp = 0;
	rd_code code;

	if (add_perl_class(c, letter, &code, err)) {
		c->i++;
		if (code != RD_OK)
			return code;
		return emit(c, OP_CLASS, (uint32_t)first, c->regex->ranges.len - first, 0, err);
	}
	switch (letter) {
	case 'A':
		c->i++;
		return emit(c, OP_BEGIN, 0, 0, 0, err);
	case 'b':
		c->i++;
		return emit(c, OP_EDGE, 0, 0, 0, err);
	case 'B':
		c->i++;
		return emit(c, OP_NO_EDGE, 0, 0, 0, err);
	default:
		break;
	}
	code = escaped_char(c, &cp, err);
	return code == RD_OK ? emit(c, OP_CHAR, cp, 0, 0, err) : code;
}

/* "(.*" "/)?", c->i being after its '(': split 1,5; 1: split 2,4; any; jump 1; 4: '/'; 5: */
static rd_code compile_folders(compiler *c, rd_err *err)
{
	size_t at = c->regex->program.len;
	rd_code code = emit(c, OP_SPLIT, 0, at + 1, at + 5, err);

	if (code == RD_OK)
		code = emit(c, OP_SPLIT, 0, at + 2, at + 4, err);
	if (code == RD_OK)
		code = emit(c, OP_ANY, 0, 0, 0, err);
	if (code == RD_OK)
		code = emit(c, OP_JUMP, 0, at + 1, 0, err);
	if (code == RD_OK)
		code = emit(c, OP_CHAR, '/', 0, 0, err);
	c->i += strlen(".*/)?");
	return code;
}

static rd_code compile_atom(compiler *c, rd_err *err)
{
	uint32_t cp = next_char(c);

	switch (cp) {
	case '^':
		return emit(c, OP_BEGIN, 0, 0, 0, err);
	case '.':
		return emit(c, OP_ANY, 0, 0, 0, err);
	case '[':
		return compile_class(c, err);
	case '\\':
		return compile_escape(c, err);
	case '(':
		return compile_folders(c, err);
	default:
		return emit(c, OP_CHAR, cp, 0, 0, err);
	}
}

/* An atom and the '*' after it: split 1,3; atom; jump 0. */
static rd_code compile_repeat(compiler *c, size_t at, rd_err *err)
{
	rd_vec *program = &c->regex->program;
	inst atom = *(inst *)rd_vec_at(program, at);
	rd_code code = emit(c, OP_JUMP, 0, at, 0, err);

	if (code == RD_OK)
		code = emit(c, OP_JUMP, 0, at, 0, err);
	if (code != RD_OK)
		return code;
	*(inst *)rd_vec_at(program, at) =
		(inst){OP_SPLIT, 0, (uint16_t)(at + 1), (uint16_t)(at + 3)};
	*(inst *)rd_vec_at(program, at + 1) = atom;
	c->i++;
	return RD_OK;
}

static rd_code compile_regex(compiler *c, rd_err *err)
{
	/* the last character is the "$": the match itself */
	while (c->i + 1 < c->n) {
		size_t at = c->regex->program.len;
		rd_code code = compile_atom(c, err);

		if (code == RD_OK && c->i < c->n && c->text[c->i] == '*')
			code = compile_repeat(c, at, err);
		if (code != RD_OK)
			return code;
	}
	/* a class that swallowed it had no end */
	if (c->i + 1 != c->n)
		return malformed(err);
	return emit(c, OP_MATCH, 0, 0, 0, err);
}

rd_code rd_ignore_regex_compile(const char *text, size_t n, rd_ignore_regex *ret_regex, rd_err *err)
{
	rd_ignore_regex regex = {RD_VEC_INIT(inst), RD_VEC_INIT(range)};
	compiler c = {.text = text, .n = n, .regex = &regex};
	rd_code code = compile_regex(&c, err);

	if (code == RD_OK)
		*ret_regex = regex;
	else
		rd_ignore_regex_done(&regex);
	return code;
}

void rd_ignore_regex_done(rd_ignore_regex *r)
{
	rd_vec_done(&r->program);
	rd_vec_done(&r->ranges);
}

/* ---- against a path ---- */

typedef struct runner {
	const rd_ignore_regex *regex;
	const char *path;
	size_t i;                             /* place in the path */
	size_t level;                         /* slashes before it */
	rd_ignore_levels *levels;             /* NULL: not asked for */
	uint32_t seen[RD_IGNORE_MAX_PROGRAM]; /* the place + 1 at which an instruction was added */
	uint16_t todo[RD_IGNORE_MAX_PROGRAM];
	bool matched;
} runner;

typedef struct set {
	uint16_t at[RD_IGNORE_MAX_PROGRAM];
	size_t len;
} set;

static bool is_word_edge(const runner *r)
{
	bool before = r->i > 0 && is_word((unsigned char)r->path[r->i - 1]);

	return before != (is_word((unsigned char)r->path[r->i]) != 0);
}

static void want(runner *r, size_t at, size_t *n_todo)
{
	if (r->seen[at] == r->i + 1)
		return;
	r->seen[at] = (uint32_t)r->i + 1;
	r->todo[(*n_todo)++] = (uint16_t)at;
}

static void note_match(runner *r)
{
	r->matched = true;
	if (r->levels)
		rd_ignore_level_put(r->levels, r->level, true);
}

/* Adds an instruction and those that it leads to without taking a character. */
static void add(runner *r, set *s, size_t at)
{
	size_t n_todo = 0;

	want(r, at, &n_todo);
	while (n_todo > 0) {
		const inst *in;

		at = r->todo[--n_todo];
		in = rd_vec_at(&r->regex->program, at);
		switch (in->op) {
		case OP_SPLIT:
			want(r, in->x, &n_todo);
			want(r, in->y, &n_todo);
			break;
		case OP_JUMP:
			want(r, in->x, &n_todo);
			break;
		case OP_BEGIN:
			if (r->i == 0)
				want(r, at + 1, &n_todo);
			break;
		case OP_EDGE:
		case OP_NO_EDGE:
			if (is_word_edge(r) == (in->op == OP_EDGE))
				want(r, at + 1, &n_todo);
			break;
		case OP_MATCH:
			if (r->path[r->i] == '/' || r->path[r->i] == 0)
				note_match(r);
			break;
		default:
			s->at[s->len++] = (uint16_t)at;
		}
	}
}

static bool takes(const rd_ignore_regex *re, const inst *in, uint32_t cp)
{
	if (in->op == OP_CHAR)
		return in->arg == cp;
	if (in->op == OP_ANY)
		return cp != '\n';
	for (size_t i = 0; i < in->x; i++) {
		const range *r = rd_vec_at(&re->ranges, in->arg + i);

		if (cp >= r->lo && cp <= r->hi)
			return !in->y;
	}
	return in->y;
}

bool rd_ignore_level_get(const rd_ignore_levels *l, size_t level)
{
	if (level >= RD_IGNORE_MAX_LEVELS)
		level = RD_IGNORE_MAX_LEVELS - 1;
	return l->bits[level / 64] >> (level % 64) & 1;
}

void rd_ignore_level_put(rd_ignore_levels *l, size_t level, bool value)
{
	uint64_t bit;

	if (level >= RD_IGNORE_MAX_LEVELS)
		level = RD_IGNORE_MAX_LEVELS - 1;
	bit = (uint64_t)1 << (level % 64);
	l->bits[level / 64] = value ? l->bits[level / 64] | bit : l->bits[level / 64] & ~bit;
}

bool rd_ignore_regex_hit(const rd_ignore_regex *re, const char *path, rd_ignore_levels *levels)
{
	set sets[2];
	set *now = &sets[0], *next = &sets[1];
	size_t left = strlen(path);
	runner r;

	r.regex = re;
	r.path = path;
	r.i = r.level = 0;
	r.levels = levels;
	r.matched = false;
	memset(r.seen, 0, re->program.len * sizeof *r.seen);
	now->len = 0;
	add(&r, now, 0);
	while (left > 0 && now->len > 0 && !(r.matched && !levels)) {
		set *old = now;
		uint32_t cp;
		size_t used = rd_utf8_next(path + r.i, left, &cp);

		r.level += cp == '/';
		r.i += used;
		left -= used;
		next->len = 0;
		for (size_t i = 0; i < now->len; i++) {
			if (takes(re, rd_vec_at(&re->program, now->at[i]), cp))
				add(&r, next, now->at[i] + 1U);
		}
		now = next;
		next = old;
	}
	return r.matched;
}

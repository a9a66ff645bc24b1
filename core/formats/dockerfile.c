/* SPDX-License-Identifier: MIT */
/* Dockerfiles: lines to instructions, and what FROM, ARG, COPY and RUN say. */
#include "core/formats/dockerfile.h"

#include "core/base/fs.h"
#include "core/formats/dockerfile_words.h"

#define BLANK " \t\v\f\r"

typedef struct parser {
	const char *p, *end;
	int line;        /* of the line that was read last */
	int start;       /* of the instruction at hand */
	rd_str physical; /* a line without its end */
	rd_str logical;  /* an instruction, its lines joined */
	rd_str word;
	rd_dockerfile *file;
} parser;

/* ---- lines ---- */

/* Reads the next line into physical. @returns false at the end. */
static bool next_line(parser *ps)
{
	const char *newline;
	size_t n;

	rd_str_clear(&ps->physical);
	if (ps->p >= ps->end)
		return false;
	newline = memchr(ps->p, '\n', (size_t)(ps->end - ps->p));
	n = (size_t)((newline ? newline : ps->end) - ps->p);
	rd_str_putn(&ps->physical, ps->p, n > 0 && ps->p[n - 1] == '\r' ? n - 1 : n);
	ps->p = newline ? newline + 1 : ps->end;
	ps->line++;
	return true;
}

/* Whether an escape at the line's end continues it, and the bytes before that. An escaped escape is
 * text. */
static bool goes_on(const parser *ps, size_t *ret_n)
{
	const char *text = rd_str_get(&ps->physical);
	size_t n = ps->physical.len;

	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	if (n == 0 || text[n - 1] != ps->file->escape)
		return false;
	*ret_n = n - 1;
	return n == 1 || text[n - 2] != ps->file->escape;
}

static bool is_comment_or_blank(const char *line)
{
	line += strspn(line, BLANK);
	return *line == 0 || *line == '#';
}

/* Joins the lines of the next instruction, comments and blank lines left out. @returns false at the
 * end. */
static bool next_instruction(parser *ps)
{
	size_t n;

	rd_str_clear(&ps->logical);
	do {
		if (!next_line(ps))
			return false;
	} while (is_comment_or_blank(rd_str_get(&ps->physical)));
	ps->start = ps->line;
	while (goes_on(ps, &n)) {
		rd_str_putn(&ps->logical, rd_str_get(&ps->physical), n);
		do {
			if (!next_line(ps))
				return true;
		} while (is_comment_or_blank(rd_str_get(&ps->physical)));
	}
	rd_str_putn(&ps->logical, rd_str_get(&ps->physical), ps->physical.len);
	return true;
}

/* ---- directives ---- */

/* "# name = value" @at place of the line in the text. @returns whether it is one. */
static bool take_directive(parser *ps, const char *line, size_t at)
{
	const char *begin = line;
	RD_AUTOFREE char *name = NULL;
	const char *value;
	size_t n;

	if (*line != '#')
		return false;
	line += 1 + strspn(line + 1, " \t");
	n = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	value = line + n + strspn(line + n, " \t");
	if (n == 0 || *value != '=')
		return false;
	value += 1 + strspn(value + 1, " \t");
	name = strndup(line, n);
	n = strlen(value);
	while (n > 0 && strchr(" \t", value[n - 1]))
		n--;
	if (!name || n == 0)
		return false;
	if (strcasecmp(name, "syntax") == 0 && !ps->file->syntax) {
		/* BuildKit takes the first word. */
		ps->file->syntax = strndup(value, strcspn(value, " \t"));
		ps->file->syntax_at = at + (size_t)(line - begin);
	} else if (strcasecmp(name, "escape") == 0 && n == 1 && strchr("\\`", *value)) {
		ps->file->escape = *value;
	} else {
		return strcasecmp(name, "check") == 0;
	}
	return true;
}

/* They stand before all else, one a line. */
static void take_directives(parser *ps)
{
	const char *text = ps->p, *before = text;

	if (ps->end - ps->p >= 3 && memcmp(ps->p, "\xef\xbb\xbf", 3) == 0)
		before = ps->p += 3;
	/* a file that is its own program begins with "#!" */
	if (ps->end - ps->p >= 2 && memcmp(ps->p, "#!", 2) == 0 && next_line(ps))
		before = ps->p;
	while (next_line(ps) &&
		take_directive(ps, rd_str_get(&ps->physical), (size_t)(before - text)))
		before = ps->p;
	if (ps->p != before)
		ps->line--;
	ps->p = before;
}

/* ---- heredocs ---- */

/* The end mark of a word such as "<<EOF", "3<<-'END'": 0 it is none, else whether tabs are cut. */
static bool heredoc_mark(parser *ps, const char *word, rd_str *mark, bool *ret_cuts_tabs)
{
	bool is_clear;

	word += strspn(word, "0123456789");
	if (!rd_starts_with(word, "<<"))
		return false;
	word += 2;
	*ret_cuts_tabs = *word == '-';
	word += *ret_cuts_tabs;
	if (*word == 0 || strchr(word, '<'))
		return false;
	rd_str_clear(mark);
	rd_dockerfile_expand(word, ps->file->escape, NULL, mark, &is_clear);
	return mark->len > 0;
}

/* Reads past the lines of a heredoc. */
static rd_code skip_heredoc(parser *ps, const char *mark, bool cuts_tabs, rd_err *err)
{
	while (next_line(ps)) {
		const char *line = rd_str_get(&ps->physical);

		if (strcmp(line + (cuts_tabs ? strspn(line, "\t") : 0), mark) == 0)
			return RD_OK;
	}
	return rd_err_set(err, RD_EPARSE, "line %d: no end of the heredoc '%s'", ps->start, mark);
}

static rd_code skip_heredocs(parser *ps, const char *text, rd_err *err)
{
	RD_STR_AUTO rd_str mark = RD_STR_INIT(0);
	rd_code code = RD_OK;
	bool cuts_tabs;

	/* the exec form has none */
	if (text[strspn(text, BLANK)] == '[' || !strstr(text, "<<"))
		return RD_OK;
	while (code == RD_OK) {
		text = rd_dockerfile_word(text, ps->file->escape, &ps->word);
		if (ps->word.len == 0)
			break;
		if (!heredoc_mark(ps, rd_str_get(&ps->word), &mark, &cuts_tabs))
			continue;
		if (!ps->file->heredoc_line)
			ps->file->heredoc_line = ps->start;
		code = skip_heredoc(ps, rd_str_get(&mark), cuts_tabs, err);
	}
	return code;
}

/* ---- instructions ---- */

static rd_code out_of_words(const parser *ps, rd_err *err)
{
	return rd_str_check(&ps->word, "an instruction", err);
}

static rd_dockerfile_stage *last_stage(const rd_dockerfile *d)
{
	return d->stages.len ? rd_vec_at(&d->stages, d->stages.len - 1) : NULL;
}

/* The words of FROM after its flags: IMAGE [AS NAME]. */
static rd_code on_from(parser *ps, const char *text, rd_err *err)
{
	rd_dockerfile_stage *stage;

	if (ps->file->stages.len >= RD_DOCKERFILE_MAX_STAGES)
		return rd_err_set(err, RD_ELIMIT, "line %d: more than %d stages", ps->start,
			RD_DOCKERFILE_MAX_STAGES);
	stage = rd_vec_push(&ps->file->stages);
	if (!stage)
		return rd_err_nomem(err);
	stage->line = ps->start;
	for (;;) {
		text = rd_dockerfile_word(text, ps->file->escape, &ps->word);
		if (!rd_starts_with(rd_str_get(&ps->word), "--"))
			break;
		if (rd_starts_with(rd_str_get(&ps->word), "--platform=") &&
			!rd_str_replace(&stage->platform, ps->word.data + strlen("--platform=")))
			return rd_err_nomem(err);
	}
	if (ps->word.len == 0)
		return rd_err_set(err, RD_EPARSE, "line %d: FROM names no image", ps->start);
	stage->base = rd_strdup(rd_str_get(&ps->word));
	if (!stage->base)
		return rd_err_nomem(err);
	text = rd_dockerfile_word(text, ps->file->escape, &ps->word);
	if (strcasecmp(rd_str_get(&ps->word), "as") != 0)
		return out_of_words(ps, err);
	rd_dockerfile_word(text, ps->file->escape, &ps->word);
	if (ps->word.len == 0)
		return rd_err_set(err, RD_EPARSE, "line %d: no name after AS", ps->start);
	stage->name = rd_strdup(rd_str_get(&ps->word));
	for (char *c = stage->name; c && *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 'a' - 'A') : *c;
	return stage->name ? RD_OK : rd_err_nomem(err);
}

/* ARG NAME[=DEFAULT] … */
static rd_code on_arg(parser *ps, const char *text, rd_err *err)
{
	rd_dockerfile *d = ps->file;
	rd_dockerfile_stage *stage = last_stage(d);

	for (;;) {
		RD_AUTOFREE char *name = NULL;
		const char *word, *equals;

		text = rd_dockerfile_word(text, d->escape, &ps->word);
		word = rd_str_get(&ps->word);
		if (*word == 0)
			return out_of_words(ps, err);
		equals = strchr(word, '=');
		name = strndup(word, equals ? (size_t)(equals - word) : strlen(word));
		if (!name)
			return rd_err_nomem(err);
		if (d->args.len >= RD_DOCKERFILE_MAX_ARGS)
			return rd_err_set(err, RD_ELIMIT, "line %d: more than %d ARGs", ps->start,
				RD_DOCKERFILE_MAX_ARGS);
		if (!rd_strs_has(&d->args, name) && !rd_strs_add(&d->args, name))
			return rd_err_nomem(err);
		if (stage ? !rd_strs_has(&stage->args, name) && !rd_strs_add(&stage->args, name)
			  : !rd_kvs_set(&d->global_args, name, equals ? equals + 1 : ""))
			return rd_err_nomem(err);
	}
}

/* One "key=value" of a --mount; the value is taken to mean what it says. */
static rd_code on_mount_field(parser *ps, rd_dockerfile_stage *stage, const char *field,
	rd_err *err)
{
	bool is_session = strcmp(field, "type=secret") == 0 || strcmp(field, "type=ssh") == 0;

	if (is_session && !stage->session_line)
		stage->session_line = ps->start;
	if (rd_starts_with(field, "from=") && !rd_strs_add(&stage->from, field + strlen("from=")))
		return rd_err_nomem(err);
	return RD_OK;
}

static rd_code on_mount(parser *ps, rd_dockerfile_stage *stage, char *fields, rd_err *err)
{
	rd_code code = RD_OK;

	while (code == RD_OK && fields) {
		char *field = strsep(&fields, ",");

		field[strcspn(field, "\"'")] = 0;
		code = on_mount_field(ps, stage, field, err);
	}
	return code;
}

/* A flag of COPY, ADD or RUN. */
static rd_code on_flag(parser *ps, rd_dockerfile_stage *stage, const char *flag, rd_err *err)
{
	RD_STR_AUTO rd_str plain = RD_STR_INIT(0);
	bool is_clear;

	rd_dockerfile_expand(flag, ps->file->escape, NULL, &plain, &is_clear);
	if (!rd_str_ok(&plain))
		return rd_err_nomem(err);
	flag = rd_str_get(&plain);
	if (rd_starts_with(flag, "--from="))
		return rd_strs_add(&stage->from, flag + strlen("--from=")) ? RD_OK
									   : rd_err_nomem(err);
	if ((!strcmp(flag, "--link") || !strcmp(flag, "--link=true")) && !ps->file->link_line)
		ps->file->link_line = ps->start;
	if (rd_starts_with(flag, "--mount=")) {
		if (!stage->mount_line)
			stage->mount_line = ps->start;
		return on_mount(ps, stage, plain.data + strlen("--mount="), err);
	}
	return RD_OK;
}

/* Whether a source of an ADD is, or may turn out to be, a URL. */
static bool may_fetch(parser *ps, const char *text)
{
	bool is_variable = false;

	if (strstr(text, "://") || strstr(text, "git@"))
		return true;
	for (;;) {
		const char *word;

		text = rd_dockerfile_word(text, ps->file->escape, &ps->word);
		word = rd_str_get(&ps->word);
		if (!*word)
			return false;
		/* the last word is the place to go to */
		if (is_variable)
			return true;
		is_variable = word[strspn(word, "[\"'")] == '$';
	}
}

static bool is_in_cache(const char *path)
{
	size_t n = strlen(RD_DOCKERFILE_CACHE);

	return !strncmp(path, RD_DOCKERFILE_CACHE, n) && (!path[n] || path[n] == '/');
}

/* A source of COPY or ADD; in the JSON form it comes with brackets, quotes and commas. */
static rd_code on_source(parser *ps, const char *word, rd_err *err)
{
	RD_AUTOFREE char *bare = strdup(word + strspn(word, "[\"'"));
	RD_AUTOFREE char *path = NULL;

	if (!bare)
		return rd_err_nomem(err);
	bare[strcspn(bare, "\"',]")] = '\0';
	path = rd_path_clean(bare + strspn(bare, "/"));
	if (!path)
		return rd_err_nomem(err);
	if (strchr(path, '$') || !is_in_cache(path) || rd_strs_has(&ps->file->cached, path))
		return RD_OK;
	if (ps->file->cached.len >= RD_DOCKERFILE_MAX_ARGS)
		return rd_err_set(err, RD_ELIMIT, "line %d: more than %d sources below '%s'",
			ps->start, RD_DOCKERFILE_MAX_ARGS, RD_DOCKERFILE_CACHE);
	return rd_strs_add(&ps->file->cached, path) ? RD_OK : rd_err_nomem(err);
}

/* All words but the last, which is the place to go to. */
static rd_code on_sources(parser *ps, const char *text, rd_err *err)
{
	RD_STR_AUTO rd_str before = RD_STR_INIT(0);
	rd_code code = RD_OK;

	while (code == RD_OK) {
		text = rd_dockerfile_word(text, ps->file->escape, &ps->word);
		if (!ps->word.len)
			break;
		if (before.len)
			code = on_source(ps, rd_str_get(&before), err);
		rd_str_clear(&before);
		rd_str_put(&before, rd_str_get(&ps->word));
	}
	return code == RD_OK ? rd_str_check(&before, "a word", err) : code;
}

/* COPY, ADD, RUN: flags, then what may hold heredocs. */
static rd_code on_flagged(parser *ps, const char *text, bool is_add, bool is_copy, rd_err *err)
{
	rd_dockerfile_stage *stage = last_stage(ps->file);
	size_t n_from = stage ? stage->from.len : 0;
	rd_code code = RD_OK;

	while (code == RD_OK) {
		const char *after = rd_dockerfile_word(text, ps->file->escape, &ps->word);

		if (!rd_starts_with(rd_str_get(&ps->word), "--"))
			break;
		text = after;
		if (stage)
			code = on_flag(ps, stage, rd_str_get(&ps->word), err);
	}
	if (is_add && stage && may_fetch(ps, text))
		stage->fetches = true;
	/* With --from it is not the context that it copies of. */
	if (code == RD_OK && (is_add || is_copy) && stage && stage->from.len == n_from)
		code = on_sources(ps, text, err);
	return code == RD_OK ? skip_heredocs(ps, text, err) : code;
}

static bool is_word(const rd_str *word, const char *name)
{
	return strcasecmp(rd_str_get(word), name) == 0;
}

static rd_code on_instruction(parser *ps, rd_err *err)
{
	const char *text =
		rd_dockerfile_word(rd_str_get(&ps->logical), ps->file->escape, &ps->word);

	if (!rd_str_ok(&ps->logical) || !rd_str_ok(&ps->word))
		return rd_err_nomem(err);
	/* the trigger runs elsewhere, but its heredoc stands here */
	if (is_word(&ps->word, "onbuild")) {
		text = rd_dockerfile_word(text, ps->file->escape, &ps->word);
		if (is_word(&ps->word, "run") || is_word(&ps->word, "copy") ||
			is_word(&ps->word, "add"))
			return skip_heredocs(ps, text, err);
		return RD_OK;
	}
	if (is_word(&ps->word, "from"))
		return on_from(ps, text, err);
	if (is_word(&ps->word, "arg"))
		return on_arg(ps, text, err);
	if (is_word(&ps->word, "add"))
		return on_flagged(ps, text, true, false, err);
	if (is_word(&ps->word, "copy"))
		return on_flagged(ps, text, false, true, err);
	if (is_word(&ps->word, "run"))
		return on_flagged(ps, text, false, false, err);
	return RD_OK;
}

static rd_code parse(parser *ps, rd_err *err)
{
	rd_code code = RD_OK;

	take_directives(ps);
	while (code == RD_OK && next_instruction(ps))
		code = on_instruction(ps, err);
	if (code == RD_OK && (!rd_str_ok(&ps->physical) || !rd_str_ok(&ps->logical)))
		code = rd_err_nomem(err);
	if (code == RD_OK && ps->file->stages.len == 0)
		code = rd_err_set(err, RD_EPARSE,
			"line %d: no FROM: a Dockerfile builds on an image, "
			"or on 'scratch'",
			ps->line > 0 ? ps->line : 1);
	return code;
}

rd_code rd_dockerfile_parse(const char *text, size_t n, rd_dockerfile **ret_file, rd_err *err)
{
	parser ps = {.p = text, .end = text + n};
	rd_code code;

	if (n > RD_DOCKERFILE_MAX_BYTES)
		return rd_err_set(err, RD_ELIMIT, "larger than %d bytes", RD_DOCKERFILE_MAX_BYTES);
	if (memchr(text, 0, n))
		return rd_err_set(err, RD_EPARSE, "not a text: it holds a NUL byte");
	ps.file = calloc(1, sizeof *ps.file);
	if (!ps.file)
		return rd_err_nomem(err);
	ps.file->escape = '\\';
	/* ".cache/build" as well as "/var/cache/build" */
	ps.file->names_cache =
		memmem(text, n, &RD_DOCKERFILE_CACHE[1], strlen(RD_DOCKERFILE_CACHE) - 1);
	rd_vec_init(&ps.file->stages, sizeof(rd_dockerfile_stage));
	code = parse(&ps, err);
	rd_str_done(&ps.physical);
	rd_str_done(&ps.logical);
	rd_str_done(&ps.word);
	if (code == RD_OK)
		*ret_file = ps.file;
	else
		rd_dockerfile_free(ps.file);
	return code;
}

rd_dockerfile *rd_dockerfile_free(rd_dockerfile *d)
{
	if (!d)
		return NULL;
	for (size_t i = 0; i < d->stages.len; i++) {
		rd_dockerfile_stage *stage = rd_vec_at(&d->stages, i);

		free(stage->base);
		free(stage->name);
		free(stage->platform);
		rd_strs_done(&stage->from);
		rd_strs_done(&stage->args);
	}
	rd_vec_done(&d->stages);
	rd_strs_done(&d->cached);
	rd_strs_done(&d->args);
	rd_kvs_done(&d->global_args);
	free(d->syntax);
	free(d);
	return NULL;
}

bool rd_dockerfile_has_stage(const rd_dockerfile *d, const char *name)
{
	for (size_t i = 0; i < d->stages.len; i++) {
		const rd_dockerfile_stage *stage = rd_vec_at(&d->stages, i);

		if (stage->name && strcasecmp(stage->name, name) == 0)
			return true;
	}
	return false;
}

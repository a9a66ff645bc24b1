/* SPDX-License-Identifier: MIT */
/* Lists of problems in a file, and their text for people. */
#include "core/base/sanitize.h"
#include "core/base/utf8.h"
#include "core/formats/manifest.h"

#define MAX_SOURCE_BYTES 1024 /* of a line that a problem quotes */

void rd_problems_init(rd_problems *p)
{
	rd_vec_init(&p->items, sizeof(rd_problem));
}

void rd_problems_done(rd_problems *p)
{
	for (size_t i = 0; i < p->items.len; i++) {
		rd_problem *one = rd_vec_at(&p->items, i);

		free(one->text);
		free(one->source);
	}
	rd_vec_done(&p->items);
}

/* The line of that number, cut to what is worth quoting. @ret heap. */
static char *source_line(const char *text, size_t n_text, int line)
{
	const char *p = text, *end = text + n_text, *newline;
	size_t n;

	while (--line > 0 && (newline = memchr(p, '\n', (size_t)(end - p))))
		p = newline + 1;
	newline = memchr(p, '\n', (size_t)(end - p));
	n = (size_t)((newline ? newline : end) - p);
	if (n > 0 && p[n - 1] == '\r')
		n--;
	return strndup(p, n < MAX_SOURCE_BYTES ? n : MAX_SOURCE_BYTES);
}

bool rd_problems_add(rd_problems *p, const char *text, size_t n, const rd_problem *place_and_text)
{
	rd_problem *one = rd_vec_push(&p->items);

	if (!one)
		return false;
	*one = *place_and_text;
	one->text = rd_strdup(place_and_text->text);
	one->source = source_line(text, n, one->line);
	if (one->text && one->source)
		return true;
	free(one->text);
	free(one->source);
	p->items.len--;
	return false;
}

static int by_place(const void *a, const void *b)
{
	const rd_problem *x = a, *y = b;

	if (x->line != y->line)
		return x->line - y->line;
	if (x->column != y->column)
		return x->column - y->column;
	return strcmp(x->text, y->text);
}

void rd_problems_sort(rd_problems *p)
{
	rd_vec_sort(&p->items, by_place);
}

bool rd_problems_fatal(const rd_problems *p)
{
	for (size_t i = 0; i < p->items.len; i++) {
		if (!((const rd_problem *)rd_vec_at(&p->items, i))->hint)
			return true;
	}
	return false;
}

/* The bytes of the first n characters. */
static size_t head_bytes(const char *text, int n)
{
	size_t i = 0;

	for (uint32_t cp; n > 0 && text[i]; n--)
		i += rd_utf8_next(text + i, strlen(text + i), &cp);
	return i;
}

/* The line with a caret below the problem's place; both without control characters. */
static void put_source(const rd_problem *p, rd_str *out)
{
	RD_STR_AUTO rd_str head = RD_STR_INIT(0);
	size_t n = head_bytes(p->source, p->column - 1);

	rd_sani_text(&head, p->source, n);
	rd_str_put(out, "    ");
	rd_sani_text(out, p->source, strlen(p->source));
	rd_str_printf(out, "\n    %*s^\n", rd_utf8_cells(rd_str_get(&head), head.len), "");
}

void rd_problems_format(const rd_problems *p, const char *file, rd_str *out)
{
	for (size_t i = 0; i < p->items.len; i++) {
		const rd_problem *one = rd_vec_at(&p->items, i);

		rd_str_printf(out, "%s:%d:%d: %s", file, one->line, one->column,
			one->hint ? "hint: " : "");
		rd_sani_text(out, one->text, strlen(one->text));
		rd_str_putc(out, '\n');
		if (one->source && *one->source)
			put_source(one, out);
	}
}

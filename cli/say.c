/* SPDX-License-Identifier: MIT */
/* What a command prints, made safe for terminals. */
#include "cli/say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line of a log that is longer than this is shown in pieces. */
#define PARTIAL_MAX_BYTES (64 * 1024)

/* Control bytes and everything beyond ASCII out. */
static void make_safe(rd_str *out, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rd_str_putc(out, bytes[i] >= ' ' && bytes[i] < 0x7f ? bytes[i] : '?');
}

void rd_say_init(rd_say *s, FILE *file)
{
	const char *no_color = getenv("NO_COLOR");

	*s = (rd_say){.file = file, .last = '\n'};
	s->is_tty = isatty(fileno(file)) == 1;
	s->colour = s->is_tty && (no_color == NULL || no_color[0] == '\0');
	rd_str_init(&s->partial, 0);
}

void rd_say_done(rd_say *s)
{
	rd_str_done(&s->partial);
}

static void put(rd_say *s, const char *bytes, size_t n)
{
	if (n == 0)
		return;
	fwrite(bytes, 1, n, s->file);
	s->last = bytes[n - 1];
}

void rd_say_printf(rd_say *s, const char *fmt, ...)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	va_list ap;

	va_start(ap, fmt);
	rd_str_vprintf(&text, fmt, ap);
	va_end(ap);
	put(s, rd_str_get(&text), text.len);
}

void rd_say_text(rd_say *s, const char *text)
{
	RD_STR_AUTO rd_str clean = RD_STR_INIT(0);

	if (!s->is_tty) {
		put(s, text, strlen(text));
		return;
	}
	make_safe(&clean, text, strlen(text));
	put(s, rd_str_get(&clean), clean.len);
}

void rd_say_lines(rd_say *s, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		RD_STR_AUTO rd_str line = RD_STR_INIT(0);

		if (s->is_tty)
			make_safe(&line, text, n);
		else
			rd_str_putn(&line, text, n);
		rd_str_putc(&line, '\n');
		put(s, rd_str_get(&line), line.len);
		text += n + (text[n] == '\n');
	}
}

void rd_say_start(rd_say *s, const char *fmt, ...)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	va_list ap;

	va_start(ap, fmt);
	rd_str_vprintf(&text, fmt, ap);
	va_end(ap);
	rd_say_text(s, rd_str_get(&text));
	rd_say_printf(s, "... ");
	s->is_line_open = true;
	fflush(s->file);
}

void rd_say_ok(rd_say *s, const char *detail)
{
	rd_say_printf(s, "OK");
	if (detail != NULL) {
		rd_say_printf(s, ", ");
		rd_say_text(s, detail);
	}
	rd_say_printf(s, "\n");
	s->is_line_open = false;
	fflush(s->file);
}

static void put_log_line(rd_say *s, const char *bytes, size_t n)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	make_safe(&line, bytes, n);
	rd_str_putc(&line, '\n');
	put(s, rd_str_get(&line), line.len);
}

/* Whole lines only: a terminal's line can be judged once its end is known (a CR, half a character). */
static void log_to_tty(rd_say *s, const char *bytes, size_t n)
{
	while (n > 0) {
		const char *end = memchr(bytes, '\n', n);
		size_t n_line = end != NULL ? (size_t)(end - bytes) : n;

		if (end != NULL && s->partial.len == 0) {
			put_log_line(s, bytes, n_line);
		} else {
			rd_str_putn(&s->partial, bytes, n_line);
			if (end != NULL || s->partial.len > PARTIAL_MAX_BYTES) {
				put_log_line(s, rd_str_get(&s->partial), s->partial.len);
				rd_str_clear(&s->partial);
			}
		}
		n_line += end != NULL;
		bytes += n_line;
		n -= n_line;
	}
}

void rd_say_log(rd_say *s, const char *bytes, size_t n)
{
	if (s->is_tty)
		log_to_tty(s, bytes, n);
	else
		put(s, bytes, n);
	fflush(s->file);
}

void rd_say_log_end(rd_say *s)
{
	if (s->partial.len > 0)
		put_log_line(s, rd_str_get(&s->partial), s->partial.len);
	rd_str_clear(&s->partial);
	if (s->last != '\n')
		put(s, "\n", 1);
	fflush(s->file);
}

rd_code rd_say_flush(rd_say *s, rd_err *err)
{
	errno = 0;
	if (fflush(s->file) == 0 && !ferror(s->file))
		return RD_OK;
	return rd_err_os(err, errno != 0 ? errno : EIO, "cannot write the output");
}

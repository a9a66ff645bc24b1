/* SPDX-License-Identifier: MIT */
/* What a command prints, made safe for terminals. */
#include "cli/say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/sanitize.h"

/* A line of a log that is longer than this is shown in pieces. */
#define PARTIAL_MAX_BYTES (64 * 1024)
#define PROGRESS_EVERY_US 100000
#define NOTE_MAX_BYTES 56

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
	rd_str_done(&s->start);
}

static void put(rd_say *s, const char *bytes, size_t n)
{
	if (n == 0)
		return;
	if (fwrite(bytes, 1, n, s->file) < n && s->os == 0)
		s->os = errno;
	s->last = bytes[n - 1];
}

static void flush(rd_say *s)
{
	if (fflush(s->file) != 0 && s->os == 0)
		s->os = errno;
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
	rd_sani_text(&clean, text, strlen(text));
	put(s, rd_str_get(&clean), clean.len);
}

void rd_say_line(rd_say *s, const char *label, const char *text)
{
	rd_say_printf(s, "%s", label);
	rd_say_text(s, text);
	rd_say_printf(s, "\n");
}

void rd_say_lines(rd_say *s, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		RD_STR_AUTO rd_str line = RD_STR_INIT(0);

		if (s->is_tty)
			rd_sani_text(&line, text, n);
		else
			rd_str_putn(&line, text, n);
		rd_str_putc(&line, '\n');
		put(s, rd_str_get(&line), line.len);
		text += n + (text[n] == '\n');
	}
}

void rd_say_end_line(rd_say *s)
{
	if (s->last != '\n')
		put(s, "\n", 1);
}

/* The line under work on a terminal, from its begin. */
static void put_start(rd_say *s)
{
	rd_say_text(s, rd_str_get(&s->start));
	rd_say_printf(s, "... ");
}

void rd_say_start(rd_say *s, const char *fmt, ...)
{
	va_list ap;

	rd_str_clear(&s->start);
	va_start(ap, fmt);
	rd_str_vprintf(&s->start, fmt, ap);
	va_end(ap);
	put_start(s);
	s->is_line_open = true;
	s->progress_us = rd_now_us();
	flush(s);
}

/* Whether it is time to show something again; then the line is begun anew. */
static bool begin_progress(rd_say *s)
{
	int64_t now_us = rd_now_us();

	if (!s->is_tty || now_us - s->progress_us < PROGRESS_EVERY_US)
		return false;
	s->progress_us = now_us;
	s->has_progress = true;
	rd_say_printf(s, "\r\033[K");
	put_start(s);
	return true;
}

void rd_say_progress(rd_say *s, uint64_t bytes)
{
	if (!begin_progress(s))
		return;
	rd_say_printf(s, "%.1f MB", (double)bytes / 1e6);
	flush(s);
}

void rd_say_note(rd_say *s, const char *words)
{
	RD_STR_AUTO rd_str shown = RD_STR_INIT(0);

	if (!begin_progress(s))
		return;
	/* A line that wraps could not be begun anew. */
	rd_str_put(&shown, words);
	rd_str_cut(&shown, NOTE_MAX_BYTES);
	rd_say_text(s, rd_str_get(&shown));
	flush(s);
}

void rd_say_ok(rd_say *s, const char *detail)
{
	if (s->has_progress) {
		rd_say_printf(s, "\r\033[K");
		put_start(s);
		s->has_progress = false;
	}
	rd_say_printf(s, "OK");
	if (detail != NULL) {
		rd_say_printf(s, ", ");
		rd_say_text(s, detail);
	}
	rd_say_printf(s, "\n");
	s->is_line_open = false;
	flush(s);
}

static void put_log_line(rd_say *s, const char *bytes, size_t n)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	rd_sani_ansi(&line, bytes, n, s->colour);
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
	flush(s);
}

void rd_say_log_end(rd_say *s)
{
	if (s->partial.len > 0)
		put_log_line(s, rd_str_get(&s->partial), s->partial.len);
	rd_str_clear(&s->partial);
	flush(s);
}

rd_code rd_say_flush(rd_say *s, rd_err *err)
{
	flush(s);
	return s->os == 0 ? RD_OK : rd_err_os(err, s->os, "cannot write the output");
}

/* SPDX-License-Identifier: MIT */
/*
 * rd_say: what a command prints. Text from outside passes the sanitiser when it goes to a terminal
 * and stays as it is, byte for byte, when it goes elsewhere.
 *
 * The first failed write is kept and told by rd_say_flush; what follows it is dropped.
 */
#ifndef RD_CLI_SAY_H
#define RD_CLI_SAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/str.h"

typedef struct rd_say {
	FILE *file;
	bool is_tty;
	bool colour;       /* a terminal, and NO_COLOR is not set */
	bool is_line_open; /* "Starting build... " stands without its end */
	rd_str partial;    /* a line of a log that is not whole yet (terminals) */
	rd_str start;      /* what rd_say_start said */
	bool has_progress; /* figures stand behind it */
	int64_t progress_us;
	char last; /* last byte written, '\n' at the begin */
	int os;    /* errno of the first failed write */
} rd_say;

void rd_say_init(rd_say *s, FILE *file);
void rd_say_done(rd_say *s);

/* Our own words. */
void rd_say_printf(rd_say *s, const char *fmt, ...) RD_PRINTF(2, 3);
/* One line's worth of text from outside. */
void rd_say_text(rd_say *s, const char *text);
/* A line: our label, then text from outside. */
void rd_say_line(rd_say *s, const char *label, const char *text);
/* Text of several lines from outside; ends with a newline in any case, unless it is empty. */
void rd_say_lines(rd_say *s, const char *text);
/* "Starting build... ", shown at once. */
void rd_say_start(rd_say *s, const char *fmt, ...) RD_PRINTF(2, 3);
/* On a terminal, how far it is: "Uploading source... 12.3 MB". Cheap to call often. */
void rd_say_progress(rd_say *s, uint64_t bytes);
/* The same in words from outside: "Fetching source... Receiving objects: 45%". */
void rd_say_note(rd_say *s, const char *words);
/* "OK" or "OK, detail", which ends what rd_say_start began. @detail NULL: none. */
void rd_say_ok(rd_say *s, const char *detail);
/* Bytes of a log as they come. A terminal gets whole lines, with their colours. */
void rd_say_log(rd_say *s, const char *bytes, size_t n);
/* The log is over: what is left of it. */
void rd_say_log_end(rd_say *s);
/* A newline, if the last line has none. */
void rd_say_end_line(rd_say *s);
/* @errors RD_ENOSPC, RD_EIO what was printed could not be written. */
rd_code rd_say_flush(rd_say *s, rd_err *err);

#endif

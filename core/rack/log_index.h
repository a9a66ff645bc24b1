/* SPDX-License-Identifier: MIT */
/*
 * rd_log_index: where the lines of a growing text file are.
 *
 * One entry (line, offset) for about every 16 KiB of text, so the index takes a thousandth of the
 * file; what lies between two entries is a page: read and cut into lines when asked for, and kept
 * until another one is needed. Lines end at '\n' or after RD_LOG_LINE_MAX bytes.
 * Life cycle: 1. rd_log_index_init; 2. rd_log_index_extend as the file grows, look up;
 * 3. rd_log_index_done. Thread rule: one thread at a time.
 */
#ifndef RD_CORE_RACK_LOG_INDEX_H
#define RD_CORE_RACK_LOG_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/vec.h"

/* The lines between two entries of the index. */
typedef struct rd_log_page {
	uint64_t offset; /* of its first byte in the file */
	uint64_t end;    /* offset behind its last byte; 0: nothing is loaded */
	uint64_t line;   /* number of its first line */
	uint64_t lines;
	char *bytes;
	size_t n, cap;
	bool is_cut;
	rd_vec starts; /* uint32_t: where each line begins in bytes, if it is cut */
} rd_log_page;

typedef struct rd_log_index {
	char *block;         /* what extend reads into */
	rd_vec marks;        /* line and offset of page starts */
	uint64_t bytes;      /* read so far: an offset in the file */
	uint64_t line_start; /* offset of the line that is not ended yet */
	uint64_t full_lines; /* lines before line_start */
	rd_log_page page;
} rd_log_index;

/* A zeroed one is fine for done. */
rd_code rd_log_index_init(rd_log_index *x, rd_err *err);
void rd_log_index_done(rd_log_index *x);
/* Forgets all: the file is another one now. */
void rd_log_index_clear(rd_log_index *x);
/* Forgets all, and begins at an offset, where a line begins: that is line 0. */
void rd_log_index_begin(rd_log_index *x, uint64_t offset);
/* Reads on in fd, at most max_bytes (0: to the end). *ret_more: it stopped for max_bytes. */
rd_code rd_log_index_extend(rd_log_index *x, int fd, uint64_t max_bytes, bool *ret_more,
	rd_err *err);
/* Lines so far; an unfinished last one counts. */
uint64_t rd_log_index_lines(const rd_log_index *x);
/* Makes page the one that holds the line (which is < lines), not cut into lines. */
rd_code rd_log_index_peek(rd_log_index *x, int fd, uint64_t line, rd_err *err);
/* The same, cut into lines. */
rd_code rd_log_index_load(rd_log_index *x, int fd, uint64_t line, rd_err *err);
/* Bytes of a line of the loaded page (cut), without newline. Borrowed until the next call that loads. */
void rd_log_page_line(const rd_log_page *p, uint64_t line, const char **ret_bytes, size_t *ret_n);
/* Offset in the file at which a line of the loaded page begins. */
uint64_t rd_log_page_offset(const rd_log_page *p, uint64_t line);
/* The line that holds the byte at offset (which is < bytes). */
rd_code rd_log_index_line_at(rd_log_index *x, int fd, uint64_t offset, uint64_t *ret_line,
	rd_err *err);

#endif

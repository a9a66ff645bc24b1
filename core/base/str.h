/* SPDX-License-Identifier: MIT */
/*
 * rd_str: a growing byte string with a cap.
 *
 * Invariants: `data` is NULL or terminated by a NUL after `len` bytes; `len` <= `max`. Appends
 * return nothing: the first one that exceeds `max` or finds no memory sets `failed`, and from then
 * on nothing is appended; check once at the end with rd_str_check.
 * Life cycle: 1. rd_str_init (or RD_STR_INIT(max)); 2. append, read; 3. rd_str_done, or
 * rd_str_take and free(). A zeroed rd_str is valid and has no cap.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_BASE_STR_H
#define RD_CORE_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

typedef struct rd_str {
	char *data;
	size_t len;
	size_t cap;
	size_t max; /* 0: no cap */
	bool failed;
} rd_str;

#define RD_STR_INIT(max_bytes) \
	{ \
		NULL, 0, 0, (max_bytes), false \
	}
/* A local rd_str that frees itself. */
#define RD_STR_AUTO RD_AUTO(rd_str_done)

void rd_str_init(rd_str *s, size_t max_bytes);
/* Frees; the string is as after init. */
void rd_str_done(rd_str *s);
/* Empties and keeps the memory and the cap. */
void rd_str_clear(rd_str *s);

void rd_str_put(rd_str *s, const char *text);
void rd_str_putn(rd_str *s, const void *bytes, size_t n);
void rd_str_putc(rd_str *s, char c);
/* One word for a shell: in single quotes if it needs them. */
void rd_str_put_word(rd_str *s, const char *word);
void rd_str_printf(rd_str *s, const char *fmt, ...) RD_PRINTF(2, 3);
void rd_str_vprintf(rd_str *s, const char *fmt, va_list ap) RD_PRINTF(2, 0);
/* Cuts to n bytes, if longer. */
void rd_str_cut(rd_str *s, size_t n);
/* Removes the first n bytes (all, if there are fewer). */
void rd_str_drop_front(rd_str *s, size_t n);
/* Makes room for n more bytes. @returns where they go, NULL (and failed) if it cannot. */
char *rd_str_reserve(rd_str *s, size_t n);
/* Says that n reserved bytes were written. */
void rd_str_commit(rd_str *s, size_t n);

/* The text, "" if empty. Borrowed until the next change. */
const char *rd_str_get(const rd_str *s);
bool rd_str_ok(const rd_str *s);
/* RD_OK, or RD_ELIMIT / RD_ENOMEM with a message naming `what`. */
rd_code rd_str_check(const rd_str *s, const char *what, rd_err *err);
/* Gives the heap text to the caller; NULL if an append failed before, or without memory. The string is as
 * after init. */
char *rd_str_take(rd_str *s);

/* Whether text begins / ends with a part. */
bool rd_starts_with(const char *text, const char *prefix);
bool rd_ends_with(const char *text, const char *suffix);
/* strdup that maps NULL to NULL. @ret heap, or NULL. */
char *rd_strdup(const char *text);
/* Replaces *slot by a copy of text (NULL: by NULL). @returns false if out of memory (slot kept). */
bool rd_str_replace(char **slot, const char *text);
/* a if it is not NULL, else "". */
const char *rd_or_empty(const char *a);
/* Whole-text decimal numbers. @errors RD_EINVAL not a number or out of range. */
rd_code rd_parse_u64(const char *text, unsigned long long *ret_value, rd_err *err);
rd_code rd_parse_i64(const char *text, long long *ret_value, rd_err *err);
/* The byte that "%41", at the beginning of n bytes, stands for; -1 if they do not begin so. */
int rd_percent_byte(const char *text, size_t n);

#endif

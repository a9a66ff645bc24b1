/* SPDX-License-Identifier: MIT */
/*
 * Replaces secret values in streams by "****", also when a value is cut across two pieces.
 *
 * rd_redact holds the values (shared, read only after the last add); rd_redact_stream is the state
 * of one stream: it keeps back the bytes that may be the head of a value until more arrive.
 * Values shorter than RD_REDACT_MIN bytes are not replaced (they would eat ordinary text); a value
 * of several lines is also replaced line by line (each line of at least 6 bytes). Values that overlap are
 * replaced together.
 * Thread rule: rd_redact from any thread once complete; a stream by one at a time.
 */
#ifndef RD_CORE_FORMATS_REDACT_H
#define RD_CORE_FORMATS_REDACT_H

#include "core/base/str.h"
#include "core/base/vec.h"

#define RD_REDACT_MIN 4

typedef struct rd_redact rd_redact;
typedef struct rd_redact_stream rd_redact_stream;

rd_code rd_redact_new(rd_redact **ret_redact, rd_err *err);
rd_redact *rd_redact_free(rd_redact *r); /* @returns NULL */
/* Adds a secret value. Short ones are ignored. */
rd_code rd_redact_add(rd_redact *r, const char *value, rd_err *err);
/* Adds of build args the values that are secret, by their names or by their looks; of the former also
 * their forms in base64 and in URLs, and short ones where they stand behind their name. */
rd_code rd_redact_add_pairs(rd_redact *r, const rd_kvs *pairs, rd_err *err);
/* The same of an app's variables, and every value of at least 16 bytes. */
rd_code rd_redact_add_env(rd_redact *r, const rd_kvs *env, rd_err *err);
/* Whether the name of an argument or variable says that its value is secret: it holds TOKEN, SECRET,
 * PASS, PWD, KEY or CREDENTIAL in any case. */
bool rd_redact_name_is_secret(const char *name);
/* A whole text at once (names, errors). Appends. r NULL: nothing is secret. */
void rd_redact_text(const rd_redact *r, const char *bytes, size_t n, rd_str *out);

/* The text of an error. What a message that was cut to its room ends with is left out if it could be the
 * head of a value. Appends. */
void rd_redact_err(const rd_redact *r, const rd_err *why, rd_str *out);

/* @r borrow; NULL: nothing is secret. */
rd_code rd_redact_stream_new(const rd_redact *r, rd_redact_stream **ret_stream, rd_err *err);
rd_redact_stream *rd_redact_stream_free(rd_redact_stream *s); /* @returns NULL */
/* Appends what is certain of the stream so far. */
void rd_redact_push(rd_redact_stream *s, const char *bytes, size_t n, rd_str *out);
/* Appends what was kept back: the stream ended or stayed silent. */
void rd_redact_flush(rd_redact_stream *s, rd_str *out);

#endif

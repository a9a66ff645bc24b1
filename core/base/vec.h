/* SPDX-License-Identifier: MIT */
/*
 * rd_vec: a growing array of equal elements; rd_strs: a list of strings; rd_kvs: ordered pairs.
 *
 * Invariants: `len` elements of `elem` bytes at `data`. The elements' own memory is the caller's
 * (rd_strs and rd_kvs own their strings). Pointers into the array hold until the next push.
 * Life cycle: 1. rd_vec_init or RD_VEC_INIT(type); 2. push, at; 3. rd_vec_done.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_BASE_VEC_H
#define RD_CORE_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

typedef struct rd_vec {
	void *data;
	size_t len;
	size_t cap;
	size_t elem; /* bytes of one element */
} rd_vec;

#define RD_VEC_INIT(type) \
	{ \
		NULL, 0, 0, sizeof(type) \
	}

void rd_vec_init(rd_vec *v, size_t elem_bytes);
/* Frees the array (not what its elements own); the vector is as after init. */
void rd_vec_done(rd_vec *v);
/* Empties and keeps the memory. */
void rd_vec_clear(rd_vec *v);
/* Appends a zeroed element. @returns it, borrowed until the next push; NULL if out of memory. */
void *rd_vec_push(rd_vec *v);
/* The i-th element, borrowed; i < len. */
void *rd_vec_at(const rd_vec *v, size_t i);
/* Removes the i-th element, keeping the order. */
void rd_vec_remove(rd_vec *v, size_t i);
/* @returns the array, which the caller owns from now on; the vector is as after init. */
rd_vec rd_vec_take(rd_vec *v);
/* As qsort(3), which takes no empty array that never had memory. */
void rd_vec_sort(rd_vec *v, int (*compare)(const void *a, const void *b));

/* A list of strings, each on the heap and owned. A zeroed rd_strs is valid. */
typedef struct rd_strs {
	char **items; /* NULL-terminated once anything was added */
	size_t len;
	size_t cap;
} rd_strs;

/* Appends a copy. @returns false if out of memory. */
bool rd_strs_add(rd_strs *l, const char *text);
/* Appends a heap string and takes it, even on failure. */
bool rd_strs_take(rd_strs *l, char *text);
/* @returns whether text is in the list. */
bool rd_strs_has(const rd_strs *l, const char *text);
void rd_strs_done(rd_strs *l);

/* Ordered key-value pairs with unique keys. A zeroed rd_kvs is valid. */
typedef struct rd_kv {
	char *key;
	char *value;
} rd_kv;

typedef struct rd_kvs {
	rd_kv *items;
	size_t len;
	size_t cap;
} rd_kvs;

/* Sets or replaces (copies both). @returns false if out of memory. */
bool rd_kvs_set(rd_kvs *m, const char *key, const char *value);
/* The value, borrowed; NULL if there is none. */
const char *rd_kvs_get(const rd_kvs *m, const char *key);
/* @returns whether the key was there. */
bool rd_kvs_unset(rd_kvs *m, const char *key);
/* Sorts by key, bytewise. */
void rd_kvs_sort(rd_kvs *m);
/* Adds (or replaces by) all pairs of other. @returns false if out of memory. */
bool rd_kvs_merge(rd_kvs *m, const rd_kvs *other);
void rd_kvs_done(rd_kvs *m);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * YAML 1.1 from outside as a small tree of nodes with positions.
 *
 * Stricter than the language where leniency hides mistakes: one document (but see rd_yaml_parse_first), no duplicate keys, only
 * plain text as keys, only the standard tags, no NUL, UTF-8 only. Aliases share nodes and may not
 * form a cycle; merge keys ("<<") are resolved while reading: a map's own keys win over merged ones,
 * earlier merged maps over later ones.
 * Life cycle: 1. rd_yaml_parse; 2. read; 3. rd_yaml_free. Nodes are borrowed from the document.
 * Thread rule: any thread; read only after parse and rewrite. All getters take a NULL node.
 */
#ifndef RD_CORE_FORMATS_YAML_H
#define RD_CORE_FORMATS_YAML_H

#include <stdbool.h>

#include "core/base/str.h"

#define RD_YAML_MAX_BYTES (1024 * 1024)
#define RD_YAML_MAX_DEPTH 64 /* also counted through aliases */
#define RD_YAML_MAX_EVENTS 100000
#define RD_YAML_MAX_ANCHORS 1000
#define RD_YAML_MAX_ALIASES 1000
#define RD_YAML_MAX_EXPANDED 100000 /* nodes, each alias counted as what it stands for */

typedef enum rd_yaml_kind {
	RD_YAML_NULL, /* no node, or a plain scalar that stands for nothing: "", "~", "null" */
	RD_YAML_SCALAR,
	RD_YAML_LIST,
	RD_YAML_MAP,
} rd_yaml_kind;

typedef enum rd_yaml_style {
	RD_YAML_PLAIN,  /* its text decides what it is: a number, a boolean, nothing, text */
	RD_YAML_SINGLE, /* the others are text */
	RD_YAML_DOUBLE,
	RD_YAML_BLOCK,
} rd_yaml_style;

typedef struct rd_yaml_mark {
	int line;   /* from 1; 0: none */
	int column; /* from 1, in characters */
} rd_yaml_mark;

typedef struct rd_yaml rd_yaml;
typedef struct rd_yaml_node rd_yaml_node;

/* @text borrow. @ret_where is set on failure: where in the text (may be NULL). @ret_doc give.
 * The message does not hold the position.
 * @errors RD_EPARSE, RD_ELIMIT (which cap), RD_ENOMEM. */
rd_code rd_yaml_parse(const char *text, size_t n, rd_yaml **ret_doc, rd_yaml_mark *ret_where,
	rd_err *err);
/* Likewise, but reads the first of several documents. @ret_second is set on success: where the second
 * begins, {0, 0} if there is none. */
rd_code rd_yaml_parse_first(const char *text, size_t n, rd_yaml **ret_doc, rd_yaml_mark *ret_where,
	rd_yaml_mark *ret_second, rd_err *err);
rd_yaml *rd_yaml_free(rd_yaml *doc); /* @returns NULL */
/* The place of a byte of a text. */
rd_yaml_mark rd_yaml_mark_of(const char *text, size_t offset);

/* NULL if the text holds no node. */
const rd_yaml_node *rd_yaml_root(const rd_yaml *doc);
rd_yaml_kind rd_yaml_kind_of(const rd_yaml_node *n);
/* "text", "number", "boolean", "list", "map", "nothing": for messages. */
const char *rd_yaml_kind_name(const rd_yaml_node *n);
/* Where it begins; of an alias: where its anchor's node begins. */
rd_yaml_mark rd_yaml_where(const rd_yaml_node *n);
/* The scalar's text as it stands (not "" for "null"); "" for lists, maps and no node. */
const char *rd_yaml_text(const rd_yaml_node *n);
rd_yaml_style rd_yaml_style_of(const rd_yaml_node *n);
/* Whether a scalar or list or map stands within [] or {}. */
bool rd_yaml_in_flow(const rd_yaml_node *n);
/* Elements of a list, entries of a map; else 0. */
size_t rd_yaml_len(const rd_yaml_node *n);
/* The i-th element, or the value of the i-th entry; i < len. Entries keep the file's order, merged
 * ones follow. */
const rd_yaml_node *rd_yaml_at(const rd_yaml_node *n, size_t i);
/* The key of the i-th entry of a map; i < len. */
const rd_yaml_node *rd_yaml_key(const rd_yaml_node *map, size_t i);
/* The value of a key; NULL if it is not there, or if the node is no map. */
const rd_yaml_node *rd_yaml_get(const rd_yaml_node *map, const char *key);
/* Plain y, yes, on, true and n, no, off, false in their three spellings. @returns whether it is one. */
bool rd_yaml_bool(const rd_yaml_node *n, bool *ret_value);
/* Plain integers of YAML 1.1: sign, "_" between digits, 0x, 0b, 0o and 0 for octal. @returns whether
 * it is one that fits. */
bool rd_yaml_int(const rd_yaml_node *n, long long *ret_value);

/* Puts the scalar's new text into out; *ret_changed = false keeps the old one. */
typedef rd_code rd_yaml_rewrite_fn(void *arg, const rd_yaml_node *scalar, rd_str *out,
	bool *ret_changed, rd_err *err);
/* Calls fn once for every scalar, keys included, in no certain order. Ends with the first error. Keys
 * that become equal are not noticed. */
rd_code rd_yaml_rewrite(rd_yaml *doc, rd_yaml_rewrite_fn *fn, void *arg, rd_err *err);

#endif

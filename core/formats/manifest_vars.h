/* SPDX-License-Identifier: MIT */
/*
 * Variables in a manifest: ${NAME}. Convox replaces it in the raw text, before YAML is read; here each is first
 * hidden behind a character that no indicator of YAML is, of the same width, and replaced in the
 * scalar that it lands in. So a value cannot add YAML and positions stay true. Only for manifest.c.
 *
 * Life cycle: 1. rd_manifest_vars_hide; 2. parse the hidden text; 3. rd_manifest_vars_put; 4. done.
 */
#ifndef RD_CORE_FORMATS_MANIFEST_VARS_H
#define RD_CORE_FORMATS_MANIFEST_VARS_H

#include "core/formats/manifest_read.h"

#define RD_MANIFEST_MAX_VARS 10000
#define RD_MANIFEST_MAX_TEXT (64 * 1024)         /* bytes of one scalar */
#define RD_MANIFEST_MAX_VALUES (4 * 1024 * 1024) /* bytes of all values that are put in */

typedef struct rd_manifest_vars {
	bool is_compose; /* generation 1: also $NAME, and $$ for $; to be set before hiding */
	rd_vec vars;     /* of each ${NAME}, in order */
	rd_str hidden;   /* the text to parse */
} rd_manifest_vars;

/* @errors RD_ELIMIT, RD_EPARSE the text holds one of the characters that hide; *ret_where says where. */
rd_code rd_manifest_vars_hide(rd_manifest_vars *v, const char *text, size_t n,
	rd_yaml_mark *ret_where, rd_err *err);
void rd_manifest_vars_done(rd_manifest_vars *v);
/* Puts the values of env (may be NULL) into the tree. An unknown name gives "" and a hint; so does a
 * value that Convox would have read as YAML. @errors RD_ELIMIT, RD_ENOMEM. */
rd_code rd_manifest_vars_put(const rd_manifest_vars *v, rd_yaml *doc, const rd_kvs *env,
	rd_manifest_reader *r, rd_err *err);

#endif

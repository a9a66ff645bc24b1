/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the manifest's loader share: reading typed values out of the YAML tree while
 * collecting what is wrong. Only for the manifest's own files.
 *
 * Readers return nothing: a wrong value is a problem and leaves its place as it was; absent and null
 * are the same. Running out of memory is noted in the reader.
 */
#ifndef RD_CORE_FORMATS_MANIFEST_READ_H
#define RD_CORE_FORMATS_MANIFEST_READ_H

#include "core/formats/manifest.h"
#include "core/formats/yaml.h"

#define RD_MANIFEST_MAX_PROBLEMS 200
#define RD_MANIFEST_MAX_ENVIRONMENT 2000 /* entries of one service, those of the top among them */

typedef struct rd_manifest_reader {
	const char *text; /* as it is in the file */
	size_t n;
	rd_problems *problems;
	rd_manifest *manifest;
	bool out_of_memory;
} rd_manifest_reader;

/* A problem, or a hint, at a place (NULL node: the file's start). */
void rd_manifest_problem(rd_manifest_reader *r, const rd_yaml_node *at, const char *fmt, ...)
	RD_PRINTF(3, 4);
void rd_manifest_hint(rd_manifest_reader *r, const rd_yaml_node *at, const char *fmt, ...)
	RD_PRINTF(3, 4);
void rd_manifest_problem_at(rd_manifest_reader *r, rd_yaml_mark at, const char *text);
/* Notes an allocation's result. @returns ok. */
bool rd_manifest_note(rd_manifest_reader *r, bool ok);

#define RD_MANIFEST_SHOWN 80
/* A wrong value as messages name it: "'text'", "a list". @returns buf. */
const char *rd_manifest_shown(const rd_yaml_node *n, char buf[RD_MANIFEST_SHOWN]);

/* @what names the value in messages: "command of service 'web'". */
void rd_manifest_read_text(rd_manifest_reader *r, const rd_yaml_node *n, const char *what,
	char **slot);
void rd_manifest_read_bool(rd_manifest_reader *r, const rd_yaml_node *n, const char *what,
	bool *slot);
/* From 0 on. */
void rd_manifest_read_int(rd_manifest_reader *r, const rd_yaml_node *n, const char *what,
	int *slot);
/* A list of texts. */
void rd_manifest_read_strs(rd_manifest_reader *r, const rd_yaml_node *n, const char *what,
	rd_strs *out);
/* A list of texts, lists within it taken flat. */
void rd_manifest_read_environment(rd_manifest_reader *r, const rd_yaml_node *n, rd_strs *out);
/* Whether it is a map; else a problem, unless it is nothing. */
bool rd_manifest_is_map(rd_manifest_reader *r, const rd_yaml_node *n, const char *what);
/* Hints for keys that are not in the list. @known ends with NULL. */
void rd_manifest_check_keys(rd_manifest_reader *r, const rd_yaml_node *map, const char *what,
	const char *const *known);

/* The service at key: value. Adds it to the manifest. */
void rd_manifest_read_service(rd_manifest_reader *r, const rd_yaml_node *key,
	const rd_yaml_node *value);
void rd_service_done(rd_service *s);
/* Checks that look at several parts at once; root is the whole file. */
void rd_manifest_validate(rd_manifest_reader *r, const rd_yaml_node *root);

#endif

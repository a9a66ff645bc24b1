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
void rd_manifest_hint_at(rd_manifest_reader *r, rd_yaml_mark at, const char *text);
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

/* A cleaned path below the root; a leading '/' is the root. Leaves the slot if it leads out. */
void rd_manifest_read_path(rd_manifest_reader *r, const rd_yaml_node *n, const char *what,
	char **slot);
/* [a-z][a-z0-9-]* */
bool rd_manifest_is_name(const char *name);
/* Whether the file is a docker-compose.yml; root is the whole. */
bool rd_compose_is(const rd_yaml_node *root);
/* Reads such a file. @errors RD_ELIMIT. */
rd_code rd_compose_read(rd_manifest_reader *r, const rd_yaml_node *root, rd_err *err);

/* A service of that key, its numbers not set. Adds it to the manifest; NULL if out of memory. */
rd_service *rd_service_add(rd_manifest_reader *r, const rd_yaml_node *key);
/* Gives what is not set its default. */
void rd_service_set_defaults(rd_manifest_reader *r, rd_service *s);
/* The service at key: value. Adds it to the manifest. */
void rd_manifest_read_service(rd_manifest_reader *r, const rd_yaml_node *key,
	const rd_yaml_node *value);
void rd_service_done(rd_service *s);
/* Whether its image's name is one; map is the service. */
void rd_service_check_image(rd_manifest_reader *r, const rd_service *s, const rd_yaml_node *map);
/* Checks that look at several parts at once; root is the whole file. */
void rd_manifest_validate(rd_manifest_reader *r, const rd_yaml_node *root);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * convox.yml (generation 2) and docker-compose.yml (generation 1): the ordered services of an app and
 * how their images come to be.
 *
 * Values of ${NAME} are put into scalars after parsing, where that gives what Convox's substitution
 * in the raw text gives; so a value cannot add YAML and positions stay true.
 * Life cycle: 1. rd_manifest_load; 2. read; 3. rd_manifest_free. Read only after load: any thread.
 * Of generation 1 (versions 1 and 2.x, told from 2 by what the file holds) only what a build needs is
 * read: build, image, args, dockerfile, context, command and environment; $NAME, ${NAME} and $$.
 * Source: the manifest formats of Convox v2 and v3.
 */
#ifndef RD_CORE_FORMATS_MANIFEST_H
#define RD_CORE_FORMATS_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/vec.h"

#define RD_MANIFEST_MAX_BYTES (1024 * 1024)
#define RD_MANIFEST_MAX_SERVICES 256
/* The names of manifests where none is given: the second where the first is not there. */
#define RD_MANIFEST_NAME "convox.yml"
#define RD_MANIFEST_NAME_COMPOSE "docker-compose.yml"

/* One thing wrong (or, as hint, merely odd) in a file. */
typedef struct rd_problem {
	bool hint;  /* an unknown key and the like: does not fail the load */
	int line;   /* from 1 */
	int column; /* from 1, in characters */
	char *text; /* "service name 'Web' invalid, must contain only lowercase alphanumeric and dashes" */
	char *source; /* the line itself */
} rd_problem;

/* A list of problems; a zeroed one is valid. */
typedef struct rd_problems {
	rd_vec items; /* rd_problem; init with rd_problems_init */
} rd_problems;

void rd_problems_init(rd_problems *p);
void rd_problems_done(rd_problems *p);
/* Adds one at a place of text (n bytes), which gives the line. @returns false if out of memory. */
bool rd_problems_add(rd_problems *p, const char *text, size_t n, const rd_problem *place_and_text);
/* By line and column. */
void rd_problems_sort(rd_problems *p);
/* Whether any is more than a hint. */
bool rd_problems_fatal(const rd_problems *p);
/* "convox.yml:3:5: text" and the source line with a caret below, for each. */
void rd_problems_format(const rd_problems *p, const char *file, rd_str *out);

typedef struct rd_service {
	char *name;
	int line, column; /* where it stands */
	/* image: exactly one of build_path and image is set */
	char *build_path;     /* relative to the source's root, cleaned; NULL if image */
	char *build_manifest; /* Dockerfile, relative to build_path */
	rd_strs build_args;  /* part of the dedupe hash; in generation 2, as in Convox, only that */
	rd_kvs args;         /* values for its build; generation 1 only */
	char *image;         /* NULL if built */
	rd_strs command;     /* argv; empty if none */
	rd_strs environment; /* own entries: NAME, NAME=default, * (top-level ones come first) */
	char *port;          /* "3000", NULL if none */
	char *port_scheme;
	char *domain;
	char *health_path;
	int health_interval, health_grace, health_timeout; /* s */
	int scale_min, scale_max, scale_cpu, scale_memory; /* MB */
	int deploy_min, deploy_max;                        /* % */
	int scale_cooldown_up, scale_cooldown_down;        /* s */
	int drain, termination_grace, timeout;             /* s */
	bool internal, privileged, singleton, sticky, agent, init, tls_redirect;
	rd_strs links, resources, volumes;
	char *test;
} rd_service;

typedef struct rd_resource {
	char *name, *type;
	rd_kvs options;
} rd_resource;

typedef struct rd_timer {
	char *name, *command, *schedule, *service;
} rd_timer;

typedef struct rd_balancer {
	char *name, *service;
	rd_kvs ports; /* outer -> "3000" of the service */
	rd_strs whitelist;
} rd_balancer;

typedef struct rd_manifest {
	int generation;      /* 1 or 2 */
	rd_strs environment; /* top level */
	rd_vec services;     /* rd_service, in the file's order */
	rd_vec resources;    /* rd_resource */
	rd_vec timers;       /* rd_timer */
	rd_vec balancers;    /* rd_balancer */
	rd_kvs params;       /* scalars only */
	rd_kvs labels;
} rd_manifest;

/* Parses, interpolates with env, applies defaults, validates.
 * @text borrow. @env may be NULL. @problems is filled with all that is wrong and with hints; the load
 * fails if one is fatal. @ret give.
 * @errors RD_EPARSE (see problems; the message is the first one with its position), RD_ELIMIT. */
rd_code rd_manifest_load(const char *text, size_t n, const rd_kvs *env, rd_problems *problems,
	rd_manifest **ret_manifest, rd_err *err);
rd_manifest *rd_manifest_free(rd_manifest *m); /* @returns NULL */

/* Convox's rule for required variables, checked at build, promote and export: the first service that
 * lacks some gives "required env: A, B" (sorted). Generation 1 requires none. @errors RD_EINVAL. */
rd_code rd_manifest_check_env(const rd_manifest *m, const rd_kvs *env, rd_err *err);
/* The service of that name, borrowed; NULL if there is none. */
const rd_service *rd_manifest_service(const rd_manifest *m, const char *name);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What a rack is made of, with Convox's names and words. Strings are on the heap and owned by the
 * record, never NULL after a rack filled it ("" if unset); times are wall-clock microseconds, 0 if
 * unset. Each type has a _done that frees what it owns, and so has each list.
 */
#ifndef RD_CORE_RACK_TYPES_H
#define RD_CORE_RACK_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/vec.h"

typedef struct rd_app {
	char *name;
	char *generation; /* "2" */
	char *status;     /* "running", "updating", … */
	char *release;    /* id of the active release, "" if none */
	bool locked;
	rd_kvs parameters;
} rd_app;

typedef struct rd_build {
	char *id;
	char *app;
	char *description;
	char *entrypoint;
	char *logs;     /* "object://APP/build/ID/logs" */
	char *manifest; /* raw text of convox.yml */
	char *process;
	char *release; /* id of the release it made, "" until complete */
	char *reason;  /* why it failed: "interrupted", "canceled", or the error */
	char *status;  /* "created" (queued), "running", "complete", "failed" */
	char *git_sha;
	char *trigger; /* who or what wished it (trigger.h), "" if that is not known */
	int64_t started_us;
	int64_t ended_us;
	rd_kvs pushed; /* image in a registry -> its digest there; lists leave it empty */
	bool full_log; /* asked for the builder that does not clip */
} rd_build;

typedef struct rd_release {
	char *id;
	char *app;
	char *build;
	char *env; /* text, KEY=VALUE lines */
	char *manifest;
	char *description;
	int64_t created_us;
	int64_t promoted_us; /* when it became the active one last; 0: never, or the rack does not tell */
} rd_release;

typedef struct rd_system {
	char *name;
	char *provider; /* "local" */
	char *region;
	char *domain;
	char *status;
	char *type;
	char *version;
	int count;
	rd_kvs parameters;
} rd_system;

/* A login of a registry; its password is never handed out. */
typedef struct rd_registry {
	char *server; /* "docker.io", "registry.example.com:5000" */
	char *username;
} rd_registry;

/* Which pushes build an app; its secret is never handed out. */
typedef struct rd_hook {
	char *app;
	char *source; /* git URL with branch and folder; of a rack: without its login */
	char *last;   /* what came of the last delivery, "" if there was none */
	int64_t last_us;
	bool deploy;      /* promote what was built */
	bool submodules;  /* bring them, too */
	unsigned schemes; /* rd_giturl_scheme that are taken */
} rd_hook;

/* A push that is to be built, or that a build is under way of. */
typedef struct rd_pushed {
	int64_t seq;
	char *app;
	char *source; /* git URL with the commit; may hold a login */
	char *trigger;
	char *build; /* "" while it waits */
	bool deploy, submodules;
	unsigned schemes;
} rd_pushed;

/* One finding of doctor. */
typedef enum rd_health { RD_HEALTH_OK, RD_HEALTH_WARN, RD_HEALTH_BAD } rd_health;
typedef struct rd_check {
	rd_health health;
	char *name; /* "engine" */
	char *text; /* "Docker Engine 20.10.24 at unix:///var/run/docker.sock" */
	char *mend; /* what to type or change; "" if all is well */
} rd_check;

/* What the artifact cache keeps of an app and service. */
typedef struct rd_cached {
	char *app;
	char *service;
	int64_t saved_us, used_us; /* used: by the last build that it came back in */
	uint64_t hits;             /* builds that it came back in */
	uint64_t files, bytes;
	uint64_t stored_bytes; /* its share of the store */
} rd_cached;

/* The image of a service, of one build. */
typedef struct rd_image {
	char *app, *build, *service;
	char *tag;        /* in the engine */
	char *id;         /* there */
	char *remote;     /* where it was pushed to, "" if nowhere */
	int64_t bytes;    /* with the layers that it shares with others; -1: not known */
	bool is_gone;     /* the engine has it no more */
	bool is_active;   /* one of its releases is the app's active one */
	rd_strs releases; /* that hold it, newest first */
} rd_image;

/* What keeping a rack in order removes, or would remove. */
typedef struct rd_prune_item {
	char *kind;    /* "build", "upload", "source", "log", "cache" */
	char *name;    /* id of the build, the first digits of a digest, of a cache: "chunks" */
	char *app;     /* "" if it is of none */
	char *why;     /* "older than the newest 5" */
	int64_t bytes; /* on the rack's disk */
	int images;    /* tags in engines */
} rd_prune_item;

typedef struct rd_prune_report {
	rd_vec items; /* rd_prune_item, builds first, oldest last */
	int64_t bytes;
	int builds, images;
} rd_prune_report;

void rd_app_done(rd_app *a);
void rd_build_done(rd_build *b);
void rd_release_done(rd_release *r);
void rd_system_done(rd_system *s);
void rd_registry_done(rd_registry *r);
void rd_hook_done(rd_hook *h);
void rd_pushed_done(rd_pushed *p);
void rd_check_done(rd_check *c);
void rd_image_done(rd_image *i);
void rd_prune_report_done(rd_prune_report *p);
/* Free a vector of the type and all in it. */
void rd_apps_done(rd_vec *v);
void rd_builds_done(rd_vec *v);
void rd_releases_done(rd_vec *v);
void rd_registries_done(rd_vec *v);
void rd_hooks_done(rd_vec *v);
void rd_pushed_list_done(rd_vec *v);
void rd_checks_done(rd_vec *v);
void rd_cached_list_done(rd_vec *v);
void rd_images_done(rd_vec *v);

/* Status words. */
bool rd_build_is_active(const rd_build *b); /* created or running */

#endif

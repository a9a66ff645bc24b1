/* SPDX-License-Identifier: MIT */
/*
 * A rack: where apps, builds and releases live. The hub of rackdeck: console, commands and server
 * speak to this table and to nothing behind it.
 *
 * An operation blocks, is thread-safe, streams what is large and takes a cancel token where it can
 * last (NULL: cannot be cancelled). What a back end cannot do is a NULL member (or answers
 * RD_EUNSUPPORTED with the reason): show it grey.
 * Life cycle: 1. rd_rack_open (select.h); 2. rack->apps->list(rack, …) and so on; 3. rd_rack_close.
 * Outputs named ret_* are set only on success and are the caller's to free with the type's _done.
 */
#ifndef RD_CORE_RACK_RACK_H
#define RD_CORE_RACK_RACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/cancel.h"
#include "core/base/digest.h"
#include "core/base/str.h"
#include "core/base/stream.h"
#include "core/rack/types.h"

typedef struct rd_rack rd_rack;

struct rd_rack_apps {
	/* Sorted by name. *ret_apps: rd_app. */
	rd_code (*list)(rd_rack *r, rd_vec *ret_apps, rd_err *err);
	/* @errors RD_ENOENT "no such app 'x': …". */
	rd_code (*get)(rd_rack *r, const char *app, rd_app *ret_app, rd_err *err);
	/* @errors RD_EEXIST "app already exists: x", RD_EINVAL for the name. */
	rd_code (*create)(rd_rack *r, const char *app, rd_err *err);
	/* Removes the app with builds, releases, logs and images. @errors RD_EBUSY a build is running. */
	rd_code (*remove)(rd_rack *r, const char *app, rd_err *err);
	/* Sets parameters ("" removes one). */
	rd_code (*set_params)(rd_rack *r, const char *app, const rd_kvs *params, rd_err *err);
	/* Asks to take back the promotion that is under way. NULL: promotions are done when they return.
	 * @errors "app is not updating". */
	rd_code (*cancel)(rd_rack *r, const char *app, rd_err *err);
	/* App names are made on first build (the local rack); others answer false. */
	bool created_on_build;
};

typedef struct rd_build_opts {
	const char *url;         /* "object://APP/KEY" of an uploaded source */
	const char *description; /* NULL: none */
	const char *manifest;    /* name of the manifest, NULL: the usual one */
	const char *git_sha;     /* NULL: none */
	const char *trigger;     /* who or what wishes it (trigger.h), NULL: not told */
	const char *
		build_rack; /* local racks: the rack that is to run it (buildrack.h), NULL: as BuildRack says */
	const rd_kvs *args; /* build args, NULL: none */
	bool no_cache;
	bool development;
	bool full_log; /* the builder that does not clip output */
	int64_t push; /* rd_pushed.seq that it is of, 0: none. @errors RD_ECANCELED a newer one came */
} rd_build_opts;

struct rd_rack_builds {
	/* Newest first. limit 0: all; before: only builds older than this id (NULL: from the newest). */
	rd_code (*list)(rd_rack *r, const char *app, int limit, const char *before,
		rd_vec *ret_builds, rd_err *err);
	rd_code (*get)(rd_rack *r, const char *app, const char *id, rd_build *ret_build,
		rd_err *err);
	/* Starts a build; it goes on when we are gone. The record is visible before the return. */
	rd_code (*create)(rd_rack *r, const char *app, const rd_build_opts *opts,
		rd_build *ret_build, rd_err *err);
	/* Whether it would take such a wish, before its source is sent: no call is made. NULL: any.
	 * @errors RD_EUNSUPPORTED, RD_EINVAL with the way out. */
	rd_code (*check)(rd_rack *r, const rd_build_opts *opts, rd_err *err);
	/* Asks a queued or running build to stop; returns before it has.
	 * @errors RD_EBUSY "build BX is not running: it is complete". */
	rd_code (*cancel)(rd_rack *r, const char *app, const char *id, rd_err *err);
	/* Whether it can, as far as that is known without a call. @errors RD_EUNSUPPORTED with the reason. NULL: it
	 * can if there is `cancel`. */
	rd_code (*can_cancel)(rd_rack *r, rd_err *err);
	/* Writes a complete build with its images, log and steps to fd (borrow) as an archive that racks
	 * import. progress (may be NULL) hears the bytes of images so far. NULL: this rack cannot.
	 * @errors RD_EINVAL it is not complete, or lacks variables; RD_ENOENT it or an image is gone. */
	rd_code (*export)(rd_rack *r, const char *app, const char *id, int fd,
		void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel,
		rd_err *err);
	/* Makes a new build and release of such an archive, with the app's environment; nothing if it is
	 * not whole. NULL: this rack cannot. @errors RD_EPARSE, RD_ECORRUPT, RD_ELIMIT the archive. */
	rd_code (*import)(rd_rack *r, const char *app, rd_reader *in, rd_cancel *cancel,
		rd_build *ret_build, rd_err *err);
};

/* The log of a build, as files on this machine (a remote log is spooled into them). */
typedef struct rd_log_files {
	int text_fd;  /* the log: grows while the build is active */
	int steps_fd; /* the steps: likewise; -1 if the rack has none */
	char *text_path;
} rd_log_files;
void rd_log_files_done(rd_log_files *f);

struct rd_rack_logs {
	/* Opens (for reading) the log of a build; an empty one if nothing was written yet. */
	rd_code (*open)(rd_rack *r, const char *app, const char *id, rd_log_files *ret_files,
		rd_err *err);
	/* Whether the log of a build that is over has come whole, without a call; as long as nothing went wrong on
	 * its way it counts as whole. NULL: it always has. @errors why it has not. */
	rd_code (*check)(rd_rack *r, const char *app, const char *id, rd_err *err);
};

struct rd_rack_releases {
	/* Newest first, as builds. List entries carry no env. */
	rd_code (*list)(rd_rack *r, const char *app, int limit, const char *before,
		rd_vec *ret_releases, rd_err *err);
	rd_code (*get)(rd_rack *r, const char *app, const char *id, rd_release *ret_release,
		rd_err *err);
	/* A new release from the app's latest one, with `build` and / or the whole `env` text replaced
	 * (NULL: kept). description NULL: made from what changed. */
	rd_code (*create)(rd_rack *r, const char *app, const char *build, const char *env,
		const char *description, rd_release *ret_release, rd_err *err);
	/* Makes a release the active one. @force also while the app is updating.
	 * @errors RD_EBUSY "app is currently updating", RD_ENOENT, RD_EINVAL "can not promote an older
	 * release, try rollback" and the manifest's and environment's errors. */
	rd_code (*promote)(rd_rack *r, const char *app, const char *id, bool force,
		rd_cancel *cancel, rd_err *err);
	/* Waits until an app that is being changed is running again, and (release not NULL) that release
	 * is its active one. line (may be NULL) hears meanwhile, from another thread, what the rack says of
	 * it. NULL: promotions are done when they return. @errors RD_EFAILED "rollback", RD_ETIMEOUT. */
	rd_code (*settle)(rd_rack *r, const char *app, const char *release,
		void (*line)(void *arg, const char *text), void *arg, rd_cancel *cancel,
		rd_err *err);
};

struct rd_rack_objects {
	bool wants_gzip; /* what is packed for it goes over a network */
	/* Whether links in a source get lost there, as far as that is known. NULL: they do not. */
	bool (*drops_links)(rd_rack *r);
	/* Stores a source: a tar stream, plain or gzip. progress (may be NULL) hears the bytes so far.
	 * *ret_url heap "object://APP/KEY". */
	rd_code (*put)(rd_rack *r, const char *app, rd_reader *tar,
		void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel,
		char **ret_url, rd_err *err);
	/* A source that was put before and remembered by that key: it need not be sent. *ret_url NULL: there
	 * is none. May be NULL, as remember may. */
	rd_code (*find)(rd_rack *r, const char *app, const uint8_t key[RD_SHA256_BYTES],
		char **ret_url, rd_err *err);
	/* Remembers what url, of put, was made of. */
	rd_code (*remember)(rd_rack *r, const char *url, const uint8_t key[RD_SHA256_BYTES],
		rd_err *err);
	/* A source that was put, by the KEY of its url, as a tar in gzip. NULL: this rack gives none back.
	 * @errors RD_ENOENT. @ret give. */
	rd_code (*get)(rd_rack *r, const char *app, const char *key, rd_reader **ret_gzip,
		rd_err *err);
};

/* Logins with which builds pull and push. A password is stored and used, and never told. */
struct rd_rack_registries {
	/* Sorted by server. *ret_registries: rd_registry. */
	rd_code (*list)(rd_rack *r, rd_vec *ret_registries, rd_err *err);
	/* Adds the login of a server, or replaces it. All names of one registry are one server: with and
	 * without "https://" and a path, the names of Docker Hub.
	 * @errors RD_EINVAL for the server, an empty name or password. */
	rd_code (*add)(rd_rack *r, const char *server, const char *username, const char *password,
		rd_err *err);
	/* @errors RD_ENOENT "no such registry 'x': …". */
	rd_code (*remove)(rd_rack *r, const char *server, rd_err *err);
};

/* One delivery of a webhook, as it came. Texts NULL if they were not sent. */
typedef struct rd_delivery {
	const char *signature; /* GitHub's X-Hub-Signature-256 */
	const char *token;     /* GitLab's X-Gitlab-Token */
	const char *event;
	const char *id; /* that does not change when it is sent again */
	const char *body;
	size_t n;
	bool is_form; /* the body is a form, not JSON */
} rd_delivery;

/* Builds of what is pushed to a git host. NULL as a whole where the rack takes no hooks. */
struct rd_rack_hooks {
	/* Sorted by app. *ret_hooks: rd_hook. */
	rd_code (*list)(rd_rack *r, rd_vec *ret_hooks, rd_err *err);
	/* Sets or replaces that of an app. @hook app, source, deploy, submodules, schemes.
	 * @errors RD_ENOENT the app, RD_EINVAL the source or the secret. */
	rd_code (*set)(rd_rack *r, const rd_hook *hook, const char *secret, rd_err *err);
	/* @errors RD_ENOENT. */
	rd_code (*remove)(rd_rack *r, const char *app, rd_err *err);
	/* Checks a delivery and queues its push, on disk when this returns, in place of one that waits.
	 * *ret_is_queued false: there is nothing to do. *ret_said heap, one line.
	 * @errors RD_EPERM there is no hook of that app, or the secret is another; RD_EPARSE the body;
	 * RD_EINVAL it is of another repository. */
	rd_code (*receive)(rd_rack *r, const char *app, const rd_delivery *d, bool *ret_is_queued,
		char **ret_said, rd_err *err);
	/* What is to be done, by app, the older first. *ret_pushes: rd_pushed. */
	rd_code (*pushes)(rd_rack *r, rd_vec *ret_pushes, rd_err *err);
	/* A push is done with and forgotten. */
	rd_code (*end)(rd_rack *r, int64_t seq, rd_err *err);
	/* What is said stands in the list. */
	rd_code (*note)(rd_rack *r, const char *app, const char *said, rd_err *err);
	/* Makes this process the one that works on pushes, until the descriptor is closed.
	 * @errors RD_EBUSY another one does. */
	rd_code (*claim)(rd_rack *r, int *ret_fd, rd_err *err);
};

struct rd_rack_system {
	rd_code (*get)(rd_rack *r, rd_system *ret_system, rd_err *err);
	/* Sets rack parameters ("" removes one). */
	rd_code (*set_params)(rd_rack *r, const rd_kvs *params, rd_err *err);
	/* GETs a path of Convox's API as it is, appended to out. NULL: no such API is behind it. */
	rd_code (*query)(rd_rack *r, const char *path, rd_str *out, rd_err *err);
	/* Looks at engine, versions, permissions, disk. *ret_checks: rd_check. */
	rd_code (*doctor)(rd_rack *r, rd_vec *ret_checks, rd_err *err);
};

/* What builds left in /var/cache/build, kept for the next one. */
struct rd_rack_cache {
	/* By app and service. *ret_cached: rd_cached. */
	rd_code (*list)(rd_rack *r, rd_cancel *cancel, rd_vec *ret_cached, rd_err *err);
	/* Forgets that of an app (NULL: of all). *ret_freed: bytes. */
	rd_code (*clear)(rd_rack *r, const char *app, uint64_t *ret_freed, rd_err *err);
	/* Reads all and drops what is damaged. *ret_checks: rd_check. */
	rd_code (*verify)(rd_rack *r, rd_cancel *cancel, rd_vec *ret_checks, rd_err *err);
};

/* What builds made. NULL as a whole where the rack does not tell. */
struct rd_rack_images {
	/* By app, newest build first, then service; of complete builds. app, build NULL: all. Each image is
	 * looked up in its engine; one that does not answer within seconds leaves sizes unknown.
	 * *ret_images: rd_image. @errors RD_ECANCELED. */
	rd_code (*list)(rd_rack *r, const char *app, const char *build, rd_cancel *cancel,
		rd_vec *ret_images, rd_err *err);
};

typedef struct rd_prune_opts {
	const char *app; /* NULL: all */
	bool dry_run;    /* nothing is removed */
	/* Instead of the apps' parameters KeepBuilds and KeepDays; 0: as those say. */
	int keep_builds, keep_days;
} rd_prune_opts;

/* Keeping the rack in order. NULL as a whole where the rack does that itself. */
struct rd_rack_care {
	/* Removes builds that retention does not keep, with their releases, logs and images, and what
	 * nothing refers to, in the artifact cache too (not with an app). Never a build under way, that of
	 * the active release or of the latest one. */
	rd_code (*prune)(rd_rack *r, const rd_prune_opts *opts, rd_prune_report *ret_report,
		rd_err *err);
	/* Checks database, sources, logs and images, and mends what can be mended (@dry_run: only says
	 * what it would do). @deep: also reads every source and the artifact cache. *ret_checks: rd_check; `mend` says what was
	 * done or is to be done, and health is RD_HEALTH_BAD only for what is still broken. */
	rd_code (*fsck)(rd_rack *r, bool deep, bool dry_run, rd_cancel *cancel, rd_vec *ret_checks,
		rd_err *err);
};

/* What changed, as bits. */
enum rd_change {
	RD_CHANGE_DATA = 1,  /* apps, builds, releases, parameters: list again */
	RD_CHANGE_LOGS = 2,  /* some log grew */
	RD_CHANGE_PULSE = 4, /* rack->pulse tells something else */
};

typedef struct rd_events rd_events; /* a subscription */

struct rd_rack_events {
	int most; /* only so many lists are seen to change, those that were asked for last; 0: all */
	/* One subscription, to be polled by one thread. */
	rd_code (*open)(rd_rack *r, rd_events **ret_events, rd_err *err);
	/* Readable when something may have changed. Borrowed. */
	int (*fd)(rd_events *e);
	/* Takes what happened since: rd_change bits, 0 if nothing did after all. */
	rd_code (*take)(rd_events *e, unsigned *ret_changes, rd_err *err);
	void (*close)(rd_events *e);
};

/* How a rack over a network answers. */
typedef struct rd_pulse {
	int64_t failing_us; /* wall clock since when it does not, or not well; 0: it does */
	int every_s;        /* how often it is asked by itself, while there are subscriptions */
} rd_pulse;

struct rd_rack {
	const char *name;  /* "local", "prod-east" */
	const char *place; /* a directory or URL, for people */
	const struct rd_rack_apps *apps;
	const struct rd_rack_builds *builds;
	const struct rd_rack_logs *logs;
	const struct rd_rack_releases *releases;
	const struct rd_rack_objects *objects;
	const struct rd_rack_registries *registries;
	const struct rd_rack_hooks *hooks;
	const struct rd_rack_system *system;
	const struct rd_rack_cache *cache;
	const struct rd_rack_images *images;
	const struct rd_rack_care *care;
	const struct rd_rack_events *events;
	/* Without a call. NULL: it is at hand. */
	void (*pulse)(rd_rack *r, rd_pulse *ret_pulse);
	/* From now on all calls end with RD_ECANCELED, also those under way: the next is to close it. NULL: none
	 * takes long. */
	void (*leave)(rd_rack *r);
	void (*close)(rd_rack *r);
};

rd_rack *rd_rack_close(rd_rack *r); /* NULL is fine. @returns NULL */

#endif

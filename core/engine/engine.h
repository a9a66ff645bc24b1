/* SPDX-License-Identifier: MIT */
/*
 * A container engine: what builds, pulls and holds images. One table, today one back end: the Docker
 * Engine API (Docker, Podman).
 *
 * Operations block, stream what is large, end soon after their cancel token fires (RD_ECANCELED) and
 * may run in several threads at once on one rd_engine.
 * Life cycle: 1. rd_engine_open; 2. operations; 3. rd_engine_close.
 */
#ifndef RD_CORE_ENGINE_ENGINE_H
#define RD_CORE_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/cancel.h"
#include "core/base/stream.h"
#include "core/base/vec.h"
#include "core/formats/steps.h"

/* The label on everything that we create in an engine; its value is the build's id. */
#define RD_ENGINE_LABEL "rackdeck.build"

typedef struct rd_engine_info {
	char name[64]; /* "Docker Engine", "Podman Engine" */
	char version[64];
	char api_version[16]; /* the one that we speak */
	char os[32], arch[32];
	char root_dir[256]; /* where it keeps images, "" if it does not tell */
	int cpus;
	int64_t memory_bytes;
	bool podman;
} rd_engine_info;

typedef struct rd_engine_image {
	char id[80];
	char created[40]; /* RFC 3339, as told */
	int64_t size_bytes;
	rd_strs tags; /* as Docker writes them: "a/b:c" of the Hub */
	rd_strs digests, layers;
	rd_strs entrypoint;
	rd_kvs labels;
} rd_engine_image;
void rd_engine_image_done(rd_engine_image *i);

typedef struct rd_engine_build {
	rd_reader *context;     /* tar; borrowed: the caller closes it */
	const char *dockerfile; /* path within the context */
	const char *target;     /* stage, NULL: the last */
	const char *tag;        /* "repo:tag", NULL: none */
	const rd_kvs *args;     /* build args, NULL: none */
	const char *build_id;   /* for the label and for cancelling at the engine */
	const rd_kvs *auth;     /* registry host -> "user:password", NULL: none */
	bool no_cache;
	bool full_log;        /* the classic endpoint, which does not clip output */
	int64_t memory_bytes; /* 0: no limit; not 0: the classic endpoint */
	int cpu_shares;       /* 0: no limit; not 0: the classic endpoint */
} rd_engine_build;

typedef struct rd_engine_pushed {
	char digest[80]; /* "sha256:…" of the manifest; "" if it was not told */
	bool may_pass;   /* it failed for a reason that may pass: the network, 429, 5xx */
	int64_t wait_ms; /* how long the registry asked to wait, 0: it did not */
} rd_engine_pushed;

/* Takes a tar that the engine gives, to its end or not. */
typedef rd_code rd_engine_take_fn(void *arg, rd_reader *tar, rd_err *err);

typedef struct rd_engine_files {
	const char *image;
	const char *path;     /* absolute */
	const char *build_id; /* for the label */
	rd_engine_take_fn *take;
	void *arg;
	rd_cancel *cancel;
} rd_engine_files;

typedef struct rd_engine rd_engine;

struct rd_engine_ops {
	/* The first contact, if there was none: all of the info but what the engine has to look up, which
	 * is root_dir, cpus and memory_bytes. */
	rd_code (*meet)(rd_engine *e, rd_engine_info *ret_info, rd_err *err);
	rd_code (*info)(rd_engine *e, rd_engine_info *ret_info, rd_err *err);
	/* Builds; events come in order on this thread. @errors RD_EFAILED the build failed (message of
	 * the engine), RD_EUNAVAIL engine lost, RD_ECANCELED, RD_EUNSUPPORTED this engine's BuildKit lost
	 * track of the output (rd_build_stream_push): build again with full_log; and what fn gave. */
	rd_code (*build)(rd_engine *e, const rd_engine_build *b, rd_step_fn *fn, void *arg,
		rd_cancel *cancel, char ret_image_id[80], rd_err *err);
	/* Pulls; progress as RD_STEP_PROGRESS and text as RD_STEP_LOG events with the image as id.
	 * @errors RD_ENOENT no such image, RD_EPERM login, RD_EUNAVAIL, RD_EREMOTE. */
	rd_code (*pull)(rd_engine *e, const char *image, const rd_kvs *auth, rd_step_fn *fn,
		void *arg, rd_cancel *cancel, rd_err *err);
	/* Pushes a tag that the engine has; layers that the registry has are not sent. Events and errors
	 * as for pull. ret_pushed is set in any case. */
	rd_code (*push)(rd_engine *e, const char *image, const rd_kvs *auth, rd_step_fn *fn,
		void *arg, rd_cancel *cancel, rd_engine_pushed *ret_pushed, rd_err *err);
	rd_code (*tag)(rd_engine *e, const char *image, const char *repo_tag, rd_err *err);
	/* @errors RD_ENOENT. @ret_image to be freed with rd_engine_image_done. */
	rd_code (*inspect)(rd_engine *e, const char *image, rd_engine_image *ret_image,
		rd_err *err);
	/* Removes a tag (and the image with its last tag) or an id. A missing one is fine. */
	rd_code (*remove)(rd_engine *e, const char *image, rd_err *err);
	/* Images as one tar, in docker's layout, as the engine gives it. @ret_tar give; it is read and closed
	 * before the engine is. Its reads tell errors of the engine: RD_ENOENT, RD_ECANCELED and so on. */
	rd_code (*save)(rd_engine *e, const rd_strs *images, rd_cancel *cancel, rd_reader **ret_tar,
		rd_err *err);
	/* Takes such a tar. @errors of tar; RD_EFAILED the engine refuses it. */
	rd_code (*load)(rd_engine *e, rd_reader *tar, rd_cancel *cancel, rd_err *err);
	/* Stops, at the engine, what the build of that id does, and removes what is left of it: containers,
	 * tags that end in ".ID", intermediate and untagged images with our label. Safe to call any time. */
	rd_code (*sweep)(rd_engine *e, const char *build_id, rd_err *err);
	/* Reads a folder of an image: a tar whose entries begin with the folder's own name. Through a container
	 * that is never started. @errors RD_ENOENT the image has no such path; what take gave. */
	rd_code (*files)(rd_engine *e, const rd_engine_files *f, rd_err *err);
	void (*close)(rd_engine *e);
};

struct rd_engine {
	const struct rd_engine_ops *ops;
	char *endpoint; /* "unix:///var/run/docker.sock", "tcp://host:2376" */
	/* For an engine that hangs; to be set while no operation runs. What takes no token of its own and
	 * only asks (info, inspect, the first contact) ends with `cancel` (borrow; NULL: none) or after
	 * patience_ms (0: a minute); what changes something gets a few seconds once `cancel` fired. */
	rd_cancel *cancel;
	int64_t patience_ms;
	/* What errors tell to name another engine with. borrow; NULL: DOCKER_HOST */
	const char *named_by;
};

/* Where an engine is. */
typedef struct rd_engine_place {
	char *endpoint;
	char *ca, *cert, *key; /* paths of TLS files; NULL: none */
} rd_engine_place;
void rd_engine_place_done(rd_engine_place *p);

/* Connects lazily: the first operation speaks to the engine and settles the API version; for ssh it starts
 * the tunnel (tunnel.h), which ends with the engine.
 * @place endpoint unix://PATH, tcp://HOST:PORT (with TLS if there is a file for it) or
 * ssh://[USER@]HOST[:PORT]. borrow @ret give. @errors RD_EINVAL for a malformed endpoint. */
rd_code rd_engine_open(const rd_engine_place *place, rd_engine **ret_engine, rd_err *err);
rd_engine *rd_engine_close(rd_engine *e); /* @returns NULL */

/* Which engine to use: `wish` (a rack's BuildInstance; a bare path is a socket) if not NULL or "", else
 * DOCKER_HOST, else the docker context in use, else the first usual socket that answers (Docker, rootless
 * Docker, Podman). Certificates for tcp: in the folder `certs` for the wish, if that is not NULL or "", else
 * as DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say. *ret_place to be freed with rd_engine_place_done.
 * @errors RD_EUNAVAIL none found: the message says how to start or name one; RD_EINVAL the wish. */
rd_code rd_engine_find(const char *wish, const char *certs, rd_engine_place *ret_place,
	rd_err *err);

/* Whether rd_engine_find takes that wish; nothing is connected to. @errors RD_EINVAL. */
rd_code rd_engine_check(const char *wish, rd_err *err);

/* The name under which logins of a registry are kept: "https://R.example.com:5000/v2/" is
 * "r.example.com:5000", Docker Hub in all its names is "docker.io". @ret heap.
 * @errors RD_EINVAL it names no registry. */
rd_code rd_engine_registry(const char *server, char **ret_name, rd_err *err);
/* Logins of the user's docker configuration (config.json "auths"): registry -> "user:password"; and the
 * names of the helpers to ask for others ("credHelpers"): registry -> helper, "*" -> the one for all
 * ("credsStore"). NULL: not wanted. */
rd_code rd_engine_docker_logins(rd_kvs *out, rd_kvs *helpers, rd_err *err);
/* Asks the helper program docker-credential-HELPER for a registry's login. *ret_login heap
 * "user:password", NULL if it has none.
 * @errors RD_EINVAL no name of a helper, RD_ENOENT there is no such program, RD_ETIMEOUT, RD_EFAILED,
 * RD_EPARSE, RD_ECANCELED. */
rd_code rd_engine_helper_login(const char *helper, const char *registry, rd_cancel *cancel,
	char **ret_login, rd_err *err);

#endif

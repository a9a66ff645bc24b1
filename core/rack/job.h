/* SPDX-License-Identifier: MIT */
/*
 * What a worker is told: all that it needs, resolved by who starts it, so that it reads no
 * configuration. A job holds secrets: it travels as JSON on a sealed memfd and never on disk or argv.
 * Any thread.
 */
#ifndef RD_CORE_RACK_JOB_H
#define RD_CORE_RACK_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/vec.h"
#include "core/rack/buildrack.h"
#include "core/rack/local_engines.h"

#define RD_JOB_FD 3  /* where a worker finds its job */
#define RD_LOCK_FD 4 /* and its lock */

typedef struct rd_job {
	char *kind; /* "build" or "sweep" (which uses dir only) */
	char *rack; /* name */
	char *dir;  /* of the rack */
	char *app;
	char *build;
	char *source;   /* digest */
	char *manifest; /* name in the source; "": the usual one */
	char *env;      /* text, of the app's latest release */
	rd_kvs args;    /* build args */
	rd_kvs auth;    /* registry -> "user:password" */
	rd_kvs cache;   /* place of the artifact cache (local_cache.h) */
	rd_kvs helpers; /* registry, or "*" -> credential helper to ask; "": none */
	rd_local_engines engines;
	rd_buildrack elsewhere; /* that builds in our place; name NULL: nobody */
	char *registry;         /* where images go to; NULL: they stay */
	char *problem;          /* why there is no engine; NULL: there is one */
	char *warning;          /* a line for the log; NULL: none */
	bool no_cache, development, full_log;
	int64_t memory_bytes; /* 0: no limit */
	int64_t cpu_shares;   /* 0: no limit */
	int64_t parallel;     /* image builds at once */
} rd_job;

void rd_job_done(rd_job *j);
/* Writes the job to a new sealed memfd. @ret_fd close-on-exec, the caller's. */
rd_code rd_job_write(const rd_job *j, int *ret_fd, rd_err *err);
/* Reads it. @errors RD_EPARSE. */
rd_code rd_job_read(int fd, rd_job *ret_job, rd_err *err);
/* Starts this program as a worker of its own session. @lock_fd -1: none. Both are borrowed. */
rd_code rd_job_start(const rd_job *j, int lock_fd, rd_err *err);

#endif

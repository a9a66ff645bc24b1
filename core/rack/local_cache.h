/* SPDX-License-Identifier: MIT */
/*
 * Where the artifact cache of a local rack is: a folder, or S3 with copies in a folder. A place is resolved
 * by who starts a build, and travels in the job, for a worker reads no configuration. Any thread.
 */
#ifndef RD_CORE_RACK_LOCAL_CACHE_H
#define RD_CORE_RACK_LOCAL_CACHE_H

#include "core/chunks/cache.h"
#include "core/rack/local_impl.h"

/* A value of the parameter Cache: "s3://BUCKET/PREFIX", an absolute folder, or "off". @errors RD_EINVAL. */
rd_code rd_local_cache_check(const char *value, rd_err *err);
/* From the rack's parameters: keys that rd_local_cache_open knows; with S3 they hold its secrets. What is
 * wrong with it is told by that one. */
rd_code rd_local_cache_place(const rd_kvs *params, const char *rack_dir, rd_kvs *place,
	rd_err *err);
/* *ret_cache NULL: it is off. @cancel as in rd_cache_opts. @ret give. @errors as rd_cache_open, and what the
 * place could not be. */
rd_code rd_local_cache_open(const rd_kvs *place, rd_cancel *cancel, rd_cache **ret_cache,
	rd_err *err);

/* Frees what is of no use in the cache, and adds it to the report. While the cache is in use, or out of
 * reach, the report says that instead. */
rd_code rd_local_cache_prune(rd_local *l, bool dry_run, rd_prune_report *report, rd_err *err);
/* Reads all that is kept and drops what is damaged (@dry_run: only says so): adds to checks (rd_check). */
rd_code rd_local_cache_fsck(rd_local *l, bool dry_run, rd_cancel *cancel, rd_vec *checks,
	rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* Retention of builds and the removal of what nothing refers to, of a local rack. Any thread. */
#ifndef RD_CORE_RACK_PRUNE_H
#define RD_CORE_RACK_PRUNE_H

#include "core/rack/local_impl.h"

/* See rd_rack_care.prune. @dir of the rack. */
rd_code rd_prune_run(const char *dir, rd_db *db, const rd_prune_opts *opts,
	rd_prune_report *ret_report, rd_err *err);
/* After a build: what the app's own parameters no longer keep, and nothing else. Best effort. */
void rd_prune_after_build(const char *dir, rd_db *db, const char *app);

#endif

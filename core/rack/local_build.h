/* SPDX-License-Identifier: MIT */
/* The start of a local build; only files of the local rack include this. */
#ifndef RD_CORE_RACK_LOCAL_BUILD_H
#define RD_CORE_RACK_LOCAL_BUILD_H

#include "core/base/ids.h"
#include "core/rack/local_impl.h"

/* The record of a build within a transaction. @errors RD_ENOENT. */
rd_code rd_local_build_get(rd_tx *tx, const char *app, const char *id, rd_build *ret_build,
	rd_err *err);
/* A fresh id, with the lock that says that its build is under way. */
rd_code rd_local_build_id(rd_local *l, char ret_id[RD_ID_SIZE], int *ret_lock_fd, rd_err *err);
/* Adds the record and starts its worker. If that cannot be started, the record is failed with the
 * reason, and that is the error.
 * @errors RD_ENOENT no such app or source, RD_EINVAL the url. */
rd_code rd_local_build_start(rd_local *l, const char *app, const rd_build_opts *opts,
	char ret_id[RD_ID_SIZE], rd_err *err);

/* Functions of the table: see rack.h. */
rd_code rd_local_export(rd_rack *r, const char *app, const char *id, int fd,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, rd_err *err);
rd_code rd_local_import(rd_rack *r, const char *app, rd_reader *in, rd_cancel *cancel,
	rd_build *ret_build, rd_err *err);

#endif

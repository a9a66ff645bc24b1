/* SPDX-License-Identifier: MIT */
/* Builds to and from archives that are files. Any thread. */
#ifndef RD_CORE_RACK_MOVEFILE_H
#define RD_CORE_RACK_MOVEFILE_H

#include "core/rack/rack.h"

/* How far it is: bytes so far, and of all (0: not known). */
typedef struct rd_movefile_watch {
	void (*progress)(void *arg, uint64_t bytes, uint64_t total); /* may be NULL */
	void *arg;
	rd_cancel *cancel;
} rd_movefile_watch;

/* Writes a build to a file, which is replaced when all is written; nothing stays otherwise.
 * @errors those of the rack's export, RD_EUNSUPPORTED, RD_EIO and others of the file. */
rd_code rd_movefile_export(rd_rack *r, const char *app, const char *id, const char *path,
	const rd_movefile_watch *watch, rd_err *err);
/* Makes a build of the archive in a file. @errors those of the rack's import, and of the file. */
rd_code rd_movefile_import(rd_rack *r, const char *app, const char *path,
	const rd_movefile_watch *watch, rd_build *ret_build, rd_err *err);

#endif

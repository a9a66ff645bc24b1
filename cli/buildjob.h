/* SPDX-License-Identifier: MIT */
/*
 * What `build`, `deploy` and `watch` share: take a source, send it, start the build, print its log to its end.
 */
#ifndef RD_CLI_BUILDJOB_H
#define RD_CLI_BUILDJOB_H

#include "cli/context.h"
#include "core/rack/upload.h"

extern const rd_flag rd_flag_detach;
extern const rd_flag rd_flag_now;
extern const rd_flag rd_flag_poll;
extern const rd_flag *const rd_flags_watch[];
extern const rd_flag *const rd_flags_build[];
extern const rd_flag *const rd_flags_deploy[];

/* What the flags and the first word say of a build. */
typedef struct rd_buildwish {
	char *source;     /* the folder, archive or git URL */
	char *build_rack; /* "": none is named */
	rd_kvs args;
	rd_upload_opts from; /* borrows from the wish and the arguments, as opts does */
	rd_build_opts opts;
} rd_buildwish;

/* Secrets in the arguments are overwritten there. @w zeroed before, _done after, also on failure. */
rd_code rd_buildwish_read(rd_cli *c, rd_buildwish *w, rd_err *err);
void rd_buildwish_done(rd_buildwish *w);

/* Builds as the flags and words of the command say. *ret_build: the record of the build, complete;
 * with --detach as it was started.
 * The first Ctrl-C asks the build to cancel, the second leaves it running.
 * @errors RD_EFAILED "build failed: REASON"; RD_ECANCELED the user left; those of the rack. */
rd_code rd_buildjob_run(rd_cli *c, rd_say *say, rd_build *ret_build, rd_err *err);

#endif

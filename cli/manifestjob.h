/* SPDX-License-Identifier: MIT */
/* What `manifest check` and `manifest show` share: the preview of a folder's build. */
#ifndef RD_CLI_MANIFESTJOB_H
#define RD_CLI_MANIFESTJOB_H

#include "cli/context.h"
#include "core/rack/preview.h"

extern const rd_flag *const rd_flags_manifest[];

/* Makes it as flags and words of the command say, with the environment of the app that --app names, or
 * of that of the directory if the rack has it. *ret_app: the app whose environment it is, borrowed; NULL
 * if none is. @ret_preview give. */
rd_code rd_manifestjob_run(rd_cli *c, rd_preview **ret_preview, const char **ret_app, rd_err *err);
/* "'convox.yml' has 2 problems" if it has any that fails a build. @errors RD_EFAILED. */
rd_code rd_manifestjob_check(const rd_preview *p, rd_err *err);
/* Prints the whole as JSON. */
rd_code rd_manifestjob_json(rd_cli *c, const rd_preview *p, rd_err *err);
/* Prints the problems and hints with their lines. */
void rd_manifestjob_print_problems(const rd_preview *p, rd_say *s);

#endif

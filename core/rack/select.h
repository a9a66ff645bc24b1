/* SPDX-License-Identifier: MIT */
/* Which rack and which app a command means. */
#ifndef RD_CORE_RACK_SELECT_H
#define RD_CORE_RACK_SELECT_H

#include "core/rack/rack.h"

/* Opens the rack named by -r (`name`, NULL if not given), else RACK_URL, CONVOX_RACK, .convox/rack of the
 * working directory, else "local". A rack that -r names is made when it is not there.
 * @errors RD_EINVAL bad name, RD_EUNSUPPORTED a kind that this version cannot open. @ret give. */
rd_code rd_rack_open(const char *name, rd_rack **ret_rack, rd_err *err);
/* The app named by -a (`name`), else .convox/app of the directory, else its base name, made lawful
 * (lower case, other characters to '-'). @dir NULL: the working directory. @ret heap. */
rd_code rd_app_select(const char *name, const char *dir, char **ret_app, rd_err *err);

#endif

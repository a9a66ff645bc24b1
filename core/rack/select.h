/* SPDX-License-Identifier: MIT */
/* Which rack and which app a command means. */
#ifndef RD_CORE_RACK_SELECT_H
#define RD_CORE_RACK_SELECT_H

#include "core/rack/rack.h"
#include "core/rack/trust.h"

/* Opens the rack named by -r (`name`, NULL if not given), else RACK_URL, CONVOX_RACK, .convox/rack or .convox2/rack
 * of the working directory, the rack switched to, CONVOX_HOST, else "local". A local rack is one by name, else
 * a login is (remotes.h); what -r alone names is made as a local rack when there is neither and no login's name
 * is near. @trust for a server met for the first time; NULL: nobody can be asked.
 * @errors RD_EINVAL bad name, RD_ENOENT no such rack; those of rd_remote_open. @ret give. */
rd_code rd_rack_open(const char *name, rd_rack **ret_rack, rd_err *err);
rd_code rd_rack_open_asking(const char *name, const rd_trust *trust, rd_rack **ret_rack,
	rd_err *err);
/* The name of the rack that commands use without -r and RACK_URL. *ret_origin: what says so, NULL for the
 * default. @ret heap. */
rd_code rd_rack_current(char **ret_name, const char **ret_origin, rd_err *err);
/* The app named by -a (`name`), else .convox/app or .convox2/app of the directory, else its base name, made lawful
 * (lower case, other characters to '-'). @dir NULL: the working directory. @ret heap. */
rd_code rd_app_select(const char *name, const char *dir, char **ret_app, rd_err *err);

#endif

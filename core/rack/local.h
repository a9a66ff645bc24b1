/* SPDX-License-Identifier: MIT */
/* The local rack: embedded, its own directory, builds by worker processes on the user's engine. */
#ifndef RD_CORE_RACK_LOCAL_H
#define RD_CORE_RACK_LOCAL_H

#include "core/rack/rack.h"

/* Opens the rack in $XDG_DATA_HOME/rackdeck/racks/NAME, makes it if it is not there, and turns builds
 * whose worker died into failed ones. @name lawful: [a-z0-9-]. @ret give.
 * @errors RD_EPERM, RD_ENOSPC, RD_EIO for the directory, RD_ECORRUPT, RD_EUNSUPPORTED of the database. */
rd_code rd_local_open(const char *name, rd_rack **ret_rack, rd_err *err);
/* Whether such a rack was ever opened. */
bool rd_local_exists(const char *name);
/* Those that were, sorted. */
rd_code rd_local_names(rd_strs *ret_names, rd_err *err);
/* Where a rack of that name is, or would be. @ret heap. */
rd_code rd_local_dir(const char *name, char **ret_dir, rd_err *err);

#endif

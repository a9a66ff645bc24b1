/* SPDX-License-Identifier: MIT */
/* Which engines the builds of a local rack use: one that builds, and one where their images are in the end.
 * Any thread. */
#ifndef RD_CORE_RACK_LOCAL_ENGINES_H
#define RD_CORE_RACK_LOCAL_ENGINES_H

#include "core/base/vec.h"
#include "core/engine/engine.h"

typedef struct rd_local_engines {
	bool is_instance; /* the builder is the rack's BuildInstance */
	rd_engine_place builder;
	rd_engine_place home; /* endpoint NULL: images stay where they are built */
} rd_local_engines;

void rd_local_engines_done(rd_local_engines *e);
/* By the rack's parameters and what there is on this machine. @errors as rd_engine_find. */
rd_code rd_local_engines_find(const rd_kvs *params, rd_local_engines *ret_engines, rd_err *err);
/* Whether BuildInstance or BuildInstanceCerts can have that value. @errors RD_EINVAL. */
rd_code rd_local_engines_check(const char *name, const char *value, rd_err *err);
/* Adds "engine", where the images are in the end, and "builder", where else they are, to the JSON of a
 * build's row (places.h). */
rd_code rd_local_engines_put(const rd_local_engines *e, char **json, rd_err *err);
/* Where images are in the end. Borrowed. */
const rd_engine_place *rd_local_engines_home(const rd_local_engines *e);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The places of engines as JSON, in notes and in the builds table: members of an object,
 * {"engine":{"endpoint":…,"ca":…,"cert":…,"key":…}}. Any thread.
 */
#ifndef RD_CORE_RACK_PLACES_H
#define RD_CORE_RACK_PLACES_H

#include "core/engine/engine.h"

/* Adds a member to *json, the heap text of an object; nothing for a place without an endpoint. */
rd_code rd_place_add(char **json, const char *name, const rd_engine_place *p, rd_err *err);
/* Opens the engine of a member. @errors RD_ENOENT there is none of that name. */
rd_code rd_place_open(const char *json, const char *name, rd_engine **ret_engine, rd_err *err);

#endif

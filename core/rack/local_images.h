/* SPDX-License-Identifier: MIT */
/* Engines as the local rack's builds remember them. Only files of the local rack include this. */
#ifndef RD_CORE_RACK_LOCAL_IMAGES_H
#define RD_CORE_RACK_LOCAL_IMAGES_H

#include "core/base/cancel.h"
#include "core/engine/engine.h"

/* SQL: the engine of builds b, as rd_local_open_engine takes it. */
#define RD_LOCAL_ENGINE_OF "json_object('engine', json_extract(b.opts, '$.engine'))"

/* Opens the engine that a build was made by. *ret_engine NULL: the build does not say. It waits for
 * answers a few seconds at most, or until cancel (borrow) fires. @ret give. */
rd_code rd_local_open_engine(const char *json, rd_cancel *cancel, rd_engine **ret_engine,
	rd_err *err);

#endif

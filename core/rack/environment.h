/* SPDX-License-Identifier: MIT */
/*
 * Releases made of earlier ones, on any rack; the environment of an app is that of its newest release.
 * All block; any thread.
 */
#ifndef RD_CORE_RACK_ENVIRONMENT_H
#define RD_CORE_RACK_ENVIRONMENT_H

#include "core/rack/rack.h"

/* The newest release of an app; all NULL (its id too) if the app has none. */
rd_code rd_release_latest(rd_rack *rack, const char *app, rd_release *ret_release, rd_err *err);
/* The environment of the newest release, sorted by name, empty if there is none. */
rd_code rd_release_env(rd_rack *rack, const char *app, rd_kvs *ret_env, rd_err *err);
/* Makes a release with `set` (may be NULL) and without the names of `gone` (may be NULL) in the environment
 * that is the newest one by then. */
rd_code rd_release_env_change(rd_rack *rack, const char *app, const rd_kvs *set,
	const rd_strs *gone, rd_release *ret_release, rd_err *err);
/* Copies an older release forward, so that what is rolled back to is the newest, as convox does it. */
rd_code rd_release_copy(rd_rack *rack, const char *app, const char *id, rd_release *ret_release,
	rd_err *err);

#endif

/* SPDX-License-Identifier: MIT */
/* Releases, as several commands need them: the latest one, and promotion with its words. */
#ifndef RD_CLI_RELEASING_H
#define RD_CLI_RELEASING_H

#include "cli/say.h"
#include "core/rack/rack.h"

/* The newest release of an app; all NULL (its id too) if the app has none. */
rd_code rd_release_latest(rd_rack *rack, const char *app, rd_release *ret_release, rd_err *err);
/* The environment of the newest release, empty if there is none. */
rd_code rd_release_env(rd_rack *rack, const char *app, rd_kvs *ret_env, rd_err *err);
typedef struct rd_promotion {
	bool force; /* also while the app is updating */
	bool wait;  /* until the rack has done it; what it says meanwhile is printed */
	bool now;   /* do not wait for an app that is updating */
} rd_promotion;

/* "Promoting RX... OK" */
rd_code rd_release_promote(rd_rack *rack, const char *app, const char *id, const rd_promotion *how,
	rd_say *say, rd_err *err);

#endif

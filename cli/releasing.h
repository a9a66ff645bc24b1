/* SPDX-License-Identifier: MIT */
/* Promotion with its words, as several commands need it. */
#ifndef RD_CLI_RELEASING_H
#define RD_CLI_RELEASING_H

#include "cli/say.h"
#include "core/rack/rack.h"

typedef struct rd_promotion {
	bool force; /* also while the app is updating */
	bool wait;  /* until the rack has done it; what it says meanwhile is printed */
	bool now;   /* do not wait for an app that is updating */
} rd_promotion;

/* "Promoting RX... OK" */
rd_code rd_release_promote(rd_rack *rack, const char *app, const char *id, const rd_promotion *how,
	rd_say *say, rd_err *err);

#endif

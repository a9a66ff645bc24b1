/* SPDX-License-Identifier: MIT */
/*
 * The user's settings, $XDG_CONFIG_HOME/rackdeck/config.yml (rackdeck-config(5)):
 *   theme: slate-dark
 *   confirm: { prod-east: type, staging: y }
 *   highlight: { '\bdeprecated\b': warn }
 *   notify: { after: 60, bell: true, osc: 9, command: "notify-send rackdeck \"$1\"" }
 * What is not understood is told once and never keeps the console down; the rest counts.
 */
#ifndef RD_TUI_SETTINGS_H
#define RD_TUI_SETTINGS_H

#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/rack/log.h"
#include "tui/surface.h"

/* How the end of a long build is told beyond the screen. */
typedef struct rd_notify {
	int64_t after_us; /* only of builds that took this long */
	bool bell;
	int osc;       /* 9 or 777; 0: none */
	char *command; /* for /bin/sh, NULL: none */
} rd_notify;

/* What matches in logs has that role. */
typedef struct rd_highlight {
	rd_log_search *search;
	rd_role role;
} rd_highlight;

typedef struct rd_settings {
	char *theme; /* NULL: not set */
	rd_notify notify;
	rd_kvs confirm; /* pattern of a rack's name → "type" or "y"; the first that fits counts */
	rd_vec highlights; /* rd_highlight; where two match, the first one counts */
} rd_settings;

/* Reads a settings file; one that is not there is fine. What was read before a mistake, and after it,
 * counts. @errors RD_EPARSE, RD_EINVAL: the first mistake, with file, line and key. */
rd_code rd_settings_load(const char *path, rd_settings *ret_settings, rd_err *err);
void rd_settings_done(rd_settings *s);
void rd_highlights_done(rd_vec *highlights);
/* Whether changes to the rack want the app's name typed: as set; else racks whose name begins with
 * "prod" or "live". */
bool rd_settings_protect(const rd_settings *s, const char *rack);

#endif

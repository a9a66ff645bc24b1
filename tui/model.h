/* SPDX-License-Identifier: MIT */
/*
 * rd_model: what the console knows of the chosen app, read by the pool, shown by header and panes.
 *
 * Panes read it and never change it; records and pointers into it hold until the next RD_EV_MODEL.
 * Lists are newest first and hold what was asked for so far (rd_console_more asks for older ones).
 */
#ifndef RD_TUI_MODEL_H
#define RD_TUI_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/rack/rack.h"

typedef struct rd_model {
	bool loaded;  /* the first answer has come */
	bool has_app; /* the app exists on the rack */
	rd_app app;
	rd_vec builds;                 /* rd_build */
	rd_vec releases;               /* rd_release, without env and manifest */
	bool all_builds, all_releases; /* nothing older is left */
	int active;                    /* builds that are created or running */
	char *builds_on;               /* where else than on the rack builds run; NULL: nowhere */
	int64_t read_us;               /* how long the rack took to answer */
	uint64_t version;              /* rises with each read that brought a change */
	rd_err err; /* of the last read; code RD_OK if it went well: the rest is then current */
} rd_model;

void rd_model_init(rd_model *m);
void rd_model_done(rd_model *m);
/* Reads at most `want` builds and releases into a fresh model; what goes wrong is in m->err. Blocks. */
void rd_model_read(rd_model *m, rd_rack *rack, const char *app, int want);

/* NULL if it is not in the list. */
const rd_build *rd_model_build(const rd_model *m, const char *id);
const rd_release *rd_model_release(const rd_model *m, const char *id);
/* Index in the list, -1 if it is not there. */
int rd_model_build_index(const rd_model *m, const char *id);
int rd_model_release_index(const rd_model *m, const char *id);
/* Index of what a rollback goes to: the release that was active last before the active one; where the rack
 * does not tell, the one that was made before it. -1: there is none. */
int rd_model_previous_index(const rd_model *m);

#endif

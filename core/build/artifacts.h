/* SPDX-License-Identifier: MIT */
/*
 * The artifact cache around a build: what the build before left in /var/cache/build comes back in the
 * context as .cache/build, and what this one leaves is kept. A cache is only a hint: what goes wrong with it
 * is a warning in the log and never the build's failure. Convox documented this convention.
 * Thread rule: any thread; one rd_artifacts serves all images of a build.
 */
#ifndef RD_CORE_BUILD_ARTIFACTS_H
#define RD_CORE_BUILD_ARTIFACTS_H

#include <pthread.h>

#include "core/build/plan.h"
#include "core/build/record.h"
#include "core/chunks/cache.h"
#include "core/engine/engine.h"

#define RD_ARTIFACTS_FOLDER "/var/cache/build"

typedef struct rd_artifacts {
	rd_cache *cache; /* borrow; NULL: there is none, only the places for it */
	const char *app, *build_id;
	bool no_cache; /* nothing comes back */
	pthread_mutex_t lock;
	/* What it came to so far. */
	uint64_t restored_files, restored_bytes;
	uint64_t saved_files, saved_bytes, new_bytes, stored_bytes;
	int64_t save_us;           /* summed over images */
	int restored, saved, kept; /* images; kept: their layers were those saved before */
} rd_artifacts;

void rd_artifacts_init(rd_artifacts *a, rd_cache *cache, const char *app, const char *build_id,
	bool no_cache);
void rd_artifacts_done(rd_artifacts *a);
/* Where one image is made. All borrowed. */
typedef struct rd_artifacts_site {
	rd_record *record;
	rd_record_group *group;
	const rd_plan_image *image;
	rd_cancel *cancel;
} rd_artifacts_site;

/* Puts what is kept for the image's services into its context, or empty folders for what its Dockerfile copies
 * from there. @context of rd_source_context, nothing read yet. *broken: true on entry, nothing comes back;
 * set when what comes back proves damaged while the context is read: then build again without it. Kept until
 * the context is closed. */
rd_code rd_artifacts_restore(rd_artifacts *a, const rd_artifacts_site *site, rd_reader *context,
	bool *broken, rd_err *err);
/* Says in the log that the build does without. */
rd_code rd_artifacts_warn_cold(const rd_artifacts_site *site, const rd_err *why, rd_err *err);
/* Keeps what an image that was built holds. @errors RD_ECANCELED, and of the record. */
rd_code rd_artifacts_save(rd_artifacts *a, const rd_artifacts_site *site, rd_engine *engine,
	const char *image_id, rd_err *err);
/* The line for the end of the log; nothing if nothing was restored or saved. */
rd_code rd_artifacts_tell(rd_artifacts *a, rd_record *record, rd_err *err);

#endif

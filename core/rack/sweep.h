/* SPDX-License-Identifier: MIT */
/*
 * What is to be removed from engines after builds that were interrupted and apps that were removed.
 * It is noted as a file in run/ and done by a worker of its own, so that opening a rack never waits
 * for an engine; a note whose engine is away stays, and is tried again (once a minute at most) when
 * the rack is opened.
 *
 * A note is one JSON object a line: {"engine":{…},"build":ID} (what the build of that id does at the
 * engine is stopped, what is left of it is removed) or {"engine":{…},"tag":"local/shop:web.BX"}; with a build as well
 * a tag is removed only if that build neither lives nor is complete.
 * An engine may yet finish what a killed worker asked of it, such as a load: a note with a build is done once more
 * half a minute later, as NAME.later.
 * Any thread.
 */
#ifndef RD_CORE_RACK_SWEEP_H
#define RD_CORE_RACK_SWEEP_H

#include "core/base/str.h"

/* Appends a line for each engine that the build's opts (JSON of the builds table) name: a build, a tag, or a
 * tag of a build (what is not meant is NULL). */
rd_code rd_sweep_put(rd_str *note, const char *opts, const char *build, const char *tag,
	rd_err *err);
/* Writes the note into DIR/run; an empty one is not written. Later: it is to be done in half a minute only. */
rd_code rd_sweep_note(const char *dir, const rd_str *note, bool later, rd_err *err);
bool rd_sweep_is_note(const char *name);
/* Starts a worker that does what the notes say. Best effort: the notes stay. */
void rd_sweep_start(const char *dir);
/* Does what the notes say. @param ret_left_us 0 or how long until one that waits is due */
rd_code rd_sweep_once(const char *dir, int64_t *ret_left_us, rd_err *err);
/* The worker: does what all notes say, and waits for those that are to be done later. */
rd_code rd_sweep_run(const char *dir, rd_err *err);

#endif

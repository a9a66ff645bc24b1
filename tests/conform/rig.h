/* SPDX-License-Identifier: MIT */
/* What tests of racks share: a home of their own, sources as tar, waiting for a build. */
#ifndef RD_TESTS_CONFORM_RIG_H
#define RD_TESTS_CONFORM_RIG_H

#include "core/base/str.h"
#include "core/rack/rack.h"

/* Asserts RD_OK and prints the error if it is not. */
#define RIG_OK(call) rig_ok((call), &rig_err, #call, __FILE__, __LINE__)
extern rd_err rig_err;
void rig_ok(rd_code rc, const rd_err *err, const char *call, const char *file, int line);

/* Makes a temporary home and points all environment variables there; no rack or engine is chosen. */
void rig_begin(void);
const char *rig_dir(void);
void rig_end(void);

/* A tar of files: {name, text}, ended by {NULL}. */
typedef const char *rig_file[2];
void rig_tar(rd_str *out, const rig_file *files);
/* Stores one and gives its URL (heap). */
char *rig_put(rd_rack *r, const char *app, const rig_file *files);

/* Waits, by the rack's events, until the build is in that state; fails after 60 s.
 * The caller frees *ret_build. */
void rig_wait(rd_rack *r, const char *app, const char *id, const char *status, rd_build *ret_build);
/* The whole log (heap). */
char *rig_log(rd_rack *r, const char *app, const char *id);

#endif

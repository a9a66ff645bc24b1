/* SPDX-License-Identifier: MIT */
/*
 * Words for who or what wishes a build: a kind and details, "command, alice", "watch, /srv/shop",
 * "push, bob to main". Any thread.
 */
#ifndef RD_CORE_RACK_TRIGGER_H
#define RD_CORE_RACK_TRIGGER_H

#include <stddef.h>

#define RD_TRIGGER_MAX_BYTES 240
#define RD_TRIGGER_RACK "rack" /* the kind of what another rack has us build */

/* Joins both in one clean line of at most RD_TRIGGER_MAX_BYTES bytes; details "": the kind alone.
 * @ret heap, NULL if out of memory. */
char *rd_trigger_new(const char *kind, const char *details);
/* The same with the name of the user whose process this is. @ret heap. */
char *rd_trigger_by_user(const char *kind);
/* The kind of a trigger, for narrow columns. */
void rd_trigger_kind(const char *trigger, char *buf, size_t cap);

#endif

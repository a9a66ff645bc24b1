/* SPDX-License-Identifier: MIT */
/* A server over a real socket that speaks just enough of the Docker Engine API to be taken for an
 * engine without images, and never answers a build: for what happens while one runs. */
#ifndef RD_TESTS_UNIT_RACK_MUTE_ENGINE_H
#define RD_TESTS_UNIT_RACK_MUTE_ENGINE_H

/* Listens at path, in threads of its own. One at a time. */
void mute_engine_start(const char *path);
/* Call it when no client is left. */
void mute_engine_stop(void);

#endif

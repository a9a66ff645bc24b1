/* SPDX-License-Identifier: MIT */
/* The private folder of a tunnel's socket. It is locked as long as its process lives: whoever makes the next
 * one removes those that nobody holds. One thread at a time. */
#ifndef RD_CORE_ENGINE_TUNNEL_DIR_H
#define RD_CORE_ENGINE_TUNNEL_DIR_H

#include "core/base/err.h"

typedef struct rd_tunnel_dir {
	int fd; /* holds the lock; -1: none */
	char *path, *socket;
} rd_tunnel_dir;

void rd_tunnel_dir_init(rd_tunnel_dir *d);
/* Below $XDG_RUNTIME_DIR, else /tmp; a socket's path is short. */
rd_code rd_tunnel_dir_make(rd_tunnel_dir *d, rd_err *err);
void rd_tunnel_dir_done(rd_tunnel_dir *d);
/* Removes those of killed processes. */
void rd_tunnel_dir_clear(void);

#endif

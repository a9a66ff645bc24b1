/* SPDX-License-Identifier: MIT */
/*
 * An engine behind ssh: the ssh program, as a child, brings its socket to one of ours.
 *
 * The socket lies in a folder of its own (0700) below $XDG_RUNTIME_DIR, else /tmp. The child ends with the
 * tunnel, and with this process however that ends; a folder that a killed process left goes when the next
 * tunnel is made or freed. It takes keys, jump hosts and known hosts from the user's ssh configuration, and asks
 * nobody for anything.
 * Life cycle: 1. rd_tunnel_new (nothing runs yet); 2. rd_tunnel_start; 3. rd_tunnel_free.
 * Thread rule: one at a time for start and free; said by any.
 */
#ifndef RD_CORE_ENGINE_TUNNEL_H
#define RD_CORE_ENGINE_TUNNEL_H

#include "core/base/cancel.h"
#include "core/base/str.h"

#define RD_TUNNEL_SCHEME "ssh://"

typedef struct rd_tunnel rd_tunnel;

/* @endpoint "ssh://[USER@]HOST[:PORT][/PATH/TO/SOCKET]"; the engine's socket there is /var/run/docker.sock
 * if none is named. @ret give. @errors RD_EINVAL for the endpoint. */
rd_code rd_tunnel_new(const char *endpoint, rd_tunnel **ret_tunnel, rd_err *err);
rd_tunnel *rd_tunnel_free(rd_tunnel *t); /* NULL is fine. @returns NULL */
/* Where the engine's socket comes out, once it is started. Borrowed. */
const char *rd_tunnel_socket(const rd_tunnel *t);
/* Returns when the socket takes connections; at once if it was started before.
 * @errors RD_EUNAVAIL ssh ended (the message holds what it said), or there is none; RD_ETIMEOUT,
 * RD_ECANCELED. It may be tried again. */
rd_code rd_tunnel_start(rd_tunnel *t, rd_cancel *cancel, int64_t patience_ms, rd_err *err);
/* What ssh said last, one line; "" if nothing. */
void rd_tunnel_said(rd_tunnel *t, rd_str *out);

#endif

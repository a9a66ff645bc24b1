/* SPDX-License-Identifier: MIT */
/*
 * A rack as a Convox rack for others: its API over HTTP and WebSocket, with or without TLS.
 *
 * Each connection has a thread of its own, so that operations of the rack may block; the number of
 * connections and of uploads at once is limited. Builds are processes of their own and go on when the
 * server ends.
 * Life cycle: 1. rd_server_start; 2. rd_server_stop, from the same thread.
 * Source: Convox's API as its CLIs (v2, v3) use it.
 */
#ifndef RD_CORE_SERVER_SERVER_H
#define RD_CORE_SERVER_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/rack/rack.h"

typedef struct rd_server rd_server;

typedef struct rd_server_opts {
	rd_rack *rack;        /* borrow */
	const char *host;     /* numeric address or name of this machine, "127.0.0.1" */
	int port;             /* 0: a free one */
	const char *password; /* of every user name */
	const char *cert;     /* PEM files; NULL: no TLS */
	const char *key;
	const char *
		names; /* "a,b": hosts that it is asked as; NULL: any, on this machine alone its own */
	int max_uploads; /* at once; 0: 4 */
	/* Without a byte from or to a client for so long its connection ends; heads and forms come whole
	 * within it. 0: 120 */
	int idle_s;
	/* One line per request, without secrets; called from any thread. NULL: none. */
	void (*log)(void *arg, const char *line);
	void *arg;
} rd_server_opts;

/* Listens and serves in threads of its own. @opts' texts are copied.
 * @errors RD_EINVAL, RD_EBUSY the port is taken, RD_EPERM, RD_EPARSE a bad certificate or key. @ret give. */
rd_code rd_server_start(const rd_server_opts *opts, rd_server **ret_server, rd_err *err);
/* The port that it listens on. */
int rd_server_port(const rd_server *s);
/* What a server of that rack would answer to GET @path ("/apps?limit=1"), appended to out.
 * @errors RD_ENOENT there is no such path, those of the rack. */
rd_code rd_server_query(rd_rack *rack, const char *path, rd_str *out, rd_err *err);
/* Takes no more requests, ends streams and waits for the calls under way. @returns NULL */
rd_server *rd_server_stop(rd_server *s);

#endif

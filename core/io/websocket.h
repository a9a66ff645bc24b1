/* SPDX-License-Identifier: MIT */
/*
 * A WebSocket to a server of HTTP (RFC 6455), with its TLS, keys and proxies as rd_http has them: curl
 * makes the connection (its connect-only mode), frames are those of core/formats/ws.h.
 *
 * Life cycle: 1. rd_websocket_open; 2. rd_websocket_next until the receiver has what it wants or an error
 * says that the connection is gone; 3. rd_websocket_close.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_IO_WEBSOCKET_H
#define RD_CORE_IO_WEBSOCKET_H

#include "core/formats/ws.h"
#include "core/io/http.h"

typedef struct rd_websocket rd_websocket;

typedef struct rd_websocket_opts {
	const char *path;       /* from '/', with its query, escaped */
	const rd_strs *headers; /* "Name: value"; NULL: none */
	rd_ws_fn *fn;           /* hears every message */
	void *arg;
	rd_cancel *cancel; /* NULL: never */
} rd_websocket_opts;

/* @h @opts' members: borrowed until close. ret_answer: what a server says that does not upgrade: status,
 * the body's beginning, and of the headers "location" and "retry-after"; zeroed by the call, to be freed
 * also after an error.
 * @errors those of rd_http_do; RD_EREMOTE the server answers but does not upgrade. @ret give. */
rd_code rd_websocket_open(rd_http *h, const rd_websocket_opts *opts, rd_websocket **ret_websocket,
	rd_http_answer *ret_answer, rd_err *err);
/* Waits for bytes and gives them to the receiver; pings a server that is silent for 20 s.
 * @errors RD_EUNAVAIL the connection ended, RD_ETIMEOUT not a byte in 60 s, RD_ECANCELED, those of
 * rd_ws_feed. */
rd_code rd_websocket_next(rd_websocket *w, rd_err *err);
rd_websocket *rd_websocket_close(rd_websocket *w); /* NULL is fine. @returns NULL */

#endif

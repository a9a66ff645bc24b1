/* SPDX-License-Identifier: MIT */
/*
 * WebSocket frames (RFC 6455), both sides, over wslay: bytes from the peer go in, messages come out in
 * pieces as they arrive, and what must be sent gathers in a buffer. No I/O, memory is flat whatever the
 * size of a message. Pings are answered by themselves. No extension is spoken.
 *
 * Life cycle: 1. rd_ws_new; 2. rd_ws_feed with what was read, rd_ws_put and rd_ws_ping for what is to be
 * sent, both followed by sending rd_ws_output; 3. rd_ws_free.
 * Thread rule: one thread at a time.
 */
#ifndef RD_CORE_FORMATS_WS_H
#define RD_CORE_FORMATS_WS_H

#include "core/base/str.h"

typedef struct rd_ws rd_ws;

typedef enum rd_ws_kind { RD_WS_TEXT, RD_WS_BINARY, RD_WS_CLOSE } rd_ws_kind;

/* A piece of a message; an empty message gives one piece of no bytes. Of RD_WS_CLOSE nothing follows;
 * its bytes are the status in network order and words, or nothing.
 * A non-zero result ends the feed with that error. */
typedef rd_code rd_ws_fn(void *arg, rd_ws_kind kind, const char *bytes, size_t n, rd_err *err);

typedef enum rd_ws_side { RD_WS_CLIENT, RD_WS_SERVER } rd_ws_side;

#define RD_WS_OUTPUT_MAX ((size_t)8 << 20) /* bytes that wait to be sent */

/* @fn @arg borrow. @ret give. */
rd_code rd_ws_new(rd_ws_side side, rd_ws_fn *fn, void *arg, rd_ws **ret_ws, rd_err *err);
rd_ws *rd_ws_free(rd_ws *ws); /* @returns NULL */

/* Takes bytes from the peer. @errors RD_EPARSE no WebSocket frames, or what fn gave. */
rd_code rd_ws_feed(rd_ws *ws, const char *bytes, size_t n, rd_err *err);
/* Appends a whole message (RD_WS_CLOSE: the end, with status 1000) to the output.
 * @errors RD_ELIMIT the peer takes nothing and the output is full, RD_EBUSY after the end. */
rd_code rd_ws_put(rd_ws *ws, rd_ws_kind kind, const char *bytes, size_t n, rd_err *err);
rd_code rd_ws_ping(rd_ws *ws, rd_err *err);
/* What is to be sent; drop what was. Borrowed. */
rd_str *rd_ws_output(rd_ws *ws);

/* ---- the handshake ---- */

#define RD_WS_KEY_SIZE 25    /* 24 characters and NUL */
#define RD_WS_ACCEPT_SIZE 29 /* 28 characters and NUL */

/* A fresh Sec-WebSocket-Key. */
void rd_ws_key(char ret_key[RD_WS_KEY_SIZE]);
/* The Sec-WebSocket-Accept that answers a key (RFC 6455, 4.2.2). @key any text. */
void rd_ws_accept(const char *key, char ret_accept[RD_WS_ACCEPT_SIZE]);

#endif

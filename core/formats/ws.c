/* SPDX-License-Identifier: MIT */
/* WebSocket frames by wslay. */
#include "core/formats/ws.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <wslay/wslay.h>

#include "core/base/digest.h"

/*
 * DESIGN: frames, not wslay's messages: those refuse text that is not UTF-8, and a rack cuts the log of a
 * build anywhere, also within a letter.
 */
#define STATUS_NORMAL "\x03\xe8" /* 1000 */
#define CONTROL_MAX 125
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455, 1.3 */

struct rd_ws {
	wslay_frame_context_ptr ctx;
	rd_ws_side side;
	rd_ws_fn *fn;
	void *arg;
	const char *in; /* what is being fed */
	size_t in_n;
	rd_str out;
	rd_ws_kind kind;   /* of the message under way */
	bool in_message;   /* its last frame is yet to come */
	uint64_t left;     /* bytes of the frame under way; its header was seen if in_frame */
	bool in_frame;     /* the header of a frame was seen, its end was not */
	rd_str control;    /* payload of a control frame */
	bool is_closed;    /* we said the end */
	bool peer_is_done; /* the peer did */
};

/* ---- callbacks of wslay ---- */

static ssize_t take_in(uint8_t *buf, size_t cap, int flags RD_UNUSED, void *arg)
{
	rd_ws *ws = arg;
	size_t n = ws->in_n < cap ? ws->in_n : cap;

	if (!n)
		return -1;
	memcpy(buf, ws->in, n);
	ws->in += n;
	ws->in_n -= n;
	return (ssize_t)n;
}

static ssize_t put_out(const uint8_t *bytes, size_t n, int flags RD_UNUSED, void *arg)
{
	rd_ws *ws = arg;

	rd_str_putn(&ws->out, bytes, n);
	return rd_str_ok(&ws->out) ? (ssize_t)n : -1;
}

static int make_mask(uint8_t *buf, size_t n, void *arg RD_UNUSED)
{
	return getrandom(buf, n, 0) == (ssize_t)n ? 0 : -1;
}

/* ---- the codec ---- */

rd_code rd_ws_new(rd_ws_side side, rd_ws_fn *fn, void *arg, rd_ws **ret_ws, rd_err *err)
{
	static const struct wslay_frame_callbacks callbacks = {put_out, take_in, make_mask};
	rd_ws *ws = calloc(1, sizeof(*ws));

	if (!ws || wslay_frame_context_init(&ws->ctx, &callbacks, ws)) {
		free(ws);
		return rd_err_nomem(err);
	}
	ws->side = side;
	ws->fn = fn;
	ws->arg = arg;
	rd_str_init(&ws->out, RD_WS_OUTPUT_MAX);
	rd_str_init(&ws->control, CONTROL_MAX);
	*ret_ws = ws;
	return RD_OK;
}

rd_ws *rd_ws_free(rd_ws *ws)
{
	if (!ws)
		return NULL;
	wslay_frame_context_free(ws->ctx);
	rd_str_done(&ws->out);
	rd_str_done(&ws->control);
	free(ws);
	return NULL;
}

static rd_code put_frame(rd_ws *ws, uint8_t opcode, const char *bytes, size_t n, rd_err *err)
{
	struct wslay_frame_iocb frame = {.fin = 1,
		.opcode = opcode,
		.payload_length = n,
		.mask = ws->side == RD_WS_CLIENT,
		.data = (const uint8_t *)bytes,
		.data_length = n};

	if (ws->is_closed)
		return rd_err_set(err, RD_EBUSY, "the connection is being closed");
	ws->is_closed = opcode == WSLAY_CONNECTION_CLOSE;
	if (wslay_frame_send(ws->ctx, &frame) == (ssize_t)n)
		return RD_OK;
	return rd_err_set(err, RD_ELIMIT,
		"the other side of the connection takes nothing: %zu bytes wait for it",
		ws->out.len);
}

rd_code rd_ws_put(rd_ws *ws, rd_ws_kind kind, const char *bytes, size_t n, rd_err *err)
{
	if (kind == RD_WS_CLOSE)
		return put_frame(ws, WSLAY_CONNECTION_CLOSE, STATUS_NORMAL, 2, err);
	return put_frame(ws, kind == RD_WS_TEXT ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME, bytes, n,
		err);
}

rd_code rd_ws_ping(rd_ws *ws, rd_err *err)
{
	return put_frame(ws, WSLAY_PING, "", 0, err);
}

/* ---- reading ---- */

static rd_code breach(rd_err *err, const char *what)
{
	return rd_err_set(err, RD_EPARSE,
		"the other side does not keep to the WebSocket protocol: %s", what);
}

/* A frame begins. */
static rd_code begin_frame(rd_ws *ws, const struct wslay_frame_iocb *f, rd_err *err)
{
	bool is_control = wslay_is_ctrl_frame(f->opcode);

	if (f->rsv)
		return breach(err, "reserved bits are set");
	if (f->mask != (ws->side == RD_WS_SERVER))
		return breach(err, "a frame is masked or not as it must be");
	if (is_control ? f->opcode > WSLAY_PONG : f->opcode > WSLAY_BINARY_FRAME)
		return breach(err, "a frame of no known kind");
	if (is_control && (!f->fin || f->payload_length > CONTROL_MAX))
		return breach(err, "a control frame is too long");
	ws->in_frame = true;
	ws->left = f->payload_length;
	if (is_control) {
		rd_str_clear(&ws->control);
		return RD_OK;
	}
	if ((f->opcode == WSLAY_CONTINUATION_FRAME) != ws->in_message)
		return breach(err, "a message does not go on where it ended");
	if (f->opcode != WSLAY_CONTINUATION_FRAME)
		ws->kind = f->opcode == WSLAY_TEXT_FRAME ? RD_WS_TEXT : RD_WS_BINARY;
	ws->in_message = !f->fin;
	/* An empty message is a message: it ends Convox's streams. */
	if (!f->payload_length && f->fin && f->opcode != WSLAY_CONTINUATION_FRAME)
		return ws->fn(ws->arg, ws->kind, "", 0, err);
	return RD_OK;
}

/* A control frame has come whole. */
static rd_code end_control(rd_ws *ws, uint8_t opcode, rd_err *err)
{
	if (opcode == WSLAY_PING && !ws->is_closed)
		return put_frame(ws, WSLAY_PONG, rd_str_get(&ws->control), ws->control.len, err);
	if (opcode != WSLAY_CONNECTION_CLOSE)
		return RD_OK;
	ws->peer_is_done = true;
	if (!ws->is_closed) {
		rd_code rc = put_frame(ws, WSLAY_CONNECTION_CLOSE, rd_str_get(&ws->control),
			ws->control.len, err);

		if (rc)
			return rc;
	}
	return ws->fn(ws->arg, RD_WS_CLOSE, rd_str_get(&ws->control), ws->control.len, err);
}

static rd_code take_part(rd_ws *ws, const struct wslay_frame_iocb *f, rd_err *err)
{
	rd_code rc = ws->in_frame ? RD_OK : begin_frame(ws, f, err);

	if (rc)
		return rc;
	ws->left -= f->data_length;
	ws->in_frame = ws->left > 0;
	if (!wslay_is_ctrl_frame(f->opcode))
		return f->data_length ? ws->fn(ws->arg, ws->kind, (const char *)f->data,
						f->data_length, err)
				      : RD_OK;
	rd_str_putn(&ws->control, f->data, f->data_length);
	return ws->in_frame ? RD_OK : end_control(ws, f->opcode, err);
}

rd_code rd_ws_feed(rd_ws *ws, const char *bytes, size_t n, rd_err *err)
{
	rd_code rc = RD_OK;

	ws->in = bytes;
	ws->in_n = n;
	while (!rc && !ws->peer_is_done) {
		struct wslay_frame_iocb frame = {0};
		ssize_t got = wslay_frame_recv(ws->ctx, &frame);

		if (got == WSLAY_ERR_WANT_READ)
			break;
		rc = got < 0 ? breach(err, "what came is no frame") : take_part(ws, &frame, err);
	}
	ws->in = NULL;
	ws->in_n = 0;
	return rc;
}

rd_str *rd_ws_output(rd_ws *ws)
{
	return &ws->out;
}

/* ---- the handshake ---- */

void rd_ws_key(char ret_key[RD_WS_KEY_SIZE])
{
	uint8_t bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		abort();
	rd_base64(bytes, sizeof(bytes), ret_key);
}

void rd_ws_accept(const char *key, char ret_accept[RD_WS_ACCEPT_SIZE])
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	uint8_t sum[RD_SHA1_BYTES];

	rd_str_printf(&text, "%s%s", key, ACCEPT_GUID);
	rd_sha1_of(rd_str_get(&text), text.len, sum);
	rd_base64(sum, sizeof(sum), ret_accept);
}

/* SPDX-License-Identifier: MIT */
/*
 * From the bytes of a terminal to keys and pastes. Sequences that curses knows come as keys already
 * (rd_decode_key); the rest comes byte by byte: UTF-8 cut anywhere, Alt as ESC before a key, and
 * sequences that nobody knows, which vanish whole so that none of their letters counts as a key.
 * Thread rule: one thread at a time. A zeroed rd_decoder is ready.
 */
#ifndef RD_TUI_DECODE_H
#define RD_TUI_DECODE_H

#include "core/base/str.h"
#include "tui/terminal.h"

#define RD_PASTE_MAX (1024 * 1024) /* what is longer is cut */

typedef enum rd_decode_state {
	RD_DECODE_PLAIN,
	RD_DECODE_ESC,    /* ESC came: Alt, a sequence, or the key itself */
	RD_DECODE_CSI,    /* swallows to the final byte */
	RD_DECODE_SS3,    /* swallows one byte */
	RD_DECODE_STRING, /* swallows to BEL or ESC \ */
	RD_DECODE_STRING_ESC,
	RD_DECODE_PASTE,
	RD_DECODE_MOUSE,     /* "ESC [ <" came: numbers up to M or m */
	RD_DECODE_MOUSE_OLD, /* "ESC [ M" came: three bytes */
} rd_decode_state;

typedef struct rd_decoder {
	rd_decode_state state;
	unsigned char utf8[4];
	int utf8_n, utf8_want;
	bool alt;
	char mouse[24];
	int mouse_n;
	rd_str paste;
	int64_t last_us; /* when the last byte came, for rd_decode_is_lost */
} rd_decoder;

/* Takes one byte. @returns whether *ret_input is set. */
bool rd_decode_byte(rd_decoder *d, unsigned char byte, rd_input *ret_input);
/* Takes a key that was decoded already. */
bool rd_decode_key(rd_decoder *d, rd_key key, rd_input *ret_input);
/* What follows is of the mouse: as terminals tell it now, or as they did (up to column 223). */
void rd_decode_mouse_begin(rd_decoder *d, bool is_old);
/* No byte is waiting: an ESC that stood alone is the key. */
bool rd_decode_idle(rd_decoder *d, rd_input *ret_input);
void rd_decode_paste_begin(rd_decoder *d, int64_t now_us);
/* The text is borrowed until the next call. */
bool rd_decode_paste_end(rd_decoder *d, rd_input *ret_input);
/* Whether a paste or a sequence is open that has gone silent: its end was lost, or it was Alt and a key. */
bool rd_decode_is_lost(const rd_decoder *d, int64_t now_us);
void rd_decode_reset(rd_decoder *d);
void rd_decode_done(rd_decoder *d);

#endif

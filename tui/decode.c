/* SPDX-License-Identifier: MIT */
/* Bytes to keys. */
#include "tui/decode.h"

#include "core/base/utf8.h"

#define ESC 0x1b
#define BEL 0x07
#define SILENCE_US 1000000 /* longer, and the end of a paste or sequence was lost */

static bool give(rd_decoder *d, rd_key key, rd_input *ret_input)
{
	if (d->alt)
		key.mods |= RD_KEY_ALT;
	d->alt = false;
	*ret_input = (rd_input){.kind = RD_INPUT_KEY, .key = key};
	return true;
}

/* A byte below 0x80 that is no part of a sequence. */
static rd_key plain_key(unsigned char byte)
{
	switch (byte) {
	case '\r':
	case '\n':
		return rd_key_of(RD_KEY_ENTER, 0);
	case '\t':
		return rd_key_of(RD_KEY_TAB, 0);
	case 0x7f:
	case '\b':
		return rd_key_of(RD_KEY_BACKSPACE, 0);
	case 0:
		return rd_key_of(' ', RD_KEY_CTRL);
	default:
		if (byte >= 0x20)
			return rd_key_of(byte, 0);
		return rd_key_of(byte <= 26 ? byte + 0x60U : byte + 0x40U, RD_KEY_CTRL);
	}
}

static int utf8_length(unsigned char lead)
{
	return lead >= 0xc2 && lead <= 0xdf   ? 2
	       : lead >= 0xe0 && lead <= 0xef ? 3
	       : lead >= 0xf0 && lead <= 0xf4 ? 4
					      : 0;
}

/* A byte from 0x80 on. An invalid one is U+FFFD, and begins anew. */
static bool utf8_byte(rd_decoder *d, unsigned char byte, rd_input *ret_input)
{
	uint32_t cp = 0;

	if (d->utf8_n == 0) {
		d->utf8_want = utf8_length(byte);
		if (!d->utf8_want)
			return give(d, rd_key_of(0xfffd, 0), ret_input);
	}
	d->utf8[d->utf8_n++] = byte;
	if (d->utf8_n < d->utf8_want)
		return false;
	rd_utf8_next((const char *)d->utf8, (size_t)d->utf8_n, &cp);
	d->utf8_n = 0;
	return give(d, rd_key_of(cp, 0), ret_input);
}

static bool plain_byte(rd_decoder *d, unsigned char byte, rd_input *ret_input)
{
	bool is_next = byte >= 0x80 && byte < 0xc0;

	if (d->utf8_n > 0 && !is_next)
		d->utf8_n = 0; /* cut short: what is there is lost */
	if (byte >= 0x80)
		return utf8_byte(d, byte, ret_input);
	if (byte == ESC) {
		d->state = RD_DECODE_ESC;
		return false;
	}
	return give(d, plain_key(byte), ret_input);
}

static bool after_esc(rd_decoder *d, unsigned char byte, rd_input *ret_input)
{
	d->state = RD_DECODE_PLAIN;
	if (byte == '[')
		d->state = RD_DECODE_CSI;
	else if (byte == 'O')
		d->state = RD_DECODE_SS3;
	else if (byte == ']' || byte == 'P' || byte == '_' || byte == '^' || byte == 'X')
		d->state = RD_DECODE_STRING;
	if (d->state != RD_DECODE_PLAIN)
		return false;
	if (byte == ESC) { /* the first was the key */
		d->state = RD_DECODE_ESC;
		return give(d, rd_key_of(RD_KEY_ESC, 0), ret_input);
	}
	d->alt = true;
	return plain_byte(d, byte, ret_input);
}

static void in_sequence(rd_decoder *d, unsigned char byte)
{
	bool is_end = false;

	if (d->state == RD_DECODE_CSI)
		is_end = byte >= 0x40 && byte <= 0x7e;
	else if (d->state == RD_DECODE_SS3)
		is_end = true;
	else if (d->state == RD_DECODE_STRING_ESC)
		is_end = true;
	else if (byte == ESC)
		d->state = RD_DECODE_STRING_ESC;
	else
		is_end = byte == BEL;
	if (is_end)
		d->state = RD_DECODE_PLAIN;
}

/* A button as both ways of telling it number it: 0 left, +32 moved, 64 and 65 the wheel. */
static bool mouse_input(int button, int x, int y, bool is_up, rd_input *ret_input)
{
	rd_mouse m = {.x = x - 1, .y = y - 1};

	if (x < 1 || y < 1)
		return false;
	if (button & 64)
		m.kind = button & 1 ? RD_MOUSE_WHEEL_DOWN : RD_MOUSE_WHEEL_UP;
	else if (is_up)
		m.kind = RD_MOUSE_RELEASE;
	else if ((button & 3) != 0 || button >= 128)
		return false;
	else
		m.kind = button & 32 ? RD_MOUSE_DRAG : RD_MOUSE_PRESS;
	*ret_input = (rd_input){.kind = RD_INPUT_MOUSE, .mouse = m};
	return true;
}

static bool mouse_byte(rd_decoder *d, unsigned char byte, rd_input *ret_input)
{
	int button = 0, x = 0, y = 0;

	if ((byte >= '0' && byte <= '9') || byte == ';') {
		if (d->mouse_n + 1 < (int)sizeof(d->mouse))
			d->mouse[d->mouse_n++] = (char)byte;
		return false;
	}
	d->state = RD_DECODE_PLAIN;
	d->mouse[d->mouse_n] = '\0';
	if ((byte != 'M' && byte != 'm') || sscanf(d->mouse, "%5d;%5d;%5d", &button, &x, &y) != 3)
		return false;
	return mouse_input(button, x, y, byte == 'm', ret_input);
}

static bool old_mouse_byte(rd_decoder *d, unsigned char byte, rd_input *ret_input)
{
	int button;

	d->mouse[d->mouse_n++] = (char)byte;
	if (d->mouse_n < 3)
		return false;
	d->state = RD_DECODE_PLAIN;
	button = (unsigned char)d->mouse[0] - 32;
	return mouse_input(button, (unsigned char)d->mouse[1] - 32, (unsigned char)d->mouse[2] - 32,
		(button & 67) == 3, ret_input);
}

void rd_decode_mouse_begin(rd_decoder *d, bool is_old)
{
	if (d->state == RD_DECODE_PASTE)
		return;
	d->state = is_old ? RD_DECODE_MOUSE_OLD : RD_DECODE_MOUSE;
	d->mouse_n = 0;
	d->utf8_n = 0;
}

bool rd_decode_byte(rd_decoder *d, unsigned char byte, rd_input *ret_input)
{
	switch (d->state) {
	case RD_DECODE_PLAIN:
		return plain_byte(d, byte, ret_input);
	case RD_DECODE_ESC:
		return after_esc(d, byte, ret_input);
	case RD_DECODE_PASTE:
		if (d->paste.len < RD_PASTE_MAX)
			rd_str_putc(&d->paste, (char)byte);
		return false;
	case RD_DECODE_MOUSE:
		return mouse_byte(d, byte, ret_input);
	case RD_DECODE_MOUSE_OLD:
		return old_mouse_byte(d, byte, ret_input);
	default:
		in_sequence(d, byte);
		return false;
	}
}

bool rd_decode_key(rd_decoder *d, rd_key key, rd_input *ret_input)
{
	if (d->state == RD_DECODE_PASTE)
		return false;
	d->alt = d->state == RD_DECODE_ESC;
	d->state = RD_DECODE_PLAIN;
	d->utf8_n = 0;
	return give(d, key, ret_input);
}

bool rd_decode_idle(rd_decoder *d, rd_input *ret_input)
{
	if (d->state != RD_DECODE_ESC)
		return false;
	d->state = RD_DECODE_PLAIN;
	return give(d, rd_key_of(RD_KEY_ESC, 0), ret_input);
}

void rd_decode_paste_begin(rd_decoder *d, int64_t now_us)
{
	d->state = RD_DECODE_PASTE;
	d->utf8_n = 0;
	d->last_us = now_us;
	rd_str_clear(&d->paste);
}

bool rd_decode_paste_end(rd_decoder *d, rd_input *ret_input)
{
	if (d->state != RD_DECODE_PASTE)
		return false;
	d->state = RD_DECODE_PLAIN;
	*ret_input = (rd_input){
		.kind = RD_INPUT_PASTE, .text = rd_str_get(&d->paste), .n = d->paste.len};
	return true;
}

bool rd_decode_is_lost(const rd_decoder *d, int64_t now_us)
{
	return d->state != RD_DECODE_PLAIN && d->state != RD_DECODE_ESC &&
	       now_us - d->last_us > SILENCE_US;
}

void rd_decode_reset(rd_decoder *d)
{
	d->state = RD_DECODE_PLAIN;
	d->utf8_n = 0;
	d->alt = false;
}

void rd_decode_done(rd_decoder *d)
{
	rd_str_done(&d->paste);
}

/* SPDX-License-Identifier: MIT */
/*
 * rd_key: one key press, as the terminal layer decodes it and as key files spell it.
 * Spelling: a character ("j", "P", "/"), "^D" for Ctrl, "M-x" for Alt, or a name (Enter, Esc, Tab,
 * S-Tab, Space, Backspace, Del, Ins, Up, Down, Left, Right, Home, End, PgUp, PgDn, F1-F12, S-Up,
 * ^Left, …). Two keys in a row are written together: "^Wv", "gg". Any thread, no state.
 */
#ifndef RD_TUI_KEY_H
#define RD_TUI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rd_key_mod {
	RD_KEY_CTRL = 1,
	RD_KEY_ALT = 2,
	RD_KEY_SHIFT = 4, /* only with named keys: a capital letter is a letter of its own */
};

/* Named keys lie above Unicode. Enter, Tab, Esc, Backspace are named, never ^M, ^I, ^[, ^H. */
enum rd_key_name {
	RD_KEY_NONE = 0,
	RD_KEY_ENTER = 0x110000,
	RD_KEY_ESC,
	RD_KEY_TAB,
	RD_KEY_BACKSPACE,
	RD_KEY_DEL,
	RD_KEY_INS,
	RD_KEY_UP,
	RD_KEY_DOWN,
	RD_KEY_LEFT,
	RD_KEY_RIGHT,
	RD_KEY_HOME,
	RD_KEY_END,
	RD_KEY_PGUP,
	RD_KEY_PGDN,
	RD_KEY_F1, /* F2 = F1 + 1, … F12 */
	RD_KEY_F12 = RD_KEY_F1 + 11,
};

typedef struct rd_key {
	uint32_t code; /* a Unicode character (Ctrl: the lower-case letter) or an rd_key_name */
	uint8_t mods;
} rd_key;

static inline rd_key rd_key_of(uint32_t code, uint8_t mods)
{
	return (rd_key){code, mods};
}

static inline bool rd_key_same(rd_key a, rd_key b)
{
	return a.code == b.code && a.mods == b.mods;
}

/* Whether the key types a character into a field. */
bool rd_key_is_text(rd_key k);
/* Reads one key at the start of n bytes. @returns bytes used, 0 if there is no key. */
size_t rd_key_parse(const char *text, size_t n, rd_key *ret_key);
/* Writes the spelling, terminated, cut to cap. @returns buf. */
const char *rd_key_text(rd_key k, char *buf, size_t cap);

#define RD_KEY_TEXT_SIZE 24

#endif

/* SPDX-License-Identifier: MIT */
/* The spelling of keys. */
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

#include "core/base/macros.h"
#include "core/base/utf8.h"

static const struct {
	const char *name;
	uint32_t code;
} names[] = {
	{"Enter", RD_KEY_ENTER},
	{"Esc", RD_KEY_ESC},
	{"Tab", RD_KEY_TAB},
	{"Backspace", RD_KEY_BACKSPACE},
	{"Del", RD_KEY_DEL},
	{"Ins", RD_KEY_INS},
	{"Up", RD_KEY_UP},
	{"Down", RD_KEY_DOWN},
	{"Left", RD_KEY_LEFT},
	{"Right", RD_KEY_RIGHT},
	{"Home", RD_KEY_HOME},
	{"End", RD_KEY_END},
	{"PgUp", RD_KEY_PGUP},
	{"PgDn", RD_KEY_PGDN},
	{"F10", RD_KEY_F1 + 9},
	{"F11", RD_KEY_F1 + 10},
	{"F12", RD_KEY_F1 + 11},
	{"F1", RD_KEY_F1},
	{"F2", RD_KEY_F1 + 1},
	{"F3", RD_KEY_F1 + 2},
	{"F4", RD_KEY_F1 + 3},
	{"F5", RD_KEY_F1 + 4},
	{"F6", RD_KEY_F1 + 5},
	{"F7", RD_KEY_F1 + 6},
	{"F8", RD_KEY_F1 + 7},
	{"F9", RD_KEY_F1 + 8},
	{"Space", ' '},
};

bool rd_key_is_text(rd_key k)
{
	return k.code >= 0x20 && k.code < RD_KEY_ENTER && k.code != 0x7f && !k.mods;
}

static size_t parse_name(const char *text, size_t n, rd_key *ret_key)
{
	for (size_t i = 0; i < RD_LEN(names); i++) {
		size_t len = strlen(names[i].name);

		if (n >= len && !memcmp(text, names[i].name, len)) {
			ret_key->code = names[i].code;
			return len;
		}
	}
	return 0;
}

/* "^", "M-", "S-" in front of something. @returns bytes used, 0 if there is none. */
static size_t parse_mod(const char *text, size_t n, uint8_t *mods)
{
	if (n > 1 && text[0] == '^' && !(*mods & RD_KEY_CTRL)) {
		*mods |= RD_KEY_CTRL;
		return 1;
	}
	if (n > 2 && text[1] == '-' && (text[0] == 'M' || text[0] == 'S')) {
		*mods |= text[0] == 'M' ? RD_KEY_ALT : RD_KEY_SHIFT;
		return 2;
	}
	return 0;
}

size_t rd_key_parse(const char *text, size_t n, rd_key *ret_key)
{
	rd_key k = {0, 0};
	size_t at = 0, used;

	while ((used = parse_mod(text + at, n - at, &k.mods)) > 0)
		at += used;
	if (at >= n)
		return 0;
	used = parse_name(text + at, n - at, &k);
	if (used == 0)
		used = rd_utf8_next(text + at, n - at, &k.code);
	if (k.code <= ' ' && !(k.code == ' ' && used > 1))
		return 0;
	if (k.code < RD_KEY_ENTER) {
		if ((k.mods & RD_KEY_CTRL) && k.code >= 'A' && k.code <= 'Z')
			k.code += 'a' - 'A';
		k.mods &= (uint8_t)~RD_KEY_SHIFT;
	}
	*ret_key = k;
	return at + used;
}

static const char *name_of(uint32_t code)
{
	for (size_t i = 0; i < RD_LEN(names); i++)
		if (names[i].code == code)
			return names[i].name;
	return NULL;
}

const char *rd_key_text(rd_key k, char *buf, size_t cap)
{
	char one[5] = "";
	const char *name = name_of(k.code);

	if (!name && k.code < RD_KEY_ENTER) {
		uint32_t cp = (k.mods & RD_KEY_CTRL) && k.code >= 'a' && k.code <= 'z'
				      ? k.code - ('a' - 'A')
				      : k.code;

		one[rd_utf8_put(cp, one)] = '\0';
		name = one;
	}
	snprintf(buf, cap, "%s%s%s%s", k.mods & RD_KEY_ALT ? "M-" : "",
		k.mods & RD_KEY_SHIFT ? "S-" : "", k.mods & RD_KEY_CTRL ? "^" : "",
		name ? name : "?");
	return buf;
}

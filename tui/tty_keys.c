/* SPDX-License-Identifier: MIT */
/* The codes of curses' keys, and the sequences behind them that no description names. */
#include "tui/tty_keys.h"

#include <string.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "core/base/macros.h"

_Static_assert(RD_TTY_PASTE_BEGIN > KEY_MAX, "own codes are none of curses");

/* Sequences that terminals send whatever their description says. */
void rd_tty_define_keys(void)
{
	static const struct {
		const char *sequence;
		int code;
	} keys[] = {{"\033[200~", RD_TTY_PASTE_BEGIN}, {"\033[201~", RD_TTY_PASTE_END},
		{"\033[?2026;1$y", RD_TTY_SYNC}, {"\033[?2026;2$y", RD_TTY_SYNC},
		{"\033[<", RD_TTY_MOUSE_NEW}, {"\033[M", RD_TTY_MOUSE_OLD}, {"\033[A", KEY_UP},
		{"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT}, {"\033[D", KEY_LEFT},
		{"\033OA", KEY_UP}, {"\033OB", KEY_DOWN}, {"\033OC", KEY_RIGHT},
		{"\033OD", KEY_LEFT}, {"\033[H", KEY_HOME}, {"\033[F", KEY_END},
		{"\033OH", KEY_HOME}, {"\033OF", KEY_END}, {"\033[1~", KEY_HOME},
		{"\033[4~", KEY_END}, {"\033[7~", KEY_HOME}, {"\033[8~", KEY_END},
		{"\033[2~", KEY_IC}, {"\033[3~", KEY_DC}, {"\033[5~", KEY_PPAGE},
		{"\033[6~", KEY_NPAGE}, {"\033[Z", KEY_BTAB}, {"\033OP", KEY_F(1)},
		{"\033OQ", KEY_F(2)}, {"\033OR", KEY_F(3)}, {"\033OS", KEY_F(4)},
		{"\033[11~", KEY_F(1)}, {"\033[12~", KEY_F(2)}, {"\033[13~", KEY_F(3)},
		{"\033[14~", KEY_F(4)}, {"\033[15~", KEY_F(5)}, {"\033[17~", KEY_F(6)},
		{"\033[18~", KEY_F(7)}, {"\033[19~", KEY_F(8)}, {"\033[20~", KEY_F(9)},
		{"\033[21~", KEY_F(10)}, {"\033[23~", KEY_F(11)}, {"\033[24~", KEY_F(12)}};

	define_key(NULL, KEY_MOUSE); /* what curses knows of it: nothing beyond column 223 */
	for (size_t i = 0; i < RD_LEN(keys); i++)
		define_key(keys[i].sequence, keys[i].code);
}

static const struct {
	int code;
	uint32_t key;
	uint8_t mods;
} known_keys[] = {
	{KEY_UP, RD_KEY_UP, 0},
	{KEY_DOWN, RD_KEY_DOWN, 0},
	{KEY_LEFT, RD_KEY_LEFT, 0},
	{KEY_RIGHT, RD_KEY_RIGHT, 0},
	{KEY_HOME, RD_KEY_HOME, 0},
	{KEY_END, RD_KEY_END, 0},
	{KEY_PPAGE, RD_KEY_PGUP, 0},
	{KEY_NPAGE, RD_KEY_PGDN, 0},
	{KEY_IC, RD_KEY_INS, 0},
	{KEY_DC, RD_KEY_DEL, 0},
	{KEY_ENTER, RD_KEY_ENTER, 0},
	{KEY_BACKSPACE, RD_KEY_BACKSPACE, 0},
	{KEY_BTAB, RD_KEY_TAB, RD_KEY_SHIFT},
	{KEY_SR, RD_KEY_UP, RD_KEY_SHIFT},
	{KEY_SF, RD_KEY_DOWN, RD_KEY_SHIFT},
	{KEY_SLEFT, RD_KEY_LEFT, RD_KEY_SHIFT},
	{KEY_SRIGHT, RD_KEY_RIGHT, RD_KEY_SHIFT},
	{KEY_SHOME, RD_KEY_HOME, RD_KEY_SHIFT},
	{KEY_SEND, RD_KEY_END, RD_KEY_SHIFT},
	{KEY_SPREVIOUS, RD_KEY_PGUP, RD_KEY_SHIFT},
	{KEY_SNEXT, RD_KEY_PGDN, RD_KEY_SHIFT},
	{KEY_SDC, RD_KEY_DEL, RD_KEY_SHIFT},
};

/* Keys with modifiers have names of xterm's scheme: "kLFT5" is Ctrl-Left. */
static bool modified_key(const char *name, rd_key *ret_key)
{
	static const struct {
		const char *name;
		uint32_t key;
	} stems[] = {{"kUP", RD_KEY_UP}, {"kDN", RD_KEY_DOWN}, {"kLFT", RD_KEY_LEFT},
		{"kRIT", RD_KEY_RIGHT}, {"kHOM", RD_KEY_HOME}, {"kEND", RD_KEY_END},
		{"kPRV", RD_KEY_PGUP}, {"kNXT", RD_KEY_PGDN}, {"kDC", RD_KEY_DEL},
		{"kIC", RD_KEY_INS}};

	for (size_t i = 0; name && i < RD_LEN(stems); i++) {
		size_t n = strlen(stems[i].name);
		int bits;

		if (strncmp(name, stems[i].name, n) ||
			(name[n] && (name[n] < '2' || name[n] > '8')))
			continue;
		bits = name[n] ? name[n] - '1' : RD_KEY_SHIFT;
		ret_key->code = stems[i].key;
		ret_key->mods = (uint8_t)(name[n] ? (bits & 1 ? RD_KEY_SHIFT : 0) |
							    (bits & 2 ? RD_KEY_ALT : 0) |
							    (bits & 4 ? RD_KEY_CTRL : 0)
						  : RD_KEY_SHIFT);
		return true;
	}
	return false;
}

bool rd_tty_key_of(int code, rd_key *ret_key)
{
	for (size_t i = 0; i < RD_LEN(known_keys); i++)
		if (known_keys[i].code == code) {
			*ret_key = rd_key_of(known_keys[i].key, known_keys[i].mods);
			return true;
		}
	if (code >= KEY_F(1) && code <= KEY_F(12)) {
		*ret_key = rd_key_of(RD_KEY_F1 + (uint32_t)(code - KEY_F(1)), 0);
		return true;
	}
	return modified_key(keyname(code), ret_key);
}

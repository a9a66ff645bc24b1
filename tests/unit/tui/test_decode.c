/* SPDX-License-Identifier: MIT */
/* Bytes of a terminal to keys: cut anywhere, unknown sequences, pastes, junk. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "tui/decode.h"

/* Feeds bytes and writes the keys as text, a space after each; pastes in brackets. */
static const char *feed(rd_decoder *d, const char *bytes, size_t n, bool then_idle)
{
	static char out[4096];
	char key[RD_KEY_TEXT_SIZE];
	rd_input in;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		if (rd_decode_byte(d, (unsigned char)bytes[i], &in)) {
			assert_int_equal(in.kind, RD_INPUT_KEY);
			snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s ",
				rd_key_text(in.key, key, sizeof(key)));
		}
	if (then_idle && rd_decode_idle(d, &in))
		snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s ",
			rd_key_text(in.key, key, sizeof(key)));
	return out;
}

static void check(const char *bytes, const char *keys)
{
	rd_decoder d = {.state = RD_DECODE_PLAIN};

	assert_string_equal(feed(&d, bytes, strlen(bytes), true), keys);
	assert_int_equal(d.state, RD_DECODE_PLAIN);
	rd_decode_done(&d);
}

static bool feed_mouse(const char *bytes, size_t n, bool is_old, rd_mouse *ret_mouse)
{
	rd_decoder d = {.state = RD_DECODE_PLAIN};
	rd_input in = {.kind = RD_INPUT_NONE};
	bool is_given = false;

	rd_decode_mouse_begin(&d, is_old);
	for (size_t i = 0; i < n; i++)
		is_given = rd_decode_byte(&d, (unsigned char)bytes[i], &in);
	assert_int_equal(d.state, RD_DECODE_PLAIN);
	*ret_mouse = in.mouse;
	return is_given;
}

static void mouse__is_read_at_any_column(void **state RD_UNUSED)
{
	static const struct {
		const char *bytes;
		rd_mouse mouse;
	} cases[] = {{"0;1;1M", {RD_MOUSE_PRESS, 0, 0}}, {"0;231;60M", {RD_MOUSE_PRESS, 230, 59}},
		{"0;5;6m", {RD_MOUSE_RELEASE, 4, 5}}, {"32;7;8M", {RD_MOUSE_DRAG, 6, 7}},
		{"64;2;3M", {RD_MOUSE_WHEEL_UP, 1, 2}}, {"65;2;3M", {RD_MOUSE_WHEEL_DOWN, 1, 2}}};
	rd_mouse m;

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		assert_true(feed_mouse(cases[i].bytes, strlen(cases[i].bytes), false, &m));
		assert_memory_equal(&m, &cases[i].mouse, sizeof(m));
	}
	assert_true(feed_mouse(" !\"", 3, true, &m)); /* the old way: 32 + n */
	assert_int_equal(m.kind, RD_MOUSE_PRESS);
	assert_int_equal(m.x, 0);
	assert_int_equal(m.y, 1);
	assert_true(feed_mouse("#\xff!", 3, true, &m));
	assert_int_equal(m.kind, RD_MOUSE_RELEASE);
	assert_int_equal(m.x, 222);
}

static void mouse__junk_is_nothing(void **state RD_UNUSED)
{
	static const char *const junk[] = {"M", "0M", "0;1M", "0;0;0M", "0;1;1X", ";;;;;M",
		"99999999999999999999999999999999;1;1M", "1;5;5M", "128;5;5M", "2;5;5M"};
	rd_mouse m;

	for (size_t i = 0; i < RD_LEN(junk); i++)
		if (feed_mouse(junk[i], strlen(junk[i]), false, &m))
			fail_msg("'%s'", junk[i]);
	assert_false(feed_mouse("\0\0\0", 3, true, &m));
}

static void byte__plain_keys(void **state RD_UNUSED)
{
	check("jP/ ", "j P / Space ");
	check("\r\n\t\x7f\b", "Enter Enter Tab Backspace Backspace ");
	check("\x03\x1a\x17", "^C ^Z ^W ");
	check("é界🚀", "é 界 🚀 ");
}

static void byte__escape_alone_and_alt(void **state RD_UNUSED)
{
	check("\x1b", "Esc ");
	check("\x1b"
	      "x",
		"M-x ");
	check("\x1b\x1b", "Esc Esc ");
	check("\x1b\r", "M-Enter ");
	check("\x1bé", "M-é ");
}

/* None of the letters of a sequence that nobody knows may act as a key. */
static void byte__unknown_sequences_vanish_whole(void **state RD_UNUSED)
{
	check("\x1b[1;9Xj", "j ");
	check("\x1b[?62;1;2cQ", "Q ");
	check("\x1b[<0;10;20Mj", "j ");
	check("\x1bOXj", "j ");
	check("\x1b]11;rgb:0000/0000/0000\x07j", "j ");
	check("\x1b]11;rgb:PPPP\x1b\\j", "j ");
	check("\x1bP1+r544e\x1b\\j", "j ");
}

static void byte__sequences_cut_anywhere(void **state RD_UNUSED)
{
	static const char bytes[] = "\x1b[1;9Xj\xe7\x95\x8c\x1b]0;P\x07k";

	for (size_t cut = 1; cut + 1 < sizeof(bytes); cut++) {
		rd_decoder d = {.state = RD_DECODE_PLAIN};
		char all[64];

		snprintf(all, sizeof(all), "%s", feed(&d, bytes, cut, false));
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s",
			feed(&d, bytes + cut, sizeof(bytes) - 1 - cut, true));
		assert_string_equal(all, "j 界 k ");
		rd_decode_done(&d);
	}
}

static void byte__broken_utf8_never_swallows_keys(void **state RD_UNUSED)
{
	check("\xff"
	      "j",
		"\xef\xbf\xbd j ");
	check("\xe7\x95j", "j ");
	check("\x80j", "\xef\xbf\xbd j ");
	check("\xc0\xafj", "\xef\xbf\xbd \xef\xbf\xbd j ");
	check("\xed\xa0\x80j", "\xef\xbf\xbd j ");
}

static void paste__is_one_input_and_no_key(void **state RD_UNUSED)
{
	rd_decoder d = {.state = RD_DECODE_PLAIN};
	rd_input in;

	rd_decode_paste_begin(&d, 0);
	assert_string_equal(feed(&d, "Py\nq\x1b", 5, true), "");
	assert_false(rd_decode_key(&d, rd_key_of(RD_KEY_UP, 0), &in));
	assert_true(rd_decode_paste_end(&d, &in));
	assert_int_equal(in.kind, RD_INPUT_PASTE);
	assert_int_equal(in.n, 5);
	assert_memory_equal(in.text, "Py\nq\x1b", 5);
	assert_string_equal(feed(&d, "j", 1, true), "j ");
	assert_false(rd_decode_paste_end(&d, &in));
	rd_decode_done(&d);
}

static void paste__without_an_end_does_not_last(void **state RD_UNUSED)
{
	rd_decoder d = {.state = RD_DECODE_PLAIN};

	rd_decode_paste_begin(&d, 1000000);
	assert_false(rd_decode_is_lost(&d, 1500000));
	assert_true(rd_decode_is_lost(&d, 2500000));
	rd_decode_reset(&d);
	assert_string_equal(feed(&d, "j", 1, true), "j ");
	rd_decode_done(&d);
}

/* Alt and such a key begins what only terminals send. */
static void sequence__without_an_end_does_not_last(void **state RD_UNUSED)
{
	static const char *const begins[] = {"\033]", "\033P", "\033[", "\033O"};

	for (size_t i = 0; i < RD_LEN(begins); i++) {
		rd_decoder d = {.state = RD_DECODE_PLAIN, .last_us = 1000000};

		assert_string_equal(feed(&d, begins[i], 2, false), "");
		assert_false(rd_decode_is_lost(&d, 1500000));
		assert_true(rd_decode_is_lost(&d, 2500000));
		rd_decode_reset(&d);
		assert_false(rd_decode_is_lost(&d, 2500000));
		assert_string_equal(feed(&d, "j", 1, true), "j ");
		rd_decode_done(&d);
	}
}

static void paste__is_cut_at_its_limit(void **state RD_UNUSED)
{
	rd_decoder d = {.state = RD_DECODE_PLAIN};
	rd_input in;

	rd_decode_paste_begin(&d, 0);
	for (int i = 0; i < RD_PASTE_MAX + 100; i++)
		rd_decode_byte(&d, 'a', &in);
	assert_true(rd_decode_paste_end(&d, &in));
	assert_int_equal(in.n, RD_PASTE_MAX);
	rd_decode_done(&d);
}

static void key__after_escape_is_alt(void **state RD_UNUSED)
{
	rd_decoder d = {.state = RD_DECODE_PLAIN};
	rd_input in;

	assert_false(rd_decode_byte(&d, 0x1b, &in));
	assert_true(rd_decode_key(&d, rd_key_of(RD_KEY_UP, 0), &in));
	assert_int_equal(in.key.mods, RD_KEY_ALT);
	assert_true(rd_decode_key(&d, rd_key_of(RD_KEY_UP, 0), &in));
	assert_int_equal(in.key.mods, 0);
	rd_decode_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mouse__is_read_at_any_column),
		cmocka_unit_test(mouse__junk_is_nothing),
		cmocka_unit_test(byte__plain_keys),
		cmocka_unit_test(byte__escape_alone_and_alt),
		cmocka_unit_test(byte__unknown_sequences_vanish_whole),
		cmocka_unit_test(byte__sequences_cut_anywhere),
		cmocka_unit_test(byte__broken_utf8_never_swallows_keys),
		cmocka_unit_test(paste__is_one_input_and_no_key),
		cmocka_unit_test(paste__without_an_end_does_not_last),
		cmocka_unit_test(sequence__without_an_end_does_not_last),
		cmocka_unit_test(paste__is_cut_at_its_limit),
		cmocka_unit_test(key__after_escape_is_alt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

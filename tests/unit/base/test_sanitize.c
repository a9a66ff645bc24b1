/* SPDX-License-Identifier: MIT */
/* The sanitiser: attacks, colours, overwriting, cuts at each byte. */
#include "tests/unit/unit.h"

#include "core/base/sanitize.h"
#include "core/base/utf8.h"

static rd_sgr shown;

/* Where the attributes change, they stand as "[fg,bg,attrs]", the default ones as "[]". */
static void show(void *arg, const char *text, size_t n, const rd_sgr *sgr)
{
	assert_true(n > 0);
	if (memcmp(sgr, &shown, sizeof *sgr) != 0) {
		if (memcmp(sgr, &RD_SGR_NONE, sizeof *sgr) != 0)
			rd_str_printf(arg, "[%x,%x,%u]", (unsigned)sgr->fg, (unsigned)sgr->bg,
				sgr->attrs);
		else
			rd_str_put(arg, "[]");
		shown = *sgr;
	}
	rd_str_putn(arg, text, n);
}

static void expect_n(const char *in, size_t n, const char *want)
{
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	rd_sgr sgr = RD_SGR_NONE;

	shown = RD_SGR_NONE;
	assert_int_equal(rd_sani_line(in, n, &sgr, show, &out, NULL), RD_OK);
	assert_string_equal(rd_str_get(&out), want);
}

static void expect(const char *in, const char *want)
{
	expect_n(in, strlen(in), want);
}

static void line__plain_is_as_it_was(void **state RD_UNUSED)
{
	expect("", "");
	expect("x", "x");
	expect("step 1/3: COPY . /src ~ {}", "step 1/3: COPY . /src ~ {}");
	expect("caf\xc3\xa9 \xe2\x9c\x93 \xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x9a\x80",
		"caf\xc3\xa9 \xe2\x9c\x93 \xe6\xbc\xa2\xe5\xad\x97 \xf0\x9f\x9a\x80");
}

static void line__controls_become_visible(void **state RD_UNUSED)
{
	expect_n("a\0b", 3,
		"a\xe2\x90\x80"
		"b");
	expect("a\x01\x7f", "a\xe2\x90\x81\xe2\x90\xa1");
	expect("a\nb", "a\xe2\x90\x8a"
		       "b");
	expect("\a", "\xe2\x90\x87");
	expect("\xc2\x85x", "<85>x"); /* NEL, two-byte form */
	expect("\xc2\x9c", "<9C>");
}

static void line__unseen_characters_become_numbers(void **state RD_UNUSED)
{
	expect("a\xe2\x80\xae"
	       "b",
		"a<U+202E>b");
	expect("\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8e", "<U+2066><U+2069><U+200E>");
	expect("\xe2\x80\xa8\xe2\x80\xa9", "<U+2028><U+2029>");
	expect("\xf3\xa0\x81\x81", "<U+E0041>"); /* a tag */
	expect("x\xf3\xa0\x81\x81y", "x<U+E0041>y");
	expect("\xef\xbb\xbfx\xc2\xad\xe2\x80\x8b", "<U+FEFF>x<U+00AD><U+200B>");
}

static void line__invalid_bytes_are_replaced_one_by_one(void **state RD_UNUSED)
{
	expect("a\xff\xfez", "a\xef\xbf\xbd\xef\xbf\xbdz");
	expect("\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");
	expect("\x9b"
	       "31mx",
		"\xef\xbf\xbd"
		"31mx");                    /* a lone C1 byte is no control in UTF-8 */
	expect("\xcd\xb8", "\xef\xbf\xbd"); /* U+0378 is not assigned */
}

static void line__marks_are_bounded(void **state RD_UNUSED)
{
	expect("e\xcc\x81x", "e\xcc\x81x");
	expect("e\xcc\x81\xcc\x82\xcc\x83\xcc\x84x", "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84x");
	expect("e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86x",
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84x");
	expect("\xcc\x81x", "x");                              /* of nothing */
	expect("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", /* woman, joiner, laptop */
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb");
}

static void line__a_thousand_marks_are_four(void **state RD_UNUSED)
{
	rd_str in RD_STR_AUTO = RD_STR_INIT(0);

	rd_str_putc(&in, 'e');
	for (int i = 0; i < 1000; i++)
		rd_str_put(&in, "\xcc\x81");
	rd_str_putc(&in, 'x');
	expect(in.data, "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81x");
}

/* Sequences that vanish whole, one of each kind. */
static const char *const dropped[] = {"\x1b[2J", "\x1b[10;20H", "\x1b[?1049h", "\x1b[>4;2m",
	"\x1b[1 q", "\x1b[!p", "\x1b[3A", "\x1b]0;title\a", "\x1b]8;;http://x\x1b\\",
	"\x1b]52;c;aGk=\a", "\x1bPq#0\x1b\\", "\x1b_apc\x1b\\", "\x1b^pm\x1b\\", "\x1bXsos\x1b\\",
	"\x1b(B", "\x1b%G", "\x1b#8",
	"\x1b"
	"7",
	"\x1b"
	"c",
	"\x1b=", "\x1bM", "\x1b[38;5;1;2;3J",
	"\xc2\x9b"
	"2J",
	"\xc2\x9d"
	"0;t\a",
	"\xc2\x90q\xc2\x9c", "\x1b]0;caf\xc3\xa9 \xe2\x9c\x93\xc2\x9c", "\x1b]0;t\x1b\\",
	"\x1b[31m\x1b[0m", "\x1b[K"};

static void escapes__vanish_whole(void **state RD_UNUSED)
{
	for (size_t i = 0; i < RD_LEN(dropped); i++) {
		rd_str in RD_STR_AUTO = RD_STR_INIT(0);
		rd_str out RD_STR_AUTO = RD_STR_INIT(0);

		rd_str_printf(&in, "ab%scd", dropped[i]);
		rd_sani_ansi(&out, in.data, in.len, false);
		assert_string_equal(rd_str_get(&out), "abcd");
	}
}

static bool has_control(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7F)
			return true;
		if (c == 0xC2 && i + 1 < n && (unsigned char)text[i + 1] < 0xA0)
			return true;
	}
	return false;
}

static void escapes__cut_at_each_byte_stay_harmless(void **state RD_UNUSED)
{
	for (size_t i = 0; i < RD_LEN(dropped); i++) {
		for (size_t cut = 0; cut <= strlen(dropped[i]); cut++) {
			rd_str in RD_STR_AUTO = RD_STR_INIT(0);
			rd_str out RD_STR_AUTO = RD_STR_INIT(0);

			rd_str_put(&in, "ab");
			rd_str_putn(&in, dropped[i], cut);
			rd_sani_ansi(&out, in.data, in.len, false);
			assert_false(has_control(out.data, out.len));
			assert_true(rd_utf8_valid(out.data, out.len));
			assert_memory_equal(out.data, "ab", 2);
			rd_sani_text(&out, in.data, in.len);
			assert_false(has_control(out.data, out.len));
		}
	}
}

static void escapes__that_are_cut_hide_nothing(void **state RD_UNUSED)
{
	expect("a\x1b", "a\xe2\x90\x9b");
	expect("a\x1b[31", "a\xe2\x90\x9b[31");
	expect("\x1b]0;the error", "\xe2\x90\x9b]0;the error");
	expect("\xc2\x9d"
	       "0;x",
		"<9D>0;x");
	expect("\x1b]0;a\x1b[31mred", "\xe2\x90\x9b]0;a[1,ffffffff,0]red");
	expect("\x1b[3\x01m", "\xe2\x90\x9b[3\xe2\x90\x81m");
	expect("\x1bP\ax", "\xe2\x90\x9bP\xe2\x90\x87x"); /* BEL ends only an OSC */
	expect("\x1b\xc3\xa9", "\xe2\x90\x9b\xc3\xa9");
}

static void sgr__sets_and_resets(void **state RD_UNUSED)
{
	expect("\x1b[31mr\x1b[0mn", "[1,ffffffff,0]r[]n");
	expect("\x1b[31mr\x1b[mn", "[1,ffffffff,0]r[]n");
	expect("\x1b[1;97;44mx\x1b[22;39;49my", "[f,4,1]x[]y");
	expect("\x1b[2;3;4;7;9mx", "[ffffffff,ffffffff,62]x");
	expect("\x1b[1;2;3;4;7;9;22;23;24;27;29mx", "x");
	expect("\x1b[100mx", "[ffffffff,8,0]x");
	expect("\xc2\x9b"
	       "31mx",
		"[1,ffffffff,0]x");
}

static void sgr__reads_colours_in_all_forms(void **state RD_UNUSED)
{
	expect("\x1b[38;5;208mx", "[d0,ffffffff,0]x");
	expect("\x1b[48;5;0mx", "[ffffffff,0,0]x");
	expect("\x1b[38;2;1;2;255mx", "[10102ff,ffffffff,0]x");
	expect("\x1b[38:5:208mx", "[d0,ffffffff,0]x");
	expect("\x1b[38:2:1:2:3mx", "[1010203,ffffffff,0]x");
	expect("\x1b[38:2::1:2:3mx", "[1010203,ffffffff,0]x");
	expect("\x1b[38;5;1;1mx", "[1,ffffffff,1]x");
	expect("\x1b[58;5;1;1mx", "[ffffffff,ffffffff,1]x");
	expect("\x1b[58:2::1:2:3;1mx", "[ffffffff,ffffffff,1]x");
	expect("\x1b[4:3mx\x1b[4:0my", "[ffffffff,ffffffff,8]x[]y");
	expect("\x1b[38;2;;;5mx", "[1000005,ffffffff,0]x");
}

static void sgr__bad_parameters_change_nothing(void **state RD_UNUSED)
{
	expect("\x1b[38;5;256mx", "x");
	expect("\x1b[38;2;1;2mx", "x");
	expect("\x1b[38;2;1;2;999mx", "x");
	expect("\x1b[38mx", "x");
	expect("\x1b[38;9;1mx", "[ffffffff,ffffffff,1]x");
	expect("\x1b[38:5mx", "x");
	expect("\x1b[99999999999999999999mx", "x");
	expect("\x1b[?31mx", "x");
	/* the 17th is not read */
	expect("\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;3mx", "[ffffffff,ffffffff,5]x");
	expect("\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;3mx", "[ffffffff,ffffffff,1]x");
}

static void sgr__is_kept_between_lines_if_wanted(void **state RD_UNUSED)
{
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	rd_sgr sgr = RD_SGR_NONE;

	shown = RD_SGR_NONE;
	rd_sani_line("\x1b[31ma", 6, &sgr, show, &out, NULL);
	assert_int_equal(sgr.fg, 1);
	rd_sani_line("b\rc", 3, &sgr, show, &out, NULL);
	rd_sani_line("\r", 1, &sgr, show, &out, NULL);
	assert_int_equal(sgr.fg, 1);
	assert_string_equal(rd_str_get(&out), "[1,ffffffff,0]ac");
}

static void tabs__go_to_multiples_of_8(void **state RD_UNUSED)
{
	expect("\tx", "        x");
	expect("1234567\tx", "1234567 x");
	expect("12345678\tx", "12345678        x");
	expect("\xe6\xbc\xa2\tx", "\xe6\xbc\xa2      x");
	expect("\x1b[1m\xe6\xbc\xa2\x1b[0m\tx", "[ffffffff,ffffffff,1]\xe6\xbc\xa2[]      x");
}

static void cr__overwrites(void **state RD_UNUSED)
{
	expect("50%\r99%", "99%");
	expect("downloading\rdone", "doneloading");
	expect("text\r", "text");
	expect("text\r\r", "text");
	expect("a\r\rb", "b");
	expect("\x1b[32mgreen\x1b[0m\rr", "r[2,ffffffff,0]reen");
	expect("abc\r\tx", "abc     x"); /* a tab moves, it erases nothing */
	expect("abc\x1b[1Gx", "xbc");
	expect("abc\x1b[Gx", "xbc");
	expect("abc\x1b[5Gx", "abcx"); /* other columns are not honoured */
}

static void bs__goes_back_one_cell(void **state RD_UNUSED)
{
	expect("abc\b\bx", "axc");
	expect("\b\bx", "x");
	expect("_\bU", "U");
}

static void erase__cuts_and_blanks(void **state RD_UNUSED)
{
	expect("downloading\rdone\x1b[K", "done");
	expect("downloading\r\x1b[Kdone", "done");
	expect("downloading\r\x1b[0Kdone", "done");
	expect("downloading\x1b[2K\rdone", "done");
	expect("downloading\x1b[2K\x1b[1Gdone", "done");
	expect("abcdef\b\b\x1b[1Kx", "    xf");
	expect("ab\x1b[2Kc", "  c");
	expect("ab\x1b[1Kc", "  c");
	expect("\x1b[31mab\x1b[Kcd", "[1,ffffffff,0]abcd"); /* as grep prints it */
	expect("abc\r\x1b[2K", "");
}

/* What tools write to a terminal while they work: one line of a log, whose end is what is left of it. */
static void progress__of_real_tools_leaves_its_end(void **state RD_UNUSED)
{
	/* npm: a spinner, each turn to the first column */
	expect("\x1b[1G\x1b[0K\xe2\xa0\x99\x1b[1G\x1b[0K\xe2\xa0\xb9\x1b[1G\x1b[0Kadded 57 "
	       "packages in 2s",
		"added 57 packages in 2s");
	expect("(#####.....) \xe2\xa0\x8f idealTree: sill placeDep\x1b[K\r\x1b[Knpm notice created "
	       "a lockfile",
		"npm notice created a lockfile");
	/* pip: a bar, and the one of rich, with the cursor hidden */
	expect("     |##        | 10 kB 1.2 MB/s eta 0:00:01\r     |##########| 61 kB 2.4 MB/s     "
	       "       \r",
		"     |##########| 61 kB 2.4 MB/s            ");
	expect("\x1b[?25l     --- 10 kB ?\r\x1b[2K     ------ 61 kB 3 MB/s\r\x1b[2K     ------ 61 "
	       "kB 3 MB/s\x1b[?25h",
		"     ------ 61 kB 3 MB/s");
	/* apt: blanks over the state; dpkg's own bar below */
	expect("\r0% [Working]\r            \rGet:1 http://deb.debian.org/debian bookworm",
		"Get:1 http://deb.debian.org/debian bookworm");
	expect("\x1b"
	       "7\x1b[0;23r\x1b"
	       "8\x1b[1ASetting up tzdata (2024a) ...",
		"Setting up tzdata (2024a) ...");
	/* cargo: the bar makes room for a line and comes back */
	expect("    Building [==>      ] 1/3: libc\r\x1b[K   Compiling libc v0.2.1",
		"   Compiling libc v0.2.1");
	/* docker pull: up to the layer's line and down again */
	expect("\x1b[1A\x1b[2K\r4f4fb700ef54: Downloading  "
	       "1.2MB/3.4MB\r\x1b[1B\x1b[1A\x1b[2K\r4f4fb700ef54: Pull complete \r\x1b[1B",
		"4f4fb700ef54: Pull complete ");
	/* curl, wget */
	expect("\r  0     0    0     0\r100  1270  100  1270    0     0   9k",
		"100  1270  100  1270    0     0   9k");
	expect("a.tgz   10%[==>       ]  1.0M\ra.tgz  100%[=========>]  9.8M  5.0MB/s    in 2.0s",
		"a.tgz  100%[=========>]  9.8M  5.0MB/s    in 2.0s");
}

static void wide__halves_go_together(void **state RD_UNUSED)
{
	expect("\xe6\xbc\xa2\xe5\xad\x97\rx", "x \xe5\xad\x97");
	expect("\xe6\xbc\xa2\bx", " x");
	expect("abcd\r\xe6\xbc\xa2", "\xe6\xbc\xa2"
				     "cd");
	expect("a\xe6\xbc\xa2z\r\xe6\xbc\xa2", "\xe6\xbc\xa2 z");
	expect("\xe6\xbc\xa2\b\x1b[K", " ");
	expect("\xe6\xbc\xa2z\r\x1b[1K", "  z");
	expect("\xe6\xbc\xa2 e\xcc\x81\r", "\xe6\xbc\xa2 e\xcc\x81");
	expect("e\xcc\x81o\rx", "xo");
}

static void line__a_megabyte_is_one_span(void **state RD_UNUSED)
{
	size_t n = (size_t)1 << 20;
	char *line RD_AUTOFREE = malloc(n);
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);
	rd_sgr sgr = RD_SGR_NONE;

	shown = RD_SGR_NONE;
	memset(line, 'x', n);
	assert_int_equal(rd_sani_line(line, n, &sgr, show, &out, NULL), RD_OK);
	assert_int_equal(out.len, n);
	/* the worst of each kind: introducers without an end, tabs, overwriting */
	for (size_t i = 0; i < n; i++)
		line[i] = "\x1b]"[i % 2];
	rd_str_clear(&out);
	rd_sani_ansi(&out, line, n, true);
	assert_int_equal(out.len, n / 2 * 4);
	for (size_t i = 0; i < n; i++)
		line[i] = "\xc2\x9d"[i % 2];
	rd_str_clear(&out);
	rd_sani_ansi(&out, line, n, true);
	assert_int_equal(out.len, n / 2 * 4);
	memset(line, '\t', n);
	line[n / 2] = '\r';
	line[n - 1] = 'x';
	rd_str_clear(&out);
	rd_sani_ansi(&out, line, n, true);
	assert_int_equal(out.len, n / 2 * 8);
}

static void expect_text(const char *in, const char *want)
{
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);

	rd_sani_text(&out, in, strlen(in));
	assert_string_equal(rd_str_get(&out), want);
}

static void text__shows_all_that_there_is(void **state RD_UNUSED)
{
	expect_text("my app", "my app");
	expect_text("good\revil", "good\xe2\x90\x8d"
				  "evil");
	expect_text("ab\b\b", "ab\xe2\x90\x88\xe2\x90\x88");
	expect_text("one\r\ntwo", "one\xe2\x90\x8d\xe2\x90\x8atwo");
	expect_text("\x1b[31mred\x1b[0m\x1b[2K\x1b]0;x\a!", "red!");
	expect_text("a\tb", "a       b");
	expect_text("", "");
}

static void text__over_the_cap_is_told(void **state RD_UNUSED)
{
	rd_str out RD_STR_AUTO = RD_STR_INIT(4);

	rd_sani_text(&out, "12345", 5);
	assert_false(rd_str_ok(&out));
}

static void expect_ansi(const char *in, const char *want)
{
	rd_str out RD_STR_AUTO = RD_STR_INIT(0);

	rd_sani_ansi(&out, in, strlen(in), true);
	assert_string_equal(rd_str_get(&out), want);
}

static void ansi__writes_colours_anew_and_ends_them(void **state RD_UNUSED)
{
	expect_ansi("plain", "plain");
	expect_ansi("\x1b[31mred", "\x1b[0;31mred\x1b[0m");
	expect_ansi("\x1b[31mred\x1b[0m", "\x1b[0;31mred\x1b[0m");
	expect_ansi("\x1b[31mred\x1b[0m!", "\x1b[0;31mred\x1b[0m!");
	expect_ansi("\x1b[1;3;92;48;5;200mx", "\x1b[0;1;3;92m\x1b[48;5;200mx\x1b[0m");
	expect_ansi("\x1b[38:2::1:2:3;103mx", "\x1b[0;38;2;1;2;3m\x1b[103mx\x1b[0m");
	expect_ansi("\x1b[31m", "");
	expect_ansi("50%\r99%\x1b]0;t\a", "99%");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line__plain_is_as_it_was),
		cmocka_unit_test(line__controls_become_visible),
		cmocka_unit_test(line__unseen_characters_become_numbers),
		cmocka_unit_test(line__invalid_bytes_are_replaced_one_by_one),
		cmocka_unit_test(line__marks_are_bounded),
		cmocka_unit_test(line__a_thousand_marks_are_four),
		cmocka_unit_test(escapes__vanish_whole),
		cmocka_unit_test(escapes__cut_at_each_byte_stay_harmless),
		cmocka_unit_test(escapes__that_are_cut_hide_nothing),
		cmocka_unit_test(sgr__sets_and_resets),
		cmocka_unit_test(sgr__reads_colours_in_all_forms),
		cmocka_unit_test(sgr__bad_parameters_change_nothing),
		cmocka_unit_test(sgr__is_kept_between_lines_if_wanted),
		cmocka_unit_test(tabs__go_to_multiples_of_8),
		cmocka_unit_test(cr__overwrites),
		cmocka_unit_test(bs__goes_back_one_cell),
		cmocka_unit_test(erase__cuts_and_blanks),
		cmocka_unit_test(progress__of_real_tools_leaves_its_end),
		cmocka_unit_test(wide__halves_go_together),
		cmocka_unit_test(line__a_megabyte_is_one_span),
		cmocka_unit_test(text__shows_all_that_there_is),
		cmocka_unit_test(text__over_the_cap_is_told),
		cmocka_unit_test(ansi__writes_colours_anew_and_ends_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
